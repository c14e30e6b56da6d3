package main

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/countersign/countersign/internal/secret"
	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/subject"
)

// A bar that is wider than its terminal is broken by the edge, and every
// drawing of it leaves a line behind.
func TestTheProgressStaysOnOneLine(t *testing.T) {
	for _, columns := range []int{40, 80, 200} {
		var out bytes.Buffer
		stderr := (&secret.Redactor{}).Writer(&out)
		p := newProgress(&environment{Stderr: stderr, Interactive: true, ProgressWidth: columns})
		for done := range 4001 {
			p.show(runner.Progress{Subject: subject.Identity{Name: "tiny", Version: "0.1"}, Done: done, Total: 4000})
		}
		p.finish(nil)
		if err := stderr.Flush(); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), "/4000)") {
			t.Errorf("on %d columns no bar was drawn: %q", columns, &out)
		}
		for line := range strings.SplitSeq(out.String(), "\r") {
			if n := utf8.RuneCountInString(strings.ReplaceAll(line, "\x1b[K", "")); n > columns {
				t.Errorf("on %d columns %d are written: %q", columns, n, line)
			}
		}
	}
}
