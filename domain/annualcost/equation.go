package annualcost

import (
	"math/big"
)

// term is one amount of the equation: amount / ((1 + e·i)(1 + i)^t).
type term struct {
	amount *big.Float
	t      *big.Float
	e      *big.Float // nil where the term has no linear part
}

// equation is a present value as a function of δ = ln(1 + i). The logarithm makes (1 + i)^t an
// exponential, and spreads rates from −99 % to billions of percent over a short scale.
type equation struct {
	terms []term
	// periods is how many periods of i make a year: the answer is i × periods × 100 percent.
	periods *big.Rat
}

// at is the present value at δ and its derivative.
func (q equation) at(delta *big.Float) (value, slope *big.Float) {
	value, slope = newFloat(), newFloat()
	growth := exp(delta)
	rate := newFloat().Sub(growth, fromInt(1))
	for _, k := range q.terms {
		y := newFloat().Mul(k.t, delta)
		v := exp(y.Neg(y))
		v.Mul(v, k.amount)
		pull := newFloat().Set(k.t)
		if k.e != nil {
			linear := newFloat().Mul(k.e, rate)
			linear.Add(linear, fromInt(1))
			v.Quo(v, linear)
			inner := newFloat().Mul(k.e, growth)
			pull.Add(pull, inner.Quo(inner, linear))
		}
		value.Add(value, v)
		slope.Sub(slope, pull.Mul(pull, v))
	}
	return value, slope
}

// sign is the sign of the present value at δ.
func (q equation) sign(delta *big.Float) int {
	value, _ := q.at(delta)
	return value.Sign()
}

// signChanges counts how often the amounts, in order of time, turn from one sign to the other.
// With exactly one change there is exactly one rate (Descartes' rule, which holds for any real
// exponents); first is the sign of the earliest amount.
func (q equation) signChanges() (changes, first int) {
	last := 0
	for _, k := range q.terms {
		s := k.amount.Sign()
		switch {
		case s == 0:
			continue
		case last == 0:
			first = s
		case s != last:
			changes++
		}
		last = s
	}
	return changes, first
}
