package httpapi_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"loanledger/adapters/httpapi"
)

func TestHealth(t *testing.T) {
	var failure error
	h := newHouse(t, func(_ *house, c *httpapi.Config) {
		c.Checks = []httpapi.Check{
			{Name: "database", Ask: func(context.Context) error { return nil }},
			{Name: "nats", Ask: func(context.Context) error { return failure }},
		}
	})
	h.get("", "/healthz").want(200)
	h.get("", "/readyz").want(200).has("ready", "true", "checks.nats", "ok")
	failure = errors.New("cannot connect to nats://user:secret@host")
	r := h.get("", "/readyz").want(503).has("ready", "false", "checks.nats", "failed", "checks.database", "ok")
	if strings.Contains(string(r.body), "secret") {
		t.Errorf("readiness tells too much: %s", r.body)
	}
	id, _ := h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	h.post("service", "/v1/loans/"+id+"/repayments", `{"amount":"-1"}`).refused(422, "amount_not_positive")
	metrics := string(h.get("", "/metrics").want(200).body)
	for _, want := range []string{
		`loanledger_http_commands_total{code="ok",command="loan.apply"} 1`,
		`loanledger_http_commands_total{code="amount_not_positive",command="loan.repay"} 1`,
		`loanledger_http_request_seconds_count{route="POST /v1/loans/{id}/repayments",status="422"} 1`,
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if strings.Contains(metrics, id) {
		t.Error("the metrics have a label for every loan")
	}
}

func TestHeadersAndTheLogOfTheService(t *testing.T) {
	h := newHouse(t)
	r := h.do("service", "GET", "/v1/lenders", "", "X-Request-Id", "my-request.1").want(200)
	for name, want := range map[string]string{
		"X-Request-Id": "my-request.1", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Content-Type": "application/json",
	} {
		if got := r.header.Get(name); got != want {
			t.Errorf("%s is %q, not %q", name, got, want)
		}
	}
	if got := h.do("service", "GET", "/v1/lenders", "", "X-Request-Id", "bad id\"").header.Get("X-Request-Id"); len(got) != 36 {
		t.Errorf("a malformed request id is kept as %q", got)
	}
	h.get("", "/v1/certificates/SC-0000-0000-0001").want(404)
	logged := h.logged.String()
	if !strings.Contains(logged, `"route":"GET /v1/lenders","status":200`) || !strings.Contains(logged, `"caller":"service:service","request_id":"my-request.1"`) {
		t.Errorf("the log: %s", logged)
	}
	if strings.Contains(logged, "SC-0000") || strings.Contains(logged, h.tokens["service"]) {
		t.Errorf("the log has values: %s", logged)
	}
}
