package money_test

import (
	"encoding/json"
	"errors"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"loanledger/domain/money"
)

// spelling is how an amount may be spelt: the model of what is read.
var spelling = regexp.MustCompile(`^-?([0-9]+)(\.([0-9]+))?$`)

// spelt is what a text says by the model: its minor units and decimals.
func spelt(text string) (minor *big.Int, decimals int, err error) {
	parts := spelling.FindStringSubmatch(text)
	if parts == nil {
		return nil, 0, money.ErrInvalidAmount
	}
	minor, _ = new(big.Int).SetString(strings.Replace(text, ".", "", 1), 10)
	if len(parts[1])+len(parts[3]) > 19 || !new(big.Int).Abs(minor).IsInt64() {
		err = money.ErrTooLarge
	}
	return minor, len(parts[3]), err
}

var spellings = rapid.OneOf(
	rapid.StringMatching(`-?[0-9]{0,21}\.?[0-9]{0,4}`), rapid.StringMatching(`-?[0-9]{17,20}`), rapid.StringMatching(`[-+0-9. e"]{0,6}`), rapid.String(),
	rapid.SampledFrom([]string{"9223372036854775807", "9223372036854775808", "-9223372036854775807", "-9223372036854775808", "92233720368547758.07", "-0.00", "0", "1000000000000000.00"}),
)

// TestAmountsAreReadAsTheyAreSpelt: from JSON and from texts, of any length and form.
func TestAmountsAreReadAsTheyAreSpelt(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := spellings.Draw(r, "text")
		minor, decimals, wanted := spelt(text)

		var read money.Amount
		err := read.UnmarshalJSON([]byte(`"` + text + `"`))
		if !errors.Is(err, wanted) || (err == nil) != (wanted == nil) {
			r.Fatalf("%q: %v, want %v", text, err, wanted)
		}
		if err == nil && (read.Minor() != minor.Int64() || read.Currency() != 0 || int(read.Decimal().Exponent()) != -decimals) {
			r.Fatalf("%q is read as %s with %s", text, read, read.Decimal())
		}

		c := rapid.SampledFrom([]money.Currency{money.EUR, money.JPY}).Draw(r, "currency")
		parsed, err := money.Parse(text, c)
		switch {
		case errors.Is(wanted, money.ErrInvalidAmount):
		case decimals > int(c.Digits()):
			wanted = money.ErrOverPrecise
		default:
			shift := big.NewInt(int64(int(c.Digits()) - decimals))
			minor.Mul(minor, new(big.Int).Exp(big.NewInt(10), shift, nil))
			if new(big.Int).Abs(minor).Cmp(big.NewInt(money.MaxMinor)) > 0 || len(strings.Trim(text, "-."))-strings.Count(text, ".")+int(shift.Int64()) > 19 {
				wanted = money.ErrTooLarge
			}
		}
		if !errors.Is(err, wanted) || (err == nil) != (wanted == nil) || err == nil && parsed != money.New(minor.Int64(), c) {
			r.Fatalf("%q of %s is read as %s, %v; want %s, %v", text, c, parsed, err, minor, wanted)
		}
	})
}

// TestAmountsAtTheBeginningOfAText: what ScanJSON finds is what UnmarshalJSON reads, and it finds all
// that is written, of at most 18 digits.
func TestAmountsAtTheBeginningOfAText(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		data := rapid.SampledFrom([]string{`"`, `"`, `"`, ``, ` "`}).Draw(r, "before") + spellings.Draw(r, "text") + rapid.SampledFrom([]string{`"`, `",`, ``, `"}`}).Draw(r, "after")
		before := money.New(7, money.RUB)
		got := before
		n := got.ScanJSON([]byte(data))
		if n == 0 && got != before {
			r.Fatalf("%q changed the amount to %s", data, got)
		}
		var want money.Amount
		if n > 0 && (want.UnmarshalJSON([]byte(data[:n])) != nil || want != got) {
			r.Fatalf("%q is found as %s, read as %s", data[:n], got, want)
		}
		a := money.New(rapid.Int64Range(-999_999_999_999_999_999, 999_999_999_999_999_999).Draw(r, "minor"), rapid.SampledFrom([]money.Currency{money.EUR, money.JPY}).Draw(r, "currency"))
		text := append(a.AppendJSON(nil), `,"more"`...)
		if n := got.ScanJSON(text); n != len(text)-len(`,"more"`) || got.In(a.Currency()) != a {
			r.Fatalf("%s is found as %s in %d bytes", text, got, n)
		}
	})
}

// TestAmountsAreWrittenExactly: all of 64 bits, against decimals.
func TestAmountsAreWrittenExactly(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := rapid.SampledFrom([]money.Currency{0, money.EUR, money.JPY}).Draw(r, "currency")
		a := money.New(rapid.OneOf(rapid.Int64(), rapid.Int64Range(-1000, 1000)).Draw(r, "minor"), c)
		if want := a.Decimal().StringFixed(c.Digits()); a.String() != want {
			r.Fatalf("%s, want %s", a, want)
		}
		text, err := json.Marshal(a)
		if err != nil || string(text) != `"`+a.String()+`"` || string(a.AppendJSON([]byte("["))) != "["+string(text) {
			r.Fatalf("%s %v", text, err)
		}
	})
}

// TestInputsAndCurrenciesInJSON: in whatever way a string is written.
func TestInputsAndCurrenciesInJSON(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		data := rapid.SampledFrom([]string{`"EUR"`, `"RUB"`, `"EUR",`, `"\u0045UR"`, `"eur"`, `"XXX"`, `""`, `null`, `7`, `{}`, `"-1.50"`, `"1é"`, `"1\n"`, "\"1\n\"", `"`, ``, "\"1\xff\""}).Draw(r, "data")
		var s string
		wanted := json.Unmarshal([]byte(data), &s)

		var i money.Input
		if err := i.UnmarshalJSON([]byte(data)); (err == nil) != (wanted == nil) || err == nil && string(i) != s {
			r.Fatalf("%q is read as %q, %v; want %q, %v", data, i, err, s, wanted)
		}
		if _, err := money.ParseCurrency(s); s != "" && wanted == nil {
			wanted = err
		}
		var c money.Currency
		if err := c.UnmarshalJSON([]byte(data)); (err == nil) != (wanted == nil) || err == nil && c.String() != s {
			r.Fatalf("%q is read as %q, %v; want %q, %v", data, c, err, s, wanted)
		}
	})
}
