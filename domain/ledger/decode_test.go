package ledger_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/uuid"

	"loanledger/domain/fact"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
)

// bodies is a body for each command that has fields, in two forms that mean the same.
var bodies = map[string][2]string{
	"loan.apply": {
		`{"lender":"test","product":"test","principal":"10000.00","currency":"RUB","term_days":15,"borrower":{"full_name":"Ana","birth_date":"1990-05-17","document_number":"4510 1","phone":"+79161234567"}}`,
		"{ \"term_days\" : 15,\n\t\"borrower\": {\"phone\":\"\\u002b79161234567\", \"document_number\":\"4510 1\",\"birth_date\":\"1990-05-17\",\"full_name\":\"\\u0041na\"}, \"principal\":\"10000.00\",\"product\":\"test\",\"lender\":\"test\",\"currency\":\"RUB\"}\n",
	},
	"loan.reject":   {`{"reason":"no"}`, ` { "reason" : "\u006eo" } `},
	"loan.cancel":   {`{}`, ``},
	"loan.approve":  {`{}`, "\n \t"},
	"loan.sign":     {`{"code":"482913"}`, `{"code":"482913" }`},
	"loan.disburse": {`{"value_date":"2026-11-02","ref":"a"}`, `{"ref":"a","value_date":"2026-11-02"}`},
	"loan.repay":    {`{"amount":"2500.00","from":"borrower","ref":"r"}`, `{"ref":"r", "from":"borrower", "amount":"2500.00"}`},
	"loan.prolong":  {`{"days":10,"payment":"1200.00"}`, `{"payment":"1200.00","days":10}`},
	"loan.close_day": {
		`{"date":"2026-11-02"}`, `{ "date":"2026-11-02"}`,
	},
	"borrower.certify": {`{}`, `{ }`},
	"book.publish_product": {
		`{"product":{"code":"p","name":"P","min_principal":"1","max_principal":"2","min_term_days":1,"max_term_days":2,"terms":{"currency":"RUB","interest":{"method":"declining","rate":"0.80","per":"day"}}}}`,
		`{"product":{"name":"P","code":"p","max_principal":"2","min_principal":"1","max_term_days":2,"min_term_days":1,"terms":{"interest":{"per":"day","rate":"0.8","method":"declining"},"currency":"RUB"}}}`,
	},
	"book.adopt_products": {
		`{"products":[{"version":2,"since":"2026-11-02","product":{"code":"p","name":"P","min_principal":"1","max_principal":"2","min_term_days":1,"max_term_days":2,"terms":{"currency":"RUB","interest":{"method":"declining","rate":"0.8","per":"day"}}}}]}`,
		`{"products":[{"product":{"code":"p","name":"P","min_principal":"1","max_principal":"2","min_term_days":1,"max_term_days":2,"terms":{"currency":"RUB","interest":{"method":"declining","rate":"0.80","per":"day"}}},"since":"2026-11-02","version":2}]}`,
	},
	"book.close_day": {`{"date":"2026-11-02","loans":3}`, `{"loans":3,"date":"2026-11-02"}`},
	"book.open":      {`{"on":"2026-11-02","lender":{"code":"test"}}`, `{"lender":{"code":"test"},"on":"2026-11-02"}`},
}

// TestCanonicalForm: however a body is laid out, its command has one form; another body, name or
// target has another.
func TestCanonicalForm(t *testing.T) {
	seen := map[string]string{}
	for _, e := range ledger.Catalogue {
		forms, ok := bodies[e.Name]
		if !ok {
			t.Fatalf("%s has no example here", e.Name)
		}
		var canonical [][]byte
		for _, body := range forms {
			c, err := e.Decode(uuid.UUID{15: 7}, []byte(body))
			if err != nil {
				t.Fatalf("%s %s: %v", e.Name, body, err)
			}
			canonical = append(canonical, c.Canonical())
		}
		if !bytes.Equal(canonical[0], canonical[1]) {
			t.Errorf("%s has two forms:\n%s\n%s", e.Name, canonical[0], canonical[1])
		}
		if other, twice := seen[string(canonical[0])]; twice {
			t.Errorf("%s and %s have one form", e.Name, other)
		}
		seen[string(canonical[0])] = e.Name
		c, _ := e.Decode(uuid.UUID{15: 8}, []byte(forms[0]))
		if bytes.Equal(c.Canonical(), canonical[0]) {
			t.Errorf("%s: the target is not in the form", e.Name)
		}
	}
	repay, _ := ledger.Lookup("loan.repay")
	a, _ := repay.Decode(uuid.Nil, []byte(`{"amount":"2500.00"}`))
	b, _ := repay.Decode(uuid.Nil, []byte(`{"amount":"2500.01"}`))
	if bytes.Equal(a.Canonical(), b.Canonical()) {
		t.Error("two amounts have one form")
	}
}

