package product_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"loanledger/domain/fact"
	"loanledger/domain/product"
)

// full is terms in which everything is set, so that a case changes one place.
const full = `{
	"currency": "RUB", "rounding": "half_up", "term_days": 15, "signature": "code",
	"interest": {"method": "declining", "rate": "0.8", "per": "day", "day_count": "actual/365", "calculation": "daily",
		"first_day": "excluded", "after_maturity": "runs", "follows": "balance"},
	"prepayment": {"interest": "to_date"},
	"fees": [{"name": "origination", "kind": "fee", "charged_on": "disbursement", "percent_of": "principal", "percent": "1.5"}],
	"penalty": {"grace_days": 3, "base": "overdue_principal", "percent": "20", "per": "year", "cap_percent_of_principal": "50"},
	"prolongation": {"requires": "accrued_interest", "max_count": 5, "max_days": 30, "prices": [{"days": 7, "percent": "10"}]},
	"allocation": {"by": "instalment", "order": ["penalty", "fee", "interest", "principal"]},
	"cost_cap": {"percent_of_principal": "130"}
}`

func code(err error) string {
	if err == nil {
		return ""
	}
	r, _, ok := fact.Explain(err)
	if !ok {
		return "no refusal: " + err.Error()
	}
	return r.Code
}

func TestTermsAreChecked(t *testing.T) {
	const invalid, unsupported = "terms_invalid", "terms_unsupported"
	for _, c := range []struct{ old, new, want string }{
		{``, ``, ""},
		{`"RUB"`, `"JPY"`, ""},
		{`"half_up"`, `"half_even"`, ""},
		{`"half_up"`, `"up"`, invalid},
		{`"RUB"`, `"XXX"`, invalid},
		{`"currency": "RUB",`, ``, invalid},
		{`"term_days": 15`, `"term_days": -1`, invalid},
		{`"term_days": 15`, `"term_days": 10980`, ""},
		{`"term_days": 15`, `"term_days": 10981`, invalid},
		{`"signature": "code"`, `"signature": "pen"`, invalid},
		{`"term_days": 15`, `"schedule": {"instalments": 6}`, unsupported},
		{`{"interest": "to_date"}`, `{"interest": "full_period"}`, ""},
		{`{"interest": "to_date"}`, `{"interest": "half"}`, invalid},

		{`"declining"`, `"none"`, ""},
		{`"declining"`, `"flat"`, unsupported},
		{`"declining"`, `"compound"`, invalid},
		{`"method": "declining"`, `"method": "fixed_fee"`, invalid},
		{`"method": "declining"`, `"method": "fixed_fee", "prices": [{"days": 15, "percent": "18"}]`, ""},
		{`"method": "declining"`, `"method": "fixed_fee", "prices": [{"days": 30, "percent": "18"}]`, invalid},
		{`"method": "declining"`, `"method": "fixed_fee", "prices": [{"days": 15, "percent": "18"}, {"days": 15, "percent": "19"}]`, invalid},
		{`"method": "declining"`, `"method": "fixed_fee", "prices": [{"days": 0, "percent": "18"}, {"days": 15, "percent": "18"}]`, invalid},
		{`"method": "declining"`, `"method": "fixed_fee", "prices": [{"days": 15, "percent": "-1"}]`, invalid},
		{`"declining", "rate": "0.8"`, `"none", "rate": "1e99"`, invalid},
		{`"method": "declining"`, `"method": "declining", "prices": [{"days": 15, "percent": "1e99"}]`, invalid},
		{`"per": "day", "day_count"`, `"per": "month", "day_count"`, ""},
		{`"per": "day", "day_count"`, `"per": "year", "day_count"`, ""},
		{`"per": "day", "day_count"`, `"per": "once", "day_count"`, invalid},
		{`"per": "day", "day_count"`, `"day_count"`, invalid},
		{`"0.8"`, `"0"`, ""},
		{`"0.8"`, `"10000"`, ""},
		{`"0.8"`, `"10000.01"`, invalid},
		{`"0.8"`, `"-0.8"`, invalid},
		{`"0.8"`, `"0.123456789012"`, ""},
		{`"0.8"`, `"0.1234567890123"`, invalid},
		{`"0.8"`, `"many"`, invalid},
		{`"actual/365"`, `"actual/actual"`, ""},
		{`"actual/365"`, `"30/360"`, ""},
		{`"actual/365"`, `"months/12"`, ""},
		{`"actual/365"`, `"actual/364"`, invalid},
		{`"daily"`, `"period"`, unsupported},
		{`"daily"`, `"hourly"`, invalid},
		{`"balance"`, `"schedule"`, unsupported},
		{`"balance"`, `"moon"`, invalid},
		{`"excluded"`, `"included"`, ""},
		{`"excluded"`, `"maybe"`, invalid},
		{`"runs"`, `"stops"`, ""},
		{`"runs"`, `"walks"`, invalid},

		{`"name": "origination"`, `"name": ""`, invalid},
		{`"charged_on": "disbursement"`, `"charged_on": "prolongation"`, ""},
		{`"charged_on": "disbursement"`, `"charged_on": "maturity"`, unsupported},
		{`"charged_on": "disbursement"`, `"charged_on": "birthday"`, invalid},
		{`"percent": "1.5"`, `"percent": "1.5", "amount": "10.00"`, invalid},
		{`"percent_of": "principal", "percent": "1.5"`, `"amount": "10.00"`, ""},
		{`"percent_of": "principal", "percent": "1.5"`, `"amount": "10.001"`, invalid},
		{`"percent_of": "principal", "percent": "1.5"`, `"amount": "0.00"`, invalid},
		{`"percent_of": "principal", "percent": "1.5"`, `"amount": 10`, invalid},
		{`"percent_of": "principal", "percent": "1.5"`, `"percent_of": "principal"`, invalid},
		{`"percent_of": "principal"`, `"percent_of": "instalment"`, unsupported},
		{`"percent_of": "principal"`, `"percent_of": "moon"`, invalid},
		{`"percent": "1.5"`, `"percent": "-1.5"`, invalid},

		{`"grace_days": 3`, `"grace_days": -1`, invalid},
		{`"grace_days": 3`, `"grace_days": 367`, invalid},
		{`"overdue_principal"`, `"overdue_total"`, unsupported},
		{`"overdue_principal"`, `"moon"`, invalid},
		{`"percent": "20", "per": "year"`, `"percent": "20", "per": "instalment"`, unsupported},
		{`"percent": "20", "per": "year"`, `"percent": "20", "per": "once"`, ""},
		{`"percent": "20", "per": "year"`, `"percent": "20", "per": "month"`, invalid},
		{`"percent": "20"`, `"percent": "10001"`, invalid},
		{`"cap_percent_of_principal": "50"`, `"cap_percent_of_principal": "-1"`, invalid},

		{`"max_count": 5`, `"max_count": -5`, invalid},
		{`"max_days": 30`, `"max_days": -30`, invalid},
		{`"accrued_interest"`, `"price"`, ""},
		{`"accrued_interest"`, `"moon"`, invalid},
		{`{"days": 7, "percent": "10"}`, `{"days": 7, "percent": "10"}, {"days": 7, "percent": "11"}`, invalid},

		{`"by": "instalment"`, `"by": "moon"`, invalid},
		{`"by": "instalment"`, `"by": "class"`, invalid},
		{`["penalty", "fee", "interest", "principal"]`, `["principal", "interest", "fee", "penalty"]`, ""},
		{`["penalty", "fee", "interest", "principal"]`, `["penalty", "fee", "interest"]`, invalid},
		{`["penalty", "fee", "interest", "principal"]`, `["penalty", "fee", "interest", "principal", "fee"]`, invalid},
		{`["penalty", "fee", "interest", "principal"]`, `["penalty", "fee", "interest", "principal", "other"]`, invalid},
		{`{"by": "instalment", "order": ["penalty", "fee", "interest", "principal"]}`, `{"by_law": "RU"}`, ""},
		{`{"by": "instalment", "order": ["penalty", "fee", "interest", "principal"]}`, `{"by_law": "ZZ"}`, invalid},
		{`{"by": "instalment", "order": ["penalty", "fee", "interest", "principal"]}`,
			`{"by": "class", "order": ["overdue_interest", "overdue_principal", "interest", "principal", "penalty", "other"]}`, ""},
		{`{"by": "instalment", "order": ["penalty", "fee", "interest", "principal"]}`,
			`{"by": "class", "order": ["overdue_interest", "overdue_principal", "interest", "principal", "penalty"]}`, invalid},

		{`{"percent_of_principal": "130"}`, `{"by_law": "RU"}`, ""},
		{`{"percent_of_principal": "130"}`, `{"by_law": "ZZ"}`, invalid},
		{`{"percent_of_principal": "130"}`, `{"percent_of_principal": "-1"}`, invalid},

		{`"half_up"`, `"half_up", "colour": "red"`, invalid},
		{`"per": "day", "day_count"`, `"per": "day", "compound": true, "day_count"`, invalid},
		{`"term_days": 15`, `"term_days": "15"`, invalid},
		{`"cost_cap"`, `cost_cap`, invalid},
	} {
		text := strings.Replace(full, c.old, c.new, 1)
		if c.old != "" && text == full {
			t.Fatalf("%s is not in the terms", c.old)
		}
		if _, err := product.ParseTerms([]byte(text)); code(err) != c.want {
			t.Errorf("%s → %s: %v, want %q", c.old, c.new, err, c.want)
		}
	}
	for _, text := range []string{``, `null x`, full + full, full + `]`, `[]`, `"RUB"`, `7`} {
		if _, err := product.ParseTerms([]byte(text)); code(err) != "terms_invalid" {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

// TestTermsKeepTheirForm: what was read is written so that it is read the same again, with what was
// left out filled in.
func TestTermsKeepTheirForm(t *testing.T) {
	for _, text := range []string{full, `{"currency": "EUR"}`, `{"currency": "RUB", "allocation": {"by_law": "RU"}, "cost_cap": {"by_law": "RU"}}`} {
		terms, err := product.ParseTerms([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		once, _ := json.Marshal(terms)
		again, err := product.ParseTerms(once)
		twice, _ := json.Marshal(again)
		if err != nil || string(once) != string(twice) {
			t.Errorf("%v\n%s\n%s", err, once, twice)
		}
	}
	terms, _ := product.ParseTerms([]byte(`{"currency": "EUR"}`))
	text, _ := json.Marshal(terms)
	want := `{"currency":"EUR","rounding":"half_up","interest":{"method":"none","day_count":"actual/365","calculation":"daily",` +
		`"first_day":"excluded","after_maturity":"runs","follows":"balance"},"prepayment":{"interest":"to_date"},` +
		`"allocation":{"by":"instalment","order":["penalty","fee","interest","principal"]}}`
	if string(text) != want {
		t.Errorf("defaults: %s", text)
	}
}

// TestRefusalsEchoNothing: what was sent does not come back in an error, wherever it stood.
func TestRefusalsEchoNothing(t *testing.T) {
	for _, old := range []string{
		`"currency"`, `"RUB"`, `"half_up"`, `"code"`, `"declining"`, `"0.8"`, `"day"`, `"actual/365"`, `"daily"`, `"excluded"`,
		`"runs"`, `"balance"`, `"to_date"`, `"disbursement"`, `"1.5"`, `"overdue_principal"`, `"20"`, `"accrued_interest"`,
		`"instalment"`, `"interest", "principal"`, `"130"`, `{"percent_of_principal": "130"}`, `15`,
	} {
		text := strings.Replace(full, old, `"MARKER-7f3a"`, 1)
		_, err := product.ParseTerms([]byte(text))
		if err == nil || strings.Contains(err.Error(), "MARKER") {
			t.Errorf("in place of %s: %v", old, err)
		}
		var refusal *fact.Refusal
		if !errors.As(err, &refusal) {
			t.Errorf("in place of %s: no refusal, %v", old, err)
		}
	}
}
