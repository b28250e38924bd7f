package pgstore_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"loanledger/adapters/localpg/pgtest"
	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
	"loanledger/eventstore/storetest"
)

const firstEpoch = 1

// openStore is a store on a database, as another process would have it.
func openStore(t testing.TB, url string, clock eventstore.Clock, options ...pgstore.Option) (*pgstore.Store, *pgxpool.Pool) {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	store := pgstore.New(pool, clock, options...)
	t.Cleanup(func() {
		store.Close()
		pool.Close()
	})
	return store, pool
}

// openBook is a store on a new database with book 1 open.
func openBook(t testing.TB) (*pgstore.Store, string) {
	t.Helper()
	url := pgtest.Database(t, pgstore.Migrations)
	store, _ := openStore(t, url, time.Now)
	if err := store.OpenBook(t.Context(), 1, firstEpoch); err != nil {
		t.Fatal(err)
	}
	return store, url
}

func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T, clock eventstore.Clock) eventstore.Log {
		store, _ := openStore(t, pgtest.Database(t, pgstore.Migrations), clock)
		return store
	})
}
