package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/countersign/countersign/fuzz/differential"
	"github.com/countersign/countersign/internal/hunt"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// fuzzFlags are the flags of fuzz as they were given.
type fuzzFlags struct {
	signer            string
	schemes, profiles []string
	time              time.Duration
	executions        int
	seed              uint64
	timeout           time.Duration
	out, known        string
	replay            string
}

// newFuzzCommand makes fuzz, which hunts when no verb of its own is named, and
// promote below it.
func newFuzzCommand(env *environment) *cobra.Command {
	cmd := newFuzzRunCommand(env, fuzzPage)
	run := newFuzzRunCommand(env, fuzzPage) // the same, said in full
	run.Use, run.Hidden = "run", true
	cmd.AddCommand(run, newFuzzPromoteCommand(env))
	return cmd
}

func newFuzzRunCommand(env *environment, p page) *cobra.Command {
	var f fuzzFlags
	cmd := p.command(cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		if f.signer == "" {
			writeHelp(env.Stderr, cmd)
			return usageError("no signer: name one with --signer 'CMD ARG…'")
		}
		if f.executions > 0 && !cmd.Flags().Changed("time") {
			f.time = 0
		}
		return f.run(cmd.Context(), env)
	})
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.signer, "signer", "", "`CMD` that starts the adapter to fuzz")
	flags.StringArrayVar(&f.schemes, "scheme", nil, "only the scheme `S`, e.g. oss-v4; repeatable")
	flags.StringArrayVar(&f.profiles, "profile", nil, "only profiles that match `P`, e.g. oss-v4/header; repeatable")
	flags.DurationVar(&f.time, "time", time.Minute, "for `D`; without limit where --executions is given alone")
	flags.IntVar(&f.executions, "executions", 0, "for `N` executions; the same seed and number find the same")
	flags.Uint64Var(&f.seed, "seed", 1, "make the requests from the number `N`")
	flags.DurationVar(&f.timeout, "timeout", subject.DefaultTimeout, "wait `D` for one answer")
	flags.StringVar(&f.out, "out", "out/fuzz", "write what is found to the folder `DIR`")
	flags.StringVar(&f.known, "known", "", "`FILE` that lists classes that are known, which are not told again")
	flags.StringVar(&f.replay, "replay", "", "only ask again what is in `FILE`: a vector file, or the bytes beside it")
	return cmd
}

func (f *fuzzFlags) run(ctx context.Context, env *environment) error {
	words, err := splitCommand(f.signer)
	if err != nil {
		return usageError("--signer: %w", err)
	}
	if f.timeout <= 0 || f.time < 0 || f.executions < 0 || f.time == 0 && f.executions == 0 {
		return usageError("--time, --executions and --timeout are more than nothing")
	}
	known, err := f.readKnown()
	if err != nil {
		return err
	}
	var again []byte
	if f.replay != "" {
		if again, err = env.read(ctx, f.replay); err != nil {
			return err
		}
	}
	signer, err := subject.StartProcess(ctx, subject.ProcessOptions{Command: words, Timeout: f.timeout, Parallel: hunt.InFlight, Hold: true, Restarts: mostFuzzRestarts})
	if err != nil {
		return notRunError("the signer could not be started: %w", err)
	}
	defer signer.Close()
	profiles, err := f.chosen(signer.Capabilities())
	if err != nil {
		return usageError("%w", err)
	}
	t := &fuzzTelling{env: env, flags: f, subject: signer.Capabilities().Identity, progress: newFuzzProgress(env, f.executions), began: time.Now()}
	h, err := hunt.New(hunt.Options{
		Opponent: signer, Parallel: hunt.InFlight, Profiles: profiles, Seed: f.seed, Executions: f.executions, Time: f.time,
		Known: known, Found: t.found, Progress: t.progress.show,
	})
	if err != nil {
		return usageError("%w", err)
	}
	var tally hunt.Tally
	if f.replay != "" {
		tally, err = h.Replay(ctx, again)
	} else {
		tally, err = h.Run(ctx)
	}
	closed := signer.Close()
	if err = t.end(ctx, tally, err); err == nil && closed != nil {
		err = &exitError{exitNonconformant, fmt.Errorf("the signer did not end as it should: %w", closed)}
	}
	return err
}

// mostFuzzRestarts is how often an adapter that dies is started again.
const mostFuzzRestarts = 400

func (f *fuzzFlags) readKnown() (*differential.Known, error) {
	if f.known == "" {
		return nil, nil
	}
	file, err := os.Open(f.known)
	if err != nil {
		return nil, usageError("--known: %w", err)
	}
	defer file.Close()
	known, err := differential.ParseKnown(f.known, file)
	if err != nil {
		return nil, usageError("%w", err)
	}
	return known, nil
}

// chosen are the profiles to fuzz of those the signer declares.
func (f *fuzzFlags) chosen(caps subject.Capabilities) ([]string, error) {
	patterns := append([]string{}, f.profiles...)
	for _, scheme := range f.schemes {
		patterns = append(patterns, scheme+"/*")
	}
	if len(patterns) == 0 {
		return nil, nil
	}
	set, err := vectors.NewPatternSet(patterns)
	if err != nil {
		return nil, err
	}
	var chosen []string
	for _, id := range caps.Profiles {
		if set.Match(id) {
			chosen = append(chosen, id)
		}
	}
	if err := set.UnmatchedError(caps.Profiles); err != nil {
		return nil, fmt.Errorf("the signer declares %s: %w", strings.Join(caps.Profiles, ", "), err)
	}
	return chosen, nil
}

// end says what came of a hunt.
func (t *fuzzTelling) end(ctx context.Context, tally hunt.Tally, err error) error {
	t.progress.finish()
	seconds := time.Since(t.began).Seconds()
	fmt.Fprintf(t.env.Stderr, "%s %s: %s in %.1f s (%.0f a second); unsupported: %d, refused by the reference: %d; classes: %d new, %d known, %d contested\n",
		t.subject.Name, t.subject.Version, reports.Counted(int(tally.Executions), "execution"), seconds, float64(tally.Executions)/seconds,
		tally.Unsupported, tally.Refused, tally.New, tally.Known, tally.Contested)
	var exit *exitError
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &exit):
		return err
	case errors.Is(err, hunt.ErrInput):
		return usageError("--replay %s: %w", t.flags.replay, err)
	case err != nil && tally.New == 0:
		return notRunError("%w", err)
	case err != nil:
		fmt.Fprintln(t.env.Stderr, "countersign fuzz:", err)
		return errNonconformant
	case tally.New > 0:
		return errNonconformant
	case tally.Compared == 0:
		return &exitError{exitNonconformant, errors.New("nothing was proven: no answer could be compared")}
	}
	return nil
}

// files of a class in the folder of --out: the vector, and the bytes it was
// made of.
func (f *fuzzFlags) files(class string) (vector, input string) {
	name := filepath.Join(f.out, hunt.FileName(class))
	return name + ".json", name + ".input"
}
