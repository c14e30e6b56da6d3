//go:build !unix

package runner

import "os/exec"

// apartFromTerminal does nothing: there are no process groups here.
func apartFromTerminal(*exec.Cmd) {}
