package loan_test

import (
	"fmt"
	"testing"

	"loanledger/domain/loan"
	"loanledger/domain/money"
)

// capped is a loan in roubles at 0.8 % a day whose charges are capped at a percentage.
func capped(percent, more string) string {
	return fmt.Sprintf(`{"currency": "RUB", "term_days": 30, "interest": {"method": "declining", "rate": "0.8", "per": "day"},
		"cost_cap": {"percent_of_principal": %q}%s}`, percent, more)
}

// TestTheCapIsReachedToTheKopeck: 0.8 % a day comes to 100 % on day 125 exactly; a cap of 130 % of
// 333.33 is 433.32, between the interest of day 162 (432.00) and that of day 163 (434.66).
func TestTheCapIsReachedToTheKopeck(t *testing.T) {
	for _, c := range []struct {
		principal, percent string
		days               map[int]string
		reached            int
		limit              string
	}{
		{"10000.00", "100", map[int]string{123: "9840.00", 124: "9920.00", 125: "10000.00", 126: "10000.00", 400: "10000.00"}, 125, "10000.00"},
		{"333.33", "130", map[int]string{161: "429.33", 162: "432.00", 163: "433.32", 164: "433.32", 400: "433.32"}, 163, "433.32"},
		{"10000.00", "0", map[int]string{0: "0.00", 1: "0.00", 100: "0.00"}, 0, "0.00"},
	} {
		l := paidOut(t, "2026-11-02", c.principal, capped(c.percent, ""))
		for day, want := range c.days {
			if got := l.state.BalancesOn(l.on.AddDays(day)).Interest.String(); got != want {
				t.Errorf("%s at %s %%, day %d: %s, want %s", c.principal, c.percent, day, got, want)
			}
		}
		l.day(c.reached)
		for _, f := range l.facts {
			if e, is := f.(loan.CostCapReached); is {
				t.Errorf("the cap is told before its day: %s", asJSON(t, e))
			}
		}
		l.does(loan.CloseDay{Date: l.on})
		e, is := l.last[len(l.last)-1].(loan.CostCapReached)
		if !is || e.Cap.String() != c.limit || e.On != l.on {
			t.Errorf("%s at %s %%: on day %d %s", c.principal, c.percent, c.reached, asJSON(t, l.last))
		}
		l.does(loan.CloseDay{Date: l.on}).recorded()
	}
}

// TestTheCapCountsEverything: on the day on which interest and penalty together pass it, interest
// comes first; fees have taken their part before.
func TestTheCapCountsEverything(t *testing.T) {
	penalty := `, "penalty": {"base": "overdue_principal", "percent": "0.1", "per": "day"}`
	// 90.00 a day after day 30: 2400.00 on day 30, 4920.00 on day 58, 5010.00 on day 59
	paidOut(t, "2026-11-02", "10000.00", capped("50", penalty)).
		day(58).owes("10000.00", "4640.00", "0.00", "280.00").
		day(59).owes("10000.00", "4720.00", "0.00", "280.00").
		day(300).owes("10000.00", "4720.00", "0.00", "280.00")
	fee := `, "fees": [{"name": "opening", "charged_on": "disbursement", "amount": "300.00"}]`
	paidOut(t, "2026-11-02", "10000.00", capped("10", fee)).
		day(8).owes("10000.00", "640.00", "300.00", "0.00").
		day(9).owes("10000.00", "700.00", "300.00", "0.00").
		day(100).owes("10000.00", "700.00", "300.00", "0.00")
}

