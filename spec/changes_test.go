package spec_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/wire"
)

// The changes that the tests of signatures make to right answers.

func all(changes ...change) change {
	return func(t *testing.T, item *spec.Item, o *subject.Observation) {
		for _, c := range changes {
			c(t, item, o)
		}
	}
}

// as is the right answer to an input that was changed first.
func as(changed func(in *signature.Input)) change {
	return func(t *testing.T, item *spec.Item, o *subject.Observation) {
		answer(t, item.Profile, item, o, changed)
	}
}

// under is the answer of another scheme or carrier.
func under(profile *signature.Profile) change {
	return func(t *testing.T, item *spec.Item, o *subject.Observation) { answer(t, profile, item, o, nil) }
}

// reading is the answer of a signer that follows another reading.
func reading(name string) change { return readingOf(name, nil) }

func readingOf(name string, changed func(in *signature.Input)) change {
	return func(t *testing.T, item *spec.Item, o *subject.Observation) {
		readings := signature.Readings(item.Profile.ID())
		i := slices.IndexFunc(readings, func(r signature.Reading) bool { return r.Name == name })
		if i < 0 {
			t.Fatalf("%s has no reading %s", item.Profile.ID(), name)
		}
		answer(t, readings[i].Apply(item.Profile), item, o, changed)
	}
}

// answer fills in what a profile signs.
func answer(t *testing.T, profile *signature.Profile, item *spec.Item, o *subject.Observation, changed func(in *signature.Input)) {
	in := item.Case.Input
	in.Request = in.Request.Clone(1)
	if changed != nil {
		changed(&in)
	}
	signed, err := profile.Sign(&in)
	if err != nil {
		t.Fatal(err)
	}
	o.Stages, o.Request, o.URL, o.Form = nil, nil, "", nil
	for _, s := range signed.Stages() {
		o.Stages = append(o.Stages, subject.StageSeen{Stage: s.Stage, Value: wire.Bytes(s.Value)})
	}
	switch profile.Carrier {
	case signature.InHeader:
		o.Request = signed.Request()
	case signature.InQuery:
		o.URL = wire.Bytes(signed.Stage(signature.URL))
	case signature.InForm:
		o.Form = subject.Pairs(signed.Form)
	}
}

// bare leaves the signature and nothing else.
func bare(_ *testing.T, _ *spec.Item, o *subject.Observation) {
	value, _ := o.Stage(signature.SignatureValue)
	o.Stages = []subject.StageSeen{{Stage: signature.SignatureValue, Value: wire.Bytes(value)}}
	o.Request, o.URL, o.Form = nil, "", nil
}

// without leaves the stages and nothing that carries a signature.
func without(_ *testing.T, _ *spec.Item, o *subject.Observation) {
	o.Request, o.URL, o.Form = nil, "", nil
}

func withoutStages(_ *testing.T, _ *spec.Item, o *subject.Observation) { o.Stages = nil }

// bareRequest leaves what carries the signature, and the signature.
func bareRequest(_ *testing.T, _ *spec.Item, o *subject.Observation) {
	o.Stages = slices.DeleteFunc(o.Stages, func(s subject.StageSeen) bool { return s.Stage != signature.SignatureValue })
}

func unsignedRequest(_ *testing.T, _ *spec.Item, o *subject.Observation) {
	dropHeader(o.Request, "Authorization")
}

func stage(stage signature.Stage, value string) change {
	return func(t *testing.T, _ *spec.Item, o *subject.Observation) {
		for i := range o.Stages {
			if o.Stages[i].Stage == stage {
				o.Stages[i].Value = wire.Bytes(value)
				return
			}
		}
		t.Fatalf("no stage %s", stage)
	}
}

func upperCase(_ *testing.T, _ *spec.Item, o *subject.Observation) {
	o.Stages[0].Value = wire.Bytes(strings.ToUpper(string(o.Stages[0].Value)))
}

// authorization changes the header in the request that came back.
func authorization(changed func(value string) string) change {
	return func(t *testing.T, _ *spec.Item, o *subject.Observation) {
		value, _ := o.Request.Header("Authorization")
		other := changed(value)
		if other == value {
			t.Fatalf("%q is not changed", value)
		}
		o.Request.SetHeader("Authorization", other)
	}
}

func reversePairs(value string) string {
	word, pairs, _ := strings.Cut(value, " ")
	list := strings.Split(pairs, ",")
	slices.Reverse(list)
	return word + " " + strings.Join(list, ",")
}

