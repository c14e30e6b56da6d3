package paste

import (
	"regexp"
	"sort"
	"strings"
)

// text is a source that readers take parts out of.
type text struct {
	name   string
	all    string
	lines  []int  // where each line begins
	before int    // lines of the source in front of it
	taken  []bool // by byte: it belongs to something that was recognised
}

// colours are terminal sequences that loggers put around their words.
var colours = regexp.MustCompile("\x1b\\[[0-9;]*m")

func newText(name, all string) *text {
	if strings.Contains(all, "\x1b[") {
		all = colours.ReplaceAllLiteralString(all, "")
	}
	t := &text{name: name, all: all, lines: []int{0}, taken: make([]bool, len(all))}
	for i := 0; i < len(all); i++ {
		if all[i] == '\n' && i+1 < len(all) {
			t.lines = append(t.lines, i+1)
		}
	}
	return t
}

// line returns a line, counted from 0, without its end.
func (t *text) line(i int) string {
	return strings.TrimSuffix(strings.TrimSuffix(t.all[t.lines[i]:t.end(i)], "\n"), "\r")
}

// end is where a line ends, its line feed included.
func (t *text) end(i int) int {
	if i+1 < len(t.lines) {
		return t.lines[i+1]
	}
	return len(t.all)
}

// lineOf returns the line, counted from 0, that a byte is in.
func (t *text) lineOf(offset int) int {
	return sort.SearchInts(t.lines, offset+1) - 1
}

// note makes a remark about the bytes from..to.
func (t *text) note(from, to int, remark string) Note {
	return Note{Source: t.name, First: t.before + t.lineOf(from) + 1, Last: t.before + t.lineOf(max(from, to-1)) + 1, Text: remark}
}

func (t *text) take(from, to int) {
	for i := from; i < to; i++ {
		t.taken[i] = true
	}
}

// free reports whether nothing was recognised at a byte.
func (t *text) free(offset int) bool { return offset < len(t.taken) && !t.taken[offset] }

// crlf reports whether every line ends in CRLF: those are then the file's.
func (t *text) crlf() bool {
	n := strings.Count(t.all, "\n")
	return n > 0 && strings.Count(t.all, "\r\n") == n
}

// rest returns remarks about the lines in which nothing was recognised.
func (t *text) rest() []Note {
	var notes []Note
	first := -1
	flush := func(end int) {
		if first >= 0 {
			notes = append(notes, Note{Source: t.name, First: t.before + first + 1, Last: t.before + end, Text: "not recognised"})
		}
		first = -1
	}
	for i := range t.lines {
		from, to := t.lines[i], t.end(i)
		blank := strings.TrimSpace(t.all[from:to]) == ""
		used := blank
		for k := from; k < to && !used; k++ {
			used = t.taken[k]
		}
		switch {
		case used && !blank:
			flush(i)
		case !used && first < 0:
			first = i
		}
	}
	flush(len(t.lines))
	if len(notes) > maxFinds {
		notes = append(notes[:maxFinds], Note{Source: t.name, Text: "and further lines"})
	}
	return notes
}

// shape is a text with every digit the same, so that two lines of one log begin
// with the same shape.
func shape(s string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return '0'
		}
		return r
	}, s)
}
