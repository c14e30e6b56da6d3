package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// splitCommand takes a command such as "node 'my adapter.js' --v4" apart into
// its words, with the quoting of a shell and without anything else of it: no
// variables, no substitutions, no pipes. The program is started directly, so
// what a shell would expand is an error and not a surprise.
func splitCommand(command string) ([]string, error) {
	if i := strings.IndexByte(command, 0); i >= 0 {
		return nil, fmt.Errorf("command %q: byte %d is NUL, which no argument can hold", command, i)
	}
	var words []string
	parser := syntax.NewParser(syntax.Variant(syntax.LangBash))
	// The parser looks for the end of the last word.
	for word, err := range parser.WordsSeq(strings.NewReader(command + "\n")) {
		if err == nil {
			err = literal(word.Parts)
		}
		if err != nil {
			return nil, fmt.Errorf("command %q: %w", command, plainSyntaxError(err))
		}
		text, err := expand.Literal(nil, word)
		if err != nil {
			return nil, fmt.Errorf("command %q: %w", command, err)
		}
		words = append(words, text)
	}
	if len(words) == 0 || words[0] == "" {
		return nil, fmt.Errorf("command %q names no program", command)
	}
	return words, nil
}

// literal refuses what a shell would expand. Unquoted text it puts in quotes,
// its backslashes removed, so that nothing else happens to it.
func literal(parts []syntax.WordPart) error {
	for i, part := range parts {
		switch part := part.(type) {
		case *syntax.Lit:
			if i == 0 && strings.HasPrefix(part.Value, "~") {
				return errors.New("~ is not expanded; write the whole path")
			}
			parts[i] = &syntax.SglQuoted{Value: backslashed.ReplaceAllString(part.Value, "$1")}
		case *syntax.SglQuoted:
		case *syntax.DblQuoted:
			for _, inner := range part.Parts {
				if _, ok := inner.(*syntax.Lit); !ok {
					return errNoShell
				}
			}
		default:
			return errNoShell
		}
	}
	return nil
}

// backslashed is a character that a backslash quotes.
var backslashed = regexp.MustCompile(`(?s)\\(.)`)

var errNoShell = errors.New("no shell runs it, so nothing is expanded; put it in single quotes, or write sh -c '…'")

// plainSyntaxError drops the position, which counts in a file there is not.
func plainSyntaxError(err error) error {
	var parse syntax.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("column %d: %s; no shell runs it, so write sh -c '…' for pipes and lists", parse.Pos.Col(), parse.Text)
	}
	return err
}
