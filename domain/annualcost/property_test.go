package annualcost

import (
	"errors"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"loanledger/domain/date"
)

// drawCredit draws a credit: a payout, sometimes a second one, and 1 to 24 payments at any
// intervals that together pay back between a tenth and ten times of it.
func drawCredit(r *rapid.T) []Flow {
	day := date.FromDays(rapid.Int64Range(737_000, 740_000).Draw(r, "start"))
	principal := rapid.Int64Range(1_00, 1_000_000_00).Draw(r, "principal")
	flows := []Flow{{Date: day, Amount: decimal.New(-principal, -2)}}
	if rapid.Bool().Draw(r, "second drawdown") {
		later := day.AddDays(rapid.IntRange(1, 300).Draw(r, "after"))
		flows = append(flows, Flow{Date: later, Amount: decimal.New(-principal, -3).Truncate(2)})
	}
	count := rapid.IntRange(1, 24).Draw(r, "payments")
	for range count {
		day = day.AddDays(rapid.IntRange(1, 90).Draw(r, "interval"))
		paid := rapid.Int64Range(principal/10/int64(count)+1, 10*principal/int64(count)+1).Draw(r, "paid")
		flows = append(flows, Flow{Date: day, Amount: decimal.New(paid, -2)})
	}
	return flows
}

var measures = []Measure{APREU, PSKRU, IRR}

// solveDrawn solves drawn flows. Extreme draws may have no answer, but never an unproved one.
func solveDrawn(r *rapid.T, flows []Flow, m Measure) (decimal.Decimal, bool) {
	percent, err := Solve(flows, m)
	if err == nil {
		return percent, true
	}
	if !errors.Is(err, ErrNoSignChange) && !errors.Is(err, ErrOutOfRange) && !errors.Is(err, ErrDates) {
		r.Fatalf("%v", err)
	}
	return percent, false
}

// TestPresentValueIsZero: discounting by the answer leaves nothing, to far below a minor unit.
func TestPresentValueIsZero(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		flows, m := drawCredit(r), rapid.SampledFrom(measures).Draw(r, "measure")
		percent, ok := solveDrawn(r, flows, m)
		if !ok {
			return
		}
		q, err := build(flows, m)
		if err != nil {
			r.Fatal(err)
		}
		at := q.delta(percent, newFloat())
		value, slope := q.at(at)
		// 10^-18 of the rate moves the value by slope × 10^-18 × δ; an allowance of 10^-12 is generous.
		allowed := newFloat().Mul(slope.Abs(slope), newFloat().Add(fromInt(1), newFloat().Abs(at)))
		allowed.Mul(allowed, fromRat(decimal.New(1, -12).Rat()))
		if value.Abs(value).Cmp(allowed) > 0 {
			r.Fatalf("at %s %% the value is %s, more than %s", percent, value.Text('g', 5), allowed.Text('g', 5))
		}
	})
}

// TestAgainstDecimalPowers recomputes the present value with the decimal library, which shares no
// code with the search: its sign differs a little below and a little above the answer.
func TestAgainstDecimalPowers(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		flows := drawCredit(r)[:2]
		flows[1].Amount = flows[1].Amount.Abs()
		percent, ok := solveDrawn(r, flows, IRR)
		if !ok || percent.GreaterThan(decimal.New(1, 5)) || percent.LessThan(decimal.NewFromInt(-90)) {
			return
		}
		years := decimal.NewFromInt(int64(flows[1].Date.Sub(flows[0].Date))).DivRound(decimal.NewFromInt(365), 40)
		value := func(p decimal.Decimal) int {
			growth := decimal.NewFromInt(1).Add(p.Shift(-2))
			power, err := growth.PowWithPrecision(years, 30)
			if err != nil {
				r.Fatal(err)
			}
			return flows[0].Amount.Mul(power).Add(flows[1].Amount).Sign()
		}
		margin := decimal.Max(percent.Abs(), decimal.NewFromInt(1)).Shift(-12)
		if below, above := value(percent.Sub(margin)), value(percent.Add(margin)); below <= 0 || above >= 0 {
			r.Fatalf("%s %%: signs %d and %d", percent, below, above)
		}
	})
}

// TestScale: a credit a thousand times as large, or seen by the borrower, costs the same percentage.
func TestScale(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		flows, m := drawCredit(r), rapid.SampledFrom(measures).Draw(r, "measure")
		before, ok := solveDrawn(r, flows, m)
		if !ok {
			return
		}
		factor := rapid.SampledFrom([]int64{3, 7, 1000}).Draw(r, "factor")
		for n := range flows {
			flows[n].Amount = flows[n].Amount.Mul(decimal.NewFromInt(factor))
		}
		after, err := Solve(flows, m)
		if err != nil || !after.Equal(before) {
			r.Fatalf("before %s, after %s, %v", before, after, err)
		}
	})
}

// TestOrder: the order in which the flows are listed, and splitting one in two, do not matter.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		flows, m := drawCredit(r), rapid.SampledFrom(measures).Draw(r, "measure")
		before, ok := solveDrawn(r, flows, m)
		if !ok {
			return
		}
		shuffled := rapid.Permutation(flows).Draw(r, "order")
		third := shuffled[0].Amount.DivRound(decimal.NewFromInt(3), 2)
		part := Flow{Date: shuffled[0].Date, Amount: third}
		shuffled[0].Amount = shuffled[0].Amount.Sub(third)
		after, err := Solve(append(shuffled, part), m)
		if err != nil || !after.Equal(before) {
			r.Fatalf("before %s, after %s, %v", before, after, err)
		}
	})
}

// TestKnownRate: flows made from a rate give that rate back, exactly where it is a short decimal.
func TestKnownRate(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		hundredths := rapid.Int64Range(-9000, 1_000_000).Draw(r, "rate in hundredths of a percent")
		rate := decimal.New(hundredths, -2)
		growth := decimal.NewFromInt(1).Add(rate.Shift(-2))
		flows := []Flow{
			{Amount: decimal.NewFromInt(-1000)},
			{Years: decimal.NewFromInt(1), Amount: decimal.NewFromInt(400)},
		}
		rest := growth.Mul(growth).Mul(decimal.NewFromInt(1000)).Sub(growth.Mul(decimal.NewFromInt(400)))
		if !rest.IsPositive() {
			return
		}
		flows = append(flows, Flow{Years: decimal.NewFromInt(2), Amount: rest})
		got, err := Solve(flows, APREU)
		if err != nil || !got.Equal(rate) {
			r.Fatalf("got %s, %v; want %s", got, err, rate)
		}
	})
}
