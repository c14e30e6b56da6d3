package interop

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// Judged is what came of one subject that was driven and judged.
type Judged struct {
	Compliance reports.Compliance `json:"compliance"`
	Isolated   bool               `json:"isolated"` // it had a network of its own, which had no other machine in it
	Wall       time.Duration      `json:"wall"`     // from start to the last judgement
	Judging    time.Duration      `json:"judging"`  // the part of Wall that judging took
	Shrinking  time.Duration      `json:"shrinking"`
	Flows      *Flows             `json:"flows,omitempty"` // nil for a server
	Flowing    time.Duration      `json:"flowing"`         // what the flows took
}

// Judge drives the subject of an adapter over everything it declares, judges
// it, shrinks a failure of each of its findings, and has it go through the
// flows. The adapter must be installed.
//
// What does not fit (a finding that nothing shows, a failure that belongs to
// none, a packet to another machine) is a problem of the report. An error says
// that nothing was judged.
func Judge(ctx context.Context, a *Adapter, network *Network) (*Judged, error) {
	accounts, err := a.Accounts()
	if err != nil {
		return nil, err
	}
	expected, err := readExpected(a.Expected())
	if err != nil {
		return nil, err
	}
	out := &Judged{Isolated: network != nil}
	options := runner.Options{
		Expected: expected, Parallel: a.Parallel,
		Start: func(ctx context.Context) (subject.Subject, error) {
			return subject.StartProcess(ctx, subject.ProcessOptions{
				Command: a.Command, Dir: a.Dir, Timeout: a.Patience(), Parallel: a.Parallel,
			})
		},
		Judge: func(ctx context.Context, set *vectors.Set, items []*spec.Item, observations []*subject.Observation) ([]reports.Result, error) {
			began := time.Now()
			defer func() { out.Judging = time.Since(began) }()
			return runner.JudgeHere(ctx, set, items, observations)
		},
	}
	began := time.Now()
	stream, err := runner.Run(ctx, options)
	if err != nil {
		return nil, err
	}
	if stream.Footer.Aborted {
		return nil, fmt.Errorf("cut short: %w", context.Cause(ctx))
	}
	out.Wall = time.Since(began)

	began = time.Now()
	problems := stream.Footer.Problems
	if name := stream.Header.Subject.Name; name != a.Name {
		problems = append(problems, fmt.Sprintf("it says hello as %q; an adapter has the name of its folder, %q", name, a.Name))
	}
	findings, err := stream.Findings(accounts)
	if err != nil {
		problems = append(problems, strings.Split(err.Error(), "\n")...)
	} else if err := show(ctx, options, stream, findings); err != nil {
		return nil, err
	}
	out.Shrinking = time.Since(began)
	began = time.Now()
	if out.Flows, err = judgeFlows(ctx, a, os.Stderr); err != nil {
		return nil, err
	}
	out.Flowing = time.Since(began)
	packets, err := network.Packets()
	if err != nil {
		return nil, err
	}
	for _, packet := range packets {
		problems = append(problems, "it sent a packet to another machine: "+packet)
	}
	stream.Footer = reports.Conclude(stream.Header, stream.Results, problems, false)
	out.Compliance = stream.Compliance()
	out.Compliance.Findings = findings
	return out, nil
}

func readExpected(name string) (*runner.ExpectedFailures, error) {
	file, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return runner.ParseExpectedFailures(name, file)
}

// show looks for the smallest input that shows each finding.
func show(ctx context.Context, options runner.Options, stream *reports.Stream, findings []reports.Finding) error {
	set, err := vectors.Load()
	if err != nil {
		return err
	}
	byID := map[string]reports.Result{}
	for _, r := range stream.Results {
		byID[r.ID] = r
	}
	failures := make([]reports.Result, len(findings))
	for i := range findings {
		var candidates []reports.Result
		for _, id := range findings[i].Results {
			candidates = append(candidates, byID[id])
		}
		failures[i] = slices.MinFunc(candidates, runner.Smallest(set))
	}
	shrunk, err := runner.Shrink(ctx, options, failures)
	if err != nil {
		return err
	}
	for i := range findings {
		f, r := &findings[i], failures[i]
		if shrunk[i] != nil {
			r = shrunk[i].Result
		}
		f.Rule, f.Source = r.Rule, r.Source
		f.Shown = &reports.Shown{
			From: failures[i].ID, Outcome: r.Outcome, Stage: r.Stage, Divergence: r.Divergence, Message: r.Message,
			Expected: r.Expected, Observed: r.Observed, Wire: r.Wire,
		}
		if shrunk[i] == nil { // it did not come back: the vector itself stands for it
			shrunk[i] = runner.Whole(set, failures[i].ID)
		}
		if err := asked(f.Shown, shrunk[i]); err != nil {
			return err
		}
	}
	return nil
}

// asked fills in what the subject was asked for.
func asked(shown *reports.Shown, s *runner.Shrunk) error {
	if c := s.Operation; c != nil {
		shown.Operation = &reports.ShownOperation{Operation: c.Operation, Addressing: string(c.Addressing), Endpoint: c.Endpoint}
	}
	if s.Input == nil {
		return nil
	}
	var text bytes.Buffer
	err := WriteJSON(&text, s.Input)
	shown.Input = text.Bytes()
	return err
}

// WriteJSON writes a value on a line, with & and < as they are: people read it.
func WriteJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
