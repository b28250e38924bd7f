package pgtest

import (
	"context"
	"crypto/rand"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"loanledger/adapters/localpg"
	"loanledger/adapters/schema"
)

// PrivateServer is a server for one test, as durable as a real one, that the
// test may stop, kill and start again.
type PrivateServer struct {
	t      testing.TB
	dir    string
	server *localpg.Server
}

// Server starts a server for this test alone; it ends with the test.
func Server(t testing.TB) *PrivateServer {
	t.Helper()
	p := &PrivateServer{t: t, dir: t.TempDir()}
	p.Start()
	t.Cleanup(p.Stop)
	return p
}

// URL is the address of the named database; it stays the same over restarts.
func (p *PrivateServer) URL(database string) string { return p.server.URL(database) }

// Database answers the URL of a new database with the migration sets applied,
// as the function Database does.
func (p *PrivateServer) Database(sets ...fs.FS) string {
	p.t.Helper()
	name := "test_" + strings.ToLower(rand.Text()[:16])
	if err := p.server.EnsureDatabase(p.t.Context(), name); err != nil {
		p.t.Fatalf("pgtest: %v", err)
	}
	if err := schema.Migrate(p.t.Context(), p.URL(name), named(sets)...); err != nil {
		p.t.Fatalf("pgtest: %v", err)
	}
	return p.URL(name)
}

// Kill ends the server as a crash does, with SIGKILL, and returns when it is
// gone. What was committed must be there after Start.
func (p *PrivateServer) Kill() {
	p.t.Helper()
	if err := syscall.Kill(p.server.PID(), syscall.SIGKILL); err != nil {
		p.t.Fatalf("pgtest: kill the server: %v", err)
	}
	<-p.server.Done()
	p.Stop()
}

// Stop shuts the server down; sessions are ended. Stopping again is no error.
func (p *PrivateServer) Stop() {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := p.server.Stop(ctx); err != nil {
		p.t.Errorf("pgtest: %v", err)
	}
}

// Start starts the server again after Stop or Kill, at the same address.
func (p *PrivateServer) Start() {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	server, err := localpg.Start(ctx, localpg.Options{Dir: p.dir})
	if err != nil {
		p.t.Fatalf("pgtest: %v", err)
	}
	before := p.server
	p.server = server
	if before != nil && before.URL("postgres") != server.URL("postgres") {
		p.t.Fatalf("pgtest: another process took the server's port, it is now at another address")
	}
}
