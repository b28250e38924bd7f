package desk_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"loanledger/adapters/desk"
	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
	"loanledger/domain/money"
	"loanledger/domain/product"
	"loanledger/eventstore"
	"loanledger/eventstore/memstore"

	"github.com/google/uuid"
)

// keeper keeps nothing secret, and knows people by their documents.
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
	key := fmt.Sprint(b, kind, value)
	if _, taken := k.owners[key]; !taken {
		k.owners[key] = candidate
	}
	return k.owners[key], nil
}

func (k *keeper) Blind(_ context.Context, _ eventstore.Book, kind, value string) ([]byte, error) {
	return []byte(kind + value), nil
}

func (k *keeper) Code(eventstore.Book, string, uuid.UUID, int, int) string { return "482913" }

func (k *keeper) Fingerprint(_ context.Context, _ eventstore.Book, data []byte) (eventstore.Digest, error) {
	return sha256.Sum256(data), nil
}

const number ident.Book = 3

var opened = date.New(2026, 11, 2)

// openDesk is a desk with one lender and one product, on a clock that stands on a date.
func openDesk(t *testing.T, today date.Date) (*desk.Desk, *keeper) {
	t.Helper()
	clock := func() time.Time { return today.Time().Add(12 * time.Hour) }
	k := &keeper{owners: map[string]uuid.UUID{}}
	d := desk.New(memstore.New(clock), k, desk.NewLenders(), clock)
	lender := book.Lender{
		Code: "lender", Name: "Lender", LegalName: "Lender", Country: "ES", Currency: money.EUR, TimeZone: "Europe/Madrid",
		Language: "es", NumberPrefix: "LE",
	}
	for range 2 { // opening again changes nothing
		if err := d.Open(t.Context(), number, lender, opened); err != nil {
			t.Fatal(err)
		}
	}
	offered := product.Product{
		Code: "loan", Name: "Loan", MinPrincipal: "50.00", MaxPrincipal: "600.00", MinTermDays: 1, MaxTermDays: 30, OfferDays: 5,
		Terms: product.Terms{Currency: money.EUR, Interest: product.Interest{Method: product.NoInterest}},
	}
	if _, err := do(t, d, "book.publish_product", uuid.Nil, "p", &ledger.PublishProduct{Product: offered}); err != nil {
		t.Fatal(err)
	}
	return d, k
}

func do(t *testing.T, d *desk.Desk, name string, target uuid.UUID, key string, body any) (ledger.Outcome, error) {
	t.Helper()
	entry, err := ledger.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	return d.Do(t.Context(), ledger.Request{
		Command: ledger.Command{Entry: entry, Target: target, Body: body}, Book: number, Key: key, Actor: "service:test",
	})
}

func application(document string) *ledger.Apply {
	return &ledger.Apply{
		Lender: "lender", Product: "loan", Principal: "100.00", TermDays: 5, Borrower: &borrower.Person{
			FullName: "Ana Ruiz", BirthDate: date.New(1990, 1, 1), DocumentNumber: document, Phone: "+34600000001",
		},
	}
}

// However many applications of one person come at once, there is one borrower and one loan.
func TestOnePersonAppliesManyTimesAtOnce(t *testing.T) {
	d, _ := openDesk(t, opened)
	var mu sync.Mutex
	var accepted []ledger.LoanAnswer
	refused := 0
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			o, err := do(t, d, "loan.apply", uuid.Nil, fmt.Sprint("apply ", i), application("12345678Z"))
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				accepted = append(accepted, *o.Answer.(*ledger.LoanAnswer))
			case errors.Is(err, borrower.ErrLoanActive):
				refused++
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if len(accepted) != 1 || refused != 15 {
		t.Fatalf("%d accepted, %d refused", len(accepted), refused)
	}
	state, _, err := d.Borrower(t.Context(), accepted[0].Borrower)
	if err != nil || state.Active == nil || state.Active.Loan != accepted[0].Loan {
		t.Errorf("the borrower has %+v (%v)", state.Active, err)
	}
}

// A refused application leaves nothing behind, not even who asked.
func TestARefusedApplicationLeavesNothing(t *testing.T) {
	d, k := openDesk(t, opened)
	before, err := d.Log().Head(t.Context(), eventstore.Book(number))
	if err != nil {
		t.Fatal(err)
	}
	tooMuch := application("12345678Z")
	tooMuch.Principal = "601.00"
	if _, err := do(t, d, "loan.apply", uuid.Nil, "k", tooMuch); !errors.Is(err, product.ErrPrincipalLimits) {
		t.Fatal(err)
	}
	after, err := d.Log().Head(t.Context(), eventstore.Book(number))
	if err != nil || after.Position != before.Position || len(k.owners) != 0 {
		t.Errorf("%d events came, %d documents were claimed (%v)", after.Position-before.Position, len(k.owners), err)
	}
}

// Days are closed in order, once, by however many do it; a day that has not come is refused.
func TestDaysAreClosedOnce(t *testing.T) {
	today := opened.AddDays(10)
	d, _ := openDesk(t, today)
	o, err := do(t, d, "loan.apply", uuid.Nil, "apply", application("12345678Z"))
	if err != nil {
		t.Fatal(err)
	}
	id := o.Answer.(*ledger.LoanAnswer).Loan
	if _, err := do(t, d, "loan.approve", id, "approve", &loan.Approve{}); err != nil {
		t.Fatal(err)
	}
	find := func(context.Context, ident.Book, date.Date, eventstore.Position) ([]uuid.UUID, error) {
		return []uuid.UUID{id}, nil
	}
	err = d.CloseDay(t.Context(), "lender", today.AddDays(1), find, func(date.Date, int) {})
	if !errors.Is(err, book.ErrDayNotOpen) {
		t.Errorf("a day that has not come: %v", err)
	}
	var closers sync.WaitGroup
	for range 4 {
		closers.Go(func() {
			if err := d.CloseDay(t.Context(), "lender", today.AddDays(-1), find, func(date.Date, int) {}); err != nil {
				t.Error(err)
			}
		})
	}
	closers.Wait()
	events, err := d.Log().ReadStream(t.Context(), eventstore.Book(number), book.StreamOf(number), 0)
	if err != nil {
		t.Fatal(err)
	}
	closed := 0
	for _, e := range events {
		if e.Type == (book.DayClosed{}).EventType() {
			closed++
		}
	}
	if business, err := d.BusinessDate(t.Context(), "lender"); err != nil || business != today || closed != 10 {
		t.Errorf("%d days were closed, and the business date is %s (%v)", closed, business, err)
	}
	state, _, err := d.Loan(t.Context(), id)
	if err != nil || state.Status != loan.Expired || state.EndedOn != opened.AddDays(5) {
		t.Errorf("the offer is %s since %s (%v)", state.Status, state.EndedOn, err)
	}
}
