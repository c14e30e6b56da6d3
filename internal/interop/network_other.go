//go:build !linux

package interop

import "os/exec"

// isolate does nothing: only Linux gives a process a network of its own.
func isolate(*exec.Cmd) {}

func canIsolate() bool { return false }

// OwnNetwork returns nil: only Linux gives a process a network of its own.
func OwnNetwork() (*Network, error) { return nil, nil }
