package interop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/countersign/countersign/internal/flows"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/subject"
)

// Flows is what came of the flows of a subject.
type Flows struct {
	Results  []flows.Result `json:"results"`
	Problems []string       `json:"problems"` // each flow that is not as expected, and what is wrong with the list of those that are known to fail
}

// AsExpected reports whether every flow is.
func (f *Flows) AsExpected() bool { return f == nil || len(f.Problems) == 0 }

// FlowCounts are of flows and their steps.
type FlowCounts struct {
	Passed, Known, Contested, Failed, LeftOut int // flows; known are those that fail as it is written down
	Steps                                     int // that were carried out
}

// Ran is how many flows were carried out.
func (c *FlowCounts) Ran() int { return c.Passed + c.Known + c.Contested + c.Failed }

// Counts counts.
func (f *Flows) Counts() FlowCounts {
	var c FlowCounts
	for i := range f.Results {
		r := &f.Results[i]
		c.Steps += r.Steps
		switch r.Standing() {
		case reports.StandPass:
			c.Passed++
		case reports.StandExpected:
			c.Known++
		case reports.StandContested:
			c.Contested++
		case reports.StandUnsupported:
			c.LeftOut++
		default:
			c.Failed++
		}
	}
	return c
}

// judgeFlows has the subject of an adapter go through the flows. What was left
// out is told on the log.
func judgeFlows(ctx context.Context, a *Adapter, log io.Writer) (*Flows, error) {
	known, err := readExpected(a.KnownFlows())
	if err != nil {
		return nil, err
	}
	s, err := subject.StartProcess(ctx, subject.ProcessOptions{Command: a.Command, Dir: a.Dir, Timeout: a.Patience(), Parallel: a.Parallel})
	if err != nil {
		return nil, err
	}
	out := &Flows{}
	out.Results, err = flows.Run(ctx, s, a.Parallel)
	caps := s.Capabilities()
	err = errors.Join(err, s.Close())
	if err != nil {
		return nil, fmt.Errorf("flows: %w", err)
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("flows: cut short: %w", context.Cause(ctx))
	}
	results := make([]reports.Result, len(out.Results))
	for i := range out.Results {
		results[i] = out.Results[i].Result
		for _, left := range out.Results[i].LeftOut {
			fmt.Fprintf(log, "%s: left out: %s\n", results[i].ID, left)
		}
		if results[i].Outcome == reports.Contested {
			fmt.Fprintf(log, "%s: contested: %s\n", results[i].ID, results[i].Message)
		}
	}
	if known != nil {
		out.Problems = known.Apply(results)
		for i := range results {
			out.Results[i].Result = results[i]
		}
	}
	if len(caps.Operations) == 0 {
		return out, nil
	}
	footer := reports.Conclude(reports.Header{}, results, out.Problems, false)
	out.Problems = footer.Problems
	for _, r := range results {
		if r.Standing() == reports.StandFail {
			out.Problems = append(out.Problems, fmt.Sprintf("%s  %s: %s", r.ID, r.Place(), strings.ReplaceAll(r.Message, "\n", "\n    ")))
		}
	}
	if !footer.AsExpected && len(out.Problems) == 0 {
		return nil, errors.New("flows: they are not as expected, and nothing says why")
	}
	return out, nil
}

// KnownFlows is the file of the flows that are known to fail; it may be missing.
// Its lines are those of the expected failures.
func (a *Adapter) KnownFlows() string { return filepath.Join(a.Dir, "expected-flow-failures.txt") }
