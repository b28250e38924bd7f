package httpapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"
)

func TestTheLogHasNoGaps(t *testing.T) {
	h := newHouse(t)
	h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	head, err := h.log.Head(t.Context(), 1)
	must(t, err)
	after, seen := "0", 0
	for {
		r := h.get("auditor", "/v1/events?lender=smartcash&limit=3&after="+after).want(200).has("head", fmt.Sprint(head.Position))
		var got struct {
			Events []struct {
				Position int
				Data     json.RawMessage
			}
		}
		must(t, json.Unmarshal(r.body, &got))
		if len(got.Events) == 0 {
			break
		}
		for _, e := range got.Events {
			if seen++; e.Position != seen || len(e.Data) == 0 {
				t.Fatalf("position %d comes as number %d", e.Position, seen)
			}
		}
		after = r.str("next")
	}
	if seen != int(head.Position) {
		t.Errorf("%d events of %d", seen, head.Position)
	}
	h.get("auditor", "/v1/events?lender=smartcash&book=2").refused(400, "parameter_invalid")
	h.get("auditor", "/v1/events?lender=smartcash&book=1").want(200)
}

func TestLongPoll(t *testing.T) {
	h := newHouse(t)
	id, _ := h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	head := h.get("auditor", "/v1/events?lender=smartcash").want(200).str("head")
	polled := make(chan *reply)
	go func() { polled <- h.get("auditor", "/v1/events?lender=smartcash&wait=30&after="+head) }()
	select {
	case r := <-polled:
		t.Fatalf("the poll did not wait: %s", r.body)
	case <-time.After(100 * time.Millisecond):
	}
	h.post("service", "/v1/loans/"+id+"/repayments", `{"amount":"1.00"}`).want(200)
	(<-polled).want(200).has("events.0.type", "loan.repaid")

	head = h.get("auditor", "/v1/events?lender=smartcash").want(200).str("head")
	began := time.Now()
	h.get("auditor", "/v1/events?lender=smartcash&wait=1&after="+head).want(200).has("events", "[]", "next", head)
	if took := time.Since(began); took < time.Second || took > 5*time.Second {
		t.Errorf("a poll of one second took %s", took)
	}
}

// A poll ends when its sender goes.
func TestLongPollGivenUp(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", h.server.URL+"/v1/events?lender=smartcash&wait=60&after=1000", nil)
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+h.tokens["auditor"])
	if _, err = h.server.Client().Do(r); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	began := time.Now()
	h.server.Close() // waits for the handlers
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the poll went on for %s", took)
	}
}

func TestMinPosition(t *testing.T) {
	h := newHouse(t)
	h.api.SetPositionTime(200 * time.Millisecond)
	id, who := h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	head, err := h.log.Head(t.Context(), 1)
	must(t, err)
	next := fmt.Sprint(head.Position + 1)
	for _, path := range []string{"/v1/loans/" + id, "/v1/loans/" + id + "/journal", "/v1/borrowers/" + who} {
		h.get("service", path+"?min_position="+fmt.Sprint(head.Position)).want(200)
		h.get("service", path+"?min_position="+next).refused(504, "position_not_reached")
	}
	h.api.SetPositionTime(30 * time.Second)
	waited := make(chan *reply)
	go func() { waited <- h.get("service", "/v1/loans/"+id+"?min_position="+next) }()
	time.Sleep(50 * time.Millisecond)
	h.post("service", "/v1/loans/"+id+"/repayments", `{"amount":"1.00"}`).want(200).has("position", next)
	(<-waited).want(200).has("version", "5")
}

func TestAsKnownAt(t *testing.T) {
	h := newHouse(t)
	id, _ := h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	events, err := h.log.ReadBook(t.Context(), 1, 0, 100)
	must(t, err)
	before := events[len(events)-1].RecordedAt
	h.advance("smartcash", 2)
	h.post("service", "/v1/loans/"+id+"/repayments", `{"amount":"1000.00","value_date":"2026-01-16"}`).want(200)
	path := "/v1/loans/" + id + "?as_of=2026-01-16"
	h.get("auditor", path).want(200).has("balances.total", "9080.00", "status", "active")
	r := h.get("auditor", path+"&as_known_at="+before.Format(time.RFC3339Nano)).want(200).has("balances.total", "10080.00")
	if r.header.Get("ETag") != "" {
		t.Error("what was known then has a version for If-Match")
	}
	h.get("auditor", path+"&as_known_at=2020-01-01T00:00:00Z").refused(404, "loan_not_found")
}
