package main

import (
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/vectors"
)

func newReportFindingsCommand(env *environment) *cobra.Command {
	return newCollectionCommand(env, reportFindingsPage, func(w io.Writer, all []*reports.Compliance, _ string) error {
		return reports.WriteFindings(w, all)
	})
}

func newReportMatrixCommand(env *environment) *cobra.Command {
	var markdown bool
	cmd := newCollectionCommand(env, reportMatrixPage, func(w io.Writer, all []*reports.Compliance, folder string) error {
		if markdown {
			return reports.WriteMatrixTable(w, all)
		}
		set, err := vectors.Load()
		if err != nil {
			return err
		}
		return reports.WriteMatrix(w, set, all, folder)
	})
	cmd.Flags().BoolVar(&markdown, "markdown", false, "write only the table of subjects, in Markdown")
	return cmd
}

// newCollectionCommand makes a verb that writes one page about many compliance
// reports. folder is the one the page stands in.
func newCollectionCommand(env *environment, p page, write func(w io.Writer, all []*reports.Compliance, folder string) error) *cobra.Command {
	var out string
	cmd := p.command(cobra.MinimumNArgs(1), func(_ *cobra.Command, args []string) error {
		all, err := reports.ReadCollection(args...)
		if err != nil {
			return usageError("%w", err)
		}
		if out == "" {
			err = write(env.Stdout, all, ".")
		} else {
			err = env.writeFile(out, func(w io.Writer) error { return write(w, all, filepath.Dir(out)) })
		}
		if err != nil {
			return notRunError("%w", err)
		}
		return nil
	})
	cmd.Flags().StringVar(&out, "out", "", "write to `FILE` instead of standard output")
	return cmd
}
