package spec_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/countersign/countersign/internal/liars"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

func load(t testing.TB) *vectors.Set {
	t.Helper()
	set, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func profiles() []string { return liars.Profiles() }

func itemOf(t testing.TB, id string) *spec.Item {
	t.Helper()
	item, err := spec.ItemByID(load(t), id)
	if err != nil {
		t.Fatal(err)
	}
	return item
}

var honest = subject.InProcess(subject.Identity{Name: "honest", Version: "1.0"}, profiles(), subject.Reference{})

// judgePurely judges twice and checks that nothing was changed by it.
func judgePurely(t rapid.TB, item *spec.Item, o *subject.Observation) reports.Result {
	t.Helper()
	set, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	before, vector := encode(t, o), encode(t, item.Case)+encode(t, item.Operation)
	first := spec.Judge(set, item, o)
	second := spec.Judge(set, item, o)
	if !reflect.DeepEqual(first, second) {
		t.Errorf("judged twice:\n%+v\n%+v", first, second)
	}
	if after := encode(t, o); after != before {
		t.Errorf("judging changed the observation from\n%s\nto\n%s", before, after)
	}
	if after := encode(t, item.Case) + encode(t, item.Operation); after != vector {
		t.Errorf("judging changed the vector from\n%s\nto\n%s", vector, after)
	}
	return first
}

func encode(t rapid.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWhatIsNoAnswerKeepsItsKind(t *testing.T) {
	for _, vector := range []string{v4GetSTS, getSpace} {
		item := itemOf(t, vector)
		for kind, want := range map[subject.Kind]reports.Outcome{
			subject.Unsupported: reports.Unsupported, subject.Rejected: reports.RejectedWrongly, subject.AdapterError: reports.AdapterError,
			subject.Crashed: reports.Crash, subject.TimedOut: reports.Timeout, subject.ProtocolError: reports.ProtocolError, subject.NotRun: reports.NotRun,
		} {
			r := judgePurely(t, item, &subject.Observation{ID: item.ID, Mode: item.Mode(), Kind: kind, Message: "so it said", Class: "word", Retried: true})
			if r.Outcome != want || !strings.HasSuffix(r.Message, "so it said") || r.ID != item.ID {
				t.Errorf("%s: %+v", kind, r)
			}
			if told := r.Why != "" && r.Rule != ""; told != (kind == subject.Rejected) { // what was never judged broke no rule
				t.Errorf("%s: why %q, rule %q", kind, r.Why, r.Rule)
			}
			if refused := strings.HasPrefix(r.Message, "it refused a valid input: word: "); refused != (kind == subject.Rejected) {
				t.Errorf("%s: message is %q", kind, r.Message)
			}
		}
	}
}

// Only a pass is made flaky by a second attempt.
func TestAPassOnTheSecondAttemptIsFlaky(t *testing.T) {
	for _, vector := range []string{v4GetSTS, getSpace} {
		item := itemOf(t, vector)
		right, wrong := arrived(item, send2(t, item)), arrived(item)
		if item.Case != nil {
			right, wrong = honest.Sign(t.Context(), item.Question()), honest.Sign(t.Context(), item.Question())
			all(bare, stage(signature.SignatureValue, "x"))(t, item, wrong)
		}
		once, failed := judgePurely(t, item, right).Outcome, judgePurely(t, item, wrong).Outcome
		right.Retried, wrong.Retried = true, true
		if r := judgePurely(t, item, right); once != reports.Pass || r.Outcome != reports.Flaky || r.Message == "" {
			t.Errorf("%s: %s, and on the second attempt %s: %s", vector, once, r.Outcome, r.Message)
		}
		if r := judgePurely(t, item, wrong); r.Outcome != failed || failed == reports.Pass {
			t.Errorf("%s: %s, and on the second attempt %s", vector, failed, r.Outcome)
		}
	}
}

func send2(t *testing.T, item *spec.Item) *wire.Request {
	if item.Operation == nil {
		return nil
	}
	return send(t, item, nil)
}

func TestAPassSaysNothingMore(t *testing.T) {
	item := itemOf(t, v4GetSTS)
	r := judgePurely(t, item, honest.Sign(t.Context(), item.Question()))
	r.DurationNS = 0
	want := reports.Result{
		Type: "result", ID: item.ID, Title: item.Title(), Requirements: item.Requirements(), Level: string(item.Level()), Outcome: reports.Pass,
	}
	if !reflect.DeepEqual(r, want) {
		t.Errorf("got %+v, want %+v", r, want)
	}
}

// Whatever a subject answers, judging it is a function: it does not end in a
// panic, changes nothing, and comes to the same again.
func TestJudgeIsPure(t *testing.T) {
	set := load(t)
	items, err := spec.Items(set, &subject.Capabilities{Profiles: profiles(), Operations: []string{"GetObject"}})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		item := rapid.SampledFrom(items).Draw(t, "item")
		o := drawObservation(t, item)
		r := judgePurely(t, item, o)
		if !slices.Contains(reports.Outcomes, r.Outcome) {
			t.Errorf("outcome is %q", r.Outcome)
		}
		if r.Outcome == reports.Fail && r.Stage == "" && r.Divergence == "" {
			t.Errorf("a failure without a place: %+v", r)
		}
		if r.Outcome != reports.Pass && r.Message == "" {
			t.Errorf("%s without a message", r.Outcome)
		}
	})
}

