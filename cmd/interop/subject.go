package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/countersign/countersign/internal/interop"
	"github.com/countersign/countersign/reports"
)

// subjectVerb judges one subject, in a process of its own.
const subjectVerb = "subject"

func newSubjectCommand() *cobra.Command {
	return &cobra.Command{
		Use: subjectVerb + " FOLDER RESULT", Hidden: true, Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			all, err := interop.Load(filepath.Dir(args[0]))
			if err != nil {
				return err
			}
			chosen, err := all.Only([]string{filepath.Base(args[0])})
			if err != nil {
				return err
			}
			network, err := interop.OwnNetwork()
			if err != nil {
				return notRun("%w", err)
			}
			judged, err := interop.Judge(cmd.Context(), chosen[0], network)
			if err != nil {
				return notRun("%w", err)
			}
			return reports.WriteAtomic(args[1], func(w io.Writer) error { return interop.WriteJSON(w, judged) })
		},
	}
}

func newAttestCommand(f *flags) *cobra.Command {
	return &cobra.Command{
		Use: "attest COUNTERSIGN [ADAPTER]…", Args: cobra.MinimumNArgs(1),
		Short: "have every public signer attest the vectors, by the program COUNTERSIGN",
		RunE: func(cmd *cobra.Command, args []string) error {
			all, err := interop.Load(f.adapters)
			if err != nil {
				return err
			}
			program, err := filepath.Abs(args[0])
			if err != nil {
				return err
			}
			chosen, err := all.Only(args[1:])
			if err != nil {
				return err
			}
			asked := 0
			for _, a := range chosen {
				if a.Attests == nil {
					continue
				}
				asked++
				signer := append(append([]string{}, a.Command...), *a.Attests...)
				attest := exec.CommandContext(cmd.Context(), program, "vectors", "attest",
					"--signer", strings.Join(signer, " "), "--out", filepath.Join(all.Dir, "..", "vectors", "attestations"))
				attest.Dir, attest.Stdout, attest.Stderr = a.Dir, os.Stdout, os.Stderr
				if err := interop.RunWhole(attest); err != nil {
					return notRun("%s: %w", a.Name, err)
				}
			}
			if asked == 0 {
				return errors.New("none of these has a public signer")
			}
			return nil
		},
	}
}
