package annualcost_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"loanledger/domain/annualcost"
)

// TestPublished solves examples that others have published.
func TestPublished(t *testing.T) {
	for _, c := range []struct{ name, source, send, want string }{
		{"apr of 546 days", "Directive 98/7/EC, Annex III, A, first example",
			`{"cash_flows":[{"years":0.0,"amount":"-1000.00"},{"years":1.4958904109589042,"amount":"1200.00"}],"measure":"apr_eu","decimals":2}`,
			"12.96"},
		{"the same, one decimal", "Directive 98/7/EC, Annex III, A, first example",
			`{"cash_flows":[{"years":0,"amount":"-1000"},{"years":1.4958904109589042,"amount":"1200"}],"measure":"apr_eu","decimals":0}`,
			"13"},
		{"expenses kept back", "Directive 98/7/EC, Annex III, A, second example",
			`{"cash_flows":[{"years":0,"amount":"-950"},{"years":1.4958904109589042,"amount":"1200"}],"measure":"apr_eu","decimals":1}`,
			"16.9"},
		{"two yearly payments", "Directive 98/7/EC, Annex III, A, third example",
			`{"cash_flows":[{"years":0,"amount":"-1000"},{"years":1,"amount":"600"},{"years":2,"amount":"600"}],"measure":"apr_eu","decimals":4}`,
			"13.0662"},
		{"two months and three days, although nine weeks", "SWD(2012) 128, section 4.1.1",
			`{"cash_flows":[{"date":"2012-01-12","amount":"-1000.00"},{"date":"2012-03-15","amount":"2000.00"}],"measure":"apr_eu","decimals":4}`,
			"5163.7376"},
		{"payday loan of 31 days", "test table of rimas-kudelis/php-apr-calculator (365.25 days a year)",
			`{"cash_flows":[{"years":0,"amount":"-100"},{"years":0.084873374401095145,"amount":"125"}],"measure":"apr_eu","decimals":1}`,
			"1286.2"},
		{"payday loan of 9 days", "test table of rimas-kudelis/php-apr-calculator (365.25 days a year)",
			`{"cash_flows":[{"years":0,"amount":"-150"},{"years":0.024640657084188913,"amount":"191.99"}],"measure":"apr_eu","decimals":1}`,
			"2238723.9"},
		{"twelve instalments", "edufinet.com, TAE examples",
			`{"cash_flows":[{"date":"2025-01-15","amount":"-12000.00"},{"date":"2025-02-15","amount":"1054.99"},{"date":"2025-03-15","amount":"1054.99"},
			{"date":"2025-04-15","amount":"1054.99"},{"date":"2025-05-15","amount":"1054.99"},{"date":"2025-06-15","amount":"1054.99"},
			{"date":"2025-07-15","amount":"1054.99"},{"date":"2025-08-15","amount":"1054.99"},{"date":"2025-09-15","amount":"1054.99"},
			{"date":"2025-10-15","amount":"1054.99"},{"date":"2025-11-15","amount":"1054.99"},{"date":"2025-12-15","amount":"1054.99"},
			{"date":"2026-01-15","amount":"1054.99"}],"measure":"apr_eu","decimals":2}`,
			"10.47"},
		{"six fortnightly payments", "com.microloan.android listing, apktume.com",
			`{"cash_flows":[{"date":"2025-03-03","amount":"-30000.00"},{"date":"2025-03-17","amount":"7132.20"},{"date":"2025-03-31","amount":"7132.20"},
			{"date":"2025-04-14","amount":"7132.20"},{"date":"2025-04-28","amount":"7132.20"},{"date":"2025-05-12","amount":"7132.20"},
			{"date":"2025-05-26","amount":"7132.20"}],"measure":"psk_ru","decimals":3}`,
			"292.000"},
		{"the example of the spreadsheet function", "documentation of XIRR: five irregular flows, 0.373362535",
			`{"cash_flows":[{"date":"2008-01-01","amount":"-10000"},{"date":"2008-03-01","amount":"2750"},{"date":"2008-10-30","amount":"4250"},
			{"date":"2009-02-15","amount":"3250"},{"date":"2009-04-01","amount":"2750"}],"measure":"irr","decimals":5}`,
			"37.33625"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var r annualcost.Request
			if err := json.Unmarshal([]byte(c.send), &r); err != nil {
				t.Fatal(err)
			}
			got, err := r.Answer()
			if err != nil || got.Value != c.want {
				t.Errorf("%s: got %q, %v; want %s", c.source, got.Value, err, c.want)
			}
		})
	}
}

// TestYearlyPayments is example 2, case 3 of the study "Examples for the calculation of the APRC"
// (Markt/2014/107/H3/TA/LV): 20 yearly payments after a first interval of 34 days. The dates give
// the same rate as the exponents do, which needs intervals counted in years.
func TestYearlyPayments(t *testing.T) {
	dated := []string{`{"date":"2012-01-12","amount":"-196000.00"}`}
	given := []string{`{"years":0.0,"amount":"-196000.00"}`}
	exponents := []string{"0.09315068493150686", "1.093150684931507", "2.0931506849315067", "3.0931506849315067",
		"4.093150684931507", "5.093150684931507", "6.093150684931507", "7.093150684931507", "8.093150684931507",
		"9.093150684931507", "10.093150684931507", "11.093150684931507", "12.093150684931507", "13.093150684931507",
		"14.093150684931507", "15.093150684931507", "16.09315068493151", "17.09315068493151", "18.09315068493151", "19.09315068493151"}
	for n, exponent := range exponents {
		dated = append(dated, fmt.Sprintf(`{"date":"%d-02-15","amount":"16541.86"}`, 2012+n))
		given = append(given, `{"years":`+exponent+`,"amount":"16541.86"}`)
	}
	for _, flows := range [][]string{dated, given} {
		if got := answer(t, flows, "apr_eu", 6); got != "6.282070" {
			t.Errorf("got %s, want 6.282070", got)
		}
	}
}
