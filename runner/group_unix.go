//go:build unix

package runner

import (
	"os/exec"
	"syscall"
)

// apartFromTerminal makes the child the leader of a process group of its own: a
// terminal sends what its user types to interrupt to the whole group of the
// parent, and what was observed is still to be judged then.
func apartFromTerminal(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
