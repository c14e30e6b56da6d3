package reports

import (
	"strings"
	"time"

	"github.com/countersign/countersign/wire"
)

// Outcome is what became of one vector.
type Outcome string

// The outcomes. They stay apart in every report: a subject that crashed has
// not failed a requirement, and one that does not offer a scheme has not
// passed it.
const (
	Pass            Outcome = "pass"
	Fail            Outcome = "fail"             // the bytes differ
	Flaky           Outcome = "flaky"            // passed, but only on a retry
	Unsupported     Outcome = "unsupported"      // the subject says it does not offer this
	Contested       Outcome = "contested"        // explained by another reading of a contested rule
	RejectedWrongly Outcome = "rejected-wrongly" // it refused what it must accept
	AcceptedWrongly Outcome = "accepted-wrongly" // it accepted what it must refuse
	AdapterError    Outcome = "adapter-error"
	Crash           Outcome = "crash"
	Timeout         Outcome = "timeout"
	ProtocolError   Outcome = "protocol-error"
	NotRun          Outcome = "not-run"
	Answered        Outcome = "answered"   // an open question: there is an answer
	Unanswered      Outcome = "unanswered" // an open question: there is none
)

// Outcomes holds all outcomes in the order reports list them.
var Outcomes = []Outcome{
	Pass, Fail, Flaky, Unsupported, Contested, RejectedWrongly, AcceptedWrongly,
	AdapterError, Crash, Timeout, ProtocolError, NotRun,
	Answered, Unanswered,
}

// Subject identifies what was judged.
type Subject struct {
	Name     string `json:"name"`
	Version  string `json:"version"`
	Language string `json:"language,omitempty"`
	URL      string `json:"url,omitempty"`
}

// Header opens a stream.
type Header struct {
	Type            string    `json:"type"` // "header"
	Subject         Subject   `json:"subject"`
	SuiteVersion    string    `json:"suiteVersion"`
	VectorSetSHA256 string    `json:"vectorSetSha256"`
	Protocol        int       `json:"protocol"`
	Schema          int       `json:"schema"` // version of the result schema
	Mode            string    `json:"mode"`   // sign, send, endpoint, replay; several joined by +
	Time            time.Time `json:"time"`

	// Selection holds the filters that left out cases of a profile (select,
	// skip, label filter, suite version, shard); empty: every case was asked.
	// A choice of whole profiles is not a filter: it narrows Profiles.
	Selection []string `json:"selection,omitempty"`
	Profiles  []string `json:"profiles"`       // what the run covers: declared by the subject, and asked for
	Part      *Part    `json:"part,omitempty"` // of a run that is split over several machines; nil: the whole
}

// Result is the judgement of one vector.
type Result struct {
	Type         string   `json:"type"` // "result"
	ID           string   `json:"id"`   // with @reading behind it where a reading of a contested rule was claimed
	Title        string   `json:"title,omitempty"`
	Requirements []string `json:"requirements,omitempty"`
	Level        string   `json:"level"`
	Outcome      Outcome  `json:"outcome"`

	// What diverged. Stage is the first stage that differs; Divergence is the
	// kind (scheme, carrier, addressing, key, header, parameter, token, body,
	// unsigned) when what differs is not a stage but what the request says.
	Stage      string      `json:"stage,omitempty"`
	Divergence string      `json:"divergence,omitempty"`
	Expected   *wire.Bytes `json:"expected,omitempty"`
	Observed   *wire.Bytes `json:"observed,omitempty"`
	Message    string      `json:"message,omitempty"` // one sentence for a person

	// Why it matters and who says so; filled for everything that is not a pass.
	Why      string   `json:"why,omitempty"`
	Rule     string   `json:"rule,omitempty"` // the requirement that decided: its id, a colon, its sentence
	Source   string   `json:"source,omitempty"`
	Status   string   `json:"status,omitempty"` // observed, documented, sdk-agreement, inferred, contested
	AgreedBy []string `json:"agreedBy,omitempty"`
	Dispute  *Dispute `json:"dispute,omitempty"` // of a contested result: the reading it follows

	Wire       *wire.Bytes `json:"wire,omitempty"`      // the request as it was seen or returned
	Reproduce  string      `json:"reproduce,omitempty"` // one command
	Diagnosis  *Diagnosis  `json:"diagnosis,omitempty"`
	Answer     *Answer     `json:"answer,omitempty"` // of an open question
	DurationNS int64       `json:"durationNs,omitempty"`

	// Expectation is set when an expected-failures file names the result.
	Expectation *Expectation `json:"expectation,omitempty"`
	Provisional bool         `json:"provisional,omitempty"` // a case new in this suite version: reported, not failing
}

