package annualcost

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/shopspring/decimal"

	"loanledger/domain/date"
	"loanledger/domain/money"
)

// Limits of the number of decimals of an answer, and the number where none is asked for.
const (
	MaxDecimals     = 12
	DefaultDecimals = 7
)

// ErrInvalidYears is returned for years that are not a plain JSON number.
var ErrInvalidYears = errors.New("years are not a number")

// Request is a question for an annual cost as callers write it:
// {"cash_flows": [{"date": "2025-01-15", "amount": "-100.00"}, …], "measure": "apr_eu", "decimals": 1}.
// A flow has either a date or a number of years since the first. Decimals may be left out.
type Request struct {
	CashFlows []CashFlow `json:"cash_flows"`
	Measure   Measure    `json:"measure"`
	Decimals  *int32     `json:"decimals,omitempty"`
}

// CashFlow is one flow of a request. The amount is a decimal string in major units; what the lender
// pays out is negative.
type CashFlow struct {
	Date   *date.Date    `json:"date,omitempty"`
	Years  *Years        `json:"years,omitempty"`
	Amount *money.Amount `json:"amount"`
}

// Years is a time in years, read from a JSON number with all its digits.
type Years struct{ decimal.Decimal }

// maxYearsText bounds the text of a number of years; 17 digits and an exponent need 24.
const maxYearsText = 64

// UnmarshalJSON takes a JSON number. Errors: ErrInvalidYears, ErrOutOfRange.
func (y *Years) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	if len(b) == 0 || len(b) > maxYearsText || b[0] == '"' {
		return ErrInvalidYears
	}
	d, err := decimal.NewFromString(string(b))
	if err != nil {
		return ErrInvalidYears
	}
	if !bounded(d) {
		return fmt.Errorf("%w: years", ErrOutOfRange)
	}
	y.Decimal = d
	return nil
}

// MarshalJSON writes a JSON number with all its digits.
func (y Years) MarshalJSON() ([]byte, error) { return []byte(y.Decimal.String()), nil }

// Answer is an annual cost: a decimal string in percent, with the decimals that were asked for.
type Answer struct {
	Value string `json:"value"`
}

// Answer solves the request and rounds half-up. Errors: those of Solve, ErrOutOfRange when more
// than MaxDecimals decimals are asked for, money.ErrInvalidAmount for a flow without an amount.
func (r Request) Answer() (Answer, error) {
	decimals := int32(DefaultDecimals)
	if r.Decimals != nil {
		decimals = *r.Decimals
	}
	if decimals < 0 || decimals > MaxDecimals {
		return Answer{}, fmt.Errorf("%w: decimals are not between 0 and %d", ErrOutOfRange, MaxDecimals)
	}
	flows := make([]Flow, len(r.CashFlows))
	for n, c := range r.CashFlows {
		if c.Amount == nil {
			return Answer{}, fmt.Errorf("%w: cash flow %d has none", money.ErrInvalidAmount, n+1)
		}
		flows[n].Amount = c.Amount.Decimal()
		switch {
		case c.Date != nil && c.Years == nil && !c.Date.IsZero():
			flows[n].Date = *c.Date
		case c.Years != nil && c.Date == nil:
			flows[n].Years = c.Years.Decimal
		default:
			return Answer{}, fmt.Errorf("%w: cash flow %d needs either a date or years", ErrDates, n+1)
		}
	}
	percent, err := Solve(flows, r.Measure)
	if err != nil {
		return Answer{}, err
	}
	return Answer{Value: Round(percent, decimals).StringFixed(decimals)}, nil
}
