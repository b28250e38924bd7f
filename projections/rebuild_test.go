package projections_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"loanledger/domain/money"
	"loanledger/eventstore"
	"loanledger/projections"

	"github.com/jackc/pgx/v5"
)

func quiet(projections.Progress) {}

func TestRebuiltIsLive(t *testing.T) {
	s := newScene(t)
	seed := randomSeed(t)
	r := s.runner()
	for i, c := range []money.Currency{money.RUB, money.EUR, money.JPY} {
		l := newLives(t, s.store, eventstore.Book(i+1), c, seed)
		s.run(r, l.book)
		l.days(40, 25)
		l.revive()
		l.days(5, 25)
		s.catchUp(r, l)
		live := s.rows(l.book)
		var last projections.Progress
		err := projections.Rebuild(t.Context(), s.pool, s.store, []eventstore.Book{l.book}, nil, func(p projections.Progress) { last = p })
		if err != nil {
			t.Fatal(err)
		}
		if last.Stage != projections.Done || last.Position != l.head() {
			t.Errorf("the rebuild ended with %+v, the log at %d", last, l.head())
		}
		sameRows(t, live, s.rows(l.book))

		l.days(5, 25) // live goes on, on the rebuilt tables
		s.catchUp(r, l)
		live = s.rows(l.book)
		if err := projections.Rebuild(t.Context(), s.pool, s.store, nil, []string{"accounts", "journal_entries"}, quiet); err != nil {
			t.Fatal(err)
		}
		sameRows(t, live, s.rows(l.book))
	}
}

// What is remembered changes nothing: neither live nor in a rebuild.
func TestRebuiltIsLiveWithoutMemory(t *testing.T) {
	s := newScene(t)
	l := newLives(t, s.store, 1, money.RUB, randomSeed(t))
	remember := projections.Forgetful()
	r := s.runner()
	stop := s.run(r, l.book)
	l.days(25, 25)
	l.revive()
	l.days(3, 25)
	s.catchUp(r, l)
	live := s.rows(l.book)
	stop()
	for range 2 {
		if err := projections.Rebuild(t.Context(), s.pool, s.store, nil, nil, quiet); err != nil {
			t.Fatal(err)
		}
		sameRows(t, live, s.rows(l.book))
		remember()
	}
}

func TestRebuildWhileLivesGoOn(t *testing.T) {
	s := newScene(t)
	l := newLives(t, s.store, 1, money.RUB, randomSeed(t))
	r := s.runner()
	s.run(r, l.book)
	l.days(20, 25)
	s.catchUp(r, l)
	ended := make(chan error, 1)
	go func() {
		var err error
		for range 5 {
			err = errors.Join(err, projections.Rebuild(t.Context(), s.pool, s.store, []eventstore.Book{1}, nil, quiet))
		}
		ended <- err
	}()
	for going := true; going; {
		l.days(1, 25)
		if l.head() > r.Health(l.book).Position+300 { // no further ahead, or there would be much to wait for
			s.catchUp(r, l)
		}
		select {
		case err := <-ended:
			if err != nil {
				t.Fatal(err)
			}
			going = false
		default:
		}
	}
	s.catchUp(r, l)
	live := s.rows(l.book)
	if err := projections.Rebuild(t.Context(), s.pool, s.store, []eventstore.Book{1}, nil, quiet); err != nil {
		t.Fatal(err)
	}
	sameRows(t, live, s.rows(l.book))
}

// A rebuild mends what somebody did to the tables, and the runner goes on from what is mended.
func TestRebuildMends(t *testing.T) {
	s := newScene(t)
	l := newLives(t, s.store, 1, money.EUR, randomSeed(t))
	r := s.runner()
	stop := s.run(r, l.book)
	l.days(20, 25)
	s.catchUp(r, l)
	good := s.rows(l.book)
	stop()
	for _, damage := range []string{
		`DELETE FROM reporting.accounts WHERE loan_id IN (SELECT loan_id FROM reporting.accounts WHERE status = 'active' LIMIT 2)`,
		`UPDATE reporting.debt_balances SET principal = principal + 1`,
		`DELETE FROM reporting.transactions`,
	} {
		if _, err := s.pool.Exec(t.Context(), damage); err != nil {
			t.Fatal(err)
		}
	}
	r = s.runner()
	s.run(r, l.book)
	s.catchUp(r, l)
	if err := projections.Rebuild(t.Context(), s.pool, s.store, nil, nil, quiet); err != nil {
		t.Fatal(err)
	}
	sameRows(t, good, s.rows(l.book))
	l.days(3, 25)
	s.catchUp(r, l)
	good = s.rows(l.book)
	if err := projections.Rebuild(t.Context(), s.pool, s.store, nil, nil, quiet); err != nil {
		t.Fatal(err)
	}
	sameRows(t, good, s.rows(l.book))
}