// drawObservation draws an answer, often a right one with something changed.
func drawObservation(t *rapid.T, item *spec.Item) *subject.Observation {
	o := &subject.Observation{ID: item.ID, Mode: item.Mode(), Kind: subject.Answered, Retried: rapid.Bool().Draw(t, "retried")}
	if item.Case != nil && rapid.Bool().Draw(t, "honest") {
		other := rapid.SampledFrom(signature.Profiles).Draw(t, "profile")
		q := item.Question()
		if rapid.Bool().Draw(t, "other profile") {
			q.Scheme, q.Carrier = other.Scheme, other.Carrier
		}
		if signed := honest.Sign(t.Context(), q); signed.Kind == subject.Answered {
			o = signed
		}
	}
	text := rapid.OneOf(rapid.SampledFrom([]string{"", "/", "?a=b&a", "%", "https://h/p?q", "a, b", "\xff"}), rapid.String())
	if rapid.Bool().Draw(t, "stages") {
		stage := rapid.SampledFrom(signature.Stages).Draw(t, "stage")
		o.Stages = append(o.Stages, subject.StageSeen{Stage: stage, Value: wire.Bytes(text.Draw(t, "value"))})
	}
	if rapid.Bool().Draw(t, "url") {
		o.URL = wire.Bytes(text.Draw(t, "url value"))
	}
	if rapid.Bool().Draw(t, "form") {
		o.Form = append(o.Form, [2]wire.Bytes{wire.Bytes(text.Draw(t, "field")), wire.Bytes(text.Draw(t, "field value"))})
	}
	var requests []*wire.Request
	for range rapid.IntRange(0, 2).Draw(t, "requests") {
		requests = append(requests, drawRequest(t, item, o.Request, text))
	}
	if item.Operation != nil {
		o.Captured = arrived(item, requests...).Captured
	} else if len(requests) > 0 {
		o.Request = requests[0]
	}
	return o
}

// drawRequest changes a request, or takes the one that a vector gives.
func drawRequest(t *rapid.T, item *spec.Item, req *wire.Request, text *rapid.Generator[string]) *wire.Request {
	if req == nil && item.Case != nil {
		req = item.Case.Input.Request
	}
	if item.Operation != nil {
		set, _ := vectors.Load()
		if signed, err := item.Profile.Sign(plan(set, item)); err == nil {
			req = signed.Request()
		} else {
			req = plan(set, item).Request
		}
	}
	req = req.Clone(1)
	for range rapid.IntRange(0, 2).Draw(t, "changes") {
		switch rapid.IntRange(0, 4).Draw(t, "change") {
		case 0:
			req.Target = text.Draw(t, "target")
		case 1:
			req.Method = rapid.SampledFrom([]string{"GET", "PUT", "POST", ""}).Draw(t, "method")
		case 2:
			req.Body = text.Draw(t, "body")
		case 3:
			addHeader(req, rapid.SampledFrom([]string{"Authorization", "Host", "Date", "x-oss-date", "X"}).Draw(t, "name"), text.Draw(t, "header"))
		case 4:
			req.Headers = req.Headers[:len(req.Headers)/2]
		}
	}
	return req
}

