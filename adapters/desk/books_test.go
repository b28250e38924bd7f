package desk_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"loanledger/adapters/desk"
	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/eventstore"

	"github.com/google/uuid"
)

// The books of the lender beside the first one, which is number.
const second, third = number + 4, number + 9

// openMore opens a further book of the lender.
func openMore(t *testing.T, d *desk.Desk, b ident.Book) {
	t.Helper()
	first, err := d.Book(t.Context(), "lender")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Open(t.Context(), b, first.Lender, first.Business); err != nil {
		t.Fatal(err)
	}
}

// otherProcess is a desk of another process, which knows the given books only.
func otherProcess(d *desk.Desk, k *keeper, books ...ident.Book) *desk.Desk {
	lenders := desk.NewLenders()
	for _, b := range books {
		lenders.Add(b, "lender")
	}
	return desk.New(d.Log(), k, lenders, func() time.Time { return opened.Time().Add(12 * time.Hour) })
}

func applied(t *testing.T, d *desk.Desk, key, document string) ledger.LoanAnswer {
	t.Helper()
	o, err := do(t, d, "loan.apply", uuid.Nil, key, application(document))
	if err != nil {
		t.Fatal(err)
	}
	return *o.Answer.(*ledger.LoanAnswer)
}

func cancel(t *testing.T, d *desk.Desk, a ledger.LoanAnswer) {
	t.Helper()
	entry, _ := ledger.Lookup("loan.cancel")
	if _, err := d.Do(t.Context(), ledger.Request{Command: ledger.Command{Entry: entry, Target: a.Loan, Body: entry.NewBody()}, Actor: "service:test"}); err != nil {
		t.Fatal(err)
	}
}

// People are spread over the books; each stays in their own, with all their loans, also when another
// book is opened.
func TestPeopleStayInTheirBook(t *testing.T) {
	d, _ := openDesk(t, opened)
	openMore(t, d, second)
	const people = 300
	lives := map[string]ledger.LoanAnswer{}
	count := map[ident.Book]int{}
	for i := range people {
		document := fmt.Sprint("DOC ", i)
		a := applied(t, d, "first "+document, document)
		if ident.BookOf(a.Borrower) != ident.BookOf(a.Loan) {
			t.Fatalf("the loan of %s is %s", a.Borrower, a.Loan)
		}
		lives[document] = a
		count[ident.BookOf(a.Loan)]++
	}
	if count[number] < people/3 || count[second] < people/3 || count[number]+count[second] != people {
		t.Fatalf("they are spread as %v", count)
	}
	openMore(t, d, third)
	moved := 0
	for document, before := range lives {
		again, err := do(t, d, "loan.apply", uuid.Nil, "first "+document, application(document))
		if err != nil || !again.Replayed || again.Answer.(*ledger.LoanAnswer).Loan != before.Loan {
			t.Fatalf("the same application once more: %+v, %v", again, err)
		}
		cancel(t, d, before)
		after := applied(t, d, "second "+document, document)
		if after.Borrower != before.Borrower || ident.BookOf(after.Loan) != ident.BookOf(before.Loan) {
			t.Fatalf("%s became %s", before.Borrower, after.Borrower)
		}
		if ident.BookOf(applied(t, d, "new "+document, document+" other").Loan) == third {
			moved++
		}
	}
	if moved < people/5 || moved > people/2 {
		t.Errorf("the third book got %d of %d", moved, people)
	}
}

