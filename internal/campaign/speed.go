package campaign

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/countersign/countersign/fuzz/barehashes"
	"github.com/countersign/countersign/fuzz/differential"
)

// Speed is the rate of a target beside that of its hashes alone.
type Speed struct {
	Target     string
	Signatures int     // that it computes for one input
	Rate, Bare float64 // executions in a second of the processor
}

// Ratio is the share of the bare rate that the target reaches.
func (s Speed) Ratio() float64 { return s.Rate / s.Bare }

// signatures are how many a target computes for one input that gets as far.
// Those that parse compute none: they are measured beside an empty body, which
// is more than is asked of them.
var signatures = map[string]int{"signverify": 2, "canonical": 2, "collision": 2, "policy": 2, "differential": 2}

// rounds is how often a target and its bare hashes are measured in turn.
const rounds = 3

// Measure measures a target, and then its bare hashes on the same corpus: with
// the native engine, in one worker, for a number of executions. Time is the
// processor's, of the engine and its worker, so that what else the machine does
// matters little. The differential target has the reference in process as its
// opponent. Inputs are chosen by chance, and so is what they cost: of several
// rounds the one with the ratio in the middle counts.
func Measure(ctx context.Context, opts Options, executions int) (Speed, error) {
	var all []Speed
	for range rounds {
		s := Speed{Target: opts.Target, Signatures: signatures[opts.Target]}
		var err error
		if s.Rate, err = rate(ctx, opts, executions, differential.OpponentVariable+"=reference"); err != nil {
			return s, err
		}
		if s.Bare, err = rate(ctx, opts, executions, fmt.Sprintf("%s=%d", barehashes.Variable, s.Signatures)); err != nil {
			return s, err
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b Speed) int { return cmp.Compare(a.Ratio(), b.Ratio()) })
	return all[len(all)/2], nil
}

// rate runs the native entry of a target on its corpus, a setting added to the
// environment: once for a quarter of the
// executions and once for all, so that the cost of starting drops out.
func rate(ctx context.Context, opts Options, executions int, setting string) (float64, error) {
	opts.Engine, opts.Workers, opts.Out = "native", 1, "" // the corpus of the repository alone
	c, err := begin(opts)
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(c.tmp)
	c.Settings = append(c.Settings, setting)
	program, err := buildNative(ctx, c)
	if err != nil {
		return 0, err
	}
	short, err := spent(ctx, c, program, executions/4)
	if err != nil {
		return 0, err
	}
	long, err := spent(ctx, c, program, executions)
	if err != nil {
		return 0, err
	}
	if long <= short {
		return 0, fmt.Errorf("%s: %d executions took %s of the processor, a quarter of them %s: give more", c.Target, executions, long, short)
	}
	return float64(executions-executions/4) / (long - short).Seconds(), nil
}

// spent is the time of the processor for a number of executions, with what
// starting and reading the corpus take.
func spent(ctx context.Context, c *campaign, program string, executions int) (time.Duration, error) {
	c.cpu, c.executions = 0, 0
	if err := runNativeFor(ctx, c, program, fmt.Sprintf("%dx", executions), "0x"); err != nil {
		return 0, err
	}
	if len(c.crashers) > 0 {
		return 0, fmt.Errorf("%s has a finding: run it before its speed is measured", c.Target)
	}
	if c.executions < int64(executions) {
		return 0, fmt.Errorf("%s executed %d of %d inputs", c.Target, c.executions, executions)
	}
	return c.cpu, nil
}
