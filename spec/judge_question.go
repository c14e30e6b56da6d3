package spec

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// judgeQuestion says how a server answered an open question. It never guesses:
// the controls must have come out as they must, and exactly one of the possible
// answers must be told, by a string that the server shows byte for byte, by a
// signature that it lets in and no other reading makes, or by what it says.
// Everything else leaves the question unanswered, with what was said.
func judgeQuestion(set *vectors.Set, item *Item, o *subject.Observation) reports.Result {
	q := item.Open
	r := reports.Result{
		Type: "result", ID: q.ID, Title: q.Question, Requirements: q.Requirements, Level: string(vectors.May),
		Outcome: reports.Unanswered, DurationNS: int64(o.Duration),
		Answer: &reports.Answer{Question: q.Question, Asked: q.Asked(), Sources: q.Sources},
	}
	for _, id := range q.Requirements {
		if req, ok := set.Requirement(id); ok {
			r.Answer.Rules = append(r.Answer.Rules, fmt.Sprintf("%s: %s (%s)", req.ID, req.Rule, req.Status))
		}
	}
	if len(o.Exchanges) > 0 {
		if last := o.Exchanges[len(o.Exchanges)-1]; last.Request != nil {
			r.Wire = httpOf(last.Request)
		}
	}
	if o.Kind != subject.Answered || len(o.Exchanges) < 3 {
		r.Message = joined("not asked", o.Message)
		if whatFailed := failedControl(o.Exchanges); whatFailed != "" {
			r.Message = joined("not asked", whatFailed)
		}
		return r
	}
	if why := failedControl(o.Exchanges); why != "" {
		r.Message = "no answer means anything here: " + why
		return r
	}
	probes := o.Exchanges[2:]
	for i := range probes {
		if x := &probes[i]; x.Kind != subject.Answered {
			r.Message = joined(x.Probe, string(x.Kind), x.Message)
			return r
		}
	}
	a, told := answerOf(q, probes)
	r.Message, r.Observed = told.message, told.shown
	if a == nil {
		return r
	}
	r.Outcome = reports.Answered
	r.ID += "@" + a.Name
	r.Answer.Name, r.Answer.Says, r.Answer.Follows = a.Name, a.Says, a.Follows
	r.Answer.Status = statusAfter(set, q, a)
	return r
}

// statusAfter says what becomes of the requirements of a question.
func statusAfter(set *vectors.Set, q *vectors.Question, a *vectors.PossibleAnswer) string {
	var parts []string
	for _, id := range q.Requirements {
		req, ok := set.Requirement(id)
		switch {
		case !ok || a.Status == "none":
		case a.Status == "confirmed":
			parts = append(parts, fmt.Sprintf("%s, so far %s, is observed", id, req.Status))
		case a.Status == "refuted":
			parts = append(parts, fmt.Sprintf("%s, so far %s, is wrong as it stands", id, req.Status))
		}
	}
	return strings.Join(parts, "; ")
}

// failedControl says what is wrong with the controls: a server that refuses what
// it must let in, or lets everything in, answers nothing.
func failedControl(exchanges []subject.Exchange) string {
	for i, want := range []string{subject.ControlExchange, subject.WrongControlExchange} {
		if i >= len(exchanges) {
			return ""
		}
		x := &exchanges[i]
		if x.Probe != want || x.Kind != subject.Answered {
			return joined("the "+want, string(x.Kind), x.Message)
		}
		doc, _ := readAnswer(x.Answer)
		if letIn := lettingIn(x.Answer, doc); want == subject.ControlExchange && !letIn {
			return "a valid request, the control, was refused: " + brief(x.Answer, doc)
		}
		if want == subject.WrongControlExchange && doc.Code != mismatchCode {
			return "a wrong signature was not refused as one: " + brief(x.Answer, doc)
		}
	}
	return ""
}

const mismatchCode = "SignatureDoesNotMatch"

// telling is how an answer was told, or what was said in its place.
type telling struct {
	message string
	shown   *wire.Bytes // the string the server signs, or its whole answer where nobody can read it
}

// answerOf finds the one answer that was told.
func answerOf(q *vectors.Question, probes []subject.Exchange) (*vectors.PossibleAnswer, telling) {
	last := &probes[len(probes)-1]
	if last.SignedBy != "" {
		doc, _ := readAnswer(last.Answer)
		if lettingIn(last.Answer, doc) || doc.Code == mismatchCode {
			return answerByString(q, probes)
		}
	}
	var found []*vectors.PossibleAnswer
	for i := range q.Answers {
		a := &q.Answers[i]
		if a.Signs == nil && !slices.ContainsFunc(a.When, func(c vectors.Condition) bool { return !holds(&c, probes) }) {
			found = append(found, a)
		}
	}
	t := telling{message: whatWasSaid(probes)}
	switch len(found) {
	case 1:
		return found[0], t
	case 0:
		t.message = "no answer that was thought of: " + t.message
	default:
		t.message = fmt.Sprintf("it could be %s and %s: %s", found[0].Name, found[1].Name, t.message)
	}
	t.shown = bytesOf(last.Answer.Body)
	return nil, t
}

