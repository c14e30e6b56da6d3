package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// page is the manual page of a verb.
type page struct {
	use      string // the synopsis, without the words in front of the verb
	short    string // one line, behind the name
	about    string // what it does
	exit     string // its exit codes, one a line: code, blank, meaning
	examples string // a comment line and a command line each
}

// exitKey is the annotation that holds the exit codes of a command.
const exitKey = "exit"

// endsKey is the annotation of a command that an interrupt is meant to end.
const endsKey = "ends"

// command makes a command of the page.
func (p page) command(args cobra.PositionalArgs, run func(cmd *cobra.Command, args []string) error) *cobra.Command {
	return &cobra.Command{
		Use: p.use, Short: p.short, Long: strings.TrimSpace(p.about), Example: strings.TrimSpace(p.examples),
		Annotations: map[string]string{exitKey: strings.TrimSpace(p.exit)},
		Args: func(cmd *cobra.Command, given []string) error {
			err := args(cmd, given)
			if err != nil && len(given) > 0 && !cmd.HasSubCommands() && args(cmd, nil) == nil && args(cmd, given[:1]) != nil {
				err = strayWord(cmd, given[0]) // cobra takes it for a verb
			}
			if err != nil {
				return usageError("%w; it is called as: %s", err, cmd.UseLine())
			}
			return nil
		},
		RunE: run, DisableFlagsInUseLine: true,
	}
}

// strayWord says what may be wrong where a command takes no words: mostly a
// command line of several was to be the value of one flag.
func strayWord(cmd *cobra.Command, word string) error {
	switch signer := cmd.Flags().Lookup("signer"); {
	case signer != nil && !signer.Changed:
		return fmt.Errorf("%q belongs to no flag: the command of an adapter is given as --signer 'CMD ARG…'", word)
	case signer != nil:
		return fmt.Errorf("%q belongs to no flag: a command of several words stands in quotes, as in --signer 'node adapter.js'", word)
	}
	return fmt.Errorf("%q belongs to no flag, and there are no other words here", word)
}

// wrongFlag names the flags that a misspelt one may have meant.
func wrongFlag(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return err
	}
	near := &cobra.Command{SuggestionsMinimumDistance: 2} // cobra compares verbs alone
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		near.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
	})
	var names []string
	for _, name := range near.SuggestionsFor(unknown.GetSpecifiedName()) {
		names = append(names, "--"+name)
	}
	if len(names) == 0 {
		return err
	}
	return fmt.Errorf("%w, did you mean %s?", err, strings.Join(names, " or "))
}

// newGroup makes a command that only has verbs of its own.
func newGroup(p page, verbs ...*cobra.Command) *cobra.Command {
	group := p.command(cobra.ArbitraryArgs, needsVerb)
	group.AddCommand(verbs...)
	return group
}

// needsVerb is run when a group is called without one of its verbs.
func needsVerb(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return unknownVerb(cmd, args[0])
	}
	writeHelp(cmd.ErrOrStderr(), cmd)
	return &exitError{code: exitUsage}
}

func unknownVerb(cmd *cobra.Command, name string) error {
	cmd.SuggestionsMinimumDistance = 2
	hint := ""
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		hint = ", did you mean " + strings.Join(near, " or ") + "?"
	}
	return usageError("there is no verb %q%s", name, hint)
}

// newHelpCommand shows the page of a verb. Cobra's own says 0 for a verb that
// does not exist.
func newHelpCommand() *cobra.Command {
	help := helpPage.command(cobra.ArbitraryArgs, func(cmd *cobra.Command, args []string) error {
		about, rest, err := cmd.Root().Find(args)
		if err == nil && len(rest) > 0 {
			err = unknownVerb(about, rest[0])
		}
		if err != nil {
			return err
		}
		about.InitDefaultHelpFlag() // cobra adds it when a command is run
		writeHelp(cmd.OutOrStdout(), about)
		return nil
	})
	help.ValidArgsFunction = completeVerbs
	return help
}

// completeGroups adds cobra's completion verb, with a page like the others.
func completeGroups(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		if cmd.Name() != "completion" {
			continue
		}
		cmd.Short, cmd.Long, cmd.Example = completionPage.short, strings.TrimSpace(completionPage.about), strings.TrimSpace(completionPage.examples)
		cmd.Args, cmd.RunE = cobra.ArbitraryArgs, needsVerb
	}
}

// writeHelp writes the manual page of a command.
func writeHelp(w io.Writer, cmd *cobra.Command) {
	section := func(title, text string) {
		if text = strings.TrimRight(text, "\n"); text != "" {
			fmt.Fprintf(w, "\n%s\n%s\n", title, indented(text))
		}
	}
	fmt.Fprintf(w, "NAME\n  %s - %s\n", cmd.CommandPath(), cmd.Short)
	section("SYNOPSIS", cmd.UseLine())
	section("DESCRIPTION", cmd.Long)
	var verbs strings.Builder
	for _, verb := range cmd.Commands() {
		if verb.IsAvailableCommand() || verb.Name() == "help" {
			fmt.Fprintf(&verbs, "%-10s  %s\n", verb.Name(), verb.Short)
		}
	}
	section("VERBS", verbs.String())
	if cmd.HasAvailableLocalFlags() {
		fmt.Fprintf(w, "\nOPTIONS\n%s", cmd.LocalFlags().FlagUsagesWrapped(80))
	}
	section("EXIT STATUS", cmd.Annotations[exitKey])
	section("EXAMPLES", cmd.Example)
}

func indented(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		if lines[i] != "" {
			lines[i] = "  " + lines[i]
		}
	}
	return strings.Join(lines, "\n")
}
