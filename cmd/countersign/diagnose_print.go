package main

import (
	"fmt"
	"strings"

	"github.com/countersign/countersign/diagnose/answer"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/wire"
)

// listed is how many notes of a kind fit on the screen; --json has all.
const listed = 6

// printAnswer writes an answer for people, the cause first.
func (env *environment) printAnswer(a *answer.Answer) {
	env.heading(a.Heading(), env.plain(a.Subject()))
	for _, c := range a.Causes {
		env.printCause(c)
	}
	if a.Compared != nil {
		env.printComparison(a.Compared)
	}
	if len(a.Readings) > 1 { // of one alone the causes say it all
		for _, r := range a.Readings {
			env.remarks("what explains the signature ("+strings.Join(r.Causes, ", ")+")", r.Mistakes, len(r.Mistakes))
		}
	}
	env.fields("  ", field{"not tried", a.LeftOut})
	env.remarks("the evidence contradicts itself", a.Contradictions, len(a.Contradictions))
	env.printDocument(a.Document)
	env.remarks("read", a.Found, listed)
	env.remarks("not used", a.Ignored(), listed)
	if !a.Proven() {
		env.remarks("this would help", a.WouldHelp, len(a.WouldHelp))
	}
}

func (env *environment) printCause(c reports.Cause) {
	paint := env.Style.Notice
	if c.Confidence == reports.Proof {
		paint = env.Style.Bad
	}
	fmt.Fprintf(env.Stdout, "  %s %s: %s\n", env.paint(paint, c.Confidence), c.ID, env.plain(c.Name))
	env.fields("    ",
		field{"because", c.Evidence},
		field{"changed by", c.Changer()},
		field{"fix", c.Fix},
	)
}

// printComparison writes both strings with blanks and line feeds visible, and the
// first byte that differs between » and «.
func (env *environment) printComparison(c *reports.Comparison) {
	if c.Offset < 0 {
		fmt.Fprintf(env.Stdout, "  %s, and %s, the same string:\n", c.Names[0], c.Names[1])
		env.value("    ", string(c.Strings[0]))
		return
	}
	where := ""
	if c.Field != "" {
		where = " (" + c.Field + ")"
	}
	fmt.Fprintf(env.Stdout, "  the strings differ from byte %d on%s\n", c.Offset, env.plain(where))
	for i, text := range c.Strings {
		fmt.Fprintf(env.Stdout, "    %s\n", env.paint(env.Style.Faint, c.Names[i]+":"))
		text = wire.Bytes(env.Redactor.String(string(text)))
		shown := reports.BreakLines(reports.Around(text, c.Offset, 0).String())
		for line := range strings.Lines(shown) {
			fmt.Fprintf(env.Stdout, "      %s\n", strings.TrimSuffix(line, "\n"))
		}
	}
}

// printDocument writes the elements of an error body.
func (env *environment) printDocument(elements [][2]string) {
	if len(elements) > 0 {
		fmt.Fprintf(env.Stdout, "  %s\n", env.paint(env.Style.Faint, "the error body:"))
	}
	for _, element := range elements {
		text := env.plain(element[1])
		if strings.Contains(element[1], "\n") {
			text = env.shown(element[1])
		}
		fmt.Fprintf(env.Stdout, "    %-18s %s\n", env.plain(element[0]), text)
	}
}

// remarks writes remarks one a line, as many as there is room for.
func (env *environment) remarks(title string, list []string, limit int) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(env.Stdout, "  %s\n", env.paint(env.Style.Faint, title+":"))
	for i, text := range list {
		if i == limit {
			fmt.Fprintf(env.Stdout, "  - and %d more: see --json\n", len(list)-limit)
			break
		}
		fmt.Fprintf(env.Stdout, "  - %s\n", env.plain(text))
	}
}
