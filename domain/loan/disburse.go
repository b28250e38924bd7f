package loan

import (
	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/money"
	"loanledger/domain/product"
)

// ErrNotSigned is returned when the terms ask for a signature that is not there.
var ErrNotSigned = fact.Refuse(fact.Conflict, "loan_not_signed", "The borrower has not signed the agreement.")

// Disburse records that the principal was paid out to the borrower.
type Disburse struct {
	ValueDate date.Date `json:"value_date,omitzero" doc:"the day the money left; the business date by default"`
	Ref       string    `json:"ref,omitempty" doc:"the caller's reference of the payout" maxLength:"200"`
}

// CommandName is loan.disburse.
func (Disburse) CommandName() string { return "loan.disburse" }

// Errors: loan_status, loan_not_signed, offer_expired, rules_changed, value_date_invalid, text_invalid.
func (c Disburse) decide(s State, m Moment) ([]fact.Fact, error) {
	switch {
	case s.Status == Offered && s.Terms.Signature != "":
		return nil, ErrNotSigned
	case s.Status != Offered && s.Status != Agreed:
		return nil, ErrWrongStatus.With("the loan is %s", s.Status)
	}
	if err := checkText(c.Ref); err != nil {
		return nil, err
	}
	on, err := valueDate(c.ValueDate, m, date.Later(s.ApprovedOn, s.SignedOn))
	if err != nil {
		return nil, err
	}
	if s.Status == Offered {
		err = s.offerStands(m.On, on)
	} else if m.On.After(s.OfferUntil) {
		err = ErrOfferExpired.With("the offer ended on %s", s.OfferUntil)
	}
	if err != nil {
		return nil, err
	}
	e := s.payout(m.On, on)
	e.Transaction, e.Ref = m.derive("transaction", 1), c.Ref
	after := s.Fold(e)
	e.Recognised = after.recognise(&State{}, m.On)
	return []fact.Fact{e}, nil
}

// payout is the payment of the whole principal on a value date, with what the terms charge for it,
// as far as the cost cap has room for it.
func (s State) payout(on, valueDate date.Date) Disbursed {
	price, _ := priceOf(s.Terms.Interest.Prices, s.TermDays, s.Principal, s.Terms.Rounding)
	fees := feesOn(s.Terms, product.OnDisbursement, s.Principal)
	if limit, capped := costCapOf(&s.Terms, s.Principal); capped {
		fees = money.Min(fees, limit)
		price = money.Min(price, limit.Sub(fees))
	}
	zero := money.Zero(s.Currency)
	return Disbursed{
		On: on, ValueDate: valueDate, Currency: s.Currency, Amount: s.Principal, Due: valueDate.AddDays(s.TermDays),
		Price: price, Fees: fees, Recognised: Recognised{zero, zero, zero},
	}
}

func sameCap(a, b *product.CostCap) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.PercentOfPrincipal.Equal(b.PercentOfPrincipal)
}
