package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// binary is the program under test, built once.
var binary string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "loanledger-test")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		binary = filepath.Join(dir, "loanledger")
		if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
			return 1
		}
		return m.Run()
	}())
}

// devService is a running loanledger dev.
type devService struct {
	t      *testing.T
	dir    string
	cmd    *exec.Cmd
	stderr *bytes.Buffer
	exited chan struct{}

	URL         string            `json:"url"`
	DatabaseURL string            `json:"database_url"`
	NatsURL     string            `json:"nats_url"`
	Tokens      map[string]string `json:"tokens"`
	Lenders     []struct {
		Code string `json:"code"`
	} `json:"lenders"`
}

// startDev starts loanledger dev in a folder and waits until it says that it is ready.
func startDev(t *testing.T, dir string, args ...string) *devService {
	t.Helper()
	d := &devService{t: t, dir: dir, stderr: &bytes.Buffer{}, exited: make(chan struct{})}
	d.cmd = exec.Command(binary, append([]string{"dev", "--json", "--dir", dir, "--listen", "127.0.0.1:0"}, args...)...)
	d.cmd.Stderr = d.stderr
	stdout, err := d.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(stdout).ReadString('\n')
		line <- text
		_, _ = io.Copy(io.Discard, stdout)
	}()
	go func() { _ = d.cmd.Wait(); close(d.exited) }()
	t.Cleanup(d.stop)
	select {
	case text := <-line:
		if err := json.Unmarshal([]byte(text), d); err != nil {
			t.Fatalf("it said %q: %v\n%s", text, err, d.stderr)
		}
	case <-time.After(2 * time.Minute):
		t.Fatalf("it was not ready in time\n%s", d.stderr)
	}
	return d
}

// stop asks it to end, as Ctrl-C does.
func (d *devService) stop() {
	select {
	case <-d.exited:
		return
	default:
	}
	_ = d.cmd.Process.Signal(os.Interrupt)
	select {
	case <-d.exited:
	case <-time.After(30 * time.Second):
		d.t.Errorf("it did not stop\n%s", d.stderr)
		d.kill()
	}
}

// kill ends it as a crash does.
func (d *devService) kill() {
	_ = d.cmd.Process.Signal(syscall.SIGKILL)
	<-d.exited
}

// answer is what a request came back with.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// call sends a request with a role's token; an idempotency key may be empty.
func (d *devService) call(ctx context.Context, role, method, path, key string, body any) (answer, error) {
	var in io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return answer{}, err
		}
		in = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, d.URL+path, in)
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Authorization", "Bearer "+d.Tokens[role])
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, data}, err
}

// must calls and expects success; it reads the answer into a map.
func (d *devService) must(role, method, path, key string, body any) map[string]any {
	d.t.Helper()
	a, err := d.call(d.t.Context(), role, method, path, key, body)
	if err != nil {
		d.t.Fatal(err)
	}
	if a.status >= 300 {
		d.t.Fatalf("%s %s: %d %s", method, path, a.status, a.body)
	}
	var m map[string]any
	if err := json.Unmarshal(a.body, &m); err != nil {
		d.t.Fatalf("%s %s: %v", method, path, err)
	}
	return m
}

// tool runs another command of the program on the folder.
func (d *devService) tool(args ...string) (string, error) {
	out, err := exec.Command(binary, append(args, "--dir", d.dir)...).CombinedOutput()
	return strings.TrimSpace(string(out)), err
}
