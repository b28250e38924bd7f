package bus_test

import (
	"context"
	"crypto/sha256"
	"os"
	"sync"
	"testing"

	"github.com/google/uuid"

	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
	"loanledger/domain/product"
	"loanledger/eventstore"
)

// counterClerk carries commands out on a book in memory, by the rules of the ledger, and remembers
// what it answered to which key.
type counterClerk struct {
	mu      sync.Mutex
	memory  *ledger.Memory
	version map[uuid.UUID]int64
	known   map[clerkKey]clerkAnswer
}

type clerkKey struct {
	target uuid.UUID
	key    string
}

type clerkAnswer struct {
	digest  [32]byte
	outcome ledger.Outcome
}

// newClerk is a clerk for book 1 of smartcash, which has a product on offer.
func newClerk(t testing.TB) *counterClerk {
	t.Helper()
	c := &counterClerk{
		memory:  ledger.NewMemory(1, date.MustParse("2026-01-15")),
		version: map[uuid.UUID]int64{}, known: map[clerkKey]clerkAnswer{},
	}
	lender, err := os.ReadFile("../../cmd/loanledger/lenders/smartcash.json")
	check(t, err)
	c.must(t, "book.open", []byte(`{"on": "2026-01-15", "lender": `+string(lender)+`}`))
	sample, err := os.ReadFile("../../cmd/loanledger/samples/smartcash-payday.json")
	check(t, err)
	_, err = product.Parse(sample)
	check(t, err)
	c.must(t, "book.publish_product", []byte(`{"product": `+string(sample)+`}`))
	return c
}

func (c *counterClerk) must(t testing.TB, name string, body []byte) {
	t.Helper()
	entry, err := ledger.Lookup(name)
	check(t, err)
	command, err := entry.Decode(uuid.Nil, body)
	check(t, err)
	_, err = c.memory.Do(c.memory.NextCommand(), name, uuid.Nil, command.Body)
	check(t, err)
}

// Do is what the service gives commands to.
func (c *counterClerk) Do(_ context.Context, r ledger.Request) (ledger.Outcome, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key, digest := clerkKey{r.Command.Target, r.Key}, sha256.Sum256(r.Command.Canonical())
	if before, is := c.known[key]; is && r.Key != "" {
		if before.digest != digest {
			return ledger.Outcome{}, eventstore.ErrKeyReused
		}
		before.outcome.Replayed = true
		return before.outcome, nil
	}
	target := r.Command.Target
	if r.IfVersion != nil && *r.IfVersion != c.version[target] {
		return ledger.Outcome{}, eventstore.ErrVersionMismatch
	}
	switch body := r.Command.Body.(type) {
	case *ledger.Apply:
		body.BorrowerID = ident.Derive(1, "borrower", []byte(body.Borrower.DocumentNumber))
	case *loan.Sign:
		body.CodeMatches = body.Code == "482913"
	}
	id := c.memory.NextCommand()
	logged, err := c.memory.Do(id, r.Command.Entry.Name, target, r.Command.Body)
	if err != nil {
		return ledger.Outcome{}, err
	}
	if r.Command.Entry.Name == "loan.apply" {
		target = ledger.LoanID(1, id)
	}
	for _, l := range logged {
		c.version[l.Stream]++
	}
	answer := &ledger.LoanAnswer{View: c.memory.State(target).On(c.memory.Business())}
	answer.Version = c.version[target]
	o := ledger.Outcome{Answer: answer, Version: answer.Version}
	c.known[key] = clerkAnswer{digest, o}
	return o, nil
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
