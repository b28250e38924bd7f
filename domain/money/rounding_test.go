package money_test

import (
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"loanledger/domain/money"
)

var modes = []money.Rounding{money.HalfUp, money.HalfEven, money.Down}

// rounded is the model: a ratio rounded to a whole number, by fractions of whole numbers alone.
func rounded(x *big.Rat, mode money.Rounding) *big.Int {
	quotient, rest := new(big.Int).QuoRem(x.Num(), x.Denom(), new(big.Int))
	twice := new(big.Int).Mul(rest.Abs(rest), big.NewInt(2))
	away := false
	switch c := twice.Cmp(x.Denom()); mode {
	case money.HalfUp:
		away = c >= 0
	case money.HalfEven:
		away = c > 0 || c == 0 && quotient.Bit(0) == 1
	}
	if away {
		quotient.Add(quotient, big.NewInt(int64(x.Sign())))
	}
	return quotient
}

func TestRoundingTies(t *testing.T) {
	for _, c := range []struct {
		over, under, halfUp, halfEven, down string
	}{
		{"1", "2", "1", "0", "0"},
		{"3", "2", "2", "2", "1"},
		{"5", "2", "3", "2", "2"},
		{"-1", "2", "-1", "0", "0"},
		{"-3", "2", "-2", "-2", "-1"},
		{"-5", "2", "-3", "-2", "-2"},
		{"5", "-2", "-3", "-2", "-2"},
		{"2.5", "1", "3", "2", "2"},
		{"0.4999999999999999", "1", "0", "0", "0"},
		{"0.5000000000000001", "1", "1", "1", "0"},
		{"1", "3", "0", "0", "0"},
		{"2", "3", "1", "1", "0"},
		{"0", "7", "0", "0", "0"},
	} {
		for mode, want := range map[money.Rounding]string{money.HalfUp: c.halfUp, money.HalfEven: c.halfEven, money.Down: c.down} {
			over, under := decimal.RequireFromString(c.over), decimal.RequireFromString(c.under)
			if got := mode.Div(over, under, 0); got.String() != want {
				t.Errorf("%s / %s, %s: %s, want %s", c.over, c.under, mode, got, want)
			}
			if got := mode.Round(over.Div(under), 0); got.String() != want {
				t.Errorf("%s / %s rounded, %s: %s, want %s", c.over, c.under, mode, got, want)
			}
		}
	}
}

func drawDecimal(r *rapid.T, name string) decimal.Decimal {
	return decimal.New(rapid.Int64Range(-1_000_000_000, 1_000_000_000).Draw(r, name), rapid.Int32Range(-6, 3).Draw(r, name+" exponent"))
}

// TestDivIsExact: a quotient is rounded once, from the exact ratio. Small denominators make ties frequent.
func TestDivIsExact(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		mode := rapid.SampledFrom(modes).Draw(r, "mode")
		over, under := drawDecimal(r, "over"), drawDecimal(r, "under")
		if rapid.Bool().Draw(r, "small") {
			under = decimal.New(rapid.Int64Range(-40, 40).Draw(r, "small under"), -1)
		}
		if under.IsZero() {
			return
		}
		decimals := rapid.Int32Range(0, 8).Draw(r, "decimals")
		exact := new(big.Rat).Quo(over.Rat(), under.Rat())
		exact.Mul(exact, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)))
		want := decimal.NewFromBigInt(rounded(exact, mode), -decimals)
		if got := mode.Div(over, under, decimals); !got.Equal(want) {
			r.Fatalf("%s / %s to %d decimals, %s: %s, want %s", over, under, decimals, mode, got, want)
		}
	})
}

func TestRoundIsExact(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		mode, d := rapid.SampledFrom(modes).Draw(r, "mode"), drawDecimal(r, "number")
		exact := new(big.Rat).Mul(d.Rat(), big.NewRat(100, 1))
		want := money.New(rounded(exact, mode).Int64(), money.EUR)
		if got := money.FromDecimal(d, money.EUR, mode); got != want {
			r.Fatalf("%s, %s: %s, want %s", d, mode, got, want)
		}
		if got := mode.Round(d, 2); !got.Equal(want.Decimal()) {
			r.Fatalf("Round(%s), %s: %s, want %s", d, mode, got, want)
		}
	})
}