// Profile is the scheme and carrier of the result, the first two parts of its
// id: "oss-v4/header".
func (r Result) Profile() string {
	profile, _ := r.splitID()
	return profile
}

// Name is the part of the id behind the profile: theme, name and reading.
func (r Result) Name() string {
	_, name := r.splitID()
	return name
}

func (r Result) splitID() (profile, name string) {
	scheme, rest, _ := strings.Cut(r.ID, "/")
	carrier, name, _ := strings.Cut(rest, "/")
	if carrier == "" {
		return scheme, name
	}
	return scheme + "/" + carrier, name
}

// Place says in one word where a result failed: the first stage that diverges,
// else the kind of divergence, else the outcome. A pin of an expected-failures
// file names one of the three.
func (r Result) Place() string {
	switch {
	case r.Stage != "":
		return r.Stage
	case r.Divergence != "":
		return r.Divergence
	}
	return string(r.Outcome)
}

// Expectation is the line of an expected-failures file that covers a result.
type Expectation struct {
	Pattern string `json:"pattern"`
	Pin     string `json:"pin"`    // a stage, an outcome or a kind of divergence
	Reason  string `json:"reason"` // why it fails, and where that is tracked
	Met     bool   `json:"met"`    // the result failed, and failed there
}

// Dispute is the reading of a contested rule that a result follows.
type Dispute struct {
	Reading string `json:"reading"`         // its name, which stands behind the @ of the id
	Rule    string `json:"rule,omitempty"`  // the id of the requirement that it reads otherwise
	Known   string `json:"known,omitempty"` // who reads it so, and what is known
}

// Answer is what came of an open question: what the documents and the SDKs leave
// to a server to say. It counts neither for nor against the server.
type Answer struct {
	Question string   `json:"question"`
	Sources  []string `json:"sources,omitempty"` // what is known otherwise
	Rules    []string `json:"rules,omitempty"`   // the requirements it is about
	Asked    string   `json:"asked"`             // how
	Name     string   `json:"name,omitempty"`    // of the answer; empty: unanswered
	Says     string   `json:"says,omitempty"`    // the answer
	Follows  string   `json:"follows,omitempty"` // what follows for signers
	Status   string   `json:"status,omitempty"`  // what becomes of the requirements
}

// Verdict is the judgement of one profile, or of a run.
type Verdict string

// The verdicts. A profile is conformant when every must-case was run and no
// case failed; partial when no case failed but must-cases were not run or are
// unsupported, and when no case passed; nonconformant otherwise. Expected
// failures stay failures here: they decide the exit code, not the verdict.
// Contested and provisional results count neither way. A run is as good as its
// worst profile.
const (
	Conformant    Verdict = "conformant"
	Nonconformant Verdict = "nonconformant"
	Partial       Verdict = "partial"
)

// ProfileCounts counts one profile. Passed, expected, unexpected, provisional,
// unsupported and contested add up to all its results.
type ProfileCounts struct {
	Profile     string          `json:"profile"`
	Verdict     Verdict         `json:"verdict"`
	Counts      map[Outcome]int `json:"counts"`           // without the outcomes that did not occur
	Expected    int             `json:"expected"`         // failures that an expected-failures file names, and met
	Unexpected  int             `json:"unexpected"`       // failures that turn the run red
	Flaky       int             `json:"flaky,omitempty"`  // those of the unexpected that passed when they were asked again
	NotRun      int             `json:"notRun,omitempty"` // those of the unexpected that were never asked
	Provisional int             `json:"provisional"`      // failures of cases new in this suite version
}

// Footer closes a stream. [Conclude] makes it.
type Footer struct {
	Type        string          `json:"type"` // "footer"
	Results     int             `json:"results"`
	Counts      map[Outcome]int `json:"counts"`
	Expected    int             `json:"expected"`
	Unexpected  int             `json:"unexpected"`       // what turns the run red
	Flaky       int             `json:"flaky,omitempty"`  // of these, what passed when it was asked again
	NotRun      int             `json:"notRun,omitempty"` // of these, what was never asked
	Provisional int             `json:"provisional"`
	Profiles    []ProfileCounts `json:"profiles"`           // sorted by profile
	Problems    []string        `json:"problems,omitempty"` // red for other reasons: a stale expected failure, nothing ran
	Verdict     Verdict         `json:"verdict"`
	AsExpected  bool            `json:"asExpected"` // the exit code is 0
	Aborted     bool            `json:"aborted,omitempty"`
}
