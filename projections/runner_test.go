package projections_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"loanledger/adapters/localpg/pgtest"
	"loanledger/domain/money"
	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
	"loanledger/projections"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// scene is a database with a log and the projections.
type scene struct {
	t     testing.TB
	url   string
	pool  *pgxpool.Pool
	store *pgstore.Store
}

func newScene(t testing.TB) *scene {
	t.Helper()
	return openScene(t, pgtest.Database(t, pgstore.Migrations, projections.Migrations))
}

// openScene is what another process has of the same database.
func openScene(t testing.TB, url string) *scene {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	store := pgstore.New(pool, time.Now)
	t.Cleanup(func() {
		store.Close()
		pool.Close()
	})
	return &scene{t, url, pool, store}
}

// run runs the projections of a book until the answer is called, which waits for the end.
func (s *scene) run(r *projections.Runner, book eventstore.Book) (stop func()) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx, book) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			s.t.Errorf("the runner ended with %v", err)
		}
	}
	s.t.Cleanup(stop)
	return stop
}

func (s *scene) runner() *projections.Runner {
	return projections.NewRunner(s.pool, s.store, func(b eventstore.Book, err error) { s.t.Logf("book %d: %v", b, err) })
}

// catchUp waits until the projections are written up to the end of the log.
func (s *scene) catchUp(r *projections.Runner, l *lives) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	if err := r.WaitFor(ctx, l.book, l.head()); err != nil {
		s.t.Fatalf("%v; health %+v", err, r.Health(l.book))
	}
}

// rows is every row of the projections of a book, as text, by table.
func (s *scene) rows(book eventstore.Book) map[string][]string {
	s.t.Helper()
	all := map[string][]string{}
	for _, name := range projections.Names() {
		rows, err := s.pool.Query(s.t.Context(), fmt.Sprintf(`SELECT t::text FROM reporting.%s t WHERE book = $1 ORDER BY 1`, name), int32(book))
		if err != nil {
			s.t.Fatal(err)
		}
		if all[name], err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
			s.t.Fatal(err)
		}
	}
	return all
}

// value is the one value that a statement answers.
func value[T any](s *scene, statement string, args ...any) T {
	s.t.Helper()
	var v T
	if err := s.pool.QueryRow(s.t.Context(), statement, args...).Scan(&v); err != nil {
		s.t.Fatalf("%s: %v", statement, err)
	}
	return v
}

// sameRows compares tables, and names the first row that differs.
func sameRows(t testing.TB, want, got map[string][]string) {
	t.Helper()
	for name := range want {
		if len(want[name]) != len(got[name]) {
			t.Errorf("%s: %d rows and %d rows", name, len(want[name]), len(got[name]))
		}
		for i := range min(len(want[name]), len(got[name])) {
			if want[name][i] != got[name][i] {
				t.Errorf("%s, row %d:\n%s\n%s", name, i, want[name][i], got[name][i])
				break
			}
		}
	}
}

func TestRunnerFollows(t *testing.T) {
	s := newScene(t)
	seed := randomSeed(t)
	r := s.runner()
	for i, c := range []money.Currency{money.RUB, money.EUR, money.JPY} {
		l := newLives(t, s.store, eventstore.Book(i+1), c, seed)
		s.run(r, l.book)
		l.days(30, 20)
		s.catchUp(r, l)
		rows := s.rows(l.book)
		for name := range rows {
			t.Logf("book %d: %s: %d rows", l.book, name, len(rows[name]))
		}
		for _, name := range []string{"accounts", "debt_balances", "instalments", "transactions", "journal_entries", "portfolio_daily"} {
			if len(rows[name]) == 0 {
				t.Errorf("book %d has no %s", l.book, name)
			}
		}
	}
}
