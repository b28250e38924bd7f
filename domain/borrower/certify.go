package borrower

import (
	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/ident"

	"github.com/google/uuid"
)

// Errors of a no-debt certificate.
var (
	ErrDebtOutstanding = fact.Refuse(fact.Conflict, "debt_outstanding", "Money is owed, or a loan is on its way; there is no certificate yet.")
	ErrNothingSettled  = fact.Refuse(fact.Conflict, "nothing_settled", "The borrower has repaid no loan.")
)

// Certify issues a certificate that nothing is owed. It lists every loan that was repaid.
//
// Errors: borrower_not_found, debt_outstanding, nothing_settled.
func Certify(s State, prefix string, certificate uuid.UUID, on date.Date) ([]fact.Fact, error) {
	switch {
	case !s.Known():
		return nil, ErrNotFound
	case s.Active != nil:
		return nil, ErrDebtOutstanding.With("loan %s has not ended", s.Active.Number)
	case len(s.Settled) == 0:
		return nil, ErrNothingSettled
	}
	return []fact.Fact{DebtCleared{
		Certificate: ident.Number(prefix, certificate), Borrower: s.ID, Lender: s.Lender, On: on, Loans: s.Settled,
	}}, nil
}
