package pgstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"loanledger/adapters/localpg/pgtest"
	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
)

// awaitLocks waits until so many sessions wait for the lock of book 1.
func awaitLocks(t *testing.T, pool *pgxpool.Pool, waiting int) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		var n int
		err := pool.QueryRow(t.Context(), `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid::bigint = $1 AND objid = 1
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND NOT granted`, int64(pgstore.LockSpace)).Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
		if n == waiting {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d sessions wait for the lock, not %d", n, waiting)
		}
	}
}

// A batch goes beyond the end of its leaf. After it has looked up its streams, and before it has the
// book's lock, another process that needs no lock goes on with one of them, within the leaf.
// The index of the next leaf, where the batch would put that stream, knows nothing of this.
func TestBatchBeyondTheEndIsGuarded(t *testing.T) {
	url := pgtest.Database(t, pgstore.Migrations)
	b := &boundary{T: t}
	var pool *pgxpool.Pool
	for range 2 {
		var store *pgstore.Store
		store, pool = openStore(t, url, time.Now, pgstore.WithLeafEvents(10))
		b.stores = append(b.stores, store)
	}
	if err := b.stores[0].OpenBook(t.Context(), 1, firstEpoch); err != nil {
		t.Fatal(err)
	}
	stream := uuid.New()
	b.add(0, b.events(stream, 0, 1))
	for range 7 { // two places are left, and the first process follows blindly
		b.add(0, b.events(uuid.New(), 0, 1))
	}
	letGo := holdBook(t, url)
	refused := make(chan error, 1)
	go func() { // it is tried within the leaf, then looked up, and then tried beyond the end
		a := one()
		a.Streams = []eventstore.StreamAppend{b.events(uuid.New(), 0, 3), b.events(stream, 1, 1)}
		_, err := b.stores[1].Append(context.WithoutCancel(t.Context()), 1, a)
		refused <- err
	}()
	awaitLocks(t, pool, 1)
	next, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close(context.Background())
	held := make(chan error, 1)
	go func() {
		_, err := next.Exec(context.WithoutCancel(t.Context()), `SELECT pg_advisory_lock($1, 1)`, pgstore.LockSpace)
		held <- err
	}()
	awaitLocks(t, pool, 2)
	letGo()
	if err := <-held; err != nil {
		t.Fatal(err)
	}
	awaitLocks(t, pool, 1) // the second try
	b.add(0, b.events(stream, 1, 1))
	if _, err := next.Exec(t.Context(), `SELECT pg_advisory_unlock($1, 1)`, pgstore.LockSpace); err != nil {
		t.Fatal(err)
	}
	if err := <-refused; !errors.Is(err, eventstore.ErrConflict) {
		t.Errorf("the second of two appends to a stream: %v", err)
	}
	if n := len(readAll(t, pool, b.stores[0])); n != 9 {
		t.Errorf("%d events", n)
	}
}
