// Package loan is the loan: its events, its state, and the decisions that lead from a command to events.
//
// A decision is a pure function of a state, a command and a moment. Events hold every figure they
// stand for, so that folding them never computes the past again.
package loan

import (
	"slices"

	"loanledger/domain/date"
	"loanledger/domain/money"
	"loanledger/domain/product"

	"github.com/google/uuid"
)

// Status is where a loan stands in its life.
type Status string

// The statuses. A loan that is late is Active: lateness is told by its days past due.
const (
	None      Status = "" // no such loan
	Requested Status = "applied"
	Offered   Status = "approved"
	Agreed    Status = "signed"
	Active    Status = "active"
	Closed    Status = "closed"
	Overpaid  Status = "overpaid" // nothing is owed, and the lender holds a credit balance
	Refused   Status = "rejected"
	Withdrawn Status = "cancelled"
	Expired   Status = "expired"
)

// State is a loan as its events have made it. It is a value: folding returns a new one.
type State struct {
	ID             uuid.UUID
	Number         string
	Lender         string
	Borrower       uuid.UUID
	Product        string
	ProductVersion int
	Terms          product.Terms
	Currency       money.Currency
	Principal      money.Amount // asked for, and lent
	TermDays       int
	OfferDays      int
	Status         Status
	AppliedOn      date.Date
	ApprovedOn     date.Date
	OfferUntil     date.Date
	SignedOn       date.Date
	DisbursedOn    date.Date
	EndedOn        date.Date // closed, rejected, cancelled or expired
	Reason         string    // of a rejection or cancellation
	SigningTries   int
	Prolongations  int
	Transactions   []Transaction // only Fold may append to it
	Charges        []Charge
	room           *room // of Transactions
	account        account
	flags          flags
}

// flags are the facts of days that were recorded already, so that no closing records them twice.
type flags struct{ due, overdue, penalty, capped bool }

// Transaction is a movement of money, or a charge, as it was recorded.
type Transaction struct {
	ID           uuid.UUID    `json:"transaction_id"`
	Ref          string       `json:"ref,omitempty"`
	Type         string       `json:"type"` // disbursement | repayment | prolongation
	Date         date.Date    `json:"date"` // the value date
	BookedOn     date.Date    `json:"booked_on"`
	Amount       money.Amount `json:"amount"`
	Principal    money.Amount `json:"principal"`
	Interest     money.Amount `json:"interest"`
	Fees         money.Amount `json:"fees"`
	Penalty      money.Amount `json:"penalty"`
	Overpaid     money.Amount `json:"overpaid"`
	BalanceAfter money.Amount `json:"balance_after"` // outstanding principal
	Reversed     bool         `json:"reversed"`
}

// Charge is a fee that was charged at a point of the loan's life.
type Charge struct {
	Ref    string
	Kind   string // fee
	Due    date.Date
	Amount money.Amount
}

// Due is the date on which all of a bullet loan is to be repaid.
func (s State) Due() date.Date { return s.account.due }

// Live reports whether the loan is on its way or owes something: it takes the borrower's one place.
func (s State) Live() bool {
	return slices.Contains([]Status{Requested, Offered, Agreed, Active}, s.Status)
}

// Size is about how many bytes the state takes in memory.
func (s State) Size() int { return 1200 + 260*cap(s.Transactions) + 80*len(s.Charges) }

// ContractDate is when the contract came about: with the signature, or with the payout where the
// terms ask for none.
func (s State) ContractDate() date.Date {
	if s.SignedOn.IsZero() {
		return s.DisbursedOn
	}
	return s.SignedOn
}
