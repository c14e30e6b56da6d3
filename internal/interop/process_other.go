//go:build !unix

package interop

import (
	"os"
	"os/exec"
)

// ownGroup does nothing: there are no process groups here.
func ownGroup(*exec.Cmd) {}

// interruptGroup interrupts the child, or kills it where that cannot be done.
func interruptGroup(cmd *exec.Cmd) error {
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		return cmd.Process.Kill()
	}
	return nil
}

// killGroup kills the child; processes it started are not found here.
func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
