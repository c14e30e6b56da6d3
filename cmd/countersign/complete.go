package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/vectors"
)

// What a shell completes behind a verb or a flag is what there is: profiles, ids
// part by part, kinds of report. A completion never fails; it has nothing to
// offer then.

// completeFlags gives every flag of these names its completion, wherever it is.
func completeFlags(root *cobra.Command) {
	for _, cmd := range append(root.Commands(), root) {
		if cmd != root {
			completeFlags(cmd)
		}
		for name, complete := range map[string]cobra.CompletionFunc{
			"profile": completeProfile, "select": completeIDs, "skip": completeIDs, "report": completeReport, "to": completeReport,
		} {
			if cmd.Flags().Lookup(name) != nil {
				_ = cmd.RegisterFlagCompletionFunc(name, complete) // an error is a second registration
			}
		}
	}
}

func completeProfile(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
	var ids []string
	for _, p := range signature.Profiles {
		ids = append(ids, p.ID())
	}
	return beginning(ids, begun), cobra.ShellCompDirectiveNoFileComp
}

// completeReport completes the kind, and leaves the path to the shell.
func completeReport(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
	if strings.Contains(begun, "=") {
		return nil, cobra.ShellCompDirectiveDefault
	}
	kinds := make([]string, len(reports.Kinds))
	for i, kind := range reports.Kinds {
		kinds[i] = kind + "="
	}
	return beginning(kinds, begun), cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

// completeIDs completes ids of vectors by one part at a time: all at once would
// be thousands of lines.
func completeIDs(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
	set, err := vectors.Load()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	seen := map[string]bool{}
	whole := false
	for _, c := range set.Cases() {
		rest, ok := strings.CutPrefix(c.ID, begun)
		if !ok {
			continue
		}
		part, _, more := strings.Cut(rest, "/")
		if more {
			part += "/"
		}
		seen[begun+part] = true
		whole = whole || !more
	}
	var out []string
	for text := range seen {
		out = append(out, text)
	}
	slices.Sort(out)
	if whole {
		return out, cobra.ShellCompDirectiveNoFileComp
	}
	return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// completeFirst completes the first argument alone.
func completeFirst(complete cobra.CompletionFunc) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return complete(cmd, args, begun)
	}
}

// completeVerbs completes the words of help: the verbs below those given.
func completeVerbs(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	about, rest, err := cmd.Root().Find(args)
	if err != nil || len(rest) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, verb := range about.Commands() {
		if verb.IsAvailableCommand() {
			names = append(names, verb.Name())
		}
	}
	return beginning(names, begun), cobra.ShellCompDirectiveNoFileComp
}

func beginning(texts []string, begun string) []string {
	var out []string
	for _, text := range texts {
		if strings.HasPrefix(text, begun) {
			out = append(out, text)
		}
	}
	return out
}
