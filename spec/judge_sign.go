package spec

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/wire"
)

// judgeSigned judges the answer to a signature vector.
//
// The signature the vector asks for passes, if every other stage the subject
// reports is right too. Another signature passes only if the request that came
// back proves it: the subject may have added to what is signed, or signed for
// a clock of its own, but everything it was given must still be there.
func judgeSigned(item *Item, o *subject.Observation) finding {
	want, err := expectedStages(item)
	if err != nil {
		return finding{outcome: reports.NotRun, message: "a bug in the vector: " + err.Error()}
	}
	returned := returnedRequest(item, o)
	observed, f := observedStages(item, o, returned)
	if f != nil {
		return *f
	}
	if observed[signature.SignatureValue] == want[signature.SignatureValue] {
		if f := firstDifference(item, want, observed, returned); f.outcome != reports.Pass {
			f.wire = httpOf(returned)
			return f
		}
		return carried(item, want, returned)
	}
	if returned != nil {
		v := verifierOf(item, nil).Verify(returned)
		if v.Verdict == signature.Verified && v.Profile == item.Profile {
			return kept(item, returned)
		}
	}
	if f, ok := explained(item, want, observed, returned); ok {
		if returned != nil {
			if lost := kept(item, returned); lost.outcome != reports.Pass {
				return lost
			}
		}
		return f
	}
	first := firstDifference(item, want, observed, returned)
	if first.outcome == reports.Pass { // all reported stages are right and the signature is not
		first = differs(signature.SignatureValue, want[signature.SignatureValue], observed[signature.SignatureValue], "the signature differs")
	}
	first.wire, first.mismatch = httpOf(returned), mismatchOf(item, returned)
	return first
}

// mismatchOf is the mismatch of a request that came back; nil where a server
// finds another fault in it, or none came back.
func mismatchOf(item *Item, returned *wire.Request) *mismatch {
	if returned == nil {
		return nil
	}
	v := verifierOf(item, nil).Verify(returned)
	if v.Verdict != signature.Mismatch || v.Profile != item.Profile {
		return nil
	}
	in := &item.Case.Input
	var hosts signature.Hosts
	switch host := returned.Host(); in.Addressing {
	case signature.CNAME:
		hosts.Bucket = in.Bucket
	case signature.VirtualHost:
		hosts.Endpoints = []string{strings.TrimPrefix(host, in.Bucket+".")}
	default:
		hosts.Endpoints = []string{host}
	}
	return &mismatch{returned, in.Credentials, hosts, whatIsSigned(v)}
}

// carried passes a request that came back with the right signature, if a
// server would find that signature in it and nothing of it is lost. A subject
// that returns no request has shown none to be wrong.
func carried(item *Item, want map[signature.Stage]string, returned *wire.Request) finding {
	if returned == nil {
		return passed
	}
	v := verifierOf(item, nil).Verify(returned)
	if v.Verdict != signature.Unsigned {
		if f := kept(item, returned); f.outcome != reports.Pass {
			return f
		}
	}
	f := passed
	switch v.Verdict {
	case signature.Unsigned:
		f = diverges("unsigned", item.Profile.ID(), "", "the signature is right, and the request it returned carries no authentication")
	case signature.Malformed:
		f = refused(item, v)
	case signature.Mismatch:
		if f, ok := explained(item, want, map[signature.Stage]string{signature.SignatureValue: v.Provided}, returned); ok {
			return f
		}
		f = differs(signature.SignatureValue, v.Stage(signature.SignatureValue), v.Provided, "the signature is right, but not for the request it returned")
		for _, s := range v.Stages() {
			if w, ok := want[s.Stage]; ok && w != s.Value {
				f.stage, f.expected, f.observed = s.Stage, bytesOf(w), bytesOf(s.Value)
				break
			}
		}
		f.mismatch = mismatchOf(item, returned)
	}
	f.wire = httpOf(returned)
	return f
}

