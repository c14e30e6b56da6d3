package reports

import (
	"encoding/json"
	"io"
	"time"
)

// Compliance is the report an SDK's project publishes: who was judged, by what,
// and how far it conforms, without the passes one by one
// (schema/compliance.schema.json).
type Compliance struct {
	Schema          int                 `json:"schema"`
	Subject         Subject             `json:"subject"`
	SuiteVersion    string              `json:"suiteVersion"`
	VectorSetSHA256 string              `json:"vectorSetSha256"`
	Protocol        int                 `json:"protocol"`
	Mode            string              `json:"mode"`
	Time            time.Time           `json:"time"`
	Selection       []string            `json:"selection,omitempty"`
	Verdict         Verdict             `json:"verdict"`
	AsExpected      bool                `json:"asExpected"`
	Aborted         bool                `json:"aborted,omitempty"`
	Problems        []string            `json:"problems,omitempty"`
	Profiles        []ProfileCompliance `json:"profiles"`
	Findings        []Finding           `json:"findings,omitempty"`

	File string `json:"-"` // where it was read from; "" if it was not
}

// OfServer reports whether it was a server that was judged, not what signs.
func (c *Compliance) OfServer() bool { return c.Mode == modeOfServers }

// modeOfServers is the mode of a run against an endpoint.
const modeOfServers = "endpoint"

// ProfileCompliance is the part of the report about one profile. Lists are
// sorted by id.
type ProfileCompliance struct {
	Profile             string                     `json:"profile"`
	Verdict             Verdict                    `json:"verdict"`
	Counts              map[string]map[Outcome]int `json:"counts"` // by level, then by outcome
	Failures            []Entry                    `json:"failures,omitempty"`
	ExpectedFailures    []Entry                    `json:"expectedFailures,omitempty"`
	ProvisionalFailures []Entry                    `json:"provisionalFailures,omitempty"`
	Contested           []Entry                    `json:"contested,omitempty"`
	Unsupported         []Entry                    `json:"unsupported,omitempty"`
	Questions           []Entry                    `json:"questions,omitempty"`
}

// Entry is a result that is not a pass.
type Entry struct {
	ID           string   `json:"id"` // with @reading where a reading was claimed
	Level        string   `json:"level"`
	Outcome      Outcome  `json:"outcome"`
	Requirements []string `json:"requirements,omitempty"`
	Stage        string   `json:"stage,omitempty"`
	Divergence   string   `json:"divergence,omitempty"`
	Reason       string   `json:"reason"` // what is wrong; of an expected failure, what its project says about it
	Message      string   `json:"message,omitempty"`
	Dispute      *Dispute `json:"dispute,omitempty"` // of a contested result: the reading it follows
	Answer       *Answer  `json:"answer,omitempty"`  // of an open question
}

// Compliance makes the compliance report of the stream.
func (s *Stream) Compliance() Compliance {
	h, f := s.Header.mapped(validUTF8), s.Footer
	c := Compliance{
		Schema: SchemaVersion, Subject: h.Subject, SuiteVersion: h.SuiteVersion,
		VectorSetSHA256: h.VectorSetSHA256, Protocol: h.Protocol, Mode: h.Mode,
		Time: h.Time.UTC(), Selection: h.Selection,
		Verdict: f.Verdict, AsExpected: f.AsExpected, Aborted: f.Aborted,
		Problems: mapAll(f.Problems, validUTF8), Profiles: []ProfileCompliance{},
	}
	for _, sec := range s.sections() {
		c.Profiles = append(c.Profiles, sec.compliance())
	}
	return c
}

func (sec section) compliance() ProfileCompliance {
	p := ProfileCompliance{Profile: sec.Profile, Verdict: sec.Verdict, Counts: map[string]map[Outcome]int{}}
	for _, r := range sec.Results {
		if p.Counts[r.Level] == nil {
			p.Counts[r.Level] = map[Outcome]int{}
		}
		p.Counts[r.Level][r.Outcome]++
	}
	p.Failures = sec.entries(StandFail)
	p.ExpectedFailures = sec.entries(StandExpected)
	p.ProvisionalFailures = sec.entries(StandProvisional)
	p.Contested = sec.entries(StandContested)
	p.Unsupported = sec.entries(StandUnsupported)
	p.Questions = sec.entries(StandQuestion)
	return p
}

func (sec section) entries(standing Standing) []Entry {
	var entries []Entry
	for _, r := range withStanding(sec.Results, standing) {
		r = r.mapped(validUTF8)
		entry := Entry{
			ID: r.ID, Level: r.Level, Outcome: r.Outcome, Requirements: r.Requirements,
			Stage: r.Stage, Divergence: r.Divergence, Reason: r.Reason(), Dispute: r.Dispute, Answer: r.Answer,
		}
		if standing == StandExpected {
			entry.Reason, entry.Message = r.Expectation.Reason, r.Message
		}
		entries = append(entries, entry)
	}
	return entries
}

// writeCompliance renders kind "json".
func writeCompliance(w io.Writer, s *Stream) error {
	c := s.Compliance()
	return c.Write(w)
}

// Write writes the report as JSON.
func (c *Compliance) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(c)
}
