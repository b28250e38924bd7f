package pgstore_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"loanledger/adapters/localpg/pgtest"
	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
	"loanledger/eventstore/storetest"
)

// spread is a log that is reached through several processes, one at random for each call.
type spread struct {
	eventstore.Log
	stores []eventstore.Log
}

func (s *spread) any() eventstore.Log { return s.stores[rand.IntN(len(s.stores))] }

func (s *spread) Append(ctx context.Context, book eventstore.Book, a eventstore.Append) (eventstore.Appended, error) {
	return s.any().Append(ctx, book, a)
}

func (s *spread) ReadStream(ctx context.Context, book eventstore.Book, stream uuid.UUID, after eventstore.Version) ([]eventstore.Event, error) {
	return s.any().ReadStream(ctx, book, stream, after)
}

func (s *spread) ReadBook(ctx context.Context, book eventstore.Book, after eventstore.Position, limit int) ([]eventstore.Event, error) {
	return s.any().ReadBook(ctx, book, after, limit)
}

func (s *spread) Head(ctx context.Context, book eventstore.Book) (eventstore.Head, error) {
	return s.any().Head(ctx, book)
}

// Several stores with caches and connections of their own keep the whole contract together.
func TestContractOfSeveralStores(t *testing.T) {
	storetest.Run(t, func(t *testing.T, clock eventstore.Clock) eventstore.Log {
		url := pgtest.Database(t, pgstore.Migrations)
		var stores []eventstore.Log
		for range 3 {
			store, _ := openStore(t, url, clock)
			stores = append(stores, store)
		}
		return &spread{Log: stores[0], stores: stores}
	})
}

// campaign writes from many goroutines through two stores while faults are injected, and then holds
// the log to what the writers were told.
func campaign(t *testing.T, url string, rounds int, inject func(ctx context.Context, random *rand.Rand), options ...pgstore.Option) {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	first, pool := openStore(t, url, time.Now, options...)
	second, _ := openStore(t, url, time.Now, options...)
	if err := first.OpenBook(t.Context(), 1, firstEpoch); err != nil {
		t.Fatal(err)
	}
	w := &storetest.Writers{Log: &spread{Log: first, stores: []eventstore.Log{first, second}}, Book: 1, Epoch: firstEpoch}
	for range 12 {
		w.Streams = append(w.Streams, uuid.New())
	}
	ctx, stop := context.WithCancel(t.Context())
	var faults, writers sync.WaitGroup
	injector := rand.New(rand.NewPCG(random.Uint64(), 1))
	faults.Go(func() { inject(ctx, injector) })
	for range 12 {
		mine := rand.New(rand.NewPCG(random.Uint64(), 1))
		writers.Go(func() {
			if err := w.Write(t.Context(), mine, rounds); err != nil {
				t.Error(err)
			}
		})
	}
	writers.Wait()
	stop()
	faults.Wait()
	events := readAll(t, pool, first)
	for _, wrong := range w.Check(events) {
		t.Error(wrong)
	}
	took, refused, lost := w.Counts()
	t.Logf("%d appends acknowledged, %d refused, %d unknown, %d events", took, refused, lost, len(events))
	if took < rounds/2 {
		t.Errorf("only %d appends were acknowledged", took)
	}
	if lost > 0 {
		t.Errorf("%d outcomes were not found out", lost)
	}
}

// readAll is the whole of book 1, checked for gaps and against its batches.
func readAll(t *testing.T, pool *pgxpool.Pool, store *pgstore.Store) []eventstore.Event {
	t.Helper()
	pool.Reset() // connections that a fault has broken
	var events []eventstore.Event
	versions := map[uuid.UUID]eventstore.Version{}
	for {
		more, err := store.ReadBook(t.Context(), 1, eventstore.Position(len(events)), 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(more) == 0 {
			break
		}
		for _, e := range more {
			events = append(events, e)
			versions[e.Stream]++
			if e.Position != eventstore.Position(len(events)) || e.Version != versions[e.Stream] {
				t.Fatalf("event %d is at position %d, version %d", len(events), e.Position, e.Version)
			}
		}
	}
	if last, err := store.CheckBatches(t.Context(), 1); err != nil || int(last) != len(events) {
		t.Fatalf("the batches are right up to %d of %d: %v", last, len(events), err)
	}
	return events
}

// Server processes are ended in the middle of batches, at random.
func TestTerminatedBackends(t *testing.T) {
	url := pgtest.Database(t, pgstore.Migrations)
	_, admin := openStore(t, url, time.Now)
	ended := 0
	campaign(t, url, 60, func(ctx context.Context, random *rand.Rand) {
		for ended < 60 && ctx.Err() == nil {
			time.Sleep(time.Duration(random.IntN(25_000)) * time.Microsecond)
			var n int
			err := admin.QueryRow(ctx, `SELECT count(pg_terminate_backend(pid)) FROM (
				SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
					AND (query LIKE '%ledger.batches%' OR query LIKE '%advisory%') ORDER BY random() LIMIT 1) AS one`).Scan(&n)
			if err == nil {
				ended += n
			}
		}
	})
	t.Logf("%d server processes ended", ended)
	if ended < 5 {
		t.Errorf("only %d server processes were ended", ended)
	}
}

// The whole server dies and comes back.
func TestKilledServer(t *testing.T) {
	server := pgtest.Server(t)
	url := server.Database(pgstore.Migrations)
	kills := 0
	campaign(t, url, 200, func(ctx context.Context, random *rand.Rand) {
		for kills < 2 && ctx.Err() == nil {
			time.Sleep(time.Duration(200+random.IntN(300)) * time.Millisecond)
			if ctx.Err() == nil {
				server.Kill()
				server.Start()
				kills++
			}
		}
	})
	t.Logf("%d kills", kills)
	if kills == 0 {
		t.Error("the writers were done before the first kill")
	}
}
