package chaos

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"loanledger/adapters/localpg"
)

const databaseName = "loanledger_chaos"

// database is the campaign's Postgres, one life after the other.
type database struct {
	dir string

	mu     sync.Mutex
	server *localpg.Server
}

// startWithin bounds a start of Postgres, with its recovery after a crash.
const startWithin = 2 * time.Minute

func startDatabase(ctx context.Context, dir string) (*database, error) {
	d := &database{dir: filepath.Join(dir, "postgres")}
	if err := d.start(ctx); err != nil {
		return nil, err
	}
	return d, d.server.EnsureDatabase(ctx, databaseName)
}

func (d *database) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	server, err := localpg.Start(ctx, localpg.Options{Dir: d.dir})
	if err != nil {
		return err
	}
	d.mu.Lock()
	d.server = server
	d.mu.Unlock()
	return nil
}

func (d *database) running() *localpg.Server {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.server
}

// url is how this process reaches the database, whose port may change with a start.
func (d *database) url() string { return d.running().URL(databaseName) }

// address is where it listens.
func (d *database) address() string {
	at, err := url.Parse(d.url())
	if err != nil {
		panic("chaos: the address of the own server: " + err.Error())
	}
	return at.Host
}

// crash sends the postmaster a signal that it does not outlive, and starts it again after a while.
func (d *database) crash(ctx context.Context, by syscall.Signal, away time.Duration) error {
	server := d.running()
	if err := syscall.Kill(server.PID(), by); err != nil {
		return err
	}
	select {
	case <-server.Done():
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := server.Stop(ctx); err != nil { // gives its folder up
		return err
	}
	pause(ctx, away)
	return d.start(ctx)
}

func (d *database) stop(ctx context.Context) error {
	if server := d.running(); server != nil {
		return server.Stop(ctx)
	}
	return nil
}

// through is a URL with another host, such as that of a proxy.
func through(address, host string) (string, error) {
	at, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("the address of the own server cannot be read")
	}
	at.Host = host
	return at.String(), nil
}

// hostOf is the host and the port of a URL; empty where there is no URL yet.
func hostOf(address string) string {
	at, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return at.Host
}

// folder is where a campaign writes: its own, to be removed at the end, or one that is kept where
// something was found.
func folder(dir string) (path string, err error) {
	if dir == "" {
		return os.MkdirTemp("", "loanledger-chaos-")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	left, err := os.ReadDir(dir)
	if err == nil && len(left) > 0 {
		err = fmt.Errorf("the folder %s is not empty", dir)
	}
	return dir, err
}
