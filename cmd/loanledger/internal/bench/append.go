package bench

import (
	"context"
	"fmt"
	"sync"
	"time"

	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"

	"github.com/jackc/pgx/v5"
)

// writers is from how many at once appending is measured.
var writers = []int{1, 8, 64, 512}

// fewWriters is up to how many the baseline is an INSERT by each of them; more are measured against
// a COPY, which is as fast as Postgres takes rows in.
const fewWriters = 8

func appendContests(r *rig, _ context.Context) ([]contest, error) {
	var list []contest
	for _, n := range writers {
		c := contest{clients: n, unit: "events"}
		var appended int64
		c.ours = func(ctx context.Context) (stretch, error) {
			s, err := r.appendToNew(ctx, n, r.perRound())
			appended = s.count
			return s, err
		}
		if n <= fewWriters {
			c.baseline = "insert"
			c.limit = "one exchange with Postgres and one commit for an append; with few writers nothing can be shared"
			c.bare = func(ctx context.Context) (stretch, error) { return r.insertEvents(ctx, n, r.perRound()) }
		} else {
			c.baseline = "copy"
			c.limit = "one backend of Postgres, which inserts into the table and its two indexes and writes the log ahead"
			c.bare = func(ctx context.Context) (stretch, error) { return r.copyEvents(ctx, appended) }
		}
		list = append(list, c)
	}
	return list, nil
}

// appendToNew appends to an empty book, through a store of its own.
func (r *rig) appendToNew(ctx context.Context, writers int, lasting time.Duration) (stretch, error) {
	book, err := r.scratchBook(ctx)
	if err != nil {
		return stretch{}, err
	}
	store := pgstore.New(r.pool, time.Now)
	defer store.Close()
	if err := r.connected(ctx, store, book); err != nil {
		return stretch{}, err
	}
	return r.proven(ctx, store, book, func(ctx context.Context) (stretch, error) {
		return closedLoop(ctx, writers, lasting, r.appending(store, book, writers, 0))
	})
}

// proven does something while the tree of a book is built behind it and its heads are signed.
func (r *rig) proven(ctx context.Context, store *pgstore.Store, book eventstore.Book, do func(context.Context) (stretch, error)) (stretch, error) {
	running, cancel := context.WithCancelCause(ctx)
	notary := pgstore.NewNotary(store, r.vault, func(_ eventstore.Book, err error) { cancel(err) })
	var building sync.WaitGroup
	building.Go(func() { _ = notary.Run(running, book) }) // what goes wrong is told as trouble
	s, err := do(running)
	if trouble := context.Cause(running); trouble != nil {
		err = fmt.Errorf("build the tree: %w", trouble)
	}
	cancel(nil)
	building.Wait()
	return s, err
}

// scratchLender has the books that are appended to and then emptied.
const scratchLender = "bench-scratch"

// scratchBook opens an empty book of the scratch lender.
func (r *rig) scratchBook(ctx context.Context) (eventstore.Book, error) {
	book, err := r.newBook(ctx)
	if err != nil {
		return 0, err
	}
	return book, r.store.RegisterBook(ctx, book, scratchLender)
}

// connected appends once, so that the store has its connections before anything is timed.
func (r *rig) connected(ctx context.Context, store eventstore.Log, book eventstore.Book) error {
	const series = 1 << 19 // of streams that nobody else appends to
	_, err := store.Append(ctx, book, rowAt(series, 0).append(r.sample))
	return err
}

// appending is writers that append one event at a time, each to its share of the streams in turn.
func (r *rig) appending(store eventstore.Log, book eventstore.Book, writers int, series uint64) func(int) operation {
	share := uint64(manyStreams / writers)
	return func(worker int) operation {
		next := uint64(0)
		return func(ctx context.Context, m *meter) error {
			w := rowAt(series, uint64(worker)*share+next%share+next/share*manyStreams)
			next++
			began := time.Now()
			_, err := store.Append(ctx, book, w.append(r.sample))
			m.done(began)
			return err
		}
	}
}

// tidy empties the books of no real lender, so that the server has nothing to clean up there while
// something else is measured.
func (r *rig) tidy(ctx context.Context) error {
	rows, err := r.pool.Query(ctx, `SELECT 'ledger.' || l.relation FROM ledger.leaves l JOIN ledger.books b USING (book)
		WHERE coalesce(b.lender, $1) = $1 AND pg_relation_size(('ledger.' || l.relation)::regclass) > 0`, scratchLender)
	if err != nil {
		return err
	}
	leaves, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, leaf := range leaves {
		if _, err := r.pool.Exec(ctx, `TRUNCATE `+leaf); err != nil {
			return err
		}
	}
	return nil
}
