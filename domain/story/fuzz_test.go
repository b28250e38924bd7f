package story_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"loanledger/domain/chart"
	"loanledger/domain/story"
)

// FuzzStories: what is read as a short story is played in short time, and every journal balances.
func FuzzStories(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		f.Fatal("no stories", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		for _, other := range [][2]string{
			{`"EUR"`, `"JPY"`}, {`"RUB"`, `"JPY"`}, {`"10000.00"`, `"9999999999.00"`}, {`"0.8"`, `"10000"`}, {`"actual/365"`, `"months/12"`},
			{`"to_date"`, `"full_period"`}, {`"excluded"`, `"included"`}, {`"by_law": "RU"`, `"percent_of_principal": "1"`},
		} {
			f.Add([]byte(strings.ReplaceAll(string(data), other[0], other[1])))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := story.Parse(data)
		if err != nil {
			return
		}
		if len(s.CashFlows) > 0 {
			return // of annualcost, which fuzzes its own requests
		}
		began := time.Now()
		if s.Quote != nil {
			_, _ = s.Price()
		}
		if n := len(s.Steps); n == 0 || n > 30 || s.Steps[n-1].On.Sub(s.Steps[0].On) > 400 {
			return
		}
		if err := s.Play(func(a story.Answer) error { return balanced(t, a) }); err != nil && codeOf(err) == "" {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Fatalf("a story of %d steps took %s", len(s.Steps), took)
		}
	})
}

func balanced(t *testing.T, a story.Answer) error {
	if a.Details == nil {
		return nil
	}
	var all []chart.Line
	for _, l := range a.Journal {
		all = append(all, l.Line)
	}
	if sum := chart.Balance(all); !sum.IsZero() {
		t.Fatalf("step %d: the journal is off by %s", a.Step, sum)
	}
	return nil
}
