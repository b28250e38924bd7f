package chart

import (
	"loanledger/domain/fact"
	"loanledger/domain/loan"
	"loanledger/domain/money"
)

// Postings is the journal entry of an event of a loan; none for an event that moves no value.
//
// Income is recognised on an accrual basis (IFRS 9, 5.4.1 for interest): an event posts what accrued
// since the last recognition, then what was paid of it.
func Postings(f fact.Fact) []Line {
	switch e := f.(type) {
	case loan.Disbursed:
		j := entry{currency: e.Currency}
		j.move(LoanPrincipal, Clearing, e.Amount)
		j.income(e.Recognised)
		return j.lines
	case loan.Repaid:
		j := entry{currency: e.Currency}
		j.income(e.Recognised)
		j.move(Clearing, LoanPrincipal, e.Allocation.Principal)
		j.move(Clearing, InterestReceivable, e.Allocation.Interest)
		j.move(Clearing, FeesReceivable, e.Allocation.Fees)
		j.move(Clearing, PenaltiesReceivable, e.Allocation.Penalty)
		j.move(Clearing, Overpayments, e.Overpaid)
		return j.together(Clearing)
	case loan.Prolonged:
		j := entry{currency: e.Currency}
		j.income(e.Recognised)
		return j.lines
	}
	return nil
}

// IncomeOfDay is the journal entry of the income that the closing of a day recognises for a loan.
func IncomeOfDay(c money.Currency, r loan.Recognised) []Line {
	j := entry{currency: c}
	j.income(r)
	return j.lines
}

func (e *entry) income(r loan.Recognised) {
	e.move(InterestReceivable, InterestIncome, r.Interest)
	e.move(FeesReceivable, FeeIncome, r.Fees)
	e.move(PenaltiesReceivable, PenaltyIncome, r.Penalty)
}

// together joins the debits of one account into one line, where the account's money came in once.
func (e *entry) together(a Account) []Line {
	zero := money.Zero(e.currency)
	joined := Line{a, zero, zero}
	var others []Line
	for _, l := range e.lines {
		if l.Account == a {
			joined.Debit, joined.Credit = joined.Debit.Add(l.Debit), joined.Credit.Add(l.Credit)
		} else {
			others = append(others, l)
		}
	}
	return append(others, joined)
}
