package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/countersign/countersign/wire"
)

// WriteFindings writes the findings of many compliance reports as one Markdown
// page: by SDK, each with its rule, the smallest request that shows it, both
// strings with the differing byte, what a user meets, a way around it, and the
// report to file. The rules whose sources disagree stand at the end, with who
// follows which reading. Of a subject with several versions the newest counts.
func WriteFindings(w io.Writer, all []*Compliance) error {
	all = slices.DeleteFunc(newest(all), (*Compliance).OfServer) // what they do otherwise is in their reports
	var buf bytes.Buffer
	total := 0
	for _, c := range all {
		total += len(c.Findings)
	}
	fmt.Fprint(&buf, "# Findings\n\n")
	fmt.Fprintf(&buf, "%s in %s, each with the smallest request that shows it. Written by `countersign report findings` from the compliance reports; do not edit.\n\n",
		sentenceCase(Counted(total, "distinct defect")), Counted(len(all), "SDK"))
	fmt.Fprint(&buf, "The keys in the requests are the examples of the vectors. In the strings a blank is shown as `·`, a line feed as `\\n`, and the first byte that differs stands between » and «.\n\n")
	findingsIndex(&buf, all)
	for _, c := range all {
		if len(c.Findings) == 0 {
			continue
		}
		fmt.Fprintf(&buf, "## %s\n\n", markdownText(c.Subject.identity()))
		for i := range c.Findings {
			markdownFinding(&buf, c, &c.Findings[i])
		}
	}
	markdownReadings(&buf, all)
	_, err := w.Write(buf.Bytes())
	return err
}

func bySubject(a, b *Compliance) int {
	return strings.Compare(a.Subject.identity(), b.Subject.identity())
}

func findingsIndex(w io.Writer, all []*Compliance) {
	fmt.Fprint(w, "| SDK | finding | settled by |\n| --- | --- | --- |\n")
	for _, c := range all {
		for _, f := range c.Findings {
			fmt.Fprintf(w, "| %s | [%s](#%s) | %s |\n", markdownText(c.Subject.identity()), markdownText(f.Title), anchor(c, &f), f.Status)
		}
	}
	fmt.Fprintln(w)
}

func anchor(c *Compliance, f *Finding) string { return c.Subject.Name + "-" + f.ID }

// settled says in words what a status of a finding means.
var settled = map[string]string{
	"documented": "a document settles that the SDK is wrong",
	"observed":   "a real server's own answer settles that the SDK is wrong",
	"contested":  "contested: neither a document nor a server's answer settles who is right",
}

func markdownFinding(w io.Writer, c *Compliance, f *Finding) {
	fmt.Fprintf(w, "### <a id=\"%s\"></a>%s\n\n", anchor(c, f), markdownText(f.Title))
	fmt.Fprintf(w, "- **SDK**: %s (%s)\n", markdownText(c.Subject.identity()), markdownText(c.Subject.Language))
	if f.Rule != "" {
		fmt.Fprintf(w, "- **Rule**: %s Source: %s.\n", markdownText(f.Rule), markdownText(strings.TrimSuffix(f.Source, ".")))
	}
	fmt.Fprintf(w, "- **Support**: %s. %s\n", settled[f.Status], markdownText(f.Supports))
	fmt.Fprintf(w, "- **Where**: %s\n", markdownText(f.Where))
	fmt.Fprintf(w, "- **What a user meets**: %s\n", markdownText(f.Experience))
	fmt.Fprintf(w, "- **Workaround**: %s\n", markdownText(f.Workaround))
	fmt.Fprintf(w, "- **Shown by**: %s\n\n", shownBy(f.Results))
	if f.Shown != nil {
		markdownShown(w, f.Shown)
	}
	fmt.Fprintf(w, "<details><summary>Report to file</summary>\n\n%s\n\n</details>\n\n", fenced(strings.TrimSpace("# "+f.Title+"\n\n"+f.Upstream)))
}

// mostNamed is how many results a finding names.
const mostNamed = 3

func shownBy(ids []string) string {
	var names []string
	for _, id := range ids[:min(len(ids), mostNamed)] {
		names = append(names, codeSpan(id))
	}
	text := strings.Join(names, ", ")
	if more := len(ids) - mostNamed; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func markdownShown(w io.Writer, s *Shown) {
	fmt.Fprintf(w, "The smallest request that shows it, shrunk from %s. Asked for:\n\n%s\n\n", codeSpan(s.From), fenced(s.intent()))
	if s.Wire != nil {
		fmt.Fprintf(w, "The request:\n\n%s\n\n", fenced(shownRequest(*s.Wire, wireLimit)))
	}
	r := Result{Outcome: s.Outcome, Stage: s.Stage, Divergence: s.Divergence, Message: s.Message}
	label, place := r.placeLine()
	fmt.Fprintf(w, "%s %s: %s\n\n", sentenceCase(label), codeSpan(place), markdownText(r.Reason()))
	if s.Expected == nil || s.Observed == nil {
		return
	}
	at := s.difference()
	var rows strings.Builder
	for _, row := range []struct {
		label string
		b     wire.Bytes
	}{{"expected", *s.Expected}, {"observed", *s.Observed}} {
		fmt.Fprintf(&rows, "%s  %s\n", row.label, Around(row.b, at, 300))
		if at >= 0 {
			window := Hex(row.b, at, 8)
			fmt.Fprintf(&rows, "   bytes  %d: %s\n", window.Offset, window)
		}
	}
	if at >= 0 {
		fmt.Fprintf(&rows, "first difference at byte %d\n", at)
	}
	fmt.Fprintf(w, "%s\n\n", fenced(strings.TrimSuffix(rows.String(), "\n")))
}

// intent is what was asked for, as JSON on one line.
func (s *Shown) intent() string {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	var v any = s.Operation
	if s.Operation == nil {
		v = s.Input
	}
	if err := enc.Encode(v); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(buf.String())
}

// fenced puts text between a fence that it does not hold.
func fenced(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + "text\n" + text + "\n" + fence
}

// markdownReadings shows who follows which reading of a contested rule.
func markdownReadings(w io.Writer, all []*Compliance) {
	who := map[string][]string{}
	for _, c := range all {
		for reading, n := range c.Readings() {
			who[reading] = append(who[reading], fmt.Sprintf("%s (%s)", markdownText(c.Subject.identity()), Counted(n, "result")))
		}
	}
	if len(who) == 0 {
		return
	}
	fmt.Fprint(w, "## Where sources disagree\n\nRules that documents, servers and SDKs tell in different ways. Following another reading than the suite's first is no failure.\n\n| reading | followed by |\n| --- | --- |\n")
	for _, reading := range slices.Sorted(maps.Keys(who)) {
		slices.Sort(who[reading])
		fmt.Fprintf(w, "| %s | %s |\n", codeSpan(reading), strings.Join(who[reading], ", "))
	}
}
