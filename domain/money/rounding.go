package money

import (
	"encoding/json"
	"fmt"

	"github.com/shopspring/decimal"
)

// Rounding is how an exact figure becomes an amount.
type Rounding string

// The rounding modes. HalfUp rounds ties away from zero; HalfEven to the even digit; Down cuts.
const (
	HalfUp   Rounding = "half_up"
	HalfEven Rounding = "half_even"
	Down     Rounding = "down"
)

// Valid reports whether the mode is one of the three.
func (r Rounding) Valid() bool { return r == HalfUp || r == HalfEven || r == Down }

// Round rounds a number to a number of decimals.
func (r Rounding) Round(d decimal.Decimal, decimals int32) decimal.Decimal {
	switch r {
	case HalfUp:
		return d.Round(decimals)
	case HalfEven:
		return d.RoundBank(decimals)
	case Down:
		return d.Truncate(decimals)
	}
	panic(fmt.Sprintf("money: unknown rounding %q", string(r)))
}

// Input is an amount as a caller wrote it: a decimal string that is not yet held against a
// currency. A JSON number is refused, since its digits depend on who prints it.
type Input string

// UnmarshalJSON takes a string only.
func (i *Input) UnmarshalJSON(b []byte) error {
	if len(b) >= 2 && b[0] == '"' && b[len(b)-1] == '"' && spelt(b[1:len(b)-1]) {
		*i = Input(b[1 : len(b)-1])
		return nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("%w: an amount is a string of decimal digits", ErrInvalidAmount)
	}
	*i = Input(s)
	return nil
}

// spelt reports whether a text is of digits, points and minuses only, so that each byte stands for
// itself in JSON.
func spelt(text []byte) bool {
	for _, c := range text {
		if (c < '0' || c > '9') && c != '.' && c != '-' {
			return false
		}
	}
	return true
}

// In reads the text as an amount of a currency. Errors: ErrInvalidAmount, ErrOverPrecise,
// ErrTooLarge.
func (i Input) In(c Currency) (Amount, error) { return Parse(string(i), c) }
