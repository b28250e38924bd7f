//go:build !linux

package localpg

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// processAttributes cannot ask for a signal on the owner's death here; the
// next start ends the server that stayed.
func processAttributes(syscall.Signal) *syscall.SysProcAttr { return &syscall.SysProcAttr{} }

// passDirectory answers how the command names the data directory to itself.
// Every parent must be open to the account that runs the command.
func passDirectory(_ *exec.Cmd, dir string, _ account) (name string, done func(), err error) {
	return dir, func() {}, nil
}

// serves tells whether the process is a PostgreSQL server started on the data
// directory.
func serves(pid int, data string) bool {
	out, err := exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return false
	}
	command := string(out)
	return strings.Contains(command, "postgres") && strings.Contains(command, " -D "+data+" ")
}
