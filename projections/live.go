package projections

import (
	"context"
	"errors"
	"strings"

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
	tables string // which tables were in place when the projector was restored from them
}

// errRebuilt: the tables in place are others than those that the projector was restored from.
var errRebuilt = errors.New("the tables were rebuilt")

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
		err = conn.QueryRow(ctx, tablesSQL, l.names()).Scan(&l.tables)
	}
	if err == nil {
		err = l.p.restore(ctx, conn, cursor.Position())
	}
	if err != nil {
		l.close(ctx)
		return nil, err
	}
	return l, nil
}

const tablesSQL = `SELECT coalesce(string_agg(oid::text, ' ' ORDER BY relname), '') FROM pg_class
	WHERE relnamespace = 'reporting_books'::regnamespace AND relname = ANY($1)`

func (l *live) names() []string {
	names := make([]string, 0, tableCount)
	for id := range tableCount {
		_, name, _ := strings.Cut(id.partition(l.book, ""), ".")
		names = append(names, name)
	}
	return names
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
		if err := l.begin(ctx, tx); err != nil {
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

// begin makes sure of the tables, and keeps them in place until the transaction ends.
//
// The rows and the position are lost together or not at all, so that a crash only makes the runner do
// again what it did; there is no need to wait for the disk.
func (l *live) begin(ctx context.Context, tx pgx.Tx) error {
	batch := &pgx.Batch{}
	batch.Queue(`SET LOCAL synchronous_commit = off`)
	batch.Queue(`SELECT pg_advisory_xact_lock_shared($1)`, lockKey(tablesLock, l.book))
	var inPlace string
	batch.Queue(tablesSQL, l.names()).QueryRow(func(row pgx.Row) error { return row.Scan(&inPlace) })
	err := tx.SendBatch(ctx, batch).Close()
	if err == nil && inPlace != l.tables {
		err = errRebuilt
	}
	return err
}
