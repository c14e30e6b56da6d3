package spec

import (
	"fmt"
	"strings"
	"time"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// judgeSent judges the requests an SDK sent for an operation: each must be
// authenticated, as it was asked for, and the operation itself must say what
// its caller said.
func judgeSent(set *vectors.Set, item *Item, o *subject.Observation) finding {
	requests, f := operationRequests(o)
	if f != nil {
		return *f
	}
	result := passed
	operation, _ := set.Operation(item.Operation.Operation.Name)
	carriedOut := false
	for _, sent := range requests {
		v, f := authenticated(item, sent)
		f.wire = httpOf(sent.Request)
		switch {
		case f.outcome == reports.Contested:
			result = f
		case f.outcome != reports.Pass:
			return f
		}
		c := content{set, item, &item.Operation.Operation, &operation, sent, v}
		if c.looks() {
			continue
		}
		if f := c.judge(); f.outcome != reports.Pass {
			f.wire = httpOf(sent.Request)
			return f
		}
		carriedOut = true
	}
	if !carriedOut {
		f := diverges("scheme", operation.Method, requests[0].Request.Method, "no request has the method of the operation").by("OP-METHOD-01")
		f.wire = httpOf(requests[0].Request)
		return f
	}
	last := requests[len(requests)-1]
	if o.Status != 0 && last.Status != 0 && o.Status != last.Status {
		return finding{outcome: reports.AdapterError, message: fmt.Sprintf("it reports the status %d, and was answered %d", o.Status, last.Status)}
	}
	return result
}

// operationRequests are the captured requests without probes.
func operationRequests(o *subject.Observation) ([]*subject.Captured, *finding) {
	var requests []*subject.Captured
	for i := range o.Captured {
		switch c := &o.Captured[i]; {
		case c.Error != "" || c.Request == nil:
			return nil, &finding{outcome: reports.ProtocolError, message: "a request could not be read: " + c.Error}
		case c.Probe == "":
			requests = append(requests, c)
		}
	}
	if len(requests) == 0 {
		return nil, &finding{outcome: reports.AdapterError, message: joined("no request arrived at the port it was given", o.Message)}
	}
	return requests, nil
}

// authenticated checks one request: that it is signed, by the scheme and
// carrier that were asked for, for the region it was configured with, at the
// time it was sent, and that the signature is right.
func authenticated(item *Item, sent *subject.Captured) (*signature.Verification, finding) {
	req := sent.Request
	verifier := item.Operation.Verifier(item.Profile.Scheme)
	if !sent.At.IsZero() && !givesDate(item) {
		verifier.Now = func() time.Time { return sent.At }
	}
	verifier.Region, verifier.Product = item.Operation.Scene(item.Profile.Scheme).Region, item.Profile.Names.Service
	v := verifier.Verify(req)
	switch {
	case v.Verdict == signature.Unsigned:
		return nil, diverges("unsigned", item.Profile.ID(), "", "the request carries no authentication").by("OP-SIGNATURE-02")
	case v.Profile != nil && v.Profile != item.Profile:
		return nil, wrongProfile(item.Profile, v.Profile, req).by("OP-SCHEME-01")
	case v.Verdict == signature.Malformed:
		return nil, refused(item, v).by("OP-SIGNATURE-01")
	case v.Verdict == signature.Mismatch:
		return mismatched(item, verifier, v, req)
	}
	return v, passed
}

// givesDate reports whether the caller of the operation sets a date of his own,
// which need not be now.
func givesDate(item *Item) bool {
	for _, h := range item.Operation.Operation.Headers {
		if name := string(h[0]); wire.EqualFold(name, "Date") || wire.EqualFold(name, item.Profile.Names.DateHeader) {
			return true
		}
	}
	return false
}

// refused is the failure of a request whose authentication breaks a rule
// before any signature is compared.
func refused(item *Item, v *signature.Verification) finding {
	return finding{outcome: reports.Fail, stage: carrierStage(item.Profile.Carrier), message: "a server refuses its authentication: " + faults(v.Faults)}
}

func faults(list []*signature.Fault) string {
	texts := make([]string, len(list))
	for i, f := range list {
		texts[i] = f.Error()
	}
	return strings.Join(texts, "; ")
}

// mismatched looks for what explains a wrong signature: another reading of a
// contested rule, which is contested, or a known slip at one stage, which
// names the stage.
func mismatched(item *Item, verifier *signature.Verifier, v *signature.Verification, req *wire.Request) (*signature.Verification, finding) {
	for _, r := range signature.Readings(item.Profile.ID()) {
		verifier.Reading = r.Apply
		if other := verifier.Verify(req); other.Verdict == signature.Verified {
			return other, contested(r)
		}
	}
	for _, s := range signature.Slips(item.Profile.ID()) {
		verifier.Reading = s.Apply
		if other := verifier.Verify(req); other.Verdict == signature.Verified {
			f := differs(s.Stage, v.Stage(s.Stage), other.Stage(s.Stage), s.Why).by(s.Requirement)
			f.slip = s.Name
			return nil, f
		}
	}
	if f, ok := signedOtherValues(item, verifier, req); ok {
		return nil, f
	}
	return nil, differs(signature.SignatureValue, v.Stage(signature.SignatureValue), v.Provided,
		"the signature is not the one of this request; a server signs "+fmt.Sprintf("%q", v.Stage(signature.StringToSign))).by("OP-SIGNATURE-01")
}

// signedOtherValues looks for a header whose value was signed otherwise than it
// was sent: as the caller gave it, while the HTTP library trims or encodes it,
// or without Unicode blanks, which no HTTP library trims.
func signedOtherValues(item *Item, verifier *signature.Verifier, req *wire.Request) (finding, bool) {
	verifier.Reading = nil
	sent := verifier.Verify(req)
	for _, signed := range []struct {
		why   string
		value func(string) string
	}{
		{"a value is signed as the caller gave it, and sent without its blanks or with other bytes", func(v string) string { return v }},
		{"a value is signed without its Unicode blanks, which are sent all the same", strings.TrimSpace},
	} {
		other := verifierOfValues(verifier, item, signed.value).Verify(req)
		if other.Verdict != signature.Verified {
			continue
		}
		for _, s := range sent.Stages() {
			if got := other.Stage(s.Stage); got != s.Value {
				return differs(s.Stage, s.Value, got, signed.why).by("OP-SIGNATURE-01"), true
			}
		}
	}
	return finding{}, false
}

// verifierOfValues verifies with the values of the operation's own headers,
// changed by value, in place of those on the wire.
func verifierOfValues(v *signature.Verifier, item *Item, value func(string) string) *signature.Verifier {
	c := *v
	op := &item.Operation.Operation
	c.Reading = func(p *signature.Profile) *signature.Profile {
		given := map[string]string{}
		for _, h := range op.Headers {
			given[strings.ToLower(string(h[0]))] = value(string(h[1]))
		}
		for _, m := range op.Metadata {
			given[strings.ToLower(p.Names.HeaderPrefix+"meta-"+string(m[0]))] = value(string(m[1]))
		}
		return p.WithValues(func(h wire.Header) string {
			if v, ok := given[strings.ToLower(h.Name)]; ok {
				return v
			}
			return h.Value
		})
	}
	return &c
}
