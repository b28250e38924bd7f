package bench

import (
	"context"
	"fmt"
	"io"
	"time"

	"loanledger/eventstore"
	"loanledger/projections"
)

func replayContests(r *rig, ctx context.Context) ([]contest, error) {
	p, err := r.grownLoans(ctx)
	if err != nil {
		return nil, err
	}
	query := fmt.Sprintf(`SELECT %s FROM ledger.events WHERE book = %d ORDER BY position`, eventColumns, p.book)
	return []contest{{
		clients: 1, unit: "events", baseline: "copy_to",
		limit: "reading from Postgres on one core, decoding and folding on the others",
		ours: func(ctx context.Context) (stretch, error) {
			return passes(r.perRound(), func() (int64, time.Duration, error) {
				began := time.Now()
				n, err := r.replay(ctx, p.book)
				return n, time.Since(began), err
			})
		},
		bare: func(ctx context.Context) (stretch, error) {
			return passes(r.perRound(), func() (int64, time.Duration, error) {
				began := time.Now()
				n, err := r.copyTo(ctx, io.Discard, query)
				return n, time.Since(began), err
			})
		},
	}}, nil
}

// replay reads a book from its beginning, decodes every event, and folds it into the state of its
// stream.
func (r *rig) replay(ctx context.Context, number eventstore.Book) (events int64, err error) {
	states, err := projections.ReplayStates(ctx, r.store, number, 0)
	if err != nil {
		return 0, err
	}
	return int64(states.Position), nil
}
