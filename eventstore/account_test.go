package eventstore_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"loanledger/eventstore"
	"loanledger/eventstore/memstore"
)

// The tests' own aggregate: an account with a balance and a holder whose name is personal.

type opened struct {
	Name string `json:"-"`
}
type paid struct{ Amount int }
type declined struct{ Why string }

func (d declined) Refusal() error { return fmt.Errorf("%w: %s", errDeclined, d.Why) }

var (
	errDeclined = errors.New("declined")
	errShort    = errors.New("not enough money")
)

type account struct {
	Open     bool
	Balance  int
	Declined int
}

var accounts = &eventstore.Family[account]{
	Name: "account",
	Decode: func(e eventstore.Event) (any, error) {
		switch e.Type {
		case "account.opened":
			return opened{Name: string(e.Personal)}, nil
		case "account.paid":
			return decodeJSON[paid](e)
		case "account.declined":
			return decodeJSON[declined](e)
		}
		return nil, fmt.Errorf("unknown event %q", e.Type)
	},
	Encode: func(fact any) (eventstore.NewEvent, error) {
		data, err := json.Marshal(fact)
		e := eventstore.NewEvent{Schema: 1, Data: data}
		switch fact := fact.(type) {
		case opened:
			e.Type = "account.opened"
			if fact.Name != "" {
				e.Personal = []byte(fact.Name)
			}
		case paid:
			e.Type = "account.paid"
		case declined:
			e.Type = "account.declined"
		default:
			return e, fmt.Errorf("unknown fact %T", fact)
		}
		return e, err
	},
	Fold: func(a account, fact any) account {
		switch fact := fact.(type) {
		case opened:
			a.Open = true
		case paid:
			a.Balance += fact.Amount
		case declined:
			a.Declined++
		}
		return a
	},
	Size: func(account) int { return 32 },
}

func decodeJSON[T any](e eventstore.Event) (any, error) {
	var fact T
	err := json.Unmarshal(e.Data, &fact)
	return fact, err
}

const testBook = 3

// newLog is an empty log with the test book open in era 1.
func newLog(t testing.TB) eventstore.Log {
	log := memstore.New(time.Now)
	if err := log.OpenBook(t.Context(), testBook, 1); err != nil {
		t.Fatal(err)
	}
	return log
}

// newRequest is a request of a command that was never seen.
func newRequest() eventstore.Request {
	id := uuid.New()
	return eventstore.Request{Book: testBook, Command: id, Digest: sha256.Sum256(id[:]), Actor: "test"}
}

// pay is the decision to add to an account, or take from it what is there.
func pay(stream uuid.UUID, amount int) func(*eventstore.Unit) error {
	return func(u *eventstore.Unit) error {
		a, _, err := eventstore.Load(u, accounts, stream)
		if err != nil {
			return err
		}
		if a.Balance+amount < 0 {
			return errShort
		}
		return eventstore.Emit(u, accounts, stream, paid{amount})
	}
}

func mustDo(t testing.TB, x *eventstore.Executor, decide func(*eventstore.Unit) error) eventstore.Result {
	t.Helper()
	result, err := x.Do(t.Context(), newRequest(), decide)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func balance(t testing.TB, x *eventstore.Executor, stream uuid.UUID) int {
	t.Helper()
	a, _, err := eventstore.LoadState(t.Context(), x, accounts, testBook, stream)
	if err != nil {
		t.Fatal(err)
	}
	return a.Balance
}

// counted counts the reads of streams.
type counted struct {
	eventstore.Log
	reads int
}

func (c *counted) ReadStream(ctx context.Context, book eventstore.Book, stream uuid.UUID, after eventstore.Version) ([]eventstore.Event, error) {
	c.reads++
	return c.Log.ReadStream(ctx, book, stream, after)
}
