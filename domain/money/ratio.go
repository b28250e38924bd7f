package money

import "github.com/shopspring/decimal"

// Div is numerator / denominator, rounded once and exactly to a number of decimals: the remainder
// of the division decides, not a longer decimal that was itself rounded.
// The denominator must not be zero.
func (r Rounding) Div(numerator, denominator decimal.Decimal, decimals int32) decimal.Decimal {
	if denominator.IsNegative() {
		numerator, denominator = numerator.Neg(), denominator.Neg()
	}
	quotient, remainder := numerator.QuoRem(denominator, decimals)
	if r == Down || remainder.IsZero() {
		return quotient
	}
	unit := decimal.New(int64(numerator.Sign()), -decimals)
	switch remainder.Abs().Shift(decimals).Mul(decimal.NewFromInt(2)).Cmp(denominator) {
	case 1:
		return quotient.Add(unit)
	case 0:
		even := quotient.Shift(decimals).Mod(decimal.NewFromInt(2)).IsZero()
		if r == HalfUp || !even {
			return quotient.Add(unit)
		}
	}
	return quotient
}

// times is the amount multiplied by numerator / denominator, rounded once. It panics on overflow of
// 64 bits.
func (a Amount) times(numerator, denominator decimal.Decimal, mode Rounding) Amount {
	return Amount{whole(mode.Div(decimal.NewFromInt(a.minor).Mul(numerator), denominator, 0)), a.currency}
}

// whole is a number without decimals as an integer.
func whole(d decimal.Decimal) int64 {
	n := d.BigInt()
	if !n.IsInt64() {
		panic("money: product overflows")
	}
	return n.Int64()
}

// Percent is a percentage of the amount, rounded once; a rate of 1.5 percent is 1.5.
func (a Amount) Percent(rate decimal.Decimal, mode Rounding) Amount {
	return a.Share(rate, 1, 100, mode)
}
