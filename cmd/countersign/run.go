package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// runFlags are the flags of run as they were given.
type runFlags struct {
	signers, expected         []string
	replay, updateExpected    string
	profiles, include, skip   []string
	labelFilter, suiteVersion string
	shard                     string
	parallel                  int
	timeout                   time.Duration
	record                    string
	reports                   []string
	json, quiet               bool
	endpoint                  endpointFlags
	config                    configFlags
	changed                   func(flag string) bool // whether it was given
}

func newRunCommand(env *environment) *cobra.Command {
	var f runFlags
	cmd := runPage.command(cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		if err := f.config.apply(env, cmd.Flags()); err != nil {
			return err
		}
		if len(f.signers) == 0 && f.replay == "" && f.endpoint.url == "" {
			writeHelp(env.Stderr, cmd)
			return usageError("no subject: name one with --signer 'CMD ARG…', --endpoint URL or --replay FILE")
		}
		f.changed = cmd.Flags().Changed
		if err := f.endpoint.stray(cmd.Flags()); err != nil {
			return err
		}
		jobs, err := f.jobs(env)
		if err != nil {
			return f.config.explain(err)
		}
		if f.endpoint.dryRun {
			return dryRun(env, jobs[0].options)
		}
		return runJobs(cmd.Context(), env, jobs, f.json, f.quiet)
	})
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringArrayVar(&f.signers, "signer", nil, "`CMD` that starts an adapter; several are run one behind the other")
	f.endpoint.register(flags)
	flags.StringVar(&f.replay, "replay", "", "judge the recorded observations in `FILE`")
	flags.StringArrayVar(&f.profiles, "profile", nil, "only profiles that match `P`, e.g. oss-v4/header")
	flags.StringArrayVar(&f.include, "select", nil, "only vectors whose id matches `PATTERN`; @FILE reads patterns")
	flags.StringArrayVar(&f.skip, "skip", nil, "not the vectors whose id matches `PATTERN`; @FILE reads patterns")
	flags.StringVar(&f.labelFilter, "label-filter", "", "only vectors whose labels satisfy `EXPR`, a Ginkgo label filter")
	flags.StringArrayVar(&f.expected, "expected-failures", nil, "`FILE` that lists what is known to fail; one for each --signer")
	flags.StringVar(&f.updateExpected, "update-expected", "", "rewrite the expected-failures `FILE` from this run")
	flags.StringVar(&f.suiteVersion, "suite-version", "", "run as version `V` of the suite did")
	flags.StringVar(&f.shard, "shard", "", "only part `i/n` of the vectors")
	flags.IntVar(&f.parallel, "parallel", subject.DefaultParallel, "ask about `N` vectors at a time")
	flags.DurationVar(&f.timeout, "timeout", subject.DefaultTimeout, "wait `D` for one answer")
	flags.StringVar(&f.record, "record", "", "write the observations to `FILE`, for --replay")
	flags.StringArrayVar(&f.reports, "report", nil, reportFlag)
	flags.BoolVar(&f.json, "json", false, "print the stream of results (NDJSON) instead of the table")
	flags.BoolVar(&f.quiet, "quiet", false, "print the verdict table alone: no progress, no failures")
	f.config.register(flags)
	return cmd
}

// job is one subject to be run, and where its results go.
type job struct {
	options  runner.Options
	expected string // file name, for --update-expected
	update   bool
	record   string
	reports  []reportTarget
	stale    int             // lines of the list of expected failures that nothing needs any more
	taken    map[string]bool // files that this run wrote, of this subject or one before
}

// The marks stand for name and version of the subject in a path: several
// subjects need files of their own.
const (
	subjectMark = "{subject}"
	versionMark = "{version}"
)

