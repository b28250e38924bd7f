package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"loanledger/adapters/localnats"
	"loanledger/adapters/localpg/pgtest"
)

// installation is a database, a broker and files, for processes that serve.
type installation struct {
	t                *testing.T
	dir              string
	database, broker string
	tokens           map[string]string
}

func newInstallation(t *testing.T) *installation {
	t.Helper()
	in := &installation{t: t, dir: t.TempDir(), database: pgtest.Database(t), tokens: map[string]string{}}
	broker, err := localnats.Start(localnats.Options{Dir: filepath.Join(in.dir, "nats")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := broker.Stop(); err != nil {
			t.Error(err)
		}
	})
	in.broker = broker.URL()
	in.run("key", "new")
	for _, role := range []string{"service", "operator", "auditor"} {
		in.tokens[role] = strings.TrimSpace(in.run("token", "new", "--role", role, "--name", role, "--lender", "*"))
	}
	return in
}

// command is a run of the program in the installation.
func (in *installation) command(args ...string) *exec.Cmd {
	c := exec.Command(binary, args...)
	c.Env = append(os.Environ(), "LOANLEDGER_DATABASE_URL="+in.database, "LOANLEDGER_NATS_URL="+in.broker, "LOANLEDGER_DIR="+in.dir,
		"LOANLEDGER_KEY_FILE="+filepath.Join(in.dir, "master.key"), "LOANLEDGER_TOKENS_FILE="+filepath.Join(in.dir, "tokens.json"))
	return c
}

func (in *installation) run(args ...string) string {
	in.t.Helper()
	var said strings.Builder
	c := in.command(args...)
	c.Stderr = &said
	out, err := c.Output()
	if err != nil {
		in.t.Fatalf("%s: %v\n%s%s", args, err, out, said.String())
	}
	return string(out)
}

// serve starts a process that serves, and waits until it does.
func (in *installation) serve() *devService {
	in.t.Helper()
	d := &devService{t: in.t, dir: in.dir, exited: make(chan struct{}), Tokens: in.tokens, DatabaseURL: in.database, NatsURL: in.broker}
	d.cmd = in.command("serve", "--listen", "127.0.0.1:0")
	stderr, err := d.cmd.StderrPipe()
	if err != nil {
		in.t.Fatal(err)
	}
	if err := d.cmd.Start(); err != nil {
		in.t.Fatal(err)
	}
	url := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			var said struct{ Msg, URL, Level string }
			if json.Unmarshal(lines.Bytes(), &said) == nil && said.Msg == "serving" {
				url <- said.URL
			} else if said.Level == "ERROR" {
				in.t.Logf("process %d: %s", d.cmd.Process.Pid, lines.Text())
			}
		}
		_, _ = io.Copy(io.Discard, stderr)
		_ = d.cmd.Wait() // its exit is looked at by nobody: it may be killed
		close(d.exited)
	}()
	in.t.Cleanup(func() {
		_ = d.cmd.Process.Signal(syscall.SIGCONT) // it may be stopped
		d.kill()
	})
	select {
	case d.URL = <-url:
	case <-time.After(time.Minute):
		in.t.Fatal("it does not serve")
	}
	return d
}

// work is what the doctor says of the books: name of the work and book, to the process that does it.
func (in *installation) work() map[string]int {
	in.t.Helper()
	out, err := in.command("doctor", "--json").Output()
	var said struct {
		Findings []struct {
			What string
			Work []struct {
				Name, Process string
				Held          bool
			}
		}
	}
	if json.NewDecoder(bytes.NewReader(out)).Decode(&said) != nil { // an error may follow, where something is bad
		in.t.Fatalf("the doctor said %s: %v", out, err)
	}
	done := map[string]int{}
	for _, f := range said.Findings {
		for _, w := range f.Work {
			if process := strings.Split(w.Process, ":"); w.Held && len(process) == 3 {
				var pid int
				if _, err := fmt.Sscan(process[1], &pid); err == nil {
					done[w.Name+" of "+f.What] = pid
				}
			}
		}
	}
	return done
}

