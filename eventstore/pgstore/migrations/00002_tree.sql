-- +goose Up
-- The Merkle tree over the events of each book. Only full tiles are stored: rows are added and never
-- changed. What is right of the last full tile is computed from the events when it is needed.
CREATE TABLE ledger.tree_tiles (
    book   integer  NOT NULL,
    level  smallint NOT NULL CHECK (level >= 0),
    number bigint   NOT NULL CHECK (number >= 0),
    root   bytea    NOT NULL CHECK (octet_length(root) = 32),
    hashes bytea    NOT NULL CHECK (octet_length(hashes) = 8192),
    PRIMARY KEY (book, level, number)
);
-- Hashes cannot be compressed; out of line they leave a row of roots short.
ALTER TABLE ledger.tree_tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;
COMMENT ON TABLE  ledger.tree_tiles IS 'The full tiles of each book''s Merkle tree (RFC 6962, tiles of 8 levels).';
COMMENT ON COLUMN ledger.tree_tiles.level  IS '0 has hashes of events; an entry of a higher level is the root of a tile below.';
COMMENT ON COLUMN ledger.tree_tiles.number IS 'Tile n of level 0 is of the positions 256n+1 to 256n+256.';
COMMENT ON COLUMN ledger.tree_tiles.root   IS 'The root over the tile.';
COMMENT ON COLUMN ledger.tree_tiles.hashes IS 'Its 256 hashes, one after the other.';

CREATE TABLE ledger.checkpoints (
    book      integer     NOT NULL,
    number    bigint      NOT NULL CHECK (number >= 1),
    size      bigint      NOT NULL CHECK (size >= 1),
    root      bytea       NOT NULL CHECK (octet_length(root) = 32),
    note      text        NOT NULL,
    signed_at timestamptz NOT NULL,
    PRIMARY KEY (book, number)
);
CREATE INDEX checkpoints_by_size ON ledger.checkpoints (book, size, number);
COMMENT ON TABLE  ledger.checkpoints IS 'The signed heads of each book''s tree; rows are added and never changed.';
COMMENT ON COLUMN ledger.checkpoints.number IS 'From 1, without gaps, in the order of signing; the size never decreases.';
COMMENT ON COLUMN ledger.checkpoints.size   IS 'How many events it is signed over: the positions 1 to size.';
COMMENT ON COLUMN ledger.checkpoints.note   IS 'The checkpoint as it is given out (C2SP tlog-checkpoint).';

CREATE TABLE ledger.signing_keys (
    book       integer     NOT NULL,
    number     integer     NOT NULL CHECK (number >= 1),
    public     text        NOT NULL,
    sealed     bytea       NOT NULL,
    signs_from bigint      NOT NULL,
    made_at    timestamptz NOT NULL,
    retired_at timestamptz,
    PRIMARY KEY (book, number)
);
CREATE UNIQUE INDEX signing_keys_in_use ON ledger.signing_keys (book) WHERE retired_at IS NULL;
COMMENT ON TABLE  ledger.signing_keys IS 'The Ed25519 keys that sign each book''s checkpoints; one at a time is in use.';
COMMENT ON COLUMN ledger.signing_keys.public     IS 'The public key, in the form of the Go note package.';
COMMENT ON COLUMN ledger.signing_keys.sealed     IS 'The private key, sealed with the key of the book.';
COMMENT ON COLUMN ledger.signing_keys.signs_from IS 'The size of the first checkpoint that it signs; 0 for the first key of a book.';
COMMENT ON COLUMN ledger.signing_keys.retired_at IS 'When it was replaced; it signed the handover and nothing after it.';

-- +goose Down
DROP TABLE ledger.signing_keys, ledger.checkpoints, ledger.tree_tiles;
DELETE FROM ledger.cursors WHERE name = 'tree';
