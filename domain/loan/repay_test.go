package loan_test

import (
	"testing"

	"loanledger/domain/date"
	"loanledger/domain/loan"
	"loanledger/domain/money"
)

func TestRepaymentsThatAreRefused(t *testing.T) {
	paid := func(amount money.Input, currency, from string) loan.Repay {
		return loan.Repay{Amount: amount, Currency: currency, From: from}
	}
	l := inStatus(t, loan.Active).day(5)
	for _, c := range []struct {
		cmd  loan.Repay
		want string
	}{
		{paid("", "", ""), "amount_invalid"},
		{paid("a lot", "", ""), "amount_invalid"},
		{paid("1,00", "", ""), "amount_invalid"},
		{paid("99999999999999999999", "", ""), "amount_invalid"},
		{paid("1.001", "", ""), "amount_over_precise"},
		{paid("1.000", "RUB", ""), "amount_over_precise"},
		{paid("0", "", ""), "amount_not_positive"},
		{paid("-1.00", "", ""), "amount_not_positive"},
		{paid("-0.00", "", ""), "amount_not_positive"},
		{paid("1.00", "EUR", ""), "currency_mismatch"},
		{paid("1.00", "rub", ""), "currency_mismatch"},
		{paid("1.00", "", "stranger"), "payer_invalid"},
		{loan.Repay{Amount: "1.00", ValueDate: l.on.AddDays(1)}, "value_date_invalid"},
		{loan.Repay{Amount: "1.00", ValueDate: date.MustParse("2026-11-01")}, "value_date_invalid"},
	} {
		l.refuses(c.want, c.cmd)
	}
	for _, from := range []string{"", "borrower", "merchant", "guarantor"} {
		l.does(paid("1.00", "RUB", from))
		if e := l.last[0].(loan.Repaid); from != "" && e.From != from || from == "" && e.From != "borrower" {
			t.Errorf("paid by %q, recorded as by %q", from, e.From)
		}
	}
}

// TestValueDates: money counts from the day on which it came, though it is booked later.
func TestValueDates(t *testing.T) {
	l := paidOut(t, "2026-11-02", "10000.00", smartcash).day(10).owes("10000.00", "800.00", "0.00", "0.00")
	fifth := l.state.DisbursedOn.AddDays(5)
	l.does(loan.Repay{Amount: "5400.00", ValueDate: fifth, Ref: "late in the books"}).allocated("5000.00", "400.00", "0.00", "0.00", "0.00").
		owes("5000.00", "200.00", "0.00", "0.00")
	e := l.last[0].(loan.Repaid)
	// nine days of 80.00 were recognised, 400.00 and five days of 40.00 are right
	if e.Recognised.Interest.String() != "-120.00" || e.ValueDate != fifth || e.On != l.on {
		t.Errorf("recorded %s", asJSON(t, e))
	}
	l.refuses("value_date_invalid", loan.Repay{Amount: "1.00", ValueDate: fifth.AddDays(-1)}).
		does(loan.Repay{Amount: "1.00", ValueDate: fifth}).allocated("1.00", "0.00", "0.00", "0.00", "0.00").
		owes("4999.00", "199.96", "0.00", "0.00")

	// in full, as of a day before the penalty began: what had been recognised since is taken back
	l = paidOut(t, "2026-11-02", "10000.00", smartcash).day(20).owes("10000.00", "1600.00", "0.00", "27.40")
	l.does(loan.Repay{Amount: "11200.00", ValueDate: l.state.Due()}).is(loan.Closed).recorded("loan.repaid", "loan.settled").
		owes("0.00", "0.00", "0.00", "0.00")
	e, settled := l.last[0].(loan.Repaid), l.last[1].(loan.Settled)
	if e.Recognised.Interest.String() != "-320.00" || e.Recognised.Penalty.String() != "-21.92" {
		t.Errorf("recognised %s", asJSON(t, e.Recognised))
	}
	if settled.On != l.state.Due() || settled.BookedOn != l.on || settled.Early || l.state.EndedOn != l.state.Due() {
		t.Errorf("settled %s", asJSON(t, settled))
	}

	// early is told by the value date, though it was booked after the due date
	l = paidOut(t, "2026-11-02", "10000.00", smartcash).day(20)
	l.does(loan.Repay{Amount: "11120.00", ValueDate: l.state.Due().AddDays(-1)}).is(loan.Closed)
	if settled = l.last[1].(loan.Settled); !settled.Early {
		t.Errorf("settled %s", asJSON(t, settled))
	}
}

