package spec

import (
	"net/http"
	"slices"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
)

// judgeLive says what the answer of a server is worth against the case it was
// asked by. What the case was moved to, the server's own names and time, is in
// the observation: the request that was sent and the stages that the moved
// vector tells. Nothing is verified for it.
//
// A server that refuses the signature of a case whose rule sources read in
// different ways follows another reading, as far as anybody can tell.
func judgeLive(item *Item, o *subject.Observation) finding {
	told := make([]signature.StageValue, len(o.Told))
	for i, s := range o.Told {
		told[i] = signature.StageValue{Stage: s.Stage, Value: string(s.Value)}
	}
	f := judgeAnswer(item.Case, told, o.Answer)
	f.wire = httpOf(o.Request)
	if f.outcome == reports.Unsupported && refusesCorrupted(o) {
		return passed
	}
	doc, _ := readAnswer(o.Answer)
	disputed := len(item.Case.Alternatives) > 0 || slices.Contains(item.Case.Flags, "open-question")
	if f.outcome == reports.RejectedWrongly && disputed && doc.Code == "SignatureDoesNotMatch" {
		f.outcome = reports.Contested
		f.message = "it refuses the signature of the suite's reading of a contested rule"
		for _, s := range told {
			if said := doc.StringToSign; s.Stage == signature.StringToSign && said != "" {
				d := differs(s.Stage, s.Value, said, f.message)
				f.stage, f.expected, f.observed = d.stage, d.expected, d.observed
			}
		}
	}
	return f
}

// refusesCorrupted reports whether the server refused the same request with a
// wrong signature for that: it looks at signatures first, whatever it says then.
func refusesCorrupted(o *subject.Observation) bool {
	for i := range o.Exchanges {
		if x := &o.Exchanges[i]; x.Probe == subject.WrongControlExchange && x.Kind == subject.Answered {
			doc, _ := readAnswer(x.Answer)
			return x.Answer.Status == http.StatusForbidden && doc.Code == "SignatureDoesNotMatch"
		}
	}
	return false
}
