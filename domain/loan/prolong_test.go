package loan_test

import (
	"fmt"
	"strings"
	"testing"

	"loanledger/domain/fact"
	"loanledger/domain/loan"
	"loanledger/domain/money"
)

// prolongable is a loan whose interest is 8.00 a day, with a prolongation clause.
func prolongable(clause string) string {
	return fmt.Sprintf(`{"currency": "RUB", "term_days": 15, "interest": {"method": "declining", "rate": "0.8", "per": "day"}, "prolongation": %s}`, clause)
}

func TestProlongationsThatAreRefused(t *testing.T) {
	priced := `{"requires": "price", "prices": [{"days": 14, "percent": "17"}, {"days": 7, "percent": "10"}]}`
	for _, c := range []struct {
		clause, code, detail string
		days                 int
		payment              money.Input
	}{
		{`null`, "prolongation_not_offered", "", 10, ""},
		{`{"max_days": 30}`, "prolongation_days_invalid", "1 to 30 days", 0, ""},
		{`{"max_days": 30}`, "prolongation_days_invalid", "1 to 30 days", -1, ""},
		{`{"max_days": 30}`, "prolongation_days_invalid", "1 to 30 days", 31, ""},
		{`{}`, "prolongation_days_invalid", "1 to 10980 days", 10981, ""},
		{`{}`, "prolongation_days_invalid", "no loan is for more than 10980 days in all", 10966, ""},
		{priced, "prolongation_days_invalid", "one of [7 14] days", 10, ""},
		{priced, "prolongation_payment_required", "100.00 RUB", 7, ""},
		{priced, "prolongation_payment_mismatch", "100.00 RUB", 7, "99.99"},
		{priced, "prolongation_payment_mismatch", "100.00 RUB", 7, "100.01"},
		{priced, "prolongation_payment_mismatch", "170.00 RUB", 14, "100.00"},
		{priced, "amount_invalid", "", 7, "x"},
		{priced, "amount_over_precise", "", 7, "100.000"},
		{priced, "amount_not_positive", "", 7, "-100.00"},
		{`{"requires": "accrued_interest"}`, "prolongation_payment_required", "80.00 RUB", 10, ""},
		{`{"requires": "accrued_interest"}`, "prolongation_payment_mismatch", "80.00 RUB", 10, "80.01"},
		{`{}`, "prolongation_payment_mismatch", "0.00 RUB", 10, "1.00"},
	} {
		l := paidOut(t, "2026-11-02", "1000.00", prolongable(c.clause)).day(10)
		cmd := loan.Prolong{Days: c.days, Payment: c.payment}
		l.refuses(c.code, cmd)
		_, err := loan.Decide(l.state, cmd, l.moment())
		if _, detail, _ := fact.Explain(err); c.detail != "" && detail != c.detail {
			t.Errorf("%s, %d days: the detail is %q, want %q", c.clause, c.days, detail, c.detail)
		}
	}
}

// TestDueDates: a prolongation counts from the due date, or from today where that has passed.
func TestDueDates(t *testing.T) {
	for _, c := range []struct {
		day, days int
		want      int // days from the payout to the new due date
	}{{3, 10, 25}, {15, 10, 25}, {20, 10, 30}, {15, 10965, 10980}} {
		l := paidOut(t, "2026-11-02", "1000.00", prolongable(`{}`)).day(c.day)
		before := l.state.Due()
		l.does(loan.Prolong{Days: c.days})
		e := l.last[0].(loan.Prolonged)
		if got := l.state.Due().Sub(l.state.DisbursedOn); got != c.want || e.Due != l.state.Due() || e.DueBefore != before {
			t.Errorf("prolonged by %d days on day %d: due on day %d, %s", c.days, c.day, got, asJSON(t, e))
		}
	}
}

// TestAccruedInterestFirst: interest, penalty and fees of the days until now, in one step or before it.
func TestAccruedInterestFirst(t *testing.T) {
	text := strings.Replace(prolongable(`{"requires": "accrued_interest", "max_count": 2, "prices": [{"days": 10, "percent": "1"}]}`), `"prolongation"`,
		`"penalty": {"base": "overdue_principal", "percent": "0.1", "per": "day"},
		"fees": [{"name": "extension", "charged_on": "prolongation", "amount": "5.00"}], "prolongation"`, 1)
	l := paidOut(t, "2026-11-02", "1000.00", text).day(20).owes("1000.00", "160.00", "0.00", "5.00")
	l.does(loan.Prolong{Days: 10, Payment: "180.00"}). // 160.00 + 5.00, 1 % of 1000.00 and the fee of 5.00
								allocated("0.00", "160.00", "15.00", "5.00", "0.00").owes("1000.00", "0.00", "0.00", "0.00")
	l.day(30).does(loan.Repay{Amount: "80.00"}).refuses("prolongation_payment_required", loan.Prolong{Days: 10}).
		does(loan.Prolong{Days: 10, Payment: "15.00"}).owes("1000.00", "0.00", "0.00", "0.00").
		day(40).refuses("prolongation_limit_reached", loan.Prolong{Days: 10, Payment: "95.00"})
	if l.state.Prolongations != 2 || len(l.state.Charges) != 2 {
		t.Errorf("%d prolongations, %d charges", l.state.Prolongations, len(l.state.Charges))
	}
}

// TestPriceWithoutPaymentFirst: where the terms ask for nothing first, the price is owed as a fee.
func TestPriceWithoutPaymentFirst(t *testing.T) {
	l := paidOut(t, "2026-11-02", "1000.00", prolongable(`{"prices": [{"days": 7, "percent": "10"}]}`)).
		day(10).does(loan.Prolong{Days: 7, Ref: "p1"}).recorded("loan.prolonged").owes("1000.00", "80.00", "100.00", "0.00").
		day(12).does(loan.Repay{Amount: "30.00"}).allocated("0.00", "0.00", "30.00", "0.00", "0.00").
		does(loan.Prolong{Days: 7, Ref: "p2"})
	views := l.state.ChargeViews()
	if len(views) != 2 || views[0].Ref != "p1" || views[0].Paid.String() != "30.00" || views[0].Outstanding.String() != "70.00" || !views[1].Paid.IsZero() {
		t.Errorf("charges: %s", asJSON(t, views))
	}
}

// TestSpanishProrroga: 10 % of the outstanding principal for 7 days, of what is left after a payment.
func TestSpanishProrroga(t *testing.T) {
	const text = `{"currency": "EUR", "term_days": 30,
		"interest": {"method": "fixed_fee", "prices": [{"days": 15, "percent": "18"}, {"days": 30, "percent": "35"}], "after_maturity": "stops"},
		"prepayment": {"interest": "full_period"}, "penalty": {"base": "overdue_principal", "percent": "1", "per": "day", "cap_percent_of_principal": "200"},
		"prolongation": {"requires": "price", "prices": [{"days": 7, "percent": "10"}, {"days": 14, "percent": "17"}, {"days": 30, "percent": "33"}]}}`
	paidOut(t, "2026-10-01", "300.00", text).owes("300.00", "105.00", "0.00", "0.00").
		day(19).does(loan.Repay{Amount: "150.00"}).allocated("45.00", "105.00", "0.00", "0.00", "0.00").
		day(30).does(loan.Prolong{Days: 7, Payment: "25.50"}).owes("255.00", "0.00", "0.00", "0.00").
		day(37).owes("255.00", "0.00", "0.00", "0.00").day(40).owes("255.00", "0.00", "0.00", "7.65").
		day(1000).owes("255.00", "0.00", "0.00", "600.00")
}