// expectedStages are the pinned values, and for what is not pinned those of
// the reference: lint has made sure that it reproduces the pinned ones.
func expectedStages(item *Item) (map[signature.Stage]string, error) {
	signed, err := item.Profile.Sign(&item.Case.Input)
	if err != nil {
		return nil, err
	}
	want := map[signature.Stage]string{}
	for _, s := range signed.Stages() {
		want[s.Stage] = s.Value
	}
	for _, s := range item.Case.Expect.Stages.Values {
		want[s.Stage] = s.Value
	}
	return want, nil
}

// observedStages are the stages the subject reports, and those that can be
// read from the request, the URL or the form it returned.
func observedStages(item *Item, o *subject.Observation, returned *wire.Request) (map[signature.Stage]string, *finding) {
	got := map[signature.Stage]string{}
	for _, s := range o.Stages {
		got[s.Stage] = string(s.Value)
	}
	carried := ""
	switch {
	case returned == nil:
	case item.Profile.Carrier == signature.InHeader:
		if value, ok := returned.Header("Authorization"); ok {
			got[signature.Authorization] = value
		}
	case item.Profile.Carrier == signature.InQuery && o.URL != "":
		got[signature.URL] = string(o.URL)
	}
	if len(o.Form) > 0 {
		got[signature.Form] = formText(o.Form)
	}
	if returned != nil {
		v := verifierOf(item, nil).Verify(returned)
		if v.Profile != nil && v.Profile != item.Profile {
			f := wrongProfile(item.Profile, v.Profile, returned)
			return nil, &f
		}
		carried = v.Provided
	}
	reported, ok := got[signature.SignatureValue]
	switch {
	case !ok && carried == "":
		f := finding{outcome: reports.ProtocolError, message: "the answer holds no signature: neither the stage signature nor a request, URL or form that carries one"}
		return nil, &f
	case !ok:
		got[signature.SignatureValue] = carried
	case carried != "" && carried != reported:
		f := differs(carrierStage(item.Profile.Carrier), reported, carried, "the signature in what it returned is not the one it reports")
		f.wire = httpOf(returned)
		return nil, &f
	}
	return got, nil
}

func carrierStage(c signature.Carrier) signature.Stage {
	switch c {
	case signature.InHeader:
		return signature.Authorization
	case signature.InQuery:
		return signature.URL
	default:
		return signature.Form
	}
}

// firstDifference walks the stages in order and stops at the first that
// differs. Stages the subject does not report are passed over.
//
// A subject that returned a request of its own making is measured against
// that: the stages the reference finds in it.
func firstDifference(item *Item, want, observed map[signature.Stage]string, returned *wire.Request) finding {
	if returned != nil && observed[signature.SignatureValue] != want[signature.SignatureValue] {
		if v := verifierOf(item, nil).Verify(returned); v.Verdict == signature.Mismatch {
			want = maps.Clone(want)
			for _, s := range v.Stages() {
				want[s.Stage] = s.Value
			}
		}
	}
	for _, stage := range signature.Stages {
		w, expected := want[stage]
		g, reported := observed[stage]
		if !expected || !reported || sameParsed(stage, w, g) {
			continue
		}
		if (stage == signature.URL || stage == signature.Form) && onlyMore(stage, w, g) {
			continue
		}
		return differs(stage, w, g, fmt.Sprintf("%s differs", stage))
	}
	return passed
}

// onlyMore allows a signer to have added parameters or fields of its own to a
// URL or a form whose signature is right.
func onlyMore(stage signature.Stage, expected, observed string) bool {
	got := parse(stage, observed)
	for _, piece := range parse(stage, expected) {
		if !slices.Contains(got, piece) {
			return false
		}
	}
	return true
}

