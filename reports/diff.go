package reports

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Change is what became of a case from one run to another.
type Change string

// The changes. A run got worse where something is regressed, and only there.
const (
	Regressed    Change = "regressed"     // it fails now and did not; or it is offered no longer
	Fixed        Change = "fixed"         // it failed, and passes now
	Changed      Change = "changed"       // it fails elsewhere than it did, or ends otherwise without failing
	StillFailing Change = "still-failing" // it fails where it did
	Added        Change = "new"           // a case that was not in the first run
	Removed      Change = "removed"       // a case that is not in the second
)

// Changes holds all changes in the order reports list them.
var Changes = []Change{Regressed, Fixed, Changed, StillFailing, Added, Removed}

// Diff compares two runs case by case (schema/diff.schema.json).
type Diff struct {
	Schema int            `json:"schema"`
	A      DiffSide       `json:"a"`
	B      DiffSide       `json:"b"`
	Notes  []string       `json:"notes,omitempty"` // what makes the comparison less than it seems
	Counts map[Change]int `json:"counts"`
	Cases  []DiffCase     `json:"cases"`  // by change, then by id; without new and removed passes
	Passes map[Change]int `json:"passes"` // how many of the new and of the removed cases pass
}

// The forms in which a run can be read.
const (
	streamForm     = "stream"
	complianceForm = "compliance"
)

// DiffSide is one of the two runs.
type DiffSide struct {
	File            string    `json:"file"`
	Form            string    `json:"form"` // of the file: stream, compliance
	Subject         Subject   `json:"subject"`
	SuiteVersion    string    `json:"suiteVersion"`
	VectorSetSHA256 string    `json:"vectorSetSha256"`
	Time            time.Time `json:"time"`
	Verdict         Verdict   `json:"verdict"`
	AsExpected      bool      `json:"asExpected"`
}

// DiffCase is one case that is not the same uneventful pass in both runs.
type DiffCase struct {
	ID           string   `json:"id"` // without a reading
	Change       Change   `json:"change"`
	Title        string   `json:"title,omitempty"`
	Level        string   `json:"level"`
	Requirements []string `json:"requirements,omitempty"`
	A            *Ending  `json:"a,omitempty"` // absent: not in that run
	B            *Ending  `json:"b,omitempty"`
	Reproduce    string   `json:"reproduce,omitempty"` // of the second run
}

// Ending is how a case ended in one run.
type Ending struct {
	Outcome     Outcome `json:"outcome"`
	Place       string  `json:"place"` // where it failed: a stage, a kind of divergence, else the outcome
	Message     string  `json:"message,omitempty"`
	Expected    string  `json:"expected,omitempty"` // why it is expected to fail
	Provisional bool    `json:"provisional,omitempty"`
}

// failing reports whether the outcome is a failure, whoever expected it.
func (e *Ending) failing() bool {
	switch e.Outcome {
	case Pass, Unsupported, Contested, Answered, Unanswered:
		return false
	}
	return true
}

// Regressed reports whether anything is worse in the second run.
func (d *Diff) Regressed() bool { return d.Counts[Regressed] > 0 }

// Redact returns a copy of the comparison in which redact was applied to every
// text that a subject has a say in.
func (d *Diff) Redact(redact func(string) string) *Diff {
	out := *d
	out.Notes = mapAll(d.Notes, redact)
	for _, side := range []*DiffSide{&out.A, &out.B} {
		s := &side.Subject
		s.Name, s.Version, s.Language, s.URL = redact(s.Name), redact(s.Version), redact(s.Language), redact(s.URL)
	}
	out.Cases = make([]DiffCase, len(d.Cases))
	for i, c := range d.Cases {
		for _, ending := range []**Ending{&c.A, &c.B} {
			if *ending != nil {
				e := **ending
				e.Message, e.Expected, e.Place = redact(e.Message), redact(e.Expected), redact(e.Place)
				*ending = &e
			}
		}
		c.ID, c.Title, c.Reproduce = redact(c.ID), redact(c.Title), redact(c.Reproduce)
		out.Cases[i] = c
	}
	return &out
}

