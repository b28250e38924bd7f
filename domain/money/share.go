package money

import (
	"math"
	"math/bits"

	"github.com/shopspring/decimal"
)

// Share is the amount multiplied by a rate and by numerator / denominator, rounded once. It panics on
// overflow of 64 bits, and on a denominator of zero.
func (a Amount) Share(rate decimal.Decimal, numerator, denominator int64, mode Rounding) Amount {
	if minor, ok := share(a.minor, rate, numerator, denominator, mode); ok {
		return Amount{minor, a.currency}
	}
	return a.times(rate.Mul(decimal.NewFromInt(numerator)), decimal.NewFromInt(denominator), mode)
}

// share is Share in whole numbers of 128 bits, which hold all that lenders lend at all rates that
// they take; false where they do not hold it.
func share(minor int64, rate decimal.Decimal, numerator, denominator int64, mode Rounding) (int64, bool) {
	if denominator == 0 || !mode.Valid() || rate.NumDigits() > 18 {
		return 0, false
	}
	coefficient := rate.CoefficientInt64()
	factor, fits := product(size(coefficient), size(numerator))
	divisor := size(denominator)
	switch exponent := int(rate.Exponent()); {
	case !fits || exponent >= len(powers) || -exponent >= len(powers):
		return 0, false
	case exponent > 0:
		factor, fits = product(factor, powers[exponent])
	case exponent < 0:
		divisor, fits = product(divisor, powers[-exponent])
	}
	high, low := bits.Mul64(size(minor), factor)
	if !fits || high >= divisor {
		return 0, false
	}
	quotient, remainder := bits.Div64(high, low, divisor)
	if roundsUp(quotient, remainder, divisor, mode) {
		quotient++
	}
	if quotient > math.MaxInt64 {
		return 0, false
	}
	if (minor < 0) != (coefficient < 0) != (numerator < 0) != (denominator < 0) {
		return -int64(quotient), true
	}
	return int64(quotient), true
}

// powers are the powers of ten that fit into 64 bits.
var powers = func() (table [20]uint64) {
	table[0] = 1
	for i := 1; i < len(table); i++ {
		table[i] = 10 * table[i-1]
	}
	return table
}()

// size is a number without its sign.
func size(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// product is a · b; false where 64 bits do not hold it.
func product(a, b uint64) (uint64, bool) {
	high, low := bits.Mul64(a, b)
	return low, high == 0
}

// roundsUp reports whether a quotient, cut to a whole number, is to be one more. What is left of a
// division is compared with half of the divisor.
func roundsUp(quotient, remainder, divisor uint64, mode Rounding) bool {
	if mode == Down || remainder == 0 {
		return false
	}
	missing := divisor - remainder
	return remainder > missing || remainder == missing && (mode == HalfUp || quotient%2 == 1)
}
