package httpapi_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"sync"
	"testing"

	"loanledger/adapters/httpapi"
	"loanledger/domain/ledger"
)

// keyFor is an idempotency key for a request.
func keyFor(path, body string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(path+body))) }

func TestReplaysAreEqualByteForByte(t *testing.T) {
	h := newHouse(t)
	again := func(path, body string, status int, headers ...string) *reply {
		t.Helper()
		headers = append(headers, "Idempotency-Key", keyFor(path, body))
		first := h.post("service", path, body, headers...).want(status)
		if _, said := first.header["Idempotent-Replayed"]; said {
			t.Errorf("%s: the first answer is called a replay", path)
		}
		second := h.post("service", path, body, headers...).want(status)
		if second.header.Get("Idempotent-Replayed") != "true" {
			t.Errorf("%s: the second answer is not called a replay", path)
		}
		for _, name := range []string{"Etag", "Location", "Content-Type"} {
			if first.header.Get(name) != second.header.Get(name) {
				t.Errorf("%s: %s is %q, then %q", path, name, first.header.Get(name), second.header.Get(name))
			}
		}
		if !bytes.Equal(first.body, second.body) {
			t.Errorf("%s: first %s\nthen %s", path, first.body, second.body)
		}
		return first
	}
	applied := again("/v1/loans", applyFor("smartcash", "10000.00", "15", "4510 123456"), 201)
	path := "/v1/loans/" + applied.str("loan_id")
	again(path+"/approval", "", 200)
	again(path+"/signature", `{"code":"`+h.code(applied.str("loan_id"))+`"}`, 200, "If-Match", `"2"`)
	again(path+"/disbursement", "{}", 200)
	again(path+"/repayments", `{"amount":"4000.00"}`, 200)
	again(path+"/prolongations", ` { "days": 5 } `, 200)
	again(path+"/repayments", `{"amount":"6000.00","ref":"second"}`, 200)
	again("/v1/borrowers/"+applied.str("borrower_id")+"/no-debt-certificates", "", 201)

	// The same body in other words is the same body.
	r := h.post("service", path+"/prolongations", `{"days":5}`, "Idempotency-Key", keyFor(path+"/prolongations", ` { "days": 5 } `)).want(200)
	if r.header.Get("Idempotent-Replayed") != "true" {
		t.Error("other white space made another command")
	}
}

func TestAWrongCodeIsCountedOnceForOneKey(t *testing.T) {
	h := newHouse(t)
	id := h.post("service", "/v1/loans", applyFor("smartcash", "10000.00", "15", "4510 123456")).want(201).str("loan_id")
	h.post("service", "/v1/loans/"+id+"/approval", "").want(200)
	for range 7 {
		h.post("service", "/v1/loans/"+id+"/signature", `{"code":"000000"}`, "Idempotency-Key", "k").refused(409, "signature_code_wrong").
			has("detail", "4 more tries")
	}
}

func TestAKeyStandsForOneBody(t *testing.T) {
	h := newHouse(t)
	id, _ := h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	other, _ := h.paidOut("smartcash", "10000.00", "15", "4510 654321")
	pay := func(id, command, body, key string) *reply {
		return h.post("service", "/v1/loans/"+id+command, body, "Idempotency-Key", key)
	}
	pay(id, "/repayments", `{"amount":"100.00"}`, "k").want(200)
	pay(id, "/repayments", `{"amount":"200.00"}`, "k").refused(422, "idempotency_key_reused")
	pay(id, "/prolongations", `{"days":5}`, "k").refused(422, "idempotency_key_reused")
	pay(other, "/repayments", `{"amount":"200.00"}`, "k").want(200)
	for _, key := range []string{strings.Repeat("k", 201), "a b", "ключ", "\t"} {
		pay(id, "/repayments", `{"amount":"100.00"}`, key).refused(400, "idempotency_key_invalid")
	}
	h.post("service", "/v1/quotes", `{}`, "Idempotency-Key", "a b").refused(400, "idempotency_key_invalid")
	h.post("operator", "/v1/lenders/smartcash/day-closings", `{}`, "Idempotency-Key", "a b").refused(400, "idempotency_key_invalid")
	pay(id, "/repayments", `{"amount":"100.00"}`, strings.Repeat("k", 200)).want(200)
	h.get("service", "/v1/loans/"+id).want(200).has("balances.total", "9800.00")
}

