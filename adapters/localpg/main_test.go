package localpg_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"loanledger/adapters/localpg"
)

// ownerDir names the variable that makes this test binary an owner process: it
// starts a server there, prints its pid and URL, and waits for the end of its
// input, or to be killed.
const ownerDir = "LOCALPG_TEST_OWNER_DIR"

func TestMain(m *testing.M) {
	dir := os.Getenv(ownerDir)
	if dir == "" {
		os.Exit(m.Run())
	}
	s, err := localpg.Start(context.Background(), localpg.Options{Dir: dir})
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	fmt.Println(s.PID(), s.URL("postgres"))
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := s.Stop(context.Background()); err != nil {
		os.Exit(1)
	}
}

// owner is another process that owns a server.
type owner struct {
	cmd        *exec.Cmd
	input      io.Closer
	postmaster int
	url        string
}

func startOwner(t *testing.T, dir string, as *syscall.Credential) *owner {
	t.Helper()
	// Another account cannot open the directory of the test binary, but it can
	// run what it is already running.
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), ownerDir+"="+dir)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	o := &owner{cmd: cmd, input: in}
	t.Cleanup(func() {
		_ = o.input.Close()
		_ = o.cmd.Wait() // of a killed owner: already done
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("owner said %q: %v", line, err)
	}
	if _, err := fmt.Sscan(line, &o.postmaster, &o.url); err != nil {
		t.Fatalf("owner said %q: %v", strings.TrimSpace(line), err)
	}
	return o
}

func (o *owner) kill() {
	_ = o.cmd.Process.Kill()
	_ = o.cmd.Wait()
}

// start starts a volatile server, which is made in half the time; tests that
// kill theirs need a durable one.
func start(t *testing.T, dir string) *localpg.Server {
	t.Helper()
	return startWith(t, localpg.Options{Dir: dir, Volatile: true})
}

func startWith(t *testing.T, o localpg.Options) *localpg.Server {
	t.Helper()
	s, err := localpg.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return s
}

func stop(t *testing.T, s *localpg.Server) {
	t.Helper()
	if err := s.Stop(t.Context()); err != nil {
		t.Fatalf("stop: %v", err)
	}
}

// query runs one statement over a session of its own and scans its one row.
func query[T any](t *testing.T, url, sql string) T {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var v T
	if err := conn.QueryRow(t.Context(), sql).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func execute(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}
