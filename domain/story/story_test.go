package story_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"loanledger/domain/chart"
	"loanledger/domain/story"
)

var update = flag.Bool("update", false, "write the answers of the stories anew; read the difference before it is kept")

// TestStories holds the answer to every step of every story against the one that was checked by hand.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, data)
			kept := file + "l"
			if *update {
				if err := os.WriteFile(kept, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(kept)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("the answers differ from %s:\n%s", kept, got)
			}
		})
	}
}

func play(t *testing.T, data []byte) []byte {
	t.Helper()
	s, err := story.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	lines := json.NewEncoder(&out)
	err = s.Play(func(a story.Answer) error {
		if a.Details != nil {
			var all []chart.Line
			for _, l := range a.Journal {
				all = append(all, l.Line)
			}
			if sum := chart.Balance(all); !sum.IsZero() {
				t.Errorf("step %d: the journal is off by %s", a.Step, sum)
			}
		}
		return lines.Encode(a)
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
