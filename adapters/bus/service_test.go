package bus_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"loanledger/adapters/bus"
	"loanledger/domain/ledger"
	"loanledger/eventstore"
)

// counter is a service on a broker, and a client of it.
type counter struct {
	testing.TB
	client *nats.Conn
}

func newCounter(t testing.TB, commands bus.Commands, books bus.Directory, caller bus.Caller) *counter {
	t.Helper()
	b := newBroker(t)
	s, err := bus.Serve(b.connect(), commands, books, caller, newRegistry(), quiet())
	check(t, err)
	t.Cleanup(func() { check(t, s.Stop()) })
	return &counter{t, b.connect()}
}

// ask sends a command; headers come as pairs.
func (c *counter) ask(command, body string, headers ...string) *nats.Msg {
	c.Helper()
	m := &nats.Msg{Subject: "ledger.cmd." + command, Data: []byte(body), Header: nats.Header{}}
	for i := 0; i < len(headers); i += 2 {
		m.Header[headers[i]] = append(m.Header[headers[i]], headers[i+1])
	}
	answer, err := c.client.RequestMsg(m, 10*time.Second)
	check(c, err)
	return answer
}

// done ends the test unless the command was carried out.
func (c *counter) done(answer *nats.Msg) ledger.LoanAnswer {
	c.Helper()
	if code := answer.Header.Get(micro.ErrorCodeHeader); code != "" {
		c.Fatalf("%s %s: %s", code, answer.Header.Get(micro.ErrorHeader), answer.Data)
	}
	var a ledger.LoanAnswer
	check(c, json.Unmarshal(answer.Data, &a))
	return a
}

// refused ends the test unless the command was refused with the status and the code.
func (c *counter) refused(answer *nats.Msg, status int, code string) {
	c.Helper()
	var p struct {
		Type, Title, Code, Detail, Instance string
		Status                              int
	}
	if err := json.Unmarshal(answer.Data, &p); err != nil || p.Status != status || p.Code != code || p.Title == "" ||
		p.Type != "/v1/problems/"+code || answer.Header.Get(micro.ErrorCodeHeader) != fmt.Sprint(status) ||
		!strings.HasPrefix(answer.Header.Get(micro.ErrorHeader), code+": ") {
		c.Errorf("not %d %s: %v %s", status, code, answer.Header, answer.Data)
	}
}

var lenders = directory{1: "smartcash", 2: "cashper"}

const application = `{"lender": "smartcash", "product": "payday", "principal": "10000.00", "term_days": 15, "borrower": {
	"full_name": "Test Person", "birth_date": "1990-01-01", "document_number": "4510123456", "phone": "+79161234567"}}`

func TestLoanOverNATS(t *testing.T) {
	c := newCounter(t, newClerk(t), lenders, bus.Everyone(ledger.Service))
	applied := c.done(c.ask("loan.apply", application, "Idempotency-Key", "a1"))
	id := `"loan_id": "` + applied.Loan.String() + `"`
	for _, step := range [][2]string{
		{"loan.approve", `{` + id + `}`},
		{"loan.sign", `{` + id + `, "code": "482913"}`},
		{"loan.disburse", `{"ref": "p1", ` + id + `}`},
	} {
		c.done(c.ask(step[0], step[1]))
	}
	answer := c.ask("loan.repay", `{`+id+`, "amount": "10000.00"}`, "Idempotency-Key", "r1")
	repaid := c.done(answer)
	if repaid.Status != "closed" || answer.Header.Get("ETag") != fmt.Sprintf(`"%d"`, repaid.Version) || answer.Header.Get("Idempotent-Replayed") != "" {
		t.Errorf("%v %s", answer.Header, answer.Data)
	}
	again := c.ask("loan.repay", `{"amount": "10000.00", `+id+`}`, "Idempotency-Key", "r1")
	if string(again.Data) != string(answer.Data) || again.Header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("again: %v %s", again.Header, again.Data)
	}
	c.refused(c.ask("loan.repay", `{`+id+`, "amount": "1.00"}`, "Idempotency-Key", "r1"), 422, "idempotency_key_reused")
	c.refused(c.ask("loan.repay", `{`+id+`, "amount": "1.00"}`), 409, "loan_closed")
	c.done(c.ask("borrower.certify", `{"borrower_id": "`+applied.Borrower.String()+`"}`, "Idempotency-Key", "c1"))
}

