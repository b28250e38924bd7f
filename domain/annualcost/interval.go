package annualcost

import (
	"math/big"
	"slices"

	"loanledger/domain/date"
)

// Annex I of Directive 2008/48/EC, remark (c), and the Commission's guidelines SWD(2012) 128,
// section 4.1.1: a year has 365 or 366 days, 52 weeks or 12 equal months. An interval is a whole
// number of one of these periods, counted backwards from the later date, and the days that are
// left over, divided by the days of the year that ends where they end.

// span is the period in which the intervals of one credit are counted.
type span int

const (
	byMonths span = iota
	byYears
	byWeeks
)

// aprEquation counts every interval from the first drawdown, as remark (b) asks; what is paid
// before it has a negative interval.
func aprEquation(flows []Flow) equation {
	start := flows[0].Date
	if n := slices.IndexFunc(flows, func(f Flow) bool { return f.Amount.IsNegative() }); n > 0 {
		start = flows[n].Date
	}
	unit := frequency(flows)
	return effective(flows, func(f Flow) *big.Rat {
		if f.Date.Before(start) {
			t := interval(f.Date, start, unit)
			return t.Neg(t)
		}
		return interval(start, f.Date, unit)
	})
}

// frequency is the span that fits the repayments: years or weeks where they all follow each other
// at whole years or weeks, months otherwise. A single repayment is counted in months, as in the
// guidelines' own example of 63 days.
func frequency(flows []Flow) span {
	var paid []date.Date
	for _, f := range flows {
		if f.Amount.IsPositive() {
			paid = append(paid, f.Date)
		}
	}
	if len(paid) < 2 {
		return byMonths
	}
	yearly, monthly, weekly := true, true, true
	for n := 1; n < len(paid); n++ {
		whole, rest := wholeMonths(paid[n-1], paid[n])
		monthly = monthly && rest == 0
		yearly = yearly && rest == 0 && whole%12 == 0
		weekly = weekly && paid[n].Sub(paid[n-1])%7 == 0
	}
	switch {
	case yearly:
		return byYears
	case weekly && !monthly:
		return byWeeks
	}
	return byMonths
}

// interval is the time between two dates in years, exactly.
func interval(from, to date.Date, unit span) *big.Rat {
	if unit == byWeeks {
		days := to.Sub(from)
		return plusDays(big.NewRat(int64(days/7), 52), days%7, from.AddDays(days%7))
	}
	whole, rest := wholeMonths(from, to)
	if unit == byYears && whole%12 != 0 {
		back := stepBack(from, to, whole-whole%12)
		rest, whole = back.Sub(from), whole-whole%12
	}
	return plusDays(big.NewRat(int64(whole), 12), rest, from.AddDays(rest))
}

// plusDays adds days that end on last, over the length of the year up to that day.
func plusDays(t *big.Rat, days int, last date.Date) *big.Rat {
	if days == 0 {
		return t
	}
	year := last.Sub(last.AddMonths(-12))
	return t.Add(t, big.NewRat(int64(days), int64(year)))
}

// wholeMonths counts the months that fit between two dates backwards from the later one, and the
// days left at the start.
func wholeMonths(from, to date.Date) (whole, rest int) {
	a, b := from.Time(), to.Time()
	whole = (b.Year()-a.Year())*12 + int(b.Month()) - int(a.Month())
	back := stepBack(from, to, whole)
	if back.Before(from) {
		whole--
		back = stepBack(from, to, whole)
	}
	return whole, back.Sub(from)
}

// stepBack is the date n months before to. When to is the end of a month that is too short to have
// the day of from, that day is the one stepped along, so that 28 February goes back to 31 January.
func stepBack(from, to date.Date, n int) date.Date {
	day := from.Time().Day()
	if endsMonth(to) && day > to.Time().Day() {
		first := to.AddDays(1 - to.Time().Day()).AddMonths(-n)
		last := first.AddMonths(1).AddDays(-1)
		return date.Earlier(first.AddDays(day-1), last)
	}
	return to.AddMonths(-n)
}

func endsMonth(d date.Date) bool { return d.AddDays(1).Time().Day() == 1 }
