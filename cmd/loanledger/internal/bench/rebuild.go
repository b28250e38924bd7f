package bench

import (
	"context"
	"fmt"
	"time"

	"loanledger/projections"
)

func rebuildContests(r *rig, ctx context.Context) ([]contest, error) {
	p, err := r.grownLoans(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.project(ctx, p); err != nil {
		return nil, err
	}
	head, err := r.store.Head(ctx, p.book)
	if err != nil {
		return nil, err
	}
	var rows []copied
	for _, name := range projections.Names() {
		table := "reporting." + name
		c, err := r.copyOut(ctx, table, fmt.Sprintf(`SELECT * FROM %s WHERE book = %d`, table, p.book))
		if err != nil {
			return nil, err
		}
		rows = append(rows, c)
	}
	return []contest{{
		clients: 1, unit: "events", baseline: "copy",
		limit: "Postgres: loading the rows with COPY and making their indexes",
		ours: func(ctx context.Context) (stretch, error) {
			return passes(r.perRound(), func() (int64, time.Duration, error) {
				began := time.Now()
				err := r.rebuild(ctx, p)
				return int64(head.Position), time.Since(began), err
			})
		},
		bare: func(ctx context.Context) (stretch, error) {
			return passes(r.perRound(), func() (int64, time.Duration, error) {
				took, err := r.copyIn(ctx, rows)
				return int64(head.Position), took, err
			})
		},
	}}, nil
}
