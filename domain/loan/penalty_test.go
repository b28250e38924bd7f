package loan_test

import (
	"fmt"
	"testing"

	"loanledger/domain/loan"
)

// TestPenalty: what lateness costs, by day after the due date; interest stops there.
func TestPenalty(t *testing.T) {
	const text = `{"currency": "EUR", "term_days": 15, "interest": {"method": "none"}, "penalty": {"base": "overdue_principal", %s}}`
	for _, c := range []struct {
		penalty string
		days    map[int]string // after the due date
	}{
		{`"percent": "20", "per": "year"`, map[int]string{-1: "0.00", 0: "0.00", 1: "5.48", 2: "10.96", 30: "164.38", 365: "2000.00"}},
		{`"percent": "20", "per": "year", "grace_days": 3`, map[int]string{1: "0.00", 3: "0.00", 4: "5.48", 5: "10.96"}},
		{`"percent": "0.1", "per": "day"`, map[int]string{0: "0.00", 1: "10.00", 10: "100.00"}},
		{`"percent": "1", "per": "day", "cap_percent_of_principal": "20"`, map[int]string{19: "1900.00", 20: "2000.00", 21: "2000.00", 300: "2000.00"}},
		{`"percent": "0.7", "per": "day", "cap_percent_of_principal": "3"`, map[int]string{4: "280.00", 5: "300.00", 6: "300.00"}},
		{`"percent": "5", "per": "once"`, map[int]string{0: "0.00", 1: "500.00", 2: "500.00", 300: "500.00"}},
		{`"percent": "5", "per": "once", "grace_days": 3`, map[int]string{3: "0.00", 4: "500.00", 300: "500.00"}},
		{`"percent": "5", "per": "once", "cap_percent_of_principal": "3"`, map[int]string{1: "300.00", 300: "300.00"}},
		{`"percent": "0", "per": "day"`, map[int]string{1: "0.00", 300: "0.00"}},
	} {
		l := paidOut(t, "2026-11-02", "10000.00", fmt.Sprintf(text, c.penalty))
		for day, want := range c.days {
			if got := l.state.BalancesOn(l.state.Due().AddDays(day)).Penalty.String(); got != want {
				t.Errorf("%s, %d days late: %s, want %s", c.penalty, day, got, want)
			}
		}
	}
}

// TestPenaltyFollowsTheOverduePrincipal: a payment lowers what later days cost, never what earlier ones did.
func TestPenaltyFollowsTheOverduePrincipal(t *testing.T) {
	const text = `{"currency": "EUR", "term_days": 15, "interest": {"method": "none"}, "penalty": {"base": "overdue_principal", %s},
		"allocation": {"by": "instalment", "order": ["principal", "interest", "fee", "penalty"]}}`
	paidOut(t, "2026-11-02", "10000.00", fmt.Sprintf(text, `"percent": "1", "per": "day", "cap_percent_of_principal": "20"`)).
		day(20).owes("10000.00", "0.00", "0.00", "500.00").
		does(loan.Repay{Amount: "6000.00"}).owes("4000.00", "0.00", "0.00", "500.00").
		day(25).owes("4000.00", "0.00", "0.00", "700.00").
		day(57).owes("4000.00", "0.00", "0.00", "1980.00").day(58).owes("4000.00", "0.00", "0.00", "2000.00").day(90).owes("4000.00", "0.00", "0.00", "2000.00")
	// once is once, however often is paid, before the due date or after it
	paidOut(t, "2026-11-02", "10000.00", fmt.Sprintf(text, `"percent": "5", "per": "once"`)).
		day(15).does(loan.Repay{Amount: "2000.00"}).day(16).owes("8000.00", "0.00", "0.00", "400.00").
		does(loan.Repay{Amount: "3000.00"}).day(30).owes("5000.00", "0.00", "0.00", "400.00").
		does(loan.Repay{Amount: "5000.00"}).is(loan.Active).day(60).owes("0.00", "0.00", "0.00", "400.00").
		does(loan.Repay{Amount: "400.00"}).is(loan.Closed)
}

// TestPenaltyEndsWithAProlongation, and begins anew after the new due date.
func TestPenaltyEndsWithAProlongation(t *testing.T) {
	const text = `{"currency": "EUR", "term_days": 15, "interest": {"method": "none"}, "prolongation": {}, "penalty": {"base": "overdue_principal", %s}}`
	paidOut(t, "2026-11-02", "10000.00", fmt.Sprintf(text, `"percent": "1", "per": "day"`)).
		day(18).owes("10000.00", "0.00", "0.00", "300.00").does(loan.Prolong{Days: 10}).
		day(28).owes("10000.00", "0.00", "0.00", "300.00").day(30).owes("10000.00", "0.00", "0.00", "500.00")
	paidOut(t, "2026-11-02", "10000.00", fmt.Sprintf(text, `"percent": "5", "per": "once"`)).
		day(18).owes("10000.00", "0.00", "0.00", "500.00").does(loan.Prolong{Days: 10}).
		day(28).owes("10000.00", "0.00", "0.00", "500.00").day(29).owes("10000.00", "0.00", "0.00", "1000.00").
		day(90).owes("10000.00", "0.00", "0.00", "1000.00")
}

func TestDaysPastDue(t *testing.T) {
	l := paidOut(t, "2026-11-02", "10000.00", smartcash)
	for day, want := range map[int]int{0: 0, 15: 0, 16: 1, 45: 30} {
		if got := l.state.DaysPastDue(l.on.AddDays(day)); got != want {
			t.Errorf("day %d: %d days past due", day, got)
		}
	}
	if l.day(20).does(loan.Prolong{Days: 10, Payment: "1627.40"}); l.state.DaysPastDue(l.on) != 0 {
		t.Errorf("a prolonged loan is %d days past due", l.state.DaysPastDue(l.on))
	}
	if l.day(40).does(loan.Repay{Amount: "20000.00"}).is(loan.Overpaid); l.state.DaysPastDue(l.on) != 0 {
		t.Error("a loan that owes nothing is past due")
	}
}
