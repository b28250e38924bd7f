package pgtest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// The shared directory holds the server and these files, which are locked and
// never removed while anyone may look at them:
//
//	users        locked shared by every test process for its whole life
//	starting     locked by the process that looks for the server or starts it
//	supervisor   locked by the supervisor for its whole life
//	address      where the server is, good while a supervisor holds its lock
//	runners/     the go commands that may start further test processes
//	log          what the supervisor says when something goes wrong
//	pg/          the server's directory
//
// Locks end with their process, however it ends, so that nothing here can be
// stale for long.
type sharedDir string

func (d sharedDir) file(name string) string { return filepath.Join(string(d), name) }

// join makes this process a user of the shared server and answers where it is.
// The process stays one until it ends, which is what ends the server.
var join = sync.OnceValues(func() (sharedServer, error) {
	dir, err := openSharedDir()
	if err != nil {
		return "", err
	}
	users, err := lock(dir.file("users"), syscall.LOCK_SH)
	if err != nil {
		return "", err
	}
	keptForLife = append(keptForLife, users)
	if err := dir.registerRunner(os.Getppid()); err != nil {
		return "", err
	}
	starting, err := lock(dir.file("starting"), syscall.LOCK_EX)
	if err != nil {
		return "", err
	}
	defer starting.Close()
	address, err := dir.findServer()
	if err != nil || address != "" {
		return address, err
	}
	return dir.startSupervisor()
})

// keptForLife keeps the garbage collector from closing, and so unlocking, the
// file of users.
var keptForLife []*os.File

// openSharedDir makes the directory of this user, or checks that it is his: in
// a directory that is open to everyone another user may have been faster.
func openSharedDir() (sharedDir, error) {
	path := filepath.Join(os.TempDir(), fmt.Sprintf("loanledger-pgtest-%d", os.Geteuid()))
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	info, err := os.Lstat(path)
	if err != nil {
		return "", err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || info.Mode().Perm() != 0o700 || int(owner.Uid) != os.Geteuid() {
		return "", fmt.Errorf("%s is not a private directory of this user; remove it", path)
	}
	return sharedDir(path), os.MkdirAll(filepath.Join(path, "runners"), 0o700)
}

// findServer answers the address of the running server, or nothing.
func (d sharedDir) findServer() (sharedServer, error) {
	free, err := lock(d.file("supervisor"), syscall.LOCK_SH|syscall.LOCK_NB)
	if err == nil {
		return "", free.Close() // nobody supervises
	}
	if !errors.Is(err, syscall.EWOULDBLOCK) {
		return "", err
	}
	address, err := os.ReadFile(d.file("address"))
	return sharedServer(address), err
}

// registerRunner notes a go command among the ancestors of this process: it
// may start the test processes of further packages, for which the server stays
// up although for a moment no test runs. Where processes cannot be looked at,
// such a moment costs another start of the server.
func (d sharedDir) registerRunner(parent int) error {
	if !isGoCommand(parent) {
		return nil
	}
	return os.WriteFile(filepath.Join(d.file("runners"), strconv.Itoa(parent)), nil, 0o600)
}

// runnersLeft tells whether a noted go command still runs, and forgets others.
func (d sharedDir) runnersLeft() (bool, error) {
	entries, err := os.ReadDir(d.file("runners"))
	if err != nil {
		return false, err
	}
	left := false
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err == nil && isGoCommand(pid) {
			left = true
			continue
		}
		if err := os.Remove(filepath.Join(d.file("runners"), e.Name())); err != nil {
			return left, err
		}
	}
	return left, nil
}

func isGoCommand(pid int) bool {
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	return err == nil && strings.TrimSpace(string(name)) == "go"
}

// lock opens the file and takes the lock on it; closing the file lets go.
func lock(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), how)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
		}
	}
}
