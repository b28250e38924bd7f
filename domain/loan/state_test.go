package loan_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/loan"
	"loanledger/domain/money"
)

// TestEveryEventIsFoldedAndDated: the frozen example of each kind, on a loan that was paid out.
func TestEveryEventIsFoldedAndDated(t *testing.T) {
	for name, kind := range loan.Kinds {
		data, err := os.ReadFile(filepath.Join(frozen, name+".v1.json"))
		if err != nil {
			t.Fatal(err)
		}
		f, err := loan.Kinds.Decode(name, 1, data)
		if err != nil {
			t.Fatal(err)
		}
		if booked, effective := loan.Dates(f); booked.IsZero() || effective.IsZero() || effective.After(booked) {
			t.Errorf("%s counts from %s and was booked on %s", name, effective, booked)
		}
		before := paidOut(t, "2026-11-02", "10000.00", smartcash).state
		if after := before.Fold(f); reflect.DeepEqual(before, after) {
			t.Errorf("%s changes nothing", kind.Type)
		}
	}
}

type stranger struct{}

func (stranger) EventType() string { return "test.stranger" }

func TestAnUnknownEventBreaksAnInvariant(t *testing.T) {
	for title, broken := range map[string]func(){
		"folded": func() { loan.State{}.Fold(stranger{}) },
		"dated":  func() { loan.Dates(stranger{}) },
	} {
		t.Run(title, func(t *testing.T) {
			defer func() {
				if got, is := recover().(string); !is || !strings.Contains(got, "test.stranger") {
					t.Errorf("it did not panic with the name: %q", got)
				}
			}()
			broken()
		})
	}
}

// TestTwoContinuationsOfOneState: folding never writes into the state it came from, so that two
// histories that part do not meet again.
func TestTwoContinuationsOfOneState(t *testing.T) {
	l := paidOut(t, "2026-11-02", "10000.00", strings.Replace(smartcash, `"requires": "accrued_interest", "max_count": 5`, `"prices": [{"days": 7, "percent": "1"}]`, 1)).day(3)
	for range 12 { // lists of every length, with and without room behind them
		partingsAt(t, l)
		l.does(loan.Prolong{Days: 7})
	}
}

func partingsAt(t *testing.T, l *life) {
	t.Helper()
	fork := l.state
	kept := asJSON(t, []any{fork.Transactions, fork.Charges, fork.On(l.on), fork.Schedule(l.on)})
	continued := func(c loan.Command) loan.State {
		facts, err := loan.Decide(fork, c, l.moment())
		if err != nil {
			t.Fatal(err)
		}
		s := fork
		for _, f := range facts {
			s = s.Fold(f)
		}
		return s
	}
	one := continued(loan.Prolong{Days: 7, Ref: "one"})
	seen := asJSON(t, []any{one.Transactions, one.Charges})
	two := continued(loan.Prolong{Days: 7, Ref: "two"})
	three := continued(loan.Repay{Amount: "5.00", Ref: "three"})
	if now := asJSON(t, []any{one.Transactions, one.Charges}); now != seen {
		t.Errorf("one continuation was changed by another:\n%s\n%s", seen, now)
	}
	if now := asJSON(t, []any{fork.Transactions, fork.Charges, fork.On(l.on), fork.Schedule(l.on)}); now != kept {
		t.Errorf("the state was changed by its continuations:\n%s\n%s", kept, now)
	}
	for ref, s := range map[string]loan.State{"one": one, "two": two, "three": three} {
		if got := s.Transactions[len(s.Transactions)-1].Ref; got != ref {
			t.Errorf("%s ends with %s", ref, got)
		}
	}
}

// TestAsOf: the loan on each past date, from its events alone.
func TestAsOf(t *testing.T) {
	l := paidOut(t, "2026-11-02", "10000.00", smartcash).
		day(5).does(loan.Repay{Amount: "1400.00"}).day(15).does(loan.Repay{Amount: "9720.00"})
	for _, c := range []struct {
		on, principal, interest string
		status                  loan.Status
	}{
		{"2026-11-01", "0.00", "0.00", loan.None},
		{"2026-11-02", "10000.00", "0.00", loan.Active},
		{"2026-11-06", "10000.00", "320.00", loan.Active},
		{"2026-11-07", "9000.00", "0.00", loan.Active},
		{"2026-11-16", "9000.00", "648.00", loan.Active},
		{"2026-11-17", "0.00", "0.00", loan.Closed},
		{"2027-11-17", "0.00", "0.00", loan.Closed},
	} {
		on := date.MustParse(c.on)
		s := loan.StateAsOf(l.facts, on)
		b := s.BalancesOn(on)
		if s.Status != c.status || b.Principal.String() != c.principal || b.Interest.String() != c.interest {
			t.Errorf("on %s: %s %s", on, s.Status, asJSON(t, b))
		}
	}
}

// TestAsOfAValueDate: a payment counts from the day on which it came, whenever it was booked.
func TestAsOfAValueDate(t *testing.T) {
	l := paidOut(t, "2026-11-02", "10000.00", smartcash).day(10)
	fifth := l.state.DisbursedOn.AddDays(5)
	l.does(loan.Repay{Amount: "1400.00", ValueDate: fifth})
	for on, want := range map[date.Date]string{fifth.AddDays(-1): "10320.00", fifth: "9000.00", fifth.AddDays(1): "9072.00"} {
		if got := loan.StateAsOf(l.facts, on).BalancesOn(on).Total.String(); got != want {
			t.Errorf("as of %s it owes %s, want %s", on, got, want)
		}
	}
}

// TestYen: a currency without a minor unit goes through a whole life, and through the log.
func TestYen(t *testing.T) {
	l := paidOut(t, "2026-11-02", "100000", `{"currency": "JPY", "term_days": 30, "interest": {"method": "declining", "rate": "0.05", "per": "day"},
		"prolongation": {"prices": [{"days": 7, "percent": "0.5"}]}, "cost_cap": {"percent_of_principal": "20"}}`).
		day(10).owes("100000", "500", "0", "0").does(loan.Prolong{Days: 7}).does(loan.Repay{Amount: "1500"}).
		allocated("500", "500", "500", "0", "0").day(13).owes("99500", "149", "0", "0").does(loan.Repay{Amount: "100000"}).is(loan.Overpaid)
	var read loan.State
	for _, f := range l.facts {
		read = read.Fold(stored(t, f))
	}
	for day := range 40 {
		on := date.MustParse("2026-11-02").AddDays(day)
		if live, again := asJSON(t, l.state.On(on)), asJSON(t, read.On(on)); live != again {
			t.Fatalf("read from the log it is\n%s\nand not\n%s", again, live)
		}
	}
	if got := l.state.BalancesOn(l.on).Overpaid; got != money.New(351, money.JPY) {
		t.Errorf("overpaid by %s", got)
	}
}

// stored is an event as it comes back from the log.
func stored(t *testing.T, f fact.Fact) fact.Fact {
	t.Helper()
	s, err := loan.Kinds.Encode(f)
	if err != nil {
		t.Fatal(err)
	}
	read, err := loan.Kinds.Decode(s.Type, s.Schema, s.Data)
	if err != nil {
		t.Fatal(err)
	}
	return read
}