// TestShareAndPercentAreExact: with rates of any length, some of which leave 128 bits.
func TestShareAndPercentAreExact(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		mode := rapid.SampledFrom(modes).Draw(r, "mode")
		a := money.New(rapid.Int64Range(-1_000_000_000_00, 1_000_000_000_00).Draw(r, "minor"), money.RUB)
		rate := decimal.New(rapid.Int64Range(-10_000_000, 10_000_000).Draw(r, "rate"), rapid.Int32Range(-8, 2).Draw(r, "exponent"))
		if rapid.Bool().Draw(r, "long") {
			rate = rate.Add(decimal.New(rapid.Int64().Draw(r, "more"), rapid.Int32Range(-30, -19).Draw(r, "and smaller")))
		}
		over, under := rapid.Int64Range(-4000, 4000).Draw(r, "over"), rapid.SampledFrom([]int64{-100, 1, 2, 7, 100, 36_500, 100 * 365 * 366}).Draw(r, "under")
		exact := new(big.Rat).Mul(new(big.Rat).Mul(big.NewRat(a.Minor(), 1), rate.Rat()), big.NewRat(over, under))
		if want := rounded(exact, mode); want.IsInt64() {
			if got := a.Share(rate, over, under, mode); got.Minor() != want.Int64() || got.Currency() != money.RUB {
				r.Fatalf("%s × %s × %d / %d, %s: %s", a, rate, over, under, mode, got)
			}
		}
		percent := rounded(new(big.Rat).Mul(big.NewRat(a.Minor(), 100), rate.Rat()), mode)
		if got := a.Percent(rate, mode); got.Minor() != percent.Int64() {
			r.Fatalf("%s %% of %s, %s: %s", rate, a, mode, got)
		}
	})
}

// TestShareAtItsLimits: figures that 64 bits still hold, ties, and one that they do not hold.
func TestShareAtItsLimits(t *testing.T) {
	const most = 1<<63 - 1
	for _, c := range []struct {
		minor       int64
		rate        string
		over, under int64
		want        int64
	}{
		{most, "1", 1, 1, most}, {-most, "1", 1, 1, -most}, {most, "-1", 1, 1, -most}, {most, "0", 1, 1, 0}, {0, "5", 3, 7, 0},
		{most, "1000000000000000000", 1, 1_000_000_000_000_000_000, most}, {most, "100000000000000000000000", 1, 1, 0},
		{1, "0.5", 1, 1, 1}, {3, "0.5", -1, 1, -2}, {1, "0.000000000000000000001", most, 1, 0}, {most, "0.5", 2, 1, most},
		{1, "1e18", 9, 1, 9_000_000_000_000_000_000}, {1, "1e19", 1, 10, 1_000_000_000_000_000_000},
	} {
		a, rate := money.New(c.minor, money.EUR), decimal.RequireFromString(c.rate)
		func() {
			defer func() {
				if broken := recover(); (broken != nil) != (c.minor == most && c.want == 0 && !rate.IsZero()) {
					t.Errorf("%+v: %v", c, broken)
				}
			}()
			if got := a.Share(rate, c.over, c.under, money.HalfUp); got.Minor() != c.want {
				t.Errorf("%+v: %d", c, got.Minor())
			}
		}()
	}
}

// TestFiguresOfRounding: sums that lenders publish, and the three ways of rounding them.
func TestFiguresOfRounding(t *testing.T) {
	for _, c := range []struct {
		principal, percent, halfUp, halfEven, down string
	}{
		{"10000.00", "0.8", "80.00", "80.00", "80.00"},
		{"250.00", "19.2", "48.00", "48.00", "48.00"},
		{"0.05", "50", "0.03", "0.02", "0.02"},
		{"0.03", "50", "0.02", "0.02", "0.01"},
		{"-0.05", "50", "-0.03", "-0.02", "-0.02"},
		{"333.33", "33.333", "111.11", "111.11", "111.10"},
	} {
		a, err := money.Parse(c.principal, money.EUR)
		if err != nil {
			t.Fatal(err)
		}
		for mode, want := range map[money.Rounding]string{money.HalfUp: c.halfUp, money.HalfEven: c.halfEven, money.Down: c.down} {
			if got := a.Percent(decimal.RequireFromString(c.percent), mode); got.String() != want {
				t.Errorf("%s %% of %s, %s: %s, want %s", c.percent, c.principal, mode, got, want)
			}
		}
	}
}

func TestModes(t *testing.T) {
	for mode, valid := range map[money.Rounding]bool{"half_up": true, "half_even": true, "down": true, "": false, "up": false, "HALF_UP": false} {
		if mode.Valid() != valid {
			t.Errorf("%q: valid %t", mode, mode.Valid())
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("rounding in an unknown mode did not panic")
		}
	}()
	money.Rounding("up").Round(decimal.New(5, -1), 0)
}
