package sandbox

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"loanledger/domain/date"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Clock is a test clock. Its date is moved by Advance alone, and kept in the database; its time of day
// runs from morning on and stops before the first lender's midnight.
type Clock struct {
	pool *pgxpool.Pool

	mu    sync.Mutex
	today date.Date
	base  time.Time // what it showed when the real clock showed since
	since time.Time
}

// The hours between which the time of day runs, UTC: it is the same date then from Lisbon to Moscow.
const (
	morning = 6 * time.Hour
	evening = 20*time.Hour + 59*time.Minute
)

// OpenClock is the test clock of a database, which stands on a date. A clock that was started before
// stays where it is. It shows nothing earlier than notBefore, where that is on its date. With no date
// and no clock from before there is none: nil.
func OpenClock(ctx context.Context, pool *pgxpool.Pool, start date.Date, notBefore time.Time) (*Clock, error) {
	var kept time.Time
	err := pool.QueryRow(ctx, `SELECT today FROM sandbox.clock`).Scan(&kept)
	switch {
	case err == nil:
		start = date.Of(kept, time.UTC)
	case !errors.Is(err, pgx.ErrNoRows):
		return nil, fmt.Errorf("test clock: %w", err)
	case start.IsZero():
		return nil, nil
	}
	c := &Clock{pool: pool}
	if err := c.set(ctx, start); err != nil {
		return nil, err
	}
	if notBefore.After(c.base) {
		c.base = notBefore
	}
	return c, nil
}

func (c *Clock) set(ctx context.Context, today date.Date) error {
	_, err := c.pool.Exec(ctx, `INSERT INTO sandbox.clock (today) VALUES ($1)
		ON CONFLICT (one) DO UPDATE SET today = excluded.today`, today.Time())
	if err != nil {
		return fmt.Errorf("test clock: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.today, c.base, c.since = today, today.Time().Add(morning), time.Now()
	return nil
}

// Close gives the clock's connections to the database back.
func (c *Clock) Close() { c.pool.Close() }

// Now is the time that the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.base.Add(time.Since(c.since))
	if last := c.today.Time().Add(evening); now.After(last) {
		return last
	}
	return now
}

// Today is the date that the clock stands on.
func (c *Clock) Today() date.Date {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.today
}

// Advance moves the clock to the morning of a later day.
func (c *Clock) Advance(ctx context.Context, days int) error {
	return c.set(ctx, c.Today().AddDays(days))
}
