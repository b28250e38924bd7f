package bus_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"loanledger/adapters/desk"
	"loanledger/domain/book"
	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/domain/product"
	"loanledger/eventstore"
	"loanledger/eventstore/memstore"
)

// keeper keeps secrets in memory, and seals nothing.
type keeper struct {
	mu     sync.Mutex
	owners map[string]uuid.UUID
}

func (k *keeper) Seal(_ context.Context, _ eventstore.Book, _ uuid.UUID, _ string, plain []byte) ([]byte, error) {
	return plain, nil
}

func (k *keeper) Open(_ context.Context, _ eventstore.Book, _ uuid.UUID, _ string, sealed []byte) ([]byte, error) {
	return sealed, nil
}

func (k *keeper) Find(_ context.Context, b eventstore.Book, kind, value string) (uuid.UUID, bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	owner, found := k.owners[fmt.Sprint(b, kind, value)]
	return owner, found, nil
}

func (k *keeper) Claim(_ context.Context, b eventstore.Book, kind, value string, candidate uuid.UUID) (uuid.UUID, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	at := fmt.Sprint(b, kind, value)
	if owner, taken := k.owners[at]; taken {
		return owner, nil
	}
	k.owners[at] = candidate
	return candidate, nil
}

func (k *keeper) Code(eventstore.Book, string, uuid.UUID, int, int) string { return "482913" }

func (k *keeper) Fingerprint(_ context.Context, _ eventstore.Book, data []byte) (eventstore.Digest, error) {
	return sha256.Sum256(data), nil
}

// newDesk is a desk on a log in memory, with the lender smartcash in book 1 and cashper in book 2.
func newDesk(t testing.TB) *desk.Desk {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC) }
	d := desk.New(memstore.New(now), &keeper{owners: map[string]uuid.UUID{}}, desk.NewLenders(), now)
	for i, code := range []string{"smartcash", "cashper"} {
		lender, err := book.ParseLender(sample(t, "lenders/"+code+".json"))
		check(t, err)
		check(t, d.Open(context.Background(), ident.Book(i+1), lender, date.MustParse("2026-01-15")))
	}
	p, err := product.Parse(sample(t, "samples/smartcash-payday.json"))
	check(t, err)
	entry, err := ledger.Lookup("book.publish_product")
	check(t, err)
	_, err = d.Do(context.Background(), ledger.Request{
		Book: 1, Key: "sample", Actor: "test", Command: ledger.Command{Entry: entry, Body: &ledger.PublishProduct{Product: p}},
	})
	check(t, err)
	return d
}

func sample(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("../../cmd/loanledger/" + name)
	check(t, err)
	return data
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