func TestRefusals(t *testing.T) {
	c := newCounter(t, newClerk(t), lenders, bus.Everyone(ledger.Service))
	id := c.done(c.ask("loan.apply", application)).Loan.String()
	other := uuid.NewString()
	long := strings.Repeat("x", 70_000)
	for _, r := range []struct {
		command, body string
		headers       []string
		status        int
		code          string
	}{
		{"loan.repay", ``, nil, 400, "body_malformed"},
		{"loan.repay", `[]`, nil, 400, "body_malformed"},
		{"loan.repay", `{"amount": "1.00"}`, nil, 400, "body_malformed"},
		{"loan.repay", `{"loan_id": 7, "amount": "1.00"}`, nil, 400, "body_malformed"},
		{"loan.repay", `{"loan_id": "urn:uuid:` + id + `", "amount": "1.00"}`, nil, 400, "body_malformed"},
		{"loan.repay", `{"loan_id": "` + id + `", "amount": 1}`, nil, 400, "body_malformed"},
		{"loan.repay", `{"loan_id": "` + id + `", "sum": "1.00"}`, nil, 400, "body_malformed"},
		{"loan.repay", `{"loan_id": "` + id + `", "amount": "1.00"} {}`, nil, 400, "body_malformed"},
		{"loan.repay", `{"loan_id": "` + id + `", "amount": "1.00"}`, nil, 409, "loan_not_active"},
		{"loan.repay", `{"loan_id": "` + other + `", "amount": "1.00"}`, nil, 404, "loan_not_found"},
		{"loan.approve", `{"loan_id": "` + id + `", "x": "` + long + `"}`, nil, 413, "body_too_large"},
		{"loan.approve", `{"loan_id": "` + id + `"}`, []string{"Idempotency-Key", "a b"}, 400, "idempotency_key_invalid"},
		{"loan.approve", `{"loan_id": "` + id + `"}`, []string{"Idempotency-Key", "a", "Idempotency-Key", "b"}, 400, "idempotency_key_invalid"},
		{"loan.approve", `{"loan_id": "` + id + `"}`, []string{"If-Match", `"7"`}, 412, "version_mismatch"},
		{"loan.approve", `{"loan_id": "` + id + `"}`, []string{"If-Match", `7`}, 400, "if_match_invalid"},
		{"loan.apply", application, []string{"If-Match", `"1"`}, 400, "if_match_invalid"},
		{"loan.apply", strings.Replace(application, "smartcash", "nobody", 1), nil, 404, "lender_not_found"},
		{"loan.apply", `{"lender": "smartcash", "product": "payday", "principal": "10000.00", "term_days": 15, "borrower_id": "` + other + `"}`, nil, 404, "borrower_not_found"},
		{"loan.apply", application, nil, 409, "loan_already_active"},
		{"borrower.certify", `{"borrower_id": "` + other + `"}`, nil, 404, "borrower_not_found"},
		{"book.publish_product", `{"lender": "smartcash", "product": {}}`, nil, 403, "forbidden"},
	} {
		c.refused(c.ask(r.command, r.body, r.headers...), r.status, r.code)
	}
	if _, err := c.client.Request("ledger.cmd.book.close_day", nil, time.Second); !errors.Is(err, nats.ErrNoResponders) {
		t.Errorf("a command that nobody may give: %v", err)
	}
}

func TestCallerOfOneLender(t *testing.T) {
	clerk := newClerk(t)
	id := newCounter(t, clerk, lenders, bus.Everyone(ledger.Service)).applied()
	c := newCounter(t, clerk, lenders, bus.Caller{Name: "es", Role: ledger.Operator, May: func(l string) bool { return l == "cashper" }})
	c.refused(c.ask("loan.apply", application), 404, "lender_not_found")
	c.refused(c.ask("loan.approve", `{"loan_id": "`+id+`"}`), 404, "loan_not_found")
	c.refused(c.ask("book.publish_product", `{"lender": "smartcash", "product": {}}`), 404, "lender_not_found")
	c.refused(c.ask("book.publish_product", `{"lender": "cashper", "product": {}}`), 422, "terms_invalid")
}

func (c *counter) applied() string {
	c.Helper()
	return c.done(c.ask("loan.apply", application)).Loan.String()
}

// commandsFunc carries commands out as a test wants.
type commandsFunc func(context.Context, ledger.Request) (ledger.Outcome, error)

