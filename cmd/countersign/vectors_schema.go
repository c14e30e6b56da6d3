package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/countersign/countersign/internal/reference"
)

func newVectorsSchemaCommand(env *environment) *cobra.Command {
	var markdown bool
	cmd := vectorsSchemaPage.command(cobra.MaximumNArgs(1), func(_ *cobra.Command, args []string) error {
		if markdown && len(args) == 0 {
			return writeReference(env)
		}
		known := "there are " + strings.Join(schemaNames(), ", ")
		if markdown {
			return usageError("--markdown is for all schemas: name none")
		}
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
	cmd.Flags().BoolVar(&markdown, "markdown", false, "print all schemas as one page for people, in Markdown")
	return cmd
}

// referenceHead is what stands above the page of all schemas.
const referenceHead = `# Reference

What adapters say and are told, what the files of the suite hold, and what it writes: every message and file is JSON with a
published schema, and this page is those schemas in words. ` + "`countersign vectors schema NAME`" + ` prints one of them, and
` + "`countersign vectors schema --markdown`" + ` this page.
`

func writeReference(env *environment) error {
	page, err := reference.Page(referenceHead, schemas())
	if err != nil {
		return err
	}
	if _, err := env.Stdout.Write([]byte(page)); err != nil {
		return notRunError("standard output: %w", err)
	}
	return nil
}
