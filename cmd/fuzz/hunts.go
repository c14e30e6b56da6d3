package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/countersign/countersign/fuzz/differential"
	"github.com/countersign/countersign/internal/hunt"
	"github.com/countersign/countersign/internal/interop"
	"github.com/countersign/countersign/subject"
)

// opponents hunts every adapter that has a list of known classes, as a process
// and as `countersign fuzz` does. What is not on its list is a finding.
func opponents(ctx context.Context, args []string) error {
	o := flags("opponents", "all", time.Minute)
	executions := o.Int("executions", 5000, "")
	seed := o.Uint64("seed", 1, "")
	if err := o.parse(args); err != nil {
		return err
	}
	listed, err := withList(o.Target)
	if err != nil {
		return err
	}
	o.Visit(func(f *flag.Flag) {
		if f.Name == "time" { // a limit of time in place of one of executions
			*executions = 0
		}
	})
	limit := o.Time
	if *executions > 0 {
		limit = 0
	}
	var found []string
	fmt.Printf("%-16s %-11s %10s %9s %11s %8s %6s %5s\n", "opponent", "language", "executions", "a second", "unsupported", "compared", "known", "new")
	for _, a := range listed {
		classes, err := huntOne(ctx, a, hunt.Options{Seed: *seed, Executions: *executions, Time: limit, Parallel: hunt.InFlight})
		if err != nil {
			return fmt.Errorf("%s: %w", a.Name, err)
		}
		found = append(found, classes...)
	}
	if len(found) > 0 {
		return errFound
	}
	return nil
}

// withList are the adapters of these names, or all, that have a list.
func withList(names string) ([]*interop.Adapter, error) {
	table, err := interop.Load(adapters)
	if err != nil {
		return nil, err
	}
	var only []string
	if names != "all" {
		only = strings.Split(names, ",")
	}
	chosen, err := table.Only(only)
	if err != nil {
		return nil, &usageError{err}
	}
	var listed []*interop.Adapter
	for _, a := range chosen {
		if _, err := os.Stat(filepath.Join(a.Dir, knownList)); err == nil {
			listed = append(listed, a)
		} else if !errors.Is(err, fs.ErrNotExist) || len(only) > 0 {
			return nil, err
		}
	}
	return listed, nil
}

// huntOne hunts one adapter and prints a line, and each class that is not on its
// list.
func huntOne(ctx context.Context, a *interop.Adapter, opts hunt.Options) (classes []string, err error) {
	if opts.Known, err = knownOf(a); err != nil {
		return nil, err
	}
	signer, err := subject.StartProcess(ctx, subject.ProcessOptions{
		Command: a.Command, Dir: a.Dir, Timeout: differential.Patience, Parallel: hunt.InFlight, Hold: true,
	})
	if err != nil {
		return nil, fmt.Errorf("%w (make interop SUBJECTS=%s installs it)", err, a.Name)
	}
	defer signer.Close()
	opts.Opponent = signer
	opts.Found = func(f *hunt.Finding) error {
		if !f.Contested() {
			classes = append(classes, f.Class)
		}
		return nil
	}
	h, err := hunt.New(opts)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	tally, err := h.Run(ctx)
	if err != nil {
		return nil, err
	}
	if tally.Compared == 0 {
		return nil, errors.New("nothing was proven: no answer could be compared")
	}
	fmt.Printf("%-16s %-11s %10d %9.0f %11d %8d %6d %5d\n", a.Name, a.Language, tally.Executions, float64(tally.Executions)/time.Since(began).Seconds(),
		tally.Unsupported, tally.Compared, tally.Known, tally.New)
	for _, class := range classes {
		fmt.Printf("  %s is not in %s: countersign fuzz --signer %q --seed %d\n", class, filepath.Join(a.Dir, knownList), strings.Join(a.Command, " "), opts.Seed)
	}
	return classes, signer.Close()
}
