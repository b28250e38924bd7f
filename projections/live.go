package projections

import (
	"context"

	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// CursorName is the name of the cursor that the projections follow a book with.
const CursorName = "projections"

// live writes the projections of a book as its events come in. It has a connection of its own, so
// that it never waits for one of the pool while it holds another.
type live struct {
	conn   *pgx.Conn
	cursor *pgstore.Cursor
	book   eventstore.Book
	p      *projector
	saved  func(eventstore.Position)
}

// openLive takes the projections of a book up where its cursor stands.
func openLive(ctx context.Context, pool *pgxpool.Pool, log eventstore.Log, cursor *pgstore.Cursor, book eventstore.Book,
	saved func(eventstore.Position),
) (*live, error) {
	conn, err := pgx.ConnectConfig(ctx, pool.Config().ConnConfig)
	if err != nil {
		return nil, err
	}
	everything, _ := chosen(nil)
	l := &live{conn: conn, cursor: cursor, book: book, p: newProjector(log, book, newOutput(everything)), saved: saved}
	if err = ensurePartitions(ctx, conn, book); err == nil {
		err = l.p.restore(ctx, conn, cursor.Position())
	}
	if err != nil {
		l.close(ctx)
		return nil, err
	}
	return l, nil
}

func (l *live) close(ctx context.Context) { _ = l.conn.Close(context.WithoutCancel(ctx)) }

// apply writes events and saves the position, one transaction for each segment.
func (l *live) apply(ctx context.Context, events []eventstore.Event) error {
	decoded, poison := decode(events)
	for _, segment := range segments(decoded) {
		if err := l.write(ctx, segment); err != nil {
			return err
		}
	}
	return poison // what stands before it has been written
}

func (l *live) write(ctx context.Context, segment []event) error {
	err := pgx.BeginFunc(ctx, l.conn, func(tx pgx.Tx) error {
		// The rows and the position are lost together or not at all, so that a crash only makes the
		// runner do again what it did; there is no need to wait for the disk.
		_, err := tx.Exec(ctx, `SELECT set_config('synchronous_commit', 'off', true), pg_advisory_xact_lock_shared($1)`,
			lockKey(tablesLock, l.book))
		if err != nil {
			return err
		}
		l.p.out.handOn = func(ctx context.Context) error { return load(ctx, tx, l.book, "", l.p.out) }
		if err := l.p.take(ctx, segment); err != nil {
			return err
		}
		if err := l.p.out.handOn(ctx); err != nil {
			return err
		}
		return l.cursor.Save(ctx, tx, l.p.at)
	})
	if err == nil {
		l.saved(l.p.at)
	}
	return err
}
