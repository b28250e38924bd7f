package borrower

import (
	"fmt"
	"slices"

	"loanledger/domain/date"
	"loanledger/domain/fact"

	"github.com/google/uuid"
)

// State is a borrower as the events have made it, without personal data.
type State struct {
	ID           uuid.UUID
	Lender       string
	RegisteredOn date.Date
	Active       *LoanStarted  // the loan that has the place
	Settled      []SettledLoan // repaid in full, in the order of their ends
	Certificates []DebtCleared
}

// Known reports whether there is such a borrower.
func (s State) Known() bool { return s.ID != uuid.Nil }

// Fold is the state after an event. It panics on an event that is not a borrower's.
func (s State) Fold(f fact.Fact) State {
	switch e := f.(type) {
	case Registered:
		s.ID, s.Lender, s.RegisteredOn = e.Borrower, e.Lender, e.On
	case LoanStarted:
		s.Active = &e
	case LoanEnded:
		return s.ended(e)
	case DebtCleared:
		s.Certificates = append(slices.Clip(s.Certificates), e)
	default:
		panic(fmt.Sprintf("borrower: unknown event %s", f.EventType()))
	}
	return s
}

func (s State) ended(e LoanEnded) State {
	if s.Active != nil && s.Active.Loan == e.Loan {
		if e.Lent.IsPositive() {
			s.Settled = append(slices.Clip(s.Settled), SettledLoan{
				Loan: e.Loan, Number: s.Active.Number, ContractDate: e.SignedOn,
				Currency: e.Currency, Principal: e.Lent.In(e.Currency), SettledOn: e.On,
			})
		}
		s.Active = nil
	}
	return s
}

// Size is about how many bytes the state takes in memory.
func (s State) Size() int { return 300 + 200*len(s.Settled) + 300*len(s.Certificates) }
