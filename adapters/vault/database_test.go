package vault_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"loanledger/adapters/localpg/pgtest"
	"loanledger/adapters/vault"
)

// testPool is a pool on a new database with the vault's tables.
func testPool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(context.Background(), pgtest.Database(t, vault.Migrations))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// query is the one value that a statement answers.
func query[T any](t testing.TB, pool *pgxpool.Pool, statement string, args ...any) T {
	t.Helper()
	var value T
	if err := pool.QueryRow(context.Background(), statement, args...).Scan(&value); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return value
}
