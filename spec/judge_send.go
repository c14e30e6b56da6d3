package spec

import (
	"fmt"
	"slices"
	"strings"

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
	var verified *signature.Verification
	operation, _ := set.Operation(item.Operation.Operation.Name)
	last := lastWithMethod(requests, operation.Method)
	for i, req := range requests {
		v, f := authenticated(item, req)
		if f != nil {
			f.wire = httpOf(req)
			return *f
		}
		if i == last {
			verified = v
		}
	}
	content := content{item, &item.Operation.Operation, &operation, requests[last], verified}
	if f := content.judge(); f.outcome != reports.Pass {
		f.wire = httpOf(requests[last])
		return f
	}
	return passed
}

// operationRequests are the captured requests without probes.
func operationRequests(o *subject.Observation) ([]*wire.Request, *finding) {
	var requests []*wire.Request
	for _, c := range o.Captured {
		switch {
		case c.Error != "":
			return nil, &finding{outcome: reports.ProtocolError, message: "a request could not be read: " + c.Error}
		case c.Probe == "":
			requests = append(requests, c.Request)
		}
	}
	if len(requests) == 0 {
		return nil, &finding{outcome: reports.AdapterError, message: joined("no request arrived at the port it was given", o.Message)}
	}
	return requests, nil
}

// lastWithMethod is the request that carries out the operation: the last one
// with its method, or else the last one.
func lastWithMethod(requests []*wire.Request, method string) int {
	for i := len(requests) - 1; i >= 0; i-- {
		if requests[i].Method == method {
			return i
		}
	}
	return len(requests) - 1
}

