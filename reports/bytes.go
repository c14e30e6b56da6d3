package reports

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/countersign/countersign/wire"
)

// The marks around what differs first. A byte string that holds them has them
// escaped, so they cannot be taken for content.
const (
	markOpen  = "»"
	markClose = "«"
	blank     = "·" // a visible SP
)

// FirstDifference returns the offset of the first byte in which a and b
// differ. Where one begins with the other it is the length of the shorter; for
// equal strings it is -1.
func FirstDifference(a, b wire.Bytes) int {
	shorter := min(len(a), len(b))
	for i := range shorter {
		if a[i] != b[i] {
			return i
		}
	}
	if len(a) == len(b) {
		return -1
	}
	return shorter
}

// Show returns b on one line, so that no two byte strings look the same: a
// blank is ·, a backslash is doubled, what is not a plain visible character is
// \t, \r, \n, \xNN (a byte) or \uNNNN (a character). Combining marks are
// escaped, because they merge with the letter before them.
func Show(b wire.Bytes) string {
	var dst strings.Builder
	for i := 0; i < len(b); {
		shown, n := showNext(string(b[i:]))
		dst.WriteString(shown)
		i += n
	}
	return dst.String()
}

// showNext returns the shown form of the first character of s, and how many
// bytes it is.
func showNext(s string) (shown string, n int) {
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case r == utf8.RuneError && n == 1:
		return fmt.Sprintf(`\x%02X`, s[0]), 1
	case r == ' ':
		return blank, 1
	case r == '\\':
		return `\\`, 1
	case r == '\n':
		return `\n`, 1
	case r == '\r':
		return `\r`, 1
	case r == '\t':
		return `\t`, 1
	case strings.ContainsRune(blank+markOpen+markClose, r), unicode.IsMark(r), !unicode.IsPrint(r):
		return escapeRune(r), n
	}
	return s[:n], n
}

func escapeRune(r rune) string {
	switch {
	case r < 0x80:
		return fmt.Sprintf(`\x%02X`, r)
	case r <= 0xffff:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

// BreakLines puts a line break behind every shown line feed, and behind the mark
// that follows one. shown is what [Show] or [Excerpt.String] returns.
func BreakLines(shown string) string {
	var dst strings.Builder
	for i := 0; i < len(shown); i++ {
		dst.WriteByte(shown[i])
		if shown[i] != '\\' || i+1 == len(shown) {
			continue
		}
		i++ // the second half of an escape: of \\n it must not be read as \n
		dst.WriteByte(shown[i])
		if shown[i] != 'n' {
			continue
		}
		if strings.HasPrefix(shown[i+1:], markClose) {
			dst.WriteString(markClose)
			i += len(markClose)
		}
		dst.WriteByte('\n')
	}
	return dst.String()
}

// Legible makes text for people safe to print anywhere: what is not UTF-8, and
// control and format characters other than a line feed, are shown escaped. A
// terminal sequence in the message of a subject must not act, and XML has no
// form for most of them.
func Legible(text string) string {
	clean := func(r rune) bool { return r == '\n' || r != utf8.RuneError && unicode.IsPrint(r) }
	if strings.IndexFunc(text, func(r rune) bool { return !clean(r) }) < 0 {
		return text
	}
	var dst strings.Builder
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&dst, `\x%02X`, text[i])
		case r == '\n' || unicode.IsPrint(r):
			dst.WriteString(text[i : i+n])
		case r == '\t':
			dst.WriteString(`\t`)
		case r == '\r':
			dst.WriteString(`\r`)
		default:
			dst.WriteString(escapeRune(r))
		}
		i += n
	}
	return dst.String()
}

// Excerpt is the part of a byte string around the place where it differs, in
// the form [Show] gives it.
type Excerpt struct {
	Left   int    // bytes left out in front
	Before string // up to the difference
	Mark   string // the character that differs; "" at the end of the string, or where nothing differs
	End    bool   // the string ends where the other one goes on
	After  string
	Right  int // bytes left out behind
}

// Around returns the excerpt of b around offset at with up to columns columns
// on either side, and what one side does not need for the other; with 0 columns
// nothing is left out. A negative offset means that nothing differs: the
// excerpt is then the beginning of b.
func Around(b wire.Bytes, at, columns int) Excerpt {
	if columns == 0 {
		columns = 10 * len(b) // no escape is longer than \UNNNNNNNN
	}
	if at < 0 {
		x := Excerpt{}
		x.After, x.Right = showHead(string(b), 2*columns)
		return x
	}
	at = runeStart(string(b), min(at, len(b)))
	x := Excerpt{End: at == len(b)}
	rest := string(b[at:])
	if !x.End {
		shown, n := showNext(rest)
		x.Mark, rest = shown, rest[n:]
	}
	x.After, x.Right = showHead(rest, columns)
	x.Before, x.Left = showTail(string(b[:at]), 2*columns-utf8.RuneCountInString(x.After))
	if x.Right > 0 {
		x.After, x.Right = showHead(rest, 2*columns-utf8.RuneCountInString(x.Before))
	}
	return x
}

