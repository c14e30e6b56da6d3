//go:build !unix

package subject

import "os/exec"

// ownGroup does nothing: there are no process groups here.
func ownGroup(*exec.Cmd) {}

// killGroup kills the child; processes it started are not found here.
func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
