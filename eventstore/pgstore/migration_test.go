package pgstore_test

import (
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"loanledger/adapters/localpg/pgtest"
	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
)

// migration is both directions of a file, with leaves of ten events where it has a million.
func migration(t *testing.T, name string) (up, down string) {
	t.Helper()
	text, err := fs.ReadFile(pgstore.Migrations, name)
	if err != nil {
		t.Fatal(err)
	}
	up, down, found := strings.Cut(strings.ReplaceAll(string(text), "1048576", "10"), "-- +goose Down")
	if !found {
		t.Fatal("it has no way back")
	}
	return up, down
}

func execute(t *testing.T, pool *pgxpool.Pool, statements string) error {
	t.Helper()
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	return pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
		return tx.Conn().PgConn().Exec(t.Context(), statements).Close()
	})
}

// filledBefore is a database as it was before there were leaves, with what a store has written to two
// books, and the events of the first.
func filledBefore(t *testing.T) (string, []eventstore.Event) {
	t.Helper()
	store, source := openStore(t, pgtest.Database(t, pgstore.Migrations), time.Now)
	for book := range eventstore.Book(2) {
		if err := store.OpenBook(t.Context(), book+1, firstEpoch); err != nil {
			t.Fatal(err)
		}
	}
	b := &boundary{T: t, stores: []*pgstore.Store{store}}
	stream := uuid.New()
	for i := range 11 {
		b.add(0, b.events(stream, eventstore.Version(i), 1), b.events(uuid.New(), 0, 1))
	}
	events := readAll(t, source, store)
	old := fstest.MapFS{}
	for _, name := range []string{"00001_log.sql", "00002_tree.sql"} {
		text, err := fs.ReadFile(pgstore.Migrations, name)
		if err != nil {
			t.Fatal(err)
		}
		old[name] = &fstest.MapFile{Data: text}
	}
	url := pgtest.Database(t, old)
	_, pool := openStore(t, url, time.Now)
	for _, partition := range []string{"1", "2"} { // as books were opened then
		err := execute(t, pool, `CREATE TABLE ledger.events_`+partition+` (LIKE ledger.events INCLUDING ALL);
			ALTER TABLE ledger.events ATTACH PARTITION ledger.events_`+partition+` FOR VALUES IN (`+partition+`)`)
		if err != nil {
			t.Fatal(err)
		}
	}
	for table, columns := range map[string]string{
		"books": "book, lender, opened_at", "batches": "book, first_position, last_position, epoch, recorded_at, chain",
		"events": "position, recorded_at, stream, command, book, version, schema, digest, type, actor, data, personal",
	} {
		rows, err := source.Query(t.Context(), `SELECT `+columns+` FROM ledger.`+table)
		if err != nil {
			t.Fatal(err)
		}
		all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) ([]any, error) { return row.Values() })
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pool.CopyFrom(t.Context(), pgx.Identifier{"ledger", table}, strings.Split(columns, ", "), pgx.CopyFromRows(all)); err != nil {
			t.Fatal(err)
		}
	}
	return url, events
}

// A book that was there before becomes a leaf as it is, and goes on; it also becomes one table again.
func TestMigrationToLeaves(t *testing.T) {
	url, before := filledBefore(t)
	up, down := migration(t, "00003_leaves.sql")
	store, pool := openStore(t, url, time.Now)
	var file, now uint32
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(pool.QueryRow(t.Context(), `SELECT pg_relation_filenode('ledger.events_1')`).Scan(&file))
	must(execute(t, pool, up))
	must(pool.QueryRow(t.Context(), `SELECT pg_relation_filenode('ledger.events_1_1')`).Scan(&now))
	if file != now {
		t.Error("the events were copied")
	}
	if after := readAll(t, pool, store); !reflect.DeepEqual(after, before) {
		t.Error("other events are there than were")
	}
	leaves, err := store.Leaves(t.Context(), 1)
	if err != nil || len(leaves) != 1 || leaves[0].First != 1 || leaves[0].Last != 30 {
		t.Fatalf("%+v, %v", leaves, err)
	}
	if leaves, err = store.Leaves(t.Context(), 2); err != nil || len(leaves) != 1 || leaves[0].Last != 10 {
		t.Fatalf("an empty book: %+v, %v", leaves, err)
	}
	b := &boundary{T: t, stores: []*pgstore.Store{store}, last: 22}
	stream := before[0].Stream
	b.conflict("what it had before", 0, b.events(stream, 10, 1))
	for i := range 12 {
		b.add(0, b.events(stream, eventstore.Version(11+i), 1), b.events(uuid.New(), 0, 2))
	}
	events := readAll(t, pool, store)
	store.Close()
	must(execute(t, pool, down))
	var count, refused int
	must(pool.QueryRow(t.Context(), `SELECT count(*) FROM ledger.events_1 WHERE book = 1`).Scan(&count))
	must(pool.QueryRow(t.Context(), `SELECT count(*) FROM pg_constraint WHERE conrelid = 'ledger.events'::regclass AND contype IN ('p', 'u')`).Scan(&refused))
	if count != len(events) || refused != 2 {
		t.Errorf("back again: %d events of %d, %d constraints", count, len(events), refused)
	}
	must(execute(t, pool, up))
	store, pool = openStore(t, url, time.Now)
	if after := readAll(t, pool, store); !reflect.DeepEqual(after, events) {
		t.Error("there and back has changed events")
	}
	must(execute(t, pool, `UPDATE ledger.leaves SET archived_at = now(), archive = 'x', archive_sha256 = 'x' WHERE book = 1`))
	if err := execute(t, pool, down); err == nil || !strings.Contains(err.Error(), "archived") {
		t.Errorf("what is archived was given up: %v", err)
	}
}
