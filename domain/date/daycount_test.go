package date_test

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"loanledger/domain/date"
)

func rat(f date.Fraction) *big.Rat { return big.NewRat(f.Numerator, f.Denominator) }

// TestThirty360 holds the count against the worked dates that ISDA published for the bond basis of
// its 2006 Definitions, section 4.16(f).
func TestThirty360(t *testing.T) {
	for _, c := range []struct {
		from, to string
		days     int64
	}{
		{"2007-01-15", "2007-01-30", 15}, {"2007-01-15", "2007-02-15", 30}, {"2007-01-15", "2007-07-15", 180},
		{"2007-09-30", "2008-03-31", 180}, {"2007-09-30", "2007-10-31", 30}, {"2007-09-30", "2008-09-30", 360},
		{"2007-01-15", "2007-01-31", 16}, {"2007-01-31", "2007-02-28", 28}, {"2007-02-28", "2007-03-31", 33},
		{"2006-08-31", "2007-02-28", 178}, {"2007-02-28", "2007-08-31", 183}, {"2007-02-14", "2007-02-28", 14},
		{"2007-02-26", "2008-02-29", 363}, {"2008-02-29", "2009-02-28", 359}, {"2008-02-29", "2008-03-30", 31},
		{"2008-02-29", "2008-03-31", 32}, {"2007-02-28", "2007-03-05", 7}, {"2007-10-31", "2007-11-28", 28},
		{"2007-08-31", "2008-02-29", 179}, {"2008-02-29", "2008-08-31", 182}, {"2008-08-31", "2009-02-28", 178},
		{"2009-02-28", "2009-08-31", 183},
	} {
		got := date.Thirty360.Year(day(c.from), day(c.to))
		if rat(got).Cmp(big.NewRat(c.days, 360)) != 0 {
			t.Errorf("%s to %s: %d/%d, want %d/360", c.from, c.to, got.Numerator, got.Denominator, c.days)
		}
	}
}

// TestActualCounts has the example of ISDA's memorandum on actual/actual (1 November 2003 to 1 May
// 2004 is 61 days of 365 and 121 of 366) and the ends of years around it.
func TestActualCounts(t *testing.T) {
	sum := func(a, b *big.Rat) *big.Rat { return new(big.Rat).Add(a, b) }
	for _, c := range []struct {
		count    date.DayCount
		from, to string
		want     *big.Rat
	}{
		{date.ActualActual, "2003-11-01", "2004-05-01", sum(big.NewRat(61, 365), big.NewRat(121, 366))},
		{date.ActualActual, "1999-02-01", "1999-07-01", big.NewRat(150, 365)},
		{date.ActualActual, "2002-08-15", "2003-07-15", big.NewRat(334, 365)},
		{date.ActualActual, "1999-07-30", "2000-01-30", sum(big.NewRat(155, 365), big.NewRat(29, 366))},
		{date.ActualActual, "2000-01-30", "2000-06-30", big.NewRat(152, 366)},
		{date.ActualActual, "2023-12-31", "2024-12-31", sum(big.NewRat(1, 365), big.NewRat(365, 366))},
		{date.ActualActual, "2024-01-01", "2025-01-01", big.NewRat(1, 1)},
		{date.ActualActual, "2023-01-01", "2026-01-01", big.NewRat(3, 1)},
		{date.Actual365, "2003-11-01", "2004-05-01", big.NewRat(182, 365)},
		{date.Actual365, "2024-01-01", "2025-01-01", big.NewRat(366, 365)},
		{date.Actual360, "2003-11-01", "2004-05-01", big.NewRat(182, 360)},
		{date.Actual360, "2026-01-01", "2027-01-01", big.NewRat(365, 360)},
		{date.Months12, "2026-01-15", "2026-07-15", big.NewRat(6, 12)},
		{date.Months12, "2026-01-31", "2026-02-28", big.NewRat(1, 12)},
		{date.Months12, "2026-01-15", "2026-01-31", big.NewRat(16, 31*12)},
		{date.Months12, "2026-02-01", "2026-03-15", sum(big.NewRat(1, 12), big.NewRat(14, 31*12))},
		{date.Months12, "2026-01-31", "2026-03-30", sum(big.NewRat(1, 12), big.NewRat(30, 31*12))},
		{date.Months12, "2024-02-29", "2025-02-28", big.NewRat(1, 1)},
		{date.Months12, "2026-12-20", "2027-01-19", big.NewRat(30, 31*12)},
	} {
		if got := rat(c.count.Year(day(c.from), day(c.to))); got.Cmp(c.want) != 0 {
			t.Errorf("%s from %s to %s: %s, want %s", c.count, c.from, c.to, got, c.want)
		}
	}
}

var counts = []date.DayCount{date.Actual365, date.ActualActual, date.Actual360, date.Thirty360, date.Months12}

// TestYearFractions: an actual count of two spans that meet is that of both together; no count ever
// falls as time goes on; and no count is far from the days over the days of a year.
func TestYearFractions(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		a := drawDay(r, "a")
		b := a.AddDays(rapid.IntRange(0, 1500).Draw(r, "to b"))
		c := b.AddDays(rapid.IntRange(0, 1500).Draw(r, "to c"))
		count := rapid.SampledFrom(counts).Draw(r, "count")
		ab, bc, ac := rat(count.Year(a, b)), rat(count.Year(b, c)), rat(count.Year(a, c))
		if count != date.Thirty360 && count != date.Months12 && new(big.Rat).Add(ab, bc).Cmp(ac) != 0 {
			r.Fatalf("%s: %s and %s are not %s", count, ab, bc, ac)
		}
		if ab.Cmp(ac) > 0 || ab.Sign() < 0 {
			r.Fatalf("%s falls from %s to %s between %s and %s", count, ab, ac, b, c)
		}
		off := new(big.Rat).Sub(ac, big.NewRat(int64(c.Sub(a)), 365))
		if off.Abs(off).Cmp(big.NewRat(1, 6)) > 0 {
			r.Fatalf("%s from %s to %s: %s", count, a, c, ac)
		}
		if inverted := count.Year(c, a); inverted.Numerator != 0 {
			r.Fatalf("%s: an inverted span is %d/%d", count, inverted.Numerator, inverted.Denominator)
		}
	})
}

func TestDayCounts(t *testing.T) {
	for _, c := range counts {
		if !c.Valid() {
			t.Errorf("%s is not valid", c)
		}
	}
	if date.DayCount("actual/364").Valid() || date.DayCount("").Valid() {
		t.Error("an unknown count is valid")
	}
	for year, days := range map[int]int{1900: 365, 2000: 366, 2023: 365, 2024: 366, 2100: 365} {
		if got := date.DaysInYear(year); got != days {
			t.Errorf("%d has %d days", year, got)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("an unknown count did not panic")
		}
	}()
	date.DayCount("actual/364").Year(day("2026-01-01"), day("2026-01-02"))
}