func TestCatalogue(t *testing.T) {
	for _, e := range ledger.Catalogue {
		found, err := ledger.Lookup(e.Name)
		if err != nil || found.Name != e.Name || found.Summary == "" || found.Target == "" {
			t.Errorf("%s is found as %+v, %v", e.Name, found, err)
		}
		if c, is := e.NewBody().(loan.Command); is && c.CommandName() != e.Name {
			t.Errorf("%s is the name of %s", e.Name, c.CommandName())
		}
	}
	if _, err := ledger.Lookup("loan.forgive"); code(err) != "command_unknown" {
		t.Errorf("an unknown command: %v", err)
	}
}

func TestDecodingIsStrict(t *testing.T) {
	for _, e := range ledger.Catalogue {
		good := bodies[e.Name][0]
		for _, bad := range []string{
			good + good, good + `x`, good + `]`, good + ` null`, `[` + good + `]`, `"text"`, `7`, `true`, `{`, `{"`, `}`, good[:len(good)-1],
			strings.Replace(good, `{`, `{"unknown_field": 1,`, 1), `{"unknown_field": null}`, "\x00", `{'a': 1}`,
		} {
			if _, err := e.Decode(uuid.Nil, []byte(bad)); code(err) != "body_malformed" {
				t.Errorf("%s %q: %v", e.Name, bad, err)
			}
		}
	}
}

const marker = "MARKER-7f3a"

// TestErrorsEchoNothing: put in any place of any command, a text, a number or a name that was sent does
// not come back, neither from reading the body nor from carrying the command out.
func TestErrorsEchoNothing(t *testing.T) {
	values := []string{
		`"` + marker + `"`, `{"` + marker + `": "` + marker + `"}`, `["` + marker + `"]`, marker, `"` + strings.Repeat(marker, 50) + `"`,
		`731973197319731.5`, `731973197319731`, `"7319731973197.31"`, `"-7319731.97"`, `"7319731.9731"`, `"` + marker + `\n"`,
	}
	tried := 0
	for _, e := range ledger.Catalogue {
		for _, path := range append(paths(reflect.TypeOf(e.NewBody()).Elem(), nil), []string{marker}) {
			for _, value := range values {
				tried++
				body := nested(path, value)
				for _, err := range carriedOut(t, e, body) {
					if strings.Contains(err.Error(), "MARKER") || strings.Contains(err.Error(), "7319731") {
						t.Errorf("%s %s: %v", e.Name, body, err)
					}
					if _, _, coded := fact.Explain(err); !coded {
						t.Errorf("%s %s: no code, %v", e.Name, body, err)
					}
				}
			}
		}
	}
	if tried < 500 {
		t.Errorf("only %d places were tried", tried)
	}
}

// carriedOut is the errors of reading a body and of giving it as a command to a book with one loan.
func carriedOut(t *testing.T, e ledger.Entry, body string) (errs []error) {
	c, err := e.Decode(uuid.Nil, []byte(body))
	if err != nil {
		return []error{err}
	}
	m, id := oneLoan(t)
	target := id
	switch e.Target {
	case ledger.TargetBook:
		target = uuid.Nil
	case ledger.TargetBorrower:
		target = m.State(id).Borrower
	}
	if a, is := c.Body.(*ledger.Apply); is && a.Borrower != nil {
		a.Product, a.BorrowerID = "test", ledger.NewBorrowerID(bookNumber, uuid.UUID{15: 9})
		if a.Principal == "" {
			a.Principal, a.TermDays = "100.00", 15
		}
	}
	if _, err := m.Do(m.NextCommand(), e.Name, target, c.Body); err != nil {
		errs = append(errs, err)
	}
	return errs
}

// paths is every place in a body, by the names of its fields.
func paths(t reflect.Type, at []string) (all [][]string) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return nil
	}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name == "-" || name == "" {
			continue
		}
		here := append(append([]string{}, at...), name)
		all = append(append(all, here), paths(t.Field(i).Type, here)...)
	}
	return all
}

func nested(path []string, value string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if lists[path[i]] && i < len(path)-1 {
			value = "[" + value + "]"
		}
		value = fmt.Sprintf(`{%q: %s}`, path[i], value)
	}
	return value
}

// lists are the fields that hold lists of objects.
var lists = map[string]bool{"fees": true, "prices": true, "products": true}