// jobs turns flags into one job a subject. Whatever is wrong with them is said
// before anything is started.
func (f *runFlags) jobs(env *environment) ([]*job, error) {
	base, targets, err := f.common(env)
	if err != nil {
		return nil, err
	}
	subjects := len(f.signers)
	if f.replay != "" {
		subjects++
	}
	if f.endpoint.url != "" {
		if subjects++; subjects > 1 {
			return nil, usageError("--endpoint does not go with --signer and --replay: run them one by one")
		}
	}
	if f.shard != "" && (f.replay != "" || f.endpoint.url != "") {
		return nil, usageError("--shard splits the work of asking a --signer: a recording needs none, and a server keeps one pace and one limit of wrong signatures")
	}
	if f.replay != "" && f.record != "" {
		return nil, usageError("--record writes what a subject answers, and --replay asks none: the recording %s is what there is", f.replay)
	}
	if subjects > 1 && f.json {
		return nil, usageError("--json prints one stream: name one subject, or write files with --report 'ndjson={subject}.ndjson'")
	}
	if subjects > 1 {
		if err := f.checkSeveral(targets); err != nil {
			return nil, err
		}
	}
	if n := len(f.expected); n > 0 && n != subjects {
		return nil, usageError("%d --expected-failures for %s: give one for each, in the same order", n, reports.Counted(subjects, "subject"))
	}
	if f.updateExpected != "" && (len(f.expected) > 0 || f.filtered()) {
		return nil, usageError("--update-expected rewrites a list from a whole run: it does not go with --expected-failures, --profile, --select, --skip, --label-filter, --suite-version or --shard")
	}
	var jobs []*job
	for _, command := range f.signers {
		j := &job{options: base, record: f.record, reports: targets}
		if err := j.start(env, command, f); err != nil {
			return nil, err
		}
		jobs = append(jobs, j)
	}
	if f.replay != "" {
		j := &job{options: base, record: f.record, reports: targets}
		if err := j.replay(f.replay, f.config.command()); err != nil {
			return nil, err
		}
		jobs = append(jobs, j)
	}
	if f.endpoint.url != "" {
		j := &job{options: base, record: f.record, reports: targets}
		if err := j.endpoint(env, f); err != nil {
			return nil, err
		}
		jobs = append(jobs, j)
	}
	for i, j := range jobs {
		name := f.updateExpected
		if len(f.expected) > 0 {
			name = f.expected[i]
		}
		if err := j.expect(name, f.updateExpected != ""); err != nil {
			return nil, err
		}
	}
	return jobs, f.checkFiles(targets)
}

// checkFiles refuses files that cannot be written, one file for two things, and
// one that is read: at the end of a run its answers, or what it was asked by,
// would be lost. The marks in a path stay as they are, since nobody knows
// what the subject is called: they are names like others to a folder.
func (f *runFlags) checkFiles(targets []reportTarget) error {
	files := [][2]string{{"--record " + f.record, f.record}, {"--update-expected " + f.updateExpected, f.updateExpected}}
	for _, t := range targets {
		files = append(files, [2]string{"--report " + t.kind + "=" + t.path, t.path})
	}
	inputs := f.inputs()
	writers := map[string]string{}
	for _, file := range files {
		if file[1] == "" {
			continue
		}
		path := filepath.Clean(file[1])
		if other := writers[path]; other != "" {
			return usageError("%s: %s writes that file too; give each a file of its own", file[0], other)
		}
		writers[path] = file[0]
		if reader := readBy(file[1], inputs); reader != "" {
			return usageError("%s: %s reads that file, and it would be lost; give the other a file of its own", file[0], reader)
		}
		if err := reports.CheckWritable(file[1]); err != nil {
			return usageError("%s: %w; nothing was asked: name a file in a folder that you may write to", file[0], err)
		}
	}
	return nil
}

// input is a file that is read, and by what.
type input struct{ reader, path string }

// inputs are the files that are read. The list that --update-expected rewrites
// is none of them.
func (f *runFlags) inputs() []input {
	files := []input{{"--replay", f.replay}, {"--config", f.config.read}}
	for _, name := range f.expected {
		files = append(files, input{"--expected-failures", name})
	}
	for flag, patterns := range map[string][]string{"--select": f.include, "--skip": f.skip} {
		for _, pattern := range patterns {
			if name, isFile := strings.CutPrefix(pattern, "@"); isFile {
				files = append(files, input{flag, name})
			}
		}
	}
	return files
}

// readBy returns what reads the file at path, however it is spelled, or "". What
// is no regular file (a terminal, a pipe) loses nothing by being written to.
func readBy(path string, inputs []input) string {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return ""
	}
	for _, in := range inputs {
		if other, err := os.Stat(in.path); err == nil && os.SameFile(info, other) {
			return in.reader
		}
	}
	return ""
}

func (f *runFlags) filtered() bool {
	return len(f.profiles)+len(f.include)+len(f.skip) > 0 || f.labelFilter != "" || f.suiteVersion != "" || f.shard != ""
}

