package localpg

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// socketDirectory makes the directory of the unix socket: one per data
// directory, for the account alone. It lies in /tmp because the path of a
// socket may have 107 bytes, and a data directory's own is often longer.
func socketDirectory(dir string, who account) (string, error) {
	id := sha256.Sum256([]byte(dir))
	path := filepath.Join("/tmp", fmt.Sprintf("loanledger-pg-%d-%x", os.Geteuid(), id[:6]))
	err := os.Mkdir(path, 0o700)
	if err == nil {
		return path, who.own(path)
	}
	if !errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("localpg: %w", err)
	}
	// Left by a killed server, unless someone else put it there to be used.
	info, err := os.Lstat(path)
	if err != nil {
		return "", fmt.Errorf("localpg: %w", err)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || info.Mode().Perm() != 0o700 || int(owner.Uid) != who.uid {
		return "", fmt.Errorf("localpg: %s is not a private directory of uid %d; remove it", path, who.uid)
	}
	return path, nil
}
