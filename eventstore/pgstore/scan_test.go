package pgstore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
)

// appendMany fills book 1 with events of one stream.
func appendMany(t *testing.T, store *pgstore.Store, events int) {
	t.Helper()
	stream := uuid.New()
	for at := 0; at < events; {
		n := min(5000, events-at)
		a := eventstore.Append{Command: uuid.New(), Actor: "test", Epoch: firstEpoch}
		run := eventstore.StreamAppend{Stream: stream, Expected: eventstore.Version(at)}
		for i := range n {
			run.Events = append(run.Events, eventstore.NewEvent{Type: "test.happened", Schema: 1, Data: fmt.Appendf(nil, `{"nr":%d}`, at+i+1)})
		}
		a.Streams = []eventstore.StreamAppend{run}
		if _, err := store.Append(t.Context(), 1, a); err != nil {
			t.Fatal(err)
		}
		at += n
	}
}

// A scan whose connection breaks goes on where it was, and gives every event once.
func TestScanGoesOnAfterABreak(t *testing.T) {
	store, url := openBook(t)
	const events = 60_000 // several statements
	appendMany(t, store, events)
	_, pool := openStore(t, url, nil)
	next, broken, ended := eventstore.Position(1), 0, int64(0)
	err := store.Scan(t.Context(), eventstore.Scan{Book: 1}, func(_ context.Context, chunk []eventstore.Event) error {
		for i := range chunk {
			if want := fmt.Sprintf(`{"nr":%d}`, next); chunk[i].Position != next || string(chunk[i].Data) != want {
				return fmt.Errorf("position %d with %s where %s is due", chunk[i].Position, chunk[i].Data, want)
			}
			next++
		}
		if broken < 4 && next > eventstore.Position(broken*events/4) {
			broken++
			tag, err := pool.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
				WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%position <= $3%'`)
			ended += tag.RowsAffected()
			return err
		}
		return nil
	})
	if err != nil || next != events+1 || ended < 3 {
		t.Fatalf("it ended before position %d, after %d breaks: %v", next, ended, err)
	}
}

// What is missing in a book is an error, wherever it is missed.
func TestScanFindsGaps(t *testing.T) {
	store, url := openBook(t)
	const events = 2*eventstore.ScanChunk + 10
	appendMany(t, store, events)
	_, pool := openStore(t, url, nil)
	for _, gap := range []eventstore.Position{events, eventstore.ScanChunk + 1, eventstore.ScanChunk, 7, 1} {
		if _, err := pool.Exec(t.Context(), `DELETE FROM ledger.events WHERE position = $1`, gap); err != nil {
			t.Fatal(err)
		}
		seen := eventstore.Position(0)
		err := store.Scan(t.Context(), eventstore.Scan{Book: 1}, func(_ context.Context, chunk []eventstore.Event) error {
			seen = chunk[len(chunk)-1].Position
			return nil
		})
		if !errors.Is(err, eventstore.ErrGap) || !strings.HasSuffix(err.Error(), fmt.Sprintf("position %d", gap)) || seen >= gap {
			t.Errorf("position %d is missing: %v, after %d", gap, err, seen)
		}
	}
}
