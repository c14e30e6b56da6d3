package spec_test

import (
	"strings"
	"testing"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
)

// answerOf is what a subject answers that follows a reading or makes a slip.
func answerOf(t *testing.T, id string, apply func(*signature.Profile) *signature.Profile) *subject.Observation {
	t.Helper()
	item := itemOf(t, id)
	s := subject.InProcess(subject.Identity{Name: "other"}, profiles(), subject.Reference{Reading: apply})
	return s.Sign(t.Context(), item.Question())
}

func slipOf(t *testing.T, id, name string) func(*signature.Profile) *signature.Profile {
	t.Helper()
	for _, s := range signature.Slips(itemOf(t, id).Profile.ID()) {
		if s.Name == name {
			return s.Apply
		}
	}
	t.Fatalf("%s has no slip %s", id, name)
	return nil
}

func otherReading(t *testing.T, id, name string) func(*signature.Profile) *signature.Profile {
	t.Helper()
	for _, r := range signature.Readings(itemOf(t, id).Profile.ID()) {
		if r.Name == name {
			return r.Apply
		}
	}
	t.Fatalf("%s has no reading %s", id, name)
	return nil
}

func TestTestimony(t *testing.T) {
	wrong := func(id string) *subject.Observation {
		o := answerOf(t, id, nil)
		o.Stages = []subject.StageSeen{{Stage: signature.StringToSign, Value: "GET\n"}, {Stage: signature.SignatureValue, Value: "c2ln"}}
		o.Request, o.URL = nil, ""
		return o
	}
	kind := func(kind subject.Kind) *subject.Observation {
		return &subject.Observation{Kind: kind, Message: "words"}
	}
	for _, tc := range []struct {
		name   string
		vector string
		answer *subject.Observation
		want   spec.TestimonyKind
		stage  signature.Stage
		note   string
	}{
		{"the expected bytes", v4GetSTS, answerOf(t, v4GetSTS, nil), spec.Produced, "", ""},
		{"the expected bytes in a URL", v4Presign, answerOf(t, v4Presign, nil), spec.Produced, "", ""},
		{"the expected bytes in a form", obsForm, answerOf(t, obsForm, nil), spec.Produced, "", ""},
		{"a contested reading", v4Contested, answerOf(t, v4Contested, otherReading(t, v4Contested, "date-as-iso")), spec.Disagrees, signature.StringToSign, "the reading date-as-iso: "},
		{"a slip", v1PutSTS, answerOf(t, v1PutSTS, slipOf(t, v1PutSTS, "token-header-unsigned")), spec.Disagrees, signature.CanonicalHeaders, "the known slip token-header-unsigned"},
		{"wrong bytes", v1PutSTS, wrong(v1PutSTS), spec.Disagrees, signature.StringToSign, `at byte 0 expected "PUT\n`},
		{"unsupported", v4GetSTS, kind(subject.Unsupported), spec.Silent, "", "unsupported: words"},
		{"crash", v4GetSTS, kind(subject.Crashed), spec.Unheard, "", "crash: words"},
		{"timeout", v4GetSTS, kind(subject.TimedOut), spec.Unheard, "", "timeout: words"},
		{"garbage", v4GetSTS, kind(subject.ProtocolError), spec.Unheard, "", "protocol-error: words"},
		{"not asked", v4GetSTS, kind(subject.NotRun), spec.Unheard, "", "not-run: words"},
		{"a fault of its own", v4GetSTS, kind(subject.AdapterError), spec.Silent, "", "adapter-error: words"},
		{"rejected", v4GetSTS, kind(subject.Rejected), spec.Silent, "", "rejected: words"},
		{"no signature at all", v4GetSTS, &subject.Observation{Kind: subject.Answered}, spec.Silent, "", "protocol-error"},
	} {
		got := spec.Attest(itemOf(t, tc.vector), tc.answer)
		if got.Kind != tc.want || got.Stage != tc.stage || !strings.HasPrefix(got.Note, tc.note) || tc.want != spec.Produced && got.Note == "" {
			t.Errorf("%s: got %+v", tc.name, got)
		}
	}
}

// A signature that is right for a time of its own passes and says nothing about
// the bytes of the vector.
func TestASignatureOfAnotherTimeAttestsNothing(t *testing.T) {
	item := itemOf(t, v4Presign)
	later := item.Case.Input.Clone()
	later.Time = later.Time.AddDate(1, 0, 0)
	q := item.Question()
	q.Input = later
	o := subject.InProcess(subject.Identity{Name: "late"}, profiles(), subject.Reference{}).Sign(t.Context(), q)
	if r := spec.Judge(load(t), item, o); r.Outcome != "pass" {
		t.Fatalf("judged %s: %s", r.Outcome, r.Message)
	}
	if got := spec.Attest(item, o); got.Kind != spec.Silent || !strings.Contains(got.Note, "another time") {
		t.Errorf("got %+v", got)
	}
}

// What is written into a file must not change from run to run: of a signer with
// a clock of its own, no bytes are quoted.
func TestADisagreementAtAnotherTimeQuotesNoBytes(t *testing.T) {
	item := itemOf(t, v4Presign)
	notes := map[string]bool{}
	for day := range 3 {
		later := item.Case.Input.Clone()
		later.Time = later.Time.AddDate(1, 0, day)
		q := item.Question()
		q.Input = later
		keyless := func(p *signature.Profile) *signature.Profile {
			return p.Replace(signature.CanonicalResource, func(_ *signature.Signing, dst []byte) ([]byte, error) { return append(dst, "/wrong"...), nil })
		}
		o := subject.InProcess(subject.Identity{Name: "late"}, profiles(), subject.Reference{Reading: keyless}).Sign(t.Context(), q)
		got := spec.Attest(item, o)
		if got.Kind != spec.Disagrees {
			t.Fatalf("got %+v", got)
		}
		notes[string(got.Stage)+got.Note] = true
	}
	if len(notes) != 1 {
		t.Errorf("got %v", notes)
	}
}

func TestARejectionExpectsNoBytes(t *testing.T) {
	for _, c := range load(t).Cases() {
		if c.IsVerifierCase() {
			item := &spec.Item{ID: c.ID, Case: c, Profile: itemOf(t, v4GetSTS).Profile}
			if got := spec.Attest(item, &subject.Observation{Kind: subject.Answered}); got.Kind != spec.Silent {
				t.Errorf("%s: %+v", c.ID, got)
			}
			return
		}
	}
}
