package money_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"loanledger/domain/money"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		text     string
		currency money.Currency
		minor    int64
		err      error
	}{
		{"0", money.RUB, 0, nil},
		{"0.00", money.RUB, 0, nil},
		{"-0.00", money.RUB, 0, nil},
		{"11200.00", money.RUB, 11_200_00, nil},
		{"11200", money.RUB, 11_200_00, nil},
		{"0.5", money.EUR, 50, nil},
		{"-3.5", money.EUR, -3_50, nil},
		{"007.01", money.EUR, 7_01, nil},
		{"120", money.JPY, 120, nil},
		{"10000000000000.00", money.RUB, money.MaxMinor, nil},
		{"-10000000000000.00", money.RUB, -money.MaxMinor, nil},
		{"1000000000000000", money.JPY, money.MaxMinor, nil},

		{"10000000000000.01", money.RUB, 0, money.ErrTooLarge},
		{"-10000000000000.01", money.RUB, 0, money.ErrTooLarge},
		{"10000000000001", money.RUB, 0, money.ErrTooLarge},
		{"1000000000000001", money.JPY, 0, money.ErrTooLarge},
		{"99999999999999999999999999", money.RUB, 0, money.ErrTooLarge},
		{"9223372036854775808", money.JPY, 0, money.ErrTooLarge},

		{"1.005", money.RUB, 0, money.ErrOverPrecise},
		{"1.000", money.RUB, 0, money.ErrOverPrecise},
		{"1.0", money.JPY, 0, money.ErrOverPrecise},
		{"0.1234567890123456789", money.RUB, 0, money.ErrOverPrecise},

		{"", money.RUB, 0, money.ErrInvalidAmount},
		{"-", money.RUB, 0, money.ErrInvalidAmount},
		{".5", money.RUB, 0, money.ErrInvalidAmount},
		{"5.", money.RUB, 0, money.ErrInvalidAmount},
		{"+5", money.RUB, 0, money.ErrInvalidAmount},
		{"--5", money.RUB, 0, money.ErrInvalidAmount},
		{"1e3", money.RUB, 0, money.ErrInvalidAmount},
		{" 5", money.RUB, 0, money.ErrInvalidAmount},
		{"5 ", money.RUB, 0, money.ErrInvalidAmount},
		{"1,50", money.RUB, 0, money.ErrInvalidAmount},
		{"1 000", money.RUB, 0, money.ErrInvalidAmount},
		{"1.2.3", money.RUB, 0, money.ErrInvalidAmount},
		{"0x10", money.RUB, 0, money.ErrInvalidAmount},
		{"٣", money.RUB, 0, money.ErrInvalidAmount},
		{"NaN", money.RUB, 0, money.ErrInvalidAmount},
		{"9999999999999999999999x", money.RUB, 0, money.ErrInvalidAmount},
	} {
		got, err := money.Parse(c.text, c.currency)
		if !errors.Is(err, c.err) || err == nil && (got.Minor() != c.minor || got.Currency() != c.currency) {
			t.Errorf("Parse(%q, %s) = %d %v, want %d %v", c.text, c.currency, got.Minor(), err, c.minor, c.err)
		}
	}
}

var currencies = []money.Currency{money.RUB, money.EUR, money.JPY, money.KZT}

func TestWhatIsPrintedIsReadAgain(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := rapid.SampledFrom(currencies).Draw(r, "currency")
		a := money.New(rapid.Int64Range(-money.MaxMinor, money.MaxMinor).Draw(r, "minor"), c)
		if got, err := money.Parse(a.String(), c); err != nil || got != a {
			r.Fatalf("Parse(%q) = %v %v", a, got, err)
		}
		if want := decimal.New(a.Minor(), -c.Digits()).StringFixed(c.Digits()); a.String() != want {
			r.Fatalf("%d prints as %q, want %q", a.Minor(), a, want)
		}
		text, err := json.Marshal(a)
		if err != nil {
			r.Fatal(err)
		}
		var read money.Amount
		if err := json.Unmarshal(text, &read); err != nil || read.In(c) != a {
			r.Fatalf("%s decodes to %v %v", text, read, err)
		}
	})
}

// TestAmountJSON: an amount is a string of digits; nothing else is taken for one, and a sum that is
// more than any amount a caller may send is still read from where it was stored.
func TestAmountJSON(t *testing.T) {
	for text, ok := range map[string]bool{
		`"1.00"`: true, `"-1.00"`: true, `"9223372036854775807"`: true, `"92233720368547758.07"`: true,
		`"10000000000000000.00"`: true,
		`1`:                      false, `1.00`: false, `null`: false, `""`: false, `"1.00 "`: false, `{}`: false, `[]`: false,
		`"\u0031"`: false, `"1e2"`: false, `true`: false, `"9223372036854775808"`: false, `"`: false,
		`"0.12345678901234567890"`: false,
	} {
		var a money.Amount
		if err := json.Unmarshal([]byte(text), &a); (err == nil) != ok {
			t.Errorf("%s: %v, want read: %t", text, err, ok)
		}
	}
	largest := money.New(math.MaxInt64, money.EUR)
	text, _ := json.Marshal(largest)
	var read money.Amount
	if err := json.Unmarshal(text, &read); err != nil || read.In(money.EUR) != largest {
		t.Errorf("%s decodes to %s %v", text, read, err)
	}
	var in money.Input
	if err := json.Unmarshal([]byte(`12.5`), &in); !errors.Is(err, money.ErrInvalidAmount) {
		t.Errorf("a JSON number as an input: %v", err)
	}
	if err := json.Unmarshal([]byte(`"12.5"`), &in); err != nil || in != "12.5" {
		t.Errorf("an input: %q %v", in, err)
	}
}

