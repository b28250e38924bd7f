package loan

import (
	"strconv"

	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/ident"
	"loanledger/domain/money"

	"github.com/google/uuid"
)

// Moment is when and by what a decision is made: facts from elsewhere that travel with a command.
type Moment struct {
	On      date.Date  // the business date of the book
	Book    ident.Book // the book that the loan is in
	Command uuid.UUID  // the command's identifier
}

// derive is an identifier for the nth thing of a kind that the command makes.
func (m Moment) derive(kind string, n int) uuid.UUID {
	return ident.Derive(m.Book, kind, m.Command[:], []byte(strconv.Itoa(n)))
}

// Command is an order to a loan. A command is a value; what it leads to is decided by Decide.
type Command interface {
	// CommandName is the stable name under which the command is sent, such as "loan.repay".
	CommandName() string
	decide(State, Moment) ([]fact.Fact, error)
}

// Errors that many commands share.
var (
	ErrNotFound     = fact.Refuse(fact.NotFound, "loan_not_found", "There is no such loan.")
	ErrClosed       = fact.Refuse(fact.Conflict, "loan_closed", "The loan is closed.")
	ErrNotActive    = fact.Refuse(fact.Conflict, "loan_not_active", "The loan has not been paid out, or it has ended.")
	ErrWrongStatus  = fact.Refuse(fact.Conflict, "loan_status", "The command does not fit the status of the loan.")
	ErrCurrency     = fact.Refuse(fact.Invalid, "currency_mismatch", "The currency is not that of the loan.")
	ErrAmount       = fact.Refuse(fact.Invalid, "amount_invalid", "The amount must be a decimal string of major units, such as \"2500.00\".")
	ErrPositive     = fact.Refuse(fact.Invalid, "amount_not_positive", "The amount must be greater than zero.")
	ErrPrecision    = fact.Refuse(fact.Invalid, "amount_over_precise", "The amount has more decimals than its currency.")
	ErrValueDate    = fact.Refuse(fact.Invalid, "value_date_invalid", "The value date is not possible for this command.")
	ErrText         = fact.Refuse(fact.Invalid, "text_invalid", "A text is too long or has control characters.")
	ErrPayer        = fact.Refuse(fact.Invalid, "payer_invalid", "The payer must be borrower, merchant or guarantor.")
	ErrCodeWrong    = fact.Refuse(fact.Conflict, "signature_code_wrong", "The code is not the one that was sent.")
	ErrCodeSpent    = fact.Refuse(fact.Conflict, "signature_code_spent", "Too many wrong codes were given; the loan has to be applied for again.")
	ErrOfferExpired = fact.Refuse(fact.Conflict, "offer_expired", "The offer has expired.")
	ErrRulesChanged = fact.Refuse(fact.Conflict, "rules_changed", "The law has changed since the offer; the loan has to be applied for again.")
)

// Decide is what a command leads to in a state: events, or a refusal. A refused attempt that is a
// fact itself, such as a wrong signing code, is an event that tells its refusal.
func Decide(s State, c Command, m Moment) ([]fact.Fact, error) {
	if _, first := c.(Apply); s.Status == None && !first {
		return nil, ErrNotFound
	}
	return c.decide(s, m)
}

// amountIn reads an amount that must be positive and, where a currency is said, in the currency of
// the loan.
func amountIn(in money.Input, said string, c money.Currency) (money.Amount, error) {
	if said != "" && said != c.String() {
		return money.Amount{}, ErrCurrency.With("the loan is in %s", c)
	}
	a, err := in.In(c)
	switch {
	case err == nil && !a.IsPositive():
		return a, ErrPositive
	case err == nil:
		return a, nil
	}
	return a, amountRefusal(err)
}

// valueDate is the value date that a command means: today where it says none. It may not be in the
// future, nor before the earliest date that the loan allows.
func valueDate(said date.Date, m Moment, earliest date.Date) (date.Date, error) {
	switch {
	case said.IsZero():
		return m.On, nil
	case said.After(m.On):
		return said, ErrValueDate.With("the value date is after the business date %s", m.On)
	case said.Before(earliest):
		return said, ErrValueDate.With("the value date is before %s", earliest)
	}
	return said, nil
}
