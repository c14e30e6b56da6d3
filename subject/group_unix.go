//go:build unix

package subject

import (
	"os/exec"
	"syscall"
)

// ownGroup makes the child the leader of a process group of its own, so that
// the processes it starts can be ended with it.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killGroup kills the child and all processes of its group.
func killGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
