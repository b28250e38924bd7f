package annualcost

import (
	"errors"
	"math/big"
	"testing"

	"github.com/shopspring/decimal"

	"loanledger/domain/date"
	"loanledger/domain/money"
)

func flow(day string, amount int64) Flow {
	return Flow{Date: date.MustParse(day), Amount: decimal.NewFromInt(amount)}
}

// TestBasePeriod follows article 6 of 353-FZ: the most frequent interval, the shortest of several,
// the mean where none repeats, a year where all are longer.
func TestBasePeriod(t *testing.T) {
	for _, c := range []struct {
		name string
		days []string
		want period
	}{
		{"fortnights", []string{"2025-03-03", "2025-03-17", "2025-03-31", "2025-04-14"}, period{days: 14}},
		{"months of every length", []string{"2025-01-15", "2025-02-15", "2025-03-15", "2025-04-15"}, period{months: 1}},
		{"month ends", []string{"2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30"}, period{months: 1}},
		{"two months of 31 days", []string{"2024-12-15", "2025-01-15", "2025-02-15"}, period{months: 1}},
		{"thirty days throughout", []string{"2025-04-15", "2025-05-15", "2025-06-14", "2025-07-14"}, period{days: 30}},
		{"quarters", []string{"2025-01-15", "2025-04-15", "2025-07-15", "2025-10-15"}, period{months: 3}},
		{"a longer first interval", []string{"2025-01-02", "2025-02-15", "2025-03-15", "2025-04-15"}, period{months: 1}},
		{"equally frequent", []string{"2025-01-01", "2025-01-11", "2025-01-31", "2025-02-10", "2025-03-02"}, period{days: 10}},
		{"none repeats", []string{"2025-01-01", "2025-01-11", "2025-01-31"}, period{days: 15}},
		{"one payment", []string{"2025-01-15", "2025-02-15"}, period{days: 31}},
		{"one payment after a leap year", []string{"2024-01-15", "2025-01-15"}, period{months: 12}},
		{"one payment after more than a year", []string{"2025-01-15", "2026-03-15"}, period{months: 12}},
		{"all longer than a year", []string{"2020-01-01", "2021-07-01", "2023-01-01"}, period{months: 12}},
		{"years", []string{"2025-01-15", "2026-01-15", "2027-01-15"}, period{months: 12}},
	} {
		var flows []Flow
		for _, day := range c.days {
			flows = append(flows, flow(day, 1))
		}
		if got := basePeriod(datedGaps(flows), len(flows) == 2); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestPeriodCount splits times into whole base periods and the rest.
func TestPeriodCount(t *testing.T) {
	for _, c := range []struct {
		base     period
		from, to string
		whole    int64
		rest     *big.Rat
	}{
		{period{days: 14}, "2025-03-03", "2025-03-31", 2, big.NewRat(0, 1)},
		{period{days: 14}, "2025-03-03", "2025-04-03", 2, big.NewRat(3, 14)},
		{period{months: 1}, "2025-01-12", "2025-02-15", 1, big.NewRat(3*12, 365)},
		{period{months: 1}, "2025-01-31", "2025-03-01", 1, big.NewRat(12, 365)},
		{period{months: 1}, "2025-02-28", "2025-03-31", 1, big.NewRat(0, 1)},
		{period{months: 3}, "2025-01-15", "2025-09-15", 2, big.NewRat(2, 3)},
		{period{months: 12}, "2025-01-15", "2026-07-15", 1, big.NewRat(1, 2)},
	} {
		whole, rest := c.base.count(date.MustParse(c.from), date.MustParse(c.to))
		if whole != c.whole || rest.Cmp(c.rest) != 0 {
			t.Errorf("%s to %s: got %d + %s, want %d + %s", c.from, c.to, whole, rest, c.whole, c.rest)
		}
	}
}

// TestSinglePaymentPSK has the caps of Russian law: 0.8 % a day is 292 % a year, 1 % is 365 %.
// The general equation gives the same as the short form.
func TestSinglePaymentPSK(t *testing.T) {
	for _, c := range []struct {
		principal, total int64
		days             int
		want             string
	}{
		{1_000_000, 1_240_000, 30, "292"},
		{1_000_000, 1_070_000, 7, "365"},
		{1_000_000, 1_000_000, 30, "0"},
		{300_000, 347_000, 21, "272.302"},
		{1_000_000, 900_000, 365, "-10"},
	} {
		got, err := SinglePaymentPSK(money.New(c.principal, money.RUB), money.New(c.total, money.RUB), c.days)
		if err != nil || !got.Equal(decimal.RequireFromString(c.want)) {
			t.Errorf("%d to %d in %d days: got %s, %v; want %s", c.principal, c.total, c.days, got, err, c.want)
		}
		payout := Flow{Date: date.MustParse("2025-01-15"), Amount: decimal.New(-c.principal, -2)}
		payment := Flow{Date: payout.Date.AddDays(c.days), Amount: decimal.New(c.total, -2)}
		solved, err := Solve([]Flow{payout, payment}, PSKRU)
		if err != nil || !Round(solved, 3).Equal(got) {
			t.Errorf("%d to %d in %d days: the equation gives %s, %v; the short form %s", c.principal, c.total, c.days, solved, err, got)
		}
	}
	for _, c := range [][3]int64{{0, 1, 1}, {-1, 1, 1}, {1, -1, 1}, {1, 1, 0}} {
		if _, err := SinglePaymentPSK(money.New(c[0], money.RUB), money.New(c[1], money.RUB), int(c[2])); !errors.Is(err, ErrOutOfRange) {
			t.Errorf("%v: got %v", c, err)
		}
	}
}

// TestPSKByYears reads flows in years as months and days: the same schedule gives the same cost.
func TestPSKByYears(t *testing.T) {
	monthly := []Flow{flow("2025-01-15", -30000)}
	twelfth := []Flow{{Amount: decimal.NewFromInt(-30000)}}
	for n := 1; n <= 12; n++ {
		monthly = append(monthly, Flow{Date: monthly[0].Date.AddMonths(n), Amount: decimal.NewFromInt(2800)})
		years := decimal.NewFromInt(int64(n)).DivRound(decimal.NewFromInt(12), 17)
		twelfth = append(twelfth, Flow{Years: years, Amount: decimal.NewFromInt(2800)})
	}
	a, errA := Solve(monthly, PSKRU)
	b, errB := Solve(twelfth, PSKRU)
	if errA != nil || errB != nil || !a.Equal(b) {
		t.Errorf("by dates %s, %v; by years %s, %v", a, errA, b, errB)
	}
	twelfth[3].Years = decimal.RequireFromString("0.2512345")
	if _, err := Solve(twelfth, PSKRU); !errors.Is(err, ErrDates) {
		t.Errorf("a time that is neither days nor months: got %v", err)
	}
}
