package projections_test

import (
	"context"
	"crypto/sha256"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/domain/money"
	"loanledger/domain/product"
	"loanledger/eventstore"
	"loanledger/projections"

	"github.com/google/uuid"
)

// lives is a book in which random loans live, decided in memory and appended to a log.
type lives struct {
	t         testing.TB
	log       eventstore.Log
	book      eventstore.Book
	memory    *ledger.Memory
	random    *rand.Rand
	products  []string
	loans     []uuid.UUID
	borrowers []uuid.UUID
	versions  map[uuid.UUID]eventstore.Version
	appends   int
	inBulk    bool // collect what is recorded
	collected []ledger.Logged
}

var firstDay = date.MustParse("2026-03-20")

// newLives opens a book for a lender of a currency.
func newLives(t testing.TB, log eventstore.Log, number eventstore.Book, c money.Currency, seed uint64) *lives {
	t.Helper()
	l := &lives{
		t: t, log: log, book: number, memory: ledger.NewMemory(ident.Book(number), firstDay),
		random: rand.New(rand.NewPCG(seed, uint64(number))), versions: map[uuid.UUID]eventstore.Version{},
	}
	if err := log.OpenBook(t.Context(), number, 1); err != nil {
		t.Fatal(err)
	}
	l.must("book.open", uuid.Nil, &ledger.Open{On: firstDay, Lender: book.Lender{
		Code: "lender" + strconv.Itoa(int(number)), Name: "Lender", LegalName: "Lender", Country: "XX", Currency: c,
		TimeZone: "UTC", Language: "en", NumberPrefix: "LL",
	}})
	for i, text := range productTerms[c] {
		terms, err := product.ParseTerms([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		code := "product-" + strconv.Itoa(i)
		l.products = append(l.products, code)
		l.must("book.publish_product", uuid.Nil, &ledger.PublishProduct{Product: product.Product{
			Code: code, Name: code, MinPrincipal: "1", MaxPrincipal: "30000", MinTermDays: 3, MaxTermDays: 40, OfferDays: 3, Terms: terms,
		}})
	}
	return l
}

func (l *lives) must(name string, target uuid.UUID, body any) {
	l.t.Helper()
	if err := l.do(name, target, body); err != nil {
		l.t.Fatalf("%s: %v", name, err)
	}
}

// do carries a command out, and appends what it recorded.
func (l *lives) do(name string, target uuid.UUID, body any) error {
	l.t.Helper()
	logged, err := l.memory.Do(l.memory.NextCommand(), name, target, body)
	l.append(logged)
	return err
}

func (l *lives) append(logged []ledger.Logged) {
	l.t.Helper()
	if l.inBulk {
		l.collected = append(l.collected, logged...)
		return
	}
	if len(logged) == 0 {
		return
	}
	l.appends++
	id := ident.Derive(ident.Book(l.book), "append", []byte(strconv.Itoa(l.appends)))
	a := eventstore.Append{Command: id, Digest: sha256.Sum256(id[:]), Actor: "service:test", Epoch: 1}
	at := map[uuid.UUID]int{}
	for _, entry := range logged {
		i, seen := at[entry.Stream]
		if !seen {
			i = len(a.Streams)
			at[entry.Stream] = i
			a.Streams = append(a.Streams, eventstore.StreamAppend{Stream: entry.Stream, Expected: l.versions[entry.Stream]})
		}
		a.Streams[i].Events = append(a.Streams[i].Events, encoded(l.t, entry.Fact))
		l.versions[entry.Stream]++
	}
	if _, err := l.log.Append(context.WithoutCancel(l.t.Context()), l.book, a); err != nil {
		l.t.Fatal(err)
	}
}

// encoded is a fact as it goes to the log; what is personal is as good as sealed here.
func encoded(t testing.TB, f fact.Fact) eventstore.NewEvent {
	t.Helper()
	encode := projections.Loans.Encode
	switch f.(type) {
	case borrower.Registered, borrower.LoanStarted, borrower.LoanEnded, borrower.DebtCleared:
		encode = projections.Borrowers.Encode
	case book.Opened, book.ProductPublished, book.DayClosed:
		encode = projections.Books.Encode
	}
	e, err := encode(f)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// closeDay ends the business date.
func (l *lives) closeDay() {
	l.t.Helper()
	logged, err := l.memory.CloseDay()
	if err != nil {
		l.t.Fatal(err)
	}
	for _, entry := range logged {
		l.append([]ledger.Logged{entry})
	}
}

// days lets a number of business dates pass, with up to a number of things happening on each and on
// the one after them.
func (l *lives) days(days, steps int) {
	l.t.Helper()
	for range days {
		l.steps(steps)
		l.closeDay()
	}
	l.steps(steps)
}

// steps does up to a number of things: on some dates hardly anything, so that loans fall overdue.
func (l *lives) steps(most int) {
	l.t.Helper()
	if l.random.IntN(3) == 0 {
		most /= 8
	}
	for range l.random.IntN(most + 1) {
		l.step()
	}
}

// head is the last position of the book.
func (l *lives) head() eventstore.Position {
	l.t.Helper()
	head, err := l.log.Head(l.t.Context(), l.book)
	if err != nil {
		l.t.Fatal(err)
	}
	return head.Position
}

// randomSeed is a seed that the test prints, so that a failure can be had again.
func randomSeed(t testing.TB) uint64 {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	return seed
}