// of returns the cases of one change.
func (d *Diff) of(change Change) []DiffCase {
	var out []DiffCase
	for _, c := range d.Cases {
		if c.Change == change {
			out = append(out, c)
		}
	}
	return out
}

// Endings are the results of a run as they are compared: those of a stream, or
// what a compliance report has of them, which is all but the passes.
type Endings struct {
	DiffSide
	cases    map[string]DiffCase // with A set
	partial  bool                // a filter, or an end before its time, left out cases
	profiles []string
}

// ReadEndings reads a stream of results or a compliance report.
func ReadEndings(name string, data []byte) (*Endings, error) {
	stream, streamErr := Read(bytes.NewReader(data))
	if streamErr == nil {
		return endingsOfStream(name, stream)
	}
	if first, _, _ := bytes.Cut(bytes.TrimSpace(data), []byte("\n")); bytes.Contains(first, []byte(`"type"`)) {
		return nil, fmt.Errorf("%s: %w", name, streamErr)
	}
	report, err := ReadCompliance(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%s is neither a stream of results (%w) nor a compliance report (%w)", name, streamErr, err)
	}
	return endingsOfCompliance(name, report)
}

func endingsOfStream(name string, s *Stream) (*Endings, error) {
	h := s.Header
	e := &Endings{
		DiffSide: DiffSide{name, streamForm, h.Subject, h.SuiteVersion, h.VectorSetSHA256, h.Time.UTC(), s.Footer.Verdict, s.Footer.AsExpected},
		cases:    map[string]DiffCase{}, partial: len(h.Selection) > 0 || s.Footer.Aborted, profiles: h.Profiles,
	}
	for _, r := range s.Results {
		r = r.mapped(validUTF8)
		ending := &Ending{Outcome: r.Outcome, Place: r.Place(), Message: r.Message, Provisional: r.Provisional}
		if r.Outcome == Pass {
			ending.Message = ""
		}
		if r.Answer != nil && r.Answer.Name != "" {
			ending.Place = r.Answer.Name
		}
		if r.Expectation != nil && r.Expectation.Met {
			ending.Expected = r.Expectation.Reason
		}
		if err := e.add(DiffCase{ID: r.ID, Title: r.Title, Level: r.Level, Requirements: r.Requirements, A: ending, Reproduce: r.Reproduce}); err != nil {
			return nil, err
		}
	}
	return e, nil
}

func endingsOfCompliance(name string, c *Compliance) (*Endings, error) {
	e := &Endings{
		DiffSide: DiffSide{name, complianceForm, c.Subject, c.SuiteVersion, c.VectorSetSHA256, c.Time.UTC(), c.Verdict, c.AsExpected},
		cases:    map[string]DiffCase{}, partial: len(c.Selection) > 0 || c.Aborted,
	}
	for _, p := range c.Profiles {
		e.profiles = append(e.profiles, p.Profile)
		for _, list := range [][]Entry{p.Failures, p.ExpectedFailures, p.ProvisionalFailures, p.Contested, p.Unsupported, p.Questions} {
			for _, entry := range list {
				r := Result{Outcome: entry.Outcome, Stage: entry.Stage, Divergence: entry.Divergence}
				ending := &Ending{Outcome: entry.Outcome, Place: r.Place(), Message: entry.Reason}
				if entry.Message != "" { // of an expected failure
					ending.Message, ending.Expected = entry.Message, entry.Reason
				}
				if entry.Answer != nil && entry.Answer.Name != "" {
					ending.Place = entry.Answer.Name
				}
				if err := e.add(DiffCase{ID: entry.ID, Level: entry.Level, Requirements: entry.Requirements, A: ending}); err != nil {
					return nil, err
				}
			}
		}
	}
	return e, nil
}

// add keeps a case by its id without a reading: which reading a subject claims
// is not which case it is.
func (e *Endings) add(c DiffCase) error {
	c.ID, _, _ = strings.Cut(c.ID, "@")
	if _, twice := e.cases[c.ID]; twice {
		return fmt.Errorf("%s: %s has two results", e.File, c.ID)
	}
	e.cases[c.ID] = c
	return nil
}

