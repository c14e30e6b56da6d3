package subject_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/countersign/countersign/subject"
)

func TestLineReaderSplitsAtLineBreaksAndNowhereElse(t *testing.T) {
	long := strings.Repeat("x", 200_000) // more than its buffer
	in := "a\n\nb\r\n" + long + "\n\rc\r\r\n" + long + "\r\nlast"
	want := []string{"a", "", "b", long, "\rc\r", long, "last"}
	for name, r := range map[string]io.Reader{"whole": strings.NewReader(in), "byte by byte": iotest.OneByteReader(strings.NewReader(in))} {
		lines := subject.NewLineReader(r)
		for i, w := range want {
			line, err := lines.Next()
			if last := i == len(want)-1; string(line) != w || last && err != io.ErrUnexpectedEOF || !last && err != nil {
				t.Fatalf("%s: line %d has %d bytes, error %v; want %d bytes", name, i+1, len(line), err, len(w))
			}
		}
		for range 2 {
			if line, err := lines.Next(); line != nil || err != io.EOF {
				t.Errorf("%s: at the end: %q, %v", name, line, err)
			}
		}
	}
}

func TestLineReaderTakesNoLineOverTheLimit(t *testing.T) {
	fits := strings.Repeat("x", subject.MaxLine)
	lines := subject.NewLineReader(strings.NewReader(fits + "\r\n" + fits + "xyz\r\nnext\n"))
	if line, err := lines.Next(); len(line) != subject.MaxLine || err != nil {
		t.Errorf("at the limit: %d bytes, %v", len(line), err)
	}
	if line, err := lines.Next(); !errors.Is(err, subject.ErrLineTooLong) || len(line) == 0 || len(line) > 1000 {
		t.Errorf("over the limit: %d bytes, %v", len(line), err)
	}
	if _, err := lines.Next(); err != io.EOF {
		t.Errorf("after it: %v", err)
	}
}

func TestLineReaderPassesErrorsOn(t *testing.T) {
	broken := errors.New("broken")
	lines := subject.NewLineReader(io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken)))
	if line, err := lines.Next(); string(line) != "a" || err != nil {
		t.Errorf("%q, %v", line, err)
	}
	if _, err := lines.Next(); err != broken {
		t.Errorf("error is %v", err)
	}
}
