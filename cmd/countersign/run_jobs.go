package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/runner"
)

// runJobs runs one subject after the other and says what came of it: first
// the failures, then a table of all. The exit code is that of the worst.
func runJobs(ctx context.Context, env *environment, jobs []*job, asJSON, quiet bool) error {
	var streams []*reports.Stream
	var failed error
	taken := map[string]bool{}
	for _, j := range jobs {
		j.taken = taken
		s, err := j.run(ctx, env, quiet)
		if err != nil && s == nil {
			// The others are still worth running, unless nobody waits for them.
			failed = worse(failed, err)
			if ctx.Err() != nil {
				break
			}
			if len(jobs) > 1 {
				fmt.Fprintln(env.Stderr, "countersign run:", err)
			}
			continue
		}
		failed = worse(failed, err)
		streams = append(streams, s)
	}
	if err := show(env, streams, asJSON, quiet); err != nil {
		return err
	}
	if !quiet {
		adviseOnLists(env, jobs)
	}
	for _, s := range streams {
		if s.Footer.Aborted {
			return &exitError{code: exitInterrupted}
		}
		if reports.ExitCode(s.Footer) != exitAsExpected {
			failed = worse(failed, errNonconformant)
		}
	}
	return failed
}

// adviseOnLists says what to type where lines of a list of expected failures
// are stale: whoever mended something is glad, and should not have to take out
// fifty lines by hand.
func adviseOnLists(env *environment, jobs []*job) {
	for _, j := range jobs {
		if j.stale > 0 && !j.update {
			are := "are"
			if j.stale == 1 {
				are = "is"
			}
			fmt.Fprintf(env.Stderr, "%s of %s %s stale: take out what passes, or have a whole run do it with --update-expected %s in place of --expected-failures\n",
				reports.Counted(j.stale, "line"), j.expected, are, quoteWord(j.expected))
		}
	}
}

// worse keeps the error with the higher exit code.
func worse(a, b error) error {
	if a == nil || b != nil && exitCode(b) > exitCode(a) {
		return b
	}
	return a
}

// run runs one subject and writes its files. What it returns beside an error
// is still a whole stream: only a file could not be written.
func (j *job) run(ctx context.Context, env *environment, quiet bool) (*reports.Stream, error) {
	progress := newProgress(env)
	progress.quiet = quiet
	j.options.Progress = progress.show
	var recording strings.Builder
	if j.record != "" {
		j.options.Recording = func() io.Writer { return &recording }
	}
	s, err := runner.Run(ctx, j.options)
	progress.finish(s)
	if err != nil {
		return nil, exitOf(err)
	}
	s = s.Redact(env.Redactor.String)
	j.stale = s.StaleExpectations()
	return s, errors.Join(j.writeRecording(env, s, recording.String()), j.writeReports(env, s), j.updateExpected(env, s, quiet))
}

// exitOf gives an error of the runner its exit code.
func exitOf(err error) error {
	switch {
	case errors.Is(err, runner.ErrSelection):
		return usageError("%w", err)
	case errors.Is(err, runner.ErrJudging):
		return &exitError{exitBug, fmt.Errorf("a bug in Countersign: %w", err)}
	default:
		return notRunError("%w", err)
	}
}

// What a terminal shows of each subject: who sits there scrolls no thousands of
// lines. A file or a pipe gets all.
const (
	shownInFull  = 10
	shownInBrief = 10
)

// show prints the results of all subjects.
func show(env *environment, streams []*reports.Stream, asJSON, quiet bool) error {
	layout := reports.Layout{Width: env.Width, Style: env.Style}
	options := reports.FailureOptions{Layout: layout}
	if env.Width > 0 {
		options.Max, options.MaxBrief = shownInFull, shownInBrief
	}
	for _, s := range streams {
		var err error
		switch {
		case asJSON:
			err = s.Write(env.Stdout)
		case quiet:
		default:
			if len(streams) > 1 {
				fmt.Fprintf(env.Stdout, "%s%s%s\n\n", env.Style.Strong.Start, identity(s.Header.Subject.Name, s.Header.Subject.Version), env.Style.Strong.End)
			}
			err = reports.WriteFailures(env.Stdout, s, options)
		}
		if err != nil {
			return notRunError("standard output: %w", err)
		}
	}
	if asJSON || len(streams) == 0 {
		return nil
	}
	if err := reports.WriteTable(env.Stdout, streams, layout); err != nil {
		return notRunError("standard output: %w", err)
	}
	if left := leftOut(streams); left > 0 && env.Width > 0 && !quiet {
		fmt.Fprintf(env.Stdout, "\n%s not shown in full: --report html=report.html writes all.\n", reports.Counted(left, "failure"))
	}
	return nil
}

// leftOut counts the unexpected failures that a terminal does not show in full.
func leftOut(streams []*reports.Stream) int {
	n := 0
	for _, s := range streams {
		n += max(0, s.Footer.Unexpected-s.Footer.NotRun-shownInFull)
	}
	return n
}

