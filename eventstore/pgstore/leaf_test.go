package pgstore_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"

	"loanledger/adapters/localpg/pgtest"
	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
	"loanledger/eventstore/storetest"
)

// The whole contract holds where every few events another leaf begins: with one store, and with
// several that have caches and connections of their own.
func TestContractOfTinyLeaves(t *testing.T) {
	for name, c := range map[string]struct {
		stores int
		leaf   eventstore.Position
	}{"one store": {1, 17}, "three stores": {3, 40}} {
		t.Run(name, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T, clock eventstore.Clock) eventstore.Log {
				url := pgtest.Database(t, pgstore.Migrations)
				s := &spread{}
				for range c.stores {
					store, _ := openStore(t, url, clock, pgstore.WithLeafEvents(c.leaf))
					s.stores = append(s.stores, store)
				}
				s.Log = s.stores[0]
				return s
			})
		})
	}
}

// Random writers of several processes, most of whose appends are near the end of a leaf or beyond it,
// while server processes are ended under them.
func TestTerminatedBackendsOfTinyLeaves(t *testing.T) {
	url := pgtest.Database(t, pgstore.Migrations)
	_, admin := openStore(t, url, time.Now)
	ended := 0
	campaign(t, url, 30, func(ctx context.Context, random *rand.Rand) {
		for ended < 40 && ctx.Err() == nil {
			time.Sleep(time.Duration(random.IntN(40_000)) * time.Microsecond)
			var n int
			err := admin.QueryRow(ctx, `SELECT count(pg_terminate_backend(pid)) FROM (
				SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
					AND (query LIKE '%ledger.%' OR query LIKE '%advisory%') ORDER BY random() LIMIT 1) AS one`).Scan(&n)
			if err == nil {
				ended += n
			}
		}
	}, pgstore.WithLeafEvents(5))
	t.Logf("%d server processes ended", ended)
	if ended < 5 {
		t.Errorf("only %d server processes were ended", ended)
	}
}

// boundary is two processes that write to a book with leaves of five events.
type boundary struct {
	*testing.T
	stores []*pgstore.Store
	last   eventstore.Position
}

func (b *boundary) events(stream uuid.UUID, expected eventstore.Version, n int) eventstore.StreamAppend {
	s := eventstore.StreamAppend{Stream: stream, Expected: expected}
	for range n {
		s.Events = append(s.Events, eventstore.NewEvent{Type: "test.happened", Schema: 1, Data: []byte(`{}`)})
	}
	return s
}

func (b *boundary) try(store int, streams ...eventstore.StreamAppend) error {
	a := one()
	a.Streams = streams
	appended, err := b.stores[store].Append(b.Context(), 1, a)
	if err == nil {
		if appended.First != b.last+1 || appended.Last != b.last+eventstore.Position(a.EventCount()) {
			b.Fatalf("%+v after %d", appended, b.last)
		}
		b.last = appended.Last
	}
	return err
}

func (b *boundary) add(store int, streams ...eventstore.StreamAppend) {
	b.Helper()
	if err := b.try(store, streams...); err != nil {
		b.Fatal(err)
	}
}

func (b *boundary) conflict(what string, store int, streams ...eventstore.StreamAppend) {
	b.Helper()
	if err := b.try(store, streams...); !errors.Is(err, eventstore.ErrConflict) {
		b.Fatalf("%s, after position %d: %v", what, b.last, err)
	}
}

