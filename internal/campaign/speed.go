package campaign

import (
	"context"
	"fmt"
	"os"

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

// Measure measures a target, and then its bare hashes on the same corpus: with
// the native engine, in one worker, for a number of executions. Time is the
// processor's, of the engine and its worker, so that what else the machine does
// matters little. The differential target has the reference in process as its
// opponent.
func Measure(ctx context.Context, opts Options, executions int) (Speed, error) {
	s := Speed{Target: opts.Target, Signatures: signatures[opts.Target]}
	var err error
	if s.Rate, err = rate(ctx, opts, opts.Target, executions, differential.OpponentVariable+"=reference"); err != nil {
		return s, err
	}
	s.Bare, err = rate(ctx, opts, "barehashes", executions, fmt.Sprintf("%s=%d", barehashes.Variable, s.Signatures))
	return s, err
}

// rate runs the native entry of a package below fuzz/ on the corpus of a
// target. A setting is added to the environment.
func rate(ctx context.Context, opts Options, entry string, executions int, setting string) (float64, error) {
	opts.Engine, opts.Workers, opts.Out = "native", 1, "" // the corpus of the repository alone
	c, err := begin(opts)
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(c.tmp)
	c.Settings = append(c.Settings, setting)
	c.Target = entry
	program, err := buildNative(ctx, c)
	if err != nil {
		return 0, err
	}
	c.cpu = 0
	if err := runNativeFor(ctx, c, program, fmt.Sprintf("%dx", executions)); err != nil {
		return 0, err
	}
	if len(c.crashers) > 0 {
		return 0, fmt.Errorf("%s has a finding: run it before its speed is measured", entry)
	}
	if c.executions < int64(executions) || c.cpu == 0 {
		return 0, fmt.Errorf("%s executed %d of %d inputs in %s of the processor", entry, c.executions, executions, c.cpu)
	}
	return float64(c.executions) / c.cpu.Seconds(), nil
}
