package reports

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// Finding is one distinct defect of an SDK: what somebody who looked into its
// failures has to say about it, and the smallest request that shows it.
type Finding struct {
	Account
	Rule    string   `json:"rule,omitempty"`   // the requirement that decided: its id, a colon, its sentence
	Source  string   `json:"source,omitempty"` // of the rule
	Results []string `json:"results"`          // the ids of the results that show it, sorted
	Shown   *Shown   `json:"shown,omitempty"`
}

// Account is what is written by hand about a finding: an entry of
// adapters/<name>/findings.json.
type Account struct {
	ID         string `json:"id"`         // unique among the findings of an SDK
	Title      string `json:"title"`      //
	Status     string `json:"status"`     // documented, observed or contested: what settles who is right
	Supports   string `json:"supports"`   // the document or the record of a server, and what it says
	Where      string `json:"where"`      // the place in the SDK's source
	Experience string `json:"experience"` // of a user
	Workaround string `json:"workaround"` //
	Upstream   string `json:"upstream"`   // a report to the SDK's project, in Markdown
}

// Shown is the smallest input that shows a finding, and what came of it.
type Shown struct {
	From       string          `json:"from"`                // the vector it was shrunk from
	Operation  *ShownOperation `json:"operation,omitempty"` // of an SDK that sends
	Input      json.RawMessage `json:"input,omitempty"`     // of a signer: a signing input
	Outcome    Outcome         `json:"outcome"`
	Stage      string          `json:"stage,omitempty"`
	Divergence string          `json:"divergence,omitempty"`
	Message    string          `json:"message,omitempty"`
	Expected   *wire.Bytes     `json:"expected,omitempty"`
	Observed   *wire.Bytes     `json:"observed,omitempty"`
	Wire       *wire.Bytes     `json:"wire,omitempty"`
}

// ShownOperation is what an SDK was asked to do.
type ShownOperation struct {
	vectors.Operation
	Addressing string `json:"addressing"`
	Endpoint   string `json:"endpoint,omitempty"` // if it is not the service's usual one
}

// difference is that of a result.
func (s *Shown) difference() int {
	return Result{Expected: s.Expected, Observed: s.Observed}.difference()
}

var findingMark = regexp.MustCompile(`^([a-z0-9]+(?:-[a-z0-9]+)*): `)

// FindingID is the id of the finding that the reason of an expected failure
// names in front, followed by a colon; "" if it names none.
func FindingID(reason string) string {
	if m := findingMark.FindStringSubmatch(reason); m != nil {
		return m[1]
	}
	return ""
}

// ErrFindings wraps what does not fit between the expected failures of a run and
// the accounts of its findings.
var ErrFindings = errors.New("findings")

// Findings joins the expected failures of the stream with the accounts of them.
// Every expected failure must name a finding that there is, and every finding
// must have a failure that shows it: what is no longer there must go.
func (s *Stream) Findings(accounts []Account) ([]Finding, error) {
	byID := map[string]*Finding{}
	var findings []*Finding
	var faults []error
	for _, a := range accounts {
		if byID[a.ID] != nil {
			faults = append(faults, fmt.Errorf("%w: %s stands there twice", ErrFindings, a.ID))
			continue
		}
		byID[a.ID] = &Finding{Account: a}
		findings = append(findings, byID[a.ID])
	}
	for _, r := range s.standing(StandExpected) {
		f := byID[FindingID(r.Expectation.Reason)]
		if f == nil {
			faults = append(faults, fmt.Errorf("%w: the reason %q (%s) begins with the id of no finding", ErrFindings, r.Expectation.Reason, r.Expectation.Pattern))
			continue
		}
		f.Results = append(f.Results, r.ID)
	}
	var out []Finding
	for _, f := range findings {
		if len(f.Results) == 0 {
			faults = append(faults, fmt.Errorf("%w: no failure shows %s", ErrFindings, f.ID))
		}
		out = append(out, *f)
	}
	return out, errors.Join(distinct(faults)...)
}

// distinct leaves out errors that say what another one said.
func distinct(faults []error) []error {
	said := map[string]bool{}
	return slices.DeleteFunc(faults, func(err error) bool {
		again := said[err.Error()]
		said[err.Error()] = true
		return again
	})
}

// ReadCompliance reads a compliance report.
func ReadCompliance(r io.Reader) (*Compliance, error) {
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	c := new(Compliance)
	if err := dec.Decode(c); err != nil {
		return nil, fmt.Errorf("compliance report: %w", err)
	}
	if c.Schema != SchemaVersion {
		return nil, fmt.Errorf("compliance report: its schema is version %d, this program knows %d", c.Schema, SchemaVersion)
	}
	return c, nil
}

// SaysTheSame reports whether two reports differ in nothing but the time, and in
// what follows from it: the dates and signatures of the requests that were seen,
// and by that which request is the smallest to show a finding.
func (c *Compliance) SaysTheSame(other *Compliance) bool {
	a, errA := json.Marshal(c.timeless())
	b, errB := json.Marshal(other.timeless())
	return errA == nil && errB == nil && string(a) == string(b)
}

func (c *Compliance) timeless() *Compliance {
	var t Compliance
	text, err := json.Marshal(c)
	if err == nil {
		err = json.Unmarshal(text, &t) // a copy that shares nothing
	}
	if err != nil {
		panic(err) // its own JSON form
	}
	t.Time = time.Time{}
	for i := range t.Profiles {
		p := &t.Profiles[i]
		for _, list := range [][]Entry{p.Failures, p.ExpectedFailures, p.ProvisionalFailures, p.Contested, p.Unsupported} {
			for k := range list {
				list[k].Message = ""
			}
		}
	}
	for i := range t.Findings {
		t.Findings[i].Shown = nil
	}
	return &t
}

// Readings are the readings of contested rules that the subject was found to
// follow, each with how many results show it.
func (c *Compliance) Readings() map[string]int {
	readings := map[string]int{}
	for _, p := range c.Profiles {
		for _, e := range p.Contested {
			if _, reading, ok := strings.Cut(e.ID, "@"); ok {
				readings[reading]++
			}
		}
	}
	return readings
}
