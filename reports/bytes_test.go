package reports

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/countersign/countersign/wire"
	"pgregory.net/rapid"
)

// awkward are byte strings that mix text, blanks, markup and bytes that are
// not UTF-8.
func awkward(t *rapid.T, label string) wire.Bytes {
	parts := rapid.SliceOf(rapid.OneOf(
		rapid.SampledFrom([]string{" ", "\t", "\r\n", "\n", "\\", `\n`, "·", "»", "«", "\x00", "\x1b[31m", "\xff", "\xc3", "é", "e\u0301", "中", "😀", "\u202e", "\ufffd", "\ufffe", "]]>", "<b>", "&amp;", `"`, "`", "|"}),
		rapid.String(),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 8), func(b []byte) string { return string(b) }),
	)).Draw(t, label)
	return wire.Bytes(strings.Join(parts, ""))
}

func TestFirstDifference(t *testing.T) {
	for _, c := range []struct {
		a, b wire.Bytes
		want int
	}{
		{"", "", -1}, {"same", "same", -1}, {"a", "", 0}, {"abc", "ab", 2}, {"ab", "abc", 2}, {"axc", "ayc", 1},
		{"é", "è", 1}, // C3 A9 and C3 A8
	} {
		if got := FirstDifference(c.a, c.b); got != c.want {
			t.Errorf("%q and %q: got %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestShow(t *testing.T) {
	for in, want := range map[wire.Bytes]string{
		"GET\n\n a\t\r\n": `GET\n\n·a\t\r\n`,
		"中文é😀":            "中文é😀",
		"e\u0301":         `e\u0301`, // é from two characters must not look like é
		"\xff\x00\x7f":    `\xFF\x00\x7F`,
		`a\n`:             `a\\n`,
		"·»«":             `\u00b7\u00bb\u00ab`,
		"\u202e\u00a0":    `\u202e\u00a0`,
		"\U000e0001":      `\U000e0001`,
		"\ufffd":          "\ufffd", // a real one, not a replacement
	} {
		if got := Show(in); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

// unshow is the inverse of Show: that there is one proves that no two byte
// strings look the same.
func unshow(shown string) (string, error) {
	var dst strings.Builder
	for len(shown) > 0 {
		r, n := utf8.DecodeRuneInString(shown)
		if r == '·' {
			dst.WriteByte(' ')
		} else if r != '\\' {
			dst.WriteString(shown[:n])
		} else {
			length := map[byte]int{'x': 4, 'u': 6, 'U': 10}[shown[1]]
			if length == 0 {
				length = 2
			}
			value, _, _, err := strconv.UnquoteChar(shown[:length], 0)
			if err != nil {
				return "", fmt.Errorf("%s: %w", shown, err)
			}
			if shown[1] == 'x' {
				dst.WriteByte(byte(value))
			} else {
				dst.WriteRune(value)
			}
			n = length
		}
		shown = shown[n:]
	}
	return dst.String(), nil
}

func TestNoTwoByteStringsLookTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := awkward(t, "bytes")
		shown := Show(b)
		back, err := unshow(shown)
		if err != nil || back != string(b) {
			t.Fatalf("%q is shown as %s, which reads as %q (%v)", b, shown, back, err)
		}
		if strings.ContainsFunc(shown, func(r rune) bool { return !unicode.IsPrint(r) || r == ' ' }) {
			t.Fatalf("%q is shown as %q", b, shown)
		}
		if joined := strings.ReplaceAll(BreakLines(shown), "\n", ""); joined != shown {
			t.Fatalf("BreakLines changed %s into %s", shown, joined)
		}
		if got, want := strings.Count(BreakLines(shown), "\n"), strings.Count(string(b), "\n"); got != want {
			t.Fatalf("%s: %d line breaks for %d line feeds", shown, got, want)
		}
	})
}

func TestLegibleTextCannotAct(t *testing.T) {
	if got, want := Legible("exit \x1b[31mred\x1b[0m\r\n\xff é \\x"), `exit \x1B[31mred\x1B[0m\r`+"\n"+`\xFF é \x`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := Legible(string(awkward(t, "text")))
		if !utf8.ValidString(text) {
			t.Fatalf("not UTF-8: %q", text)
		}
		if i := strings.IndexFunc(text, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }); i >= 0 {
			t.Fatalf("control character at %d of %q", i, text)
		}
		if again := Legible(text); again != text {
			t.Fatalf("%q becomes %q the second time", text, again)
		}
	})
}

