package main

import (
	"slices"
	"strings"
	"testing"
)

func TestSplitCommand(t *testing.T) {
	for command, want := range map[string][]string{
		"adapter":                                {"adapter"},
		"  node  adapter.js\t--v4 ":              {"node", "adapter.js", "--v4"},
		`node 'my adapter.js' "two words" a\ b`:  {"node", "my adapter.js", "two words", "a b"},
		`a ''  "" b`:                             {"a", "", "", "b"},
		`sh -c 'read x; echo "$x" | tee log'`:    {"sh", "-c", `read x; echo "$x" | tee log`},
		`a"b"'c'd`:                               {"abcd"},
		`x --glob=*.js {a,b} a~b '~' "~/x" #no`:  {"x", "--glob=*.js", "{a,b}", "a~b", "~", "~/x"},
		`java "-Dpath=\"c:\\dir\"" -Dk='\'`:      {"java", `-Dpath="c:\dir"`, `-Dk=\`},
		"a $'tab\\there'":                        {"a", "tab\there"},
		"a b\nc":                                 {"a", "b", "c"},
		"\u00e9t\u00e9 '\u5bc6\u7801 \u00fcber'": {"\u00e9t\u00e9", "\u5bc6\u7801 \u00fcber"},
	} {
		got, err := splitCommand(command)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, %v; want %q", command, got, err, want)
		}
	}
}

func TestSplitCommandExpandsNothing(t *testing.T) {
	t.Setenv("HOME", "/home/me")
	t.Setenv("X", "expanded")
	for command, problem := range map[string]string{
		"":                "names no program",
		" \n":             "names no program",
		"'' a":            "names no program",
		"a $X":            "no shell runs it",
		`a "$X"`:          "no shell runs it",
		"a ${X:-y}":       "no shell runs it",
		"a $(id)":         "no shell runs it",
		"a `id`":          "no shell runs it",
		"a $((1+1))":      "no shell runs it",
		"~/bin/adapter":   "write the whole path",
		"a ~root":         "write the whole path",
		"a | b":           "sh -c",
		"a; b":            "sh -c",
		"a && b":          "sh -c",
		"a > log":         "sh -c",
		"a 'unfinished":   "column",
		`a "unfinished`:   "column",
		"nul \x00 inside": "NUL",
	} {
		got, err := splitCommand(command)
		if err == nil {
			t.Errorf("%q is split into %q", command, got)
		} else if !strings.Contains(err.Error(), problem) || strings.Contains(err.Error(), "expanded: ") {
			t.Errorf("%q: %v", command, err)
		}
	}
}