// held lets every command wait until it is let go.
type held struct {
	httpapi.Commands
	entered chan struct{}
	free    chan struct{}
}

func (c held) Do(ctx context.Context, r ledger.Request) (ledger.Outcome, error) {
	if r.Command.Entry.Name == "loan.repay" {
		c.entered <- struct{}{}
		<-c.free
	}
	return c.Commands.Do(ctx, r)
}

func TestTheSameKeyTwiceAtOnce(t *testing.T) {
	gate := held{entered: make(chan struct{}, 10), free: make(chan struct{})}
	h := newHouse(t, func(h *house, c *httpapi.Config) { gate.Commands = c.Commands; c.Commands = gate })
	id, _ := h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	var first *reply
	var wait sync.WaitGroup
	wait.Go(func() {
		first = h.post("service", "/v1/loans/"+id+"/repayments", `{"amount":"100.00"}`, "Idempotency-Key", "k")
	})
	<-gate.entered
	r := h.post("service", "/v1/loans/"+id+"/repayments", `{"amount":"100.00"}`, "Idempotency-Key", "k").refused(409, "command_in_progress")
	if r.header.Get("Retry-After") != "1" {
		t.Error("it is not said when to ask again")
	}
	close(gate.free)
	wait.Wait()
	first.want(200)
	h.post("service", "/v1/loans/"+id+"/repayments", `{"amount":"100.00"}`, "Idempotency-Key", "k").want(200)
	h.get("service", "/v1/loans/"+id).want(200).has("balances.total", "9900.00")
}

func TestManyAtOnceWithOneKeyPayOnce(t *testing.T) {
	h := newHouse(t)
	id, _ := h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			r := h.post("service", "/v1/loans/"+id+"/repayments", `{"amount":"100.00"}`, "Idempotency-Key", "k")
			if r.status != 200 {
				r.refused(409, "command_in_progress")
			}
		})
	}
	wait.Wait()
	h.get("service", "/v1/loans/"+id).want(200).has("balances.total", "9900.00")
}

func TestIfMatch(t *testing.T) {
	h := newHouse(t)
	id, who := h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	path := "/v1/loans/" + id
	tag := h.get("service", path).want(200).header.Get("ETag")
	if tag != `"4"` {
		t.Fatalf("the ETag is %s", tag)
	}
	paid := h.post("service", path+"/repayments", `{"amount":"1.00"}`, "If-Match", tag).want(200).has("version", "5")
	if paid.header.Get("ETag") != `"5"` {
		t.Errorf("the ETag after it is %s", paid.header.Get("ETag"))
	}
	h.post("service", path+"/repayments", `{"amount":"1.00"}`, "If-Match", tag).refused(412, "version_mismatch")
	h.post("service", path+"/repayments", `{"amount":"1.00"}`, "If-Match", "*").want(200)
	for _, malformed := range []string{"4", `W/"6"`, `"6","7"`, `"x"`, `"-1"`, `"99999999999999999999"`, `""`, ``} {
		h.post("service", path+"/repayments", `{"amount":"1.00"}`, "If-Match", malformed).refused(400, "if_match_invalid")
	}
	h.post("service", "/v1/loans", applyFor("smartcash", "10000.00", "15", "4510 999999"), "If-Match", `"1"`).refused(400, "if_match_invalid")
	tag = h.get("service", "/v1/borrowers/"+who).want(200).header.Get("ETag")
	h.post("service", path+"/repayments", `{"amount":"9998.00"}`).want(200).has("status", "closed")
	h.post("service", "/v1/borrowers/"+who+"/no-debt-certificates", "", "If-Match", tag).refused(412, "version_mismatch")
}
