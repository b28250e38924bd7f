package loan_test

import (
	"fmt"
	"strings"
	"testing"

	"loanledger/domain/loan"
	"loanledger/domain/money"
)

// TestRussianOrders: ten days after maturity, 1 200.00 of interest is overdue and 800.00 is of the
// current period, with 10 000.00 of overdue principal and 54.79 of penalty. Contracts from 1 July 2024
// pay the penalty last, earlier ones before the interest of the current period.
func TestRussianOrders(t *testing.T) {
	for _, c := range []struct {
		contract                     string
		paid                         money.Input
		principal, interest, penalty string
	}{
		{"2024-06-30", "500.00", "0.00", "500.00", "0.00"},
		{"2024-06-30", "3000.00", "1800.00", "1200.00", "0.00"},
		{"2024-06-30", "11230.00", "10000.00", "1200.00", "30.00"},
		{"2024-06-30", "11254.79", "10000.00", "1200.00", "54.79"},
		{"2024-06-30", "11300.00", "10000.00", "1245.21", "54.79"},
		{"2024-06-30", "12054.79", "10000.00", "2000.00", "54.79"},
		{"2024-07-01", "500.00", "0.00", "500.00", "0.00"},
		{"2024-07-01", "3000.00", "1800.00", "1200.00", "0.00"},
		{"2024-07-01", "11230.00", "10000.00", "1230.00", "0.00"},
		{"2024-07-01", "12000.00", "10000.00", "2000.00", "0.00"},
		{"2024-07-01", "12030.00", "10000.00", "2000.00", "30.00"},
		{"2024-07-01", "12054.79", "10000.00", "2000.00", "54.79"},
	} {
		paidOut(t, c.contract, "10000.00", smartcash).
			day(25).owes("10000.00", "2000.00", "0.00", "54.79").
			does(loan.Repay{Amount: c.paid}).allocated(c.principal, c.interest, "0.00", c.penalty, "0.00")
	}
}

// TestRussianOrderBeforeMaturity: nothing is overdue, and interest of the current period comes before
// its principal.
func TestRussianOrderBeforeMaturity(t *testing.T) {
	for _, contract := range []string{"2024-06-30", "2024-07-01"} {
		paidOut(t, contract, "10000.00", smartcash).
			day(15).does(loan.Repay{Amount: "1000.00"}).allocated("0.00", "1000.00", "0.00", "0.00", "0.00").
			does(loan.Repay{Amount: "1000.00"}).allocated("800.00", "200.00", "0.00", "0.00", "0.00")
	}
}

// TestTwoShortPayments: what the first one covered of the overdue interest is not covered again.
func TestTwoShortPayments(t *testing.T) {
	paidOut(t, "2026-11-02", "10000.00", smartcash).
		day(25).does(loan.Repay{Amount: "700.00"}).allocated("0.00", "700.00", "0.00", "0.00", "0.00").
		does(loan.Repay{Amount: "700.00"}).allocated("200.00", "500.00", "0.00", "0.00", "0.00").
		day(26).owes("9800.00", "878.40", "0.00", "60.16"). // 800.00 and a day of 78.40; 54.79 and 5.37
		does(loan.Repay{Amount: "9900.00"}).allocated("9800.00", "100.00", "0.00", "0.00", "0.00")
}

// TestEveryOrder: a payment of any size goes through the classes in the order that the terms name,
// each filled before the next, whatever that order is.
func TestEveryOrder(t *testing.T) {
	const text = `{"currency": "EUR", "term_days": 15, "interest": {"method": "declining", "rate": "1", "per": "day"},
		"penalty": {"base": "overdue_principal", "percent": "0.5", "per": "day"},
		"fees": [{"name": "opening", "charged_on": "disbursement", "amount": "50.00"}], "allocation": {"by": %q, "order": ["%s"]}}`
	instalment := map[string]string{"penalty": "50.00", "fee": "50.00", "interest": "250.00", "principal": "1000.00"}
	class := map[string]string{
		"overdue_interest": "150.00", "overdue_principal": "1000.00", "interest": "100.00", "principal": "0.00",
		"penalty": "50.00", "fee": "50.00", "other": "0.00",
	}
	try := func(by string, owed map[string]string, order []string) {
		for _, paid := range []money.Input{"0.01", "50.00", "50.01", "149.99", "240.00", "1100.00", "1299.99", "1349.99", "1350.00"} {
			l := paidOut(t, "2026-11-02", "1000.00", fmt.Sprintf(text, by, strings.Join(order, `", "`))).
				day(25).owes("1000.00", "250.00", "50.00", "50.00")
			left, _ := money.Parse(string(paid), money.EUR)
			want := map[string]money.Amount{}
			for _, name := range order {
				limit, _ := money.Parse(owed[name], money.EUR)
				part := money.Min(limit, left)
				left = left.Sub(part)
				bare := strings.TrimPrefix(name, "overdue_")
				want[bare] = want[bare].Add(part)
			}
			l.does(loan.Repay{Amount: paid}).allocated(want["principal"].String(), want["interest"].String(),
				want["fee"].Add(want["other"]).String(), want["penalty"].String(), "0.00")
		}
	}
	permutations([]string{"penalty", "fee", "interest", "principal"}, func(order []string) { try("instalment", instalment, order) })
	for _, order := range [][]string{
		{"overdue_interest", "overdue_principal", "interest", "principal", "penalty", "fee", "other"},
		{"overdue_interest", "overdue_principal", "penalty", "interest", "principal", "fee"},
		{"other", "fee", "penalty", "principal", "interest", "overdue_principal", "overdue_interest"},
		{"interest", "overdue_interest", "penalty", "principal", "overdue_principal", "fee"},
		{"principal", "fee", "overdue_principal", "penalty", "overdue_interest", "interest"},
	} {
		try("class", class, order)
	}
}

// permutations hands over every order of some names.
func permutations(names []string, use func([]string)) {
	if len(names) == 1 {
		use(names)
		return
	}
	for i, first := range names {
		rest := append(append([]string{}, names[:i]...), names[i+1:]...)
		permutations(rest, func(order []string) { use(append([]string{first}, order...)) })
	}
}

// TestFeesWithoutAClass: where the order names other and no fee, fees are other.
func TestFeesWithoutAClass(t *testing.T) {
	const text = `{"currency": "RUB", "term_days": 15, "interest": {"method": "declining", "rate": "0.8", "per": "day"},
		"fees": [{"name": "opening", "charged_on": "disbursement", "amount": "50.00"}], "allocation": {"by_law": "RU"}}`
	paidOut(t, "2026-11-02", "1000.00", text).day(15).
		does(loan.Repay{Amount: "1130.00"}).allocated("1000.00", "120.00", "10.00", "0.00", "0.00").
		does(loan.Repay{Amount: "40.00"}).allocated("0.00", "0.00", "40.00", "0.00", "0.00").is(loan.Closed)
}
