package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/countersign/countersign/fuzz/differential"
	"github.com/countersign/countersign/fuzz/targets"
	"github.com/countersign/countersign/internal/campaign"
	"github.com/countersign/countersign/internal/interop"
)

// adapters is the folder whose adapter.json files are the table of opponents.
const adapters = "adapters"

// against is the target that has opponents.
const against = "differential"

// chosen is an adapter whose SDK is the opponent.
type chosen struct {
	*interop.Adapter
	inProcess bool // its module has a target that links the SDK
}

func opponentNamed(name string, process bool) (*chosen, error) {
	all, err := interop.Load(adapters)
	if err != nil {
		return nil, err
	}
	found, err := all.Only([]string{name})
	if err != nil {
		return nil, &usageError{err}
	}
	c := &chosen{Adapter: found[0]}
	_, err = os.Stat(filepath.Join(c.Dir, "fuzz", against, "target.go"))
	c.inProcess = err == nil && !process
	return c, nil
}

// knownList is the file of an adapter's folder that lists what is known.
const knownList = "fuzz-known.txt"

// knownOf reads the list of an adapter; without the file there is none.
func knownOf(a *interop.Adapter) (*differential.Known, error) {
	name := filepath.Join(a.Dir, knownList)
	file, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	defer file.Close()
	return differential.ParseKnown(name, file)
}

// settings have the target of this module start the adapter.
func (c *chosen) settings() []string {
	return []string{differential.OpponentVariable + "=process " + strings.Join(c.Command, " "), differential.FolderVariable + "=" + c.Dir}
}

// set makes a campaign one against this opponent. What it leaves in a folder of
// temporary files is removed by done.
func (c *chosen) set(ctx context.Context, o *campaign.Options) (done func(), err error) {
	o.Target = against
	o.Out = filepath.Join(o.Out, "opponents", c.Name)
	known, err := knownOf(c.Adapter)
	if err != nil {
		return nil, err
	}
	o.Known = append(o.Known, known.Patterns()...)
	if !c.inProcess {
		o.Settings = append(o.Settings, c.settings()...)
		return func() {}, nil
	}
	o.Seeds = filepath.Join(o.Root, "fuzz", against, "corpus")
	o.Root, o.Instrument = c.Dir, []string{c.SDK.Package}
	program, done, err := c.replayer(ctx)
	o.Replay = []string{program}
	return done, err
}

// replayer builds the program of the adapter's module that replays.
func (c *chosen) replayer(ctx context.Context) (program string, done func(), err error) {
	folder, err := os.MkdirTemp("", "countersign-replay-")
	if err != nil {
		return "", nil, err
	}
	done = func() { os.RemoveAll(folder) }
	program = filepath.Join(folder, "replay")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./fuzz/replay")
	build.Dir = c.Dir
	if out, err := build.CombinedOutput(); err != nil {
		done()
		return "", nil, fmt.Errorf("build the replay of %s: %w\n%s", c.Name, err, out)
	}
	return program, done, nil
}

// replay is what a campaign runs in a process of its own, and what a person runs
// to see a finding in words.
func replay(ctx context.Context, args []string) error {
	if len(args) < 2 || args[0] != "--opponent" {
		return replayed(campaign.Replay(targets.All, args, os.Stdout))
	}
	process := len(args) > 2 && args[2] == "--process"
	c, err := opponentNamed(args[1], process)
	if err != nil {
		return err
	}
	args = args[2:]
	if process {
		args = args[1:]
	}
	if !c.inProcess {
		for _, setting := range c.settings() {
			name, value, _ := strings.Cut(setting, "=")
			if err := os.Setenv(name, value); err != nil {
				return err
			}
		}
		return replayed(campaign.Replay(targets.All, args, os.Stdout))
	}
	program, done, err := c.replayer(ctx)
	if err != nil {
		return err
	}
	defer done()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

func replayed(err error) error {
	if errors.Is(err, campaign.ErrReplayUsage) {
		return &usageError{err}
	}
	return err
}