func url(old, replacement string) change {
	return func(t *testing.T, _ *spec.Item, o *subject.Observation) {
		if !strings.Contains(string(o.URL), old) {
			t.Fatalf("%q is not in %q", old, o.URL)
		}
		o.URL = wire.Bytes(strings.Replace(string(o.URL), old, replacement, 1))
	}
}

func reverseParameters(_ *testing.T, _ *spec.Item, o *subject.Observation) {
	t := wire.SplitTarget(string(o.URL))
	list := strings.Split(t.Query, "&")
	slices.Reverse(list)
	t.Query = strings.Join(list, "&")
	o.URL = wire.Bytes(t.String())
}

// field changes a form field, or drops it where value is empty.
func field(name, value string) change {
	return func(t *testing.T, _ *spec.Item, o *subject.Observation) {
		i := slices.IndexFunc(o.Form, func(f [2]wire.Bytes) bool { return string(f[0]) == name })
		switch {
		case i < 0:
			t.Fatalf("no field %s in %q", name, o.Form)
		case value == "":
			o.Form = slices.Delete(o.Form, i, i+1)
		default:
			o.Form[i][1] = wire.Bytes(value)
		}
	}
}

func reverseFields(_ *testing.T, _ *spec.Item, o *subject.Observation) { slices.Reverse(o.Form) }

func moreFields(_ *testing.T, _ *spec.Item, o *subject.Observation) {
	o.Form = append(o.Form, [2]wire.Bytes{"success_action_status", "201"})
}

func header(name, value string) change {
	return func(_ *testing.T, _ *spec.Item, o *subject.Observation) { addHeader(o.Request, name, value) }
}

func inTarget(more string) change {
	return func(_ *testing.T, _ *spec.Item, o *subject.Observation) { o.Request.Target += more }
}

// presignedRequest gives the request back that follows from the URL.
func presignedRequest(_ *testing.T, item *spec.Item, o *subject.Observation) {
	t := wire.SplitTarget(string(o.URL))
	o.Request = item.Case.Input.Request.Clone(0)
	o.Request.Target = wire.Target{Path: t.Path, Query: t.Query, HasQuery: t.HasQuery}.String()
	o.URL = ""
}

// forged puts another signature wherever there is one.
func forged(_ *testing.T, _ *spec.Item, o *subject.Observation) {
	value, _ := o.Stage(signature.SignatureValue)
	for i := range o.Stages {
		o.Stages[i].Value = wire.Bytes(strings.ReplaceAll(string(o.Stages[i].Value), value, strings.ToUpper(value)))
	}
	authorization, _ := o.Request.Header("Authorization")
	o.Request.SetHeader("Authorization", strings.ReplaceAll(authorization, value, strings.ToUpper(value)))
}

// again repeats a header.
func again(name string) change {
	return func(_ *testing.T, _ *spec.Item, o *subject.Observation) {
		value, _ := o.Request.Header(name)
		addHeader(o.Request, name, value)
	}
}

// joinRepeated writes repeated headers as one, as HTTP libraries do.
func joinRepeated(_ *testing.T, _ *spec.Item, o *subject.Observation) {
	var joined []wire.Header
	for _, h := range o.Request.Headers {
		i := slices.IndexFunc(joined, func(other wire.Header) bool { return wire.EqualFold(other.Name, h.Name) })
		if i >= 0 {
			joined[i].Value += "," + h.Value
		} else {
			joined = append(joined, h)
		}
	}
	o.Request.Headers = joined
}

// withURLHeaders signs a header into a URL, which must then be sent with it.
func withURLHeaders(t *testing.T, item *spec.Item, o *subject.Observation) {
	as(func(in *signature.Input) { addHeader(in.Request, "x-oss-meta-sdk", "1.0") })(t, item, o)
	o.Headers = [][2]wire.Bytes{{"X-Oss-Meta-Sdk", "1.0"}}
}

func forgetURLHeaders(_ *testing.T, _ *spec.Item, o *subject.Observation) { o.Headers = nil }

func addHeader(req *wire.Request, name, value string) {
	req.Headers = append(slices.Clone(req.Headers), wire.Header{Name: name, Value: value})
}

// dropHeader drops the first header of a name.
func dropHeader(req *wire.Request, name string) {
	i := slices.IndexFunc(req.Headers, func(h wire.Header) bool { return wire.EqualFold(h.Name, name) })
	if i >= 0 {
		req.Headers = slices.Delete(slices.Clone(req.Headers), i, i+1)
	}
}
