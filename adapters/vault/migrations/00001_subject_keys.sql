-- +goose Up
CREATE SCHEMA IF NOT EXISTS ledger;

-- Destroying a key leaves a dead row with the wrapped key, so the table is vacuumed after any change.
CREATE TABLE ledger.subject_keys (
    book         integer     NOT NULL CHECK (book BETWEEN 1 AND 65535),
    subject      uuid        NOT NULL,
    key_id       text,
    wrapped      bytea,
    created_at   timestamptz NOT NULL DEFAULT now(),
    destroyed_at timestamptz,
    PRIMARY KEY (book, subject),
    CHECK ((key_id IS NULL) = (destroyed_at IS NOT NULL)),
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
) WITH (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);

COMMENT ON TABLE ledger.subject_keys IS 'The keys that seal personal data, one for each subject. Destroying a key erases the subject.';
COMMENT ON COLUMN ledger.subject_keys.book IS 'The book that the subject belongs to.';
COMMENT ON COLUMN ledger.subject_keys.subject IS 'The borrower whose data the key seals; all zeros for the book''s own key, which the blind index is keyed by.';
COMMENT ON COLUMN ledger.subject_keys.key_id IS 'The master key whose key for this book wraps the key; null once the key was destroyed.';
COMMENT ON COLUMN ledger.subject_keys.wrapped IS 'The key, sealed with AES-GCM and bound to its book and subject; null once it was destroyed.';
COMMENT ON COLUMN ledger.subject_keys.created_at IS 'When the row was made.';
COMMENT ON COLUMN ledger.subject_keys.destroyed_at IS 'When the key was destroyed; null while it lives.';

CREATE TABLE ledger.blind_index (
    book       integer     NOT NULL CHECK (book BETWEEN 1 AND 65535),
    kind       text        NOT NULL,
    hash       bytea       NOT NULL CHECK (octet_length(hash) = 32),
    owner      uuid        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (book, kind, hash)
);
CREATE INDEX blind_index_owner ON ledger.blind_index (book, owner);

COMMENT ON TABLE ledger.blind_index IS 'Who owns a document number, a telephone, an e-mail address: look-ups by a keyed hash, without the value itself.';
COMMENT ON COLUMN ledger.blind_index.book IS 'The book that the look-up belongs to.';
COMMENT ON COLUMN ledger.blind_index.kind IS 'What kind of value it is, such as document, phone or email.';
COMMENT ON COLUMN ledger.blind_index.hash IS 'HMAC-SHA256 of the kind and the normalised value, under a key of the book.';
COMMENT ON COLUMN ledger.blind_index.owner IS 'The first who claimed the value.';
COMMENT ON COLUMN ledger.blind_index.created_at IS 'When the value was claimed.';

-- +goose Down
DROP TABLE ledger.blind_index;
DROP TABLE ledger.subject_keys;
