-- +goose Up
-- The events of a book are cut by position into leaves, each a partition of its own. The events that
-- a book has already become its first leaf as they are: nothing is copied, and its indexes stay.
ALTER TABLE ledger.books ADD COLUMN leaf_events bigint NOT NULL DEFAULT 1048576 CHECK (leaf_events > 0);
COMMENT ON COLUMN ledger.books.leaf_events IS 'How many positions the next leaf of the book will have.';

CREATE TABLE ledger.leaves (
    book           integer NOT NULL,
    first_position bigint  NOT NULL CHECK (first_position > 0),
    last_position  bigint  NOT NULL CHECK (last_position >= first_position),
    relation       text    NOT NULL UNIQUE,
    streams        bytea,
    archived_at    timestamptz,
    archive        text,
    archive_sha256 bytea,
    PRIMARY KEY (book, first_position),
    CHECK ((archived_at IS NULL) = (archive IS NULL) AND (archive IS NULL) = (archive_sha256 IS NULL))
);
-- Fingerprints cannot be compressed; out of line they leave short rows.
ALTER TABLE ledger.leaves ALTER COLUMN streams SET STORAGE EXTERNAL;
COMMENT ON TABLE  ledger.leaves IS 'The partitions of ledger.events; those of a book follow each other without gaps.';
COMMENT ON COLUMN ledger.leaves.first_position IS 'The first position that the leaf is for.';
COMMENT ON COLUMN ledger.leaves.last_position  IS 'The last position that it is for, whether it is there yet or not.';
COMMENT ON COLUMN ledger.leaves.relation       IS 'The name of its table in this schema.';
COMMENT ON COLUMN ledger.leaves.streams        IS 'Fingerprints of the streams in it, once it is full; null until somebody has made them.';
COMMENT ON COLUMN ledger.leaves.archived_at    IS 'When data that is not needed any more was moved to the archive; null where all is here.';
COMMENT ON COLUMN ledger.leaves.archive        IS 'The name of the file with the whole leaf.';
COMMENT ON COLUMN ledger.leaves.archive_sha256 IS 'The digest that the file ends with.';

ALTER TABLE ledger.events RENAME TO events_by_book;
ALTER TABLE ledger.events_by_book RENAME CONSTRAINT events_pkey TO events_by_book_pkey;
CREATE TABLE ledger.events (LIKE ledger.events_by_book INCLUDING COMMENTS, PRIMARY KEY (book, position))
    PARTITION BY RANGE (book, position);
ALTER TABLE ledger.events ALTER COLUMN data DROP NOT NULL;
COMMENT ON TABLE  ledger.events IS 'The log: every event of every book, in the exact bytes that were appended. Rows are added and never changed.';
COMMENT ON COLUMN ledger.events.data IS 'The public part, JSON; null where it was moved to the archive, and personal with it.';

-- +goose StatementBegin
DO $$
DECLARE
    b record;
    leaf text;
    bound bigint;
BEGIN
    FOR b IN SELECT book, leaf_events FROM ledger.books ORDER BY book LOOP
        leaf := 'events_' || b.book || '_1';
        EXECUTE format('SELECT coalesce(max(position), 1) FROM ledger.%I', 'events_' || b.book) INTO bound;
        bound := (bound + b.leaf_events - 1) / b.leaf_events * b.leaf_events;
        EXECUTE format('ALTER TABLE ledger.events_by_book DETACH PARTITION ledger.%I', 'events_' || b.book);
        EXECUTE format('ALTER TABLE ledger.%I RENAME TO %I', 'events_' || b.book, leaf);
        EXECUTE format('ALTER TABLE ledger.events ATTACH PARTITION ledger.%1$I FOR VALUES FROM (%2$s, 1) TO (%2$s, %3$s)',
            leaf, b.book, bound + 1);
        INSERT INTO ledger.leaves (book, first_position, last_position, relation) VALUES (b.book, 1, bound, leaf);
    END LOOP;
END $$;
-- +goose StatementEnd
DROP TABLE ledger.events_by_book;

-- +goose Down
-- One partition a book again; the events are copied.
-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT FROM ledger.leaves WHERE archived_at IS NOT NULL) THEN
        RAISE EXCEPTION 'some of the log is archived; restore it first';
    END IF;
END $$;
-- +goose StatementEnd
ALTER TABLE ledger.events RENAME TO events_by_position;
ALTER TABLE ledger.events_by_position RENAME CONSTRAINT events_pkey TO events_by_position_pkey;
CREATE TABLE ledger.events (LIKE ledger.events_by_position INCLUDING COMMENTS, PRIMARY KEY (book, position), UNIQUE (book, stream, version))
    PARTITION BY LIST (book);
ALTER TABLE ledger.events ALTER COLUMN data SET NOT NULL;
COMMENT ON COLUMN ledger.events.data IS 'The public part, JSON.';
-- +goose StatementBegin
DO $$
DECLARE
    b record;
    leaf record;
BEGIN
    FOR b IN SELECT book FROM ledger.books ORDER BY book LOOP
        EXECUTE format('CREATE TABLE ledger.%I (LIKE ledger.events INCLUDING ALL)', 'events_' || b.book);
        FOR leaf IN SELECT relation FROM ledger.leaves WHERE book = b.book ORDER BY first_position LOOP
            EXECUTE format('INSERT INTO ledger.%I SELECT * FROM ledger.%I', 'events_' || b.book, leaf.relation);
        END LOOP;
        EXECUTE format('ALTER TABLE ledger.events ATTACH PARTITION ledger.%I FOR VALUES IN (%s)', 'events_' || b.book, b.book);
    END LOOP;
END $$;
-- +goose StatementEnd
DROP TABLE ledger.events_by_position;
DROP TABLE ledger.leaves;
ALTER TABLE ledger.books DROP COLUMN leaf_events;