// TestAfterTheCap: paying what is owed does not make room for more.
func TestAfterTheCap(t *testing.T) {
	paidOut(t, "2026-11-02", "10000.00", capped("50", "")).
		day(63).owes("10000.00", "5000.00", "0.00", "0.00").
		does(loan.Repay{Amount: "9000.00"}).allocated("4000.00", "5000.00", "0.00", "0.00", "0.00").
		day(200).owes("6000.00", "0.00", "0.00", "0.00").
		does(loan.Repay{Amount: "6000.00"}).is(loan.Closed)
	// a part of the principal before the cap: it is still of the amount that was paid out
	l := paidOut(t, "2026-11-02", "10000.00", capped("50", "")).
		day(20).does(loan.Repay{Amount: "6600.00"}).allocated("5000.00", "1600.00", "0.00", "0.00", "0.00")
	l.day(104).owes("5000.00", "3360.00", "0.00", "0.00").day(105).owes("5000.00", "3400.00", "0.00", "0.00").day(106).owes("5000.00", "3400.00", "0.00", "0.00")
}

// TestChargesOfADateStayWithinTheCap: fees and fixed prices are charged as far as there is room.
func TestChargesOfADateStayWithinTheCap(t *testing.T) {
	const fixed = `{"currency": "EUR", "term_days": 30, "interest": {"method": "fixed_fee", "prices": [{"days": 30, "percent": "35"}]},
		"prepayment": {"interest": %q}, "cost_cap": {"percent_of_principal": "30"}%s}`
	fee := `, "fees": [{"name": "opening", "charged_on": "disbursement", "percent_of": "principal", "percent": %q}]`
	paidOut(t, "2026-11-02", "100.00", fmt.Sprintf(fixed, "full_period", "")).owes("100.00", "30.00", "0.00", "0.00")
	paidOut(t, "2026-11-02", "100.00", fmt.Sprintf(fixed, "full_period", fmt.Sprintf(fee, "12"))).owes("100.00", "18.00", "12.00", "0.00")
	paidOut(t, "2026-11-02", "100.00", fmt.Sprintf(fixed, "full_period", fmt.Sprintf(fee, "50"))).owes("100.00", "0.00", "30.00", "0.00")
	paidOut(t, "2026-11-02", "100.00", fmt.Sprintf(fixed, "to_date", fmt.Sprintf(fee, "12"))).
		day(6).owes("100.00", "3.60", "12.00", "0.00").day(30).owes("100.00", "18.00", "12.00", "0.00").day(90).owes("100.00", "18.00", "12.00", "0.00")

	prolonged := `, "prolongation": {"prices": [{"days": 7, "percent": "15"}]}`
	l := paidOut(t, "2026-11-02", "1000.00", capped("40", prolonged)).day(20).owes("1000.00", "160.00", "0.00", "0.00")
	for i, want := range []string{"150.00", "240.00", "240.00"} { // the second has room for 90.00, the third for nothing
		if l.does(loan.Prolong{Days: 7}).owes("1000.00", "160.00", want, "0.00"); l.state.Prolongations != i+1 {
			t.Errorf("prolonged %d times", l.state.Prolongations)
		}
	}
	l.day(60).owes("1000.00", "160.00", "240.00", "0.00")
}

// TestEarnedPriceAfterACap: a principal payment under a reached cap does not bring back what the cap
// had kept out of a price that is earned by the day.
func TestEarnedPriceAfterACap(t *testing.T) {
	const text = `{"currency": "EUR", "term_days": 40, "interest": {"method": "fixed_fee", "prices": [{"days": 40, "percent": "20"}]},
		"prolongation": {"prices": [{"days": 7, "percent": "10"}]},
		"cost_cap": {"percent_of_principal": "20"}, "allocation": {"by": "instalment", "order": ["principal", "penalty", "fee", "interest"]}}`
	l := paidOut(t, "2026-11-02", "100.00", text).day(20).owes("100.00", "10.00", "0.00", "0.00").
		does(loan.Prolong{Days: 7}).owes("100.00", "10.00", "10.00", "0.00").day(30).owes("100.00", "10.00", "10.00", "0.00").
		does(loan.Repay{Amount: "50.00"}).owes("50.00", "10.00", "10.00", "0.00").day(39).owes("50.00", "10.00", "10.00", "0.00")
	if c := l.state.ChargesOn(l.on); money.Sum(c.Interest, c.Fees, c.Penalty).String() != "20.00" {
		t.Errorf("charged %s", asJSON(t, c))
	}
}
