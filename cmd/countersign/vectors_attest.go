package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// attestFlags are the flags of attest as they were given.
type attestFlags struct {
	signer            string
	replay            string
	server, version   string
	profiles, include []string
	out               string
	parallel          int
	timeout           time.Duration
}

func newVectorsAttestCommand(env *environment) *cobra.Command {
	var f attestFlags
	cmd := vectorsAttestPage.command(cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		if f.replay != "" || f.server != "" || f.version != "" {
			return f.attestServer(env)
		}
		options, err := f.options(env)
		if err != nil {
			return err
		}
		return env.attest(cmd.Context(), options, f.out)
	})
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.signer, "signer", "", "how to start the adapter of the implementation: `'CMD ARG…'`")
	flags.StringVar(&f.replay, "replay", "", "the recording of a live run (run --endpoint … --record `FILE`): a server attests")
	flags.StringVar(&f.server, "server", "", "replay: what the server is, as `NAME`, such as aliyun-oss-cn-hangzhou")
	flags.StringVar(&f.version, "server-version", "", "replay: its version, or the day it was asked, as `V`")
	flags.StringArrayVar(&f.profiles, "profile", nil, "only profiles that match `P`, e.g. oss-v4/header")
	flags.StringArrayVar(&f.include, "select", nil, "only vectors whose id matches `PATTERN`; @FILE reads patterns")
	flags.StringVar(&f.out, "out", filepath.Join(defaultVectorFolder, vectors.AttestationFolder), "the folder or file to write, as `PATH`; - is standard output")
	flags.IntVar(&f.parallel, "parallel", subject.DefaultParallel, "ask about `N` vectors at a time")
	flags.DurationVar(&f.timeout, "timeout", subject.DefaultTimeout, "wait `D` for one answer")
	return cmd
}

func (f *attestFlags) options(env *environment) (runner.Options, error) {
	if f.signer == "" {
		return runner.Options{}, usageError("--signer says how the adapter is started, such as --signer 'node adapter.js'")
	}
	all := runFlags{profiles: f.profiles, include: f.include, parallel: f.parallel, timeout: f.timeout}
	options, _, err := all.common(env)
	if err != nil {
		return options, err
	}
	j := &job{options: options}
	err = j.start(env, f.signer, &all)
	return j.options, err
}

// attest asks, and writes what was answered.
func (env *environment) attest(ctx context.Context, options runner.Options, out string) error {
	progress := newProgress(env)
	options.Progress = progress.show
	a, err := runner.Attest(ctx, options)
	progress.finish(nil)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, runner.ErrOurs):
		return usageError("%w: give the adapter of an implementation that nobody here wrote", err)
	case err != nil:
		return exitOf(err)
	}
	return env.keepAttested(a, out)
}

// attestServer takes down what a recording shows of a server.
func (f *attestFlags) attestServer(env *environment) error {
	switch {
	case f.signer != "" || len(f.profiles)+len(f.include) > 0:
		return usageError("--replay attests all that was recorded: it does not go with --signer, --profile and --select")
	case f.replay == "" || f.server == "" || f.version == "":
		return usageError("--replay FILE --server NAME --server-version V: the recording knows a host; say what answers there")
	}
	var j job
	if err := j.replay(f.replay, "countersign run"); err != nil {
		return err
	}
	a, err := runner.AttestServer(j.options.Replay, vectors.Implementation{Name: f.server, Version: f.version, URL: j.options.Replay.Header.Subject.URL})
	switch {
	case errors.Is(err, runner.ErrOurs):
		return usageError("%w", err)
	case err != nil:
		return exitOf(err)
	}
	return env.keepAttested(a, f.out)
}

// keepAttested writes what was attested, if anything was.
func (env *environment) keepAttested(a *runner.Attested, out string) error {
	if n := len(a.Statement.Produced) + len(a.Statement.Observed); n == 0 {
		env.printAttested(env.Stdout, a)
		return &exitError{exitNonconformant, fmt.Errorf("%s produced the bytes of no vector, so nothing is written", a.Statement.Implementation.Name)}
	}
	if out == "-" {
		env.printAttested(env.Stderr, a)
		return env.printAttestation(a)
	}
	env.printAttested(env.Stdout, a)
	return env.writeAttestation(a, out)
}

func (env *environment) printAttestation(a *runner.Attested) error {
	text, err := a.Renew(&vectors.Attestation{Implementation: a.Statement.Implementation}).Format()
	if err == nil {
		_, err = env.Stdout.Write(text)
	}
	if err != nil {
		return notRunError("standard output: %w", err)
	}
	return nil
}