// What a process knows of a stream is old once another one has gone on with it, whether the leaf that
// it knew has ended since or not: its append is refused wherever the bounds are.
func TestVersionsAcrossLeaves(t *testing.T) {
	url := pgtest.Database(t, pgstore.Migrations)
	b := &boundary{T: t}
	for range 2 {
		store, _ := openStore(t, url, time.Now, pgstore.WithLeafEvents(5))
		b.stores = append(b.stores, store)
	}
	if err := b.stores[0].OpenBook(t.Context(), 1, firstEpoch); err != nil {
		t.Fatal(err)
	}
	for before := range 5 { // events of the other process before it goes on with the stream
		for after := range 7 { // and afterwards
			stream, guarded := uuid.New(), uuid.New()
			b.add(1, b.events(stream, 0, 2), b.events(guarded, 0, 1))
			for range 5 { // it has the book for itself: it follows blindly now
				b.add(1, b.events(uuid.New(), 0, 1))
			}
			if before > 0 {
				b.add(0, b.events(uuid.New(), 0, before))
			}
			b.add(0, b.events(stream, 2, 1+after%3), b.events(guarded, 1, 1))
			for range after {
				b.add(0, b.events(uuid.New(), 0, 1))
			}
			now := eventstore.Version(3 + after%3)
			stale := []struct {
				what    string
				streams []eventstore.StreamAppend
			}{
				{"what it knew", []eventstore.StreamAppend{b.events(stream, 2, 1)}},
				{"with others, beyond the end", []eventstore.StreamAppend{b.events(uuid.New(), 0, 7), b.events(stream, 2, 1)}},
				{"a guard", []eventstore.StreamAppend{b.events(guarded, 1, 0), b.events(uuid.New(), 0, 1)}},
				{"a guard, beyond the end", []eventstore.StreamAppend{b.events(uuid.New(), 0, 7), b.events(guarded, 1, 0)}},
				{"as new", []eventstore.StreamAppend{b.events(stream, 0, 1)}},
				{"ahead", []eventstore.StreamAppend{b.events(stream, now+1, 1)}},
			}
			for i := range stale { // the first one meets what the process knows; the others, what it has learned from that
				c := stale[(i+before+after)%len(stale)]
				b.conflict(c.what, 1, c.streams...)
			}
			b.add(1, b.events(guarded, 2, 0), b.events(stream, now, 1))
		}
	}
	_, pool := openStore(t, url, time.Now)
	if n := len(readAll(t, pool, b.stores[0])); n != int(b.last) {
		t.Fatalf("%d events of %d", n, b.last)
	}
}

// A stream of long ago is not new, not even to a process that has just begun.
func TestOldStreamsAreNotNew(t *testing.T) {
	url := pgtest.Database(t, pgstore.Migrations)
	b := &boundary{T: t}
	join := func() {
		store, _ := openStore(t, url, time.Now, pgstore.WithLeafEvents(5))
		b.stores = append(b.stores, store)
	}
	join()
	if err := b.stores[0].OpenBook(t.Context(), 1, firstEpoch); err != nil {
		t.Fatal(err)
	}
	var old []uuid.UUID
	for range 53 {
		old = append(old, uuid.New())
		b.add(0, b.events(old[len(old)-1], 0, 1))
	}
	for round := range 3 { // at once, and then when the sets of the full leaves are there
		join()
		for _, stream := range old {
			b.conflict("an old stream as new", 1+round, b.events(stream, 0, 1))
			b.conflict("an old stream as new, beyond the end", 1+round, b.events(uuid.New(), 0, 6), b.events(stream, 0, 1))
		}
		time.Sleep(300 * time.Millisecond)
		for _, stream := range old {
			b.conflict("an old stream as new", 1+round, b.events(stream, 0, 1))
			if events, err := b.stores[1+round].ReadStream(t.Context(), 1, stream, 0); err != nil || len(events) != 1 {
				t.Fatalf("%d events, %v", len(events), err)
			}
		}
		b.add(1+round, b.events(uuid.New(), 0, 2))
	}
	var sets, leaves int
	_, pool := openStore(t, url, time.Now)
	if err := pool.QueryRow(t.Context(), `SELECT count(streams), count(*) FROM ledger.leaves`).Scan(&sets, &leaves); err != nil || sets < 10 {
		t.Fatalf("%d leaves of %d have their set, %v", sets, leaves, err)
	}
}

// One append may be larger than a leaf.
func TestAppendLargerThanLeaves(t *testing.T) {
	url := pgtest.Database(t, pgstore.Migrations)
	store, pool := openStore(t, url, time.Now, pgstore.WithLeafEvents(5))
	if err := store.OpenBook(t.Context(), 1, firstEpoch); err != nil {
		t.Fatal(err)
	}
	b := &boundary{T: t, stores: []*pgstore.Store{store}}
	for _, n := range []int{3, 200, 1, 5, 4, 1, 6} {
		b.add(0, b.events(uuid.New(), 0, n))
	}
	leaves, err := store.Leaves(t.Context(), 1)
	if err != nil || leaves[0].Last != 5 {
		t.Fatalf("%+v, %v", leaves, err)
	}
	for i := 1; i < len(leaves); i++ {
		if size := leaves[i].Last - leaves[i].First + 1; leaves[i].First != leaves[i-1].Last+1 || size != 5 && leaves[i].Last != 203 {
			t.Errorf("%+v follows %+v", leaves[i], leaves[i-1])
		}
	}
	if n := len(readAll(t, pool, store)); n != int(b.last) {
		t.Fatalf("%d events of %d", n, b.last)
	}
}
