// Package money holds exact amounts: a whole number of minor units of one currency.
//
// Nothing here is a floating-point number, and every rounding names its mode.
package money

import (
	"errors"
	"fmt"
	"math"

	"github.com/shopspring/decimal"
)

// Errors of reading an amount.
var (
	ErrInvalidAmount = errors.New("not an amount")
	ErrOverPrecise   = errors.New("amount has more decimals than its currency")
	ErrTooLarge      = errors.New("amount is too large")
)

// MaxMinor bounds every amount that is read: 10^15 minor units. Sums of a million such amounts
// still fit in 64 bits.
const MaxMinor = 1_000_000_000_000_000

// Amount is a number of minor units (kopecks, cents) of a currency. The zero value is zero in any
// currency. Arithmetic on amounts of two different currencies panics: that is a broken invariant,
// never a user's error, since currencies are checked where they come in.
type Amount struct {
	minor    int64
	currency Currency
}

// New is an amount of minor units.
func New(minor int64, c Currency) Amount { return Amount{minor, c} }

// Zero is nothing, in a currency.
func Zero(c Currency) Amount { return Amount{0, c} }

// FromDecimal rounds an exact number of major units to an amount. It panics on overflow of 64 bits.
func FromDecimal(d decimal.Decimal, c Currency, mode Rounding) Amount {
	return Amount{whole(mode.Round(d, c.Digits()).Shift(c.Digits())), c}
}

// Minor is the number of minor units.
func (a Amount) Minor() int64 { return a.minor }

// Currency is the currency of the amount, or none.
func (a Amount) Currency() Currency {
	if a.currency >= scaleOnly {
		return 0
	}
	return a.currency
}

// Decimal is the amount in major units.
func (a Amount) Decimal() decimal.Decimal { return decimal.New(a.minor, -a.currency.Digits()) }

// In is the same amount, bound to a currency, when it was read without one.
func (a Amount) In(c Currency) Amount { return Amount{a.minor, a.join(Amount{currency: c})} }

// join is the currency of a result of a and b.
func (a Amount) join(b Amount) Currency {
	switch {
	case a.currency == b.currency || b.currency == 0:
		return a.currency
	case a.currency == 0:
		return b.currency
	case a.currency.Digits() == b.currency.Digits() && a.currency >= scaleOnly:
		return b.currency
	case a.currency.Digits() == b.currency.Digits() && b.currency >= scaleOnly:
		return a.currency
	}
	panic(fmt.Sprintf("money: %s and %s in one sum", a.currency, b.currency))
}

// Add is a + b. It panics on overflow of 64 bits.
func (a Amount) Add(b Amount) Amount {
	if b.minor > 0 && a.minor > math.MaxInt64-b.minor || b.minor < 0 && a.minor < math.MinInt64-b.minor {
		panic("money: sum overflows")
	}
	return Amount{a.minor + b.minor, a.join(b)}
}

// Sub is a - b.
func (a Amount) Sub(b Amount) Amount { return a.Add(b.Neg()) }

// Neg is -a.
func (a Amount) Neg() Amount { return Amount{-a.minor, a.currency} }

// Cmp is -1, 0 or 1 as a is less than, equal to, or greater than b.
func (a Amount) Cmp(b Amount) int {
	a.join(b)
	switch {
	case a.minor < b.minor:
		return -1
	case a.minor > b.minor:
		return 1
	}
	return 0
}

// Less reports a < b.
func (a Amount) Less(b Amount) bool { return a.Cmp(b) < 0 }

// IsZero reports whether the amount is nothing.
func (a Amount) IsZero() bool { return a.minor == 0 }

// IsPositive reports a > 0.
func (a Amount) IsPositive() bool { return a.minor > 0 }

// IsNegative reports a < 0.
func (a Amount) IsNegative() bool { return a.minor < 0 }

// Min is the smaller of two amounts.
func Min(a, b Amount) Amount {
	if b.Less(a) {
		return Amount{b.minor, a.join(b)}
	}
	return Amount{a.minor, a.join(b)}
}

// Max is the greater of two amounts.
func Max(a, b Amount) Amount {
	if a.Less(b) {
		return Amount{b.minor, a.join(b)}
	}
	return Amount{a.minor, a.join(b)}
}

// Sum adds amounts; the sum of none is zero.
func Sum(amounts ...Amount) Amount {
	var total Amount
	for _, a := range amounts {
		total = total.Add(a)
	}
	return total
}