// authenticated checks one request: that it is signed, by the scheme and
// carrier that were asked for, and that the signature is right.
func authenticated(item *Item, req *wire.Request) (*signature.Verification, *finding) {
	verifier := item.Operation.Verifier(item.Profile.Scheme)
	v := verifier.Verify(req)
	fail := func(f finding) (*signature.Verification, *finding) { return nil, &f }
	switch {
	case v.Verdict == signature.Unsigned:
		return fail(diverges("unsigned", item.Profile.ID(), "", "the request carries no authentication"))
	case v.Profile != nil && v.Profile != item.Profile:
		return fail(wrongProfile(item.Profile, v.Profile, req))
	case v.Verdict == signature.Malformed:
		f := differs(carrierStage(item.Profile.Carrier), "", "", "a server refuses its authentication: "+faults(v.Faults))
		f.expected, f.observed = nil, nil
		return fail(f)
	case v.Verdict == signature.Mismatch:
		return mismatched(item, verifier, v, req)
	}
	return v, nil
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
func mismatched(item *Item, verifier *signature.Verifier, v *signature.Verification, req *wire.Request) (*signature.Verification, *finding) {
	for _, r := range signature.Readings(item.Profile.ID()) {
		verifier.Reading = r.Apply
		if other := verifier.Verify(req); other.Verdict == signature.Verified {
			f := contested(r)
			return nil, &f
		}
	}
	for _, s := range signature.Slips(item.Profile.ID()) {
		verifier.Reading = s.Apply
		if other := verifier.Verify(req); other.Verdict == signature.Verified {
			f := differs(s.Stage, v.Stage(s.Stage), other.Stage(s.Stage), fmt.Sprintf("%s: %s", s.Name, s.Why))
			return nil, &f
		}
	}
	f := differs(signature.SignatureValue, v.Stage(signature.SignatureValue), v.Provided,
		"the signature is not the one of this request; a server signs "+fmt.Sprintf("%q", v.Stage(signature.StringToSign)))
	return nil, &f
}

// content compares a verified request with the intent behind it.
type content struct {
	item      *Item
	want      *vectors.Operation
	operation *vectors.OperationName
	req       *wire.Request
	got       *signature.Verification
}

func (c *content) judge() finding {
	for _, check := range []func(*content) finding{
		(*content).addressing, (*content).key, (*content).method, (*content).headers,
		(*content).copySource, (*content).parameters, (*content).token, (*content).body,
	} {
		if f := check(c); f.outcome != reports.Pass {
			return f
		}
	}
	return passed
}

func (c *content) form() bool { return c.item.Profile.Carrier == signature.InForm }

func (c *content) addressing() finding {
	if c.operation.Level == "service" {
		return passed
	}
	if want, got := c.item.Operation.Addressing, c.got.Resource.Addressing; want != got {
		return diverges("addressing", string(want), string(got),
			fmt.Sprintf("it was asked for %s addressing and sent %s to %s", want, got, c.got.Resource.Host))
	}
	return passed
}

func (c *content) key() finding {
	if want := string(c.want.Bucket); want != c.got.Resource.Bucket {
		return diverges("addressing", want, c.got.Resource.Bucket, "the request is for another bucket")
	}
	want := string(c.want.Key)
	if c.operation.Level != "object" && !c.form() {
		want = ""
	}
	if want != c.got.Key {
		return diverges("key", want, c.got.Key, "the request is for another key")
	}
	return passed
}

func (c *content) method() finding {
	if c.operation.Method != c.req.Method {
		return diverges("scheme", c.operation.Method, c.req.Method, "the request has another method")
	}
	return passed
}

// headers checks the headers and the metadata a caller gave. In a form they
// are fields.
func (c *content) headers() finding {
	prefix := c.item.Profile.Names.HeaderPrefix + "meta-"
	for _, h := range c.want.Headers {
		if f := c.header(string(h[0]), string(h[1])); f.outcome != reports.Pass {
			return f
		}
	}
	for _, m := range c.want.Metadata {
		if f := c.header(prefix+string(m[0]), string(m[1])); f.outcome != reports.Pass {
			return f
		}
	}
	return passed
}

func (c *content) header(name, value string) finding {
	got, there := c.req.Header(name)
	if c.form() {
		got, there = fieldOf(c.req, name)
	}
	switch {
	case !there && value == "":
		return diverges("header", name+":", "", "a header with an empty value is lost")
	case !there:
		return diverges("header", name+": "+value, "", "a header is lost")
	case wire.TrimBlanks(got) != wire.TrimBlanks(value):
		return diverges("header", name+": "+value, name+": "+got, "a header is changed")
	}
	return passed
}

func fieldOf(req *wire.Request, name string) (string, bool) {
	fields, err := signature.FormFields(req)
	if err != nil {
		return "", false
	}
	for _, f := range fields {
		if wire.EqualFold(f[0], name) {
			return f[1], true
		}
	}
	return "", false
}

// copySource compares decoded: the header is percent-encoded, with or without
// a slash in front.
func (c *content) copySource() finding {
	if c.want.CopySource == "" {
		return passed
	}
	name := c.item.Profile.Names.HeaderPrefix + "copy-source"
	got, _ := c.req.Header(name)
	got = strings.TrimPrefix(wire.Unescape(got), "/")
	if want := string(c.want.CopySource); want != got {
		return diverges("header", name+": "+want, name+": "+got, "the copy source is another object")
	}
	return passed
}

// parameters checks what the caller put into the query, and the sub-resources
// of the operation. Those an SDK adds of its own are its own affair.
func (c *content) parameters() finding {
	if c.form() {
		return passed
	}
	have := parameters(wire.SplitTarget(c.req.Target).Query)
	want := slices.Clone(c.want.Query)
	for _, name := range c.operation.Subresources {
		want = append(want, [2]wire.Bytes{wire.Bytes(name)})
	}
	if c.want.UploadID != "" {
		want = append(want, [2]wire.Bytes{"uploadId", c.want.UploadID})
	}
	if c.want.PartNumber != 0 && slices.Contains([]string{"UploadPart", "UploadPartCopy"}, c.want.Name) {
		want = append(want, [2]wire.Bytes{"partNumber", wire.Bytes(fmt.Sprint(c.want.PartNumber))})
	}
	for _, p := range want {
		if piece := string(p[0]) + "=" + string(p[1]); !slices.Contains(have, piece) {
			return diverges("parameter", piece, strings.Join(have, "&"), "a parameter is lost or changed")
		}
	}
	return passed
}

// token checks that temporary credentials travel where the documents put their
// token. That it is signed follows from the signature.
func (c *content) token() finding {
	if want := c.item.Operation.Credentials.SecurityToken; want != c.got.Token {
		return diverges("token", want, c.got.Token, "the security token is not in its place")
	}
	return passed
}

// body checks the body a caller gave; where the SDK makes it there is none to
// compare.
func (c *content) body() finding {
	if c.want.Body == "" {
		return passed
	}
	got := c.req.Body
	if c.form() {
		got, _ = fieldOf(c.req, "file")
	}
	if want := string(c.want.Body); want != got {
		return diverges("body", want, got, "the body is changed")
	}
	return passed
}
