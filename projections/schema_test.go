package projections_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"loanledger/adapters/localpg/pgtest"
	"loanledger/adapters/schema"
	"loanledger/domain/chart"
	"loanledger/domain/money"
	"loanledger/projections"

	"github.com/jackc/pgx/v5"
)

func TestEverythingIsCommented(t *testing.T) {
	s := newScene(t)
	const uncommented = `
		SELECT coalesce(string_agg(what, ', '), '') FROM (
			SELECT c.relname AS what FROM pg_class c
			WHERE c.relnamespace = 'reporting'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND coalesce(obj_description(c.oid, 'pg_class'), '') = ''
			UNION ALL
			SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
			WHERE c.relnamespace = 'reporting'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND coalesce(col_description(c.oid, a.attnum), '') = ''
		) AS missing`
	if missing := value[string](s, uncommented); missing != "" {
		t.Errorf("without a comment: %s", missing)
	}
	const names = `SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'reporting'::regnamespace AND relkind IN ('r', 'p', 'v')`
	want := "accounts aging certificates chart_of_accounts debt_balances instalments journal_entries portfolio_daily transactions trial_balance vintages"
	if got := value[string](s, names); got != want {
		t.Errorf("reporting has %s", got)
	}
}

func TestChartOfAccountsIsTheDomains(t *testing.T) {
	s := newScene(t)
	rows, err := s.pool.Query(t.Context(), `SELECT account, code, name, type FROM reporting.chart_of_accounts ORDER BY code`)
	if err != nil {
		t.Fatal(err)
	}
	type row struct{ Account, Code, Name, Type string }
	got, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(chart.Accounts) {
		t.Fatalf("%d accounts, want %d", len(got), len(chart.Accounts))
	}
	for i, a := range chart.Accounts {
		if want := (row{string(a.Account), a.Code, a.Name, string(a.Type)}); got[i] != want {
			t.Errorf("account %d is %+v, want %+v", i, got[i], want)
		}
	}
}

// The role reads reporting, the rebuilt tables too, and nothing else.
func TestAnalyst(t *testing.T) {
	s := newScene(t)
	l := newLives(t, s.store, 1, money.RUB, randomSeed(t))
	r := s.runner()
	s.run(r, l.book)
	l.days(5, 25)
	s.catchUp(r, l)
	if err := projections.Rebuild(t.Context(), s.pool, s.store, nil, nil, quiet); err != nil {
		t.Fatal(err)
	}
	as := func(statement string) error {
		return pgx.BeginFunc(t.Context(), s.pool, func(tx pgx.Tx) error {
			if _, err := tx.Exec(t.Context(), `SET LOCAL ROLE analyst`); err != nil {
				t.Fatal(err)
			}
			_, err := tx.Exec(t.Context(), statement)
			return err
		})
	}
	for _, name := range append(projections.Names(), "chart_of_accounts", "trial_balance", "aging", "vintages") {
		if err := as(`SELECT * FROM reporting.` + name); err != nil {
			t.Errorf("an analyst cannot read %s: %v", name, err)
		}
	}
	for _, statement := range []string{
		`SELECT * FROM ledger.events`, `SELECT * FROM ledger.cursors`, `SELECT * FROM reporting_books.accounts_1`,
		`DELETE FROM reporting.accounts`, `INSERT INTO reporting.chart_of_accounts VALUES ('a', 'b', 'c', 'd')`,
		`CREATE TABLE reporting.mine (x integer)`, `SELECT reporting_books.grant_analyst()`,
	} {
		if err := as(statement); err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("an analyst may do %s: %v", statement, err)
		}
	}
}

// Amounts arrive in the database as they are, with the decimals of their currency.
func TestAmountsInTheDatabase(t *testing.T) {
	s := newScene(t)
	seed := randomSeed(t)
	random := rand.New(rand.NewPCG(seed, 1))
	minors := []int64{0, 1, -1, 5, 99, 100, 101, 9_999, 10_000, 10_001, 100_00, 1_000_000, 99_999_999, 100_000_000, -100_000_000,
		1_000_000_00, 123_456_789_012_345, math.MaxInt64, -math.MaxInt64}
	for range 300 {
		minors = append(minors, random.Int64N(1<<random.IntN(63))-random.Int64N(1<<random.IntN(40)))
	}
	conn, err := s.pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	if _, err := conn.Exec(t.Context(), `CREATE TEMP TABLE amounts (amount numeric)`); err != nil {
		t.Fatal(err)
	}
	for _, c := range []money.Currency{money.RUB, money.JPY} {
		for _, minor := range minors {
			rows := bytes.NewReader(projections.NumericRow(minor, c))
			if _, err := conn.Conn().PgConn().CopyFrom(t.Context(), rows, `COPY amounts FROM STDIN BINARY`); err != nil {
				t.Fatalf("%d: %v", minor, err)
			}
			want := money.New(minor, c).String()
			var got string
			var same bool
			if err := conn.QueryRow(t.Context(), `DELETE FROM amounts RETURNING amount::text, numeric_send(amount) = numeric_send($1::text::numeric)`, want).Scan(&got, &same); err != nil {
				t.Fatal(err)
			}
			if got != want || !same {
				t.Errorf("%s %s arrived as %s, in the form of the database: %v", want, c, got, same)
			}
		}
	}
}

// Where the service may not make roles, the tables come without one, and an administrator adds it.
func TestAnalystIsMadeLater(t *testing.T) {
	server := pgtest.Server(t)
	admin := openScene(t, server.Database())
	name := value[string](admin, `SELECT current_database()`)
	for _, statement := range []string{
		`CREATE ROLE service LOGIN PASSWORD 'secret'`, `GRANT CREATE ON DATABASE ` + name + ` TO service`, `GRANT CREATE ON SCHEMA public TO service`,
	} {
		if _, err := admin.pool.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	address, err := url.Parse(admin.url)
	if err != nil {
		t.Fatal(err)
	}
	address.User = url.UserPassword("service", "secret")
	if err := schema.Migrate(t.Context(), address.String(), schema.Set{Name: "projections", FS: projections.Migrations}); err != nil {
		t.Fatal(err)
	}
	service := openScene(t, address.String())
	const grant = `SELECT reporting_books.grant_analyst()`
	if value[bool](service, grant) {
		t.Fatal("a role was granted that nobody has made")
	}
	if _, err := admin.pool.Exec(t.Context(), `CREATE ROLE analyst NOLOGIN`); err != nil {
		t.Fatal(err)
	}
	if !value[bool](service, grant) || !value[bool](admin, `SELECT has_table_privilege('analyst', 'reporting.accounts', 'SELECT')`) {
		t.Error("the role that was made later cannot read")
	}
}
