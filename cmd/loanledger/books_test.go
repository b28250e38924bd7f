package main_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Two processes share the books of a lender. Books are opened while they work; one of them is killed,
// and one hangs: the other one does everything within seconds, and nothing is lost or done twice.
func TestProcessesShareTheBooks(t *testing.T) {
	in := newInstallation(t)
	a := in.serve()
	b := in.serve()
	a.must("operator", http.MethodPut, "/v1/lenders/smartcash/products/unsigned", "", unsignedProduct)
	load := in.clients(4, a, b)
	opened := a.must("operator", http.MethodPost, "/v1/lenders/smartcash/books", "", map[string]int{"total": 3})
	if books := opened["books"].([]any); len(books) != 3 {
		t.Fatalf("the books are %v", books)
	}
	const works = 4 * 3 // the tables, the tree and the publishing of four books, one of them the other lender's
	in.by(works, a, b)
	time.Sleep(6 * time.Second) // and each has its part
	shared := map[int]int{}
	for _, pid := range in.work() {
		shared[pid]++
	}
	if shared[a.cmd.Process.Pid] == 0 || shared[b.cmd.Process.Pid] == 0 {
		t.Errorf("the work is shared as %v", shared)
	}

	a.kill()
	load.use(b)
	t.Logf("after a kill, the other does everything within %s", in.by(works, b).Round(time.Millisecond))
	c := in.serve()
	load.use(b, c)
	time.Sleep(5 * time.Second)
	if err := b.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	load.use(c)
	t.Logf("after a stop, the other does everything within %s", in.by(works, c).Round(time.Millisecond))
	if err := b.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	load.use(b, c)
	time.Sleep(2 * time.Second)
	load.end()
	t.Logf("%d commands were acknowledged, the slowest after %s", load.done, load.slowest.Round(time.Millisecond))

	spread := load.books()
	for _, prefix := range []string{"0002", "0003", "0004"} {
		if len(spread) != 3 || spread[prefix] < len(load.loans)/6 {
			t.Errorf("%d loans are spread as %v", len(load.loans), spread)
		}
	}
	publishedOnce(t, c, "smartcash", 2, 3, 4)
	if out, err := in.command("verify").CombinedOutput(); err != nil {
		t.Errorf("verify: %v\n%s", err, out)
	}
}

// publishedOnce reads what was published of a lender: of each of its books every position up to the
// end of the log, once and in order.
func publishedOnce(t *testing.T, d *devService, lender string, books ...int) {
	t.Helper()
	heads, left := map[string]int64{}, int64(0)
	for _, b := range books {
		page := d.must("auditor", http.MethodGet, fmt.Sprintf("/v1/events?lender=%s&book=%d&limit=1", lender, b), "", nil)
		heads[fmt.Sprint(b)] = int64(page["head"].(float64))
		left += heads[fmt.Sprint(b)]
	}
	conn, err := nats.Connect(d.NatsURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	consumer, err := js.OrderedConsumer(t.Context(), "LEDGER", jetstream.OrderedConsumerConfig{FilterSubjects: []string{"ledger.evt." + lender + ".>"}})
	if err != nil {
		t.Fatal(err)
	}
	messages, err := consumer.Messages()
	if err != nil {
		t.Fatal(err)
	}
	defer messages.Stop()
	at := map[string]int64{}
	for ; left > 0; left-- {
		m, err := messages.Next(jetstream.NextMaxWait(20 * time.Second))
		if err != nil {
			t.Fatalf("%d events did not come, after %v of %v: %v", left, at, heads, err)
		}
		book, position, _ := strings.Cut(m.Headers().Get("Nats-Msg-Id"), "-")
		if at[book]++; fmt.Sprint(at[book]) != position {
			t.Fatalf("book %s: position %s came where %d was due", book, position, at[book])
		}
	}
	if more, err := messages.Next(jetstream.NextMaxWait(time.Second)); err == nil {
		t.Errorf("%s came too, after %v", more.Headers().Get("Nats-Msg-Id"), at)
	}
}

// Every book of a lender is closed as the days pass, also one that was opened in between; a loan is
// due by the date of its own book.
func TestDaysOfSeveralBooks(t *testing.T) {
	d := startDev(t, t.TempDir(), "--no-samples", "--clock", "2026-03-02")
	d.must("operator", http.MethodPut, "/v1/lenders/smartcash/products/unsigned", "", unsignedProduct)
	if out, err := d.tool("book", "open", "--lender", "smartcash"); err != nil || !strings.Contains(out, "book 3") {
		t.Fatalf("%v: %s", err, out)
	}
	lives := &clients{in: &installation{t: t}, serving: []*devService{d}, loans: map[string]string{}}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for i := range 12 {
		lives.life(ctx, fmt.Sprint("before ", i))
	}
	overdue := map[string]string{}
	for i := range 12 {
		person := fmt.Sprint("overdue ", i)
		loan := lives.do(ctx, "/v1/loans", person, map[string]any{
			"lender": "smartcash", "product": "unsigned", "principal": "10000.00", "term_days": 10,
			"borrower": map[string]string{"full_name": "Load Tester", "birth_date": "1990-01-01", "document_number": person, "phone": "+79160000000"},
		})["loan_id"].(string)
		lives.do(ctx, "/v1/loans/"+loan+"/approval", person+"a", nil)
		lives.do(ctx, "/v1/loans/"+loan+"/disbursement", person+"d", nil)
		overdue[loan] = loan[:4]
	}
	if out, err := d.tool("clock", "advance", "--days", "5"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := d.tool("book", "open", "--lender", "smartcash", "--total", "3"); err != nil || !strings.Contains(out, "book 4       business date 2026-03-07") {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := d.tool("clock", "advance", "--days", "10"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, l := range d.must("service", http.MethodGet, "/v1/lenders", "", nil)["lenders"].([]any) {
		lender := l.(map[string]any)
		for _, b := range lender["books"].([]any) {
			if on := b.(map[string]any)["business_date"]; on != "2026-03-17" || lender["business_date"] != on {
				t.Errorf("%s: %v", lender["code"], lender["books"])
			}
		}
	}
	in := map[string]bool{}
	for loan, book := range overdue {
		if late := d.must("service", http.MethodGet, "/v1/loans/"+loan, "", nil)["days_past_due"]; late != 5.0 {
			t.Errorf("%s is %v days late", loan, late)
		}
		in[book] = true
	}
	if len(in) != 2 {
		t.Errorf("the loans are in the books %v", in)
	}
	if out, err := d.tool("verify"); err != nil {
		t.Errorf("verify: %v\n%s", err, out)
	}
}
