package main

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// heading writes a title and, fainter, what there is to say about it.
func (env *environment) heading(title, remark string) {
	fmt.Fprint(env.Stdout, env.paint(env.Style.Strong, title))
	if remark != "" {
		fmt.Fprint(env.Stdout, "  ", env.paint(env.Style.Faint, remark))
	}
	fmt.Fprintln(env.Stdout)
}

func (env *environment) paint(p reports.Paint, text string) string { return p.Start + text + p.End }

// shown is a byte string on one line, without secrets. They are taken out
// first: what is shown escaped, a redactor would not know again.
func (env *environment) shown(value string) string {
	return reports.Show(wire.Bytes(env.Redactor.String(value)))
}

// field is a name and what is to be said of it.
type field struct{ name, text string }

// fields writes those that say something, one a line.
func (env *environment) fields(indent string, list ...field) {
	for _, f := range list {
		if f.text != "" {
			fmt.Fprintf(env.Stdout, "%s%-12s %s\n", indent, f.name, env.plain(f.text))
		}
	}
}

// value writes a byte string with every line feed visible and at the end of
// its line.
func (env *environment) value(indent, value string) {
	if value == "" {
		fmt.Fprintf(env.Stdout, "%s(empty)\n", indent)
		return
	}
	for line := range strings.Lines(reports.BreakLines(env.shown(value))) {
		fmt.Fprintf(env.Stdout, "%s%s\n", indent, strings.TrimSuffix(line, "\n"))
	}
}

// plain is text on lines of its own, safe to print and without secrets.
func (env *environment) plain(text string) string {
	return reports.Legible(env.Redactor.String(text))
}

// requestHead writes the head of a request and how long its body is.
func (env *environment) requestHead(indent string, req *wire.Request) {
	head, _, _ := strings.Cut(string(req.AppendHTTP(nil)), "\r\n\r\n")
	for line := range strings.SplitSeq(head, "\r\n") {
		fmt.Fprintf(env.Stdout, "%s%s\n", indent, env.plain(line))
	}
	if n := len(req.Body); n > 0 {
		fmt.Fprintf(env.Stdout, "%s%s\n", indent, env.paint(env.Style.Faint, fmt.Sprintf("and a body of %d bytes", n)))
	}
}

// signingKeys returns the forms of the signing key among stages: who has it
// can sign for a day.
func signingKeys(stages []signature.StageValue) []string {
	var keys []string
	for _, s := range stages {
		if s.Stage != signature.SigningKey {
			continue
		}
		keys = append(keys, s.Value)
		if raw, err := hex.DecodeString(s.Value); err == nil {
			keys = append(keys, string(raw))
		}
	}
	return keys
}