// by waits until every work is done, and only by some processes, and answers how long that took.
func (in *installation) by(works int, processes ...*devService) time.Duration {
	in.t.Helper()
	began := time.Now()
	for {
		done := in.work()
		ours := 0
		for _, pid := range done {
			for _, p := range processes {
				if p.cmd.Process.Pid == pid {
					ours++
				}
			}
		}
		if ours >= works && ours == len(done) {
			return time.Since(began)
		}
		if time.Since(began) > 30*time.Second {
			in.t.Fatalf("after 30 s, %v do: %v", processes[0].cmd.Process.Pid, done)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// clients take out and repay loans through processes that come and go, until they are stopped.
type clients struct {
	in      *installation
	mu      sync.Mutex
	serving []*devService
	enough  atomic.Bool
	ended   sync.WaitGroup
	loans   map[string]string // of each person, the loan
	done    int               // commands that were acknowledged
	slowest time.Duration     // that a command took, with all its tries
}

func (in *installation) clients(n int, serving ...*devService) *clients {
	ctx, stop := context.WithCancel(in.t.Context())
	c := &clients{in: in, serving: serving, loans: map[string]string{}}
	for client := range n {
		c.ended.Go(func() {
			for i := 0; !c.enough.Load(); i++ {
				c.life(ctx, fmt.Sprintf("%d-%d", client, i))
			}
		})
	}
	in.t.Cleanup(func() { stop(); c.end() })
	return c
}

// end lets every life come to its end, and begins no more.
func (c *clients) end() {
	c.enough.Store(true)
	c.ended.Wait()
}

func (c *clients) use(serving ...*devService) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.serving = serving
}

// life is one loan from its application to its end; each command goes to any process, and again to
// any, with the same key, until one answers.
func (c *clients) life(ctx context.Context, person string) {
	applied := c.do(ctx, "/v1/loans", person+" apply", map[string]any{
		"lender": "smartcash", "product": "unsigned", "principal": "10000.00", "term_days": 10,
		"borrower": map[string]string{
			"full_name": "Load Tester", "birth_date": "1990-01-01", "document_number": "BOOKS " + person, "phone": "+79160000000",
		},
	})
	if applied == nil {
		return
	}
	id := applied["loan_id"].(string)
	c.mu.Lock()
	c.loans[person] = id
	c.mu.Unlock()
	for _, step := range []struct{ path, key, amount string }{
		{"approval", "approve", ""}, {"disbursement", "disburse", ""}, {"repayments", "first", "4000.00"}, {"repayments", "second", "6000.00"},
	} {
		body := map[string]string{}
		if step.amount != "" {
			body["amount"] = step.amount
		}
		if c.do(ctx, "/v1/loans/"+id+"/"+step.path, person+step.key, body) == nil {
			return
		}
	}
}

func (c *clients) do(ctx context.Context, path, key string, body any) map[string]any {
	began := time.Now()
	for ctx.Err() == nil {
		c.mu.Lock()
		process := c.serving[rand.IntN(len(c.serving))]
		c.mu.Unlock()
		trying, cancel := context.WithTimeout(ctx, 3*time.Second)
		a, err := process.call(trying, "operator", http.MethodPost, path, strings.ReplaceAll(key, " ", "-"), body)
		cancel()
		switch {
		case err != nil || a.status == http.StatusConflict && strings.Contains(string(a.body), "command_in_progress") || a.status >= 500:
			continue
		case a.status >= 300:
			c.in.t.Errorf("%s %s: %d %s", path, key, a.status, a.body)
			return nil
		}
		var m map[string]any
		if err := json.Unmarshal(a.body, &m); err != nil {
			c.in.t.Error(err)
			return nil
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.done++
		c.slowest = max(c.slowest, time.Since(began))
		return m
	}
	return nil
}

// books counts the loans by the book in their identifiers.
func (c *clients) books() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	count := map[string]int{}
	for _, id := range c.loans {
		count[id[:4]]++
	}
	return count
}
