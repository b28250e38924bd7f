package loan

import (
	"slices"

	"loanledger/domain/date"
	"loanledger/domain/money"
	"loanledger/domain/product"
)

// allocate spreads an amount over the debt of a date in the order of the terms, and tells what is
// left over. Every minor unit goes to exactly one place.
func (s State) allocate(amount money.Amount, on date.Date) (Parts, money.Amount) {
	zero := money.Zero(s.Currency)
	owed := s.owed(on)
	late := s.overdue(on, owed)
	paid := Parts{zero, zero, zero, zero}
	left := amount
	cover := func(part *money.Amount, limit money.Amount) {
		n := money.Max(zero, money.Min(left, limit))
		*part, left = part.Add(n), left.Sub(n)
	}
	for _, class := range s.Terms.Allocation.Order {
		switch class {
		case product.OverdueInterest:
			cover(&paid.Interest, late.Interest)
		case product.OverduePrincipal:
			cover(&paid.Principal, late.Principal)
		case product.CurrentInterest:
			cover(&paid.Interest, owed.Interest.Sub(paid.Interest).Sub(s.waiting(late.Interest, paid.Interest)))
		case product.CurrentPrincipal:
			cover(&paid.Principal, owed.Principal.Sub(paid.Principal).Sub(s.waiting(late.Principal, paid.Principal)))
		case product.PenaltyClass:
			cover(&paid.Penalty, owed.Penalty)
		case product.FeeClass:
			cover(&paid.Fees, owed.Fees)
		case product.OtherClass:
			if !slices.Contains(s.Terms.Allocation.Order, product.FeeClass) {
				cover(&paid.Fees, owed.Fees)
			}
		}
	}
	return paid, left
}

// waiting is what of an overdue class has its own later place in the order: nothing where the order
// knows no overdue classes, and nothing once the class was covered.
func (s State) waiting(overdue, covered money.Amount) money.Amount {
	if s.Terms.Allocation.By != "class" {
		return money.Zero(s.Currency)
	}
	return money.Max(money.Zero(s.Currency), overdue.Sub(covered))
}

// overdue is what of the debt of a date is past its due date: after it, the principal, and the
// interest of the days up to it.
func (s State) overdue(on date.Date, owed Parts) Parts {
	zero := money.Zero(s.Currency)
	if !on.After(s.account.due) {
		return Parts{zero, zero, zero, zero}
	}
	interest := s.accrued(on).AtMaturity.Sub(s.account.paid.Interest)
	return Parts{Principal: owed.Principal, Interest: money.Max(zero, interest), Fees: owed.Fees, Penalty: owed.Penalty}
}
