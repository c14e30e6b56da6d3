package main

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var shown = regexp.MustCompile("go run \\./cmd/fuzz ([a-z]+)([^\n`#]*)")

// What pages tell people to run of this program is there: the command, and each
// of the flags behind it. The flags are parsed with a -h behind them, at which
// every command ends before it does anything.
func TestTheCommandsThatPagesNameExist(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, page := range append(pages, "../../README.md", "../../adapters/README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range shown.FindAllStringSubmatch(string(text), -1) {
			named++
			command, args := match[1], flagsOf(strings.Fields(match[2]))
			do, ok := commands[command]
			if !ok {
				t.Errorf("%s: there is no %q", page, match[0])
				continue
			}
			var misuse *usageError
			if err := do(t.Context(), append(args, "-h")); !errors.As(err, &misuse) || misuse.error != flag.ErrHelp && len(args) > 0 {
				t.Errorf("%s: %s: %v", page, match[0], err)
			}
		}
	}
	if named < 4 {
		t.Errorf("%d commands are named: the pattern finds them no more", named)
	}
}

// flagsOf keeps flags and their values: what stands behind them is no flag.
func flagsOf(args []string) []string {
	first := slices.IndexFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "-") })
	if first < 0 {
		return nil
	}
	return args[first:]
}
