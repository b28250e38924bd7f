package projections

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"
)

// Stage is what a rebuild is doing.
type Stage string

// The stages of a rebuild, in order.
const (
	Loading    Stage = "loading"
	Indexing   Stage = "indexing"
	CatchingUp Stage = "catching up"
	Waiting    Stage = "waiting for readers"
	Done       Stage = "done"
)

// Progress is how far the rebuild of a book is.
type Progress struct {
	Book      eventstore.Book
	Stage     Stage
	Position  eventstore.Position // of the last event that was taken
	Target    eventstore.Position
	Rows      int64   // loaded so far, in the stage Loading
	PerSecond float64 // events, in the stage Loading
}

// Rebuild makes the named projections of books, or all of either, anew from the log: beside those in
// place, while the runner goes on, and puts each book's in place at once, at exactly the position
// where the runner stands, which goes on from there. An interrupted rebuild changes nothing. Progress
// is told by one goroutine at a time.
//
// Errors: ErrUnknownProjection, ErrRebuilding, a Poison, the context's, or the database's.
func Rebuild(ctx context.Context, pool *pgxpool.Pool, store *pgstore.Store, books []eventstore.Book, names []string,
	progress func(Progress),
) error {
	ids, err := chosen(names)
	if err != nil {
		return err
	}
	var one sync.Mutex
	tell := func(p Progress) {
		one.Lock()
		defer one.Unlock()
		progress(p)
	}
	return eachBook(ctx, store, books, func(ctx context.Context, book eventstore.Book) error {
		return rebuildBook(ctx, pool, store, book, ids, tell)
	})
}

// eachBook does something for books, or for all of the store, several at a time where there are cores.
func eachBook(ctx context.Context, store *pgstore.Store, books []eventstore.Book, do func(context.Context, eventstore.Book) error) error {
	if len(books) == 0 {
		opened, err := store.Books(ctx)
		if err != nil {
			return err
		}
		for _, b := range opened {
			books = append(books, b.Book)
		}
	}
	group, inGroup := errgroup.WithContext(ctx)
	group.SetLimit(max(1, runtime.GOMAXPROCS(0)/2))
	for _, book := range books {
		group.Go(func() error { return do(inGroup, book) })
	}
	return group.Wait()
}

func rebuildBook(ctx context.Context, pool *pgxpool.Pool, store *pgstore.Store, book eventstore.Book, ids []tableID, progress func(Progress)) error {
	f, err := openFresh(ctx, pool, store, book, ids, progress)
	if err != nil {
		return err
	}
	defer f.close(ctx)
	if err := f.build(ctx); err != nil {
		return fmt.Errorf("rebuild book %d: %w", book, err)
	}
	for {
		err := f.standStill(ctx, func() error { return f.swap(ctx) })
		if err == nil {
			progress(Progress{Book: book, Stage: Done, Position: f.p.at, Target: f.p.at})
			return nil
		}
		if !errors.Is(err, errReaders) {
			return fmt.Errorf("rebuild book %d: %w", book, err)
		}
		progress(Progress{Book: book, Stage: Waiting, Position: f.p.at, Target: f.p.at})
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// errReaders: somebody reads the tables in place, and goes on reading.
var errReaders = errors.New("the tables are being read")

// swap puts the fresh tables in the place of the old ones. It waits for readers only for so long that
// no reader who waits for the swap is taken for deadlocked.
func (f *fresh) swap(ctx context.Context) error {
	parents := make([]string, 0, len(f.ids))
	for _, id := range f.ids {
		parents = append(parents, id.parent())
	}
	return pgx.BeginFunc(ctx, f.conn, func(tx pgx.Tx) error {
		for _, setting := range []string{`SET LOCAL statement_timeout = '600ms'`, `SET LOCAL synchronous_commit TO DEFAULT`} {
			if _, err := tx.Exec(ctx, setting); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `LOCK TABLE `+strings.Join(parents, ", ")+` IN ACCESS EXCLUSIVE MODE`)
		if refused := (*pgconn.PgError)(nil); errors.As(err, &refused) && (refused.Code == "57014" || refused.Code == "55P03") && ctx.Err() == nil {
			return errReaders
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `SET LOCAL statement_timeout = 0`); err != nil {
			return err
		}
		for _, id := range f.ids {
			old, made := id.partition(f.book, ""), id.partition(f.book, freshSuffix)
			_, name, _ := strings.Cut(old, ".")
			for _, statement := range []string{
				fmt.Sprintf(`ALTER TABLE %s DETACH PARTITION %s`, id.parent(), old),
				`DROP TABLE ` + old,
				fmt.Sprintf(`ALTER TABLE %s RENAME TO %s`, made, name),
				id.attach(f.book),
				`ALTER TABLE ` + old + ` DROP CONSTRAINT one_book`,
			} {
				if _, err := tx.Exec(ctx, statement); err != nil {
					return fmt.Errorf("%s: %w", tables[id].name, err)
				}
			}
		}
		return nil
	})
}
