package spec

import (
	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
)

// How a server was seen to go by the rules of a vector, see [vectors.Witnessed].
const (
	Accepted = "accepted"
	Echoed   = "echoed"
)

// Witness takes the testimony of a server about a vector that was moved to it:
// how it was seen to go by its rules, and of an echo the stage. Both are empty
// where it says nothing, and the note says why. It is stricter than [Judge]:
// that an answer can be reconciled with a rule is no proof of it.
//
// That a signature was let in says something only of a server that refuses wrong
// ones; see to that with [RefusesWrongSignatures].
func Witness(item *Item, o *subject.Observation) (how string, stage signature.Stage, note string) {
	switch {
	case item.Case == nil || o.Mode != subject.EndpointMode:
		return "", "", "it is not about a vector"
	case o.Kind != subject.Answered:
		return "", "", joined(string(o.Kind), o.Message)
	case !item.Case.Ordinary():
		return "", "", "its access key, bucket, region or time is particular, and was replaced when it was moved"
	}
	doc, _ := readAnswer(o.Answer)
	if !item.Case.IsVerifierCase() {
		if lettingIn(o.Answer, doc) {
			return Accepted, "", ""
		}
		return "", "", "it was not let in: " + brief(o.Answer, doc)
	}
	if !subject.IsWrongSignature(item.Case) || doc.Code != mismatchCode {
		return "", "", "a refusal for something else tells nothing of a string"
	}
	return echoOf(o, doc)
}

func echoOf(o *subject.Observation, doc *diagnose.ErrorDocument) (string, signature.Stage, string) {
	stage, shown := shownString(doc)
	if shown == "" || len(doc.Contradictions) > 0 {
		return "", "", "it does not show its string whole"
	}
	for _, told := range o.Told {
		if told.Stage != stage {
			continue
		}
		if string(told.Value) == shown {
			return Echoed, stage, ""
		}
		return "", "", "it shows another " + string(stage) + " than the vector tells"
	}
	return "", "", "the vector does not tell the string of this request"
}

// RefusesWrongSignatures reports whether an observation shows that the server
// refuses a wrong signature as such.
func RefusesWrongSignatures(item *Item, o *subject.Observation) bool {
	if item.Case == nil || o.Kind != subject.Answered || !item.Case.IsVerifierCase() || item.Case.Expect.Rejected.Class != string(signature.SignatureMismatch) {
		return false
	}
	doc, _ := readAnswer(o.Answer)
	return doc.Code == mismatchCode
}
