// Command countersign proves that the two sides of a signed object-storage
// request agree. Its verbs are described by `countersign help`.
//
// It guarantees:
//
//   - Results are on standard output, everything else is on standard error.
//   - The exit code is one of the constants of this package, and says the same
//     as the output. Only watch, when it has nothing to say, ends as the program
//     it ran.
//   - No credential it was given leaves it: all output goes through one
//     redactor, and there are no flags for secrets.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	os.Exit(program(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// program runs one command line and returns its exit code.
func program(args []string, in io.Reader, out, errOut *os.File) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	env := newEnvironment(in, out, errOut)
	code := execute(ctx, newRootCommand(env), env, args)
	if err := env.Stdout.Flush(); err != nil {
		fmt.Fprintln(env.Stderr, "countersign: standard output:", err)
		if code == exitAsExpected {
			code = exitNotRun
		}
	}
	env.Stderr.Flush()
	return code
}

// execute runs the command that args name and reports its error.
func execute(ctx context.Context, root *cobra.Command, env *environment, args []string) (code int) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(env.Stderr, bugReport, p, debug.Stack())
			code = exitBug
		}
	}()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitAsExpected
	}
	if ctx.Err() != nil && cmd.Annotations[endsKey] == "" {
		fmt.Fprintf(env.Stderr, "%s: interrupted\n", cmd.CommandPath())
		return exitInterrupted
	}
	code = exitCode(err)
	if message := err.Error(); message != "" {
		fmt.Fprintf(env.Stderr, "%s: %s\n", cmd.CommandPath(), message)
		if code == exitUsage {
			fmt.Fprintf(env.Stderr, "See `%s --help`.\n", cmd.CommandPath())
		}
	}
	return code
}

// bugReport is what a user sees of a panic.
const bugReport = `countersign: this is a bug in Countersign, not in what it was given: %v
Please report it, with the command line and the lines below.

%s`

// newRootCommand puts the verbs together.
func newRootCommand(env *environment) *cobra.Command {
	root := newGroup(rootPage,
		newRunCommand(env),
		newSignCommand(env),
		newSignerCommand(env),
		newVerifyCommand(env),
		newDiagnoseCommand(env),
		newServeCommand(env),
		newWatchCommand(env),
		newFuzzCommand(env),
		newGroup(vectorsPage,
			newVectorsListCommand(env),
			newVectorsShowCommand(env),
			newVectorsLintCommand(env),
			newVectorsFmtCommand(env),
			newVectorsAttestCommand(env),
			newVectorsImportCommand(env),
			newVectorsCoverageCommand(env),
			newVectorsSchemaCommand(env),
		),
		newGroup(reportPage, newReportRenderCommand(env), newReportDiffCommand(env), newReportMergeCommand(env), newReportFindingsCommand(env), newReportMatrixCommand(env)),
		newGroup(adapterPage, newAdapterCheckCommand(env)),
		newVersionCommand(env),
		newJudgeCommand(),
	)
	cobra.EnableCommandSorting = false // the order above is that of use
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetFlagErrorFunc(wrongFlag)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { writeHelp(cmd.OutOrStdout(), cmd) })
	root.SetHelpCommand(newHelpCommand())
	completeGroups(root)
	completeFlags(root)
	return root
}
