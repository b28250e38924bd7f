package pgstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
)

func openCursor(t *testing.T, store *pgstore.Store) *pgstore.Cursor {
	t.Helper()
	cursor, err := store.OpenCursor(t.Context(), "view", 1)
	if err != nil {
		t.Fatal(err)
	}
	return cursor
}

func save(t *testing.T, pool *pgxpool.Pool, cursor *pgstore.Cursor, position eventstore.Position, then error) error {
	t.Helper()
	return pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		if err := cursor.Save(t.Context(), tx, position); err != nil {
			return err
		}
		return then
	})
}

func TestCursorIsSavedWithTheTransaction(t *testing.T) {
	store, url := openBook(t)
	_, pool := openStore(t, url, time.Now)
	cursor := openCursor(t, store)
	if cursor.Position() != 0 {
		t.Fatalf("a new cursor stands at %d", cursor.Position())
	}
	if err := save(t, pool, cursor, 5, nil); err != nil {
		t.Fatal(err)
	}
	failed := errors.New("rolled back")
	if err := save(t, pool, cursor, 9, failed); !errors.Is(err, failed) {
		t.Fatal(err)
	}
	if err := save(t, pool, cursor, -1, nil); err == nil {
		t.Fatal("saved below 0")
	}
	cursor.Close()
	<-cursor.Lost()
	again := openCursor(t, store)
	defer again.Close()
	if again.Position() != 5 {
		t.Fatalf("it stands at %d", again.Position())
	}
	for name, want := range map[string]eventstore.Position{"view": 5, "other": 0} {
		if at, err := store.CursorPosition(t.Context(), name, 1); err != nil || at != want {
			t.Fatalf("%s stands at %d: %v", name, at, err)
		}
	}
	if _, err := store.OpenCursor(t.Context(), "view", 2); !errors.Is(err, eventstore.ErrUnknownBook) {
		t.Fatal(err)
	}
}

func TestCursorHasOneHolder(t *testing.T) {
	store, url := openBook(t)
	other, pool := openStore(t, url, time.Now)
	if err := store.OpenBook(t.Context(), 2, firstEpoch); err != nil {
		t.Fatal(err)
	}
	first := openCursor(t, store)
	elsewhere, err := other.OpenCursor(t.Context(), "view", 2) // another book's is another cursor
	if err != nil {
		t.Fatal(err)
	}
	defer elsewhere.Close()
	short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := other.OpenCursor(short, "view", 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("a second holder: %v", err)
	}
	taken := make(chan *pgstore.Cursor, 1)
	go func() { taken <- openCursor(t, other) }()
	time.Sleep(50 * time.Millisecond)
	if err := save(t, pool, first, 3, nil); err != nil {
		t.Fatal(err)
	}
	first.Close()
	second := <-taken
	defer second.Close()
	if second.Position() != 3 {
		t.Fatalf("the second holder starts at %d", second.Position())
	}
	if err := save(t, pool, first, 4, nil); !errors.Is(err, pgstore.ErrCursorLost) {
		t.Fatalf("the first holder still saves: %v", err)
	}
}

func TestLostCursorIsNoticed(t *testing.T) {
	store, url := openBook(t)
	_, pool := openStore(t, url, time.Now)
	cursor := openCursor(t, store)
	defer cursor.Close()
	held, stop := cursor.Held(t.Context())
	defer stop()
	if _, err := pool.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_locks
		WHERE locktype = 'advisory' AND objsubid = 1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`); err != nil {
		t.Fatal(err)
	}
	select {
	case <-held.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("nobody noticed")
	}
	if err := context.Cause(held); !errors.Is(err, pgstore.ErrCursorLost) {
		t.Fatal(err)
	}
	<-cursor.Lost()
	again := openCursor(t, store)
	again.Close()
}
