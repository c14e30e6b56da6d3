package main

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// verbs visits every command a user sees, those of cobra's completion left
// out, with the words that lead to it.
func verbs(cmd *cobra.Command, visit func(cmd *cobra.Command)) {
	visit(cmd)
	for _, child := range cmd.Commands() {
		if !child.Hidden && cmd.Name() != "completion" {
			verbs(child, visit)
		}
	}
}

func TestEveryVerbHasAManualPage(t *testing.T) {
	verbs(newRootCommand(&environment{}), func(cmd *cobra.Command) {
		args := append(strings.Fields(cmd.CommandPath())[1:], "--help")
		code, page, errOut := run(t, nil, args...)
		if code != exitAsExpected || errOut != "" {
			t.Errorf("%v: exit code %d, %s", args, code, errOut)
		}
		sections := []string{"NAME\n", "\nSYNOPSIS\n", "\nDESCRIPTION\n", "\nEXAMPLES\n"}
		if cmd.Name() != "completion" {
			sections = append(sections, "\nEXIT STATUS\n")
		}
		for _, section := range sections {
			if !strings.Contains(page, section) {
				t.Errorf("%v: no section %s", args, strings.TrimSpace(section))
			}
		}
		if cmd.HasSubCommands() != strings.Contains(page, "\nVERBS\n") {
			t.Errorf("%v: verbs are listed for a group, and only there:\n%s", args, page)
		}
		for line := range strings.Lines(cmd.Long) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 78 {
				t.Errorf("%v: a line of %d characters: %s", args, n, line)
			}
		}
		if !strings.HasPrefix(page, "NAME\n  "+cmd.CommandPath()+" - ") || cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%v: begins with %.80q", args, page)
		}
	})
}

// TestExamplesAreValid parses every example of every page: its verb exists, it
// is the page's own or one below it, and so are its flags and the number of
// its arguments.
func TestExamplesAreValid(t *testing.T) {
	verbs(newRootCommand(&environment{}), func(page *cobra.Command) {
		own := false
		for line := range strings.Lines(page.Example) {
			line = strings.TrimSpace(line)
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			words := wordsOfExample(t, line)
			if words == nil {
				t.Errorf("%s: the example %q does not call countersign", page.CommandPath(), line)
				continue
			}
			root := newRootCommand(&environment{})
			cmd, rest, err := root.Find(words)
			if err != nil {
				t.Errorf("%s: %q: %v", page.CommandPath(), line, err)
				continue
			}
			own = own || cmd.CommandPath() == page.CommandPath() || strings.HasPrefix(cmd.CommandPath(), page.CommandPath()+" ")
			if err := cmd.ParseFlags(rest); err != nil {
				t.Errorf("%s: %q: %v", page.CommandPath(), line, err)
				continue
			}
			if err := cmd.ValidateArgs(cmd.Flags().Args()); err != nil {
				t.Errorf("%s: %q: %v", page.CommandPath(), line, err)
			}
		}
		if !own {
			t.Errorf("%s: no example of its own", page.CommandPath())
		}
	})
}

// wordsOfExample returns the arguments of the last countersign in a command
// line, without what is around it in the shell.
func wordsOfExample(t *testing.T, line string) []string {
	t.Helper()
	at := strings.LastIndex(line, "countersign ")
	for at > 0 && strings.Count(line[:at], "'")%2 == 1 { // inside the quotes of another argument
		at = strings.LastIndex(line[:at], "countersign ")
	}
	if at < 0 {
		return nil
	}
	call := line[at:]
	for _, end := range []string{" | ", " >> ", ")"} {
		call, _, _ = strings.Cut(call, end)
	}
	words, err := splitCommand(strings.ReplaceAll(call, "~/", "/home/me/"))
	if err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	return words[1:]
}

func TestExitCodesOfPagesAreTheConstants(t *testing.T) {
	known := []string{"0", "1", "2", "3", "4", "130"}
	verbs(newRootCommand(&environment{}), func(cmd *cobra.Command) {
		for line := range strings.Lines(cmd.Annotations[exitKey]) {
			code, meaning, _ := strings.Cut(line, " ")
			if !slices.Contains(known, code) || strings.TrimSpace(meaning) == "" {
				t.Errorf("%s: %q is no exit code and its meaning", cmd.CommandPath(), line)
			}
		}
	})
}
