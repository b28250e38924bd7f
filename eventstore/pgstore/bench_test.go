package pgstore_test

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"loanledger/adapters/localpg/pgtest"
	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
)

// benchData is a payload of the size of a common loan event.
var benchData = []byte(`{"date":"2026-03-14","amount":"863.00","currency":"EUR","principal":"700.00","interest":"150.00","fees":"13.00",` +
	`"penalty":"0.00","span":{"from":"2026-02-14","to":"2026-03-14","rate":"0.8"},"ref":"0195c3a1-7d2e-7f00-8000-0242ac120002"}`)

const benchActor = "service:backoffice"

// BenchmarkAppend appends one event a command to a new stream, from 1 to 512 writers at once, on a
// server that syncs. Compare with BenchmarkBaseline of the same run.
func BenchmarkAppend(b *testing.B) {
	url := pgtest.Server(b).Database(pgstore.Migrations)
	store, _ := openStore(b, url, time.Now)
	for i, writers := range []int{1, 8, 64, 512} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			book := eventstore.Book(i + 1)
			if err := store.OpenBook(b.Context(), book, firstEpoch); err != nil {
				b.Fatal(err)
			}
			run(b, writers, func(int) error {
				id := uuid.New()
				_, err := store.Append(b.Context(), book, eventstore.Append{
					Command: id, Digest: sha256.Sum256(id[:]), Actor: benchActor, Epoch: firstEpoch,
					Streams: []eventstore.StreamAppend{{Stream: id, Events: []eventstore.NewEvent{
						{Type: "loan.repaid", Schema: 1, Data: benchData},
					}}},
				})
				return err
			})
		})
	}
}

// BenchmarkCommand runs whole commands from 64 callers, each on a stream of its own: load, decide,
// append two events, answer.
func BenchmarkCommand(b *testing.B) {
	const callers = 64
	store, _ := openStore(b, pgtest.Server(b).Database(pgstore.Migrations), time.Now)
	if err := store.OpenBook(b.Context(), 1, firstEpoch); err != nil {
		b.Fatal(err)
	}
	x := eventstore.NewExecutor(store, nil)
	var accounts [callers]uuid.UUID
	for i := range accounts {
		accounts[i] = uuid.New()
	}
	run(b, callers, func(caller int) error {
		id := uuid.New()
		r := eventstore.Request{Book: 1, Command: id, Digest: sha256.Sum256(id[:]), Actor: benchActor}
		_, err := x.Do(b.Context(), r, transfer(accounts[caller], accounts[caller], 1))
		return err
	})
}

// BenchmarkBaseline is the same rows in the same table by plain means: one INSERT a transaction, and
// COPY in batches of 10 000 by one session.
func BenchmarkBaseline(b *testing.B) {
	url := pgtest.Server(b).Database(pgstore.Migrations)
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		b.Fatal(err)
	}
	config.MaxConns = 64
	pool, err := pgxpool.NewWithConfig(b.Context(), config)
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec(b.Context(), `CREATE TABLE bare (LIKE ledger.events INCLUDING ALL, UNIQUE (stream, version))`); err != nil {
		b.Fatal(err)
	}
	var mu sync.Mutex
	position := 0
	row := func() []any {
		mu.Lock()
		position++
		at := position
		mu.Unlock()
		id := uuid.New()
		digest := sha256.Sum256(id[:])
		return []any{at, time.Now(), id, id, 1, 1, 1, digest[:], "loan.repaid", benchActor, benchData, nil}
	}
	columns := []string{"position", "recorded_at", "stream", "command", "book", "version", "schema", "digest", "type", "actor", "data", "personal"}
	for _, writers := range []int{1, 64} {
		b.Run(fmt.Sprintf("insert/writers=%d", writers), func(b *testing.B) {
			run(b, writers, func(int) error {
				_, err := pool.Exec(b.Context(), `INSERT INTO bare VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)`, row()...)
				return err
			})
		})
	}
	b.Run("copy", func(b *testing.B) {
		for done := 0; done < b.N; done += 10_000 {
			n := min(10_000, b.N-done)
			_, err := pool.CopyFrom(b.Context(), pgx.Identifier{"bare"}, columns,
				pgx.CopyFromSlice(n, func(int) ([]any, error) { return row(), nil }))
			if err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	})
}

// run does b.N operations from a number of writers, and reports their rate and the 99th percentile of
// their times.
func run(b *testing.B, writers int, operation func(writer int) error) {
	times := make([][]time.Duration, writers)
	var running sync.WaitGroup
	b.ResetTimer()
	for w := range writers {
		running.Go(func() {
			for i := w; i < b.N; i += writers {
				start := time.Now()
				if err := operation(w); err != nil {
					b.Error(err)
					return
				}
				times[w] = append(times[w], time.Since(start))
			}
		})
	}
	running.Wait()
	b.StopTimer()
	all := slices.Concat(times...)
	slices.Sort(all)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
}
