package httpapi_test

import (
	"strings"
	"testing"
)

func TestTokens(t *testing.T) {
	h := newHouse(t)
	h.tokens["unknown"] = "llt_s_nothing"
	for _, authorization := range []string{"", "Bearer", "Bearer ", "Basic " + h.tokens["service"], h.tokens["service"], "Bearer x", "Bearer " + strings.Repeat("x", 9000)} {
		r := h.do("", "GET", "/v1/lenders", "", "Authorization", authorization).refused(401, "unauthorized")
		if !strings.HasPrefix(r.header.Get("WWW-Authenticate"), "Bearer") {
			t.Error("it is not said how to authenticate")
		}
	}
	h.do("", "GET", "/v1/lenders", "", "Authorization", "bearer "+h.tokens["service"]).want(200)
	h.get("unknown", "/v1/certificates/SC-0000-0000-0000").refused(401, "unauthorized")
}

func TestRoles(t *testing.T) {
	h := newHouse(t)
	id, who := h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	repay := func(token string) *reply {
		return h.post(token, "/v1/loans/"+id+"/repayments", `{"amount":"1.00"}`)
	}
	repay("service").want(200)
	repay("operator").want(200)
	repay("auditor").refused(403, "forbidden")
	repay("analyst").refused(403, "forbidden")
	h.post("auditor", "/v1/commands", "").refused(403, "forbidden")
	h.post("service", "/v1/lenders/smartcash/day-closings", `{"date":"2026-01-15"}`).refused(403, "forbidden")
	h.do("service", "PUT", "/v1/lenders/smartcash/products/payday", string(read(t, "samples/smartcash-payday.json"))).refused(403, "forbidden")
	for path, analyst := range map[string]bool{
		"/v1/lenders": true, "/v1/lenders/smartcash/products": true, "/v1/loans/" + id: false, "/v1/loans/" + id + "/journal": false,
		"/v1/borrowers/" + who: false, "/v1/borrowers/" + who + "/debt": false, "/v1/events?lender=smartcash": false,
	} {
		for _, token := range []string{"service", "operator", "auditor"} {
			h.get(token, path).want(200)
		}
		if analyst {
			h.get("analyst", path).want(200)
		} else {
			h.get("analyst", path).refused(403, "forbidden")
		}
	}
}

// What belongs to another lender looks like what does not exist.
func TestLendersAreApart(t *testing.T) {
	h := newHouse(t)
	id, who := h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	absent := "0001ffff-0000-8000-8000-000000000001"
	for _, token := range []string{"service-cashper", "operator-cashper", "auditor-cashper"} {
		for _, tail := range []string{"", "/schedule", "/transactions", "/events", "/journal", "/payoff", "?as_of=2026-01-15"} {
			r := h.get(token, "/v1/loans/"+id+tail).refused(404, "loan_not_found")
			if string(r.body) != string(h.get(token, "/v1/loans/"+absent+tail).body) {
				t.Errorf("%s: a loan of another lender can be told from none", tail)
			}
		}
		h.get(token, "/v1/borrowers/"+who).refused(404, "borrower_not_found")
		h.get(token, "/v1/borrowers/"+who+"/debt").refused(404, "borrower_not_found")
		h.get(token, "/v1/lenders/smartcash/products").refused(404, "lender_not_found")
		h.get(token, "/v1/events?lender=smartcash").refused(404, "lender_not_found")
		h.get(token, "/v1/lenders").want(200).has("lenders.0.code", "cashper")
	}
	h.post("service-cashper", "/v1/loans/"+id+"/repayments", `{"amount":"1.00"}`).refused(404, "loan_not_found")
	h.post("service-cashper", "/v1/borrowers/"+who+"/no-debt-certificates", "").refused(404, "borrower_not_found")
	h.post("service-cashper", "/v1/loans", applyFor("smartcash", "5000.00", "10", "4510 222222")).refused(404, "lender_not_found")
	h.post("service-cashper", "/v1/quotes", `{"lender":"smartcash","product":"payday","principal":"5000.00","term_days":10}`).refused(404, "lender_not_found")
	h.post("service-cashper", "/v1/loans", strings.Replace(applyFor("cashper", "100.00", "15", "X1234567"), `"borrower":`+person("X1234567"), `"borrower_id":"`+who+`"`, 1)).
		refused(404, "borrower_not_found")
	h.post("operator-cashper", "/v1/lenders/smartcash/day-closings", `{"date":"2026-01-15"}`).refused(404, "lender_not_found")
	h.do("operator-cashper", "PUT", "/v1/lenders/smartcash/products/payday", string(read(t, "samples/smartcash-payday.json"))).refused(404, "lender_not_found")
	h.get("service-smartcash", "/v1/loans/"+id).want(200)
}

func TestPersonalData(t *testing.T) {
	h := newHouse(t)
	id, who := h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	h.post("service", "/v1/loans/"+id+"/repayments", `{"amount":"10000.00"}`).want(200)
	number := h.post("service", "/v1/borrowers/"+who+"/no-debt-certificates", "").want(201).str("certificate")
	h.get("service", "/v1/borrowers/"+who).want(200).has("person.full_name", "Анна Иванова", "settled_loans.0.loan_id", id, "certificates.0.certificate", number)
	h.get("operator", "/v1/certificates/"+number).want(200).has("person.full_name", "Анна Иванова", "borrower_id", who)
	if r := h.get("service", "/v1/certificates/"+number+".pdf").want(200); !strings.Contains(string(r.body), "named=true") {
		t.Errorf("a service gets a masked certificate: %s", r.body)
	}
	h.get("auditor", "/v1/borrowers/"+who).want(200).has("person", "<nil>", "person_note", "not_for_this_role")
	for _, r := range []*reply{
		h.get("auditor", "/v1/borrowers/"+who), h.get("", "/v1/certificates/"+strings.ToLower(number)), h.get("auditor", "/v1/certificates/"+number),
		h.get("service-cashper", "/v1/certificates/"+number), h.get("auditor", "/v1/events?lender=smartcash&limit=1000"), h.get("service", "/v1/loans/"+id+"/events"),
	} {
		r.want(200)
		noPersonalData(t, r.what, string(r.body))
	}
	noPersonalData(t, "the log of the service", h.logged.String())
	told := h.get("", "/v1/certificates/"+number).want(200)
	if strings.Contains(string(told.body), `"borrower_id":`) || strings.Contains(string(told.body), "settled_loans") {
		t.Error("anyone is told whose the certificate is, beside the event that proves it")
	}
	h.keeper.erase(who)
	h.get("service", "/v1/borrowers/"+who).want(200).has("person", "<nil>", "person_note", "erased")
	h.get("service", "/v1/certificates/"+number).want(200).has("borrower_id", who)
}

func noPersonalData(t *testing.T, where, text string) {
	t.Helper()
	for _, secret := range []string{"Анна", "1990-05-17", "4510 123456", "4510%20123456", "79161234567", "sealed:"} {
		if strings.Contains(text, secret) {
			t.Errorf("%s has personal data: %s", where, text)
		}
	}
}
