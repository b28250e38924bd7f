package loan

import (
	"slices"

	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/money"
)

// Repay records money that came in for the loan.
type Repay struct {
	Amount    money.Input `json:"amount" doc:"in major units" example:"2500.00"`
	Currency  string      `json:"currency,omitempty" doc:"where given, it must be the currency of the loan" example:"RUB"`
	ValueDate date.Date   `json:"value_date,omitzero" doc:"the day the money came; the business date by default"`
	Ref       string      `json:"ref,omitempty" doc:"the caller's reference of the payment" maxLength:"200"`
	From      string      `json:"from,omitempty" doc:"who paid" enum:"borrower,merchant,guarantor"`
}

// CommandName is loan.repay.
func (Repay) CommandName() string { return "loan.repay" }

// What is more than the debt becomes a credit balance of the borrower.
//
// Errors: loan_closed, loan_not_active, currency_mismatch, amount_*, value_date_invalid, payer_invalid, text_invalid.
func (c Repay) decide(s State, m Moment) ([]fact.Fact, error) {
	if err := s.mustOwe(); err != nil {
		return nil, err
	}
	if c.From == "" {
		c.From = "borrower"
	}
	if !slices.Contains([]string{"borrower", "merchant", "guarantor"}, c.From) {
		return nil, ErrPayer
	}
	if err := checkText(c.Ref); err != nil {
		return nil, err
	}
	amount, err := amountIn(c.Amount, c.Currency, s.Currency)
	if err != nil {
		return nil, err
	}
	on, err := valueDate(c.ValueDate, m, s.account.lastMoney)
	if err != nil {
		return nil, err
	}
	allocation, rest := s.allocate(amount, on)
	return s.receive(Repaid{
		Transaction: m.derive("transaction", 1), Ref: c.Ref, On: m.On, ValueDate: on, From: c.From,
		Amount: amount, Allocation: allocation, Overpaid: rest,
	})
}

// receive completes a payment whose allocation is known, and settles the loan when nothing is left.
func (s State) receive(e Repaid) ([]fact.Fact, error) {
	zero := money.Zero(s.Currency)
	e.Currency, e.Accrued = s.Currency, s.accrued(e.ValueDate)
	e.Recognised = Recognised{zero, zero, zero}
	after := s
	after.received(&e)
	e.Recognised = after.recognise(&s, e.On)
	e.Balance = after.owed(e.ValueDate)
	facts := []fact.Fact{e}
	if e.Balance.Total().IsZero() {
		facts = append(facts, Settled{On: e.ValueDate, BookedOn: e.On, Early: e.ValueDate.Before(s.account.due)})
	}
	return facts, nil
}

// mustOwe tells whether the loan can be paid on.
func (s State) mustOwe() error {
	switch s.Status {
	case Active:
		return nil
	case Closed, Overpaid:
		return ErrClosed.With("the loan was closed on %s", s.EndedOn)
	}
	return ErrNotActive.With("the loan is %s", s.Status)
}