// Two processes, one of which does not know the second book yet, get the first applications of the
// same people at once: there is one borrower for each, and one loan.
func TestOnePersonInTwoProcesses(t *testing.T) {
	d, k := openDesk(t, opened)
	openMore(t, d, second)
	stale := otherProcess(d, k, number)
	inSecond := 0
	for i := range 60 {
		document := fmt.Sprint("RACE ", i)
		var mu sync.Mutex
		var accepted []ledger.LoanAnswer
		var all sync.WaitGroup
		for n := range 6 {
			process := []*desk.Desk{d, stale}[n%2]
			all.Go(func() {
				o, err := do(t, process, "loan.apply", uuid.Nil, fmt.Sprint(document, n), application(document))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					accepted = append(accepted, *o.Answer.(*ledger.LoanAnswer))
				} else if !errors.Is(err, borrower.ErrLoanActive) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if len(accepted) != 1 {
			t.Fatalf("%s: %d were accepted", document, len(accepted))
		}
		if ident.BookOf(accepted[0].Loan) == second {
			inSecond++
		}
		cancel(t, d, accepted[0])
		if again := applied(t, stale, "again "+document, document); again.Borrower != accepted[0].Borrower {
			t.Fatalf("%s is %s and %s", document, accepted[0].Borrower, again.Borrower)
		}
	}
	if inSecond == 0 {
		t.Error("nobody came to the second book: that was no race")
	}
}

// A key that was used for one person's application is refused for another's, in whichever book they
// are, and whether or not the lender had one book only when it was used.
func TestKeysOverBooks(t *testing.T) {
	d, _ := openDesk(t, opened)
	old := applied(t, d, "old key", "BEFORE")
	openMore(t, d, second)
	fresh := applied(t, d, "new key", "AFTER")
	for i := range 40 {
		for key, was := range map[string]ledger.LoanAnswer{"old key": old, "new key": fresh} {
			o, err := do(t, d, "loan.apply", uuid.Nil, key, application(fmt.Sprint("OTHER ", i)))
			if !errors.Is(err, eventstore.ErrKeyReused) {
				t.Fatalf("%s of %s, for another: %+v, %v", key, was.Loan, o.Answer, err)
			}
		}
		elsewhere := applied(t, d, fmt.Sprint("own ", i), fmt.Sprint("OWN ", i))
		o, err := do(t, d, "loan.apply", uuid.Nil, "new key", &ledger.Apply{
			Lender: "lender", Product: "loan", Principal: "100.00", TermDays: 5, BorrowerID: elsewhere.Borrower,
		})
		if !errors.Is(err, eventstore.ErrKeyReused) {
			t.Fatalf("for a borrower of book %d: %+v, %v", ident.BookOf(elsewhere.Borrower), o.Answer, err)
		}
	}
}

// At once, too, one key makes one application.
func TestOneKeyAtOnce(t *testing.T) {
	d, _ := openDesk(t, opened)
	openMore(t, d, second)
	openMore(t, d, third)
	for round := range 20 {
		var mu sync.Mutex
		made := map[uuid.UUID]bool{}
		var all sync.WaitGroup
		for n := range 6 {
			all.Go(func() {
				o, err := do(t, d, "loan.apply", uuid.Nil, fmt.Sprint("round ", round), application(fmt.Sprintf("ROUND %d %d", round, n)))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					made[o.Answer.(*ledger.LoanAnswer).Loan] = true
				} else if !errors.Is(err, eventstore.ErrKeyReused) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if len(made) != 1 {
			t.Fatalf("one key made %d loans", len(made))
		}
	}
}

// A product is on offer in every book under one version, also in a book that was opened later or that
// was left out when the publishing broke off.
func TestProductsReachEveryBook(t *testing.T) {
	d, k := openDesk(t, opened)
	openMore(t, d, second)
	first, err := d.Book(t.Context(), "lender")
	if err != nil {
		t.Fatal(err)
	}
	changed := first.Products[0].Product
	publish := func(process *desk.Desk, name string) {
		changed.Name = name
		if _, err := do(t, process, "book.publish_product", uuid.Nil, name, &ledger.PublishProduct{Product: changed}); err != nil {
			t.Fatal(err)
		}
	}
	publish(d, "Second")
	publish(d, "Third")
	openMore(t, d, third)
	publish(otherProcess(d, k, number), "Fourth") // it knows of no other book
	before, err := d.BooksOf(t.Context(), "lender")
	if err != nil || before[0].Products[0].Version != 4 || before[1].Products[0].Version != 3 || before[2].Products[0].Version != 3 {
		t.Fatalf("%+v, %v", before, err)
	}
	for range 2 {
		if err := d.SpreadProducts(t.Context(), "lender"); err != nil {
			t.Fatal(err)
		}
	}
	after, err := d.BooksOf(t.Context(), "lender")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range after {
		if len(s.Products) != 1 || s.Products[0].Version != 4 || s.Products[0].Product.Name != "Fourth" {
			t.Errorf("book %d offers %+v", s.Book, s.Products)
		}
	}
}

// Every book is closed; one that fails does not keep the others, is behind until it is closed too,
// and the lender's business date with it.
func TestDaysOfSeveralBooks(t *testing.T) {
	d, _ := openDesk(t, opened)
	openMore(t, d, second)
	openMore(t, d, third)
	today := opened.AddDays(6)
	closing := desk.New(d.Log(), &keeper{owners: map[string]uuid.UUID{}}, d.Lenders(), func() time.Time { return today.Time().Add(12 * time.Hour) })
	broken := errors.New("the tables are away")
	find := func(_ context.Context, b ident.Book, on date.Date, _ eventstore.Position) ([]uuid.UUID, error) {
		if b == second && on == opened.AddDays(2) {
			return nil, broken
		}
		return nil, nil
	}
	told := 0
	if err := closing.CloseDay(t.Context(), "lender", today.AddDays(-1), find, func(date.Date, int) { told++ }); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	states, err := closing.BooksOf(t.Context(), "lender")
	if err != nil || states[0].Business != today || states[1].Business != opened.AddDays(2) || states[2].Business != today || told != 14 {
		t.Fatalf("%d closings, %+v, %v", told, states, err)
	}
	if business, err := closing.BusinessDate(t.Context(), "lender"); err != nil || business != opened.AddDays(2) {
		t.Errorf("the lender's business date is %s, %v", business, err)
	}
	broken = nil
	find = func(context.Context, ident.Book, date.Date, eventstore.Position) ([]uuid.UUID, error) {
		return nil, nil
	}
	if err := closing.CloseDay(t.Context(), "lender", today.AddDays(-1), find, func(date.Date, int) { told++ }); err != nil {
		t.Fatal(err)
	}
	if business, err := closing.BusinessDate(t.Context(), "lender"); err != nil || business != today || told != 18 {
		t.Errorf("after %d closings the lender's business date is %s, %v", told, business, err)
	}
	if err := closing.CloseDay(t.Context(), "lender", today.AddDays(1), find, func(date.Date, int) {}); !errors.Is(err, book.ErrDayNotOpen) {
		t.Error(err)
	}
}

// A book is opened once, however many do it at the same time.
func TestOpeningAtOnce(t *testing.T) {
	d, k := openDesk(t, opened)
	first, err := d.Book(t.Context(), "lender")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		process := otherProcess(d, k, number)
		all.Go(func() {
			time.Sleep(rand.N(time.Millisecond))
			if err := process.Open(t.Context(), second, first.Lender, opened.AddDays(rand.IntN(3))); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if open, err := d.IsOpen(t.Context(), second); err != nil || !open {
		t.Fatal(open, err)
	}
	states, err := d.BooksOf(t.Context(), "lender")
	if err != nil || len(states) != 2 || len(states[1].Products) != 1 {
		t.Fatalf("%+v, %v", states, err)
	}
	head, err := d.Log().Head(t.Context(), eventstore.Book(second))
	if err != nil || head.Position != 2 || states[1].Business != date.FromDays(head.Epoch) {
		t.Errorf("%+v on %s, %v", head, states[1].Business, err)
	}
}
