// Fuzz runs the fuzz targets of this module under their engines, and measures
// them. It is what make fuzz, make fuzz-cluster, make fuzz-mutants and make
// bench call; an SDK author who has no Go toolchain uses countersign fuzz.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/countersign/countersign/internal/campaign"
)

const usage = `usage: fuzz COMMAND [FLAG…]      in the root of the module

  run      fuzz a target, or all of them, and count what is found by class
           --target NAME|all  --engine go-fuzz|native|libfuzzer
           --time 60s (for each target)  --workers 1  --known CLASS[,CLASS…]
           --opponent NAME (a folder of adapters/: the target differential is run
           against its SDK, in process where its module has that target, or with
           --process as a process; what its fuzz-known.txt lists is passed over)
           --verbose
  opponents
           hunt every adapter that has a fuzz-known.txt, as countersign fuzz does:
           what the list does not have is a finding
           --target NAME|all (of adapters/)  --executions 5000 | --time 60s
           --seed 1
  replay   replay an input of a target, and print its class
           [--opponent NAME [--process]] TARGET FILE
  cluster  a coordinator and workers on loopback; one is killed, one joins
           --target NAME
  mutants  executions until each planted bug is found, from no corpus
           --engine random|go-fuzz|native|libfuzzer  --budget N  --seed N
           --only ID
  speed    executions in a second of the processor beside the bare hashes, native
           engine
           --target NAME|all  --executions 40000
  seeds    make the corpora anew of targets that decode the grammar
  minimise add to the corpora in fuzz/ the few inputs that cover, of what campaigns
           have left under out/fuzz, what nothing else does; libFuzzer chooses
           --target NAME|all

Exit codes: 0 nothing found · 1 a finding, or a planted bug that was not found ·
2 usage · 3 could not run
`

var errFound = errors.New("found something")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := dispatch(ctx, os.Args[1:])
	stop()
	var misuse *usageError
	switch {
	case err == nil:
	case errors.Is(err, errFound):
		os.Exit(1)
	case errors.As(err, &misuse):
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(3)
	}
}

type usageError struct{ error }

var commands = map[string]func(ctx context.Context, args []string) error{
	"run": run, "cluster": cluster, "mutants": mutantTable, "speed": speed, "replay": replay,
	"minimise": minimise, "opponents": opponents, "seeds": seedCommand,
}

func dispatch(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return &usageError{errors.New("a command is missing")}
	}
	command, ok := commands[args[0]]
	if !ok {
		return &usageError{fmt.Errorf("there is no command %q", args[0])}
	}
	return command(ctx, args[1:])
}

// options are the flags that say what to fuzz.
type options struct {
	*flag.FlagSet
	campaign.Options
	known   string
	verbose bool
}

func flags(name, target string, limit time.Duration) *options {
	o := &options{FlagSet: flag.NewFlagSet(name, flag.ContinueOnError)}
	o.SetOutput(io.Discard) // the usage says more
	o.StringVar(&o.Target, "target", target, "")
	o.StringVar(&o.Engine, "engine", campaign.Engines[0], "")
	o.DurationVar(&o.Time, "time", limit, "")
	o.IntVar(&o.Workers, "workers", 1, "")
	o.StringVar(&o.known, "known", "", "")
	o.StringVar(&o.Out, "out", "out/fuzz", "")
	o.BoolVar(&o.verbose, "verbose", false, "")
	return o
}

func (o *options) parse(args []string) error {
	if err := o.Parse(args); err != nil {
		return &usageError{err}
	}
	if o.NArg() > 0 {
		return &usageError{fmt.Errorf("what is %q?", o.Arg(0))}
	}
	if o.Time <= 0 || o.Workers <= 0 {
		return &usageError{errors.New("time and workers are more than nothing")}
	}
	o.Root, o.Log = ".", io.Discard
	if o.verbose {
		o.Log = os.Stderr
	}
	if o.known != "" {
		o.Known = strings.Split(o.known, ",")
	}
	self, err := os.Executable()
	o.Replay = []string{self, "replay"}
	return err
}

func (o *options) targets() ([]string, error) {
	if o.Target != "all" {
		return strings.Split(o.Target, ","), nil
	}
	return campaign.Targets(o.Root)
}