// runeStart moves at back to the first byte of the character it is in. An
// offset inside bytes that are not UTF-8 stays.
func runeStart(s string, at int) int {
	for start := at; start > at-utf8.UTFMax && start >= 0 && at < len(s); start-- {
		if r, n := utf8.DecodeRuneInString(s[start:]); (r != utf8.RuneError || n > 1) && start+n > at {
			return start
		}
	}
	return at
}

// showHead shows the beginning of s in up to columns columns and returns how
// many bytes it left out.
func showHead(s string, columns int) (shown string, left int) {
	var dst strings.Builder
	used, i := 0, 0
	for i < len(s) {
		next, n := showNext(s[i:])
		used += utf8.RuneCountInString(next)
		if used > columns {
			break
		}
		dst.WriteString(next)
		i += n
	}
	return dst.String(), len(s) - i
}

// showTail is showHead for the end of s.
func showTail(s string, columns int) (shown string, left int) {
	var parts []string
	used, i := 0, len(s)
	for i > 0 {
		start := runeStart(s, i-1)
		next, _ := showNext(s[start:])
		used += utf8.RuneCountInString(next)
		if used > columns {
			break
		}
		parts = append(parts, next)
		i = start
	}
	var dst strings.Builder
	for k := len(parts) - 1; k >= 0; k-- {
		dst.WriteString(parts[k])
	}
	return dst.String(), i
}

// String puts the excerpt on one line, the difference between » and «.
func (x Excerpt) String() string { return x.styled(Style{}) }

func (x Excerpt) styled(style Style) string {
	s := x.Before
	if x.Left > 0 {
		s = "…" + s
	}
	switch {
	case x.End:
		s += style.Mark.of(markOpen + "end" + markClose)
	case x.Mark != "":
		s += style.Mark.of(markOpen + x.Mark + markClose)
	}
	s += x.After
	if x.Right > 0 {
		s += "… (" + Counted(x.Right, "more byte") + ")"
	}
	return s
}

// HexWindow is a row of bytes around a difference: upper-case hexadecimal with
// blanks between, as StringToSignBytes has it in an error document.
type HexWindow struct {
	Offset int    `json:"offset"` // of the first byte shown
	Before string `json:"before"`
	Mark   string `json:"mark"` // the byte that differs, "" behind the last byte
	After  string `json:"after"`
}

// Hex returns the window of b with around bytes on either side of offset at.
func Hex(b wire.Bytes, at, around int) HexWindow {
	at = max(0, min(at, len(b)))
	h := HexWindow{Offset: max(0, at-around)}
	h.Before = fmt.Sprintf("% X", string(b[h.Offset:at]))
	if at < len(b) {
		h.Mark = fmt.Sprintf("%02X", b[at])
		h.After = fmt.Sprintf("% X", string(b[at+1:min(len(b), at+1+around)]))
	}
	return h
}

// String puts the window on one line, the difference between » and «.
func (h HexWindow) String() string { return h.styled(Style{}) }

func (h HexWindow) styled(style Style) string {
	mark := h.Mark
	if mark == "" {
		mark = "end"
	}
	parts := []string{style.Mark.of(markOpen + mark + markClose)}
	if h.Before != "" {
		parts = append([]string{h.Before}, parts...)
	}
	if h.After != "" {
		parts = append(parts, h.After)
	}
	return strings.Join(parts, " ")
}

// Marked is a byte string for a page: in lines, what differs apart, and the row
// of bytes around it.
type Marked struct {
	Before string    `json:"before"`
	Mark   string    `json:"mark"` // what differs; "end" behind the last byte, "" where nothing does
	After  string    `json:"after"`
	Hex    HexWindow `json:"hex"`
}

// MarkedAt returns b around an offset, as [Around] does, for a page.
func MarkedAt(b wire.Bytes, at, columns int) Marked {
	const around = 8
	e := Around(b, at, columns)
	m := Marked{Before: BreakLines(e.Before), Mark: e.Mark, After: BreakLines(e.After)}
	if e.Left > 0 {
		m.Before = "…" + m.Before
	}
	if e.Right > 0 {
		m.After += "…"
	}
	switch {
	case e.End:
		m.Mark = "end"
	case e.Mark == `\n`:
		m.After = "\n" + m.After
	}
	if at >= 0 {
		if m.Hex = Hex(b, at, around); m.Hex.Mark == "" {
			m.Hex.Mark = "end"
		}
	}
	return m
}
