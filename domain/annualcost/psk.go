package annualcost

import (
	"fmt"
	"math/big"

	"github.com/shopspring/decimal"

	"loanledger/domain/money"
)

// Article 6 of 353-FZ: PSK = i × (base periods in a year of 365 days) × 100, where i is the
// smallest positive root of Σ amount / ((1 + e·i)(1 + i)^q) = 0, q counts the whole base periods
// since the payout, and e is the rest of the time as a part of a base period. All months count as
// equally long, here 365/12 days.

// pskDecimals is the number of decimals in which a PSK is stated.
const pskDecimals = 3

// pskEquation is the equation of a full cost of credit. Flows given in years have no calendar; they
// are read as months or days of a year of 365.
func pskEquation(flows []Flow, dated bool) (equation, error) {
	if !dated {
		return pskEquationByYears(flows)
	}
	base := basePeriod(datedGaps(flows), len(flows) == 2)
	q := equation{periods: base.perYear()}
	for _, f := range flows {
		whole, rest := base.count(flows[0].Date, f.Date)
		q.terms = append(q.terms, pskTerm(f.Amount, whole, rest))
	}
	return q, nil
}

// twelfths is how many parts a year given as a number is cut into: a twelfth of a day is the
// greatest time of which both a day (12) and a month (365) are whole multiples.
const twelfths = 365 * 12

// pskEquationByYears finds the base period of flows given in years. Error: ErrDates when a time
// is not made of whole days and whole months.
func pskEquationByYears(flows []Flow) (equation, error) {
	times := make([]int64, len(flows))
	tolerance := decimal.New(1, -6)
	for n, f := range flows {
		exact := f.Years.Sub(flows[0].Years).Mul(decimal.NewFromInt(twelfths))
		whole := exact.Round(0)
		times[n] = whole.IntPart()
		if exact.Sub(whole).Abs().GreaterThan(tolerance) || n > 0 && times[n] == times[n-1] {
			return equation{}, fmt.Errorf("%w: the years of cash flow %d are not whole days or months of their own", ErrDates, n+1)
		}
	}
	gaps := make([]gap, len(times)-1)
	for n := range gaps {
		gaps[n] = yearGap(times[n+1] - times[n])
	}
	base := basePeriod(gaps, len(flows) == 2).twelfths()
	q := equation{periods: big.NewRat(twelfths, base)}
	for n, f := range flows {
		q.terms = append(q.terms, pskTerm(f.Amount, times[n]/base, big.NewRat(times[n]%base, base)))
	}
	return q, nil
}

func pskTerm(amount decimal.Decimal, whole int64, rest *big.Rat) term {
	k := term{amount: fromRat(amount.Rat()), t: fromInt(whole)}
	if rest.Sign() != 0 {
		k.e = fromRat(rest)
	}
	return k
}

// SinglePaymentPSK is the full cost of a credit that is repaid at once, by the short form
// (total / principal − 1) × 365 / days × 100, in percent with three decimals, rounded half-up.
// total is all that the borrower pays back, days the term. Errors: ErrOutOfRange when the principal
// or the term is not positive or the total is negative.
func SinglePaymentPSK(principal, total money.Amount, days int) (decimal.Decimal, error) {
	if !principal.IsPositive() || total.IsNegative() || days <= 0 {
		return decimal.Zero, fmt.Errorf("%w: principal and term must be positive", ErrOutOfRange)
	}
	cost := total.Sub(principal).Decimal().Mul(decimal.NewFromInt(365 * 100))
	return cost.DivRound(principal.Decimal().Mul(decimal.NewFromInt(int64(days))), pskDecimals), nil
}
