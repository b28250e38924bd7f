package annualcost

import "math/big"

// precision is the number of bits of every intermediate figure. The answer needs some 70; the rest
// covers what is lost when nearly equal sums cancel.
const precision = 256

// halvings is how often an argument is halved before its power series is summed, and seriesTerms
// how many terms then reach the full precision: (1/512)^28 / 28! is below 2^-340.
const (
	halvings    = 8
	seriesTerms = 28
)

func newFloat() *big.Float { return new(big.Float).SetPrec(precision) }

func fromInt(n int64) *big.Float { return newFloat().SetInt64(n) }

func fromRat(r *big.Rat) *big.Float { return newFloat().SetRat(r) }

// ln2 is the natural logarithm of 2, to 90 decimals.
var ln2 = func() *big.Float {
	const digits = "0.693147180559945309417232121458176568075500134360255254120680009493393621969694715605863326"
	f, _, err := big.ParseFloat(digits, 10, precision, big.ToNearestEven)
	if err != nil {
		panic("annualcost: ln 2: " + err.Error())
	}
	return f
}()

// inverseFactorials holds 1/n! for n from 0 to seriesTerms.
var inverseFactorials = func() []*big.Float {
	list := make([]*big.Float, seriesTerms+1)
	factorial := big.NewInt(1)
	for n := range list {
		if n > 0 {
			factorial.Mul(factorial, big.NewInt(int64(n)))
		}
		list[n] = newFloat().Quo(fromInt(1), newFloat().SetInt(factorial))
	}
	return list
}()

// exp is e^x, by x = k·ln 2 + r with |r| ≤ ln 2 / 2, the power series of r / 2^halvings, and as
// many squarings. |x| must be below 2^30, which the limits on rates and times keep far away.
func exp(x *big.Float) *big.Float {
	turns := newFloat().Quo(x, ln2)
	k := roundedInt(turns)
	r := newFloat().Sub(x, newFloat().Mul(fromInt(k), ln2))
	r.SetMantExp(r, -halvings)

	sum := newFloat().Set(inverseFactorials[seriesTerms])
	for n := seriesTerms - 1; n >= 0; n-- {
		sum.Mul(sum, r)
		sum.Add(sum, inverseFactorials[n])
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return sum.SetMantExp(sum, int(k))
}

// roundedInt is the whole number nearest to x.
func roundedInt(x *big.Float) int64 {
	half := newFloat().SetMantExp(fromInt(1), -1)
	if x.Sign() < 0 {
		half.Neg(half)
	}
	n, _ := newFloat().Add(x, half).Int64()
	return n
}

// lnNear is ln x, where guess is near it. Each pass adds 2(x − e^y)/(x + e^y), which triples the
// number of correct digits; it stops when the addition no longer matters.
func lnNear(x, guess *big.Float) *big.Float {
	y := newFloat().Set(guess)
	for range maxIterations {
		e := exp(y)
		step := newFloat().Quo(newFloat().Sub(x, e), newFloat().Add(x, e))
		step.SetMantExp(step, 1)
		y.Add(y, step)
		if step.Sign() == 0 || step.MantExp(nil) < -precision/2 {
			break
		}
	}
	return y
}
