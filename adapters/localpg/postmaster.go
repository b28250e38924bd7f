package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Reasons of a failed start that another attempt may not meet again.
var (
	errPortTaken = errors.New("another process took the port")
	errLeftovers = errors.New("processes of the killed server are still ending")
)

// postmaster is a child of this process that belongs to the cluster: the
// server itself, or initdb while it makes one.
type postmaster struct {
	cmd    *exec.Cmd
	exited chan struct{}
	err    error // how it ended; to be read after exited is closed
}

// spawn starts a program of the installation under the cluster's account, on
// the given data directory and with a minimal environment: settings of the
// user's own PostgreSQL (PGDATA, PGPORT, …) are none of its business.
func (c *cluster) spawn(program, data string, args []string, output *os.File, onOwnersDeath syscall.Signal) (*postmaster, error) {
	cmd := exec.Command(filepath.Join(c.binaries.bin, program))
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	if libraries := os.Getenv("LD_LIBRARY_PATH"); libraries != "" {
		cmd.Env = append(cmd.Env, "LD_LIBRARY_PATH="+libraries)
	}
	cmd.Stdout, cmd.Stderr = output, output
	cmd.SysProcAttr = processAttributes(onOwnersDeath)
	cmd.SysProcAttr.Credential = c.account.credential()
	// A process group of its own: an interrupt typed at the terminal is for the
	// owner, who ends the server when its clients are done.
	cmd.SysProcAttr.Setpgid = true
	cmd.Dir = "/" // the directory of the owner may be closed to the account
	dataArg, done, err := passDirectory(cmd, data, c.account)
	if err != nil {
		return nil, err
	}
	defer done()
	cmd.Args = append(cmd.Args, append([]string{"-D", dataArg}, args...)...)

	p := &postmaster{cmd: cmd, exited: make(chan struct{})}
	started := make(chan error)
	go func() {
		// The death signal is bound to the thread that forked, so that one
		// must live as long as the child.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		p.err = cmd.Wait()
		close(p.exited)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("localpg: start %s as %s: %w", cmd.Path, c.accountName(), err)
	}
	return p, nil
}

func (c *cluster) accountName() string {
	if c.account.switched {
		return c.account.name
	}
	return fmt.Sprintf("uid %d", c.account.uid)
}

func (c *cluster) logFile() string { return filepath.Join(c.dir, "postgres.log") }

// launch starts the server with a fresh log and keeps the log of the start
// before. On the owner's death it shuts down fast, which ends sessions.
func (c *cluster) launch(port int, sockets string) (*postmaster, error) {
	if err := os.Rename(c.logFile(), c.logFile()+".1"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("localpg: %w", err)
	}
	log, err := os.OpenFile(c.logFile(), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("localpg: %w", err)
	}
	defer log.Close()
	return c.spawn("postgres", c.data, settings(c.volatile, port, sockets), log, syscall.SIGINT)
}

// startFailure tells from the log why the server ended before it answered.
func (c *cluster) startFailure() error {
	said := tail(c.logFile())
	switch {
	case strings.Contains(said, "could not bind"):
		return fmt.Errorf("localpg: %w:\n%s", errPortTaken, said)
	case strings.Contains(said, "pre-existing shared memory block"):
		return fmt.Errorf("localpg: %w:\n%s", errLeftovers, said)
	default:
		return fmt.Errorf("localpg: the server in %s ended at its start:\n%s", c.dir, said)
	}
}

// tail is the end of a text file, as much as an error message can carry.
func tail(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	const most = 2000
	return strings.TrimSpace(string(text[max(0, len(text)-most):]))
}

// startingUp tells refusals of a server that is not ready yet (no socket so
// far, recovery under way) from those that no waiting mends.
func startingUp(err error) bool {
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		return true
	}
	const cannotConnectNow = "57P03"
	return refused.Code == cannotConnectNow
}

func (p *postmaster) signal(s syscall.Signal) {
	// The only failure is that the process has ended, which exited tells.
	_ = p.cmd.Process.Signal(s)
}

// end shuts the server down fast; when the context ends first, at once.
func (p *postmaster) end(ctx context.Context) error {
	p.signal(syscall.SIGINT)
	select {
	case <-p.exited:
		return nil
	case <-ctx.Done():
	}
	p.signal(syscall.SIGQUIT)
	select {
	case <-p.exited:
	case <-time.After(10 * time.Second):
		p.signal(syscall.SIGKILL)
		<-p.exited
	}
	return fmt.Errorf("localpg: stopped at once, the next start recovers: %w", ctx.Err())
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
