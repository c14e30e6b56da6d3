//go:build !unix

package campaign

import "os/exec"

func ownGroup(cmd *exec.Cmd) { cmd.WaitDelay = 2 * stopGrace }

func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
