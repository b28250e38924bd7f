package annualcost

import (
	"math/big"
	"testing"

	"loanledger/domain/date"
)

// TestInterval has the intervals of the Commission's guidelines SWD(2012) 128, section 4.1.1, and
// the month ends of the test tables of andrewmurphy353/curo (eu_2008_48_ec).
func TestInterval(t *testing.T) {
	for _, c := range []struct {
		from, to string
		unit     span
		whole    *big.Rat
		days     *big.Rat
	}{
		{"2019-01-12", "2020-01-12", byMonths, big.NewRat(1, 1), nil},
		{"2012-01-12", "2012-02-15", byMonths, big.NewRat(1, 12), big.NewRat(3, 365)},
		{"2012-01-12", "2012-03-15", byMonths, big.NewRat(2, 12), big.NewRat(3, 365)},
		{"2012-01-12", "2012-04-15", byMonths, big.NewRat(3, 12), big.NewRat(3, 365)},
		{"2013-01-12", "2013-02-15", byMonths, big.NewRat(1, 12), big.NewRat(3, 366)},
		{"2013-01-12", "2013-04-15", byMonths, big.NewRat(3, 12), big.NewRat(3, 366)},
		{"2013-02-25", "2013-03-28", byMonths, big.NewRat(1, 12), big.NewRat(3, 366)},
		{"2013-02-26", "2013-03-29", byMonths, big.NewRat(1, 12), big.NewRat(2, 366)},
		{"2012-02-26", "2012-03-29", byMonths, big.NewRat(1, 12), big.NewRat(3, 366)},
		{"2012-02-26", "2012-02-26", byMonths, big.NewRat(0, 1), nil},
		{"2024-12-31", "2025-02-28", byMonths, big.NewRat(2, 12), nil},
		{"2024-02-28", "2024-03-31", byMonths, big.NewRat(1, 12), big.NewRat(1, 366)},
		{"2024-02-29", "2024-03-31", byMonths, big.NewRat(1, 12), nil},
		{"2024-01-31", "2024-02-29", byMonths, big.NewRat(1, 12), nil},
		{"2024-01-31", "2025-02-28", byMonths, big.NewRat(13, 12), nil},
		{"2019-01-31", "2019-03-01", byMonths, big.NewRat(1, 12), big.NewRat(1, 365)},
		{"2020-12-31", "2021-03-01", byMonths, big.NewRat(2, 12), big.NewRat(1, 366)},
		{"2020-03-01", "2021-08-15", byMonths, big.NewRat(17, 12), big.NewRat(14, 366)},
		{"2019-03-30", "2019-04-30", byMonths, big.NewRat(1, 12), nil},
		{"2012-01-12", "2012-02-15", byYears, big.NewRat(0, 1), big.NewRat(34, 365)},
		{"2012-01-12", "2014-02-15", byYears, big.NewRat(2, 1), big.NewRat(34, 365)},
		{"2020-01-01", "2021-03-15", byYears, big.NewRat(1, 1), big.NewRat(74, 366)},
		{"2024-02-27", "2025-02-28", byYears, big.NewRat(1, 1), big.NewRat(1, 365)},
		{"2024-02-29", "2025-03-31", byYears, big.NewRat(1, 1), big.NewRat(31, 366)},
		{"2024-02-28", "2025-02-27", byYears, big.NewRat(0, 1), big.NewRat(365, 366)},
		{"2024-02-29", "2025-02-28", byYears, big.NewRat(1, 1), nil},
		{"2023-02-28", "2024-02-29", byYears, big.NewRat(1, 1), nil},
		{"2012-01-12", "2012-01-26", byWeeks, big.NewRat(2, 52), nil},
		{"2012-01-12", "2013-01-10", byWeeks, big.NewRat(1, 1), nil},
		{"2012-01-12", "2012-01-30", byWeeks, big.NewRat(2, 52), big.NewRat(4, 365)},
		{"2012-01-12", "2013-01-12", byWeeks, big.NewRat(1, 1), big.NewRat(2, 365)},
	} {
		want := new(big.Rat).Set(c.whole)
		if c.days != nil {
			want.Add(want, c.days)
		}
		if got := interval(date.MustParse(c.from), date.MustParse(c.to), c.unit); got.Cmp(want) != 0 {
			t.Errorf("%s to %s: got %s, want %s", c.from, c.to, got, want)
		}
	}
}

// TestFrequency checks in which period the intervals of a credit are counted.
func TestFrequency(t *testing.T) {
	for _, c := range []struct {
		name string
		paid []string
		want span
	}{
		{"a single payment of nine weeks", []string{"2012-03-15"}, byMonths},
		{"yearly", []string{"2013-02-15", "2014-02-15", "2016-02-15"}, byYears},
		{"monthly", []string{"2025-02-15", "2025-03-15", "2025-04-15"}, byMonths},
		{"month ends", []string{"2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30"}, byMonths},
		{"February is a month of four weeks", []string{"2025-02-01", "2025-03-01"}, byMonths},
		{"every two weeks", []string{"2025-01-15", "2025-01-29", "2025-02-12"}, byWeeks},
		{"no pattern", []string{"2025-01-15", "2025-01-29", "2025-02-15"}, byMonths},
	} {
		flows := []Flow{flow("2012-01-12", -1000)}
		for _, day := range c.paid {
			flows = append(flows, flow(day, 1000))
		}
		if got := frequency(flows); got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
	}
}
