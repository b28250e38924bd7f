package annualcost

import (
	"fmt"
	"math/big"
)

// maxIterations bounds every loop of the search. Bisection alone needs some 130 steps.
const maxIterations = 400

// The search covers δ = ln(1 + i) from −14 (−99.9999 %) to 24 (some 2.6 × 10^12 %).
const (
	minDelta = -14
	maxDelta = 24
)

// firstStep is where the search away from zero begins, 1/64: a rate of about 1.6 % a period.
const firstStep = -6

// root finds δ where the present value is zero: the smallest positive one, else the one nearest to
// zero among the negative. atZero is the sign of the plain sum of all amounts, which is the exact
// sign at δ = 0.
//
// With one change of sign among the amounts the root is unique and is bracketed by doubling. With
// several the search goes in steps of an eighth; of two roots inside one step, neither is seen.
func (q equation) root(atZero int) (*big.Float, error) {
	changes, first := q.signChanges()
	if changes == 0 {
		return nil, ErrNoSignChange
	}
	if atZero == 0 {
		return newFloat(), nil
	}
	growth := newFloat().SetMantExp(fromInt(9), -3)
	if changes == 1 {
		growth = fromInt(2)
		// For high rates the first amount rules; the root is where its sign is not yet reached.
		limit := int64(maxDelta)
		if atZero == first {
			limit = minDelta
		}
		if lo, hi, ok := q.bracket(atZero, fromInt(limit), growth); ok {
			return q.narrow(lo, hi, atZero), nil
		}
		return nil, fmt.Errorf("%w: the rate is too high or too low", ErrOutOfRange)
	}
	for _, limit := range []int64{maxDelta, minDelta} {
		if lo, hi, ok := q.bracket(atZero, fromInt(limit), growth); ok {
			return q.narrow(lo, hi, atZero), nil
		}
	}
	return nil, ErrNoSignChange
}

// bracket walks from zero to limit, each point growth times the last, until the sign differs from
// that at zero. near still has the sign at zero, far has not.
func (q equation) bracket(atZero int, limit, growth *big.Float) (near, far *big.Float, ok bool) {
	near = newFloat()
	far = newFloat().SetMantExp(fromInt(int64(limit.Sign())), firstStep)
	for range maxIterations {
		if newFloat().Abs(far).Cmp(newFloat().Abs(limit)) > 0 {
			far.Set(limit)
		}
		if q.sign(far) != atZero {
			return near, far, true
		}
		if far.Cmp(limit) == 0 {
			break
		}
		near.Set(far)
		far = newFloat().Mul(far, growth)
	}
	return nil, nil, false
}

// narrow closes in on the root between near, where the value has the sign nearSign, and far, where
// it has not. It takes Newton's step where that stays inside and shrinks fast enough, and halves
// the bracket otherwise, so that it always ends.
func (q equation) narrow(near, far *big.Float, nearSign int) *big.Float {
	near, far = newFloat().Set(near), newFloat().Set(far)
	x := middle(near, far)
	before := newFloat().Abs(newFloat().Sub(far, near))
	last := newFloat().Set(before)
	for range maxIterations {
		value, slope := q.at(x)
		if value.Sign() == 0 {
			return x
		}
		if value.Sign() == nearSign {
			near.Set(x)
		} else {
			far.Set(x)
		}
		next := newtonStep(x, value, slope, before, near, far)
		before, last = last, newFloat().Abs(newFloat().Sub(next, x))
		x = next
		if settled(last, x) {
			return x
		}
	}
	return x
}

// newtonStep is Newton's next point when it lies between near and far and moves less than half as
// far as the step before the last; the middle of the bracket otherwise.
func newtonStep(x, value, slope, before, near, far *big.Float) *big.Float {
	if slope.Sign() == 0 {
		return middle(near, far)
	}
	step := newFloat().Quo(value, slope)
	next := newFloat().Sub(x, step)
	inside := next.Cmp(near)*next.Cmp(far) < 0
	twice := newFloat().Abs(step)
	twice.SetMantExp(twice, 1)
	if !inside || twice.Cmp(before) > 0 {
		return middle(near, far)
	}
	return next
}

func middle(a, b *big.Float) *big.Float {
	m := newFloat().Add(a, b)
	return m.SetMantExp(m, -1)
}

// settled reports that a step is below 2^-120 of x, or of 2^-64 where x is smaller still.
func settled(step, x *big.Float) bool {
	if step.Sign() == 0 {
		return true
	}
	return step.MantExp(nil) < max(x.MantExp(nil), -64)-120
}
