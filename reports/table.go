package reports

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/rivo/uniseg"
)

// column is one number of the verdict table. The columns add up to all results
// of a profile.
type column struct {
	Long, Short string
	Count       func(ProfileCounts) int
	always      bool // shown even where it is zero in every row
}

var columns = []column{
	{"passed", "pass", func(p ProfileCounts) int { return p.Counts[Pass] }, true},
	{"failed", "fail", func(p ProfileCounts) int { return p.Unexpected - p.Flaky - p.NotRun }, true},
	{"flaky", "flaky", func(p ProfileCounts) int { return p.Flaky }, false},
	{"not run", "notrun", func(p ProfileCounts) int { return p.NotRun }, false},
	{"expected failures", "expect", func(p ProfileCounts) int { return p.Expected }, true},
	{"unsupported", "unsup", func(p ProfileCounts) int { return p.Counts[Unsupported] }, true},
	{"contested", "contst", func(p ProfileCounts) int { return p.Counts[Contested] }, true},
	{"answered", "answrd", func(p ProfileCounts) int { return p.Counts[Answered] }, false},
	{"unanswered", "unansw", func(p ProfileCounts) int { return p.Counts[Unanswered] }, false},
	{"provisional failures", "provis", func(p ProfileCounts) int { return p.Provisional }, false},
}

// columnsFor leaves out the columns that would say nothing.
func columnsFor(streams ...*Stream) []column {
	var used []column
	for _, c := range columns {
		show := c.always
		for _, s := range streams {
			for _, p := range s.Footer.Profiles {
				show = show || c.Count(p) > 0
			}
		}
		if show {
			used = append(used, c)
		}
	}
	return used
}

// WriteTable writes what became of every subject: one row a profile, then one
// line a subject that says whether its run is as expected, and the problems
// where it is not. Where the rows are wider than the layout, the subject is
// written above its rows and headings are short.
func WriteTable(w io.Writer, streams []*Stream, layout Layout) error {
	var buf bytes.Buffer
	cols := columnsFor(streams...)
	if g := wideGrid(streams, cols, layout.Style); layout.Width <= 0 || g.width() <= layout.Width {
		g.write(&buf, "")
	} else {
		for _, s := range streams {
			fmt.Fprintln(&buf, layout.Style.Strong.of(s.Header.Subject.identity()))
			narrowGrid(s, cols, layout.Style).write(&buf, "  ")
		}
	}
	fmt.Fprintln(&buf)
	for _, s := range streams {
		writeConclusion(&buf, s, layout)
	}
	_, err := io.WriteString(w, disarm(buf.String()))
	return err
}

func wideGrid(streams []*Stream, cols []column, style Style) *grid {
	head := []cell{{text: "SDK"}, {text: "profile"}}
	for _, c := range cols {
		head = append(head, cell{text: c.Long, right: true})
	}
	g := &grid{rows: [][]cell{append(head, cell{text: "verdict"})}}
	for _, s := range streams {
		name := s.Header.Subject.identity()
		for _, p := range s.Footer.Profiles {
			g.rows = append(g.rows, append([]cell{{text: name}}, profileRow(p, cols, style)...))
			name = ""
		}
		if len(s.Footer.Profiles) == 0 {
			g.rows = append(g.rows, []cell{{text: name}, {text: "(nothing ran)"}})
		}
	}
	return g
}

func narrowGrid(s *Stream, cols []column, style Style) *grid {
	head := []cell{{text: "profile"}}
	for _, c := range cols {
		head = append(head, cell{text: c.Short, right: true})
	}
	g := &grid{rows: [][]cell{append(head, cell{text: "verdict"})}}
	for _, p := range s.Footer.Profiles {
		g.rows = append(g.rows, profileRow(p, cols, style))
	}
	if len(s.Footer.Profiles) == 0 {
		g.rows = append(g.rows, []cell{{text: "(nothing ran)"}})
	}
	return g
}

func profileRow(p ProfileCounts, cols []column, style Style) []cell {
	row := []cell{{text: Legible(p.Profile)}}
	for _, c := range cols {
		row = append(row, cell{text: strconv.Itoa(c.Count(p)), right: true})
	}
	return append(row, cell{text: string(p.Verdict), paint: style.verdict(p.Verdict)})
}

// mostNotes is how many problems a terminal gets: a list of expected failures
// may be stale in all of its lines at once.
const mostNotes = 10

func writeConclusion(w io.Writer, s *Stream, layout Layout) {
	paint := layout.Style.Good
	if !s.Footer.AsExpected {
		paint = layout.Style.Bad
	}
	width := layout.Width
	if width <= 0 {
		width = 1 << 20
	}
	name, conclusion := s.Header.Subject.identity(), fmt.Sprintf("%s, %s", s.Footer.Verdict, s.Footer.conclusion())
	between := ": "
	if consoleColumns(name+between+conclusion) > width {
		between = ":\n  "
	}
	fmt.Fprintf(w, "%s%s%s\n", layout.Style.Strong.of(name), between, paint.of(conclusion))
	notes := s.Footer.Problems
	if part := s.partLine(); part != "" {
		notes = append([]string{part}, notes...)
	}
	for n, note := range notes {
		if layout.Width > 0 && n == mostNotes {
			fmt.Fprintf(w, "  … and %d more: every report has all of them\n", len(notes)-n)
			break
		}
		for i, line := range wrap(Legible(note), width-4) {
			lead := "  - "
			if i > 0 {
				lead = "    "
			}
			fmt.Fprintf(w, "%s%s\n", lead, line)
		}
	}
}

// consoleColumns is how many columns a console needs for a text: two for a Chinese
// letter, one for a letter with its accents.
func consoleColumns(text string) int { return uniseg.StringWidth(text) }

// grid is a table of aligned columns with two blanks between.
type grid struct{ rows [][]cell }

type cell struct {
	text  string
	right bool
	paint Paint
}

func (g *grid) widths() []int {
	var widths []int
	for _, row := range g.rows {
		for i, c := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], consoleColumns(c.text))
		}
	}
	return widths
}

func (g *grid) width() int {
	total := 0
	for _, w := range g.widths() {
		total += w + 2
	}
	return total - 2
}

func (g *grid) write(w io.Writer, indent string) {
	widths := g.widths()
	for _, row := range g.rows {
		var line strings.Builder
		for i, c := range row {
			pad := strings.Repeat(" ", widths[i]-consoleColumns(c.text))
			if i > 0 {
				line.WriteString("  ")
			}
			switch {
			case c.right:
				line.WriteString(pad + c.paint.of(c.text))
			case i == len(row)-1:
				line.WriteString(c.paint.of(c.text))
			default:
				line.WriteString(c.paint.of(c.text) + pad)
			}
		}
		fmt.Fprintf(w, "%s%s\n", indent, line.String())
	}
}
