package httpapi_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"loanledger/domain/borrower"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
	"loanledger/domain/product"
)

// marker is what is put in the place of every value that can be sent; no error may repeat it.
const marker = "MARKER7"

// values are the kinds of JSON that hold the marker.
var values = []string{`"` + marker + `"`, `{"` + marker + `":1}`, `["` + marker + `"]`, `{"a":"` + marker + `"}`, marker, `"` + marker + "\xff\"", `"\u0000` + marker + `"`}

// fields is every field of a body by its path, with a body that has a value in its place.
func fields(body any) []string {
	data, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	var tree any
	if err := json.Unmarshal(data, &tree); err != nil {
		panic(err)
	}
	const hole = "@hole@"
	var bodies []string
	root := tree
	collect := func() {
		text, err := json.Marshal(root)
		if err != nil {
			panic(err)
		}
		bodies = append(bodies, string(text))
	}
	var walk func(any)
	walk = func(at any) {
		switch at := at.(type) {
		case map[string]any:
			for name, value := range at {
				at[name] = hole
				collect()
				at[name] = value
				walk(value)
			}
			at[marker+hole] = 1
			collect()
			delete(at, marker+hole)
		case []any:
			for i, value := range at {
				at[i] = hole
				collect()
				at[i] = value
				walk(value)
			}
		}
	}
	walk(tree)
	filled := []string{}
	for _, b := range bodies {
		for _, v := range values {
			filled = append(filled, strings.ReplaceAll(strings.ReplaceAll(b, `"`+hole+`"`, v), hole, ""))
		}
	}
	return append(filled, values...)
}

// full bodies, with every field there.
func everyBody(t *testing.T) map[string]any {
	p, err := product.Parse(read(t, "samples/smartcash-payday.json"))
	must(t, err)
	p.Terms.Fees = []product.Fee{{Name: "x", ChargedOn: "disbursement", Amount: "1.00"}}
	p.Terms.CostCap.PercentOfPrincipal, p.Terms.Prolongation.Prices = p.Terms.Interest.Rate, []product.Price{{Days: 5, Percent: p.Terms.Interest.Rate}}
	who := &borrower.Person{FullName: "A B", BirthDate: firstDay, DocumentNumber: "4510", Phone: "+79161234567", Email: "a@b.cd", Address: "x"}
	apply := ledger.Apply{Lender: "smartcash", Product: "payday", Principal: "1000.00", Currency: "RUB", TermDays: 5, Borrower: who}
	repay := loan.Repay{Amount: "1.00", Currency: "RUB", ValueDate: firstDay, Ref: "x", From: "borrower"}
	return map[string]any{
		"POST /v1/loans": apply, "POST /v1/loans/{id}/repayments": repay, "PUT /v1/lenders/smartcash/products/payday": p,
		"POST /v1/loans/{id}/prolongations": loan.Prolong{Days: 5, Payment: "1.00", Ref: "x"},
		"POST /v1/loans/{id}/signature":     loan.Sign{Code: "1"}, "POST /v1/loans/{id}/rejection": loan.Reject{Reason: "x"},
		"POST /v1/loans/{id}/disbursement":              loan.Disburse{ValueDate: firstDay, Ref: "x"},
		"POST /v1/loans/{id}/approval":                  struct{}{},
		"POST /v1/quotes":                               map[string]any{"lender": "smartcash", "product": "payday", "principal": "1000.00", "currency": "RUB", "term_days": 5},
		"POST /v1/lenders/smartcash/day-closings":       map[string]any{"date": "2026-01-15"},
		"POST /v1/borrowers/{who}/no-debt-certificates": struct{}{},
		"POST /v1/commands":                             map[string]any{"command": "loan.repay", "loan_id": "{id}", "target": "{id}", "idempotency_key": "x", "lender": "smartcash", "if_version": 1, "body": repay},
	}
}

// No error repeats what was sent, in its answer or in the log.
func TestNoErrorRepeatsWhatWasSent(t *testing.T) {
	h := newHouse(t)
	id, who := h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	fill := strings.NewReplacer("{id}", id, "{who}", who)
	tried, refused := 0, 0
	check := func(r *reply) {
		tried++
		if r.status < 400 && !strings.Contains(r.what, "/commands") {
			return
		}
		refused++
		for _, l := range strings.Split(string(r.body), "\n") {
			if strings.Contains(l, "problem") && strings.Contains(l, "MARKER") {
				t.Errorf("%s repeats it: %s", r.what, l)
			}
		}
		if r.status >= 500 {
			t.Errorf("%s: %d %s", r.what, r.status, r.body)
		}
	}
	for target, body := range everyBody(t) {
		method, path, _ := strings.Cut(fill.Replace(target), " ")
		media := "application/json"
		if strings.HasSuffix(path, "/commands") {
			media = "application/x-ndjson"
		}
		for _, b := range fields(body) {
			check(h.do("operator", method, path, fill.Replace(b), "Content-Type", media))
		}
		for _, header := range []string{"Idempotency-Key", "If-Match", "Content-Type", "Accept"} {
			check(h.do("operator", method, path, "{}", header, marker+" é", "Content-Type", media))
		}
		check(h.do("operator", method, strings.NewReplacer(id, marker, who, marker, "smartcash", marker, "payday", marker).Replace(path), "{}", "Content-Type", media))
	}
	for _, path := range []string{"/v1/lenders", "/v1/lenders/smartcash/products", "/v1/loans/" + id, "/v1/loans/" + id + "/payoff", "/v1/borrowers/" + who, "/v1/events?lender=smartcash", "/v1/certificates/SC-0000-0000-0000"} {
		for _, parameter := range []string{"as_of", "as_known_at", "on", "min_position", "lender", "book", "after", "limit", "wait", marker} {
			check(h.get("operator", strings.Split(path, "?")[0]+"?"+parameter+"="+url.QueryEscape(marker)))
		}
		check(h.get("operator", strings.NewReplacer(id, marker, who, marker, "SC-0000-0000-0000", marker, "smartcash", marker).Replace(path)))
	}
	check(h.get("operator", "/v1/"+marker))
	check(h.do(marker, "GET", "/v1/lenders", "", "Authorization", "Bearer "+marker))
	check(h.do("", marker, "/v1/lenders", ""))
	if strings.Contains(h.logged.String(), "MARKER") {
		t.Error("the log of the service repeats it")
	}
	if t.Logf("%d requests, %d refused", tried, refused); refused < 300 {
		t.Errorf("only %d refusals: too few to mean anything", refused)
	}
}
