package httpapi_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
)

// portfolio is loans that were paid out, by the same person who is made anew for each.
func (h *house) portfolio(n int) (ids []string) {
	for i := range n {
		id, _ := h.paidOut("smartcash", "10000.00", "15", fmt.Sprintf("4510 %06d", i))
		ids = append(ids, id)
	}
	return ids
}

// BenchmarkRepayment is a command by HTTP, without the network and the disk.
func BenchmarkRepayment(b *testing.B) {
	h := newHouse(b)
	ids := h.portfolio(1000)
	for i := 0; b.Loop(); i++ {
		r := httptest.NewRequest("POST", "/v1/loans/"+ids[i%len(ids)]+"/repayments", strings.NewReader(`{"amount":"0.01"}`))
		r.Header.Set("Authorization", "Bearer "+h.tokens["service"])
		r.Header.Set("Idempotency-Key", fmt.Sprint(i))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		if h.api.ServeHTTP(w, r); w.Code != 200 {
			b.Fatal(w.Body)
		}
	}
}

// BenchmarkManyRepayments is a command among many.
func BenchmarkManyRepayments(b *testing.B) {
	h := newHouse(b)
	ids := h.portfolio(1000)
	for b.Loop() {
		var body strings.Builder
		for i := range 1000 {
			fmt.Fprintf(&body, `{"command":"loan.repay","loan_id":%q,"body":{"amount":"0.01"}}`+"\n", ids[i])
		}
		h.post("service", "/v1/commands", body.String(), "Content-Type", "application/x-ndjson").want(200)
	}
	b.ReportMetric(float64(b.N)*1000/b.Elapsed().Seconds(), "commands/s")
}
