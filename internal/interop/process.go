package interop

import (
	"errors"
	"fmt"
	"os/exec"
	"time"
)

// RunWhole runs a command, and when its context ends, interrupts it and all
// processes of its group, which have DefaultFarewell to end. What it started
// and left behind is killed in any case.
func RunWhole(cmd *exec.Cmd) error { return runWhole(cmd, DefaultFarewell) }

func runWhole(cmd *exec.Cmd, farewell time.Duration) error {
	brand := newBrand()
	cmd.Env = append(cmd.Environ(), brand)
	ownGroup(cmd)
	cmd.Cancel = func() error { return interruptGroup(cmd) }
	cmd.WaitDelay = farewell
	err := cmd.Run()
	if cmd.Process != nil {
		killGroup(cmd)
		killBranded(brand)
	}
	if errors.Is(err, exec.ErrWaitDelay) {
		err = fmt.Errorf("it ended, and what it had started did not within %s", farewell)
	}
	return err
}
