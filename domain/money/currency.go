package money

import (
	"encoding/json"
	"errors"
	"fmt"
)

// ErrUnknownCurrency is returned for a code that is not in the table of currencies.
var ErrUnknownCurrency = errors.New("unknown currency")

// Currency is an ISO 4217 currency, known by its numeric code. The zero value is no currency.
//
// Values from scaleOnly up are not currencies: they mark an amount that was read without one and
// remember only how many decimals its text had.
type Currency uint16

// The currencies that lenders may use, by their ISO 4217 numeric codes.
const (
	AUD Currency = 36
	CZK Currency = 203
	DKK Currency = 208
	JPY Currency = 392
	KZT Currency = 398
	MXN Currency = 484
	NOK Currency = 578
	RUB Currency = 643
	SEK Currency = 752
	CHF Currency = 756
	GBP Currency = 826
	USD Currency = 840
	RON Currency = 946
	BGN Currency = 975
	EUR Currency = 978
	UAH Currency = 980
	PLN Currency = 985

	scaleOnly Currency = 0xFF00
)

// minorDigits is the number of digits of the minor unit, from the ISO 4217 table.
var minorDigits = map[Currency]int32{
	AUD: 2, CZK: 2, DKK: 2, JPY: 0, KZT: 2, MXN: 2, NOK: 2, RUB: 2, SEK: 2,
	CHF: 2, GBP: 2, USD: 2, RON: 2, BGN: 2, EUR: 2, UAH: 2, PLN: 2,
}

var codes = map[Currency]string{
	AUD: "AUD", CZK: "CZK", DKK: "DKK", JPY: "JPY", KZT: "KZT", MXN: "MXN", NOK: "NOK", RUB: "RUB", SEK: "SEK",
	CHF: "CHF", GBP: "GBP", USD: "USD", RON: "RON", BGN: "BGN", EUR: "EUR", UAH: "UAH", PLN: "PLN",
}

var byCode = func() map[string]Currency {
	m := make(map[string]Currency, len(codes))
	for c, s := range codes {
		m[s] = c
	}
	return m
}()

// ParseCurrency reads an alphabetic ISO 4217 code, in capitals.
func ParseCurrency(code string) (Currency, error) {
	c, ok := byCode[code]
	if !ok {
		return 0, fmt.Errorf("%w: %q", ErrUnknownCurrency, code)
	}
	return c, nil
}

// digitsByCode is minorDigits by numeric code, since it is asked for every amount that is written or
// added. A code that is not in the table has 2.
var digitsByCode = func() (table [1000]int32) {
	for c := range table {
		table[c] = 2
	}
	for c, digits := range minorDigits {
		table[c] = digits
	}
	return table
}()

// Digits is the number of decimals of an amount in this currency: 2 for RUB and EUR, 0 for JPY.
func (c Currency) Digits() int32 {
	if int(c) < len(digitsByCode) {
		return digitsByCode[c]
	}
	if c >= scaleOnly {
		return int32(c - scaleOnly)
	}
	return 2
}

// String is the alphabetic code; empty for no currency.
func (c Currency) String() string { return codes[c] }

// AppendJSON adds the alphabetic code, in quotes.
func (c Currency) AppendJSON(b []byte) []byte {
	return append(append(append(b, '"'), codes[c]...), '"')
}

// MarshalJSON is what AppendJSON adds.
func (c Currency) MarshalJSON() ([]byte, error) { return c.AppendJSON(nil), nil }

// ScanJSON reads a code at the beginning of b, as MarshalJSON writes it, and tells how many bytes it
// takes. It is 0, and the currency stays as it was, where there is none.
func (c *Currency) ScanJSON(b []byte) int {
	const length = len(`"EUR"`)
	if len(b) < length || b[0] != '"' || b[length-1] != '"' {
		return 0
	}
	known, ok := byCode[string(b[1:length-1])]
	if !ok {
		return 0
	}
	*c = known
	return length
}

// UnmarshalJSON reads the alphabetic code; the empty string is no currency.
func (c *Currency) UnmarshalJSON(b []byte) error {
	if n := c.ScanJSON(b); n > 0 && n == len(b) {
		return nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("%w: not a string", ErrUnknownCurrency)
	}
	if s == "" {
		*c = 0
		return nil
	}
	parsed, err := ParseCurrency(s)
	if err != nil {
		return err
	}
	*c = parsed
	return nil
}
