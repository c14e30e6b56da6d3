package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/internal/interop"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/vectors"
)

// The pages that are made of all compliance reports.
const (
	findingsPage = "reports/findings.md"
	matrixPage   = "reports/matrix.html"
	readme       = "README.md"
)

// run judges the adapters of these names and publishes what came of it.
func (f *flags) run(ctx context.Context, names []string) error {
	all, err := interop.Load(f.adapters)
	if err != nil {
		return err
	}
	adapters, err := all.Only(names)
	if err != nil {
		return err
	}
	var programs []*interop.Program
	for _, a := range adapters {
		programs = append(programs, &a.Program)
	}
	return f.judge(ctx, all, programs)
}

// judge judges programs and publishes what came of it.
func (f *flags) judge(ctx context.Context, all *interop.Adapters, programs []*interop.Program) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	quiet := context.AfterFunc(ctx, func() { fmt.Fprintln(os.Stderr, "interop: interrupted, ending what runs") })
	defer quiet()
	began, through := time.Now(), 0
	outcomes := interop.Run(ctx, interop.Options{
		Programs: programs, Missing: all.Missing, Jobs: f.jobs, Logs: f.logs, Limit: f.limit,
		Subject: []string{self, subjectVerb},
		Done: func(o interop.Outcome) {
			through++
			fmt.Printf("[%*d/%d] %s\n", len(fmt.Sprint(len(programs))), through, len(programs), line(&o))
			for _, problem := range problems(&o) {
				fmt.Printf("        %s\n", strings.ReplaceAll(problem, "\n", "\n        "))
			}
		},
	})
	if ctx.Err() != nil {
		return notRun("interrupted; nothing is published")
	}
	if err := f.publish(outcomes); err != nil {
		return notRun("publishing: %w", err)
	}
	return f.conclude(outcomes, time.Since(began))
}

// publish writes the reports of the subjects that were judged, and the pages
// about all reports there are.
func (f *flags) publish(outcomes []interop.Outcome) error {
	for i := range outcomes {
		if j := outcomes[i].Judged; j != nil {
			if err := interop.Publish(f.compliance, &j.Compliance); err != nil {
				return err
			}
		}
	}
	return f.writePages()
}

// line is what a subject gets on the terminal when it is through.
func line(o *interop.Outcome) string {
	p := o.Program
	switch {
	case len(o.Missing) > 0:
		var tools []string
		for _, t := range o.Missing {
			tools = append(tools, fmt.Sprintf("%s (%s)", t.Name, t.Get))
		}
		return fmt.Sprintf("%s: not run, missing: %s", p.Name, strings.Join(tools, "; "))
	case o.Postponed != "":
		return fmt.Sprintf("%s: %s", p.Name, o.Postponed)
	case o.Err != nil:
		return fmt.Sprintf("%s: NOT JUDGED", p.Name)
	}
	c := &o.Judged.Compliance
	expected := "as expected"
	if !o.AsExpected() {
		expected = "NOT AS EXPECTED"
	}
	results := 0
	for _, profile := range c.Profiles {
		for _, counts := range profile.Counts {
			for _, n := range counts {
				results += n
			}
		}
	}
	return fmt.Sprintf("%s %s (%s on %s): %s, %s; %s, %s%s; %.1f s, installed in %.1f s",
		p.Name, c.Subject.Version, p.Language, p.Runtime, c.Verdict, expected, reports.Counted(results, "vector"), reports.Counted(len(c.Findings), "finding"), flowsText(o.Judged.Flows),
		o.Judged.Wall.Seconds(), o.Installing.Seconds())
}