// returnedRequest is the request a server would see: the one that came back,
// or the one that follows from the URL or the form that did.
func returnedRequest(item *Item, o *subject.Observation) *wire.Request {
	in := item.Case.Input.Request
	switch item.Profile.Carrier {
	case signature.InHeader:
		return o.Request
	case signature.InQuery:
		if o.URL == "" {
			return o.Request
		}
		t := wire.SplitTarget(string(o.URL))
		req := in.Clone(len(o.Headers))
		req.Target = string(o.URL)
		if t.Scheme == "http" || t.Scheme == "https" {
			req.Transport = t.Scheme
			// What has no path is sent with a slash (RFC 9112, section 3.2.1).
			req.Target = wire.Target{Path: cmp.Or(t.Path, "/"), Query: t.Query, HasQuery: t.HasQuery}.String()
			req.SetHeader("Host", t.Authority)
		}
		for _, h := range o.Headers {
			req.SetHeader(string(h[0]), string(h[1]))
		}
		return req
	}
	if len(o.Form) == 0 {
		return o.Request
	}
	req := in.Clone(1)
	req.Method = "POST"
	req.SetHeader("Content-Type", "application/x-www-form-urlencoded")
	req.Body = formText(o.Form)
	return req
}

func formText(fields [][2]wire.Bytes) string {
	pairs := make([]string, len(fields))
	for i, f := range fields {
		pairs[i] = wire.EscapeValue(string(f[0])) + "=" + wire.EscapeValue(string(f[1]))
	}
	return strings.Join(pairs, "&")
}

// verifierOf knows what a signature vector is about.
func verifierOf(item *Item, reading func(*signature.Profile) *signature.Profile) *signature.Verifier {
	in := &item.Case.Input
	return &signature.Verifier{
		Resolve: func(t wire.Target, host string) (signature.Resource, error) {
			return signature.ResourceOf(t, host, in.Addressing, in.Bucket)
		},
		Secret: func(id string) (signature.Credentials, bool) {
			return in.Credentials, id == in.Credentials.AccessKeyID
		},
		Region: in.Region, Product: cmp.Or(in.Product, item.Profile.Names.Service),
		Reading: reading,
	}
}

// explained finds the other reading of a contested rule that gives the observed
// signature: one that the vector lists, or one that the scheme has.
func explained(item *Item, want, observed map[signature.Stage]string, returned *wire.Request) (finding, bool) {
	got := observed[signature.SignatureValue]
	for _, alternative := range item.Case.Alternatives {
		if s, ok := alternative.Stages.Stage(signature.SignatureValue); ok && s == got {
			return contested(readingOf(item.Profile, alternative.Reading)), true
		}
	}
	for _, r := range signature.Readings(item.Profile.ID()) {
		if signed, err := r.Apply(item.Profile).Sign(&item.Case.Input); err == nil &&
			signed.Stage(signature.SignatureValue) != want[signature.SignatureValue] &&
			signed.Stage(signature.SignatureValue) == got {
			return contested(r), true
		}
		if returned != nil && verifierOf(item, r.Apply).Verify(returned).Verdict == signature.Verified {
			return contested(r), true
		}
	}
	return finding{}, false
}

// readingOf is the reading of a profile that a vector names. A vector may have
// one that its profile has not: its stages say then what it is.
func readingOf(p *signature.Profile, name string) signature.Reading {
	for _, r := range signature.Readings(p.ID()) {
		if r.Name == name {
			return r
		}
	}
	return signature.Reading{Name: name}
}

// wrongProfile is the failure of a request that is signed otherwise than it
// was asked for: a silent change of scheme is a failure of its own.
func wrongProfile(want, got *signature.Profile, req *wire.Request) finding {
	kind := "scheme"
	if want.Scheme == got.Scheme {
		kind = "carrier"
	}
	f := diverges(kind, want.ID(), got.ID(), "it was asked for "+want.ID()+" and signed "+got.ID())
	f.wire = httpOf(req)
	return f
}

// httpOf is a request as raw HTTP, for reports.
func httpOf(req *wire.Request) *wire.Bytes {
	if req == nil {
		return nil
	}
	return bytesOf(string(req.AppendHTTP(nil)))
}
