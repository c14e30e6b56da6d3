package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/vectors"
)

func newReportDiffCommand(env *environment) *cobra.Command {
	var asJSON, markdown bool
	var out string
	cmd := reportDiffPage.command(cobra.ExactArgs(2), func(cmd *cobra.Command, args []string) error {
		if asJSON && markdown {
			return usageError("--json and --markdown do not go together")
		}
		if args[0] == "-" && args[1] == "-" {
			return usageError("only one of the two runs can be read from standard input")
		}
		diff, err := env.compare(cmd, args[0], args[1])
		if err != nil {
			return err
		}
		write := func(w io.Writer) error {
			return reports.WriteDiff(w, diff, reports.Layout{Width: env.Width, Style: env.Style})
		}
		switch {
		case asJSON:
			write = func(w io.Writer) error { return reports.WriteDiffJSON(w, diff) }
		case markdown:
			write = func(w io.Writer) error { return reports.WriteDiffMarkdown(w, diff) }
		case out != "": // no colours in a file
			write = func(w io.Writer) error { return reports.WriteDiff(w, diff, reports.Layout{}) }
		}
		if out == "" {
			err = write(env.Stdout)
		} else {
			err = env.writeFile(out, write)
		}
		if err != nil {
			return notRunError("%w", err)
		}
		if diff.Regressed() {
			return errNonconformant
		}
		return nil
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the comparison as JSON (countersign vectors schema diff)")
	cmd.Flags().BoolVar(&markdown, "markdown", false, "print Markdown, for a job summary")
	cmd.Flags().StringVar(&out, "out", "", "write to `FILE` instead of standard output")
	return cmd
}

// compare reads two runs and compares them, without secrets.
func (env *environment) compare(cmd *cobra.Command, nameA, nameB string) (*reports.Diff, error) {
	set, err := vectors.Load()
	if err != nil {
		return nil, err
	}
	var runs [2]*reports.Endings
	for i, name := range []string{nameA, nameB} {
		data, err := env.read(cmd.Context(), name)
		if err != nil {
			return nil, err
		}
		if runs[i], err = reports.ReadEndings(sourceName(name), data); err != nil {
			return nil, usageError("%w", err)
		}
	}
	return reports.Compare(runs[0], runs[1], runner.Had(set)).Redact(env.Redactor.String), nil
}
