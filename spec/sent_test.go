package spec_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// plan is the request a careful SDK would send for an operation, before it is
// signed.
func plan(set *vectors.Set, item *spec.Item) *signature.Input {
	c := item.Operation
	op := &c.Operation
	operation, _ := set.Operation(op.Name)
	scene := c.Scene(item.Profile.Scheme)
	in := &signature.Input{
		Bucket: string(op.Bucket), Addressing: c.Addressing, Credentials: c.Credentials, Region: scene.Region,
		Time: time.Date(2024, 5, 20, 8, 0, 0, 0, time.UTC), Expires: op.Expires,
	}
	if item.Profile.Names.Terminator == "" && item.Profile.Scheme != "oss-v2" {
		in.Expires += in.Time.Unix() // V1 has the end, not the lifetime
	}
	host, path := wire.SplitTarget(scene.Endpoint).Authority, "/"
	switch {
	case in.Bucket == "" || c.Addressing == signature.CNAME:
	case c.Addressing == signature.VirtualHost:
		host = in.Bucket + "." + host
	default:
		path += in.Bucket + "/"
	}
	if operation.Level == "object" {
		in.Key = string(op.Key)
		path += escapeKey(in.Key)
	}
	in.Request = &wire.Request{
		Transport: "http", Method: operation.Method, Target: path + query(&operation, op),
		Headers: append([]wire.Header{{Name: "Host", Value: host}}, headers(item, op)...), Body: string(op.Body),
	}
	return in
}

// escapeKey encodes slashes in front too: OSS loses raw ones.
func escapeKey(key string) string {
	rest := strings.TrimLeft(key, "/")
	return strings.Repeat("%2F", len(key)-len(rest)) + wire.EscapePath(rest)
}

func query(operation *vectors.OperationName, op *vectors.Operation) string {
	parts := append([]string{}, operation.Subresources...)
	for _, p := range op.Query {
		parts = append(parts, wire.EscapeValue(string(p[0]))+"="+wire.EscapeValue(string(p[1])))
	}
	if op.UploadID != "" {
		parts = append(parts, "uploadId="+wire.EscapeValue(string(op.UploadID)))
	}
	if op.PartNumber != 0 && strings.HasPrefix(op.Name, "UploadPart") {
		parts = append(parts, "partNumber="+fmt.Sprint(op.PartNumber))
	}
	if len(parts) == 0 {
		return ""
	}
	return "?" + strings.Join(parts, "&")
}

func headers(item *spec.Item, op *vectors.Operation) []wire.Header {
	var out []wire.Header
	add := func(name, value string) {
		out = append(out, wire.Header{Name: name, Value: wire.TrimBlanks(value)})
	}
	prefix := item.Profile.Names.HeaderPrefix
	for _, h := range op.Headers {
		add(string(h[0]), string(h[1]))
	}
	for _, m := range op.Metadata {
		add(prefix+"meta-"+string(m[0]), string(m[1]))
	}
	if op.CopySource != "" {
		add(prefix+"copy-source", "/"+wire.EscapePath(string(op.CopySource)))
	}
	return out
}

// send signs a plan and returns the request as it arrives. change may change
// the plan before it is signed.
func send(t *testing.T, item *spec.Item, change func(in *signature.Input)) *wire.Request {
	t.Helper()
	return sendAs(t, item.Profile, item, change)
}

func sendAs(t *testing.T, profile *signature.Profile, item *spec.Item, change func(in *signature.Input)) *wire.Request {
	t.Helper()
	in := plan(load(t), item)
	if change != nil {
		change(in)
	}
	if profile.Carrier == signature.InForm {
		return upload(t, profile, item, in)
	}
	signed, err := profile.Sign(in)
	if err != nil {
		t.Fatal(err)
	}
	return signed.Request()
}

// upload is a form: its fields, those of the policy and the file.
func upload(t *testing.T, profile *signature.Profile, item *spec.Item, in *signature.Input) *wire.Request {
	t.Helper()
	in.Policy = `{"expiration":"2038-01-19T03:14:07Z","conditions":[]}`
	signed, err := profile.Sign(in)
	if err != nil {
		t.Fatal(err)
	}
	fields := append([][2]string{{"key", string(item.Operation.Operation.Key)}}, signed.Form...)
	for _, h := range headers(item, &item.Operation.Operation) {
		fields = append(fields, [2]string{h.Name, h.Value})
	}
	return multipart(in.Request, append(fields, [2]string{"file", in.Request.Body}))
}

func multipart(req *wire.Request, fields [][2]string) *wire.Request {
	host, _ := req.Header("Host")
	var body strings.Builder
	for _, f := range fields {
		fmt.Fprintf(&body, "--x\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", f[0], f[1])
	}
	return &wire.Request{
		Transport: "http", Method: "POST", Target: req.Target,
		Headers: []wire.Header{{Name: "Host", Value: host}, {Name: "Content-Type", Value: "multipart/form-data; boundary=x"}},
		Body:    body.String() + "--x--\r\n",
	}
}

// arrived is an observation of these requests.
func arrived(item *spec.Item, requests ...*wire.Request) *subject.Observation {
	o := &subject.Observation{ID: item.ID, Mode: subject.SendMode, Kind: subject.Answered, Status: 200}
	for _, req := range requests {
		o.Captured = append(o.Captured, subject.Captured{Request: req, Status: 200})
	}
	return o
}

func operationItems(t *testing.T) []*spec.Item {
	t.Helper()
	caps := &subject.Capabilities{Profiles: profiles(), Operations: []string{"GetObject"}}
	items, err := spec.Items(load(t), caps)
	if err != nil {
		t.Fatal(err)
	}
	var out []*spec.Item
	for _, item := range items {
		if item.Operation != nil {
			out = append(out, item)
		}
	}
	return out
}

// Every operation vector can be passed: what a careful SDK sends does.
func TestWhatACarefulSDKSendsPasses(t *testing.T) {
	tried := map[string]bool{}
	for _, item := range operationItems(t) {
		tried[item.Operation.ID] = true
		r := spec.Judge(load(t), item, arrived(item, send(t, item, nil)))
		if r.Outcome != reports.Pass {
			t.Errorf("%s: %s at %s: %s", item.ID, r.Outcome, r.Place(), r.Message)
		}
	}
	for _, c := range load(t).OperationCases() {
		if !tried[c.ID] {
			t.Errorf("%s is run under no profile", c.ID)
		}
	}
}
