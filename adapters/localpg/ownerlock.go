package localpg

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// ErrOwned says that another process owns the directory.
var ErrOwned = errors.New("the directory has another owner")

// ownerLock makes this process the one owner of a directory. The kernel lets
// go of it when the process ends, however it ends.
type ownerLock struct{ file *os.File }

// acquireOwnerLock takes the lock or fails at once with ErrOwned. The file
// stays when the lock goes: removing it would let two owners lock two files.
func acquireOwnerLock(path string) (*ownerLock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("localpg: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("localpg: lock %s: %w", path, err)
		}
		return nil, fmt.Errorf("localpg: %w: %s is held by process %s", ErrOwned, path, holder(path))
	}
	err = f.Truncate(0)
	if err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("localpg: %w", err), f.Close())
	}
	return &ownerLock{file: f}, nil
}

func holder(path string) string {
	text, err := os.ReadFile(path)
	if pid := strings.TrimSpace(string(text)); err == nil && pid != "" {
		return pid
	}
	return "(unknown)"
}

func (l *ownerLock) release() error { return l.file.Close() }
