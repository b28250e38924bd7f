package loan_test

import (
	"fmt"
	"testing"

	"loanledger/domain/loan"
	"loanledger/domain/money"
)

// TestFiguresOfTheSampleStory: 10 000.00 RUB at 0.8 % a day, repaid in full on day 15, costs 1 200.00;
// prolonged by 10 days on day 15 and repaid on day 25, 2 000.00 in all.
func TestFiguresOfTheSampleStory(t *testing.T) {
	paidOut(t, "2026-11-02", "10000.00", smartcash).
		day(15).owes("10000.00", "1200.00", "0.00", "0.00").
		does(loan.Repay{Amount: "11200.00"}).is(loan.Closed).allocated("10000.00", "1200.00", "0.00", "0.00", "0.00").
		owes("0.00", "0.00", "0.00", "0.00")

	l := paidOut(t, "2026-11-02", "10000.00", smartcash).day(15)
	l.refuses("prolongation_payment_required", loan.Prolong{Days: 10}).
		does(loan.Prolong{Days: 10, Payment: "1200.00"}).recorded("loan.prolonged", "loan.repaid").
		allocated("0.00", "1200.00", "0.00", "0.00", "0.00").owes("10000.00", "0.00", "0.00", "0.00").
		day(25).owes("10000.00", "800.00", "0.00", "0.00").
		does(loan.Repay{Amount: "10800.00"}).is(loan.Closed)
	if c := l.state.ChargesOn(l.on); c.Interest.String() != "2000.00" || !c.Fees.IsZero() || !c.Penalty.IsZero() {
		t.Errorf("in all it cost %+v", c)
	}
}

// TestInterestToTheDay: interest by method, time and day count, worked out by hand.
func TestInterestToTheDay(t *testing.T) {
	const base = `{"currency": "EUR", "term_days": 120, %s}`
	type owed struct {
		day  int
		want string
	}
	for _, c := range []struct {
		terms string
		on    string
		days  []owed
	}{
		{`"interest": {"method": "declining", "rate": "0.8", "per": "day"}`, "2026-11-02", []owed{{0, "0.00"}, {1, "40.00"}, {15, "600.00"}, {121, "4840.00"}}},
		{`"interest": {"method": "declining", "rate": "0.8", "per": "day", "first_day": "included"}`, "2026-11-02", []owed{{0, "40.00"}, {1, "80.00"}, {15, "640.00"}}},
		{`"interest": {"method": "declining", "rate": "0.8", "per": "day", "after_maturity": "stops"}`, "2026-11-02", []owed{{120, "4800.00"}, {121, "4800.00"}, {200, "4800.00"}}},
		// 91 days from 1 December 2023: 31 nights of a common year, 60 of a leap year; three months
		{`"interest": {"method": "declining", "rate": "12", "per": "year"}`, "2023-12-01", []owed{{1, "1.64"}, {2, "3.29"}, {91, "149.59"}}},
		{`"rounding": "down", "interest": {"method": "declining", "rate": "12", "per": "year"}`, "2023-12-01", []owed{{2, "3.28"}, {91, "149.58"}}},
		{`"interest": {"method": "declining", "rate": "12", "per": "year", "day_count": "actual/actual"}`, "2023-12-01", []owed{{31, "50.96"}, {91, "149.32"}}},
		{`"interest": {"method": "declining", "rate": "12", "per": "year", "day_count": "actual/360"}`, "2023-12-01", []owed{{91, "151.67"}}},
		{`"interest": {"method": "declining", "rate": "12", "per": "year", "day_count": "30/360"}`, "2023-12-01", []owed{{30, "50.00"}, {31, "50.00"}, {91, "150.00"}}},
		{`"interest": {"method": "declining", "rate": "1", "per": "month", "day_count": "months/12"}`, "2023-12-01", []owed{{31, "50.00"}, {91, "150.00"}, {92, "151.61"}}},
		{`"interest": {"method": "declining", "rate": "1", "per": "month"}`, "2023-12-01", []owed{{91, "149.59"}}},
		{`"interest": {"method": "none"}`, "2026-11-02", []owed{{0, "0.00"}, {200, "0.00"}}},
		{`"interest": {"method": "fixed_fee", "prices": [{"days": 120, "percent": "35"}]}, "prepayment": {"interest": "full_period"}`, "2026-11-02",
			[]owed{{0, "1750.00"}, {60, "1750.00"}, {300, "1750.00"}}},
		{`"interest": {"method": "fixed_fee", "prices": [{"days": 120, "percent": "35"}]}`, "2026-11-02",
			[]owed{{0, "0.00"}, {1, "14.58"}, {40, "583.33"}, {60, "875.00"}, {120, "1750.00"}, {300, "1750.00"}}},
	} {
		l := paidOut(t, c.on, "5000.00", fmt.Sprintf(base, c.terms))
		for _, d := range c.days {
			if got := l.state.BalancesOn(l.on.AddDays(d.day)).Interest.String(); got != d.want {
				t.Errorf("%s after %d days: %s, want %s", c.terms, d.day, got, d.want)
			}
			l.day(0)
		}
	}
}