// Had says whether a version of the suite had a case; known is false for a case
// that this program does not have.
type Had func(version, id string) (had, known bool)

// Compare compares two runs, the second with the first. By had it tells a case
// that a compliance report does not list because it passed from one that its
// suite did not have. What cannot be told counts against the second run: a case
// that fails there is taken to have passed, and one that failed is not taken to
// be fixed.
func Compare(a, b *Endings, had Had) *Diff {
	d := &Diff{Schema: SchemaVersion, A: a.DiffSide, B: b.DiffSide, Counts: map[Change]int{}, Passes: map[Change]int{}, Cases: []DiffCase{}}
	d.Notes = notesOn(a, b)
	ids := map[string]bool{}
	for _, side := range []*Endings{a, b} {
		for id := range side.cases {
			ids[id] = true
		}
	}
	for id := range ids {
		d.add(id, a.ending(id, had, true), b.ending(id, had, false), b.cases[id], a.cases[id])
	}
	slices.SortFunc(d.Cases, func(x, y DiffCase) int {
		if x.Change != y.Change {
			return slices.Index(Changes, x.Change) - slices.Index(Changes, y.Change)
		}
		return strings.Compare(x.ID, y.ID)
	})
	return d
}

// add counts one case, and lists it if there is something to say of it.
func (d *Diff) add(id string, a, b *Ending, now, before DiffCase) {
	change := changeOf(a, b)
	if change == "" {
		return
	}
	d.Counts[change]++
	if one := only(a, b); one != nil && one.Outcome == Pass {
		d.Passes[change]++
		return
	}
	c := now
	if now.A == nil {
		c = before
		c.Reproduce = ""
	}
	c.ID, c.Change, c.A, c.B = id, change, a, b
	d.Cases = append(d.Cases, c)
}

// only is the ending of a case that only one run has.
func only(a, b *Ending) *Ending {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return nil
}

// changeOf says what became of a case; "" where nothing did, or nothing that
// matters.
func changeOf(a, b *Ending) Change {
	switch {
	case a == nil && b == nil:
		return ""
	case a == nil:
		return Added
	case b == nil:
		return Removed
	case b.failing() && !a.failing(), a.Outcome == Pass && b.Outcome == Unsupported:
		return Regressed
	case a.failing() && b.Outcome == Pass:
		return Fixed
	case a.Outcome != b.Outcome || a.Place != b.Place:
		return Changed
	case b.failing():
		return StillFailing
	}
	return ""
}

// ending is how a case ended in the run, nil if it was not in it. Of what a
// compliance report does not list this is a conclusion: it passed if the run
// was about all of its profile and the suite had it. unknown is taken for a
// case of which nobody knows.
func (e *Endings) ending(id string, had Had, unknown bool) *Ending {
	if c, ok := e.cases[id]; ok {
		return c.A
	}
	if e.Form == streamForm || !slices.Contains(e.profiles, Result{ID: id}.Profile()) {
		return nil
	}
	was, known := had(e.SuiteVersion, id)
	if !known || e.partial {
		was = unknown
	}
	if !was {
		return nil
	}
	return &Ending{Outcome: Pass, Place: string(Pass)}
}

// notesOn says what makes a comparison less than it seems.
func notesOn(a, b *Endings) []string {
	var notes []string
	note := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	if a.Subject.Name != b.Subject.Name {
		note("the subjects are different ones: %s and %s", a.Subject.identity(), b.Subject.identity())
	}
	for _, e := range []*Endings{a, b} {
		if e.partial {
			note("%s is of a run that left out cases: a filter did, or an interruption", e.File)
		}
	}
	for _, profile := range a.profiles {
		if !slices.Contains(b.profiles, profile) {
			note("%s is not about %s any more", b.File, profile)
		}
	}
	if a.VectorSetSHA256 == b.VectorSetSHA256 {
		return notes
	}
	note("the runs are about different vectors: suite %s and %s", a.SuiteVersion, b.SuiteVersion)
	if a.Form == complianceForm {
		note("%s does not list what passed: a case that fails now and is not in it is taken to have passed if version %s had it; a stream (NDJSON) would tell", a.File, a.SuiteVersion)
	}
	return notes
}
