package projections

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Runner keeps the projections of books up with the log. Of all processes that run a book, the one
// that holds the book's cursor works, and the others wait to take over. It is safe for concurrent use.
type Runner struct {
	pool  *pgxpool.Pool
	store *pgstore.Store
	// retrying is told of each error that the runner goes on after.
	retrying func(eventstore.Book, error)

	mu     sync.Mutex
	places map[eventstore.Book]*place
}

// NewRunner is a runner on a database with Migrations. Errors that it goes on after, such as a
// connection that broke, are told to retrying.
func NewRunner(pool *pgxpool.Pool, store *pgstore.Store, retrying func(eventstore.Book, error)) *Runner {
	return &Runner{pool: pool, store: store, retrying: retrying, places: map[eventstore.Book]*place{}}
}

const (
	eventsAtOnce = 2000
	retryAfter   = 200 * time.Millisecond
)

// Run keeps the projections of one book up with the log until the context ends. It goes on by itself
// after a connection broke, another process held the book, or the tables were rebuilt. It stops with a Poison at an event that
// cannot be projected, and with the database's error at rows that the database refuses: nothing is
// skipped, and what needs the projections fails until it is put right; see Health.
func (r *Runner) Run(ctx context.Context, book eventstore.Book) error {
	at := r.place(book)
	for {
		err := r.hold(ctx, book, at)
		at.follow(false, err)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case !passing(err):
			err = fmt.Errorf("projections of book %d stopped: %w", book, err)
			at.stop(err)
			return err
		case errors.Is(err, errRebuilt):
			continue
		}
		r.retrying(book, err)
		select {
		case <-time.After(retryAfter):
		case <-ctx.Done():
		}
	}
}

// hold takes the cursor, waiting for it, and follows the log until something fails.
func (r *Runner) hold(ctx context.Context, book eventstore.Book, at *place) error {
	cursor, err := r.store.OpenCursor(ctx, CursorName, book)
	if err != nil {
		return err
	}
	defer cursor.Close()
	held, release := cursor.Held(ctx)
	defer release()
	l, err := openLive(held, r.pool, r.store, cursor, book, at.advance)
	if err != nil {
		return causeOf(held, err)
	}
	defer l.close(ctx)
	at.follow(true, nil)
	at.advance(cursor.Position())
	return causeOf(held, eventstore.Follow(held, r.store, book, cursor.Position(), eventsAtOnce, l.apply))
}

// causeOf says why a context ended, where that is what an error came from.
func causeOf(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errors.Join(context.Cause(ctx), err)
	}
	return err
}

// passing reports whether an error may be gone when the same is tried again: everything but a poison
// and what the database objects to in the statements and rows themselves.
func passing(err error) bool {
	if poison := (*Poison)(nil); errors.As(err, &poison) {
		return false
	}
	refused := (*pgconn.PgError)(nil)
	if !errors.As(err, &refused) || len(refused.Code) != 5 {
		return true
	}
	switch refused.Code[:2] {
	case "22", "23", "42", "44", "0A":
		return false
	}
	return true
}
