package main

import (
	"context"
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
			network, err := interop.OwnNetwork()
			if err != nil {
				return notRun("%w", err)
			}
			judge := judgeAdapter
			if interop.IsServer(args[0]) {
				judge = judgeServer
			}
			judged, err := judge(cmd.Context(), args[0], network, filepath.Join(filepath.Dir(args[1]), "data"))
			if err != nil {
				return err
			}
			return reports.WriteAtomic(args[1], func(w io.Writer) error { return interop.WriteJSON(w, judged) })
		},
	}
}

func judgeAdapter(ctx context.Context, folder string, network *interop.Network, _ string) (*interop.Judged, error) {
	all, err := interop.Load(filepath.Dir(folder))
	if err != nil {
		return nil, err
	}
	chosen, err := all.Only([]string{filepath.Base(folder)})
	if err != nil {
		return nil, err
	}
	judged, err := interop.Judge(ctx, chosen[0], network)
	if err != nil {
		return nil, notRun("%w", err)
	}
	return judged, nil
}

func judgeServer(ctx context.Context, folder string, network *interop.Network, scratch string) (*interop.Judged, error) {
	server, err := interop.LoadServer(folder)
	if err != nil {
		return nil, err
	}
	if err := os.Mkdir(scratch, 0o700); err != nil {
		return nil, notRun("%w", err)
	}
	judged, err := interop.JudgeServer(ctx, server, network, scratch)
	if err != nil {
		return nil, notRun("%w", err)
	}
	return judged, nil
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
