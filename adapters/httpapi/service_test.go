package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	"loanledger/adapters/httpapi"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The OpenAPI document is a contract: a change to it is to be seen.
func TestTheOpenAPIDocumentIsStable(t *testing.T) {
	h := newHouse(t)
	const golden = "testdata/openapi.json"
	got := append(h.api.Document(), '\n')
	if *update {
		must(t, os.WriteFile(golden, got, 0o644))
	}
	want, err := os.ReadFile(golden)
	must(t, err)
	if !bytes.Equal(got, want) {
		t.Errorf("the document is not that of %s; go test -update writes it anew", golden)
	}
	if r := h.get("", "/v1/openapi.json").want(200); !bytes.Equal(append(r.body, '\n'), want) {
		t.Error("another document is served")
	}
}

// Every reference leads somewhere, every operation is described and secured, and parameters of the
// path are there and required.
func TestTheOpenAPIDocumentIsSound(t *testing.T) {
	h := newHouse(t)
	var doc struct {
		OpenAPI    string
		Info       struct{ Title, Version string }
		Paths      map[string]map[string]operation
		Components struct {
			Schemas         map[string]json.RawMessage
			SecuritySchemes map[string]any
		}
	}
	must(t, json.Unmarshal(h.api.Document(), &doc))
	if doc.OpenAPI != "3.1.0" || doc.Info.Title == "" || doc.Info.Version == "" || doc.Components.SecuritySchemes["bearer"] == nil {
		t.Errorf("the head of the document: %s %+v", doc.OpenAPI, doc.Info)
	}
	for i, part := range strings.Split(string(h.api.Document()), `"$ref": "`) {
		name, _, _ := strings.Cut(strings.TrimPrefix(part, "#/components/schemas/"), `"`)
		if i > 0 && doc.Components.Schemas[name] == nil {
			t.Errorf("a reference to %s leads nowhere", name)
		}
	}
	ids := map[string]bool{}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			op.check(t, method, path)
			if ids[op.OperationID] {
				t.Errorf("two operations are %s", op.OperationID)
			}
			ids[op.OperationID] = true
		}
	}
	for _, id := range []string{"loan.apply", "loan.approve", "loan.repay", "borrower.certify", "book.publish_product", "command.many", "log.events"} {
		if !ids[id] {
			t.Errorf("there is no operation %s", id)
		}
	}
}

type operation struct {
	OperationID string
	Summary     string
	Tags        []string
	Security    []any
	Parameters  []struct {
		Name, In string
		Required bool
	}
	RequestBody struct {
		Content map[string]struct{ Schema map[string]any }
	}
	Responses map[string]struct {
		Description string
		Content     map[string]struct{ Schema map[string]any }
	}
}

func (op operation) check(t *testing.T, method, path string) {
	where := method + " " + path
	if op.Summary == "" || len(op.Tags) != 1 || op.OperationID == "" {
		t.Errorf("%s is not described", where)
	}
	secured := 1
	if strings.HasPrefix(path, "/v1/problems") {
		secured = 0
	} else if strings.HasPrefix(path, "/v1/certificates/") {
		secured = 2
	}
	if len(op.Security) != secured {
		t.Errorf("%s: security %v", where, op.Security)
	}
	if (len(op.RequestBody.Content) > 0) != (method != "get") {
		t.Errorf("%s: request body %v", where, op.RequestBody.Content)
	}
	named := map[string]bool{}
	for _, p := range op.Parameters {
		named[p.In+p.Name] = p.Required
	}
	for _, part := range strings.Split(path, "{")[1:] {
		if name, _, _ := strings.Cut(part, "}"); !named["path"+name] {
			t.Errorf("%s: the parameter %s is not there", where, name)
		}
	}
	if method == "post" && path != "/v1/commands" {
		if _, there := named["headerIdempotency-Key"]; !there {
			t.Errorf("%s takes no idempotency key", where)
		}
	}
	for status, r := range op.Responses {
		if r.Description == "" || len(r.Content) == 0 {
			t.Errorf("%s: the answer %s is not described", where, status)
		}
		if _, problem := r.Content["application/problem+json"]; (status == "default") != problem {
			t.Errorf("%s: the answer %s: %v", where, status, r.Content)
		}
	}
}

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
