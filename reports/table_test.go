package reports

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func table(t *testing.T, layout Layout, streams ...*Stream) []string {
	t.Helper()
	var buf bytes.Buffer
	if err := WriteTable(&buf, streams, layout); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(buf.String(), "\n"), "\n")
}

// columnsOf splits a row where two blanks or more stand.
func columnsOf(row string) []string {
	return slices.DeleteFunc(strings.Split(row, "  "), func(cell string) bool { return strings.TrimSpace(cell) == "" })
}

func TestTableHasOneRowAProfile(t *testing.T) {
	good := streamOf(passing("oss-v1/header/x/y"), passing("oss-v4/header/x/y"), passing("oss-v4/query/x/y"))
	good.Header.Subject = Subject{Name: "huaweicloud-sdk-go-obs", Version: "3.25.4"}
	lines := table(t, Layout{}, aRun(), good)
	want := [][]string{
		{"SDK", "profile", "passed", "failed", "expected failures", "unsupported", "contested", "provisional failures", "verdict"},
		{"alibabacloud-oss-go-sdk-v2 1.3.0", "oss-v1/header", "1", "1", "0", "0", "0", "0", "nonconformant"},
		{"oss-v4/header", "2", "0", "1", "0", "1", "1", "nonconformant"},
		{"oss-v4/query", "1", "1", "0", "1", "0", "0", "nonconformant"},
		{"huaweicloud-sdk-go-obs 3.25.4", "oss-v1/header", "1", "0", "0", "0", "0", "0", "conformant"},
	}
	for i, cells := range want {
		got := columnsOf(lines[i])
		for k := range got {
			got[k] = strings.TrimSpace(got[k])
		}
		if !slices.Equal(got, cells) {
			t.Errorf("line %d: %q, want %q", i, got, cells)
		}
	}
	end := strings.Index(lines[0], "passed") + len("passed")
	for _, line := range lines[1:7] {
		if c := line[end-1]; c < '0' || c > '9' || line[end] != ' ' {
			t.Errorf("not aligned below passed: %q", line)
		}
	}
	text := strings.Join(lines, "\n")
	for _, want := range []string{
		"alibabacloud-oss-go-sdk-v2 1.3.0: nonconformant, not as expected: 2 unexpected failures",
		"huaweicloud-sdk-go-obs 3.25.4: conformant, as expected",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestTableKeepsToItsWidth(t *testing.T) {
	for _, width := range []int{80, 100, 140} {
		for _, line := range table(t, Layout{Width: width}, aRun()) {
			if n := utf8.RuneCountInString(line); n > width {
				t.Errorf("%d columns of %d: %q", n, width, line)
			}
		}
	}
	if lines := table(t, Layout{Width: 80}, aRun()); !slices.Contains(columnsOf(lines[1]), "verdict") {
		t.Errorf("no narrow table:\n%s", strings.Join(lines, "\n"))
	}
}

func TestTableShowsProblemsAndEmptyRuns(t *testing.T) {
	h := header()
	h.Profiles = nil
	empty := &Stream{Header: h, Footer: Conclude(h, nil, []string{"the subject did not start: no such file"}, false)}
	for _, width := range []int{0, 60} {
		text := strings.Join(table(t, Layout{Width: width}, empty), "\n")
		for _, want := range []string{"(nothing ran)", "partial, not as expected: 2 problems", "- the subject did not start", "- nothing was proven: no case ran"} {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in\n%s", want, text)
			}
		}
	}
}

// markup is a style that can be taken away again.
var markup = Style{
	Strong: Paint{"⟨s⟩", "⟨/s⟩"}, Good: Paint{"⟨g⟩", "⟨/g⟩"}, Bad: Paint{"⟨b⟩", "⟨/b⟩"},
	Notice: Paint{"⟨n⟩", "⟨/n⟩"}, Faint: Paint{"⟨f⟩", "⟨/f⟩"}, Mark: Paint{"⟨m⟩", "⟨/m⟩"},
}

func unstyled(text string) string {
	for _, letter := range "sgbnfm" {
		text = strings.NewReplacer(fmt.Sprintf("⟨%c⟩", letter), "", fmt.Sprintf("⟨/%c⟩", letter), "").Replace(text)
	}
	return text
}

func TestStyleChangesNothingButStyle(t *testing.T) {
	styled := strings.Join(table(t, Layout{Style: markup}, aRun()), "\n")
	if plain := strings.Join(table(t, Layout{}, aRun()), "\n"); unstyled(styled) != plain || styled == plain {
		t.Errorf("styled:\n%s\nplain:\n%s", styled, plain)
	}
	opts := FailureOptions{Layout: Layout{Width: 80}, Wire: true}
	plain := failures(t, aRun(), opts)
	opts.Style = markup
	styled = failures(t, aRun(), opts)
	if unstyled(styled) != plain || !strings.Contains(styled, "⟨m⟩»+«⟨/m⟩") {
		t.Errorf("styled:\n%s\nplain:\n%s", styled, plain)
	}
	if strings.ContainsRune(plain, '\x1b') {
		t.Error("a terminal sequence of the subject came through")
	}
}

func failures(t *testing.T, s *Stream, opts FailureOptions) string {
	t.Helper()
	var buf bytes.Buffer
	if err := WriteFailures(&buf, s, opts); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func TestEveryFailureExplainsItself(t *testing.T) {
	text := failures(t, aRun(), FailureOptions{Wire: true})
	for _, want := range []string{
		"FAIL oss-v1/header/operations/keys/get-plus", "first divergent stage: stringToSign, byte 75",
		"examplebucket/a»+«b·c.txt", "examplebucket/a»%«2Bb·c.txt", "»2B« 62 20", "»25« 32 42", "expected hex  67: 62 75",
		"why           Every request for an object", "rule          OSS1-RES-03: The resource is built", "(documented)",
		"source        002_7846fe820f9f4d27.txt, step 6", "agreed by     oss-python-sdk 2.19.1", "cause         C03",
		`wire          GET·/a%2Bb%20c.txt·HTTP/1.1\r\n`, "reproduce     countersign run --signer",
		"FAIL oss-v4/query/operations/presign/crash", "outcome: crash",
		"expected failures\n  net/http trims, issue 25\n      oss-v4/header/operations/headers/blank-around-value  header\n",
		"provisional failures", "contested (another reading",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	full := failures(t, aRun(), FailureOptions{FullExpected: true})
	for _, want := range []string{"EXPECTED oss-v4/header/operations/headers/blank-around-value", "what differs: header", "listed        net/http trims"} {
		if !strings.Contains(full, want) {
			t.Errorf("no %q in\n%s", want, full)
		}
	}
}

func TestAFailureAtAnotherPlaceThanListedSaysSo(t *testing.T) {
	r := plusInKey()
	r.Expectation = &Expectation{Pattern: "oss-v1/header/**", Pin: "signature", Reason: "known"}
	text := failures(t, streamOf(r), FailureOptions{})
	if want := `the expected-failures line "oss-v1/header/**" wants it to fail at "signature", not at "stringToSign"`; !strings.Contains(text, want) {
		t.Errorf("no %q in\n%s", want, text)
	}
}

func TestFailuresKeepToTheirWidth(t *testing.T) {
	s := streamOf(plusInKey(), expectedFailure())
	for _, width := range []int{60, 80, 200} {
		for line := range strings.Lines(failures(t, s, FailureOptions{Layout: Layout{Width: width}})) {
			line = strings.TrimSuffix(line, "\n")
			copied := strings.Contains(line, "reproduce") || strings.Contains(line, "/operations/")
			if n := utf8.RuneCountInString(line); n > width && !copied {
				t.Errorf("%d columns of %d: %q", n, width, line)
			}
		}
	}
}

func TestManyFailuresAreCut(t *testing.T) {
	s := manyFailures(100)
	text := failures(t, s, FailureOptions{Max: 3})
	if n := strings.Count(text, "FAIL "); n != 3 {
		t.Errorf("%d failures in full", n)
	}
	if !strings.Contains(text, "47 more unexpected failures\n") {
		t.Error("it does not say how many more there are")
	}
	for _, r := range s.standing(StandFail) {
		if !strings.Contains(text, r.ID) {
			t.Errorf("%s is not named", r.ID)
		}
	}
}
