package date

// DayCount is how a span of days becomes a part of a year.
type DayCount string

// The day counts. Actual365 always divides by 365 (ISDA "Act/365 Fixed"); ActualActual splits the
// span at 31 December into days of years of 365 and of 366 (ISDA "Act/Act"); Thirty360 gives every
// month thirty days (the bond basis, ISDA "30/360").
const (
	Actual365    DayCount = "actual/365"
	ActualActual DayCount = "actual/actual"
	Actual360    DayCount = "actual/360"
	Thirty360    DayCount = "30/360"
	Months12     DayCount = "months/12"
)

// Valid reports whether the day count is one of the table.
func (c DayCount) Valid() bool {
	switch c {
	case Actual365, ActualActual, Actual360, Thirty360, Months12:
		return true
	}
	return false
}

// Fraction is an exact part of a year.
type Fraction struct{ Numerator, Denominator int64 }

// Year is the part of a year in the span of days after from, up to and with to. An inverted span is
// nothing. In Months12 whole months count from the first day, and what is left counts as its days
// over the days of the month it stands in.
func (c DayCount) Year(from, to Date) Fraction {
	if !from.Before(to) {
		return Fraction{0, 1}
	}
	days := int64(to.Sub(from))
	switch c {
	case Actual365:
		return Fraction{days, 365}
	case Actual360:
		return Fraction{days, 360}
	case Thirty360:
		return Fraction{thirty360(from, to), 360}
	case ActualActual:
		common, leap := splitAtYearEnds(from, to)
		return Fraction{common*366 + leap*365, 365 * 366}
	case Months12:
		return months12(from, to)
	}
	panic("date: unknown day count " + string(c))
}

// DaysInYear is 366 in a leap year, else 365.
func DaysInYear(year int) int {
	return New(year+1, 1, 1).Sub(New(year, 1, 1))
}

// splitAtYearEnds counts the nights of the span in common years and in leap years. The night that
// ends on 1 January belongs to the old year.
func splitAtYearEnds(from, to Date) (common, leap int64) {
	for at := from; at.Before(to); {
		end := Earlier(New(at.Year()+1, 1, 1), to)
		if DaysInYear(at.Year()) == 366 {
			leap += int64(end.Sub(at))
		} else {
			common += int64(end.Sub(at))
		}
		at = end
	}
	return common, leap
}

func thirty360(from, to Date) int64 {
	y1, m1, d1 := from.Time().Date()
	y2, m2, d2 := to.Time().Date()
	d1 = min(d1, 30)
	if d1 == 30 {
		d2 = min(d2, 30)
	}
	return int64(360*(y2-y1) + 30*int(m2-m1) + d2 - d1)
}

func months12(from, to Date) Fraction {
	y1, m1, _ := from.Time().Date()
	y2, m2, _ := to.Time().Date()
	whole := 12*(y2-y1) + int(m2-m1)
	if from.AddMonths(whole).After(to) {
		whole--
	}
	start := from.AddMonths(whole)
	period := int64(from.AddMonths(whole + 1).Sub(start))
	return Fraction{int64(whole)*period + int64(to.Sub(start)), 12 * period}
}
