package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/countersign/countersign/internal/coverage"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/vectors"
)

func newVectorsLintCommand(env *environment) *cobra.Command {
	return vectorsLintPage.command(cobra.MaximumNArgs(1), func(_ *cobra.Command, args []string) error {
		files := vectors.Embedded()
		if len(args) == 1 {
			var err error
			if files, err = vectorFolder(args[0]); err != nil {
				return err
			}
		}
		return env.lint(files)
	})
}

// vectorFolder opens a folder that holds vector files.
func vectorFolder(dir string) (fs.FS, error) {
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usageError("%s: there is no such folder; the vectors are the folder vectors of a checkout of the suite: go there, or name it", dir)
	}
	if err != nil {
		return nil, usageError("%w", err)
	}
	if !info.IsDir() {
		return nil, usageError("%s is no folder", dir)
	}
	files := os.DirFS(dir)
	names, err := vectors.FileNames(files)
	if err != nil {
		return nil, usageError("%s: %w", dir, err)
	}
	if len(names) == 0 {
		return nil, usageError("%s: there is no vector file below it", dir)
	}
	return files, nil
}

// recomputed checks the expected values of a case against the reference, and its
// status, code and error code against the server of countersign serve.
func recomputed(c *vectors.Case) error {
	if err := spec.Recompute(c); err != nil || !c.ForServers() {
		return err
	}
	if r := coverage.Serve(new(vectors.Set), c, coverage.Reference); r.Outcome != reports.Pass {
		return fmt.Errorf("the server that does as the service does answers otherwise: %s", r.Message)
	}
	return nil
}

func (env *environment) lint(files fs.FS) error {
	problems, warnings := 0, 0
	for _, p := range vectors.Lint(files, vectors.LintOptions{Recompute: recomputed}) {
		kind := env.paint(env.Style.Bad, "problem")
		if p.Warning {
			kind = env.paint(env.Style.Notice, "warning")
			warnings++
		} else {
			problems++
		}
		fmt.Fprintf(env.Stdout, "%s: %s\n", kind, env.plain(p.Error()))
	}
	if problems > 0 {
		fmt.Fprintf(env.Stderr, "problems: %d, warnings: %d\n", problems, warnings)
		return errNonconformant
	}
	set, err := vectors.LoadFS(files)
	if err != nil {
		return err
	}
	if len(set.Cases())+len(set.OperationCases()) == 0 {
		return usageError("there is no vector in these files, so nothing was checked")
	}
	fmt.Fprintf(env.Stderr, "no problem; signature vectors: %d, operation vectors: %d, requirements: %d, warnings: %d\n",
		len(set.Cases()), len(set.OperationCases()), len(set.Requirements), warnings)
	return nil
}
