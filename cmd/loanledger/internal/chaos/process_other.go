//go:build !linux

package chaos

import "syscall"

// processAttributes give a process a group of its own: an interrupt typed at the terminal is for the
// parent. When that dies, the end of the input ends the process.
func processAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
