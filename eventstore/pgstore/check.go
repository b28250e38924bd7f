package pgstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"loanledger/eventstore"
)

// ErrBroken: the stored events are not those that were appended.
var ErrBroken = errors.New("the log is broken")

// batchRow is a row of ledger.batches.
type batchRow struct {
	FirstPosition eventstore.Position
	LastPosition  eventstore.Position
	Epoch         int64
	RecordedAt    time.Time
	Chain         []byte
}

// batchesPerPage bounds how many batch rows are in memory at once.
const batchesPerPage = 1000

// CheckBatches reads a whole book and compares every event with the batch that appended it, and every
// batch with the one before. It answers the last position that is right; ErrBroken says what is
// wrong with the next one. It reads page by page, and so may run beside appends.
func (s *Store) CheckBatches(ctx context.Context, book eventstore.Book) (eventstore.Position, error) {
	if err := s.mustBeOpen(ctx, book); err != nil {
		return 0, err
	}
	genesis := genesisChain(book)
	before := batchRow{LastPosition: 0, Chain: genesis[:]}
	for {
		page, err := s.batchesAfter(ctx, book, before.LastPosition)
		if err != nil {
			return before.LastPosition, fmt.Errorf("check book %d: %w", book, err)
		}
		if len(page) == 0 {
			return before.LastPosition, s.checkEnd(ctx, book, before.LastPosition)
		}
		for _, batch := range page {
			if err := s.checkBatch(ctx, book, before, batch); err != nil {
				return before.LastPosition, err
			}
			before = batch
		}
	}
}

func (s *Store) batchesAfter(ctx context.Context, book eventstore.Book, after eventstore.Position) ([]batchRow, error) {
	rows, err := s.pool.Query(ctx, `SELECT first_position, last_position, epoch, recorded_at, chain FROM ledger.batches
		WHERE book = $1 AND last_position > $2 ORDER BY last_position LIMIT $3`, book, after, batchesPerPage)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[batchRow])
}

func (s *Store) checkBatch(ctx context.Context, book eventstore.Book, before, batch batchRow) error {
	broken := func(position eventstore.Position, what string, args ...any) error {
		return fmt.Errorf("%w: book %d, position %d: %s", ErrBroken, book, position, fmt.Sprintf(what, args...))
	}
	if batch.FirstPosition != before.LastPosition+1 || batch.LastPosition < batch.FirstPosition {
		return broken(before.LastPosition+1, "the next batch is of positions %d to %d", batch.FirstPosition, batch.LastPosition)
	}
	if batch.RecordedAt.Before(before.RecordedAt) {
		return broken(batch.FirstPosition, "recorded at %s, before its predecessor", batch.RecordedAt)
	}
	count := int(batch.LastPosition - before.LastPosition)
	events, err := s.ReadBook(ctx, book, before.LastPosition, count)
	if err != nil {
		return err
	}
	var digest batchDigest
	digest.reset()
	for i := range events {
		if want := batch.FirstPosition + eventstore.Position(i); events[i].Position != want {
			return broken(want, "the event is missing")
		}
		if !events[i].RecordedAt.Equal(batch.RecordedAt) {
			return broken(events[i].Position, "recorded at %s, its batch at %s", events[i].RecordedAt, batch.RecordedAt)
		}
		digest.add(&events[i])
	}
	if len(events) < count {
		return broken(batch.FirstPosition+eventstore.Position(len(events)), "the event is missing")
	}
	micros := batch.RecordedAt.UnixMicro() - postgresEpoch.UnixMicro()
	want := chainAfter(before.Chain, batch.FirstPosition, batch.LastPosition, batch.Epoch, micros, digest.sum())
	if !bytes.Equal(batch.Chain, want[:]) {
		return broken(batch.FirstPosition, "this event or one up to position %d was changed", batch.LastPosition)
	}
	return nil
}

// checkEnd looks for events that no batch speaks of.
func (s *Store) checkEnd(ctx context.Context, book eventstore.Book, last eventstore.Position) error {
	head, err := s.Head(ctx, book)
	if err != nil {
		return err
	}
	var stray *int64
	err = s.pool.QueryRow(ctx, `SELECT min(position) FROM ledger.events WHERE book = $1 AND position > $2`,
		book, max(last, head.Position)).Scan(&stray)
	if err != nil {
		return fmt.Errorf("check book %d: %w", book, err)
	}
	if stray != nil {
		head, err = s.Head(ctx, book) // appended since, or not appended at all
		if err != nil || *stray <= int64(head.Position) {
			return err
		}
		return fmt.Errorf("%w: book %d, position %d: no batch appended this event", ErrBroken, book, *stray)
	}
	return nil
}
