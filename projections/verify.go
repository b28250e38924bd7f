package projections

import (
	"context"
	"errors"
	"fmt"

	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Check is something that Verify has found to be right.
type Check struct {
	Book  eventstore.Book
	Name  string // what was checked, in plain words
	Count int64  // events, entries, accounts or rows that were looked at
}

// Difference is the first thing that Verify has found to be wrong.
type Difference struct {
	Book   eventstore.Book
	Check  string
	Detail string
}

// Error names the book, the check and what differs.
func (d *Difference) Error() string { return fmt.Sprintf("book %d: %s: %s", d.Book, d.Check, d.Detail) }

// Verify checks books, or all of them: that their logs have no gaps, that the journal is balanced and
// agrees with the debts, and that every projection is what a replay of the log gives. The service may
// run; it is held up only for the moment in which the tables that are compared are brought to the
// same position. Checks are reported one at a time.
//
// Errors: a Difference, a Poison, ErrRebuilding, the context's, or the database's.
func Verify(ctx context.Context, pool *pgxpool.Pool, store *pgstore.Store, books []eventstore.Book, report func(Check)) error {
	if len(books) == 0 {
		opened, err := store.Books(ctx)
		if err != nil {
			return err
		}
		for _, b := range opened {
			books = append(books, b.Book)
		}
	}
	for _, book := range books {
		v := &verification{pool: pool, store: store, book: book, report: report}
		if err := v.log(ctx); err != nil {
			return err
		}
		if err := v.projections(ctx); err != nil {
			return err
		}
	}
	return nil
}

// verification is the checks of one book.
type verification struct {
	pool   *pgxpool.Pool
	store  *pgstore.Store
	book   eventstore.Book
	report func(Check)
}

func (v *verification) right(name string, count int64) { v.report(Check{v.book, name, count}) }

func (v *verification) wrong(check, format string, args ...any) error {
	return &Difference{v.book, check, fmt.Sprintf(format, args...)}
}

// log checks that positions and versions have no gaps.
func (v *verification) log(ctx context.Context) error {
	const positions, versions = "positions of the log without gaps", "versions of streams without gaps"
	head, err := v.store.Head(ctx, v.book)
	if err != nil {
		return err
	}
	streams := map[uuid.UUID]eventstore.Version{}
	scan := eventstore.Scan{Book: v.book, UpTo: head.Position, Folding: true}
	err = v.store.Scan(ctx, scan, func(_ context.Context, events []eventstore.Event) error {
		for i := range events {
			e := &events[i]
			if streams[e.Stream]++; e.Version != streams[e.Stream] {
				return v.wrong(versions, "stream %s has version %d where %d is due, at position %d",
					e.Stream, e.Version, streams[e.Stream], e.Position)
			}
		}
		return nil
	})
	if gap := (*eventstore.Gap)(nil); errors.As(err, &gap) {
		return v.wrong(positions, "position %d is missing", gap.Position)
	}
	if err != nil {
		return err
	}
	v.right(positions, int64(head.Position))
	v.right(versions, int64(len(streams)))
	return nil
}

// projections checks the tables against each other, and against tables that it builds anew.
func (v *verification) projections(ctx context.Context) error {
	everything, _ := chosen(nil)
	f, err := openFresh(ctx, v.pool, v.store, v.book, everything, func(Progress) {})
	if err != nil {
		return err
	}
	defer f.close(ctx)
	if err := f.build(ctx); err != nil {
		return err
	}
	conn, err := pgx.ConnectConfig(ctx, v.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return err
	}
	// What the transaction sees is what is there at its first statement.
	if err := f.standStill(ctx, func() error { _, err := tx.Exec(ctx, `SELECT 1`); return err }); err != nil {
		return err
	}
	if err := v.books(ctx, tx); err != nil {
		return err
	}
	for id := range tableCount {
		if err := v.replayed(ctx, tx, id); err != nil {
			return err
		}
	}
	return tx.Rollback(ctx)
}

// replayed compares a table with its replay.
func (v *verification) replayed(ctx context.Context, tx pgx.Tx, id tableID) error {
	check := tables[id].name + " equal to a replay"
	live, fresh := id.partition(v.book, ""), id.partition(v.book, freshSuffix)
	sum := `SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM %s t`
	var rows, replayed int64
	var digest, replayedDigest string
	if err := tx.QueryRow(ctx, fmt.Sprintf(sum, live)).Scan(&rows, &digest); err != nil {
		return err
	}
	if err := tx.QueryRow(ctx, fmt.Sprintf(sum, fresh)).Scan(&replayed, &replayedDigest); err != nil {
		return err
	}
	if rows == replayed && digest == replayedDigest {
		v.right(check, rows)
		return nil
	}
	var side, row string
	err := tx.QueryRow(ctx, fmt.Sprintf(`
		WITH live AS (SELECT t::text AS row FROM %s t), fresh AS (SELECT t::text AS row FROM %s t)
		SELECT side, row FROM (
			SELECT 'is there and does not follow from the log' AS side, row FROM (SELECT row FROM live EXCEPT ALL SELECT row FROM fresh) AS more
			UNION ALL
			SELECT 'follows from the log and is not there', row FROM (SELECT row FROM fresh EXCEPT ALL SELECT row FROM live) AS less
		) AS differences ORDER BY row COLLATE "C" LIMIT 1`, live, fresh)).Scan(&side, &row)
	if err != nil {
		return err
	}
	return v.wrong(check, "row %s %s", row, side)
}
