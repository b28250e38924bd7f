package loan

import (
	"errors"
	"unicode"

	"loanledger/domain/fact"
	"loanledger/domain/money"
)

// amountRefusal is the refusal for an error of reading an amount.
func amountRefusal(err error) *fact.Refusal {
	if errors.Is(err, money.ErrOverPrecise) {
		return ErrPrecision
	}
	return ErrAmount
}

// maxText bounds a reference or a reason, in bytes.
const maxText = 200

func checkText(texts ...string) error {
	for _, t := range texts {
		if len(t) > maxText {
			return ErrText.With("a text may have %d bytes", maxText)
		}
		for _, r := range t {
			if unicode.IsControl(r) || r == unicode.ReplacementChar {
				return ErrText
			}
		}
	}
	return nil
}

// ParseAmount reads an amount of a currency. Errors: amount_invalid, amount_over_precise,
// amount_not_positive.
func ParseAmount(in money.Input, c money.Currency) (money.Amount, error) {
	return amountIn(in, "", c)
}
