// Package chart is the chart of accounts of a lender, and the postings of events in double entry.
//
// Postings are a pure function of an event, or of the income of a day, and always balance.
package chart

import "loanledger/domain/money"

// Account is an account of the general ledger, by its role.
type Account string

// The accounts. Assets and expenses grow by debits; liabilities and income by credits.
const (
	Clearing            Account = "clearing"             // asset: money at the bank and at payment gateways
	LoanPrincipal       Account = "loan_principal"       // asset: principal that borrowers owe
	InterestReceivable  Account = "interest_receivable"  // asset: accrued interest that borrowers owe
	FeesReceivable      Account = "fees_receivable"      // asset: fees that borrowers owe
	PenaltiesReceivable Account = "penalties_receivable" // asset: penalties that borrowers owe
	Overpayments        Account = "overpayments"         // liability: credit balances of borrowers
	InterestIncome      Account = "interest_income"      // income
	FeeIncome           Account = "fee_income"           // income
	PenaltyIncome       Account = "penalty_income"       // income
)

// Type is what an account is in the balance sheet or the income statement.
type Type string

// The types of accounts.
const (
	Asset     Type = "asset"
	Liability Type = "liability"
	Income    Type = "income"
)

// Accounts is the chart: every account with its code, name and type, in the order of the codes.
var Accounts = []struct {
	Account Account
	Code    string
	Name    string
	Type    Type
}{
	{Clearing, "1010", "Settlement accounts and payment gateways", Asset},
	{LoanPrincipal, "1210", "Loans to borrowers, principal", Asset},
	{InterestReceivable, "1220", "Interest receivable", Asset},
	{FeesReceivable, "1230", "Fees receivable", Asset},
	{PenaltiesReceivable, "1240", "Penalties receivable", Asset},
	{Overpayments, "2110", "Credit balances of borrowers", Liability},
	{InterestIncome, "4010", "Interest income", Income},
	{FeeIncome, "4020", "Fee income", Income},
	{PenaltyIncome, "4030", "Penalty income", Income},
}

// Line is one line of a journal entry: a debit or a credit, the other one being zero. Neither is
// ever negative.
type Line struct {
	Account Account      `json:"account"`
	Debit   money.Amount `json:"debit"`
	Credit  money.Amount `json:"credit"`
}

// entry collects the lines of one journal entry.
type entry struct {
	currency money.Currency
	lines    []Line
}

// move debits one account and credits another. A negative amount goes the other way; nothing makes no line.
func (e *entry) move(debit, credit Account, amount money.Amount) {
	zero := money.Zero(e.currency)
	switch {
	case amount.IsZero():
		return
	case amount.IsNegative():
		debit, credit, amount = credit, debit, amount.Neg()
	}
	amount = amount.In(e.currency)
	e.lines = append(e.lines, Line{debit, amount, zero}, Line{credit, zero, amount})
}

// Balance is debits minus credits over lines; zero for every journal entry.
func Balance(lines []Line) money.Amount {
	var sum money.Amount
	for _, l := range lines {
		sum = sum.Add(l.Debit).Sub(l.Credit)
	}
	return sum
}