// writeAttestation puts what was answered into the file of the implementation,
// beside what it attested before.
func (env *environment) writeAttestation(a *runner.Attested, out string) error {
	name, err := attestationFile(out, a.Statement.Implementation.Name)
	if err != nil {
		return err
	}
	earlier, err := vectors.ReadAttestation(name, a.Statement.Implementation)
	var unreadable *fs.PathError
	switch {
	case errors.As(err, &unreadable):
		return notRunError("%w", err)
	case err != nil:
		return usageError("%w; mend it, or name another file with --out FILE.json", err)
	}
	if was, is := earlier.Implementation.Version, a.Statement.Implementation.Version; was != is {
		fmt.Fprintf(env.Stderr, "note: %s attested for version %s; all but what that version was captured sending is replaced\n", name, was)
	}
	if err := a.Renew(earlier).Write(name); err != nil {
		return notRunError("%w", err)
	}
	fmt.Fprintf(env.Stderr, "wrote %s\n", name)
	return nil
}

// attestationFile is the file an implementation attests in: out itself, or one
// of its name in the folder out.
func attestationFile(out, implementation string) (string, error) {
	if info, err := os.Stat(out); err == nil && !info.IsDir() || err != nil && strings.HasSuffix(out, ".json") {
		return out, nil
	}
	name, err := vectors.AttestationFile(implementation)
	if err != nil {
		return "", usageError("%w; name the file with --out FILE.json", err)
	}
	return filepath.Join(out, name), nil
}

// counts of one profile.
type attestedCounts struct{ produced, observed, differs, silent int }

func (env *environment) printAttested(w io.Writer, a *runner.Attested) {
	counts := map[string]*attestedCounts{}
	of := func(id string) *attestedCounts {
		profile := strings.Join(strings.SplitN(id, "/", 3)[:2], "/")
		if counts[profile] == nil {
			counts[profile] = &attestedCounts{}
		}
		return counts[profile]
	}
	for _, p := range a.Statement.Produced {
		of(p.ID).produced++
	}
	for _, o := range a.Statement.Observed {
		of(o.ID).observed++
	}
	for _, d := range a.Statement.Differs {
		of(d.ID).differs++
	}
	for _, s := range a.Silent {
		of(s.ID).silent++
	}
	who := a.Statement.Implementation
	style := env.Style
	if w != io.Writer(env.Stdout) {
		style = reports.Style{}
	}
	fmt.Fprintln(w, env.paint(style.Strong, who.Name+" "+who.Version))
	const row = "%-18s %8s  %7s  %12s\n"
	did := "produced"
	if len(a.Statement.Observed) > 0 { // a server, which produces nothing
		did = "observed"
	}
	fmt.Fprintf(w, row, "profile", did, "differs", "not attested")
	for _, id := range vectors.ProfileIDs() {
		if c := counts[id]; c != nil {
			fmt.Fprintf(w, row, id, fmt.Sprint(c.produced+c.observed), fmt.Sprint(c.differs), fmt.Sprint(c.silent))
		}
	}
	fmt.Fprintf(w, row, "all", fmt.Sprint(len(a.Statement.Produced)+len(a.Statement.Observed)), fmt.Sprint(len(a.Statement.Differs)), fmt.Sprint(len(a.Silent)))
	for _, d := range a.Statement.Differs {
		fmt.Fprintf(w, "%s: %s at %s: %s\n", env.paint(style.Bad, "differs"), d.ID, d.Stage, env.plain(d.Note))
	}
	env.printSilences(w, style, a.Silent)
}

// printSilences lists why vectors are not attested, each reason with how often
// it holds and the first vector it holds for.
func (env *environment) printSilences(w io.Writer, style reports.Style, silent []runner.Silence) {
	ids := map[string][]string{}
	for _, s := range silent {
		why, _, _ := strings.Cut(s.Why, " (charged to ") // else each would be a reason of its own
		ids[why] = append(ids[why], s.ID)
	}
	for _, why := range slices.Sorted(maps.Keys(ids)) {
		about := ids[why][0]
		if n := len(ids[why]); n > 1 {
			about = fmt.Sprintf("%s and %d more", about, n-1)
		}
		fmt.Fprintf(w, "%s: %s: %s\n", env.paint(style.Notice, "not attested"), about, env.plain(why))
	}
}
