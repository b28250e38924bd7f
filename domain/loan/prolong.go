package loan

import (
	"slices"

	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/money"
	"loanledger/domain/product"
)

// Errors of a prolongation.
var (
	ErrNotProlongable  = fact.Refuse(fact.Conflict, "prolongation_not_offered", "The terms of the loan do not offer a prolongation.")
	ErrProlongations   = fact.Refuse(fact.Conflict, "prolongation_limit_reached", "The loan has been prolonged as often as its terms allow.")
	ErrProlongDays     = fact.Refuse(fact.Invalid, "prolongation_days_invalid", "The loan cannot be prolonged by that many days.")
	ErrProlongPayFirst = fact.Refuse(fact.Conflict, "prolongation_payment_required", "Something has to be paid before the loan is prolonged.")
	ErrProlongPayment  = fact.Refuse(fact.Invalid, "prolongation_payment_mismatch", "The payment is not what the prolongation requires.")
)

// Prolong moves the due date by a number of days: from the due date, or from today where that is
// past. Where the terms require something to be paid first, it has been paid, or is paid with the
// command, in one step.
type Prolong struct {
	Days    int         `json:"days" doc:"by how many days" minimum:"1" maximum:"3660" example:"10"`
	Payment money.Input `json:"payment,omitempty" doc:"exactly what the terms require to be paid, where it is paid with the prolongation" example:"1200.00"`
	Ref     string      `json:"ref,omitempty" doc:"the caller's reference" maxLength:"200"`
}

// CommandName is loan.prolong.
func (Prolong) CommandName() string { return "loan.prolong" }

// Errors: loan_closed, loan_not_active, prolongation_*, amount_*, text_invalid.
func (c Prolong) decide(s State, m Moment) ([]fact.Fact, error) {
	if err := s.mustOwe(); err != nil {
		return nil, err
	}
	if err := checkText(c.Ref); err != nil {
		return nil, err
	}
	price, err := s.priceOfProlongation(c.Days)
	if err != nil {
		return nil, err
	}
	if last := s.account.lastMoney; last.After(m.On) {
		return nil, ErrValueDate.With("a transaction has the later value date %s", last)
	}
	due := date.Later(s.account.due, m.On).AddDays(c.Days)
	if due.Sub(s.account.paidOut) > product.MaxTermDays {
		return nil, ErrProlongDays.With("no loan is for more than %d days in all", product.MaxTermDays)
	}
	e := Prolonged{
		Transaction: m.derive("transaction", 1), Ref: c.Ref, On: m.On, Currency: s.Currency, Days: c.Days,
		DueBefore: s.account.due, Due: due, Price: s.withinRoom(price, m.On),
		Accrued: s.accrued(m.On), Recognised: Recognised{money.Zero(s.Currency), money.Zero(s.Currency), money.Zero(s.Currency)},
	}
	after := s.Fold(e)
	e.Recognised, e.Balance = after.recognise(&s, m.On), after.owed(m.On)
	return s.paidFirst(c, e, m)
}

// priceOfProlongation checks the length against the terms and prices it.
func (s State) priceOfProlongation(days int) (money.Amount, error) {
	p := s.Terms.Prolongation
	zero := money.Zero(s.Currency)
	if p == nil {
		return zero, ErrNotProlongable
	}
	if p.MaxCount > 0 && s.Prolongations >= p.MaxCount {
		return zero, ErrProlongations.With("%d prolongations", p.MaxCount)
	}
	most := product.MaxTermDays
	if p.MaxDays > 0 {
		most = min(most, p.MaxDays)
	}
	if days < 1 || days > most {
		return zero, ErrProlongDays.With("1 to %d days", most)
	}
	price, priced := priceOf(p.Prices, days, s.account.principal, s.Terms.Rounding)
	if len(p.Prices) > 0 && !priced {
		var lengths []int
		for _, q := range p.Prices {
			lengths = append(lengths, q.Days)
		}
		return zero, ErrProlongDays.With("one of %v days", slices.Sorted(slices.Values(lengths)))
	}
	return price.Add(feesOn(s.Terms, product.OnProlongation, s.account.principal)), nil
}

// paidFirst adds the payment that comes with the prolongation, or refuses when one is missing.
func (s State) paidFirst(c Prolong, e Prolonged, m Moment) ([]fact.Fact, error) {
	zero := money.Zero(s.Currency)
	required := Parts{zero, zero, zero, zero}
	switch s.Terms.Prolongation.Requires {
	case product.AccruedInterest:
		required = s.owed(m.On)
		required.Principal = zero
		required.Fees = required.Fees.Add(e.Price)
	case product.ProlongedPrice:
		required.Fees = e.Price
	}
	total := required.Total()
	if c.Payment == "" {
		if total.IsPositive() {
			return nil, ErrProlongPayFirst.With("%s %s", total, s.Currency)
		}
		return []fact.Fact{e}, nil
	}
	paid, err := amountIn(c.Payment, "", s.Currency)
	if err != nil {
		return nil, err
	}
	if paid.Cmp(total) != 0 {
		return nil, ErrProlongPayment.With("%s %s", total, s.Currency)
	}
	facts, err := s.Fold(e).receive(Repaid{
		Transaction: m.derive("transaction", 2), Ref: c.Ref, On: m.On, ValueDate: m.On, From: "borrower",
		Amount: paid, Allocation: required, Overpaid: zero,
	})
	return append([]fact.Fact{e}, facts...), err
}
