package chaos

import (
	"context"
	"errors"

	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
	"loanledger/projections"
)

// batches compares every event with the batch that appended it.
func (x *examination) batches(ctx context.Context) (int64, error) {
	count := int64(0)
	for _, b := range x.books {
		last, err := x.store.CheckBatches(ctx, b.Book)
		if errors.Is(err, pgstore.ErrBroken) || errors.Is(err, eventstore.ErrGap) {
			x.violated("%v", err)
			continue
		}
		if err != nil {
			return count, err
		}
		if end := lastOf(x.events[b.Book]); last != end {
			x.violated("book %d: the batches end at %d, the events at %d", b.Book, last, end)
		}
		count += int64(last)
	}
	return count, nil
}

// tree compares every event with the tree and the signed checkpoints, the last of which is over all
// of them.
func (x *examination) tree(ctx context.Context) (int64, error) {
	count := int64(0)
	for _, b := range x.books {
		done, err := x.store.CheckTree(ctx, b.Book, pgstore.TreeCheck{})
		if errors.Is(err, pgstore.ErrBroken) || errors.Is(err, eventstore.ErrGap) {
			x.violated("%v", err)
			continue
		}
		if err != nil {
			return count, err
		}
		last, err := x.store.LastCheckpoint(ctx, b.Book)
		if err != nil {
			return count, err
		}
		if end := int64(lastOf(x.events[b.Book])); done.Events != end || last.Size != end {
			x.violated("book %d: %d events in the tree and %d under the last checkpoint, of %d", b.Book, done.Events, last.Size, end)
		}
		count += done.Events + done.Tiles + done.Checkpoints
	}
	return count, nil
}

// tables compares the projections with a replay, and the journal's debits with its credits.
func (x *examination) tables(ctx context.Context) (int64, error) {
	count := int64(0)
	for _, b := range x.loanBooks() {
		err := projections.Verify(ctx, x.pool, x.store, []eventstore.Book{b}, func(c projections.Check) { count += c.Count })
		different, poison := (*projections.Difference)(nil), (*projections.Poison)(nil)
		switch {
		case errors.As(err, &different), errors.As(err, &poison), errors.Is(err, eventstore.ErrGap):
			x.violated("%v", err)
		case err != nil:
			return count, err
		}
	}
	return count, nil
}
