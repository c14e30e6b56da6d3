package interop

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/countersign/countersign/reports"
)

// Summary sums the outcomes of a run up. Every outcome is in one of AsExpected,
// Unexpected, NotJudged, Missing and Postponed.
type Summary struct {
	AsExpected, Unexpected, NotJudged, Missing, Postponed int

	Languages  int // of the subjects that were judged
	Open       int // subjects that were judged without a network of their own
	Installing time.Duration
	Wall       time.Duration // of driving and judging, added up
	Judging    time.Duration // the part of Wall that judging took
	Shrinking  time.Duration
	Flowing    time.Duration
}

// Judged is how many subjects were judged.
func (s *Summary) Judged() int { return s.AsExpected + s.Unexpected }

// Summarize adds up.
func Summarize(outcomes []Outcome) Summary {
	var s Summary
	languages := map[string]bool{}
	for i := range outcomes {
		o := &outcomes[i]
		s.Installing += o.Installing
		switch {
		case len(o.Missing) > 0:
			s.Missing++
			continue
		case o.Postponed != "":
			s.Postponed++
			continue
		case o.Judged == nil:
			s.NotJudged++
			continue
		case o.AsExpected():
			s.AsExpected++
		default:
			s.Unexpected++
		}
		languages[o.Program.Language] = true
		if !o.Judged.Isolated {
			s.Open++
		}
		s.Wall += o.Judged.Wall
		s.Judging += o.Judged.Judging
		s.Shrinking += o.Judged.Shrinking
		s.Flowing += o.Judged.Flowing
	}
	s.Languages = len(languages)
	return s
}

// The marks between which a page has the table of subjects.
const (
	tableBegin = "<!-- subjects: written by make interop -->"
	tableEnd   = "<!-- end of subjects -->"
)

// ReplaceTable puts the table of subjects into a page, between its marks.
func ReplaceTable(page, table string) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	before, rest, begins := bytes.Cut(text, []byte(tableBegin))
	_, after, ends := bytes.Cut(rest, []byte(tableEnd))
	if !begins || !ends {
		return fmt.Errorf("%s has no place for the table: it stands between %s and %s", page, tableBegin, tableEnd)
	}
	return reports.WriteAtomic(page, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%s%s\n\n%s\n%s%s", before, tableBegin, table, tableEnd, after)
		return err
	})
}
