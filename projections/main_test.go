package projections_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
	"loanledger/projections"

	"github.com/jackc/pgx/v5/pgxpool"
)

// runnerOf names the variable that makes the test binary a process that runs the projections of book
// 1 of a database, until it is killed.
const runnerOf = "LOANLEDGER_TEST_RUNNER_OF"

func TestMain(m *testing.M) {
	url := os.Getenv(runnerOf)
	if url == "" {
		os.Exit(m.Run())
	}
	ctx := context.Background()
	pool, err := pgxpool.New(ctx, url)
	if err == nil {
		tell := func(_ eventstore.Book, err error) { fmt.Fprintln(os.Stderr, err) }
		err = projections.NewRunner(pool, pgstore.New(pool, time.Now), tell).Run(ctx, 1)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
