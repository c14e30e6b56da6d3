package main

import (
	"strings"

	"github.com/spf13/cobra"
)

func newVectorsSchemaCommand(env *environment) *cobra.Command {
	return vectorsSchemaPage.command(cobra.MaximumNArgs(1), func(_ *cobra.Command, args []string) error {
		known := "there are " + strings.Join(schemaNames(), ", ")
		if len(args) == 0 {
			return usageError("name a schema; %s", known)
		}
		text, ok := schemaText(args[0])
		if !ok {
			return usageError("there is no schema %q; %s", args[0], known)
		}
		if _, err := env.Stdout.Write(text); err != nil {
			return notRunError("standard output: %w", err)
		}
		return nil
	})
}
