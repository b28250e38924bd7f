package localpg

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
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

// Ports are picked below the range from which systems take the local ports of
// outgoing connections, so that the port of a stopped server stays free.
const (
	firstPort = 20000
	lastPort  = 31999
)

// choosePort is the port noted at the last start if it is free, else another.
func choosePort(noted string) (int, error) {
	text, err := os.ReadFile(noted)
	if err == nil {
		port, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err == nil && port > 0 && port <= 65535 && portFree(port) {
			return port, nil
		}
	} else if !errors.Is(err, os.ErrNotExist) {
		return 0, fmt.Errorf("localpg: %w", err)
	}
	return freePort()
}

func freePort() (int, error) {
	for range 200 {
		if port := firstPort + rand.IntN(lastPort-firstPort+1); portFree(port) {
			return port, nil
		}
	}
	return 0, fmt.Errorf("localpg: no free port between %d and %d on 127.0.0.1", firstPort, lastPort)
}

func portFree(port int) bool {
	l, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	return l.Close() == nil
}
