package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/countersign/countersign/internal/version"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

func newVersionCommand(env *environment) *cobra.Command {
	return versionPage.command(cobra.NoArgs, func(*cobra.Command, []string) error {
		set, err := vectors.Load()
		if err != nil {
			return err
		}
		fmt.Fprintf(env.Stdout, "countersign %s\n", version.Suite)
		fmt.Fprintf(env.Stdout, "build       %s\n", version.Build())
		fmt.Fprintf(env.Stdout, "vectors     %s (%d signature, %d operation)\n", set.SHA256(), len(set.Cases()), len(set.OperationCases()))
		fmt.Fprintf(env.Stdout, "protocol    %d\n", subject.Protocol)
		fmt.Fprintf(env.Stdout, "results     %d\n", reports.SchemaVersion)
		fmt.Fprintf(env.Stdout, "go          %s %s/%s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return nil
	})
}
