package product_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"loanledger/domain/money"
	"loanledger/domain/product"
)

const payday = `{
	"code": "payday", "name": "Payday", "sample": true, "min_principal": "1000.00", "max_principal": "30000.00",
	"min_term_days": 5, "max_term_days": 30, "offer_days": 3,
	"terms": {"currency": "RUB", "interest": {"method": "declining", "rate": "0.8", "per": "day"}}
}`

func TestProductsAreChecked(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{``, ``, ""},
		{`"payday"`, `""`, "product_invalid"},
		{`"payday"`, `"Payday"`, "product_invalid"},
		{`"payday"`, `"a_b"`, "product_invalid"},
		{`"payday"`, `"` + strings.Repeat("a", 33) + `"`, "product_invalid"},
		{`"Payday"`, `""`, "product_invalid"},
		{`"Payday"`, `"` + strings.Repeat("a", 201) + `"`, "product_invalid"},
		{`"1000.00"`, `"0.00"`, "product_invalid"},
		{`"1000.00"`, `"-5.00"`, "product_invalid"},
		{`"1000.00"`, `"1000.001"`, "product_invalid"},
		{`"1000.00"`, `1000`, "product_invalid"},
		{`"1000.00"`, `"30000.01"`, "product_invalid"},
		{`"30000.00"`, `"10000000000.00"`, ""},
		{`"30000.00"`, `"10000000000.01"`, "product_invalid"},
		{`"min_term_days": 5`, `"min_term_days": 0`, "product_invalid"},
		{`"min_term_days": 5`, `"min_term_days": 31`, "product_invalid"},
		{`"max_term_days": 30`, `"max_term_days": 10981`, "product_invalid"},
		{`"offer_days": 3`, `"offer_days": -1`, "product_invalid"},
		{`"offer_days": 3`, `"offer_days": 367`, "product_invalid"},
		{`"offer_days": 3`, `"lengths": [7, 14, 30]`, ""},
		{`"offer_days": 3`, `"lengths": [7, 31]`, "product_invalid"},
		{`"offer_days": 3`, `"colour": "red"`, "product_invalid"},
		{`"currency": "RUB"`, `"currency": "RUB", "term_days": 15`, "product_invalid"},
		{`"currency": "RUB"`, `"currency": "XXX"`, "product_invalid"},
		{`"0.8"`, `"-0.8"`, "terms_invalid"},
		{`"declining"`, `"flat"`, "terms_unsupported"},
	} {
		text := strings.Replace(payday, c.old, c.new, 1)
		if c.old != "" && text == payday {
			t.Fatalf("%s is not in the product", c.old)
		}
		if _, err := product.Parse([]byte(text)); code(err) != c.want {
			t.Errorf("%s → %s: %v, want %q", c.old, c.new, err, c.want)
		}
	}
	for _, text := range []string{``, `[]`, payday + payday, payday + `x`} {
		if _, err := product.Parse([]byte(text)); code(err) != "product_invalid" {
			t.Errorf("%.20q: %v", text, err)
		}
	}
	p, err := product.Parse([]byte(strings.Replace(payday, `, "offer_days": 3`, ``, 1)))
	if err != nil || p.OfferDays != 5 {
		t.Errorf("an offer stands %d days by default, %v", p.OfferDays, err)
	}
}

func TestOffer(t *testing.T) {
	parse := func(text string) product.Product {
		p, err := product.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	open := parse(payday)
	listed := parse(strings.Replace(payday, `"offer_days": 3`, `"lengths": [7, 14]`, 1))
	priced := parse(strings.Replace(payday, `"method": "declining", "rate": "0.8", "per": "day"`,
		`"method": "fixed_fee", "prices": [{"days": 15, "percent": "18"}, {"days": 30, "percent": "35"}]`, 1))
	for _, c := range []struct {
		p         product.Product
		principal int64
		days      int
		want      string
	}{
		{open, 1000_00, 5, ""}, {open, 30000_00, 30, ""},
		{open, 999_99, 15, "principal_out_of_limits"}, {open, 30000_01, 15, "principal_out_of_limits"},
		{open, 5000_00, 4, "term_out_of_limits"}, {open, 5000_00, 31, "term_out_of_limits"}, {open, 5000_00, -1, "term_out_of_limits"},
		{listed, 5000_00, 14, ""}, {listed, 5000_00, 10, "term_out_of_limits"},
		{priced, 5000_00, 30, ""}, {priced, 5000_00, 20, "term_out_of_limits"},
	} {
		terms, err := c.p.Offer(money.New(c.principal, money.RUB), c.days)
		if code(err) != c.want || err == nil && terms.TermDays != c.days {
			t.Errorf("%d for %d days: %v, want %q", c.principal, c.days, err, c.want)
		}
	}
}

// FuzzProducts: no text makes reading endless, however long its digits or its exponents; and what is
// accepted can be written and read again.
func FuzzProducts(f *testing.F) {
	f.Add([]byte(payday))
	f.Add([]byte(full))
	for _, rate := range []string{`"1e999999999"`, `"1e-999999999"`, `1e99999999999999999999`, `"0e2000000000"`, `"` + strings.Repeat("9", 10_000) + `"`, `"0.` + strings.Repeat("0", 10_000) + `1"`} {
		f.Add([]byte(strings.Replace(payday, `"0.8"`, rate, 1)))
		f.Add([]byte(strings.Replace(full, `"130"`, rate, 1)))
		f.Add([]byte(strings.Replace(full, `"1.5"`, rate, 1)))
		f.Add([]byte(strings.Replace(strings.Replace(full, `"0.8"`, rate, 1), "declining", "none", 1)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		began := time.Now()
		if p, err := product.Parse(data); err == nil {
			again(t, p, product.Parse)
		} else if strings.HasPrefix(code(err), "no refusal") {
			t.Fatal(err)
		}
		if terms, err := product.ParseTerms(data); err == nil {
			again(t, terms, product.ParseTerms)
		} else if strings.HasPrefix(code(err), "no refusal") {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Fatalf("reading %d bytes took %s", len(data), took)
		}
	})
}

func again[T any](t *testing.T, v T, parse func([]byte) (T, error)) {
	t.Helper()
	once, err := json.Marshal(v)
	if err != nil || len(once) > 1_000_000 {
		t.Fatalf("%d bytes, %v", len(once), err)
	}
	read, err := parse(once)
	twice, _ := json.Marshal(read)
	if err != nil || string(once) != string(twice) {
		t.Fatalf("%v\n%s\n%s", err, once, twice)
	}
}
