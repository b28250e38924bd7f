package loan

import "loanledger/domain/fact"

// Approve offers the loan that was applied for, until the offer lapses.
type Approve struct{}

// CommandName is loan.approve.
func (Approve) CommandName() string { return "loan.approve" }

// Errors: loan_status.
func (Approve) decide(s State, m Moment) ([]fact.Fact, error) {
	if s.Status != Requested {
		return nil, ErrWrongStatus.With("the loan is %s", s.Status)
	}
	return []fact.Fact{Approved{On: m.On, OfferUntil: m.On.AddDays(s.OfferDays)}}, nil
}

// Reject declines the loan that was applied for.
type Reject struct {
	Reason string `json:"reason,omitempty" doc:"why, in words that the applicant may see" maxLength:"200"`
}

// CommandName is loan.reject.
func (Reject) CommandName() string { return "loan.reject" }

// Errors: loan_status, text_invalid.
func (c Reject) decide(s State, m Moment) ([]fact.Fact, error) {
	if s.Status != Requested {
		return nil, ErrWrongStatus.With("the loan is %s", s.Status)
	}
	if err := checkText(c.Reason); err != nil {
		return nil, err
	}
	return []fact.Fact{Rejected{On: m.On, Reason: c.Reason}}, nil
}

// Cancel gives a loan up before its payout, by the borrower or the lender.
type Cancel struct {
	Reason string `json:"reason,omitempty" doc:"why" maxLength:"200"`
}

// CommandName is loan.cancel.
func (Cancel) CommandName() string { return "loan.cancel" }

// Errors: loan_status, text_invalid.
func (c Cancel) decide(s State, m Moment) ([]fact.Fact, error) {
	if s.Status != Requested && s.Status != Offered && s.Status != Agreed {
		return nil, ErrWrongStatus.With("the loan is %s", s.Status)
	}
	if err := checkText(c.Reason); err != nil {
		return nil, err
	}
	return []fact.Fact{Cancelled{On: m.On, Reason: c.Reason}}, nil
}
