package annualcost

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"loanledger/domain/date"
)

// TestSmallestPositiveRate: −100, +230, −132 is worth nothing at 10 % and at 20 %.
func TestSmallestPositiveRate(t *testing.T) {
	flows := []Flow{
		{Amount: decimal.NewFromInt(-100)},
		{Years: decimal.NewFromInt(1), Amount: decimal.NewFromInt(230)},
		{Years: decimal.NewFromInt(2), Amount: decimal.NewFromInt(-132)},
	}
	got, err := Solve(flows, IRR)
	if err != nil || got.String() != "10" {
		t.Errorf("got %s, %v", got, err)
	}
}

// TestRoundTie: a rate that ends in 5 comes out exactly and is rounded up.
func TestRoundTie(t *testing.T) {
	flows := []Flow{{Amount: decimal.NewFromInt(-1000)}, {Years: decimal.NewFromInt(1), Amount: decimal.RequireFromString("1129.5")}}
	got, err := Solve(flows, APREU)
	if err != nil || Round(got, 1).StringFixed(1) != "13.0" {
		t.Errorf("got %s, %v", got, err)
	}
	if got := Round(decimal.RequireFromString("-0.25"), 1).String(); got != "-0.3" {
		t.Errorf("got %s", got)
	}
}

// TestFreeCredit: what costs nothing costs zero by every measure.
func TestFreeCredit(t *testing.T) {
	for _, m := range measures {
		got, err := Solve([]Flow{flow("2025-01-15", -90), flow("2025-02-15", 45), flow("2025-03-15", 45)}, m)
		if err != nil || !got.IsZero() {
			t.Errorf("%s: got %s, %v", m, got, err)
		}
	}
}

// instalments is a credit of so many equal monthly instalments at about 1 % a month.
func instalments(count int) []Flow {
	flows := []Flow{flow("2025-01-15", -1_000_000)}
	paid := decimal.NewFromInt(1_000_000).DivRound(decimal.NewFromInt(int64(count)), 2).Add(decimal.NewFromInt(9000))
	for n := 1; n <= count; n++ {
		flows = append(flows, Flow{Date: flows[0].Date.AddMonths(n).AddDays(n % 3), Amount: paid})
	}
	return flows
}

// TestSpeed holds the bound of a second for thirty years of instalments, on a slow machine too.
func TestSpeed(t *testing.T) {
	flows := instalments(360)
	for _, m := range measures {
		began := time.Now()
		if _, err := Solve(flows, m); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("%s: %v", m, took)
		}
	}
}

func BenchmarkSolve(b *testing.B) {
	for _, count := range []int{1, 12, 360} {
		flows := instalments(count)
		for _, m := range measures {
			b.Run(string(m)+"/"+decimal.NewFromInt(int64(count)).String(), func(b *testing.B) {
				for b.Loop() {
					if _, err := Solve(flows, m); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// FuzzAnswer gives the decoder and the solver any request: an answer or an error, soon.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"cash_flows":[{"date":"2025-01-15","amount":"-100"},{"date":"2025-02-15","amount":"110"}],"measure":"apr_eu","decimals":1}`))
	f.Add([]byte(`{"cash_flows":[{"years":0.0,"amount":"-1"},{"years":1.4958904109589042,"amount":"1"}],"measure":"psk_ru"}`))
	f.Add([]byte(`{"cash_flows":[{"years":1e-30,"amount":"-1"},{"years":1e3,"amount":"999999999999999"}],"measure":"irr"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var r Request
		if len(text) > 4096 || json.Unmarshal(text, &r) != nil {
			return
		}
		began := time.Now()
		a, err := r.Answer()
		if err == nil && a.Value == "" {
			t.Error("an empty answer")
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// FuzzSolve gives the solver numbers in every arrangement; the seed corpus has the edges.
func FuzzSolve(f *testing.F) {
	f.Add(int64(-100), int64(0), int64(120), int64(30), int64(-5), int64(60), byte(0))
	f.Add(int64(-1), int64(0), int64(1_000_000_000_000_000), int64(1), int64(-1_000_000_000_000_000), int64(2), byte(1))
	f.Add(int64(1), int64(900_000), int64(-1), int64(0), int64(1), int64(900_001), byte(2))
	f.Fuzz(func(_ *testing.T, a, onA, b, onB, c, onC int64, m byte) {
		flows := make([]Flow, 3)
		for n, v := range [][2]int64{{a, onA}, {b, onB}, {c, onC}} {
			days := 700_000 + (v[1]%1_000_000+1_000_000)%1_000_000
			flows[n] = Flow{Date: date.FromDays(days), Amount: decimal.New(v[0], -2)}
		}
		// Either outcome is right; what is tested is that it comes, and without a panic.
		_, _ = Solve(flows, measures[int(m)%len(measures)])
	})
}