// checkSeveral refuses what would have several subjects write to one file.
func (f *runFlags) checkSeveral(targets []reportTarget) error {
	paths := []string{f.record}
	for _, t := range targets {
		paths = append(paths, t.path)
	}
	for _, p := range paths {
		if p != "" && !strings.Contains(p, subjectMark) {
			return usageError("several subjects would write to %s: put %s into the path", p, subjectMark)
		}
	}
	if f.updateExpected != "" {
		return usageError("--update-expected goes with one subject")
	}
	return nil
}

// common are the options that all subjects share.
func (f *runFlags) common(env *environment) (runner.Options, []reportTarget, error) {
	o := runner.Options{
		Profiles: f.profiles, LabelFilter: f.labelFilter, SuiteVersion: f.suiteVersion, Parallel: f.parallel,
		Note: func(text string) { fmt.Fprintln(env.Stderr, "note:", text) },
	}
	if f.quiet {
		o.Note = func(string) {}
	}
	var err error
	if o.Select, err = vectors.ParsePatterns(f.include); err != nil {
		return o, nil, usageError("--select: %w", err)
	}
	if len(f.include) > 0 && len(o.Select) == 0 {
		return o, nil, usageError("--select %s: there is no pattern in it, and nothing else is selected", strings.Join(f.include, ", "))
	}
	if o.Skip, err = vectors.ParsePatterns(f.skip); err != nil {
		return o, nil, usageError("--skip: %w", err)
	}
	if o.Shard, err = parseShard(f.shard); err != nil {
		return o, nil, err
	}
	if f.parallel < 1 {
		return o, nil, usageError("--parallel is at least 1")
	}
	if f.timeout <= 0 {
		return o, nil, usageError("--timeout is longer than nothing, such as 10s")
	}
	targets, err := parseFileTargets(f.reports)
	if err != nil {
		return o, nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return o, nil, notRunError("finding this program: %w", err)
	}
	o.Judge = runner.JudgeWithGinkgo(self, judgeVerb)
	return o, targets, nil
}

func parseShard(text string) (runner.Shard, error) {
	var s runner.Shard
	if text == "" {
		return s, nil
	}
	if n, err := fmt.Sscanf(text, "%d/%d", &s.Index, &s.Count); n != 2 || err != nil || s.String() != text || s.Index < 1 || s.Index > s.Count {
		return s, usageError("--shard is i/n with 1 ≤ i ≤ n, such as 2/4, got %q", text)
	}
	return s, nil
}

// start makes the job that starts a command.
func (j *job) start(env *environment, command string, f *runFlags) error {
	words, err := splitCommand(command)
	if err != nil {
		return usageError("--signer: %w", err)
	}
	j.options.Start = func(ctx context.Context) (subject.Subject, error) {
		return subject.StartProcess(ctx, subject.ProcessOptions{Command: words, Timeout: f.timeout, Parallel: f.parallel})
	}
	j.options.Reproduce = func(id string) string {
		return f.config.command() + " --signer " + quoteWord(command) + " --select " + quoteWord(id)
	}
	return nil
}

func quoteWord(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// replay makes the job that judges a recording; command repeats it.
func (j *job) replay(name, command string) error {
	file, err := os.Open(name)
	if err != nil {
		return usageError("--replay: %w", err)
	}
	defer file.Close()
	if j.options.Replay, err = subject.ReadRecording(file); err != nil {
		return usageError("--replay: %s: %w", name, err)
	}
	j.options.Reproduce = func(id string) string {
		return command + " --replay " + quoteWord(name) + " --select " + quoteWord(id)
	}
	return nil
}

// expect reads the list of expected failures. For an update it may be missing.
func (j *job) expect(name string, update bool) error {
	j.expected, j.update = name, update
	if name == "" {
		return nil
	}
	var text io.Reader = strings.NewReader("")
	file, err := os.Open(name)
	switch {
	case err == nil:
		defer file.Close()
		text = file
	case !update || !errors.Is(err, os.ErrNotExist):
		return usageError("--expected-failures: %w; --update-expected FILE writes one from a whole run", err)
	}
	list, err := runner.ParseExpectedFailures(name, text)
	if err != nil {
		return usageError("%w", err)
	}
	j.options.Expected = list
	return nil
}
