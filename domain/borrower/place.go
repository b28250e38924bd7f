package borrower

import (
	"loanledger/domain/fact"
	"loanledger/domain/loan"

	"loanledger/domain/date"

	"github.com/google/uuid"
)

// ErrLoanActive is returned when a borrower asks for a loan while another has not ended.
var ErrLoanActive = fact.Refuse(fact.Conflict, "loan_already_active", "The borrower has a loan that has not ended; a new one needs it repaid.")

// TakePlace gives a loan the borrower's one place. Errors: borrower_not_found, loan_already_active.
func TakePlace(s State, id uuid.UUID, number string, on date.Date) ([]fact.Fact, error) {
	switch {
	case !s.Known():
		return nil, ErrNotFound
	case s.Active != nil:
		return nil, ErrLoanActive.With("loan %s has not ended", s.Active.Number)
	}
	return []fact.Fact{LoanStarted{Loan: id, Number: number, On: on}}, nil
}

// LeavePlace takes the place back from a loan that has ended; from any other it takes nothing.
func LeavePlace(s State, l loan.State) []fact.Fact {
	if s.Active == nil || s.Active.Loan != l.ID || l.Live() {
		return nil
	}
	e := LoanEnded{Loan: l.ID, Outcome: string(l.Status), On: l.EndedOn, Currency: l.Currency}
	if !l.DisbursedOn.IsZero() {
		e.Lent, e.SignedOn = l.Principal, l.ContractDate()
	}
	e.Lent = e.Lent.In(l.Currency)
	return []fact.Fact{e}
}
