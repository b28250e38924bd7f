package localdir

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"strings"
)

// Ports are picked below the range from which systems take the local ports of
// outgoing connections, so that the port of a stopped server stays free.
const (
	firstPort = 20000
	lastPort  = 31999
)

// Port is the port that NotePort noted if it is free on 127.0.0.1, else a free
// one. Another process may take it before it is used.
func (d *Dir) Port() (int, error) {
	text, err := os.ReadFile(d.File("port"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0, err
	}
	port, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err == nil && port > 0 && port <= 65535 && portFree(port) {
		return port, nil
	}
	return FreePort()
}

// NotePort keeps the port for the next start.
func (d *Dir) NotePort(port int) error {
	return WriteFile(d.File("port"), []byte(strconv.Itoa(port)+"\n"), 0o644)
}

// FreePort is a port of 127.0.0.1 that nobody listens on.
func FreePort() (int, error) {
	for range 200 {
		if port := firstPort + rand.IntN(lastPort-firstPort+1); portFree(port) {
			return port, nil
		}
	}
	return 0, fmt.Errorf("no free port between %d and %d on 127.0.0.1", firstPort, lastPort)
}

func portFree(port int) bool {
	l, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	return l.Close() == nil
}
