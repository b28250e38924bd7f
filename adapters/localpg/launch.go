package localpg

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"loanledger/adapters/internal/localdir"
)

// launchAttempts bounds the starts that fail because another process took the
// port between the probe and the bind, or because server processes of a killed
// postmaster have not noticed yet that they are alone.
const launchAttempts = 40

func (s *Server) launch(ctx context.Context) error {
	port, err := s.dir.Port()
	if err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	for attempt := 1; ; attempt++ {
		s.port = port
		if err := s.dir.NotePort(port); err != nil {
			return fmt.Errorf("localpg: %w", err)
		}
		err = s.launchOnce(ctx)
		switch {
		case err == nil:
			return nil
		case attempt == launchAttempts:
			return err
		case errors.Is(err, errPortTaken):
			if port, err = localdir.FreePort(); err != nil {
				return fmt.Errorf("localpg: %w", err)
			}
		case errors.Is(err, errLeftovers):
			if waitErr := pause(ctx, 250*time.Millisecond); waitErr != nil {
				return errors.Join(err, waitErr)
			}
		default:
			return err
		}
	}
}

func (s *Server) launchOnce(ctx context.Context) error {
	pm, err := s.cluster.launch(s.port, s.sockets)
	if err != nil {
		return err
	}
	s.postmaster = pm
	if err := s.awaitReady(ctx); err != nil {
		// The caller's context may be over already; the server still deserves
		// a clean end.
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return errors.Join(err, pm.end(stopping))
	}
	return nil
}

// awaitReady returns when a session over the socket succeeds. Refusals while
// the server starts up or recovers are not errors; how long that may take is
// the context's matter.
func (s *Server) awaitReady(ctx context.Context) error {
	for {
		conn, err := pgx.Connect(ctx, s.socketURL("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		if !startingUp(err) {
			return fmt.Errorf("localpg: the server in %s refuses its own role: %w", s.cluster.dir, err)
		}
		select {
		case <-s.postmaster.exited:
			return s.cluster.startFailure()
		case <-ctx.Done():
			return fmt.Errorf("localpg: the server in %s did not answer: %w", s.cluster.dir, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}
