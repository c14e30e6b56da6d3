// Command interop runs the suite over the SDKs of adapters/ and the servers of
// servers/ and publishes what came of it: see the package internal/interop. It is for this repository; the
// SDKs of others are judged with countersign run.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/countersign/countersign/internal/interop"
)

// Exit codes, those of countersign.
const (
	exitUnexpected  = 1
	exitUsage       = 2
	exitNotRun      = 3
	exitInterrupted = 130
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := newCommand().ExecuteContext(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
	}
	os.Exit(exitCode(ctx, err))
}

func exitCode(ctx context.Context, err error) int {
	var exit *exitError
	switch {
	case err == nil:
		return 0
	case ctx.Err() != nil:
		return exitInterrupted
	case errors.As(err, &exit):
		return exit.code
	}
	return exitUsage
}

// exitError is an error with an exit code of its own.
type exitError struct {
	code int
	error
}

func (e *exitError) Unwrap() error { return e.error }

// notRun is the error of what could not be done.
func notRun(format string, args ...any) error {
	return &exitError{exitNotRun, fmt.Errorf(format, args...)}
}

func newCommand() *cobra.Command {
	var f flags
	root := &cobra.Command{
		Use: "interop [ADAPTER]…", Short: "judge the SDKs of adapters/ and publish the matrix",
		Long: `Installs each adapter by its own package manager, judges its SDK by the vectors
and by the flows, and writes
reports/compliance/<sdk>/<version>.json, reports/findings.md, reports/matrix.html
and the table in README.md. Names of adapters narrow it to those.

Without --require-all a subject whose toolchain is missing is named and counted,
and left out.

Exit codes: 0 as expected, 1 a subject is not, 2 wrong usage or a broken file of
an adapter, 3 a subject could not be judged or a page not be written, 130
interrupted.`,
		Args: cobra.ArbitraryArgs, SilenceErrors: true, SilenceUsage: true,
		RunE: func(cmd *cobra.Command, names []string) error { return f.run(cmd.Context(), names) },
	}
	pf := root.PersistentFlags()
	pf.StringVar(&f.adapters, "adapters", "adapters", "the `FOLDER` of the adapters")
	f.registerRun(root.Flags())
	root.AddCommand(newSubjectCommand(), newServersCommand(&f), newAttestCommand(&f))
	return root
}

// flags as they were given.
type flags struct {
	adapters, logs, compliance string
	jobs                       int
	limit                      time.Duration
	requireAll                 bool
}

// registerRun registers the flags of what judges and publishes.
func (f *flags) registerRun(pf *pflag.FlagSet) {
	pf.IntVar(&f.jobs, "jobs", 2, "judge `N` subjects side by side")
	pf.DurationVar(&f.limit, "limit", interop.DefaultLimit, "how long installing or judging a subject may take")
	pf.BoolVar(&f.requireAll, "require-all", os.Getenv("REQUIRE_ALL") == "1", "a missing toolchain is an error (REQUIRE_ALL=1 does the same)")
	pf.StringVar(&f.logs, "logs", "out/interop", "the `FOLDER` for what installing and running says")
	pf.StringVar(&f.compliance, "compliance", "reports/compliance", "the `FOLDER` of compliance reports")
}
