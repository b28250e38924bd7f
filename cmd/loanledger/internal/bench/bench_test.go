package bench_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"loanledger/adapters/localpg/pgtest"
	"loanledger/adapters/schema"
	"loanledger/adapters/vault"
	"loanledger/cmd/loanledger/internal/bench"
	"loanledger/domain/book"
	"loanledger/domain/product"
	"loanledger/eventstore/pgstore"
	"loanledger/projections"

	"github.com/jackc/pgx/v5"
)

// options is a measurement that is over soon, with the lender and the product that ship with the program.
func options(t *testing.T) bench.Options {
	t.Helper()
	lender, err := book.ParseLender(read(t, "../../lenders/smartcash.json"))
	if err != nil {
		t.Fatal(err)
	}
	sold, err := product.Parse(read(t, "../../samples/smartcash-payday.json"))
	if err != nil {
		t.Fatal(err)
	}
	return bench.Options{
		Tables: []schema.Set{
			{Name: "eventstore", FS: pgstore.Migrations}, {Name: "vault", FS: vault.Migrations}, {Name: "projections", FS: projections.Migrations},
		},
		Lender: lender, Product: sold, Seconds: 0.2,
		Progress: func(what string, done, total int) { t.Logf("%d of %d: %s", done, total, what) },
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// databases is the names of the databases of a server.
func databases(t *testing.T, url string) []string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	rows, err := conn.Query(t.Context(), `SELECT datname FROM pg_database ORDER BY datname`)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// Every benchmark runs, on a server of somebody else's, and its figures make sense. Nothing is left.
func TestEveryBenchmark(t *testing.T) {
	o := options(t)
	o.DatabaseURL = pgtest.Server(t).URL("postgres")
	before := databases(t, o.DatabaseURL)
	began := time.Now()
	report, err := bench.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("took %v", time.Since(began))
	if after := databases(t, o.DatabaseURL); !slices.Equal(before, after) {
		t.Errorf("the databases were %v and are %v", before, after)
	}
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	var shape struct {
		Results []map[string]any `json:"results"`
	}
	if err := json.Unmarshal(text, &shape); err != nil {
		t.Fatal(err)
	}
	type row struct {
		name    string
		clients float64
	}
	var rows []row
	for _, r := range shape.Results {
		rows = append(rows, row{r["name"].(string), r["clients"].(float64)})
		for _, figure := range []string{"per_second", "baseline_per_second", "ratio", "p50_ms", "p99_ms"} {
			least := 0.0
			if r["name"] == "follow" && figure == "p50_ms" {
				least = -1 // most events may be seen before they are acknowledged
			}
			if x, is := r[figure].(float64); !is || x <= least {
				t.Errorf("%s of %v clients: %s is %v", r["name"], r["clients"], figure, r[figure])
			}
		}
		if r["p50_ms"].(float64) > r["p99_ms"].(float64) || r["baseline"] == "" || r["unit"] == "" || r["limited_by"] == "" {
			t.Errorf("a row does not make sense: %v", r)
		}
	}
	want := []row{
		{"append", 1}, {"append", 8}, {"append", 64}, {"append", 512}, {"execute", 64}, {"http", 64}, {"http_bulk", 4},
		{"nats", 64}, {"nats", 8}, {"replay", 1}, {"rebuild", 1}, {"follow", 64}, {"follow", 64}, {"close_day", 1},
	}
	if !slices.Equal(rows, want) {
		t.Errorf("the rows are %v, not %v", rows, want)
	}
}

func TestUnknownNamesAreRefused(t *testing.T) {
	o := options(t)
	o.Only = []string{"append", "speed"}
	_, err := bench.Run(t.Context(), o)
	if unknown, is := errors.AsType[bench.UnknownName](err); !is || unknown != "speed" {
		t.Errorf("the error is %v", err)
	}
}

// A measurement that is broken off says so, and leaves nothing on the server either.
func TestInterrupted(t *testing.T) {
	o := options(t)
	o.DatabaseURL, o.Only = pgtest.Server(t).URL("postgres"), []string{"append"}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var during []string
	o.Progress = func(string, int, int) {
		during = databases(t, o.DatabaseURL)
		cancel()
	}
	if report, err := bench.Run(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v and %+v", err, report)
	}
	mine := slices.DeleteFunc(during, func(name string) bool { return !strings.HasPrefix(name, "loanledger_bench_") })
	if len(mine) == 0 {
		t.Fatal("there was no database to drop")
	}
	for _, name := range databases(t, o.DatabaseURL) {
		if slices.Contains(mine, name) {
			t.Errorf("the database %s is left", name)
		}
	}
}

// One that is broken off while its servers start ends as quietly.
func TestInterruptedAtTheStart(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	o := options(t)
	o.Only = []string{"append"}
	for _, after := range []time.Duration{0, 300 * time.Millisecond, 2 * time.Second} {
		ctx, cancel := context.WithTimeout(t.Context(), after)
		if _, err := bench.Run(ctx, o); err == nil {
			t.Errorf("after %v: it measured nonetheless", after)
		}
		cancel()
		left, err := os.ReadDir(os.Getenv("TMPDIR"))
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range left {
			if strings.HasPrefix(entry.Name(), "loanledger-bench-") {
				t.Errorf("after %v: %s is left", after, entry.Name())
			}
		}
	}
}
