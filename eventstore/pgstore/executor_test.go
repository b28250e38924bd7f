package pgstore_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"loanledger/adapters/localpg/pgtest"
	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
)

// moved is the fact that an amount came to an account, or left it.
type moved struct{ amount int64 }

// balances is a family whose state is the sum of what was moved.
var balances = &eventstore.Family[int64]{
	Name: "balance",
	Decode: func(e eventstore.Event) (any, error) {
		if e.Type != "account.moved" || len(e.Data) != 8 {
			return nil, fmt.Errorf("unknown event %q", e.Type)
		}
		return moved{int64(binary.BigEndian.Uint64(e.Data))}, nil
	},
	Encode: func(fact any) (eventstore.NewEvent, error) {
		amount := fact.(moved).amount
		return eventstore.NewEvent{Type: "account.moved", Schema: 1, Data: binary.BigEndian.AppendUint64(nil, uint64(amount))}, nil
	},
	Fold: func(sum int64, fact any) int64 { return sum + fact.(moved).amount },
	Size: func(int64) int { return 8 },
}

// Two processes move amounts between a few accounts while connections break, and each command is
// given several times: money is neither made nor lost, and each command counts once.
func TestCommandsOfSeveralProcesses(t *testing.T) {
	url := pgtest.Database(t, pgstore.Migrations)
	var executors []*eventstore.Executor
	for range 2 {
		store, _ := openStore(t, url, time.Now)
		if err := store.OpenBook(t.Context(), 1, firstEpoch); err != nil {
			t.Fatal(err)
		}
		executors = append(executors, eventstore.NewExecutor(store, nil, eventstore.WithAttempts(1000)))
	}
	_, admin := openStore(t, url, time.Now)
	accounts := make([]uuid.UUID, 5)
	for i := range accounts {
		accounts[i] = uuid.New()
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	var callers sync.WaitGroup
	var mu sync.Mutex
	expected := map[uuid.UUID]int64{}
	for caller := range 8 {
		random := rand.New(rand.NewPCG(seed, uint64(caller)))
		callers.Go(func() {
			for round := range 30 {
				from, to := random.IntN(len(accounts)), random.IntN(len(accounts)-1)
				to = (from + 1 + to) % len(accounts)
				amount := int64(random.IntN(100))
				id := uuid.New()
				r := eventstore.Request{Book: 1, Command: id, Digest: sha256.Sum256(id[:]), Actor: "test"}
				var twice sync.WaitGroup
				for i := range 2 {
					twice.Go(func() {
						if _, err := executors[i].Do(t.Context(), r, transfer(accounts[from], accounts[to], amount)); err != nil {
							t.Error(err)
						}
					})
				}
				twice.Wait()
				mu.Lock()
				expected[accounts[from]] -= amount
				expected[accounts[to]] += amount
				mu.Unlock()
				if caller == 0 && round%5 == 0 {
					_, _ = admin.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
						WHERE datname = current_database() AND query LIKE '%ledger.batches%' AND pid <> pg_backend_pid()`)
				}
			}
		})
	}
	callers.Wait()
	for _, account := range accounts {
		for _, x := range executors {
			sum, _, err := eventstore.LoadState(t.Context(), x, balances, 1, account)
			if err != nil || sum != expected[account] {
				t.Errorf("balance %d, not %d: %v", sum, expected[account], err)
			}
		}
	}
	head, err := executors[0].Log().Head(t.Context(), 1)
	if err != nil || head.Position != 8*30*2 {
		t.Errorf("%+v, %v", head, err)
	}
}

func transfer(from, to uuid.UUID, amount int64) func(*eventstore.Unit) error {
	return func(u *eventstore.Unit) error {
		if err := eventstore.Emit(u, balances, from, moved{-amount}); err != nil {
			return err
		}
		return eventstore.Emit(u, balances, to, moved{amount})
	}
}
