package mutants

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// A Sender sends for operations what an SDK sends. The zero Sender is a
// careful one: its requests say what its caller said, and are signed as they
// go out. What is not nil replaces one of its steps.
type Sender struct {
	// How a key stands in the path, a value in the query, and a copy source in
	// its header.
	Key, Value, Source func(decoded string) string
	// Plan changes the request before it is signed.
	Plan func(p *Plan)
	// Sign signs by another profile.
	Sign func(p *signature.Profile) *signature.Profile
	// Sent changes the request after it was signed.
	Sent func(p *Plan, req *wire.Request)
}

// A Plan is the request for an operation before it is signed. In a form,
// Request holds the address and, as its body, the file.
type Plan struct {
	signature.Input
	Profile   *signature.Profile // the scheme and carrier that were asked for
	Case      *vectors.OperationCase
	Operation vectors.OperationName
	Fields    [][2]string // of a form, but for those that authenticate it
	Ranges    []Range     // of a form: conditions of its policy
}

// A Range is a condition on something that is no field.
type Range struct {
	Name        string
	Least, Most int64
}

// Same reports whether two plans come to the same request.
func (p *Plan) Same(other *Plan) bool {
	a, b := p.Request, other.Request
	return a.Target == b.Target && a.Method == b.Method && a.Body == b.Body && slices.Equal(a.Headers, b.Headers) &&
		p.Bucket == other.Bucket && p.Addressing == other.Addressing && p.Credentials == other.Credentials &&
		p.Region == other.Region && p.Policy == other.Policy && p.Expires == other.Expires && slices.Equal(p.Fields, other.Fields) && slices.Equal(p.Ranges, other.Ranges)
}

// signingTime is when senders sign.
var signingTime = time.Date(2024, 5, 20, 8, 0, 0, 0, time.UTC)

// Planned is the request a sender plans for an operation.
func (s *Sender) Planned(set *vectors.Set, profile *signature.Profile, c *vectors.OperationCase) *Plan {
	op := &c.Operation
	scene := c.Scene(profile.Scheme)
	p := &Plan{Profile: profile, Case: c}
	p.Operation, _ = set.Operation(op.Name)
	p.Input = signature.Input{
		Bucket: string(op.Bucket), Addressing: c.Addressing, Credentials: c.Credentials, Region: scene.Region,
		Time: signingTime, Expires: op.Expires,
	}
	if profile.Names.Terminator == "" {
		p.Expires += p.Time.Unix() // only the V4 schemes have the lifetime, the others the end
	}
	host, path := wire.SplitTarget(scene.Endpoint).Authority, "/"
	switch {
	case p.Bucket == "" || c.Addressing == signature.CNAME:
	case c.Addressing == signature.VirtualHost:
		host = p.Bucket + "." + host
	default:
		path += p.Bucket + "/"
	}
	if p.Operation.Level == "object" {
		p.Input.Key = string(op.Key)
		path += either(s.Key, escapeKey)(p.Input.Key)
	}
	p.Request = &wire.Request{
		Transport: "http", Method: p.Operation.Method, Target: path + s.query(p),
		Headers: append([]wire.Header{{Name: "Host", Value: host}}, s.headers(p)...), Body: string(op.Body),
	}
	if profile.Carrier == signature.InForm {
		p.Fields = append(p.Fields, [2]string{"key", string(op.Key)})
		for _, h := range s.headers(p) {
			p.Fields = append(p.Fields, [2]string{h.Name, h.Value})
		}
		for _, q := range op.Query {
			var least, most int64
			if n, _ := fmt.Sscanf(string(q[1]), "%d,%d", &least, &most); n == 2 {
				p.Ranges = append(p.Ranges, Range{string(q[0]), least, most})
			}
		}
	}
	if s.Plan != nil {
		s.Plan(p)
	}
	return p
}

// Send signs what the sender plans and returns it as it goes out.
func (s *Sender) Send(set *vectors.Set, profile *signature.Profile, c *vectors.OperationCase) (*Plan, *wire.Request, error) {
	p := s.Planned(set, profile, c)
	by := p.Profile
	if s.Sign != nil {
		by = s.Sign(by)
	}
	if by.Carrier == signature.InForm && p.Policy == "" {
		p.Policy = p.policy()
	}
	signed, err := by.Sign(&p.Input)
	if err != nil {
		return p, nil, err
	}
	var req *wire.Request
	if by.Carrier == signature.InForm {
		fields := append(append([][2]string{}, p.Fields...), signed.Form...)
		req = FormRequest(p.Request, append(fields, [2]string{"file", p.Request.Body}))
	} else {
		req = signed.Request()
	}
	if s.Sent != nil {
		s.Sent(p, req)
	}
	return p, req, nil
}

// either returns the step of a mutant or else the careful one.
func either(mutant, careful func(string) string) func(string) string {
	if mutant != nil {
		return mutant
	}
	return careful
}

// escapeKey encodes slashes in front too: OSS loses raw ones.
func escapeKey(key string) string {
	rest := strings.TrimLeft(key, "/")
	return strings.Repeat("%2F", len(key)-len(rest)) + wire.EscapePath(rest)
}

func (s *Sender) query(p *Plan) string {
	op, value := &p.Case.Operation, either(s.Value, wire.EscapeValue)
	if p.Profile.Carrier == signature.InForm {
		return "" // they are conditions of the policy
	}
	parts := append([]string{}, p.Operation.Subresources...)
	for _, q := range op.Query {
		parts = append(parts, wire.EscapeValue(string(q[0]))+"="+value(string(q[1])))
	}
	if op.UploadID != "" {
		parts = append(parts, "uploadId="+value(string(op.UploadID)))
	}
	if op.PartNumber != 0 && strings.HasPrefix(op.Name, "UploadPart") {
		parts = append(parts, "partNumber="+fmt.Sprint(op.PartNumber))
	}
	if len(parts) == 0 {
		return ""
	}
	return "?" + strings.Join(parts, "&")
}

func (s *Sender) headers(p *Plan) []wire.Header {
	var out []wire.Header
	add := func(name, value string) {
		out = append(out, wire.Header{Name: name, Value: wire.TrimBlanks(value)})
	}
	op, prefix := &p.Case.Operation, p.Profile.Names.HeaderPrefix
	for _, h := range op.Headers {
		add(string(h[0]), string(h[1]))
	}
	for _, m := range op.Metadata {
		add(prefix+"meta-"+string(m[0]), string(m[1]))
	}
	if op.CopySource != "" {
		careful := func(source string) string { return "/" + wire.EscapePath(source) }
		add(prefix+"copy-source", either(s.Source, careful)(string(op.CopySource)))
	}
	return out
}

// policy is that of a form: each field has a condition.
func (p *Plan) policy() string {
	conditions := []any{map[string]string{"bucket": p.Bucket}}
	for _, f := range p.Fields {
		conditions = append(conditions, []any{"eq", "$" + f[0], f[1]})
	}
	for _, r := range p.Ranges {
		conditions = append(conditions, []any{r.Name, r.Least, r.Most})
	}
	text, err := json.Marshal(map[string]any{
		"expiration": p.Time.Add(time.Duration(p.Case.Operation.Expires) * time.Second).Format("2006-01-02T15:04:05.000Z"),
		"conditions": conditions,
	})
	if err != nil {
		panic(err) // strings and numbers always have a JSON form
	}
	return string(text)
}

// FormRequest posts fields to where req goes.
func FormRequest(req *wire.Request, fields [][2]string) *wire.Request {
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
