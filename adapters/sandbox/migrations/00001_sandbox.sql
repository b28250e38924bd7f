-- +goose Up
CREATE SCHEMA IF NOT EXISTS sandbox;

CREATE TABLE sandbox.clock (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    today date    NOT NULL
);
COMMENT ON TABLE  sandbox.clock IS 'The test clock of loanledger dev; no row where there is none.';
COMMENT ON COLUMN sandbox.clock.today IS 'The date that the clock stands on; only advancing it changes it.';

CREATE TABLE sandbox.captured_messages (
    id        text        PRIMARY KEY,
    at        timestamptz NOT NULL,
    recipient text        NOT NULL,
    channel   text        NOT NULL,
    kind      text        NOT NULL,
    body      text        NOT NULL,
    code      text        NOT NULL
);
COMMENT ON TABLE  sandbox.captured_messages IS 'Messages that loanledger dev would have sent.';
COMMENT ON COLUMN sandbox.captured_messages.id IS 'Of the event and what is said of it: a repeated message is captured once.';
CREATE INDEX ON sandbox.captured_messages (recipient, at DESC);
CREATE INDEX ON sandbox.captured_messages (at DESC);

-- +goose Down
DROP SCHEMA sandbox CASCADE;