// A contested rule excuses who follows one of its readings, and nobody else: a
// signature of nobody is wrong wherever it stands.
func TestASignatureThatNoReadingGivesFails(t *testing.T) {
	set := load(t)
	judged := 0
	for _, c := range set.Cases() {
		if c.IsVerifierCase() {
			continue
		}
		r := judgePurely(t, itemOf(t, c.ID), &subject.Observation{
			ID: c.ID, Mode: subject.SignMode, Kind: subject.Answered, Stages: []subject.StageSeen{{Stage: signature.SignatureValue, Value: "of nobody"}},
		})
		if r.Outcome != reports.Fail || strings.Contains(r.ID, "@") {
			t.Errorf("%s: %s", r.ID, r.Outcome)
		}
		judged++
	}
	if judged == 0 {
		t.Error("nothing was judged")
	}
}

// Who follows a reading that has a name is told so, also where the vector is
// about contested rules alone.
func TestAReadingOfContestedRulesAloneIsContested(t *testing.T) {
	set := load(t)
	judged := 0
	for _, c := range set.Cases() {
		if c.IsVerifierCase() || len(c.Requirements) == 0 || slices.ContainsFunc(c.Requirements, func(id string) bool {
			r, ok := set.Requirement(id)
			return !ok || r.Status != vectors.Contested
		}) {
			continue
		}
		for _, other := range c.Alternatives {
			signed, ok := other.Stages.Stage(signature.SignatureValue)
			if !ok {
				t.Fatalf("%s: the reading %s has no signature", c.ID, other.Reading)
			}
			r := judgePurely(t, itemOf(t, c.ID), &subject.Observation{
				ID: c.ID, Mode: subject.SignMode, Kind: subject.Answered, Stages: []subject.StageSeen{{Stage: signature.SignatureValue, Value: wire.Bytes(signed)}},
			})
			if r.Outcome != reports.Contested || r.ID != c.ID+"@"+other.Reading {
				t.Errorf("%s: %s", r.ID, r.Outcome)
			}
			judged++
		}
	}
	if judged == 0 {
		t.Error("nothing was judged")
	}
}

// The line of the canonical request that differs says which rule is broken,
// whatever the vector is about besides.
func TestTheRuleOfAFailureIsThatOfItsLine(t *testing.T) {
	item := itemOf(t, "oss-v4/header/published-sdk/put-object-key-with-all-shifted-digits")
	signed, err := item.Profile.Sign(&item.Case.Input)
	if err != nil {
		t.Fatal(err)
	}
	want := signed.Stage(signature.CanonicalRequest)
	for _, test := range []struct{ from, to, area string }{
		{"%21", "!", "URI"}, {"\n\n", "\nacl\n", "PARAM"},
	} {
		wrong := strings.Replace(want, test.from, test.to, 1)
		if wrong == want {
			t.Fatalf("%q is not in\n%s", test.from, want)
		}
		r := judgePurely(t, item, &subject.Observation{ID: item.ID, Mode: subject.SignMode, Kind: subject.Answered, Stages: []subject.StageSeen{
			{Stage: signature.CanonicalRequest, Value: wire.Bytes(wrong)}, {Stage: signature.SignatureValue, Value: "0000"},
		}})
		if r.Outcome != reports.Fail || !strings.HasPrefix(r.Rule, "OSS4-"+test.area) {
			t.Errorf("%s at %s by %q, want a rule about %s of %v", r.Outcome, r.Place(), r.Rule, test.area, item.Requirements())
		}
	}
}