// answerByString finds the reading whose string the server signs.
func answerByString(q *vectors.Question, probes []subject.Exchange) (*vectors.PossibleAnswer, telling) {
	x := &probes[len(probes)-1]
	doc, _ := readAnswer(x.Answer)
	named := func(name, how string, shown *wire.Bytes) (*vectors.PossibleAnswer, telling) {
		a, ok := q.Answer(name)
		if !ok || a.Signs == nil {
			return nil, telling{"a bug in the question: it has no answer " + name, shown}
		}
		return a, telling{how, shown}
	}
	if lettingIn(x.Answer, doc) {
		return named(x.SignedBy, "it let the signature over this string in: "+brief(x.Answer, doc), stringOf(x, x.SignedBy))
	}
	stage, shown := shownString(doc)
	if shown == "" {
		return nil, telling{fmt.Sprintf("it lets in none of the %d signatures there are and does not show its string: %s", len(probes), brief(x.Answer, doc)), nil}
	}
	if len(doc.Contradictions) > 0 {
		return nil, telling{"its error document contradicts itself: " + doc.Contradictions[0].String(), bytesOf(shown)}
	}
	for _, told := range x.Told {
		for _, s := range told.Stages {
			if s.Stage != stage || string(s.Value) != shown {
				continue
			}
			if told.Answer == x.SignedBy {
				return nil, telling{"it signs the very string that the request was signed by, and refuses the signature", bytesOf(shown)}
			}
			return named(told.Answer, fmt.Sprintf("it refused the signature of %s and shows its own %s, which is this one byte for byte", x.SignedBy, stage), bytesOf(shown))
		}
	}
	return nil, telling{"it signs a string that no answer thought of comes to", bytesOf(shown)}
}

// shownString is the string that a server shows whole.
func shownString(doc *diagnose.ErrorDocument) (signature.Stage, string) {
	usable := func(name string) bool { return !doc.IsMasked(name) && !doc.IsDamaged(name) }
	switch {
	case doc.StringToSign != "" && (doc.StringToSignOrigin == diagnose.FromBytes || usable("StringToSign")):
		return signature.StringToSign, doc.StringToSign
	case doc.CanonicalRequest != "" && usable("CanonicalRequest"):
		return signature.CanonicalRequest, doc.CanonicalRequest
	}
	return "", ""
}

func stringOf(x *subject.Exchange, answer string) *wire.Bytes {
	for _, told := range x.Told {
		for _, s := range told.Stages {
			if told.Answer == answer && s.Stage == signature.StringToSign {
				return &s.Value
			}
		}
	}
	return nil
}

// holds reports whether a condition holds for the probes.
func holds(c *vectors.Condition, probes []subject.Exchange) bool {
	at := slices.IndexFunc(probes, func(x subject.Exchange) bool { return x.Probe == c.Probe })
	if at < 0 {
		return false
	}
	a := probes[at].Answer
	doc, _ := readAnswer(a)
	has := func(name string) bool { _, ok := doc.Field(name); return ok }
	switch {
	case c.Accepted != nil && *c.Accepted != lettingIn(a, doc),
		c.Status != 0 && c.Status != a.Status,
		c.Code != "" && c.Code != doc.Code,
		c.EC != "" && c.EC != doc.EC,
		c.Says != "" && !strings.Contains(doc.Message, c.Says):
		return false
	}
	return !slices.ContainsFunc(c.With, func(n string) bool { return !has(n) }) && !slices.ContainsFunc(c.Without, has)
}

// lettingIn reports whether an answer proves that the signature was found right.
// It is stricter than what a conformance case asks for: what may have been said
// before the signature was looked at proves nothing.
func lettingIn(a *Answer, doc *diagnose.ErrorDocument) bool {
	switch {
	case a.Status >= http.StatusOK && a.Status < http.StatusMultipleChoices, a.Status == http.StatusNotModified:
		return true
	case a.Status < http.StatusBadRequest || a.Status >= http.StatusInternalServerError:
		return false
	case doc.EC != "":
		return pastTheSignature(doc)
	}
	return strings.HasPrefix(doc.Code, "NoSuch") && a.Status == http.StatusNotFound || slices.Contains(past, doc.Code)
}

// past are codes of what comes behind the signature, where no EC tells.
var past = []string{"MethodNotAllowed", "InvalidRange", "PreconditionFailed", "NoSuchTagSet"}

// whatWasSaid repeats the answers to the probes in a line.
func whatWasSaid(probes []subject.Exchange) string {
	var parts []string
	for i := range probes {
		doc, _ := readAnswer(probes[i].Answer)
		parts = append(parts, probes[i].Probe+": "+brief(probes[i].Answer, doc))
	}
	return strings.Join(parts, "; ")
}

func brief(a *Answer, doc *diagnose.ErrorDocument) string {
	return joined(strings.TrimSpace(fmt.Sprintf("%d %s", a.Status, doc.Code)), doc.EC, doc.Message)
}
