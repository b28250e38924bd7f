package money_test

import (
	"encoding/json"
	"errors"
	"testing"

	"loanledger/domain/money"
)

func TestCurrencies(t *testing.T) {
	for _, c := range []struct {
		code    string
		numeric uint16 // ISO 4217
		digits  int32
	}{
		{"RUB", 643, 2}, {"EUR", 978, 2}, {"USD", 840, 2}, {"GBP", 826, 2}, {"JPY", 392, 0}, {"KZT", 398, 2},
		{"UAH", 980, 2}, {"PLN", 985, 2}, {"CZK", 203, 2}, {"MXN", 484, 2}, {"CHF", 756, 2}, {"SEK", 752, 2},
		{"NOK", 578, 2}, {"DKK", 208, 2}, {"AUD", 36, 2}, {"RON", 946, 2}, {"BGN", 975, 2},
	} {
		got, err := money.ParseCurrency(c.code)
		if err != nil || uint16(got) != c.numeric || got.Digits() != c.digits || got.String() != c.code {
			t.Errorf("%s: %d with %d digits, %v", c.code, got, got.Digits(), err)
		}
		text, err := json.Marshal(got)
		var read money.Currency
		if err != nil || json.Unmarshal(text, &read) != nil || read != got {
			t.Errorf("%s is written as %s and read as %s", c.code, text, read)
		}
	}
}

func TestUnknownCurrencies(t *testing.T) {
	for _, code := range []string{"", "rub", "RUR", "XXX", "EURO", "€"} {
		if _, err := money.ParseCurrency(code); !errors.Is(err, money.ErrUnknownCurrency) {
			t.Errorf("%q: %v", code, err)
		}
	}
	for _, text := range []string{`"XXX"`, `643`, `{}`} {
		var c money.Currency
		if err := json.Unmarshal([]byte(text), &c); err == nil {
			t.Errorf("%s was read as %s", text, c)
		}
	}
	var none money.Currency
	if err := json.Unmarshal([]byte(`""`), &none); err != nil || none != 0 || none.String() != "" {
		t.Errorf("no currency: %d %v", none, err)
	}
}
