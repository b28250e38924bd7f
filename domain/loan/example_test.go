package loan_test

import (
	"fmt"

	"loanledger/domain/date"
	"loanledger/domain/loan"
	"loanledger/domain/money"
	"loanledger/domain/product"
)

// payday is 10 000.00 RUB for 15 days at 0.8 % a day, applied for and paid out on 2 November 2026.
func payday() loan.State {
	terms, err := product.ParseTerms([]byte(`{"currency": "RUB", "term_days": 15, "interest": {"method": "declining", "rate": "0.8", "per": "day"},
		"penalty": {"base": "overdue_principal", "percent": "20", "per": "year"}, "allocation": {"by_law": "RU"}, "cost_cap": {"by_law": "RU"}}`))
	if err != nil {
		panic(err)
	}
	return after(loan.State{}, "2026-11-02", offer(terms, "10000.00"), loan.Approve{}, loan.Disburse{})
}

// after is a state after commands of one business date.
func after(s loan.State, on string, commands ...loan.Command) loan.State {
	for _, c := range commands {
		facts, err := loan.Decide(s, c, loan.Moment{On: date.MustParse(on), Book: 1})
		if err != nil {
			panic(err)
		}
		for _, f := range facts {
			s = s.Fold(f)
		}
	}
	return s
}

// The schedule of a loan says what is due, and what was paid of it and when.
func ExampleState_Schedule() {
	show := func(s loan.State, on string) {
		for _, line := range s.Schedule(date.MustParse(on)) {
			fmt.Printf("due %s after %d days: %s + %s interest + %s penalty = %s, paid %s, outstanding %s\n",
				line.Due, line.Days, line.Principal, line.Interest, line.Penalty, line.Total, line.Paid, line.Outstanding)
		}
	}
	s := payday()
	show(s, "2026-11-02")
	s = after(s, "2026-11-07", loan.Repay{Amount: "1400.00"})
	show(s, "2026-11-07")
	show(s, "2026-11-27") // ten days late
	// Output:
	// due 2026-11-17 after 15 days: 10000.00 + 1200.00 interest + 0.00 penalty = 11200.00, paid 0.00, outstanding 11200.00
	// due 2026-11-17 after 15 days: 10000.00 + 1120.00 interest + 0.00 penalty = 11120.00, paid 1400.00, outstanding 9720.00
	// due 2026-11-17 after 15 days: 10000.00 + 1840.00 interest + 49.32 penalty = 11889.32, paid 1400.00, outstanding 10489.32
}

// A payment that is too short for the whole debt goes through its parts in the order of the law: here
// overdue interest, overdue principal, interest of the days since, and the penalty last.
func ExampleRepay() {
	late := payday()
	for _, amount := range []money.Input{"1000.00", "5000.00", "11500.00", "12100.00"} {
		facts, err := loan.Decide(late, loan.Repay{Amount: amount}, loan.Moment{On: date.MustParse("2026-11-27"), Book: 1})
		if err != nil {
			panic(err)
		}
		paid := facts[0].(loan.Repaid)
		fmt.Printf("%s: %s interest, %s principal, %s penalty, %s too much\n",
			paid.Amount, paid.Allocation.Interest, paid.Allocation.Principal, paid.Allocation.Penalty, paid.Overpaid)
	}
	// Output:
	// 1000.00: 1000.00 interest, 0.00 principal, 0.00 penalty, 0.00 too much
	// 5000.00: 1200.00 interest, 3800.00 principal, 0.00 penalty, 0.00 too much
	// 11500.00: 1500.00 interest, 10000.00 principal, 0.00 penalty, 0.00 too much
	// 12100.00: 2000.00 interest, 10000.00 principal, 54.79 penalty, 45.21 too much
}
