// Package natstest gives a test a real NATS server with JetStream, which it may
// stop and start again. It is for tests only.
package natstest

import (
	"testing"

	"loanledger/adapters/localnats"
)

// Server is a server for one test.
type Server struct {
	t      testing.TB
	dir    string
	server *localnats.Server
}

// Start starts a server with an empty store; it ends with the test.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{t: t, dir: t.TempDir()}
	s.StartAgain()
	t.Cleanup(s.Stop)
	return s
}

// URL is the address of the server; it stays the same over restarts.
func (s *Server) URL() string { return s.server.URL() }

// Stop ends the server and all connections. Stopping again is no error.
func (s *Server) Stop() {
	s.t.Helper()
	if err := s.server.Stop(); err != nil {
		s.t.Errorf("natstest: %v", err)
	}
}

// StartAgain starts the server after Stop, at the same address and with the
// streams it had.
func (s *Server) StartAgain() {
	s.t.Helper()
	started, err := localnats.Start(localnats.Options{Dir: s.dir})
	if err != nil {
		s.t.Fatalf("natstest: %v", err)
	}
	before := s.server
	s.server = started
	if before != nil && before.URL() != started.URL() {
		s.t.Fatal("natstest: another process took the server's port, it is now at another address")
	}
}
