package annualcost

import (
	"errors"
	"fmt"

	"github.com/shopspring/decimal"

	"loanledger/domain/date"
)

// Errors of a request for an annual cost.
var (
	// ErrNoFlows: fewer than two flows.
	ErrNoFlows = errors.New("an annual cost needs at least two cash flows")
	// ErrNoSignChange: no rate makes the flows worth nothing, for example when nothing is paid back.
	ErrNoSignChange = errors.New("no rate balances these cash flows")
	// ErrOutOfRange: a figure beyond what is computed, or a rate beyond MinPercent and MaxPercent.
	ErrOutOfRange = errors.New("outside the range of an annual cost")
	// ErrDates: a flow without a time, dates mixed with years, or all flows at one time.
	ErrDates = errors.New("the times of the cash flows do not fit together")
	// ErrMeasure: a measure that is not one of the three.
	ErrMeasure = errors.New("unknown measure of annual cost")
	// ErrUnverified: a root was found that could not be proved by a change of sign.
	ErrUnverified = errors.New("the rate could not be verified")
)

// Measure is a definition of annual cost.
type Measure string

// The measures. APREU is the annual percentage rate of Annex I of Directive 2008/48/EC, PSKRU the
// full cost of credit of article 6 of 353-FZ, IRR the effective rate of return by days over 365.
const (
	APREU Measure = "apr_eu"
	PSKRU Measure = "psk_ru"
	IRR   Measure = "irr"
)

// Limits of what is accepted and answered.
const (
	// MaxFlows bounds the number of cash flows of one request: four years of daily payments.
	MaxFlows = 1500
	// MaxYears bounds an exponent given in years.
	MaxYears = 1000
	// maxDigits and maxScale bound the size of a number, so that a few bytes cannot ask for gigabytes.
	maxDigits = 40
	maxScale  = 40
	// maxAmountDigits bounds the whole part of an amount in major units.
	maxAmountDigits = 18
)

// Flow is one cash flow. Amount is in major units; what the lender pays out is negative. The time
// is either Date, or Years since the first drawdown (0 to MaxYears) where Date is zero; one request
// has only the one or only the other.
type Flow struct {
	Date   date.Date
	Years  decimal.Decimal
	Amount decimal.Decimal
}

// bounded refuses numbers whose digits alone would be a burden, before anything is computed.
func bounded(d decimal.Decimal) bool {
	return d.Exponent() >= -maxScale && d.Exponent() <= maxScale && d.NumDigits() <= maxDigits
}

var (
	maxAmount = decimal.New(1, maxAmountDigits)
	maxYears  = decimal.NewFromInt(MaxYears)
)

// validate checks the flows one by one and that their times are of one kind. It reports whether
// the flows are dated.
func validate(flows []Flow) (dated bool, err error) {
	if len(flows) < 2 {
		return false, ErrNoFlows
	}
	if len(flows) > MaxFlows {
		return false, fmt.Errorf("%w: more than %d cash flows", ErrOutOfRange, MaxFlows)
	}
	dated = !flows[0].Date.IsZero()
	for n, f := range flows {
		if !bounded(f.Amount) || f.Amount.Abs().GreaterThanOrEqual(maxAmount) {
			return dated, fmt.Errorf("%w: amount of cash flow %d", ErrOutOfRange, n+1)
		}
		if !bounded(f.Years) || f.Years.IsNegative() || f.Years.GreaterThan(maxYears) {
			return dated, fmt.Errorf("%w: years of cash flow %d are not between 0 and %d", ErrOutOfRange, n+1, MaxYears)
		}
		if f.Date.IsZero() == dated {
			return dated, fmt.Errorf("%w: some have a date and some have years", ErrDates)
		}
		if dated && !f.Years.IsZero() {
			return dated, fmt.Errorf("%w: cash flow %d has both a date and years", ErrDates, n+1)
		}
	}
	return dated, nil
}

// merge sorts the flows by time and makes one of all that fall on one time; a time whose flows
// cancel stays, with nothing, since a payment day remains one.
func merge(flows []Flow) []Flow {
	sorted := sortedByTime(flows)
	merged := sorted[:1]
	for _, f := range sorted[1:] {
		last := &merged[len(merged)-1]
		if sameTime(*last, f) {
			last.Amount = last.Amount.Add(f.Amount)
			continue
		}
		merged = append(merged, f)
	}
	return merged
}
