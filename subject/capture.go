package subject

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Capture has a subject carry out an operation and keeps every request that
// arrives for it. The subject is told to connect to a port on loopback that is
// leased to this one question, so whatever comes there belongs to it.
//
// For the query and form carriers the subject gives a URL or form fields, and
// Capture sends them: the URL with the operation's method, the headers that
// must go with it and the operation's body, the form as multipart/form-data
// with the body as its file.
func Capture(ctx context.Context, s Subject, ports *endpoint.Ports, verifier *signature.Verifier, q *SendQuestion, method string) *Observation {
	lease, err := ports.Lease(ctx, endpoint.LeaseOptions{Verifier: verifier})
	if err != nil {
		return &Observation{ID: q.ID, Mode: SendMode, Kind: NotRun, Message: "no port on loopback: " + err.Error()}
	}
	ask := *q
	ask.Connect = lease.Addr()
	o := s.Send(ctx, &ask)
	if o.Kind == Answered {
		if req := o.toSend(q, method); req != nil {
			if _, err := endpoint.Send(ctx, lease.Addr(), req); err != nil {
				o.Message = "sending what it gave: " + err.Error()
			}
		}
	}
	now := time.Now().UTC().Truncate(time.Second)
	for _, e := range lease.Close() {
		c := Captured{Request: e.Request, Probe: e.Probe, Status: e.Status, At: now}
		if e.Err != nil {
			c.Error = e.Err.Error()
		}
		o.Captured = append(o.Captured, c)
	}
	return o
}

// toSend is the request that follows from a URL or form fields, or nil.
func (o *Observation) toSend(q *SendQuestion, method string) *wire.Request {
	switch {
	case o.URL != "":
		return o.presigned(q, method)
	case len(o.Form) > 0:
		return o.upload(q)
	}
	return nil
}

func (o *Observation) presigned(q *SendQuestion, method string) *wire.Request {
	t := wire.SplitTarget(string(o.URL))
	path := t.Path
	if path == "" {
		path = "/"
	}
	req := &wire.Request{
		Transport: "http", Method: method,
		Target:  wire.Target{Path: path, Query: t.Query, HasQuery: t.HasQuery}.String(),
		Headers: []wire.Header{{Name: "Host", Value: t.Authority}},
		Body:    string(q.Operation.Body),
	}
	if t.Scheme != "http" && t.Scheme != "https" { // an RTMP URL is signed whole
		req.Target = string(o.URL)
	}
	for _, h := range o.Headers {
		if wire.EqualFold(string(h[0]), "Host") { // it may differ from the URL's, by its port
			req.Headers[0].Value = string(h[1])
			continue
		}
		req.Headers = append(req.Headers, wire.Header{Name: string(h[0]), Value: string(h[1])})
	}
	return req
}

// boundary of the forms that Capture sends; a fixed one keeps runs alike.
const boundary = "countersign-form-boundary-7f3b1c"

func (o *Observation) upload(q *SendQuestion) *wire.Request {
	var body strings.Builder
	for _, f := range o.Form {
		fmt.Fprintf(&body, "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", boundary, f[0], f[1])
	}
	fmt.Fprintf(&body, "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\r\n\r\n%s\r\n--%s--\r\n", boundary, q.Operation.Body, boundary)
	host := string(q.Operation.Bucket) + "." + wire.SplitTarget(q.Endpoint).Authority
	if q.Addressing == signature.CNAME {
		host = wire.SplitTarget(q.Endpoint).Authority
	}
	return &wire.Request{
		Transport: "http", Method: "POST", Target: "/",
		Headers: []wire.Header{{Name: "Host", Value: host}, {Name: "Content-Type", Value: "multipart/form-data; boundary=" + boundary}},
		Body:    body.String(),
	}
}
