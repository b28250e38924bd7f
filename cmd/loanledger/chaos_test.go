package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The command plays a campaign with processes of its own program, ends with its report, and leaves
// nothing behind.
func TestChaosEndsWithItsReport(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	cmd := exec.Command(binary, "chaos", "--seconds", "2", "--json")
	var progress bytes.Buffer
	cmd.Stderr = &progress
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, &progress)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	var report map[string]any
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &report); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, figure := range []string{"operations", "faults", "checks", "seed"} {
		if n, is := report[figure].(float64); !is || n < 1 {
			t.Errorf("%s is %v", figure, report[figure])
		}
	}
	if report["violations"] != 0.0 {
		t.Errorf("violations: %v", report["found"])
	}
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

func TestChaosRefusesBadUsage(t *testing.T) {
	for _, args := range [][]string{{"--seconds", "0"}, {"--seconds", "NaN"}, {"--seed", "x"}, {"now"}} {
		err := exec.Command(binary, append([]string{"chaos"}, args...)...).Run()
		if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 2 {
			t.Errorf("%v: %v", args, err)
		}
	}
}