// TestInterestFollowsTheBalance: what is really owed accrues, from the day on which it was paid.
func TestInterestFollowsTheBalance(t *testing.T) {
	paidOut(t, "2026-11-02", "10000.00", smartcash).
		day(5).does(loan.Repay{Amount: "1400.00"}).allocated("1000.00", "400.00", "0.00", "0.00", "0.00").
		owes("9000.00", "0.00", "0.00", "0.00").
		day(6).owes("9000.00", "72.00", "0.00", "0.00").
		day(10).does(loan.Repay{Amount: "100.00"}).allocated("0.00", "100.00", "0.00", "0.00", "0.00").
		owes("9000.00", "260.00", "0.00", "0.00").
		day(15).owes("9000.00", "620.00", "0.00", "0.00").
		does(loan.Repay{Amount: "9620.00"}).is(loan.Closed)
}

// TestSpansAreRoundedOnce: 0.27 % a day of 333.33 is 0.899991: by the day it would round to 0.90 each.
func TestSpansAreRoundedOnce(t *testing.T) {
	const text = `{"currency": "EUR", "rounding": "down", "term_days": 60, "interest": {"method": "declining", "rate": "0.27", "per": "day"}}`
	l := paidOut(t, "2026-11-02", "333.33", text)
	for day, want := range map[int]string{1: "0.89", 2: "1.79", 10: "8.99", 60: "53.99"} {
		if got := l.state.BalancesOn(l.on.AddDays(day)).Interest.String(); got != want {
			t.Errorf("after %d days: %s, want %s", day, got, want)
		}
	}
	// paying interest does not end the span, for nothing changes that it depends on
	l.day(1).does(loan.Repay{Amount: "0.89"}).day(2).owes("333.33", "0.90", "0.00", "0.00")
}

// TestAClosedLoanAccruesNothing, not even what is left of a fixed price that is earned by the day.
func TestAClosedLoanAccruesNothing(t *testing.T) {
	const earned = `{"currency": "EUR", "term_days": 30, "interest": {"method": "fixed_fee", "prices": [{"days": 30, "percent": "35"}]}}`
	for _, c := range []struct{ text, paid string }{
		{earned, "335.00"},
		{smartcash, "324.00"},
		{`{"currency": "EUR", "term_days": 30, "interest": {"method": "fixed_fee", "prices": [{"days": 30, "percent": "35"}]}, "prepayment": {"interest": "full_period"}}`, "405.00"},
	} {
		l := paidOut(t, "2026-11-02", "300.00", c.text).day(10).does(loan.Repay{Amount: money.Input(c.paid)}).is(loan.Closed)
		for _, later := range []int{0, 1, 20, 21, 400} {
			if b := l.state.BalancesOn(l.on.AddDays(later)); !b.Total.IsZero() {
				t.Errorf("%d days after it was closed it owes %s", later, asJSON(t, b))
			}
		}
		if line := l.state.Schedule(l.on.AddDays(60))[0]; !line.Outstanding.IsZero() || line.Total.String() != c.paid {
			t.Errorf("the schedule of the closed loan: %s", asJSON(t, line))
		}
	}
	// principal first: once it is repaid, the rest of the price is not earned
	principalFirst := `{"currency": "EUR", "term_days": 30, "interest": {"method": "fixed_fee", "prices": [{"days": 30, "percent": "35"}]},
		"allocation": {"by": "instalment", "order": ["principal", "interest", "fee", "penalty"]}}`
	paidOut(t, "2026-11-02", "300.00", principalFirst).day(10).does(loan.Repay{Amount: "300.00"}).is(loan.Active).
		owes("0.00", "35.00", "0.00", "0.00").day(25).owes("0.00", "35.00", "0.00", "0.00").
		does(loan.Repay{Amount: "35.00"}).is(loan.Closed)
}

// TestQuotes: an offer costs what the loan then costs.
func TestQuotes(t *testing.T) {
	for _, c := range []struct {
		text, principal, interest, fees, total string
		psk, tae                               string
	}{
		{smartcash, "10000.00", "1200.00", "0.00", "11200.00", "292.000", ""},
		{`{"currency": "EUR", "term_days": 30, "interest": {"method": "fixed_fee", "prices": [{"days": 30, "percent": "35"}]}, "prepayment": {"interest": "full_period"},
			"fees": [{"name": "opening", "charged_on": "disbursement", "amount": "5.00"}]}`, "300.00", "105.00", "5.00", "410.00", "", "4145.7"},
	} {
		o := offer(terms(t, c.text), money.Input(c.principal))
		l := paidOut(t, "2026-11-02", c.principal, c.text)
		q, err := loan.QuoteProduct(o.Product, o.Principal, "", o.TermDays, l.on)
		if err != nil || q.Interest.String() != c.interest || q.Fees.String() != c.fees || q.Total.String() != c.total || q.PSK != c.psk || q.TAE != c.tae {
			t.Errorf("%v %s", err, asJSON(t, q))
		}
		due := l.state.BalancesOn(l.state.Due())
		if q.Cost != q.Interest.Add(q.Fees) || due.Total != q.Total || q.Due != l.state.Due() || asJSON(t, q.Schedule) != asJSON(t, l.state.Schedule(l.on)) {
			t.Errorf("quoted %s, owed %s", asJSON(t, q), asJSON(t, due))
		}
	}
}
