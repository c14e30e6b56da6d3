package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/countersign/countersign/reports"
)

func newReportRenderCommand(env *environment) *cobra.Command {
	var wanted []string
	cmd := reportRenderPage.command(cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		targets, err := parseReportTargets(wanted)
		if err != nil {
			return err
		}
		if len(targets) == 0 {
			return usageError("--to says what to write, such as --to html=report.html")
		}
		data, err := env.read(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		stream, err := reports.Read(bytes.NewReader(data))
		if err != nil {
			return usageError("%s: %w; countersign run --report ndjson=FILE writes such a stream", sourceName(args[0]), err)
		}
		return env.writeReports(stream, targets)
	})
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		var unknown *pflag.NotExistError
		if errors.As(err, &unknown) && unknown.GetSpecifiedName() == "report" { // as run and merge have it, beside what they print
			return fmt.Errorf("%w, did you mean --to?", err)
		}
		return wrongFlag(cmd, err)
	})
	cmd.Flags().StringArrayVar(&wanted, "to", nil, "write this `KIND[=PATH]`: "+strings.Join(reports.Kinds, ", ")+"; repeatable")
	return cmd
}

// reportTarget is one report that is asked for.
type reportTarget struct {
	kind string
	path string // "" is standard output
}

// parseReportTargets reads the values of --to, of which one may go to standard
// output.
func parseReportTargets(wanted []string) ([]reportTarget, error) {
	return parseTargets("--to", wanted, func(targets []reportTarget, t reportTarget) error {
		if t.path == "" && slices.ContainsFunc(targets, func(other reportTarget) bool { return other.path == "" }) {
			return usageError("only one report can go to standard output; give the others a path, as in --to junit=report.xml")
		}
		return nil
	})
}

// reportFlag says what --report of run and of report merge is.
var reportFlag = "write a report, `KIND=PATH`; kinds: " + strings.Join(reports.Kinds, ", ")

// parseFileTargets reads the values of --report, which all go to files.
func parseFileTargets(wanted []string) ([]reportTarget, error) {
	return parseTargets("--report", wanted, func(_ []reportTarget, t reportTarget) error {
		if t.path == "" {
			return usageError("--report %s: give it a path, as in %[1]s=PATH; standard output is for the table and --json", t.kind)
		}
		return nil
	})
}

// parseTargets reads the values of a flag. Two reports in one file would leave
// only the second.
func parseTargets(flag string, wanted []string, check func([]reportTarget, reportTarget) error) ([]reportTarget, error) {
	var targets []reportTarget
	for _, text := range wanted {
		t, err := parseReportTarget(flag, text)
		if err != nil {
			return nil, err
		}
		if err := check(targets, t); err != nil {
			return nil, err
		}
		for _, other := range targets {
			if t.path != "" && other.path != "" && filepath.Clean(t.path) == filepath.Clean(other.path) {
				return nil, usageError("%s %s: the %s report is written to %s already; give each a file of its own", flag, text, other.kind, other.path)
			}
		}
		targets = append(targets, t)
	}
	return targets, nil
}

// parseReportTarget reads KIND or KIND=PATH, the value of a flag.
func parseReportTarget(flag, text string) (reportTarget, error) {
	kind, path, named := strings.Cut(text, "=")
	if !slices.Contains(reports.Kinds, kind) {
		return reportTarget{}, usageError("%s %s: there is no kind of report %q; there are %s", flag, text, kind, strings.Join(reports.Kinds, ", "))
	}
	if named && path == "" {
		return reportTarget{}, usageError("%s %s: the path behind the equals sign is empty", flag, text)
	}
	return reportTarget{kind, path}, nil
}

// writeReports writes reports of a stream, without secrets: they are taken out
// before rendering, which may escape them or cut them in two, and once more
// behind it. One that cannot be written keeps no other from being written.
func (env *environment) writeReports(stream *reports.Stream, targets []reportTarget) error {
	stream = stream.Redact(env.Redactor.String)
	var failed error
	for _, t := range targets {
		render := func(w io.Writer) error { return reports.Render(t.kind, w, stream) }
		var err error
		if t.path == "" {
			err = render(env.Stdout)
		} else {
			err = env.writeFile(t.path, render)
		}
		if err != nil {
			failed = errors.Join(failed, notRunError("report %s: %w", t.kind, err))
		}
	}
	return failed
}

// writeFile writes a file in one piece, through the redactor.
func (env *environment) writeFile(path string, write func(io.Writer) error) error {
	return reports.WriteAtomic(path, func(w io.Writer) error {
		out := env.Redactor.Writer(w)
		if err := write(out); err != nil {
			return err
		}
		return out.Flush()
	})
}
