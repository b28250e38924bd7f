package loan

import (
	"reflect"

	"loanledger/domain/date"
	"loanledger/domain/fact"
)

// Sign is the borrower's signature under the agreement, with the code that was sent to them.
type Sign struct {
	Code string `json:"code" doc:"the code that was sent to the borrower" example:"482913" maxLength:"12"`
	// CodeMatches is what the keeper of the codes says of Code.
	CodeMatches bool `json:"-"`
}

// CommandName is loan.sign.
func (Sign) CommandName() string { return "loan.sign" }

// MaxSigningTries is how many wrong codes end the signing of an offer.
const MaxSigningTries = 5

// Errors: loan_status, offer_expired, signature_code_wrong, signature_code_spent, rules_changed.
func (c Sign) decide(s State, m Moment) ([]fact.Fact, error) {
	if s.Status != Offered {
		return nil, ErrWrongStatus.With("the loan is %s", s.Status)
	}
	if err := s.offerStands(m.On, m.On); err != nil {
		return nil, err
	}
	if s.SigningTries >= MaxSigningTries {
		return nil, ErrCodeSpent
	}
	if !c.CodeMatches {
		return []fact.Fact{SigningFailed{On: m.On, Attempt: s.SigningTries + 1}}, nil
	}
	return []fact.Fact{Signed{On: m.On, Method: "code"}}, nil
}

// Refusal makes the wrong code an error of the command, beside the try that it counts as.
func (e SigningFailed) Refusal() error {
	return ErrCodeWrong.With("%d more tries", MaxSigningTries-e.Attempt)
}

// offerStands tells whether an offer can still be taken up on a business date: it has not lapsed, and
// the law gives the same terms for a contract of the contract date.
func (s State) offerStands(on, contract date.Date) error {
	if on.After(s.OfferUntil) {
		return ErrOfferExpired.With("the offer ended on %s", s.OfferUntil)
	}
	now, err := s.Terms.Resolve(contract)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(now.Allocation, s.Terms.Allocation) || !sameCap(now.CostCap, s.Terms.CostCap) {
		return ErrRulesChanged
	}
	return nil
}
