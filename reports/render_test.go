package reports

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/wire"
	"pgregory.net/rapid"
)

func render(t rapid.TB, kind string, s *Stream) string {
	t.Helper()
	var buf bytes.Buffer
	if err := Render(kind, &buf, s); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func TestRenderingIsDeterministic(t *testing.T) {
	shuffled := aRun()
	slices.Reverse(shuffled.Results)
	for _, kind := range Kinds {
		first := render(t, kind, aRun())
		for range 5 {
			if render(t, kind, shuffled) != first {
				t.Errorf("%s: the same results in another order give another report", kind)
				break
			}
		}
	}
}

func TestUnknownKindNamesTheKnownOnes(t *testing.T) {
	err := Render("pdf", io.Discard, aRun())
	if err == nil || !strings.Contains(err.Error(), `"pdf"`) || !strings.Contains(err.Error(), "ndjson, json, junit, html, md") {
		t.Errorf("got %v", err)
	}
}

func TestNothingIsRenderedWithoutAFooter(t *testing.T) {
	for _, kind := range Kinds {
		var buf bytes.Buffer
		err := Render(kind, &buf, &Stream{Header: header(), Results: resultsOfARun()})
		if !errors.Is(err, ErrNoFooter) || buf.Len() > 0 {
			t.Errorf("%s: %v, %d bytes written", kind, err, buf.Len())
		}
	}
}

// awkwardResult has awkward bytes in every place a subject has a say in.
func awkwardResult(t *rapid.T) Result {
	text := string(unreplaced(t, "text"))
	expected, observed := unreplaced(t, "expected"), unreplaced(t, "observed")
	return Result{
		ID: "oss-v1/header/x/" + text, Title: text, Requirements: []string{text}, Level: "must",
		Outcome: rapid.SampledFrom(Outcomes).Draw(t, "outcome"), Stage: text, Message: text, Why: text, Rule: text,
		Source: text, AgreedBy: []string{text}, Wire: &observed, Reproduce: text,
		Expected: &expected, Observed: &observed,
		Diagnosis:   &Diagnosis{Causes: []Cause{{ID: "C01", Name: text, Evidence: text, Fix: text}}},
		Expectation: &Expectation{Pattern: text, Pin: text, Reason: text, Met: rapid.Bool().Draw(t, "met")},
	}
}

// unreplaced has no U+FFFD of its own: one in a report was put there.
func unreplaced(t *rapid.T, label string) wire.Bytes {
	b := string(awkward(t, label))
	for strings.Contains(b, "\ufffd") {
		b = strings.ReplaceAll(b, "\ufffd", "")
	}
	return wire.Bytes(b)
}

func awkwardRun(t *rapid.T) *Stream {
	h := header()
	h.Subject.Name, h.Subject.URL = "s"+string(unreplaced(t, "name")), string(unreplaced(t, "url"))
	results := []Result{awkwardResult(t), awkwardResult(t)}
	return &Stream{Header: h, Results: results, Footer: Conclude(h, results, []string{string(unreplaced(t, "problem"))}, rapid.Bool().Draw(t, "aborted"))}
}

func TestRedactedStreamsShowNoSecretInAnyKind(t *testing.T) {
	const secret = "a+b/c=<&>'\"`|d"
	s := aRun()
	for i := range s.Results {
		r := &s.Results[i]
		r.Message, r.Why, r.Title, r.Reproduce = secret, secret, secret, secret
		r.Expected, r.Observed, r.Wire = raw("x-oss-security-token:"+secret), raw("x-oss-security-token:"+secret+"\n"), raw(secret)
	}
	clean := s.Redact(func(text string) string { return strings.ReplaceAll(text, secret, "[redacted]") })
	for _, kind := range Kinds {
		if kind == "md" || kind == "html" || kind == "junit" || kind == "ndjson" {
			if !strings.Contains(render(t, kind, clean), "redacted") {
				t.Errorf("%s: shows nothing of the places the secret was in", kind)
			}
		}
		for _, part := range []string{"a+b", "a&#43;b", "a%2Bb", `|d`, `\|d`} {
			if strings.Contains(render(t, kind, clean), part) {
				t.Errorf("%s: shows %q", kind, part)
			}
		}
	}
}

func TestWriteFileIsAtomic(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "new", "report.md")
	if err := WriteFile("md", path, aRun()); err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(first) != render(t, "md", aRun()) {
		t.Error("the file is not what Render writes")
	}
	broken := errors.New("broken")
	err = WriteAtomic(path, func(w io.Writer) error {
		if _, err := io.WriteString(w, "half"); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(first, after) {
		t.Errorf("a failed write left %q", after)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v %v", entries, err)
	}
	if err := WriteFile("md", folder, aRun()); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("writing onto a folder: %v", err)
	}
	if err := WriteFile("pdf", filepath.Join(folder, "x"), aRun()); err == nil {
		t.Error("unknown kind was written")
	} else if _, err := os.Stat(filepath.Join(folder, "x")); err == nil {
		t.Error("an unknown kind left a file")
	}
}
