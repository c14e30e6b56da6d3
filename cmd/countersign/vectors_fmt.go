package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/countersign/countersign/vectors"
)

// defaultVectorFolder is where the vectors are in the source.
const defaultVectorFolder = "vectors"

func newVectorsFmtCommand(env *environment) *cobra.Command {
	var check bool
	cmd := vectorsFmtPage.command(cobra.ArbitraryArgs, func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			args = []string{defaultVectorFolder}
		}
		files, err := vectorFiles(args)
		if err != nil {
			return err
		}
		clean := true
		for _, name := range files {
			if err := cmd.Context().Err(); err != nil {
				return err
			}
			ok, err := env.format(name, check)
			if err != nil {
				return err
			}
			clean = clean && ok
		}
		if !clean {
			return errNonconformant
		}
		return nil
	})
	cmd.Flags().BoolVar(&check, "check", false, "list the files that are not in canonical form, and write nothing")
	return cmd
}

// vectorFiles lists the files that are named, and those below the folders that
// are.
func vectorFiles(args []string) ([]string, error) {
	var files []string
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return nil, usageError("%w", err)
		}
		if !info.IsDir() {
			files = append(files, arg)
			continue
		}
		if _, err := vectorFolder(arg); err != nil {
			return nil, err
		}
		names, err := vectors.FileNames(os.DirFS(arg))
		if err != nil {
			return nil, usageError("%s: %w", arg, err)
		}
		for _, name := range names {
			files = append(files, filepath.Join(arg, filepath.FromSlash(name)))
		}
	}
	return files, nil
}

// format brings one file into its canonical form, or only looks, and lists it
// if it is not in it. It reports whether all is well with it now. A file that
// cannot be understood is told, and does not keep the others waiting.
func (env *environment) format(name string, check bool) (ok bool, err error) {
	changed := false
	if check {
		err = vectors.CheckFormatFile(name)
	} else {
		changed, err = vectors.FormatFile(name)
	}
	var syntax *vectors.SyntaxError
	var path *fs.PathError
	switch {
	case err == nil && !changed:
		return true, nil
	case err == nil:
		fmt.Fprintln(env.Stdout, name)
		return true, nil
	case errors.Is(err, vectors.ErrNotFormatted):
		fmt.Fprintln(env.Stdout, name)
		return false, nil
	case errors.As(err, &syntax):
		fmt.Fprintln(env.Stderr, err)
		return false, nil
	case errors.As(err, &path) && path.Op == "open" && !os.IsPermission(err):
		return false, usageError("%w", err)
	}
	return false, notRunError("%w", err)
}
