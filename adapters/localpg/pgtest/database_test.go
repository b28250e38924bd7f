package pgtest

import (
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"loanledger/adapters/schema"
)

func migrations(sql string) fs.FS {
	return fstest.MapFS{"00001_one.sql": &fstest.MapFile{Data: []byte("-- +goose Up\n" + sql)}}
}

func execute(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func query[T any](t *testing.T, url, sql string, args ...any) T {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var v T
	if err := conn.QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func TestDatabasesAreSeparate(t *testing.T) {
	set := migrations(`CREATE TABLE separate (v int);`)
	one, two := Database(t, set), Database(t, set)
	execute(t, one, `INSERT INTO separate VALUES (1)`)
	if n := query[int](t, two, `SELECT count(*) FROM separate`); n != 0 {
		t.Errorf("a row of another database: %d", n)
	}
}

func TestDatabaseIsDroppedAfterItsTest(t *testing.T) {
	outer := Database(t)
	var name string
	t.Run("inner", func(t *testing.T) {
		url := Database(t)
		name = query[string](t, url, `SELECT current_database()::text`)
		session, err := pgx.Connect(t.Context(), url) // a forgotten session does not keep it
		if err != nil {
			t.Fatal(err)
		}
		_ = session
	})
	if n := query[int](t, outer, `SELECT count(*) FROM pg_database WHERE datname = $1`, name); n != 0 {
		t.Error("the database stays")
	}
}

func TestMigrationsRunOncePerContent(t *testing.T) {
	set := func(sql string) []schema.Set { return named([]fs.FS{migrations(sql)}) }
	same, err := digestOf(set(`SELECT 1;`))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := digestOf(set(`SELECT 1;`)); err != nil || again != same {
		t.Error("the digest of the same content differs")
	}
	if other, err := digestOf(set(`SELECT 2;`)); err != nil || other == same {
		t.Error("the digest of other content is the same")
	}
	if other, err := digestOf([]schema.Set{{Name: "other", FS: migrations(`SELECT 1;`)}}); err != nil || other == same {
		t.Error("the digest of another name is the same")
	}

	// The time at which the migration ran is the same in all databases.
	stamped := migrations(`CREATE TABLE stamp AS SELECT clock_timestamp()::text AS at;`)
	var stamps sync.Map
	var running sync.WaitGroup
	for range 6 {
		url := Database(t, stamped)
		running.Go(func() { stamps.Store(query[string](t, url, `SELECT at FROM stamp`), true) })
	}
	running.Wait()
	n := 0
	stamps.Range(func(any, any) bool { n++; return true })
	if n != 1 {
		t.Errorf("the migration ran %d times", n)
	}
}

func TestHalfMadeTemplateIsMadeAnew(t *testing.T) {
	broken := migrations(`CREATE TABLE half (v int); SELECT 1/0;`)
	server, err := join()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := server.create([]fs.FS{broken}); err == nil || !strings.Contains(err.Error(), "division by zero") {
			t.Fatalf("want the error of the migration, got %v", err)
		}
	}
}

func TestSetsKeepTheirNames(t *testing.T) {
	set := schema.Set{Name: "ledger", FS: migrations(`CREATE TABLE a (v int);`)}
	url := Database(t, set, migrations(`CREATE TABLE b (v int);`))
	states, err := schema.Status(t.Context(), url, set, schema.Set{Name: "set2", FS: migrations(`CREATE TABLE b (v int);`)})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range states {
		if s.Applied != 1 || len(s.Pending) != 0 {
			t.Errorf("%+v", s)
		}
	}
}

func TestPrivateServerSurvivesAKill(t *testing.T) {
	p := Server(t)
	url := p.Database(migrations(`CREATE TABLE kept (v int);`))
	execute(t, url, `INSERT INTO kept VALUES (7)`)
	p.Kill()
	if _, err := pgx.Connect(t.Context(), url); err == nil {
		t.Fatal("a killed server answers")
	}
	p.Start()
	if got := query[int](t, url, `SELECT v FROM kept`); got != 7 {
		t.Errorf("kept row is %d", got)
	}
	p.Stop()
	p.Start()
	if got := query[string](t, url, `SHOW fsync`); got != "on" {
		t.Errorf("fsync is %s", got)
	}
}
