package loan_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/google/uuid"

	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/ident"
	"loanledger/domain/loan"
	"loanledger/domain/money"
	"loanledger/domain/product"
)

// life is a loan under test: given what has happened, when a command comes, then this is the answer.
type life struct {
	t     *testing.T
	state loan.State
	on    date.Date // the open business date
	facts []fact.Fact
	last  []fact.Fact // that the last command or closing led to
}

// given is a loan of which nothing is known yet, on a business date.
func given(t *testing.T, on string) *life { return &life{t: t, on: date.MustParse(on)} }

// terms is terms from JSON, checked.
func terms(t *testing.T, text string) product.Terms {
	t.Helper()
	parsed, err := product.ParseTerms([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// offer is the application for a principal under terms that fix their length.
func offer(t product.Terms, principal money.Input) loan.Apply {
	p := product.Product{
		Code: "test", MinPrincipal: "1.00", MaxPrincipal: "10000000.00", MinTermDays: 1, MaxTermDays: product.MaxTermDays, OfferDays: 5, Terms: t,
	}
	if t.Currency.Digits() == 0 {
		p.MinPrincipal, p.MaxPrincipal = "1", "10000000"
	}
	p.Terms.TermDays = 0
	return loan.Apply{Loan: uuid.UUID{15: 1}, Number: "T-1", Lender: "test", Borrower: uuid.UUID{15: 2}, Product: p, ProductVersion: 1, Principal: principal, TermDays: t.TermDays}
}

// paidOut is a loan that was applied for and paid out on one day.
func paidOut(t *testing.T, on, principal, termsJSON string) *life {
	t.Helper()
	parsed := terms(t, termsJSON)
	l := given(t, on).does(offer(parsed, money.Input(principal))).does(loan.Approve{})
	if parsed.Signature != "" {
		l.does(loan.Sign{CodeMatches: true})
	}
	return l.does(loan.Disburse{Ref: "payout"})
}

func (l *life) moment() loan.Moment {
	return loan.Moment{On: l.on, Book: 1, Command: ident.Derive(1, "test", []byte{byte(len(l.facts))})}
}

// does gives a command that must be carried out.
func (l *life) does(c loan.Command) *life {
	l.t.Helper()
	facts, err := loan.Decide(l.state, c, l.moment())
	if err != nil {
		l.t.Fatalf("%s on %s: %v", c.CommandName(), l.on, err)
	}
	l.fold(facts)
	return l
}

func (l *life) fold(facts []fact.Fact) {
	for _, f := range facts {
		l.state = l.state.Fold(f)
	}
	l.facts, l.last = append(l.facts, facts...), facts
}

// refuses gives a command that must be refused with a code, and change nothing.
func (l *life) refuses(code string, c loan.Command) *life {
	l.t.Helper()
	before := l.state
	facts, err := loan.Decide(l.state, c, l.moment())
	if got := codeOf(err); got != code || len(facts) > 0 {
		l.t.Errorf("%s on %s %+v: %q with %d events (%v), want %q", c.CommandName(), l.on, c, got, len(facts), err, code)
	}
	if !reflect.DeepEqual(before, l.state) {
		l.t.Errorf("%s: a refusal changed the loan", c.CommandName())
	}
	return l
}

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	if r, _, ok := fact.Explain(err); ok {
		return r.Code
	}
	return "no refusal: " + err.Error()
}

// until closes every day up to a date, which becomes the open one.
func (l *life) until(on string) *life { return l.to(date.MustParse(on)) }

// day closes every day up to the nth one after the payout.
func (l *life) day(n int) *life { return l.to(l.state.DisbursedOn.AddDays(n)) }

func (l *life) to(on date.Date) *life {
	l.t.Helper()
	for l.on.Before(on) {
		if l.state.Status != loan.None {
			l.does(loan.CloseDay{Date: l.on})
		}
		l.on = l.on.AddDays(1)
	}
	return l
}

// owes holds the balances of the open date against principal, interest, fees and penalty.
func (l *life) owes(principal, interest, fees, penalty string) *life {
	l.t.Helper()
	b := l.state.BalancesOn(l.on)
	got := [4]string{b.Principal.String(), b.Interest.String(), b.Fees.String(), b.Penalty.String()}
	if want := [4]string{principal, interest, fees, penalty}; got != want {
		l.t.Errorf("owed on %s: %v, want %v", l.on, got, want)
	}
	if sum := money.Sum(b.Principal, b.Interest, b.Fees, b.Penalty); sum != b.Total {
		l.t.Errorf("the total on %s is %s, not %s", l.on, b.Total, sum)
	}
	return l
}

// is holds the status.
func (l *life) is(s loan.Status) *life {
	l.t.Helper()
	if l.state.Status != s {
		l.t.Errorf("the loan is %q on %s, want %q", l.state.Status, l.on, s)
	}
	return l
}

// allocated holds the last payment against principal, interest, fees, penalty and what was overpaid.
func (l *life) allocated(principal, interest, fees, penalty, overpaid string) *life {
	l.t.Helper()
	var got [5]string
	for _, f := range l.last {
		if e, is := f.(loan.Repaid); is {
			got = [5]string{e.Allocation.Principal.String(), e.Allocation.Interest.String(), e.Allocation.Fees.String(), e.Allocation.Penalty.String(), e.Overpaid.String()}
			if sum := e.Allocation.Total().Add(e.Overpaid); sum != e.Amount {
				l.t.Errorf("%s was paid and %s allocated", e.Amount, sum)
			}
		}
	}
	if want := [5]string{principal, interest, fees, penalty, overpaid}; got != want {
		l.t.Errorf("allocated on %s: %v, want %v", l.on, got, want)
	}
	return l
}

// recorded holds the types of the events of the last command or closing.
func (l *life) recorded(types ...string) *life {
	l.t.Helper()
	got := []string{}
	for _, f := range l.last {
		got = append(got, f.EventType())
	}
	if !reflect.DeepEqual(got, append([]string{}, types...)) {
		l.t.Errorf("recorded on %s: %v, want %v", l.on, got, types)
	}
	return l
}

// asJSON is a value as a caller would see it, to compare values that differ in memory only.
func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
