package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// acknowledged is a command that was answered before the kill.
type acknowledged struct {
	path, key string
	body      any
	answer    []byte
}

// TestKilledUnderLoad kills the process while it works, starts it again, and looks for every command
// that was acknowledged: each is there, once, and answers as it did.
func TestKilledUnderLoad(t *testing.T) {
	dir := t.TempDir()
	d := startDev(t, dir, "--no-samples")
	d.must("operator", http.MethodPut, "/v1/lenders/smartcash/products/unsigned", "", unsignedProduct)
	kept := borrowUntilKilled(t, d)
	if len(kept) < 50 {
		t.Fatalf("only %d commands were acknowledged before the kill: that is no load", len(kept))
	}
	d = startDev(t, dir, "--no-samples")
	for _, k := range kept {
		a, err := d.call(t.Context(), "service", http.MethodPost, k.path, k.key, k.body)
		if err != nil {
			t.Fatal(err)
		}
		if a.header.Get("Idempotent-Replayed") != "true" || !bytes.Equal(a.body, k.answer) {
			t.Fatalf("%s %s was acknowledged with\n%s\nand is now answered %d\n%s", k.path, k.key, k.answer, a.status, a.body)
		}
	}
	if out, err := d.tool("verify"); err != nil {
		t.Fatalf("verify: %v\n%s", err, out)
	}
	eachEventOnce(t, d)
	t.Logf("%d commands were acknowledged before the kill", len(kept))
}

var unsignedProduct = json.RawMessage(`{
	"code": "unsigned", "name": "Without a signature", "sample": true,
	"min_principal": "1000.00", "max_principal": "30000.00", "min_term_days": 5, "max_term_days": 30,
	"terms": {"currency": "RUB", "interest": {"method": "declining", "rate": "0.8", "per": "day"}}
}`)

// borrowUntilKilled takes out and repays loans with several clients, kills the process in the middle,
// and answers what had been acknowledged.
func borrowUntilKilled(t *testing.T, d *devService) []acknowledged {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var mu sync.Mutex
	var kept []acknowledged
	var clients sync.WaitGroup
	for client := range 8 {
		clients.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				for _, step := range lifeOf(d, ctx, fmt.Sprintf("%d-%d", client, n)) {
					mu.Lock()
					kept = append(kept, step)
					mu.Unlock()
				}
			}
		})
	}
	time.Sleep(2 * time.Second)
	d.kill()
	cancel()
	clients.Wait()
	return kept
}

// lifeOf takes one loan as far as it gets, and answers the steps that were acknowledged.
func lifeOf(d *devService, ctx context.Context, name string) []acknowledged {
	var steps []acknowledged
	do := func(path string, body any) map[string]any {
		key := name + path
		a, err := d.call(ctx, "service", http.MethodPost, path, key, body)
		if err != nil || a.status >= 300 {
			return nil
		}
		steps = append(steps, acknowledged{path, key, body, a.body})
		var m map[string]any
		if json.Unmarshal(a.body, &m) != nil {
			return nil
		}
		return m
	}
	loan := do("/v1/loans", map[string]any{
		"lender": "smartcash", "product": "unsigned", "principal": "10000.00", "term_days": 10,
		"borrower": map[string]string{
			"full_name": "Load Tester", "birth_date": "1990-01-01", "document_number": "LOAD " + name, "phone": "+79160000000",
		},
	})
	if loan == nil {
		return steps
	}
	base := fmt.Sprintf("/v1/loans/%s/", loan["loan_id"])
	for _, step := range []struct {
		path string
		body map[string]string
	}{
		{"approval", nil}, {"disbursement", nil},
		{"repayments", map[string]string{"amount": "4000.00", "ref": "first"}},
		{"repayments?", map[string]string{"amount": "6000.00", "ref": "second"}},
	} {
		if do(base+step.path, step.body) == nil {
			break
		}
	}
	return steps
}

// eachEventOnce reads the stream from its beginning as a new consumer and expects the events of every
// book once each, in order, without gaps, up to the head of the log.
func eachEventOnce(t *testing.T, d *devService) {
	t.Helper()
	conn, err := nats.Connect(d.NatsURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	for i, lender := range []string{"cashper", "smartcash"} {
		head := headOf(d, lender)
		consumer, err := js.OrderedConsumer(t.Context(), "LEDGER", jetstream.OrderedConsumerConfig{
			FilterSubjects: []string{"ledger.evt." + lender + ".>"},
		})
		if err != nil {
			t.Fatal(err)
		}
		for want := int64(1); want <= head; want++ {
			m, err := consumer.Next(jetstream.FetchMaxWait(20 * time.Second))
			if err != nil {
				t.Fatalf("%s: position %d of %d did not come: %v", lender, want, head, err)
			}
			if id := m.Headers().Get("Nats-Msg-Id"); id != fmt.Sprintf("%d-%d", i+1, want) {
				t.Fatalf("%s: %s came where position %d was due", lender, id, want)
			}
		}
	}
}

// headOf is the last position of a lender's book.
func headOf(d *devService, lender string) int64 {
	d.t.Helper()
	var head int64
	for after := int64(0); ; {
		page := d.must("auditor", http.MethodGet, fmt.Sprintf("/v1/events?lender=%s&after=%d&limit=1000", lender, after), "", nil)
		events := page["events"].([]any)
		if len(events) == 0 {
			return head
		}
		for _, e := range events {
			position := int64(e.(map[string]any)["position"].(float64))
			if position != head+1 {
				d.t.Fatalf("%s: position %d follows %d", lender, position, head)
			}
			head = position
		}
		after = head
	}
}
