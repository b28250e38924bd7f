-- +goose Up
CREATE SCHEMA IF NOT EXISTS ledger;

CREATE TABLE ledger.books (
    book      integer     PRIMARY KEY CHECK (book BETWEEN 1 AND 65535),
    lender    text        CHECK (lender <> ''),
    opened_at timestamptz NOT NULL
);
COMMENT ON TABLE  ledger.books IS 'The books that were opened: independent logs, each with its own positions.';
COMMENT ON COLUMN ledger.books.lender IS 'The code of the lender that the book belongs to; null until it is registered.';

-- The events, one partition a book. Rows are added and never changed.
CREATE TABLE ledger.events (
    position    bigint      NOT NULL,
    recorded_at timestamptz NOT NULL,
    stream      uuid        NOT NULL,
    command     uuid        NOT NULL,
    book        integer     NOT NULL,
    version     integer     NOT NULL,
    schema      smallint    NOT NULL,
    digest      bytea       NOT NULL,
    type        text        NOT NULL,
    actor       text        NOT NULL,
    data        bytea       NOT NULL,
    personal    bytea,
    PRIMARY KEY (book, position),
    UNIQUE (book, stream, version)
) PARTITION BY LIST (book);
COMMENT ON TABLE  ledger.events IS 'The log: every event of every book, in the exact bytes that were appended.';
COMMENT ON COLUMN ledger.events.position    IS 'Place in the book, from 1, without gaps, in commit order.';
COMMENT ON COLUMN ledger.events.recorded_at IS 'When it was appended; never decreases along a book.';
COMMENT ON COLUMN ledger.events.stream      IS 'What the event is about.';
COMMENT ON COLUMN ledger.events.command     IS 'The command that the event came from, its idempotency key.';
COMMENT ON COLUMN ledger.events.version     IS 'Place in the stream, from 1, without gaps.';
COMMENT ON COLUMN ledger.events.schema      IS 'Version of the shape of data, from 1.';
COMMENT ON COLUMN ledger.events.digest      IS 'SHA-256 of the command''s name and body.';
COMMENT ON COLUMN ledger.events.actor       IS 'Who gave the command: a role and a name, no personal data.';
COMMENT ON COLUMN ledger.events.data        IS 'The public part, JSON.';
COMMENT ON COLUMN ledger.events.personal    IS 'The sealed part: personal data, encrypted; null where there is none.';

-- One row for each transaction that appended. The last row of a book is its head; rows are added and
-- never changed, because an updated head would bloat under every long snapshot.
CREATE TABLE ledger.batches (
    book           integer     NOT NULL,
    first_position bigint      NOT NULL,
    last_position  bigint      NOT NULL,
    epoch          bigint      NOT NULL,
    recorded_at    timestamptz NOT NULL,
    chain          bytea       NOT NULL,
    PRIMARY KEY (book, last_position)
);
COMMENT ON TABLE  ledger.batches IS 'The transactions that appended, in order; the last one of a book is its head.';
COMMENT ON COLUMN ledger.batches.epoch IS 'The era of the book after the batch.';
COMMENT ON COLUMN ledger.batches.chain IS 'SHA-256 over the chain of the batch before and the events of this one.';

CREATE TABLE ledger.cursors (
    name       text        NOT NULL,
    book       integer     NOT NULL,
    position   bigint      NOT NULL,
    generation bigint      NOT NULL,
    saved_at   timestamptz NOT NULL,
    PRIMARY KEY (name, book)
);
COMMENT ON TABLE  ledger.cursors IS 'How far each named follower has come in each book.';
COMMENT ON COLUMN ledger.cursors.generation IS 'Counts the holders; an earlier holder can save no more.';

-- +goose Down
DROP TABLE ledger.cursors, ledger.batches, ledger.events, ledger.books;
