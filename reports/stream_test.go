package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/wire"
	"pgregory.net/rapid"
)

func ndjson(t *testing.T, s *Stream) string {
	t.Helper()
	var buf bytes.Buffer
	if err := s.Write(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func TestStreamIsReadAsItWasWrittenSortedByID(t *testing.T) {
	s := aRun()
	s.Results[9].Message = "printable" // text that is not UTF-8 is tested below
	s.Footer = Conclude(s.Header, s.Results, nil, false)
	text := ndjson(t, s)
	got, err := Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	want := &Stream{Header: s.Header, Results: s.sorted(), Footer: s.Footer}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if again := ndjson(t, got); again != text {
		t.Error("writing what was read gives other bytes")
	}
	if slices.IsSortedFunc(s.Results, func(a, b Result) int { return strings.Compare(a.ID, b.ID) }) {
		t.Error("Write sorted the caller's results, or the fixture was sorted already")
	}
}

func TestByteStringsSurviveTheStream(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := wire.Bytes(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		r := passing("oss-v1/header/x/y")
		r.Observed = &b
		var buf bytes.Buffer
		if err := streamOf(r).Write(&buf); err != nil {
			t.Fatal(err)
		}
		s, err := Read(&buf)
		if err != nil {
			t.Fatal(err)
		}
		if *s.Results[0].Observed != b {
			t.Fatalf("got %q, want %q", *s.Results[0].Observed, b)
		}
	})
}

func TestTextThatIsNotUTF8IsShownNotReplaced(t *testing.T) {
	r := passing("oss-v1/header/x/y")
	r.Message = "got \xffé\xc3"
	s, err := Read(strings.NewReader(ndjson(t, streamOf(r))))
	if err != nil {
		t.Fatal(err)
	}
	if want := `got \xFFé\xC3`; s.Results[0].Message != want {
		t.Errorf("got %q, want %q", s.Results[0].Message, want)
	}
}

func TestWriterRefusesEventsOutOfOrder(t *testing.T) {
	ok := passing("oss-v1/header/x/y")
	for name, write := range map[string]func(*Writer) error{
		"result before header": func(w *Writer) error { return w.Result(ok) },
		"footer before header": func(w *Writer) error { return w.Footer(Footer{}) },
		"second header":        func(w *Writer) error { return errors.Join(w.Header(header()), w.Header(header())) },
		"result after footer": func(w *Writer) error {
			return errors.Join(w.Header(header()), w.Footer(Footer{}), w.Result(ok))
		},
		"second footer": func(w *Writer) error {
			return errors.Join(w.Header(header()), w.Footer(Footer{}), w.Footer(Footer{}))
		},
	} {
		if err := write(NewWriter(io.Discard)); !errors.Is(err, errOrder) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestWriterRefusesWhatNoReportCanUse(t *testing.T) {
	for name, spoil := range map[string]func(*Result){
		"unknown outcome":    func(r *Result) { r.Outcome = "ok" },
		"unknown level":      func(r *Result) { r.Level = "" },
		"id without a theme": func(r *Result) { r.ID = "oss-v1/header" },
	} {
		w := NewWriter(io.Discard)
		if err := w.Header(header()); err != nil {
			t.Fatal(err)
		}
		r := passing("oss-v1/header/x/y")
		spoil(&r)
		if err := w.Result(r); err == nil {
			t.Errorf("%s was accepted", name)
		}
		if err := w.Footer(Footer{Results: 1}); err == nil {
			t.Errorf("%s: the footer counts a result that was refused", name)
		}
	}
}

func TestAStreamWithoutFooterIsNotARun(t *testing.T) {
	text := ndjson(t, aRun())
	lines := strings.SplitAfter(text, "\n")
	for name, in := range map[string]string{
		"empty":              "",
		"header only":        lines[0],
		"footer line gone":   strings.Join(lines[:len(lines)-2], ""),
		"cut in the footer":  text[:len(text)-20],
		"cut in a result":    strings.Join(lines[:3], "") + lines[3][:40],
		"blank lines at end": strings.Join(lines[:4], "") + "\n\n",
	} {
		if _, err := Read(strings.NewReader(in)); !errors.Is(err, ErrNoFooter) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := (&Stream{Header: header()}).Write(io.Discard); !errors.Is(err, ErrNoFooter) {
		t.Errorf("written without a footer: %v", err)
	}
}

func TestReadErrorsNameTheLine(t *testing.T) {
	lines := strings.SplitAfter(ndjson(t, aRun()), "\n")
	with := func(i int, line string) string {
		changed := slices.Clone(lines)
		changed[i] = line
		return strings.Join(changed, "")
	}
	for _, c := range []struct{ name, in, want string }{
		{"not JSON", with(2, "nonsense\n"), "line 3: "},
		{"unknown type", with(1, `{"type":"note"}`+"\n"), `line 2: unknown event type "note"`},
		{"unknown field", with(1, strings.Replace(lines[1], `"level"`, `"color":"red","level"`, 1)), `line 2: json: unknown field "color"`},
		{"raw bytes", with(1, strings.Replace(lines[1], `"level"`, "\"title\":\"\xff\",\"level\"", 1)), "line 2: not UTF-8"},
		{"lone surrogate", with(1, `{"type":"result","id":"a/b/c","level":"must","outcome":"pass","wire":"\ud800"}`+"\n"), "line 2: byte string: lone surrogate"},
		{"unknown outcome", with(1, strings.Replace(lines[1], `"outcome":"`, `"outcome":"x`, 1)), `line 2: result`},
		{"no header", strings.Join(lines[1:], ""), "line 1: result out of place"},
		{"two streams", strings.Join(lines, "") + strings.Join(lines, ""), "line 13: header out of place"},
		{"another schema", with(0, strings.Replace(lines[0], `"schema":1`, `"schema":2`, 1)), "line 1: header: result schema 2"},
	} {
		_, err := Read(strings.NewReader(c.in))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q in it", c.name, err, c.want)
		}
	}
}

func TestReadRefusesAFooterThatDoesNotFollowFromTheResults(t *testing.T) {
	s := aRun()
	for name, spoil := range map[string]func(*Footer){
		"asExpected": func(f *Footer) { f.AsExpected = true },
		"unexpected": func(f *Footer) { f.Unexpected = 0 },
		"verdict":    func(f *Footer) { f.Verdict = Conformant },
		"profiles":   func(f *Footer) { f.Profiles = f.Profiles[1:] },
		"counts":     func(f *Footer) { f.Counts = map[Outcome]int{Pass: 10} },
	} {
		lying := &Stream{Header: s.Header, Results: s.Results, Footer: s.Footer}
		spoil(&lying.Footer)
		_, err := Read(strings.NewReader(ndjson(t, lying)))
		if err == nil || !strings.Contains(err.Error(), name+" is") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	lines := strings.SplitAfter(ndjson(t, s), "\n")
	if _, err := Read(strings.NewReader(strings.Join(slices.Delete(lines, 1, 2), ""))); err == nil {
		t.Error("a stream that lost a line was accepted")
	}
}

func TestReadTakesLinesOfAnyLength(t *testing.T) {
	r := passing("oss-v1/header/x/y")
	r.Wire = raw(strings.Repeat("a\xff", 3<<20))
	s, err := Read(strings.NewReader(ndjson(t, streamOf(r))))
	if err != nil {
		t.Fatal(err)
	}
	if *s.Results[0].Wire != *r.Wire {
		t.Error("the long byte string changed")
	}
}

func TestReadPassesOnErrorsOfItsReader(t *testing.T) {
	broken := errors.New("disk on fire")
	_, err := Read(io.MultiReader(strings.NewReader(ndjson(t, aRun())[:100]), errorReader{broken}))
	if !errors.Is(err, broken) || errors.Is(err, ErrNoFooter) {
		t.Errorf("got %v", err)
	}
}

type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) { return 0, r.err }

func TestRedactReachesEveryText(t *testing.T) {
	const secret = "S3cr3t+Key/0000"
	s := aRun()
	s.Header.Selection = []string{secret}
	s.Footer.Problems = []string{"stderr: " + secret}
	for i := range s.Results {
		r := &s.Results[i]
		fillStrings(reflect.ValueOf(r).Elem(), secret)
		r.Type, r.ID, r.Outcome = "result", "oss-v1/header/x/"+secret, Fail // the rest are closed lists
	}
	fillStrings(reflect.ValueOf(&s.Header.Subject).Elem(), secret)
	before, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	clean := s.Redact(func(text string) string { return strings.ReplaceAll(text, secret, "***") })
	after, err := json.Marshal(clean)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(after), secret) {
		t.Errorf("the secret is still there: %s", after)
	}
	if again, _ := json.Marshal(s); !bytes.Equal(before, again) {
		t.Error("Redact changed its receiver")
	}
}

// fillStrings sets every string below v, so that a new field cannot be
// forgotten by Redact.
func fillStrings(v reflect.Value, s string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillStrings(v.Elem(), s)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fillStrings(v.Index(0), s)
	case reflect.Struct:
		for i := range v.NumField() {
			fillStrings(v.Field(i), s)
		}
	}
}
