package pgstore_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"loanledger/adapters/localpg/pgtest"
	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
)

// childVariable makes the test binary a process that appends until it is killed.
const childVariable = "PGSTORE_TEST_APPENDS_TO"

func TestMain(m *testing.M) {
	if url := os.Getenv(childVariable); url != "" {
		if err := appendForEver(url); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if url := os.Getenv(holderVariable); url != "" {
		if err := holdForEver(url); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// appendForEver appends from several goroutines, and prints each command that was acknowledged with
// its position.
func appendForEver(url string) error {
	ctx := context.Background()
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return err
	}
	store := pgstore.New(pool, time.Now)
	failed := make(chan error)
	var out sync.Mutex
	for range 16 {
		go func() {
			for {
				a := one()
				appended, err := store.Append(ctx, 1, a)
				if err != nil {
					failed <- err
					return
				}
				out.Lock()
				fmt.Println(a.Command, appended.First)
				out.Unlock()
			}
		}()
	}
	return <-failed
}

// Processes are killed in the middle of their batches while another one goes on.
func TestKilledProcess(t *testing.T) {
	url := pgtest.Database(t, pgstore.Migrations)
	store, pool := openStore(t, url, time.Now)
	if err := store.OpenBook(t.Context(), 1, firstEpoch); err != nil {
		t.Fatal(err)
	}
	acknowledged := map[uuid.UUID]eventstore.Position{}
	for range 4 {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), childVariable+"="+url)
		child.Stderr = os.Stderr
		output, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(output)
		for n := 0; lines.Scan(); n++ {
			var command string
			var position eventstore.Position
			if _, err := fmt.Sscan(lines.Text(), &command, &position); err != nil {
				continue // the last line, cut short
			}
			acknowledged[uuid.MustParse(command)] = position
			if n%50 == 0 {
				a := one()
				appended, err := store.Append(t.Context(), 1, a)
				if err != nil {
					t.Fatal(err)
				}
				acknowledged[a.Command] = appended.First
			}
			if n == 300 {
				if err := child.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = child.Wait() // it was killed
	}
	if len(acknowledged) < 1200 {
		t.Fatalf("%d appends were acknowledged", len(acknowledged))
	}
	found := map[uuid.UUID]bool{}
	for _, e := range readAll(t, pool, store) {
		if found[e.Command] {
			t.Errorf("command %s is there twice", e.Command)
		}
		found[e.Command] = true
		if at, ok := acknowledged[e.Command]; ok && at != e.Position {
			t.Errorf("command %s was acknowledged at %d and is at %d", e.Command, at, e.Position)
		}
	}
	for command := range acknowledged {
		if !found[command] {
			t.Errorf("command %s was acknowledged and is not there", command)
		}
	}
}
