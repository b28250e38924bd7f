package main_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// loanledger runs the program and answers what it wrote and its exit code.
func loanledger(t *testing.T, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(binary, args...)
	cmd.Stdin = strings.NewReader(stdin)
	cmd.Env = append(os.Environ(), "XDG_DATA_HOME="+t.TempDir())
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		exited, is := err.(*exec.ExitError)
		if !is {
			t.Fatal(err)
		}
		code = exited.ExitCode()
	}
	return out.String(), errOut.String(), code
}

// Every command explains itself, and refuses what it does not know as a usage error.
func TestCommandsExplainThemselves(t *testing.T) {
	help, _, code := loanledger(t, "", "--help")
	if code != 0 {
		t.Fatalf("--help: %d", code)
	}
	for _, name := range []string{
		"dev", "serve", "migrate", "doctor", "simulate", "replay", "verify", "rebuild", "close-day", "clock", "token", "key", "bench",
	} {
		if !strings.Contains(help, "\n  "+name+" ") {
			t.Errorf("the help does not list %s", name)
		}
		if own, _, code := loanledger(t, "", name, "--help"); code != 0 || len(own) < 80 {
			t.Errorf("%s --help: %d %q", name, code, own)
		}
		if _, said, code := loanledger(t, "", name, "--no-such-flag"); code != 2 || !strings.Contains(said, "next:") {
			t.Errorf("%s --no-such-flag: %d %q", name, code, said)
		}
	}
}

func TestErrorsForPeopleAndPrograms(t *testing.T) {
	for _, tt := range []struct {
		name, code string
		exit       int
		args       []string
	}{
		{"an unknown command", "usage", 2, []string{"no-such-command"}},
		{"no loan", "usage", 2, []string{"replay"}},
		{"no database", "failed", 1, []string{"verify"}},
		{"no service", "failed", 1, []string{"clock", "advance", "--days", "1"}},
		{"too many days", "usage", 2, []string{"clock", "advance", "--days", "0"}},
		{"a role that is none", "usage", 2, []string{"token", "new", "--tokens-file", "x", "--role", "king", "--name", "a", "--lender", "*"}},
		{"no settings", "usage", 2, []string{"serve"}},
		{"no file", "usage", 2, []string{"simulate", "no-such-file.json"}},
	} {
		out, _, exit := loanledger(t, "", append(tt.args, "--json")...)
		var said struct {
			Error struct{ Code, Detail string } `json:"error"`
		}
		if err := json.Unmarshal([]byte(out), &said); err != nil || exit != tt.exit || said.Error.Code != tt.code || said.Error.Detail == "" {
			t.Errorf("%s: exit %d, %q (%v)", tt.name, exit, out, err)
		}
		if out, said, _ := loanledger(t, "", tt.args...); out != "" || !strings.HasPrefix(said, "loanledger: ") {
			t.Errorf("%s, for a person: %q %q", tt.name, out, said)
		}
	}
}

func TestSimulate(t *testing.T) {
	file := "../../domain/story/testdata/smartcash-prolonged.json"
	want, err := os.ReadFile(file + "l")
	if err != nil {
		t.Fatal(err)
	}
	if out, said, code := loanledger(t, "", "simulate", file); code != 0 || out != string(want) {
		t.Errorf("from a file: %d %s %s", code, out, said)
	}
	story, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if out, _, code := loanledger(t, string(story), "simulate", "-", "--json"); code != 0 || out != string(want) {
		t.Errorf("from standard input: %d %s", code, out)
	}
	for stdin, want := range map[string]string{
		`{"cash_flows": [{"years": 0, "amount": "-1000.00"}, {"years": 1, "amount": "1100.00"}], "measure": "apr_eu", "decimals": 1}`:         `{"value":"10.0"}`,
		`{"terms": {"currency": "EUR", "schedule": {"instalments": 3}}, "principal": "1.00", "steps": [{"on": "2026-01-01", "do": "apply"}]}`: "terms_unsupported",
		`{`:    "story_malformed",
		`null`: "story_malformed",
	} {
		if out, _, _ := loanledger(t, stdin, "simulate", "-"); !strings.Contains(out, want) {
			t.Errorf("%s: %s", stdin, out)
		}
	}
}

func TestKeysAndTokens(t *testing.T) {
	dir := t.TempDir()
	key, tokens := filepath.Join(dir, "master.key"), filepath.Join(dir, "tokens.json")
	if _, said, code := loanledger(t, "", "key", "new", "--key-file", key); code != 0 {
		t.Fatalf("%d %s", code, said)
	}
	before, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	if _, said, code := loanledger(t, "", "key", "new", "--key-file", key); code != 1 || !strings.Contains(said, "there already") {
		t.Errorf("a key was made over a key: %d %s", code, said)
	}
	if after, err := os.ReadFile(key); err != nil || !bytes.Equal(before, after) {
		t.Error("the key has changed")
	}
	args := []string{"token", "new", "--tokens-file", tokens, "--role", "service", "--name", "checkout", "--lender", "smartcash"}
	secret, _, code := loanledger(t, "", args...)
	if code != 0 || !strings.HasPrefix(secret, "llt_s_") {
		t.Fatalf("%d %s", code, secret)
	}
	file, err := os.ReadFile(tokens)
	if err != nil || bytes.Contains(file, []byte(strings.TrimSpace(secret))) {
		t.Errorf("the file holds the secret: %v %s", err, file)
	}
	if _, _, code := loanledger(t, "", args...); code == 0 {
		t.Error("two tokens have one name")
	}
}
