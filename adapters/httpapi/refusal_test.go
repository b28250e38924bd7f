package httpapi_test

import (
	"strconv"
	"strings"
	"testing"
)

func cents(t *testing.T, amount string) int {
	t.Helper()
	n, err := strconv.Atoi(strings.Replace(amount, ".", "", 1))
	must(t, err)
	return n
}

// These are the refusals that the first users asked for by name.
func TestRefusals(t *testing.T) {
	h := newHouse(t)
	id, who := h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	path := "/v1/loans/" + id
	h.post("service", "/v1/loans", applyFor("smartcash", "5000.00", "10", "4510 123456")).refused(409, "loan_already_active")
	h.post("service", "/v1/loans", applyFor("smartcash", "30000.01", "10", "4510 777777")).refused(422, "principal_out_of_limits")
	h.post("service", "/v1/loans", applyFor("smartcash", "5000.00", "31", "4510 777777")).refused(422, "term_out_of_limits")
	h.post("service", "/v1/borrowers/"+who+"/no-debt-certificates", "").refused(409, "debt_outstanding")
	for body, want := range map[string]string{
		`{"amount":"100.00","currency":"EUR"}`:    "422 currency_mismatch",
		`{"amount":"-100.00"}`:                    "422 amount_not_positive",
		`{"amount":"0.00"}`:                       "422 amount_not_positive",
		`{"amount":"100.001"}`:                    "422 amount_over_precise",
		`{"amount":100}`:                          "400 body_malformed",
		`{"amount":100.5}`:                        "400 body_malformed",
		`{"amount":"1e3"}`:                        "422 amount_invalid",
		`{"amount":""}`:                           "422 amount_invalid",
		`{}`:                                      "422 amount_invalid",
		`{"amount":"100.00","from":"a stranger"}`: "422 payer_invalid",
		`{"amount":"100.00","value_date":"2026-02-30"}`:  "400 body_malformed",
		`{"amount":"100.00","value_date":"2026-01-16"}`:  "422 value_date_invalid",
		`{"amount":"100.00","ref":"a\u0000b"}`:           "422 text_invalid",
		"{\"amount\":\"100.00\",\"ref\":\"\xff\xfe\"}":   "422 text_invalid",
		`{"amount":"100.00","ref":"\ud800"}`:             "422 text_invalid",
		"{\"amount\":\"\u0661\u0660\u0660\"}":            "422 amount_invalid",
		`{"amount":"100.00","unknown":1}`:                "400 body_malformed",
		`{"amount":"100.00"}{"amount":"100.00"}`:         "400 body_malformed",
		`{"amount":"100.00"`:                             "400 body_malformed",
		`[]`:                                             "400 body_malformed",
		`"` + strings.Repeat("x", 10) + `"`:              "400 body_malformed",
		strings.Repeat("[", 20_000):                      "400 body_malformed",
		`{"ref":"` + strings.Repeat("x", 64<<10) + `"}`:  "413 body_too_large",
		`{"amount":"999999999999999999999999999999.00"}`: "422 amount_invalid",
	} {
		status, code, _ := strings.Cut(want, " ")
		n, err := strconv.Atoi(status)
		must(t, err)
		h.post("service", path+"/repayments", body).refused(n, code)
	}
	h.post("service", path+"/repayments", `{"amount":"10000.00"}`).want(200).has("status", "closed")
	h.post("service", path+"/repayments", `{"amount":"10000.00"}`).refused(409, "loan_closed")
	h.post("service", path+"/prolongations", `{"days":5}`).refused(409, "loan_closed")
	h.post("service", path+"/approval", "").refused(409, "loan_status")
}

// What has the right form of an id, and belongs to a thing of another kind, is not there.
func TestIdsOfAnotherKind(t *testing.T) {
	h := newHouse(t)
	loan, borrower := h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	h.post("service", "/v1/borrowers/"+loan+"/no-debt-certificates", "").refused(404, "borrower_not_found")
	h.get("service", "/v1/borrowers/"+loan).refused(404, "borrower_not_found")
	h.post("service", "/v1/loans/"+borrower+"/repayments", `{"amount":"1.00"}`).refused(404, "loan_not_found")
	h.get("service", "/v1/loans/"+borrower).refused(404, "loan_not_found")
	h.get("service", "/v1/loans/"+borrower+"/payoff").refused(404, "loan_not_found")
}

func TestMediaTypes(t *testing.T) {
	h := newHouse(t)
	id, _ := h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	for media, status := range map[string]int{
		"text/plain": 415, "application/x-www-form-urlencoded": 415, "multipart/form-data; boundary=x": 415, "nonsense": 415,
		"application/json; charset=latin1": 415, "application/json; charset=UTF-8": 200, "application/json": 200,
	} {
		r := h.post("service", "/v1/loans/"+id+"/repayments", `{"amount":"1.00"}`, "Content-Type", media).want(status)
		if status == 415 {
			r.refused(415, "unsupported_media_type")
		}
	}
}

func TestAddresses(t *testing.T) {
	h := newHouse(t)
	h.get("service", "/v1/nothing").refused(404, "not_found")
	if r := h.do("service", "DELETE", "/v1/loans", "").refused(405, "method_not_allowed"); r.header.Get("Allow") != "POST" {
		t.Errorf("Allow is %q", r.header.Get("Allow"))
	}
	h.get("service", "//v1/../v1/lenders").want(200) // by a redirect
	h.do("service", "HEAD", "/v1/lenders", "").want(200)
	h.get("service", "/v1/loans/not-a-uuid").refused(400, "parameter_invalid")
	h.get("service", "/v1/loans/00000000-0000-0000-0000-000000000000").refused(404, "loan_not_found")
	h.get("service", "/v1/loans/0001ffff-0000-8000-8000-000000000001").refused(404, "loan_not_found")
	h.post("service", "/v1/loans/0001ffff-0000-8000-8000-000000000001/repayments", `{"amount":"1.00"}`).refused(404, "loan_not_found")
	h.post("service", "/v1/borrowers/0001ffff-0000-8000-8000-000000000001/no-debt-certificates", ``).refused(404, "borrower_not_found")
	h.get("", "/v1/certificates/SC-0000-0000-0000").refused(404, "certificate_not_found")
	h.get("", "/v1/certificates/%00..%2f").refused(404, "certificate_not_found")
	id, _ := h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	for _, query := range []string{"as_of=tomorrow", "as_of=2026-1-1", "as_of=9999-01-01", "as_known_at=now", "unknown=1", "min_position=-1", "min_position=x"} {
		h.get("service", "/v1/loans/"+id+"?"+query).refused(400, "parameter_invalid")
	}
	h.get("service", "/v1/loans/"+id+"?as_of=2026-01-01").refused(404, "loan_not_found")
	h.get("service", "/v1/loans/"+id+"/payoff?on=2026-01-14").refused(400, "parameter_invalid")
	h.get("service", "/v1/events?lender=smartcash&limit=0").refused(400, "parameter_invalid")
	h.get("service", "/v1/events").refused(400, "parameter_invalid")
}
