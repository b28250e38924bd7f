package httpapi_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"loanledger/adapters/httpapi"
)

// line is an answer to a command among many.
type line struct {
	Line     int
	Status   int
	Replayed bool
	Answer   map[string]any
	Problem  *httpapi.Problem
}

// many sends many commands and reads every answer.
func (h *house) many(token, body string) []line {
	h.t.Helper()
	r := h.post(token, "/v1/commands", body, "Content-Type", "application/x-ndjson").want(200)
	var answers []line
	d := json.NewDecoder(bytes.NewReader(r.body))
	for {
		var l line
		err := d.Decode(&l)
		if err == io.EOF {
			return answers
		}
		must(h.t, err)
		answers = append(answers, l)
	}
}

func (l line) code() string {
	if l.Problem == nil {
		return ""
	}
	return l.Problem.Code
}

func TestManyCommands(t *testing.T) {
	h := newHouse(t)
	a, who := h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	b, _ := h.paidOut("cashper", "300.00", "30", "12345678Z")
	body := strings.Join([]string{
		`{"command":"loan.repay","loan_id":"` + a + `","idempotency_key":"1","body":{"amount":"4000.00"}}`,
		`{"command":"loan.repay","target":"` + a + `","idempotency_key":"2","body":{"amount":"6000.00"}}`,
		``,
		`{"command":"loan.repay","loan_id":"` + a + `","idempotency_key":"1","body":{"amount":"4000.00"}}`,
		`{"command":"loan.repay","loan_id":"` + a + `","body":{"amount":"1.00"}}`,
		`not JSON`,
		`{"command":"loan.repay","loan_id":"` + b + `","body":{"amount":5}}`,
		`{"command":"loan.forgive","loan_id":"` + b + `"}`,
		`{"command":"loan.close_day","loan_id":"` + b + `","body":{"date":"2026-01-15"}}`,
		`{"command":"loan.repay","borrower_id":"` + who + `"}`,
		`{"command":"loan.repay"}`,
		`{"command":"loan.repay","loan_id":"` + b + `","if_version":3,"body":{"amount":"5.00"}}`,
		`{"command":"loan.repay","loan_id":"` + b + `","if_version":4,"body":{"amount":"5.00"}}`,
		`{"command":"loan.repay","loan_id":"` + b + `","idempotency_key":"a b","body":{"amount":"5.00"}}`,
		`{"command":"` + strings.Repeat("x", 80_000) + `"}`,
		`{"command":"loan.apply","body":` + applyFor("smartcash", "2000.00", "10", "4510 123458") + `}`,
		`{"command":"loan.apply","lender":"cashper","body":` + applyFor("smartcash", "2000.00", "10", "4510 123457") + `}`,
		`{"command":"book.publish_product","lender":"smartcash","body":{"product":` + strings.Join(strings.Fields(string(read(t, "samples/smartcash-payday.json"))), " ") + `}}`,
		`{"command":"loan.repay","loan_id":"` + b + `","body":{"amount":"5.00"}}`,
	}, "\r\n")
	want := []string{
		"1 200", "2 200", "4 200", "5 409 loan_closed", "6 400 line_malformed", "7 400 body_malformed", "8 404 command_unknown",
		"9 403 forbidden", "10 400 line_malformed", "11 400 line_malformed", "12 412 version_mismatch", "13 200",
		"14 400 idempotency_key_invalid", "15 413 line_too_long", "16 201", "17 400 line_malformed", "18 200", "19 200",
	}
	answers := h.many("operator", body)
	for i, l := range answers {
		if got := strings.TrimSpace(fmt.Sprintln(l.Line, l.Status, l.code())); i >= len(want) || got != want[i] {
			t.Errorf("answer %d is %q, not %q: %+v", i, got, want[min(i, len(want)-1)], l)
		}
		if (l.Answer == nil) == (l.Problem == nil) {
			t.Errorf("line %d has %v and %v", l.Line, l.Answer, l.Problem)
		}
	}
	if len(answers) != len(want) {
		t.Errorf("%d answers, not %d", len(answers), len(want))
	}
	if !answers[2].Replayed || answers[0].Replayed {
		t.Error("the repetition is not told from the first")
	}
	h.get("service", "/v1/loans/"+b).want(200).has("version", "6")
	if l := h.many("service", `{"command":"borrower.certify","borrower_id":"`+who+`"}`)[0]; l.Status != 201 {
		t.Errorf("a certificate: %+v %v", l, l.Problem)
	}
	if got := h.many("service-cashper", `{"command":"loan.repay","loan_id":"`+a+`","body":{"amount":"1.00"}}`)[0].code(); got != "loan_not_found" {
		t.Errorf("a loan of another lender: %s", got)
	}
	h.post("service", "/v1/commands", "x", "Content-Type", "text/plain").refused(415, "unsupported_media_type")
}

// Commands to one loan are carried out in the order of their lines, whatever happens beside them.
func TestManyCommandsKeepTheOrderOfATarget(t *testing.T) {
	h := newHouse(t)
	const loans, payments = 20, 30
	var ids []string
	for i := range loans {
		id, _ := h.paidOut("smartcash", "10000.00", "15", fmt.Sprintf("4510 %06d", i))
		ids = append(ids, id)
	}
	var body strings.Builder
	for n := range payments {
		for _, id := range ids {
			fmt.Fprintf(&body, `{"command":"loan.repay","loan_id":%q,"if_version":%d,"body":{"amount":"%d.00","ref":"%d"}}`+"\n", id, 4+n, n+1, n)
		}
	}
	answers := h.many("service", body.String())
	if len(answers) != loans*payments {
		t.Fatalf("%d answers", len(answers))
	}
	for i, l := range answers {
		if l.Line != i+1 || l.Status != 200 || l.Answer["loan_id"] != ids[i%loans] || l.Answer["version"] != float64(5+i/loans) {
			t.Fatalf("answer %d: %+v %+v", i, l, l.Problem)
		}
	}
}

// Answers come while more is being sent.
func TestManyCommandsStream(t *testing.T) {
	h := newHouse(t)
	id, _ := h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	from, to := io.Pipe()
	r, err := http.NewRequestWithContext(t.Context(), "POST", h.server.URL+"/v1/commands", from)
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+h.tokens["service"])
	r.Header.Set("Content-Type", "application/x-ndjson")
	answer, err := h.server.Client().Do(r)
	must(t, err)
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	for n := range 5 {
		_, err := fmt.Fprintf(to, `{"command":"loan.repay","loan_id":%q,"body":{"amount":"1.00"}}`+"\n", id)
		must(t, err)
		if !lines.Scan() || !strings.Contains(lines.Text(), fmt.Sprintf(`"version":%d,`, 5+n)) {
			t.Fatalf("after line %d came %q, %v", n+1, lines.Text(), lines.Err())
		}
	}
	must(t, to.Close())
	if lines.Scan() {
		t.Errorf("one answer too many: %s", lines.Text())
	}
}

// A sender who reads nothing until everything is sent gets thousands of answers all the same.
func TestManyCommandsSentBeforeAnyIsRead(t *testing.T) {
	h := newHouse(t)
	id, _ := h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	const n = 4000
	began := time.Now()
	answers := h.many("service", strings.Repeat(`{"command":"loan.repay","loan_id":"`+id+`","body":{"amount":"-1.00"}}`+"\n", n))
	if len(answers) != n || answers[n-1].code() != "amount_not_positive" {
		t.Fatalf("%d answers, the last %+v", len(answers), answers[len(answers)-1])
	}
	t.Logf("%d commands to one loan in %s", n, time.Since(began).Round(time.Millisecond))
}
