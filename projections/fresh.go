package projections

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrRebuilding: the projections of the book are being rebuilt or verified already.
var ErrRebuilding = errors.New("the projections are being rebuilt or verified already")

// freshSuffix ends the names of tables that are being built beside those in place.
const freshSuffix = "_fresh"

// fresh is tables of a book that are built from the log beside those in place. One such set is built
// for a book at a time, by one connection that holds the book's lock for it.
type fresh struct {
	pool     *pgxpool.Pool
	store    *pgstore.Store
	conn     *pgx.Conn
	book     eventstore.Book
	ids      []tableID
	p        *projector
	progress func(Progress)
	locked   bool
}

// openFresh makes empty tables, without indexes. What an interrupted rebuild left is dropped.
// Errors: ErrRebuilding, or the database's.
func openFresh(ctx context.Context, pool *pgxpool.Pool, store *pgstore.Store, book eventstore.Book, ids []tableID,
	progress func(Progress),
) (*fresh, error) {
	conn, err := pgx.ConnectConfig(ctx, pool.Config().ConnConfig)
	if err != nil {
		return nil, err
	}
	f := &fresh{pool: pool, store: store, conn: conn, book: book, ids: ids, progress: progress}
	f.p = newProjector(store, book, newOutput(ids))
	if err := f.create(ctx); err != nil {
		f.close(ctx)
		return nil, err
	}
	return f, nil
}

func (f *fresh) create(ctx context.Context) error {
	if err := f.conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, lockKey(rebuildLock, f.book)).Scan(&f.locked); err != nil {
		return err
	}
	if !f.locked {
		return fmt.Errorf("book %d: %w", f.book, ErrRebuilding)
	}
	if err := ensurePartitions(ctx, f.conn, f.book); err != nil {
		return err
	}
	// Nothing here has to last, except the swap at the end.
	if _, err := f.conn.Exec(ctx, `SET synchronous_commit = off`); err != nil {
		return err
	}
	if err := f.drop(ctx); err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, f.conn, func(tx pgx.Tx) error {
		for _, id := range f.ids {
			// The constraint lets the table be attached later without looking at its rows.
			_, err := tx.Exec(ctx, fmt.Sprintf(`CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING INDEXES,
				CONSTRAINT one_book CHECK (book = %d))%s`, id.partition(f.book, freshSuffix), id.parent(), f.book, id.storage()))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// drop drops all tables of the book that are not in place, whoever left them.
func (f *fresh) drop(ctx context.Context) error {
	var left []string
	for id := range tableCount {
		left = append(left, id.partition(f.book, freshSuffix))
	}
	_, err := f.conn.Exec(ctx, `DROP TABLE IF EXISTS `+strings.Join(left, ", "))
	return err
}

// close drops what has not been put in place, and lets the next one begin. Where the connection is
// gone, so is the lock, and the next one drops the tables. The lock is given back by a statement, for
// the server may notice the end of a connection only a moment later.
func (f *fresh) close(ctx context.Context) {
	ctx = context.WithoutCancel(ctx)
	if f.locked {
		_ = f.drop(ctx)
		_, _ = f.conn.Exec(ctx, `SELECT pg_advisory_unlock($1)`, lockKey(rebuildLock, f.book))
	}
	_ = f.conn.Close(ctx)
}

// catchUp writes what happened between the tables' position and a later one, as the runner would.
func (f *fresh) catchUp(ctx context.Context, to eventstore.Position) error {
	if f.p.at < to {
		scan := eventstore.Scan{Book: f.book, After: f.p.at, UpTo: to, Folding: true}
		err := f.store.Scan(ctx, scan, func(ctx context.Context, events []eventstore.Event) error {
			f.progress(Progress{Book: f.book, Stage: CatchingUp, Position: f.p.at, Target: to})
			decoded, err := decode(events)
			if err != nil {
				return err
			}
			for _, segment := range segments(decoded) {
				if err := f.write(ctx, segment); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return f.write(ctx, nil) // what the bulk has left for later
}

func (f *fresh) write(ctx context.Context, segment []event) error {
	return pgx.BeginFunc(ctx, f.conn, func(tx pgx.Tx) error {
		f.p.out.handOn = func(ctx context.Context) error { return load(ctx, tx, f.book, freshSuffix, f.p.out) }
		if err := f.p.take(ctx, segment); err != nil {
			return err
		}
		return f.p.out.handOn(ctx)
	})
}

// fewEvents is how many events are left to the end, for which the runner is held up.
const fewEvents = 1000

// build fills the tables up to the position of the runner's cursor, but for a few events.
func (f *fresh) build(ctx context.Context) error {
	to, err := f.store.CursorPosition(ctx, CursorName, f.book)
	if err != nil {
		return err
	}
	if err := f.fill(ctx, to); err != nil {
		return err
	}
	if err := f.index(ctx); err != nil {
		return err
	}
	if err := f.p.goLive(ctx); err != nil {
		return err
	}
	for {
		if to, err = f.store.CursorPosition(ctx, CursorName, f.book); err != nil || to-f.p.at <= fewEvents {
			return err
		}
		if err := f.catchUp(ctx, to); err != nil {
			return err
		}
	}
}

// standStill brings the tables to exactly the position of the runner's cursor, and calls then while
// the runner is held up there.
func (f *fresh) standStill(ctx context.Context, then func() error) error {
	key := lockKey(tablesLock, f.book)
	if _, err := f.conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, key); err != nil {
		return err
	}
	err := func() error {
		at, err := f.store.CursorPosition(ctx, CursorName, f.book)
		if err != nil {
			return err
		}
		if err := f.catchUp(ctx, at); err != nil {
			return err
		}
		return then()
	}()
	_, unlockErr := f.conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, key)
	return errors.Join(err, unlockErr)
}