func run(ctx context.Context, args []string) error {
	o := flags("run", "all", time.Minute)
	opponent := o.String("opponent", "", "")
	process := o.Bool("process", false, "")
	if err := o.parse(args); err != nil {
		return err
	}
	again := "go run ./cmd/fuzz replay"
	if *opponent != "" {
		if o.Target != "all" && o.Target != against {
			return &usageError{fmt.Errorf("the target %s has no opponent", o.Target)}
		}
		c, err := opponentNamed(*opponent, *process)
		if err != nil {
			return err
		}
		done, err := c.set(ctx, &o.Options)
		if err != nil {
			return err
		}
		defer done()
		again += " --opponent " + c.Name
		if *process {
			again += " --process"
		}
	}
	names, err := o.targets()
	if err != nil {
		return err
	}
	found, idle := 0, []string(nil)
	fmt.Printf("%-14s %-10s %12s %10s %9s %8s %7s\n", "target", "engine", "executions", "a second", "crashers", "classes", "inputs")
	for _, name := range names {
		o.Target = name
		r, err := campaign.Run(ctx, o.Options)
		if err != nil {
			return err
		}
		fmt.Printf("%-14s %-10s %12d %10.0f %9d %8d %+7d\n", r.Target, r.Engine, r.Executions, float64(r.Executions)/r.Elapsed.Seconds(), r.Crashers, len(r.Classes), r.Added)
		for _, c := range r.Classes {
			fmt.Printf("  %s\n    %d crashers, the shortest has %d bytes: %s\n    again: %s %s %s\n", c.Name, c.Crashers, c.Size, c.File, again, name, c.File)
		}
		found += len(r.Classes)
		if r.Executions == 0 && len(r.Classes) == 0 {
			idle = append(idle, name)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	switch {
	case found > 0:
		return errFound
	case len(idle) > 0: // nothing found by who did nothing is no result
		return fmt.Errorf("nothing but the seeds was executed on %s: give it more time with --time", strings.Join(idle, ", "))
	}
	return nil
}

func cluster(ctx context.Context, args []string) error {
	o := flags("cluster", "signverify", time.Minute)
	if err := o.parse(args); err != nil {
		return err
	}
	o.Log = os.Stderr
	r, err := campaign.Cluster(ctx, o.Options)
	if err != nil {
		return err
	}
	fmt.Printf("cluster of %s: %d executions in %s, %d crashers; one worker killed, one joined\n", r.Target, r.Executions, r.Elapsed.Round(time.Second), r.Crashers)
	if r.Crashers > 0 {
		return errFound
	}
	return nil
}

func minimise(ctx context.Context, args []string) error {
	o := flags("minimise", "all", time.Minute)
	if err := o.parse(args); err != nil {
		return err
	}
	names, err := o.targets()
	if err != nil {
		return err
	}
	fmt.Printf("%-14s %9s %6s %6s\n", "target", "committed", "found", "added")
	for _, name := range names {
		o.Target = name
		m, err := campaign.Minimise(ctx, o.Options)
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%w: there was no campaign yet: make fuzz TARGET=%s", err, name)
		}
		if err != nil {
			return err
		}
		fmt.Printf("%-14s %9d %6d %+6d\n", m.Target, m.Seeds, m.Found, m.Added)
	}
	return nil
}

// enough is the share of the rate of bare hashes that a target should reach.
const enough = 0.5

func speed(ctx context.Context, args []string) error {
	o := flags("speed", "all", time.Minute)
	executions := o.Int("executions", 40_000, "")
	if err := o.parse(args); err != nil {
		return err
	}
	names, err := o.targets()
	if err != nil {
		return err
	}
	// The diagnosis computes as many hashes as its search has hypotheses: what they
	// cost is measured beside bare HMACs, in the benchmarks of its package.
	names = slices.DeleteFunc(names, func(name string) bool { return name == "diagnosis" })
	slow := false
	fmt.Printf("%-14s %11s %12s %12s %6s\n", "target", "signatures", "executions/s", "bare hashes", "ratio")
	for _, name := range names {
		o.Target = name
		s, err := campaign.Measure(ctx, o.Options, *executions)
		if err != nil {
			return err
		}
		fmt.Printf("%-14s %11d %12.0f %12.0f %6.2f\n", s.Target, s.Signatures, s.Rate, s.Bare, s.Ratio())
		slow = slow || s.Ratio() < enough
	}
	if slow { // a figure to look at and no failure: machines are busy
		fmt.Printf("the goal is %.2f: not every target reaches it\n", enough)
	}
	return nil
}
