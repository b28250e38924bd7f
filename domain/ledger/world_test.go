package ledger_test

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
	"loanledger/domain/money"
	"loanledger/domain/product"
)

// world is a book in memory in which random commands are given, an audit of it, and what is known of
// its past.
type world struct {
	r         *rapid.T
	m         *ledger.Memory
	audit     *audit
	product   product.Product
	days      int // the length of every loan
	backdated bool
	borrowers []uuid.UUID
	loans     []uuid.UUID
	seen      []sighting
}

// sighting is a loan as it was on a date, to be compared with what is said of that date later.
type sighting struct {
	state loan.State
	on    date.Date
	text  string
}

const bookNumber = 1

var person = borrower.Person{FullName: "A Borrower", BirthDate: date.MustParse("1980-01-01"), DocumentNumber: "4510 123456", Phone: "+79161234567"}

// newWorld opens a book and publishes a drawn product.
func newWorld(r *rapid.T, backdated bool) *world {
	start := date.MustParse("2023-06-01").AddDays(roll(r, "start", 1501))
	days := 1 + roll(r, "days", 60)
	w := &world{r: r, m: ledger.NewMemory(bookNumber, start), days: days, backdated: backdated}
	w.audit = newAudit()
	terms := drawTerms(r, days)
	w.product = product.Product{
		Code: "test", Name: "Test", MinPrincipal: "1", MaxPrincipal: "1000000", MinTermDays: 1, MaxTermDays: product.MaxTermDays, OfferDays: 5, Terms: terms,
	}
	lender := book.Lender{
		Code: "test", Name: "Test", LegalName: "Test", Country: "RU", Currency: terms.Currency, TimeZone: "UTC", Language: "ru", NumberPrefix: "TT",
	}
	w.mustDo("book.open", uuid.Nil, &ledger.Open{Lender: lender, On: start})
	w.mustDo("book.publish_product", uuid.Nil, &ledger.PublishProduct{Product: w.product})
	for i := range 2 {
		w.borrowers = append(w.borrowers, ledger.NewBorrowerID(bookNumber, uuid.UUID{byte(i)}))
	}
	return w
}

func (w *world) mustDo(name string, target uuid.UUID, body any) []ledger.Logged {
	logged, err := w.do(name, target, body)
	if err != nil {
		w.r.Fatalf("%s: %v", name, err)
	}
	return logged
}

// do gives a command. It is carried out, or refused with a code and nothing changes; the one fact
// that is a refusal too is a wrong signing code.
func (w *world) do(name string, target uuid.UUID, body any) ([]ledger.Logged, error) {
	before, length := w.picture(), len(w.m.Log())
	id := w.m.NextCommand()
	logged, err := w.m.Do(id, name, target, body)
	_, failed := err.(interface{ Unwrap() error })
	switch {
	case err == nil:
		if name == "loan.apply" {
			w.loans = append(w.loans, ledger.LoanID(bookNumber, id))
		}
	case failed && len(logged) == 1 && logged[0].Fact.EventType() == "loan.signing_failed":
	default:
		if _, _, coded := fact.Explain(err); !coded {
			w.r.Fatalf("%s: an error without a code: %v", name, err)
		}
		if len(logged) > 0 || len(w.m.Log()) != length || w.picture() != before {
			w.r.Fatalf("%s: a refusal (%v) changed something", name, err)
		}
	}
	if got := len(w.m.Log()) - length; got != len(logged) {
		w.r.Fatalf("%s: %d events are in the log, %d were answered", name, got, len(logged))
	}
	w.audit.follow(w.r, w.m)
	return logged, err
}

// picture is every loan and the business date, as a text.
func (w *world) picture() string {
	text := w.m.Business().String()
	for _, id := range w.loans {
		text += pictureOf(w.r, w.m.State(id), w.m.Business())
	}
	return text
}

// pictureOf is all that is said of a loan on a date.
func pictureOf(r *rapid.T, s loan.State, on date.Date) string {
	text, err := json.Marshal([]any{
		s.On(on), s.Schedule(on), s.Transactions, s.ChargeViews(), s.ContractDate(), s.SigningTries, s.NextDay(),
	})
	if err != nil {
		r.Fatal(err)
	}
	return string(text)
}

// closeDays ends some days; after each, the audit holds the books against the loans.
func (w *world) closeDays(n int) {
	for range n {
		on := w.m.Business()
		if _, err := w.m.CloseDay(); err != nil {
			w.r.Fatalf("closing %s: %v", on, err)
		}
		w.audit.follow(w.r, w.m)
		w.audit.agrees(w.r, w.m, w.loans, on)
	}
	on := w.m.Business().AddDays(-1)
	for _, id := range w.loans {
		s := w.m.State(id)
		w.seen = append(w.seen, sighting{s, on, pictureOf(w.r, s, on)})
	}
}

// amount draws what somebody might pay on a loan: often what is owed, or a part of it.
func (w *world) amount(s loan.State) money.Input {
	owed := s.BalancesOn(w.m.Business())
	draw := rapid.Int64Range(1, max(2, 2*owed.Total.Minor())).Draw(w.r, "paid")
	pay := func(a money.Amount) money.Input { return money.Input(a.In(s.Currency).String()) }
	switch roll(w.r, "how much", 8) {
	case 0, 1:
		return pay(owed.Total)
	case 2:
		return pay(owed.Interest.Add(owed.Penalty).Add(owed.Fees))
	case 3:
		return pay(owed.Principal)
	case 4:
		return money.Input(oneOf(w.r, "bad amount", "", "x", "-1", "0", "1.234", "1e3", "99999999999999999999"))
	}
	return pay(money.New(draw, s.Currency))
}

func (w *world) valueDate() date.Date {
	switch roll(w.r, "value date", 10) {
	case 0:
		return w.m.Business().AddDays(1 + roll(w.r, "ahead", 3))
	case 1, 2, 3:
		if w.backdated {
			return w.m.Business().AddDays(-1 - roll(w.r, "back", 30))
		}
	}
	return date.Date{}
}

func (w *world) String() string {
	text, _ := json.Marshal(w.product.Terms)
	return fmt.Sprintf("%d loans on %s, %s", len(w.loans), w.m.Business(), text)
}