func (j *job) writeReports(env *environment, s *reports.Stream) error {
	var targets []reportTarget
	var failed error
	for _, t := range j.reports {
		t.path = pathFor(t.path, s)
		if err := j.take(t.path, s); err != nil {
			failed = errors.Join(failed, notRunError("report %s: %w", t.kind, err))
			continue
		}
		targets = append(targets, t)
	}
	return errors.Join(failed, env.writeReports(s, targets))
}

func (j *job) writeRecording(env *environment, s *reports.Stream, text string) error {
	if j.record == "" {
		return nil
	}
	path := pathFor(j.record, s)
	if err := j.take(path, s); err != nil {
		return notRunError("--record: %w", err)
	}
	err := env.writeFile(path, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
	if err != nil {
		return notRunError("--record: %w", err)
	}
	return nil
}

// take claims a file for what is written next. Only now it is known what the
// subjects are called: two of one name would leave the report of the second
// alone, and a build that reads it would never hear of the first.
func (j *job) take(path string, s *reports.Stream) error {
	if path = filepath.Clean(path); j.taken[path] {
		return fmt.Errorf("%s was written in this run already, and what is there would be lost: two reports or two subjects come to that name (this one is %s); give each a name or a path of its own",
			path, identity(s.Header.Subject.Name, s.Header.Subject.Version))
	}
	j.taken[path] = true
	return nil
}

func (j *job) updateExpected(env *environment, s *reports.Stream, quiet bool) error {
	if !j.update {
		return nil
	}
	if s.Footer.Aborted {
		return usageError("--update-expected: the run was cut short, %s stays as it is", j.expected)
	}
	err := reports.WriteAtomic(j.expected, func(w io.Writer) error { return j.options.Expected.Rewrite(w, s.Results) })
	if err != nil {
		return notRunError("--update-expected: %w", err)
	}
	if !quiet {
		fmt.Fprintf(env.Stderr, "%s is rewritten from this run; the verdict of the run is that by the list before\n", j.expected)
	}
	return nil
}

// pathFor puts name and version of the subject into a path.
func pathFor(path string, s *reports.Stream) string {
	part := func(text string) string {
		return strings.Map(func(r rune) rune {
			if r == '/' || r == '\\' || r == 0 {
				return '-'
			}
			return r
		}, text)
	}
	return strings.NewReplacer(subjectMark, part(s.Header.Subject.Name), versionMark, part(s.Header.Subject.Version)).Replace(path)
}

// progress is a bar on a terminal and one line a subject elsewhere, on
// standard error.
type progress struct {
	env   *environment
	bar   *progressbar.ProgressBar
	quiet bool
	began time.Time

	judging bool // it says so in the last line
}

func newProgress(env *environment) *progress { return &progress{env: env, began: time.Now()} }

func (p *progress) show(at runner.Progress) {
	if !p.env.Interactive || p.quiet {
		return
	}
	name := identity(at.Subject.Name, at.Subject.Version)
	if p.bar == nil {
		p.bar = progressbar.NewOptions(at.Total,
			progressbar.OptionSetWriter(p.env.Stderr), progressbar.OptionSetDescription(name),
			progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSetWidth(barWidth(p.env.ProgressWidth, name, at.Total)))
	}
	_ = p.bar.Set(at.Done)
	if at.Done == at.Total { // the bar is gone: the judging takes as long as the asking
		fmt.Fprintf(p.env.Stderr, "\r%s: judging %d answers …", name, at.Total)
		p.judging = true
	}
}

// identity is name and version of a subject, which calls itself what it likes:
// nothing of it may act in a terminal.
func identity(name, version string) string {
	return strings.TrimSpace(reports.Legible(name) + " " + reports.Legible(version))
}

// barWidth is how long the bar itself may be, so that it stays on one line with
// what stands around it. A bar that is broken by the edge of the terminal is
// drawn below itself again and again.
func barWidth(columns int, name string, total int) int {
	around := len([]rune(name)) + len(" 100% || (/) [00m00s:00m00s]") + 2*len(fmt.Sprint(total))
	return max(1, columns-around-1)
}

func (p *progress) finish(s *reports.Stream) {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
	if p.judging {
		fmt.Fprint(p.env.Stderr, "\r\x1b[K")
	}
	if s != nil && !p.quiet {
		fmt.Fprintf(p.env.Stderr, "%s: %s in %.1f s\n", identity(s.Header.Subject.Name, s.Header.Subject.Version), reports.Counted(len(s.Results), "vector"), time.Since(p.began).Seconds())
	}
}

// judgeVerb is the hidden verb by which run starts itself again: Ginkgo runs
// its specs once in a process, writes to standard output and takes signals.
const judgeVerb = "judge-observations"

func newJudgeCommand() *cobra.Command {
	return &cobra.Command{
		Use: judgeVerb + " OBSERVATIONS RESULTS", Hidden: true, Args: cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := runner.ServeJudge(args[0], args[1]); err != nil {
				return &exitError{exitBug, err}
			}
			return nil
		},
	}
}