// flowsText is how many flows passed of those that were carried out; "" for a
// server.
func flowsText(f *interop.Flows) string {
	if f == nil {
		return ""
	}
	c := f.Counts()
	if len(f.Results) == 0 {
		return ", no flows: it sends nothing"
	}
	text := fmt.Sprintf(", flows %d/%d (%s", c.Passed, c.Ran(), reports.Counted(c.Steps, "step"))
	for _, more := range []struct {
		n    int
		what string
	}{{c.Known, "known to fail"}, {c.Contested, "contested"}, {c.LeftOut, "left out"}} {
		if more.n > 0 {
			text += fmt.Sprintf(", %d %s", more.n, more.what)
		}
	}
	return text + ")"
}

// mostProblems is how many failures of a subject are told here; its report has
// all.
const mostProblems = 10

func problems(o *interop.Outcome) []string {
	if o.Err != nil {
		return []string{o.Err.Error()}
	}
	if o.Judged == nil {
		return nil
	}
	list := slices.Clone(o.Judged.Compliance.Problems)
	if f := o.Judged.Flows; f != nil {
		list = append(list, f.Problems...)
	}
	for _, p := range o.Judged.Compliance.Profiles {
		for _, e := range p.Failures {
			list = append(list, fmt.Sprintf("%s  %s: %s", e.ID, placeOf(e), e.Reason))
		}
	}
	if more := len(list) - mostProblems; more > 0 {
		list = append(list[:mostProblems:mostProblems], fmt.Sprintf("… and %d more", more))
	}
	return list
}

func placeOf(e reports.Entry) string {
	return reports.Result{Stage: e.Stage, Divergence: e.Divergence, Outcome: e.Outcome}.Place()
}

// writePages writes the pages about all compliance reports there are.
func (f *flags) writePages() error {
	all, err := reports.ReadCollection(f.compliance)
	if err != nil {
		return err
	}
	set, err := vectors.Load()
	if err != nil {
		return err
	}
	if err := reports.WriteAtomic(findingsPage, func(w io.Writer) error { return reports.WriteFindings(w, all) }); err != nil {
		return err
	}
	if err := reports.WriteAtomic(matrixPage, func(w io.Writer) error { return reports.WriteMatrix(w, set, all, filepath.Dir(matrixPage)) }); err != nil {
		return err
	}
	var table strings.Builder
	if err := reports.WriteMatrixTable(&table, all); err != nil {
		return err
	}
	return interop.ReplaceTable(readme, table.String())
}

// conclude prints the sums and decides the exit code.
func (f *flags) conclude(outcomes []interop.Outcome, wall time.Duration) error {
	sum := interop.Summarize(outcomes)
	fmt.Printf("\n%s in %s: %d as expected, %d not as expected, %d not judged, %d without their toolchain, %d not on this day\n",
		reports.Counted(len(outcomes), "subject"), reports.Counted(sum.Languages, "language"), sum.AsExpected, sum.Unexpected, sum.NotJudged, sum.Missing, sum.Postponed)
	fmt.Printf("%.0f s in all; installing %.0f s, driving and judging %.0f s (judging %.1f s of it), shrinking %.0f s, flows %.0f s\n",
		wall.Seconds(), sum.Installing.Seconds(), sum.Wall.Seconds(), sum.Judging.Seconds(), sum.Shrinking.Seconds(), sum.Flowing.Seconds())
	if sum.Open > 0 {
		fmt.Printf("without a network of their own: %d; that these connect to loopback only was not seen (it takes Linux, the command ip and leave to use it)\n", sum.Open)
	}
	fmt.Printf("reports: %s/, %s, %s\n", f.compliance, findingsPage, matrixPage)
	switch {
	case sum.Judged() == 0: // nothing is green without proof
		return notRun("no subject was judged")
	case sum.NotJudged > 0:
		return notRun("not judged: %s; see %s/", reports.Counted(sum.NotJudged, "subject"), f.logs)
	case f.requireAll && sum.Missing+sum.Open > 0:
		return notRun("all subjects are required, each with its toolchain and a network of its own")
	case sum.Unexpected > 0:
		return &exitError{exitUnexpected, fmt.Errorf("not as expected: %s", reports.Counted(sum.Unexpected, "subject"))}
	}
	return nil
}