func TestArithmeticOfAmounts(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		draw := func(name string) money.Amount {
			return money.New(rapid.Int64Range(-money.MaxMinor, money.MaxMinor).Draw(r, name), money.RUB)
		}
		a, b := draw("a"), draw("b")
		switch {
		case a.Add(b) != b.Add(a), a.Add(b).Sub(b) != a, a.Sub(b) != b.Sub(a).Neg():
			r.Fatal("sums are not exact")
		case a.Add(b).Minor() != a.Minor()+b.Minor():
			r.Fatal("a sum is not the sum of the minor units")
		case money.Min(a, b).Add(money.Max(a, b)) != a.Add(b), money.Max(a, b).Less(money.Min(a, b)):
			r.Fatal("the smaller and the greater are not the two")
		case a.Less(b) != (a.Minor() < b.Minor()), a.Cmp(b) != -b.Cmp(a), a.IsZero() != (a.Minor() == 0):
			r.Fatal("the order is not that of the minor units")
		case a.IsPositive() && a.IsNegative(), money.Sum(a, b, a.Neg()) != b:
			r.Fatal("signs or sums are wrong")
		case !a.Decimal().Equal(decimal.New(a.Minor(), -2)):
			r.Fatal("the decimal is not the amount in major units")
		}
	})
}

// TestCurrenciesDoNotMix: an amount that was read without a currency takes that of its partner;
// two currencies, or two scales, in one sum break an invariant.
func TestCurrenciesDoNotMix(t *testing.T) {
	rub := money.New(1_00, money.RUB)
	var loose, yen money.Amount
	for text, into := range map[string]*money.Amount{`"2.00"`: &loose, `"2"`: &yen} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatal(err)
		}
	}
	if loose.Currency() != 0 || loose.Add(rub) != money.New(3_00, money.RUB) || rub.Add(loose) != money.New(3_00, money.RUB) {
		t.Errorf("a loose amount does not take the currency of its partner")
	}
	if got := rub.Add(money.Amount{}); got != rub {
		t.Errorf("nothing added: %v", got)
	}
	for name, broken := range map[string]func(){
		"two currencies": func() { rub.Add(money.New(1, money.EUR)) },
		"compared":       func() { rub.Less(money.New(1, money.EUR)) },
		"two scales":     func() { rub.Add(yen) },
		"bound wrongly":  func() { loose.In(money.JPY) },
		"sum overflows":  func() { money.New(math.MaxInt64, money.RUB).Add(rub) },
		"difference":     func() { money.New(math.MinInt64+1, money.RUB).Sub(money.New(2, money.RUB)) },
		"product":        func() { money.New(money.MaxMinor, money.RUB).Percent(decimal.NewFromInt(1_000_000), money.Down) },
		"from decimal":   func() { money.FromDecimal(decimal.New(1, 30), money.RUB, money.HalfUp) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it did not panic")
				}
			}()
			broken()
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"0", "1.00", "-3.5", "11200.00", "1e9", "9999999999999999999.99", ".", "-", "0.000", "٣"} {
		f.Add(s, uint16(money.RUB))
		f.Add(s, uint16(money.JPY))
	}
	f.Fuzz(func(t *testing.T, s string, code uint16) {
		c := money.RUB
		if code%2 == 0 {
			c = money.JPY
		}
		a, err := money.Parse(s, c)
		if err != nil {
			return
		}
		exact, err := decimal.NewFromString(s)
		if err != nil || !a.Decimal().Equal(exact) || strings.ContainsAny(s, "eE+ ") {
			t.Fatalf("Parse(%q) = %s", s, a)
		}
		if again, err := money.Parse(a.String(), c); err != nil || again != a {
			t.Fatalf("%q is read as %s and then as %s, %v", s, a, again, err)
		}
	})
}

func FuzzAmountJSON(f *testing.F) {
	for _, s := range []string{`"0"`, `"1.00"`, `null`, `1`, `"`, `""`, `"-0.01"`, `"9223372036854775807"`, `"0.0000000000000000001"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var a money.Amount
		if a.UnmarshalJSON(b) != nil {
			return
		}
		text, err := a.MarshalJSON()
		var again money.Amount
		if err != nil || again.UnmarshalJSON(text) != nil || again != a {
			t.Fatalf("%s is written as %s, which is read as %s (%v)", b, text, again, err)
		}
	})
}
