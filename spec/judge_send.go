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
