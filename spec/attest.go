package spec

import (
	"fmt"
	"slices"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/wire"
)

// Testimony is what an observation says about the expected bytes of a signature
// vector.
type Testimony struct {
	Kind  TestimonyKind
	Stage signature.Stage // Disagrees: the first that differs
	Note  string          // Disagrees: how; Silent and Unheard: why it says nothing
}

// TestimonyKind tells the testimonies apart.
type TestimonyKind int

// The kinds of testimony.
const (
	Silent    TestimonyKind = iota // it says nothing about the bytes of the vector
	Unheard                        // it did not come to speak: it crashed, hung, or answered nothing that could be read
	Produced                       // it came to the signature, and to every stage it reports
	Disagrees                      // it came to other bytes
)

// Attest takes the testimony of an observation. It is stricter than [Judge]: a
// signature that is right for a request or a time of the subject's own passes
// there, but it says nothing about the bytes that the vector expects.
func Attest(item *Item, o *subject.Observation) Testimony {
	if item.Case == nil || item.Case.IsVerifierCase() {
		return Testimony{Note: "there is no expected signature"}
	}
	switch o.Kind {
	case subject.Answered:
	case subject.Unsupported, subject.Rejected, subject.AdapterError:
		return Testimony{Note: joined(string(o.Kind), o.Class, o.Message)}
	default:
		return Testimony{Kind: Unheard, Note: joined(string(o.Kind), o.Class, o.Message)}
	}
	f := judgeSigned(item, o)
	signed := signatureOf(item, o)
	switch {
	case f.outcome == reports.Pass && signed != "" && signed == expectedSignature(item):
		return Testimony{Kind: Produced}
	case f.outcome == reports.Pass:
		return Testimony{Note: "it signed another time or more than it was given, and that rightly"}
	case f.outcome == reports.Contested:
		if t, ok := otherReading(item, f.reading, returnedRequest(item, o)); ok {
			return t
		}
	case f.outcome == reports.Fail && f.stage != "":
		return Testimony{Kind: Disagrees, Stage: f.stage, Note: disagreement(item, signed, &f)}
	}
	return Testimony{Note: joined(string(f.outcome), f.divergence, f.message)}
}

// signatureOf is the signature that was reported, or the one in what came back.
func signatureOf(item *Item, o *subject.Observation) string {
	observed, f := observedStages(item, o, returnedRequest(item, o))
	if f != nil {
		return ""
	}
	return observed[signature.SignatureValue]
}

func expectedSignature(item *Item) string {
	want, err := expectedStages(item)
	if err != nil {
		return ""
	}
	return want[signature.SignatureValue]
}

// otherReading finds the first stage that a reading builds otherwise: for the
// vector's input, or where that does not tell for the request that came back.
func otherReading(item *Item, name string, returned *wire.Request) (Testimony, bool) {
	readings := signature.Readings(item.Profile.ID())
	at := slices.IndexFunc(readings, func(r signature.Reading) bool { return r.Name == name })
	if at < 0 {
		return Testimony{}, false
	}
	r := readings[at]
	t := Testimony{Kind: Disagrees, Note: fmt.Sprintf("the reading %s: %s", r.Name, r.Why)}
	if stage, ok := firstStage(item.Profile, r.Apply, &item.Case.Input); ok {
		t.Stage = stage
		return t, true
	}
	if returned == nil {
		return t, false
	}
	var found bool
	t.Stage, found = signature.FirstOther(verifierOf(item, nil).Verify(returned).Stages(), verifierOf(item, r.Apply).Verify(returned).Stages())
	return t, found
}

// firstStage returns the first stage of an input that a reading builds
// otherwise than the profile, and whether there is one.
func firstStage(p *signature.Profile, reading func(*signature.Profile) *signature.Profile, in *signature.Input) (signature.Stage, bool) {
	plain, err := p.Sign(in)
	if err != nil {
		return "", false
	}
	other, err := reading(p).Sign(in)
	if err != nil {
		return "", false
	}
	return signature.FirstOther(plain.Stages(), other.Stages())
}

// disagreement says in a line how a stage differs: by the known slip that
// explains the signature, or by the bytes around the first difference. What a
// subject signed for a time of its own would read otherwise every time, so of
// that nothing is said; nor of the bytes of a signature, which tell nobody
// anything.
func disagreement(item *Item, signed string, f *finding) string {
	for _, s := range signature.Slips(item.Profile.ID()) {
		if other, err := s.Apply(item.Profile).Sign(&item.Case.Input); err == nil && other.Stage(signature.SignatureValue) == signed {
			return fmt.Sprintf("the known slip %s: %s", s.Name, s.Why)
		}
	}
	want, err := expectedStages(item)
	if err != nil || f.stage == signature.SignatureValue || f.expected == nil || f.observed == nil || want[f.stage] != string(*f.expected) {
		return f.message
	}
	at := reports.FirstDifference(*f.expected, *f.observed)
	return fmt.Sprintf("at byte %d expected %s, got %s", at, window(*f.expected, at), window(*f.observed, at))
}

// window quotes some bytes around a place.
func window(b wire.Bytes, at int) string {
	const before, behind = 16, 32
	from, to := max(0, at-before), min(len(b), at+behind)
	text := fmt.Sprintf("%+q", b[min(from, len(b)):to])
	if from > 0 {
		text = "..." + text
	}
	if to < len(b) {
		text += "..."
	}
	return text
}