func TestOverpayment(t *testing.T) {
	l := paidOut(t, "2026-11-02", "10000.00", smartcash).day(5).
		does(loan.Repay{Amount: "10500.00"}).allocated("10000.00", "400.00", "0.00", "0.00", "100.00").is(loan.Overpaid).
		owes("0.00", "0.00", "0.00", "0.00").refuses("loan_closed", loan.Repay{Amount: "1.00"})
	if b := l.state.BalancesOn(l.on); b.Overpaid.String() != "100.00" || l.state.Live() {
		t.Errorf("%s, live %t", asJSON(t, b), l.state.Live())
	}
	if settled := l.last[1].(loan.Settled); !settled.Early || settled.On != l.on {
		t.Errorf("settled %s", asJSON(t, settled))
	}
	line := l.state.Schedule(l.on)[0]
	if line.Paid.String() != "10400.00" || line.PaidEarly.String() != "10400.00" || !line.PaidLate.IsZero() {
		t.Errorf("the overpaid part is none of the instalment: %s", asJSON(t, line))
	}
}

// TestWhenAnInstalmentWasPaid: before its due date, on it, or after it.
func TestWhenAnInstalmentWasPaid(t *testing.T) {
	l := paidOut(t, "2026-11-02", "10000.00", smartcash).
		day(14).does(loan.Repay{Amount: "1000.00"}).day(15).does(loan.Repay{Amount: "2000.00"}).day(16).does(loan.Repay{Amount: "3000.00"})
	line := l.state.Schedule(l.on)[0]
	if line.Paid.String() != "6000.00" || line.PaidEarly.String() != "1000.00" || line.PaidLate.String() != "3000.00" {
		t.Errorf("%s", asJSON(t, line))
	}
	if want := line.Total.Sub(line.Paid); line.Outstanding != want || line.Outstanding != l.state.BalancesOn(l.on).Total {
		t.Errorf("outstanding is %s, want %s", line.Outstanding, want)
	}
}

// TestTransactionsOfAStatement: every movement with its parts and the principal that was left.
func TestTransactionsOfAStatement(t *testing.T) {
	l := paidOut(t, "2026-11-02", "10000.00", smartcash).
		day(5).does(loan.Repay{Amount: "1400.00", Ref: "first"}).
		day(15).does(loan.Prolong{Days: 10, Payment: "720.00", Ref: "longer"}).
		day(25).does(loan.Repay{Amount: "9720.01", Ref: "last"})
	var got string
	for _, tx := range l.state.Transactions {
		got += tx.Type + " " + tx.Ref + " " + tx.Date.String() + " " + tx.Amount.String() + " = " + tx.Principal.String() + " " +
			tx.Interest.String() + " " + tx.Fees.String() + " " + tx.Penalty.String() + " " + tx.Overpaid.String() + ", left " + tx.BalanceAfter.String() + "\n"
	}
	const want = `disbursement payout 2026-11-02 10000.00 = 0.00 0.00 0.00 0.00 0.00, left 10000.00
repayment first 2026-11-07 1400.00 = 1000.00 400.00 0.00 0.00 0.00, left 9000.00
prolongation longer 2026-11-17 0.00 = 0.00 0.00 0.00 0.00 0.00, left 9000.00
repayment longer 2026-11-17 720.00 = 0.00 720.00 0.00 0.00 0.00, left 9000.00
repayment last 2026-11-27 9720.01 = 9000.00 720.00 0.00 0.00 0.01, left 0.00
`
	if got != want {
		t.Errorf("the statement is\n%s", got)
	}
}
