package pgstore

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"loanledger/adapters/localpg/pgtest"
	"loanledger/eventstore"
)

// Appends that fly alone leave the same log as any others, whoever comes between.
func TestSoloFlights(t *testing.T) {
	for name, leaf := range map[string]eventstore.Position{"a large leaf": leafEvents, "tiny leaves": 7} {
		t.Run(name, func(t *testing.T) { soloFlights(t, leaf) })
	}
}

func soloFlights(t *testing.T, leafEvents eventstore.Position) {
	url := pgtest.Database(t, Migrations)
	var stores []*Store
	for range 2 {
		pool, err := pgxpool.New(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		s := New(pool, time.Now, WithLeafEvents(leafEvents))
		defer s.Close()
		if err := s.OpenBook(t.Context(), 1, 1); err != nil {
			t.Fatal(err)
		}
		stores = append(stores, s)
	}
	epoch, total := int64(1), eventstore.Position(0)
	add := func(s *Store, events int, next int64) {
		t.Helper()
		a := eventstore.Append{Command: uuid.New(), Actor: "test", Epoch: epoch, NextEpoch: next, Streams: []eventstore.StreamAppend{{Stream: uuid.New()}}}
		for i := range events {
			e := eventstore.NewEvent{Type: "test.happened", Schema: 1, Data: [][]byte{nil, []byte(`{}`)}[i%2], Personal: [][]byte{{}, {1}, nil}[i%3]}
			a.Streams[0].Events = append(a.Streams[0].Events, e)
		}
		appended, err := s.Append(t.Context(), 1, a)
		if err != nil {
			t.Fatal(err)
		}
		if appended.First != total+1 || appended.Last != total+eventstore.Position(events) {
			t.Fatalf("%+v after %d", appended, total)
		}
		total = appended.Last
		if next != 0 {
			epoch = next
		}
	}
	alone := func(s *Store) bool {
		c := s.openCommitter(1)
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.takes(&c.end, &leaf{first: 1, last: 1 << 40}, []*pending{{Append: eventstore.Append{Epoch: epoch}, events: 1}})
	}
	for round := range 3 {
		for i := range 40 {
			add(stores[0], 1+i%(fewEvents+2), 0)
		}
		if !alone(stores[0]) {
			t.Error("nobody came between, and still it takes the long way")
		}
		add(stores[0], 2, epoch+1)
		add(stores[1], 1+round, 0)
		add(stores[0], 1, 0)
		if alone(stores[0]) {
			t.Error("does not know that somebody came between")
		}
	}
	if last, err := stores[1].CheckBatches(t.Context(), 1); err != nil || last != total {
		t.Fatalf("right up to %d of %d: %v", last, total, err)
	}
}
