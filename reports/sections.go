package reports

import (
	"fmt"
	"strings"
)

// section is one profile of a stream: its counts and its results, sorted by id.
type section struct {
	ProfileCounts
	Results []Result
}

// sections groups the stream by profile, in the order of the footer.
func (s *Stream) sections() []section {
	sections := make([]section, len(s.Footer.Profiles))
	index := make(map[string]int, len(sections))
	for i, counts := range s.Footer.Profiles {
		sections[i].ProfileCounts = counts
		index[counts.Profile] = i
	}
	for _, r := range s.sorted() {
		if i, ok := index[r.Profile()]; ok {
			sections[i].Results = append(sections[i].Results, r)
		}
	}
	return sections
}

// standing returns the results of that standing, sorted by id.
func (s *Stream) standing(standing Standing) []Result {
	return withStanding(s.sorted(), standing)
}

// failures are the results that turn the run red, sorted by id: those that
// failed, and apart from them those that passed when they were asked again and
// those that were never asked.
func (s *Stream) failures() (failed, flaky, notRun []Result) {
	for _, r := range s.standing(StandFail) {
		switch r.Outcome {
		case Flaky:
			flaky = append(flaky, r)
		case NotRun:
			notRun = append(notRun, r)
		default:
			failed = append(failed, r)
		}
	}
	return failed, flaky, notRun
}

func withStanding(results []Result, standing Standing) []Result {
	var out []Result
	for _, r := range results {
		if r.Standing() == standing {
			out = append(out, r)
		}
	}
	return out
}

// Reason is what went wrong, in a sentence: the message of the result, or else
// what its outcome means; and behind it, who else reads a contested rule so.
func (r Result) Reason() string {
	reason := r.Message
	if reason == "" {
		reason = outcomeSentence[r.Outcome]
	}
	if r.Dispute != nil && r.Dispute.Known != "" {
		reason += ": " + r.Dispute.Known
	}
	return reason
}

var outcomeSentence = map[Outcome]string{
	Pass:            "as expected",
	Fail:            "the bytes differ",
	Flaky:           "it passed only on a retry",
	Unsupported:     "the subject does not offer this",
	Contested:       "it follows another reading of a contested rule",
	RejectedWrongly: "it refused what it must accept",
	AcceptedWrongly: "it accepted what it must refuse",
	AdapterError:    "the adapter reported an error",
	Crash:           "the subject ended before it answered",
	Timeout:         "there was no answer in time",
	ProtocolError:   "the answer does not follow the adapter protocol",
	NotRun:          "it was selected but not run",
	Answered:        "there is an answer",
	Unanswered:      "there is no answer",
}

// placeLine names the place of a failure in words.
func (r Result) placeLine() (label, value string) {
	switch {
	case r.Stage != "":
		return "first divergent stage", r.Stage
	case r.Divergence != "":
		return "what differs", r.Divergence
	}
	return "outcome", string(r.Outcome)
}

// difference is the offset of the first byte in which expected and observed
// differ, -1 where they are equal or one of them is not known.
func (r Result) difference() int {
	if r.Expected == nil || r.Observed == nil {
		return -1
	}
	return FirstDifference(*r.Expected, *r.Observed)
}

// authority is the rule that decided and its status in one line; the ids of all
// requirements where it is not known which one decided.
func (r Result) authority() string {
	line := r.ruleLine()
	if r.Status != "" {
		line = strings.TrimSpace(line + " (" + r.Status + ")")
	}
	return line
}

// ruleLine is authority without the status.
func (r Result) ruleLine() string {
	if r.Rule != "" {
		return r.Rule
	}
	return strings.Join(r.Requirements, ", ")
}

// line is a cause as one sentence.
func (c Cause) line() string {
	line := fmt.Sprintf("%s %s (%s)", c.ID, c.Name, c.Confidence)
	if c.Evidence != "" {
		line += ": " + strings.TrimSuffix(c.Evidence, ".")
	}
	if c.Fix != "" || strings.HasSuffix(c.Evidence, ".") {
		line += "."
	}
	if c.Fix != "" {
		line += " Fix: " + c.Fix
	}
	return line
}

// identity is name and version of the subject.
func (s Subject) identity() string {
	return strings.TrimSpace(Legible(s.Name) + " " + Legible(s.Version))
}

// conclusion says in one sentence whether the run is as expected.
func (f Footer) conclusion() string {
	if n := f.Counts[Answered] + f.Counts[Unanswered]; f.AsExpected && n > 0 && n == f.Results {
		return fmt.Sprintf("%d of %s answered", f.Counts[Answered], Counted(n, "open question"))
	}
	if f.AsExpected {
		return "as expected"
	}
	var parts []string
	if n := f.Unexpected - f.NotRun; n > 0 {
		parts = append(parts, Counted(n, "unexpected failure"))
	}
	if f.NotRun > 0 {
		parts = append(parts, Counted(f.NotRun, "case")+" not run")
	}
	if n := len(f.Problems); n > 0 {
		parts = append(parts, Counted(n, "problem"))
	}
	if f.Aborted {
		parts = append(parts, "aborted before all cases ran")
	}
	return "not as expected: " + strings.Join(parts, ", ")
}

// Counted is "1 problem" or "2 problems".
func Counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
