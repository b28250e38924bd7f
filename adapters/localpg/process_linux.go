package localpg

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// processAttributes let the kernel send the signal when the owner dies.
func processAttributes(onOwnersDeath syscall.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: onOwnersDeath}
}

// passDirectory answers how the command names the data directory to itself.
// For another account the directory is opened here and inherited, and named as
// that open file: parents that are closed to the account, as a home of root or
// a fresh temporary directory is, do not matter. done is to be called once the
// command has started.
func passDirectory(cmd *exec.Cmd, dir string, who account) (name string, done func(), err error) {
	if !who.switched {
		return dir, func() {}, nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return "", nil, fmt.Errorf("localpg: %w", err)
	}
	cmd.ExtraFiles = []*os.File{d}
	return "/proc/self/fd/3", func() { d.Close() }, nil
}

// serves tells whether the process is a PostgreSQL server that works in the
// data directory. A dead process that nobody has reaped does not.
func serves(pid int, data string) bool {
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	if err != nil || !strings.HasPrefix(string(name), "post") {
		return false
	}
	works, err := os.Stat(fmt.Sprintf("/proc/%d/cwd", pid))
	if err != nil {
		return false
	}
	dir, err := os.Stat(data)
	return err == nil && os.SameFile(works, dir)
}