func TestAroundMarksTheDifference(t *testing.T) {
	long := wire.Bytes(strings.Repeat("x", 100) + "+" + strings.Repeat("y", 100))
	for _, c := range []struct {
		b       wire.Bytes
		at      int
		columns int
		want    string
	}{
		{"a b", 1, 0, "a»·«b"},
		{"ab", 2, 0, "ab»end«"},
		{"", 0, 0, "»end«"},
		{"aé", 2, 0, "a»é«"},               // offset in the middle of a character
		{"a\xff\xfe", 2, 0, `a\xFF»\xFE«`}, // bytes stay bytes
		{"equal", -1, 0, "equal"},
		{long, 100, 5, "…xxxxx»+«yyyyy… (95 more bytes)"},
		{long, 199, 5, "…yyyyyyyyy»y«y"},
		{long, 1, 5, "x»x«xxxxxxxxx… (190 more bytes)"},
		{long, -1, 5, "xxxxxxxxxx… (191 more bytes)"},
		{"\n\n\n+\n\n\n", 3, 4, `…\n\n»+«\n\n… (1 more byte)`}, // an escape is never cut
	} {
		if got := Around(c.b, c.at, c.columns).String(); got != c.want {
			t.Errorf("%q at %d: got %s, want %s", c.b, c.at, got, c.want)
		}
	}
}

func TestExcerptsLoseNothingButWhatTheyCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := awkward(t, "bytes")
		at := rapid.IntRange(0, len(b)).Draw(t, "at")
		x := Around(b, at, rapid.IntRange(0, 30).Draw(t, "columns"))
		middle, err := unshow(x.Before + x.Mark + x.After)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(b[:x.Left]) + middle + string(b[len(b)-x.Right:]); got != string(b) {
			t.Fatalf("%q became %+v", b, x)
		}
		before, _ := unshow(x.Before)
		mark, _ := unshow(x.Mark)
		start := x.Left + len(before)
		if start > at || !x.End && at >= start+len(mark) || x.End != (at == len(b)) {
			t.Fatalf("offset %d of %q is not in the mark of %+v", at, b, x)
		}
	})
}

func TestHexWindow(t *testing.T) {
	for _, c := range []struct {
		b      wire.Bytes
		at     int
		around int
		want   string
		offset int
	}{
		{"PUT\n", 3, 8, "50 55 54 »0A«", 0},
		{"abcdef", 3, 1, "63 »64« 65", 2},
		{"ab", 2, 8, "61 62 »end«", 0},
		{"", 0, 8, "»end«", 0},
	} {
		got := Hex(c.b, c.at, c.around)
		if got.String() != c.want || got.Offset != c.offset {
			t.Errorf("%q: got %s from %d", c.b, got, got.Offset)
		}
	}
}

// A value of 400 KB is whole in the stream, and elsewhere a beginning that says
// where the rest is.
func TestHugeValuesAreCutWithAPointerToTheStream(t *testing.T) {
	value := strings.Repeat("\xff<a href=\"x\">`|\x1b[31m ", 20_000)
	b, other := wire.Bytes(value), wire.Bytes("x"+value)
	s := streamOf(passing("oss-v1/header/a/pass"), Result{
		ID: "oss-v1/header/a/huge", Title: value, Level: "must", Outcome: Fail, Stage: "stringToSign", Message: value, Why: value, Rule: value, Source: value,
		Expected: &b, Observed: &other, Wire: &b, Diagnosis: &Diagnosis{Causes: []Cause{{ID: "C01", Name: "n", Confidence: "proof", Evidence: value, Fix: value}}},
	})
	if text := render(t, "ndjson", s); len(text) < len(value) {
		t.Errorf("the stream has %d bytes", len(text))
	}
	var console strings.Builder
	if err := WriteFailures(&console, s, FailureOptions{}); err != nil {
		t.Fatal(err)
	}
	shown := map[string]string{"console": console.String(), "html": render(t, "html", s), "junit": render(t, "junit", s), "md": render(t, "md", s)}
	empty := len(render(t, "html", streamOf(passing("oss-v1/header/a/pass"))))
	for kind, text := range shown {
		if kind == "html" && len(text)-empty > len(value) || kind != "html" && len(text) > len(value) {
			t.Errorf("%s has %d bytes", kind, len(text))
		}
		if !strings.Contains(text, "NDJSON") {
			t.Errorf("%s does not say where the rest is", kind)
		}
	}
}