func TestInterruptedRebuildChangesNothing(t *testing.T) {
	s := newScene(t)
	l := newLives(t, s.store, 1, money.RUB, randomSeed(t))
	r := s.runner()
	s.run(r, l.book)
	l.days(10, 25)
	s.catchUp(r, l)
	before := s.rows(l.book)
	for _, stage := range []projections.Stage{projections.Loading, projections.Indexing} {
		ctx, cancel := context.WithCancel(t.Context())
		err := projections.Rebuild(ctx, s.pool, s.store, nil, nil, func(p projections.Progress) {
			if p.Stage == stage {
				cancel()
			}
		})
		cancel()
		if err == nil {
			t.Errorf("a rebuild that was interrupted while %s succeeded", stage)
		}
		if n := value[int](s, `SELECT count(*) FROM pg_class WHERE relname LIKE '%\_fresh' AND relkind = 'r'`); n > 0 {
			t.Errorf("a rebuild that was interrupted while %s left %d tables", stage, n)
		}
	}
	sameRows(t, before, s.rows(l.book))
}

// What a killed rebuild left is in nobody's way.
func TestLitterIsCleared(t *testing.T) {
	s := newScene(t)
	l := newLives(t, s.store, 1, money.RUB, randomSeed(t))
	r := s.runner()
	s.run(r, l.book)
	l.days(3, 25)
	s.catchUp(r, l)
	if _, err := s.pool.Exec(t.Context(), `CREATE TABLE reporting_books.accounts_1_fresh (x integer)`); err != nil {
		t.Fatal(err)
	}
	before := s.rows(l.book)
	if err := projections.Rebuild(t.Context(), s.pool, s.store, nil, nil, quiet); err != nil {
		t.Fatal(err)
	}
	sameRows(t, before, s.rows(l.book))
}

func TestRebuildWaitsForReaders(t *testing.T) {
	s := newScene(t)
	l := newLives(t, s.store, 1, money.RUB, randomSeed(t))
	r := s.runner()
	s.run(r, l.book)
	l.days(3, 25)
	s.catchUp(r, l)
	tx, err := s.pool.BeginTx(t.Context(), pgx.TxOptions{IsoLevel: pgx.RepeatableRead})
	if err != nil {
		t.Fatal(err)
	}
	read := func() int {
		var n int
		if err := tx.QueryRow(t.Context(), `SELECT count(*) FROM reporting.journal_entries`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := read()
	waited := make(chan struct{}, 100)
	ended := make(chan error, 1)
	go func() {
		ended <- projections.Rebuild(t.Context(), s.pool, s.store, nil, nil, func(p projections.Progress) {
			if p.Stage == projections.Waiting {
				waited <- struct{}{}
			}
		})
	}()
	<-waited
	l.days(1, 25) // the runner goes on meanwhile
	s.catchUp(r, l)
	if after := read(); after != before {
		t.Errorf("a reader saw %d rows and then %d", before, after)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the rebuild does not end")
	}
	if err := projections.Rebuild(t.Context(), s.pool, s.store, nil, []string{"debts"}, quiet); !errors.Is(err, projections.ErrUnknownProjection) {
		t.Errorf("a rebuild of an unknown projection: %v", err)
	}
}

// Indexes, comments and defaults are those of the tables that a rebuild replaces.
func TestRebuiltTablesAreTheSame(t *testing.T) {
	s := newScene(t)
	l := newLives(t, s.store, 1, money.RUB, randomSeed(t))
	r := s.runner()
	s.run(r, l.book)
	s.catchUp(r, l)
	shape := func() string {
		return value[string](s, `
			SELECT string_agg(what, E'\n' ORDER BY what) FROM (
				SELECT c.relname || ' ' || regexp_replace(pg_get_indexdef(i.indexrelid), '^.* USING', '') || i.indisprimary
					|| EXISTS (SELECT FROM pg_inherits WHERE inhrelid = i.indexrelid) AS what
				FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = 'reporting_books'::regnamespace
				UNION ALL
				SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || a.attnotnull
					|| coalesce(col_description(c.oid, a.attnum), '')
				FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 WHERE c.relnamespace = 'reporting_books'::regnamespace AND c.relkind = 'r'
				UNION ALL
				SELECT conrelid::regclass::text || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'reporting_books'::regnamespace
			) AS shapes`)
	}
	before := shape()
	for range 2 {
		if err := projections.Rebuild(t.Context(), s.pool, s.store, nil, nil, quiet); err != nil {
			t.Fatal(err)
		}
		if after := shape(); after != before {
			t.Errorf("before:\n%s\nafter:\n%s", before, after)
		}
	}
}
