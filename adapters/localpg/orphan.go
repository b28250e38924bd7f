package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// endOrphan shuts down a server that still runs on the data directory although
// its owner is gone: the caller holds the owner's lock. The process is known
// by the directory it works in, never by its id alone.
func endOrphan(ctx context.Context, data string) error {
	pidFile := filepath.Join(data, "postmaster.pid")
	pid, err := recordedPID(pidFile)
	if err != nil || pid == 0 {
		return err
	}
	// The handle is taken before the look at the process, so that a signal
	// cannot reach a later process with the same id.
	process, err := os.FindProcess(pid)
	if err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	defer process.Release()
	if !serves(pid, data) {
		return clearReusedPID(process, pidFile)
	}
	for _, step := range []struct {
		signal syscall.Signal
		within time.Duration
	}{{syscall.SIGINT, 60 * time.Second}, {syscall.SIGQUIT, 20 * time.Second}} {
		if err := process.Signal(step.signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("localpg: end the server %d left in %s: %w", pid, data, err)
		}
		for deadline := time.Now().Add(step.within); time.Now().Before(deadline); {
			if !serves(pid, data) {
				return nil
			}
			if err := pause(ctx, 20*time.Millisecond); err != nil {
				return fmt.Errorf("localpg: end the server %d left in %s: %w", pid, data, err)
			}
		}
	}
	return fmt.Errorf("localpg: the server %d left in %s does not end", pid, data)
}

// clearReusedPID removes a stale pid file whose number has become that of an
// unrelated process, or of a dead one that nobody has reaped: PostgreSQL sees
// a living process there and would refuse to start. It clears all other stale
// files itself.
func clearReusedPID(process *os.Process, pidFile string) error {
	if process.Signal(syscall.Signal(0)) != nil {
		return nil
	}
	if err := os.Remove(pidFile); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("localpg: %w", err)
	}
	return nil
}

// recordedPID is the process id in a pid file; 0 when there is no such file.
func recordedPID(pidFile string) (int, error) {
	text, err := os.ReadFile(pidFile)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("localpg: %w", err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || pid <= 1 {
		// Torn by a crash of the machine; PostgreSQL judges it.
		return 0, nil
	}
	return pid, nil
}
