//go:build unix

package campaign

import (
	"os/exec"
	"syscall"
	"time"
)

// ownGroup has a command and everything it starts end together: asked first,
// so that an engine can write what it has, and then forced.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error {
		time.AfterFunc(stopGrace, func() { killGroup(cmd) })
		return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)
	}
	cmd.WaitDelay = 2 * stopGrace
}

// killGroup ends a command and everything it started at once.
func killGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
