package annualcost

import (
	"math/big"

	"loanledger/domain/date"
)

const (
	daysOfYear   = 365
	monthsOfYear = 12
)

// period is a standard interval of 353-FZ: a number of days or a number of months, up to a year.
// One of the two is zero.
type period struct{ days, months int64 }

var oneYear = period{months: monthsOfYear}

// gap is the time between two neighbouring flows. length is in twelfths of a day; days and months
// are set where it is a whole number of them.
type gap struct{ length, days, months int64 }

func datedGaps(flows []Flow) []gap {
	gaps := make([]gap, len(flows)-1)
	for n := range gaps {
		from, to := flows[n].Date, flows[n+1].Date
		gaps[n].days = int64(to.Sub(from))
		gaps[n].length = gaps[n].days * monthsOfYear
		if whole, rest := wholeMonths(from, to); rest == 0 {
			gaps[n].months = int64(whole)
		}
	}
	return gaps
}

// yearGap is a gap given in twelfths of a day, as flows in years have it.
func yearGap(t int64) gap {
	g := gap{length: t}
	if t%monthsOfYear == 0 {
		g.days = t / monthsOfYear
	}
	if t%daysOfYear == 0 {
		g.months = t / daysOfYear
	}
	return g
}

// twelfths is the length of a period in twelfths of a day, all months being equal.
func (p period) twelfths() int64 { return p.days*monthsOfYear + p.months*daysOfYear }

// perYear is how many such periods a year of 365 days has.
func (p period) perYear() *big.Rat { return big.NewRat(twelfths, p.twelfths()) }

// count is the time from the payout to a day: whole periods, and the rest as a part of one.
func (p period) count(from, to date.Date) (whole int64, rest *big.Rat) {
	if p.months == 0 {
		days := int64(to.Sub(from))
		return days / p.days, big.NewRat(days%p.days, p.days)
	}
	n, days := monthsSince(from, to)
	left := big.NewRat(n%p.months*daysOfYear+days*monthsOfYear, p.twelfths())
	return n / p.months, left
}

// monthsSince counts months forwards from a payout: its day of the month comes again, or the end
// of a month that has no such day. The last days of two months are whole months apart.
func monthsSince(from, to date.Date) (whole, days int64) {
	if n, rest := wholeMonths(from, to); rest == 0 && n >= 0 {
		return int64(n), 0
	}
	a, b := from.Time(), to.Time()
	n := (b.Year()-a.Year())*monthsOfYear + int(b.Month()) - int(a.Month())
	if from.AddMonths(n).After(to) {
		n--
	}
	return int64(n), int64(to.Sub(from.AddMonths(n)))
}

// basePeriod chooses the base period: the standard interval that is most frequent, of several
// equally frequent the shortest; where none repeats, the mean of all, in whole days; where every
// gap is longer than a year, one year. For a single payment it is the term itself.
func basePeriod(gaps []gap, single bool) period {
	counts := map[period]int{}
	var total, short int64
	for _, g := range gaps {
		total += g.length
		inDays := g.days > 0 && g.days <= daysOfYear
		if inDays {
			counts[period{days: g.days}]++
		}
		if g.months > 0 && g.months <= monthsOfYear && !(single && inDays) {
			counts[period{months: g.months}]++
		}
		if g.length <= twelfths || g.months == monthsOfYear {
			short++
		}
	}
	if short == 0 {
		return oneYear
	}
	if p, ok := mostFrequent(counts, single); ok {
		return p
	}
	n := int64(len(gaps)) * monthsOfYear
	return period{days: min(daysOfYear, max(1, (2*total+n)/(2*n)))}
}

// mostFrequent is the interval that occurs most often, at least twice unless it is the only one.
// Of equally frequent ones it is the shortest, and months rather than as many days.
func mostFrequent(counts map[period]int, single bool) (best period, ok bool) {
	for p, n := range counts {
		if n < 2 && !single {
			continue
		}
		switch {
		case !ok || n > counts[best]:
			best, ok = p, true
		case n < counts[best] || p.twelfths() > best.twelfths():
		case p.twelfths() < best.twelfths() || p.months > best.months:
			best = p
		}
	}
	return best, ok
}
