package pgstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"loanledger/eventstore"
)

// fullLeaf is a leaf that nothing is added to any more. Which streams are in it is known for ever: an
// append to a stream that is in none of them need not look.
type fullLeaf struct {
	first, last eventstore.Position
	streams     *streamSet // nil until it is known: any stream may be in it
}

// learn finds the sets of streams of the leaves before this one, the oldest first, until all are known or
// another leaf is written to. Most are stored; that of the youngest is often still to be made.
func (c *committer) learn(ctx context.Context, at *leaf) {
	for wait := 10 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		full := *at.full.Load()
		i := slices.IndexFunc(full, func(f fullLeaf) bool { return f.streams == nil })
		if i < 0 || c.standing() != at {
			return
		}
		set, err := c.store.streamsOf(ctx, c.book, full[i])
		if err == nil && set != nil {
			known := slices.Clone(full)
			known[i].streams = set
			c.mu.Lock()
			if c.leaf == at { // else the database may be another one since
				c.sets[full[i].first] = set
				at.full.Store(&known)
			}
			c.mu.Unlock()
			wait = 5 * time.Millisecond
			continue
		}
		if sleep(ctx, wait) != nil { // somebody else is at it, or something is wrong
			return
		}
	}
}

// streamsOf is the set of a full leaf's streams: the stored one, or one that is made and stored. One
// process makes it; the others get nil meanwhile.
func (s *Store) streamsOf(ctx context.Context, book eventstore.Book, f fullLeaf) (set *streamSet, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var stored []byte
		var relation string // of now: the table may have been exchanged since
		err := tx.QueryRow(ctx, `SELECT streams, relation FROM ledger.leaves WHERE book = $1 AND first_position = $2
			FOR NO KEY UPDATE SKIP LOCKED`, book, f.first).Scan(&stored, &relation)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return nil
		case err != nil:
			return err
		case stored != nil:
			set, err = decodeStreamSet(stored)
			return err
		}
		made, err := collectStreams(ctx, tx, relation, int(f.last-f.first+1))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE ledger.leaves SET streams = $3 WHERE book = $1 AND first_position = $2`, book, f.first, made.encoded())
		if err == nil {
			set = made
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("the streams from position %d of book %d: %w", f.first, book, err)
	}
	return set, nil
}

// collectStreams makes the set of a leaf's streams. A leaf that lacks an event has none: appends look
// into it each time, and verifying says what is missing.
func collectStreams(ctx context.Context, tx pgx.Tx, relation string, events int) (*streamSet, error) {
	rows, err := tx.Query(ctx, `SELECT stream FROM ledger.`+relation, pgx.QueryResultFormats{pgx.BinaryFormatCode})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	hashes := make([]uint64, 0, events)
	for rows.Next() {
		raw := rows.RawValues()[0]
		if len(raw) != 16 {
			return nil, errForm
		}
		hashes = append(hashes, streamHash(uuid.UUID(raw)))
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if len(hashes) != events {
		return nil, fmt.Errorf("%w: %d events of %d", eventstore.ErrGap, len(hashes), events)
	}
	return newStreamSet(hashes), nil
}