func (f commandsFunc) Do(ctx context.Context, r ledger.Request) (ledger.Outcome, error) {
	return f(ctx, r)
}

func TestErrorsOfTheStore(t *testing.T) {
	var failure error
	fail := commandsFunc(func(context.Context, ledger.Request) (ledger.Outcome, error) {
		if failure == nil {
			panic("an invariant")
		}
		return ledger.Outcome{}, fmt.Errorf("wrapped: %w", failure)
	})
	c := newCounter(t, fail, directory{1: "smartcash"}, bus.Everyone(ledger.Service))
	for _, r := range []struct {
		err    error
		status int
		code   string
	}{
		{eventstore.ErrBusy, 503, "busy"},
		{eventstore.ErrConflict, 409, "conflict"},
		{errors.Join(eventstore.ErrConflict, eventstore.ErrOutcomeUnknown), 503, "outcome_unknown"},
		{context.DeadlineExceeded, 504, "timeout"},
		{context.Canceled, 503, "stopping"},
		{errors.New("secret of the database"), 500, "internal"},
		{nil, 500, "internal"},
	} {
		failure = r.err
		answer := c.ask("loan.approve", `{"loan_id": "00010000-0000-8000-8000-000000000000"}`)
		c.refused(answer, r.status, r.code)
		if strings.Contains(fmt.Sprint(answer.Header, string(answer.Data)), "secret") {
			t.Errorf("the cause is answered: %v %s", answer.Header, answer.Data)
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	started, release := make(chan struct{}, 100), make(chan struct{})
	slow := commandsFunc(func(_ context.Context, r ledger.Request) (ledger.Outcome, error) {
		if r.Actor != "nats:service" {
			t.Errorf("actor %q", r.Actor)
		}
		started <- struct{}{}
		<-release
		return ledger.Outcome{Answer: &ledger.LoanAnswer{}, Version: 3}, nil
	})
	c := newCounter(t, slow, directory{1: "smartcash"}, bus.Everyone(ledger.Service))
	const body = `{"loan_id": "00010000-0000-8000-8000-000000000000"}`
	var asking sync.WaitGroup
	for i := range 50 {
		asking.Go(func() { c.done(c.ask("loan.approve", body, "Idempotency-Key", fmt.Sprint(i))) })
	}
	for range 50 {
		<-started // all of one loan are under way together
	}
	c.refused(c.ask("loan.approve", body, "Idempotency-Key", "7"), 409, "command_in_progress")
	close(release)
	asking.Wait()
	c.done(c.ask("loan.approve", body, "Idempotency-Key", "7"))
}

// A service that stops answers what it has begun, and leaves the rest to others.
func TestStop(t *testing.T) {
	b := newBroker(t)
	began := make(chan struct{}, 1)
	slow := commandsFunc(func(context.Context, ledger.Request) (ledger.Outcome, error) {
		began <- struct{}{}
		time.Sleep(100 * time.Millisecond)
		return ledger.Outcome{Answer: &ledger.LoanAnswer{}}, nil
	})
	s, err := bus.Serve(b.connect(), slow, directory{1: "smartcash"}, bus.Everyone(ledger.Service), newRegistry(), quiet())
	check(t, err)
	c := &counter{t, b.connect()}
	answered := make(chan *nats.Msg, 1)
	go func() { answered <- c.ask("loan.approve", `{"loan_id": "00010000-0000-8000-8000-000000000000"}`) }()
	<-began
	check(t, s.Stop())
	c.done(<-answered)
	if _, err := c.client.Request("ledger.cmd.loan.approve", []byte(`{}`), time.Second); !errors.Is(err, nats.ErrNoResponders) {
		t.Errorf("after the stop: %v", err)
	}
}

func TestInfo(t *testing.T) {
	c := newCounter(t, newClerk(t), directory{}, bus.Everyone(ledger.Service))
	answer, err := c.client.Request("$SRV.INFO.ledger", nil, time.Second)
	check(t, err)
	var info micro.Info
	check(t, json.Unmarshal(answer.Data, &info))
	subjects := map[string]string{}
	for _, e := range info.Endpoints {
		subjects[e.Subject] = e.Metadata["summary"]
	}
	for _, entry := range ledger.Catalogue {
		if summary := subjects["ledger.cmd."+entry.Name]; len(entry.Roles) > 0 && summary != entry.Summary {
			t.Errorf("%s is described as %q", entry.Name, summary)
		}
	}
}
