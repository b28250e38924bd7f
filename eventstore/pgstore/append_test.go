package pgstore_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
)

// one is an append of one event to a new stream.
func one() eventstore.Append {
	id := uuid.New()
	return eventstore.Append{
		Command: id, Digest: sha256.Sum256(id[:]), Actor: "test", Epoch: firstEpoch,
		Streams: []eventstore.StreamAppend{{Stream: id, Events: []eventstore.NewEvent{{Type: "test.happened", Schema: 1, Data: []byte(`{}`)}}}},
	}
}

// holdBook takes the advisory lock of book 1, so that no append can go on until it is let go.
func holdBook(t *testing.T, url string) (letGo func()) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `SELECT pg_advisory_lock($1, 1)`, pgstore.LockSpace); err != nil {
		t.Fatal(err)
	}
	return func() { conn.Close(context.Background()) }
}

func TestWaitingAppendIsWithdrawn(t *testing.T) {
	store, url := openBook(t)
	letGo := holdBook(t, url)
	first := make(chan error, 2)
	for range 2 { // both flights are in the air now
		go func() { _, err := store.Append(t.Context(), 1, one()); first <- err }()
		time.Sleep(50 * time.Millisecond)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := store.Append(ctx, 1, one()); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, eventstore.ErrOutcomeUnknown) {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("withdrawing took %s", took)
	}
	letGo()
	for range 2 {
		if err := <-first; err != nil {
			t.Fatal(err)
		}
	}
	if head, err := store.Head(t.Context(), 1); err != nil || head.Position != 2 {
		t.Fatalf("%+v, %v", head, err)
	}
}

func TestAppendUnderWayIsAnsweredAfterItsContextEnded(t *testing.T) {
	store, url := openBook(t)
	letGo := holdBook(t, url)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	answered := make(chan error, 1)
	go func() { _, err := store.Append(ctx, 1, one()); answered <- err }()
	time.Sleep(300 * time.Millisecond)
	letGo()
	if err := <-answered; err != nil {
		t.Fatalf("an append that is in the log was answered with %v", err)
	}
}

func TestAppendUnderWayDoesNotHoldItsCallerForEver(t *testing.T) {
	store, url := openBook(t)
	letGo := holdBook(t, url)
	defer letGo()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := store.Append(ctx, 1, one())
	if !errors.Is(err, eventstore.ErrOutcomeUnknown) || !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
}

func TestClosedStoreRefuses(t *testing.T) {
	store, _ := openBook(t)
	if _, err := store.Append(t.Context(), 1, one()); err != nil {
		t.Fatal(err)
	}
	store.Close()
	if _, err := store.Append(t.Context(), 1, one()); err == nil {
		t.Fatal("a closed store took an append")
	}
}

func TestBooksAndLenders(t *testing.T) {
	store, _ := openBook(t)
	if err := store.OpenBook(t.Context(), 7, firstEpoch); err != nil {
		t.Fatal(err)
	}
	if err := store.RegisterBook(t.Context(), 8, "smartcash"); !errors.Is(err, eventstore.ErrUnknownBook) {
		t.Fatal(err)
	}
	for range 2 {
		if err := store.RegisterBook(t.Context(), 7, "cashper"); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.RegisterBook(t.Context(), 7, "smartcash"); !errors.Is(err, pgstore.ErrBookTaken) {
		t.Fatal(err)
	}
	books, err := store.Books(t.Context())
	if err != nil || len(books) != 2 || books[0].Book != 1 || books[0].Lender != "" || books[1].Book != 7 || books[1].Lender != "cashper" {
		t.Fatalf("%+v, %v", books, err)
	}
}

func TestOtherProcessesAreWoken(t *testing.T) {
	store, url := openBook(t)
	other, _ := openStore(t, url, time.Now)
	if err := other.Wait(t.Context(), 1, -1); err != nil { // it has found the book
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond) // and listens
	var delays []time.Duration
	for i := range eventstore.Position(21) {
		woken := make(chan time.Time, 1)
		go func() {
			if err := other.Wait(t.Context(), 1, i); err != nil {
				t.Error(err)
			}
			woken <- time.Now()
		}()
		time.Sleep(5 * time.Millisecond)
		if _, err := store.Append(t.Context(), 1, one()); err != nil {
			t.Fatal(err)
		}
		appended := time.Now()
		delays = append(delays, (<-woken).Sub(appended))
	}
	slices.Sort(delays)
	// Polling alone would take a quarter of a second and more.
	if median := delays[len(delays)/2]; median > 100*time.Millisecond {
		t.Errorf("half of the waits took longer than %s", median)
	}
}
