package chaos

import "syscall"

// processAttributes let the kernel kill a process when its parent dies, also one that is stopped. A
// group of its own: an interrupt typed at the terminal is for the parent.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
