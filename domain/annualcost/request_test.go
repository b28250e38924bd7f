package annualcost_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"loanledger/domain/annualcost"
	"loanledger/domain/money"
)

// answer solves flows written as JSON and returns the value.
func answer(t *testing.T, flows []string, measure string, decimals int) string {
	t.Helper()
	var r annualcost.Request
	text := fmt.Sprintf(`{"cash_flows":[%s],"measure":%q,"decimals":%d}`, strings.Join(flows, ","), measure, decimals)
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	a, err := r.Answer()
	if err != nil {
		t.Fatal(err)
	}
	return a.Value
}

// TestRequestDecimals checks the number of decimals and the form of the answer.
func TestRequestDecimals(t *testing.T) {
	for _, c := range []struct{ decimals, want string }{
		{``, `{"value":"12.5000000"}`},
		{`,"decimals":0`, `{"value":"13"}`},
		{`,"decimals":1`, `{"value":"12.5"}`},
		{`,"decimals":12`, `{"value":"12.500000000000"}`},
	} {
		var r annualcost.Request
		text := `{"cash_flows":[{"years":0,"amount":"-200"},{"years":1,"amount":"225.00"}],"measure":"irr"` + c.decimals + `}`
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			t.Fatal(err)
		}
		a, err := r.Answer()
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := json.Marshal(a); string(got) != c.want {
			t.Errorf("decimals %q: got %s, want %s", c.decimals, got, c.want)
		}
	}
}

// TestRefusals names the error of every kind of request that has no answer.
func TestRefusals(t *testing.T) {
	const out, in = `{"date":"2025-01-15","amount":"-100"}`, `{"date":"2025-02-15","amount":"110"}`
	many := strings.Repeat(in+",", annualcost.MaxFlows)
	for _, c := range []struct {
		name, flows, rest string
		want              error
	}{
		{"none", ``, ``, annualcost.ErrNoFlows},
		{"one", out, ``, annualcost.ErrNoFlows},
		{"too many", many + out, ``, annualcost.ErrOutOfRange},
		{"nothing paid back", out + `,{"date":"2025-02-15","amount":"0"}`, ``, annualcost.ErrNoSignChange},
		{"only paid in", in + `,{"date":"2025-03-15","amount":"5"}`, ``, annualcost.ErrNoSignChange},
		{"never balanced", `{"years":0,"amount":"-100"},{"years":1,"amount":"100"},{"years":2,"amount":"-100"}`, ``, annualcost.ErrNoSignChange},
		{"one day", out + `,{"date":"2025-01-15","amount":"110"}`, ``, annualcost.ErrDates},
		{"dates and years", out + `,{"years":1,"amount":"110"}`, ``, annualcost.ErrDates},
		{"both in one", out + `,{"date":"2025-02-15","years":1,"amount":"110"}`, ``, annualcost.ErrDates},
		{"neither", out + `,{"amount":"110"}`, ``, annualcost.ErrDates},
		{"no amount", out + `,{"date":"2025-02-15"}`, ``, money.ErrInvalidAmount},
		{"amount as a number", out + `,{"date":"2025-02-15","amount":110}`, ``, money.ErrInvalidAmount},
		{"years as a text", `{"years":"0","amount":"-100"}`, ``, annualcost.ErrInvalidYears},
		{"years of a great exponent", `{"years":1e99,"amount":"-100"}`, ``, annualcost.ErrOutOfRange},
		{"years of a huge exponent", `{"years":1e999999999999,"amount":"-100"}`, ``, annualcost.ErrInvalidYears},
		{"years before the first", `{"years":-1,"amount":"-100"},{"years":0,"amount":"110"}`, ``, annualcost.ErrOutOfRange},
		{"rate beyond all", out + `,{"date":"2025-01-16","amount":"110"}`, ``, annualcost.ErrOutOfRange},
		{"unknown measure", out + `,` + in, `,"measure":"apr"`, annualcost.ErrMeasure},
		{"decimals", out + `,` + in, `,"decimals":13`, annualcost.ErrOutOfRange},
		{"decimals below zero", out + `,` + in, `,"decimals":-1`, annualcost.ErrOutOfRange},
	} {
		t.Run(c.name, func(t *testing.T) {
			var r annualcost.Request
			err := json.Unmarshal([]byte(`{"measure":"apr_eu","cash_flows":[`+c.flows+`]`+c.rest+`}`), &r)
			if err == nil {
				_, err = r.Answer()
			}
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}
