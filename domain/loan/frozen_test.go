package loan_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"loanledger/domain/fact/facttest"
	"loanledger/domain/loan"
)

const frozen = "testdata/events"

// TestFrozenEvents: every version of every event that was ever stored is still read, and today's are
// written as they were frozen. An example is never changed; a new shape gets a new version.
func TestFrozenEvents(t *testing.T) {
	for _, problem := range facttest.Problems(loan.Kinds, os.DirFS(frozen)) {
		t.Error(problem)
	}
}

func FuzzDecode(f *testing.F) {
	examples, err := filepath.Glob(frozen + "/*.json")
	if err != nil || len(examples) == 0 {
		f.Fatal("no examples", err)
	}
	for _, name := range examples {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		eventType, _, _ := strings.Cut(filepath.Base(name), ".v")
		f.Add(eventType, data)
		f.Add(eventType, []byte("null"))
	}
	f.Fuzz(func(t *testing.T, eventType string, data []byte) {
		if err := facttest.RoundTrip(loan.Kinds, eventType, 1, data); err != nil {
			t.Fatal(err)
		}
	})
}
