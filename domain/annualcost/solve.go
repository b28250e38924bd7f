package annualcost

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/shopspring/decimal"

	"loanledger/domain/money"
)

// solvedDigits is the number of significant digits of an answer. It is far below what the search
// reaches, so that a rate that is a short decimal comes out as exactly that and rounds as it should.
const solvedDigits = 20

// proofShift sets the window in which the sign must change: 10^-proofShift of the answer.
const proofShift = 18

// Solve answers the annual cost of the flows in percent, to 20 significant digits: 12.9 is 12.9 %
// a year. The order of the flows does not matter. Where several rates balance the flows, it is the
// smallest positive one, as 353-FZ asks; a cost below zero is answered as such.
//
// Errors: ErrNoFlows, ErrDates, ErrOutOfRange, ErrMeasure, ErrNoSignChange, ErrUnverified.
func Solve(flows []Flow, m Measure) (decimal.Decimal, error) {
	q, err := build(flows, m)
	if err != nil {
		return decimal.Zero, err
	}
	total := decimal.Zero
	for _, f := range flows {
		total = total.Add(f.Amount)
	}
	delta, err := q.root(total.Sign())
	if err != nil {
		return decimal.Zero, err
	}
	percent := q.percent(delta)
	if !q.proves(percent, delta) {
		return decimal.Zero, ErrUnverified
	}
	return percent, nil
}

// build makes the equation of a measure from the flows.
func build(flows []Flow, m Measure) (equation, error) {
	dated, err := validate(flows)
	if err != nil {
		return equation{}, err
	}
	merged := merge(flows)
	if len(merged) < 2 {
		return equation{}, fmt.Errorf("%w: all are at one time", ErrDates)
	}
	switch {
	case m == PSKRU:
		return pskEquation(merged, dated)
	case m != APREU && m != IRR:
		return equation{}, fmt.Errorf("%w: %q", ErrMeasure, string(m))
	case !dated:
		return effective(merged, func(f Flow) *big.Rat { return f.Years.Rat() }), nil
	case m == APREU:
		return aprEquation(merged), nil
	}
	return effective(merged, daysOver365(merged[0])), nil
}

// effective is an equation of whole-year rates, with the exponent of each flow given by years.
func effective(flows []Flow, years func(Flow) *big.Rat) equation {
	q := equation{periods: big.NewRat(1, 1)}
	for _, f := range flows {
		q.terms = append(q.terms, term{amount: fromRat(f.Amount.Rat()), t: fromRat(years(f))})
	}
	return q
}

// daysOver365 counts days from the first flow and calls 365 of them a year.
func daysOver365(first Flow) func(Flow) *big.Rat {
	return func(f Flow) *big.Rat { return big.NewRat(int64(f.Date.Sub(first.Date)), 365) }
}

// percent is the answer at δ, rounded to solvedDigits.
func (q equation) percent(delta *big.Float) decimal.Decimal {
	rate := newFloat().Sub(exp(delta), fromInt(1))
	rate.Mul(rate, fromRat(q.periods))
	rate.Mul(rate, fromInt(100))
	d, err := decimal.NewFromString(rate.Text('e', solvedDigits-1))
	if err != nil {
		panic("annualcost: " + err.Error())
	}
	return d
}

// proves reports whether the present value changes its sign, or is zero, within 10^-proofShift of
// an answer; near is the δ that the answer came from.
func (q equation) proves(percent decimal.Decimal, near *big.Float) bool {
	if percent.IsZero() {
		return near.Sign() == 0
	}
	margin := percent.Abs().Shift(-proofShift)
	below := q.sign(q.delta(percent.Sub(margin), near))
	above := q.sign(q.delta(percent.Add(margin), near))
	return below*above <= 0
}

// delta is δ at an answer in percent, which must be above −100 % a period.
func (q equation) delta(percent decimal.Decimal, near *big.Float) *big.Float {
	growth := new(big.Rat).Quo(percent.Shift(-2).Rat(), q.periods)
	return lnNear(fromRat(growth.Add(growth, big.NewRat(1, 1))), near)
}

// Round rounds a percentage to a number of decimals, ties away from zero, as remark (d) of Annex I
// of Directive 2008/48/EC asks: a following digit of 5 or more raises the last one kept.
func Round(percent decimal.Decimal, decimals int32) decimal.Decimal {
	return money.HalfUp.Round(percent, decimals)
}

func sortedByTime(flows []Flow) []Flow {
	sorted := slices.Clone(flows)
	slices.SortStableFunc(sorted, func(a, b Flow) int {
		if c := a.Date.Compare(b.Date); c != 0 {
			return c
		}
		return a.Years.Cmp(b.Years)
	})
	return sorted
}

func sameTime(a, b Flow) bool { return a.Date == b.Date && a.Years.Equal(b.Years) }
