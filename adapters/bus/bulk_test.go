package bus_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"loanledger/adapters/bus"
	"loanledger/domain/ledger"
)

// bulkLine is an answer to a command among many.
type bulkLine struct {
	Line, Status int
	Replayed     bool
	Answer       map[string]any
	Omitted      bool `json:"answer_omitted"`
	Problem      struct{ Code string }
}

// many sends many commands and reads the answers.
func (c *counter) many(body string) []bulkLine {
	c.Helper()
	answer := c.ask("bulk", body)
	if code := answer.Header.Get(micro.ErrorCodeHeader); code != "" || answer.Header.Get("Content-Type") != "application/x-ndjson" {
		c.Fatalf("%v: %s", answer.Header, answer.Data)
	}
	var lines []bulkLine
	for line := range bytes.Lines(answer.Data) {
		var l bulkLine
		check(c, json.Unmarshal(line, &l))
		lines = append(lines, l)
	}
	return lines
}

func TestManyCommandsInOneMessage(t *testing.T) {
	c := newCounter(t, newClerk(t), lenders, bus.Everyone(ledger.Service))
	application := strings.ReplaceAll(application, "\n", " ")
	applied := c.many(`{"command":"loan.apply","idempotency_key":"a","body":` + application + `}` + "\n")
	if len(applied) != 1 || applied[0].Status != 201 {
		t.Fatalf("the application: %+v", applied)
	}
	id := applied[0].Answer["loan_id"].(string)
	line := func(command, rest string) string {
		return `{"command":"` + command + `","loan_id":"` + id + `"` + rest + `}`
	}
	body := strings.Join([]string{
		line("loan.approve", ``), ``, line("loan.sign", `,"body":{"code":"482913"}`), line("loan.disburse", ``),
		line("loan.repay", `,"idempotency_key":"r","body":{"amount":"100.00"}`), line("loan.repay", `,"idempotency_key":"r","body":{"amount":"100.00"}`),
		line("loan.repay", `,"idempotency_key":"r","body":{"amount":"200.00"}`), line("loan.repay", `,"body":{"amount":100}`), `nothing`,
		`{"command":"loan.repay","loan_id":"0003ffff-0000-8000-8000-000000000001","body":{"amount":"1.00"}}`, line("loan.close_day", `,"body":{}`), line("loan.forgive", ``),
		line("loan.repay", `,"if_version":4,"body":{"amount":"1.00"}`), line("loan.repay", `,"if_version":5,"body":{"amount":"9900.00"}`), line("loan.repay", `,"body":{"amount":"1.00"}`),
	}, "\r\n")
	want := []string{
		"1 200 false ", "3 200 false ", "4 200 false ", "5 200 false ", "6 200 true ", "7 422 false idempotency_key_reused", "8 400 false body_malformed",
		"9 400 false line_malformed", "10 404 false loan_not_found", "11 403 false forbidden", "12 404 false command_unknown", "13 412 false version_mismatch", "14 200 false ",
		"15 409 false loan_closed",
	}
	got := c.many(body)
	for i, l := range got {
		if said := fmt.Sprint(l.Line, l.Status, l.Replayed) + " " + l.Problem.Code; i >= len(want) || said != want[i] || (l.Status == 200) != (l.Answer != nil) || l.Omitted {
			t.Errorf("answer %d is %q, %+v", i, said, l)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d answers, not %d", len(got), len(want))
	}
	if got := c.many("\n \n"); len(got) != 0 {
		t.Errorf("no command is answered %+v", got)
	}
	c.refused(c.ask("bulk", strings.Repeat("{}\n", 501)), 413, "too_many_commands")
	if got := c.many(strings.Repeat("{}\n", 500)); len(got) != 500 || got[499].Problem.Code != "command_unknown" {
		t.Errorf("%d answers to as many commands as there may be", len(got))
	}
}

// Answers that do not fit into one message leave out what can be asked for again.
func TestManyAnswersThatAreTooLarge(t *testing.T) {
	large := talker{strings.Repeat("x", 20_000)}
	c := newCounter(t, large, lenders, bus.Everyone(ledger.Service))
	line := `{"command":"loan.approve","loan_id":"0001ffff-0000-8000-8000-000000000001"}` + "\n"
	got := c.many(strings.Repeat(line, 400))
	if len(got) != 400 {
		t.Fatalf("%d answers", len(got))
	}
	whole := 0
	for i, l := range got {
		if l.Line != i+1 || l.Status != 200 || l.Omitted == (l.Answer != nil) {
			t.Fatalf("answer %d: %+v", i, l)
		}
		if !l.Omitted {
			whole++
		}
	}
	if whole == 0 || whole > 60 {
		t.Errorf("%d answers were whole", whole)
	}
}

// talker answers every command with the same text.
type talker struct{ text string }

func (a talker) Do(context.Context, ledger.Request) (ledger.Outcome, error) {
	return ledger.Outcome{Answer: map[string]string{"text": a.text}}, nil
}

// stuck carries nothing out until it is let go.
type stuck struct{ free chan struct{} }

func (s stuck) Do(context.Context, ledger.Request) (ledger.Outcome, error) {
	<-s.free
	return ledger.Outcome{Answer: map[string]string{}}, nil
}

// More than can be carried out, and wait, is refused at once; what waits is carried out later.
func TestTooManyAtOnce(t *testing.T) {
	gate := stuck{make(chan struct{})}
	c := newCounter(t, gate, lenders, bus.Everyone(ledger.Service))
	const sent = 6000
	var mu sync.Mutex
	codes := map[string]int{}
	answered := make(chan struct{}, sent)
	inbox := c.client.NewInbox()
	_, err := c.client.Subscribe(inbox, func(m *nats.Msg) {
		mu.Lock()
		codes[m.Header.Get(micro.ErrorCodeHeader)]++
		mu.Unlock()
		answered <- struct{}{}
	})
	check(t, err)
	for range sent {
		check(t, c.client.PublishRequest("ledger.cmd.loan.approve", inbox, []byte(`{"loan_id":"0001ffff-0000-8000-8000-000000000001"}`)))
	}
	await := func(n int) {
		for range n {
			select {
			case <-answered:
			case <-time.After(20 * time.Second):
				t.Fatalf("no answer came: %v", codes)
			}
		}
	}
	const room = 256 + 4096
	await(sent - room)
	mu.Lock()
	if codes["503"] != sent-room || len(codes) != 1 {
		t.Errorf("while nothing is done: %v", codes)
	}
	mu.Unlock()
	close(gate.free)
	await(room)
	mu.Lock()
	defer mu.Unlock()
	if codes["503"] != sent-room || codes[""] != room {
		t.Errorf("in the end: %v", codes)
	}
}
