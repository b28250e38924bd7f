package schema_test

import (
	"context"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"loanledger/adapters/localpg/pgtest"
	"loanledger/adapters/schema"
)

func files(contents ...string) fs.FS {
	m := fstest.MapFS{}
	for i, sql := range contents {
		m["0000"+string(rune('1'+i))+"_step.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + sql)}
	}
	return m
}

func count(t *testing.T, url, query string) int {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var n int
	if err := conn.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

const (
	firstStep  = `CREATE SCHEMA IF NOT EXISTS part; CREATE TABLE part.a (v int);`
	secondStep = `INSERT INTO part.a VALUES (1);`
)

func TestSetsGrowIndependently(t *testing.T) {
	url := pgtest.Database(t)
	one := schema.Set{Name: "one", FS: files(firstStep)}
	two := schema.Set{Name: "two", FS: files(`CREATE TABLE part.b (v int);`)}
	for range 2 { // the second time does nothing
		if err := schema.Migrate(t.Context(), url, one, two); err != nil {
			t.Fatal(err)
		}
	}
	one.FS = files(firstStep, secondStep)
	if err := schema.Migrate(t.Context(), url, one, two); err != nil {
		t.Fatal(err)
	}
	if n := count(t, url, `SELECT count(*) FROM part.a`); n != 1 {
		t.Errorf("the second step ran %d times", n)
	}
	if n := count(t, url, `SELECT count(*) FROM public.schema_one WHERE version_id > 0`); n != 2 {
		t.Errorf("set one notes %d versions", n)
	}
	if n := count(t, url, `SELECT count(*) FROM public.schema_two WHERE version_id > 0`); n != 1 {
		t.Errorf("set two notes %d versions", n)
	}
}

func TestStatusChangesNothing(t *testing.T) {
	url := pgtest.Database(t)
	set := schema.Set{Name: "one", FS: files(firstStep, secondStep)}
	check := func(set schema.Set, applied, latest int64, pending string) {
		t.Helper()
		states, err := schema.Status(t.Context(), url, set)
		if err != nil {
			t.Fatal(err)
		}
		if len(states) != 1 {
			t.Fatalf("%d states", len(states))
		}
		s := states[0]
		if s.Set != "one" || s.Applied != applied || s.Latest != latest || strings.Join(s.Pending, " ") != pending {
			t.Errorf("got %+v, want applied %d, latest %d, pending %q", s, applied, latest, pending)
		}
	}
	check(set, 0, 2, "00001_step.sql 00002_step.sql")
	if n := count(t, url, `SELECT count(*) FROM pg_tables WHERE schemaname = 'public'`); n != 0 {
		t.Errorf("looking made %d tables", n)
	}
	old := schema.Set{Name: "one", FS: files(firstStep)}
	if err := schema.Migrate(t.Context(), url, old); err != nil {
		t.Fatal(err)
	}
	check(set, 1, 2, "00002_step.sql")
	if err := schema.Migrate(t.Context(), url, set); err != nil {
		t.Fatal(err)
	}
	check(set, 2, 2, "")
	check(old, 2, 1, "") // seen by a program that is older than the database
}

func TestProcessesMigrateOneAfterTheOther(t *testing.T) {
	url := pgtest.Database(t)
	set := schema.Set{Name: "one", FS: files(`CREATE TABLE a (v int); SELECT pg_sleep(0.3);`, `INSERT INTO a VALUES (1);`)}
	var running sync.WaitGroup
	for range 4 {
		running.Go(func() {
			if err := schema.Migrate(context.Background(), url, set); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	if n := count(t, url, `SELECT count(*) FROM a`); n != 1 {
		t.Errorf("the second step ran %d times", n)
	}
}

func TestFailedMigrationIsRepeated(t *testing.T) {
	url := pgtest.Database(t)
	bad := schema.Set{Name: "one", FS: files(firstStep, `INSERT INTO part.a VALUES (1); SELECT 1/0;`)}
	err := schema.Migrate(t.Context(), url, bad)
	if err == nil || !strings.Contains(err.Error(), "set one") || !strings.Contains(err.Error(), "00002_step.sql") {
		t.Errorf("want an error that names the set and the file, got %v", err)
	}
	if n := count(t, url, `SELECT count(*) FROM part.a`); n != 0 {
		t.Errorf("half a migration stayed: %d rows", n)
	}
	if err := schema.Migrate(t.Context(), url, schema.Set{Name: "one", FS: files(firstStep, secondStep)}); err != nil {
		t.Fatal(err)
	}
	if n := count(t, url, `SELECT count(*) FROM part.a`); n != 1 {
		t.Errorf("%d rows after the repaired migration", n)
	}
}

func TestUnusableSetsAreRefused(t *testing.T) {
	url := pgtest.Database(t)
	for _, set := range []schema.Set{
		{Name: "", FS: files(firstStep)},
		{Name: `x"; DROP TABLE a; --`, FS: files(firstStep)},
		{Name: "empty", FS: fstest.MapFS{}},
		{Name: "nested", FS: fstest.MapFS{"migrations/00001_a.sql": &fstest.MapFile{Data: []byte("-- +goose Up\nSELECT 1;")}}},
	} {
		if err := schema.Migrate(t.Context(), url, set); err == nil {
			t.Errorf("set %q was accepted", set.Name)
		}
		if _, err := schema.Status(t.Context(), url, set); err == nil {
			t.Errorf("status of set %q was answered", set.Name)
		}
	}
}

func TestUnreachableDatabase(t *testing.T) {
	url := "postgres://nobody@127.0.0.1:1/none?sslmode=disable&connect_timeout=2"
	set := schema.Set{Name: "one", FS: files(firstStep)}
	if err := schema.Migrate(t.Context(), url, set); err == nil {
		t.Error("migrated a database that is not there")
	}
	if _, err := schema.Status(t.Context(), url, set); err == nil {
		t.Error("told the status of a database that is not there")
	}
}
