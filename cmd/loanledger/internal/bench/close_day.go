package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/eventstore"
	"loanledger/projections"

	"github.com/google/uuid"
)

// closing is the days of a portfolio that are closed one after another, with the tables kept up.
type closing struct {
	rig       *rig
	portfolio *portfolio
	runner    *projections.Runner
	lines     copied // the journal of the day that was closed last
	active    int64
}

func closeDayContests(r *rig, ctx context.Context) ([]contest, error) {
	p, err := r.grownLoans(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.project(ctx, p); err != nil {
		return nil, err
	}
	c := &closing{rig: r, portfolio: p, runner: projections.NewRunner(r.pool, r.store, func(eventstore.Book, error) {})}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- c.runner.Run(running, p.book) }()
	end := func() { stop(); <-ended }
	if err := c.untilItFollows(ctx); err != nil {
		end()
		return nil, err
	}
	return []contest{{
		clients: 1, unit: "loans", baseline: "copy",
		limit: "the tables: the accruals and the debt of every active loan, computed here and loaded behind the log; a day writes the accruals and the changed debts of every loan",
		ours:  c.closeOne,
		bare: func(ctx context.Context) (stretch, error) {
			return passes(r.perRound(), func() (int64, time.Duration, error) {
				took, err := r.copyIn(ctx, []copied{c.lines})
				return c.active, took, err
			})
		},
		end: end,
	}}, nil
}

// untilItFollows waits until the runner holds the tables: before, it would be its start that is timed.
func (c *closing) untilItFollows(ctx context.Context) error {
	for !c.runner.Health(c.portfolio.book).Follows {
		if err := c.runner.Health(c.portfolio.book).Stopped; err != nil {
			return err
		}
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// closeOne closes the open business date, until the tables have it all.
func (c *closing) closeOne(ctx context.Context) (stretch, error) {
	r, p := c.rig, c.portfolio
	business, err := r.desk.BusinessDate(ctx, p.lender)
	if err != nil {
		return stretch{}, err
	}
	err = r.pool.QueryRow(ctx, `SELECT count(*) FROM reporting.accounts WHERE book = $1 AND status = 'active'`, p.book).Scan(&c.active)
	if err != nil {
		return stretch{}, err
	}
	before, err := r.store.Head(ctx, p.book)
	if err != nil {
		return stretch{}, err
	}
	s, err := passes(0, func() (int64, time.Duration, error) {
		began := time.Now()
		after, err := c.close(ctx, business)
		if err == nil {
			err = c.runner.WaitFor(ctx, p.book, after)
		}
		return c.active, time.Since(began), err
	})
	if err != nil {
		return s, err
	}
	const journal = "reporting.journal_entries"
	c.lines, err = r.copyOut(ctx, journal, fmt.Sprintf(`SELECT * FROM %s WHERE book = %d AND position > %d`, journal, p.book, before.Position))
	return s, err
}

var errNotClosed = errors.New("another number of days than one was closed")

// close closes a day as the service does, and answers the position of its end.
func (c *closing) close(ctx context.Context, on date.Date) (eventstore.Position, error) {
	candidates := func(ctx context.Context, b ident.Book, on date.Date, upTo eventstore.Position) ([]uuid.UUID, error) {
		if err := c.runner.WaitFor(ctx, eventstore.Book(b), upTo); err != nil {
			return nil, err
		}
		return projections.CloseCandidates(ctx, c.rig.pool, b, on)
	}
	days := 0
	err := c.rig.desk.CloseDay(ctx, c.portfolio.lender, on, candidates, func(date.Date, int) { days++ })
	if err == nil && days != 1 {
		err = errNotClosed
	}
	if err != nil {
		return 0, err
	}
	head, err := c.rig.store.Head(ctx, c.portfolio.book)
	return head.Position, err
}
