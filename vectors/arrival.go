package vectors

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// ErrTamper is wrapped by the error of a change that cannot be made: what it
// works on is not there, or it is not one of the schema.
var ErrTamper = errors.New("cannot be tampered with")

// Arrival is the request of a case as a server gets it: changed as Tamper says
// before it is signed, signed by the profile, and changed again behind the
// signer's back. A form arrives as a browser upload of the key, the fields its
// policy wants, and a small file.
//
// The ops, each on the first header, parameter or field of its name:
//
//   - set-…     gives it another value, or adds it at the end
//   - add-…     adds one at the end, a second of its name too
//   - remove-…  takes every one of that name away
//   - rename-header gives it another name, replace-in-… replaces a part of it,
//     and unescape-parameter percent-decodes its value: the signature of a URL
//     whose plus sign nobody encoded
//   - set-method, set-path and set-body replace that part of the request
//   - corrupt-signature replaces the first character of the signature
//   - set-stage signs as if a stage had come to value: the string a client
//     with a known mistake signs
//
// Values of parameters stand in the query as they are given, not encoded.
func (c *Case) Arrival(profile *signature.Profile) (*wire.Request, error) {
	in := c.Input.Clone()
	for _, t := range c.Expect.Tamper {
		var err error
		switch {
		case t.When != "before-signing":
		case t.Op == "set-stage" && !hasStep(profile, t.Target):
			err = fmt.Errorf("set-stage %s: %w: %s has no such stage", t.Target, ErrTamper, profile.ID())
		case t.Op == "set-stage":
			profile = profile.Replace(signature.Stage(t.Target), func(_ *signature.Signing, dst []byte) ([]byte, error) {
				return append(dst, t.Value...), nil
			})
		default:
			err = t.change(in.Request)
		}
		if err != nil {
			return nil, err
		}
	}
	signed, err := profile.Sign(in)
	if err != nil {
		return nil, err
	}
	a := arrival{profile: profile, req: signed.Request(), fields: signed.Form}
	if profile.Carrier == signature.InForm {
		a.fields = c.withPolicyFields(append([][2]string{{"key", c.Input.Key}}, a.fields...))
	}
	for _, t := range c.Expect.Tamper {
		if t.When != "after-signing" {
			continue
		}
		if err := a.change(&t); err != nil {
			return nil, err
		}
	}
	if profile.Carrier == signature.InForm {
		a.req = upload(a.req, a.fields)
	}
	return a.req, nil
}

func hasStep(p *signature.Profile, stage string) bool {
	return slices.ContainsFunc(p.Steps, func(s signature.Step) bool { return string(s.Stage) == stage })
}

// Server is a server that knows what a case is about: its hosts, its
// credentials, its region, and by its clock when the request arrives.
func (c *Case) Server(profile *signature.Profile) *signature.Verifier {
	in := &c.Input
	v := &signature.Verifier{
		Hosts: c.hosts(),
		Secret: func(id string) (signature.Credentials, bool) {
			return in.Credentials, id == in.Credentials.AccessKeyID
		},
		Region: in.Region, Product: in.Product,
		Now: c.ReceivedAt, Grants: true,
	}
	if v.Product == "" {
		v.Product = profile.Names.Service
	}
	return v
}

// hosts are what the server of a case knows of its names: those of the service,
// and the bucket behind a custom domain.
func (c *Case) hosts() signature.Hosts {
	host, _, _ := strings.Cut(c.Input.Request.Host(), ":")
	switch c.Input.Addressing {
	case signature.CNAME:
		return signature.Hosts{CNAMEs: map[string]string{host: c.Input.Bucket}}
	case signature.VirtualHost:
		host = strings.TrimPrefix(strings.ToLower(host), c.Input.Bucket+".") // a host means the same in capitals
	}
	return signature.Hosts{Endpoints: []string{host}}
}

// ReceivedAt is the server's clock when the request of the case arrives.
func (c *Case) ReceivedAt() time.Time {
	sent := c.Input.Time
	return time.Unix(sent.Unix()+c.Expect.ReceivedAfter, int64(sent.Nanosecond())).In(sent.Location())
}

// arrival is a request on its way.
type arrival struct {
	profile *signature.Profile
	req     *wire.Request
	fields  [][2]string // of a form
}

// change applies one change to the signed request.
func (a *arrival) change(t *Tamper) error {
	switch {
	case t.Op == "corrupt-signature":
		return a.corruptSignature()
	case strings.HasSuffix(t.Op, "-field"):
		return t.changeField(&a.fields)
	}
	return t.change(a.req)
}

// corruptSignature replaces the first character of the signature wherever the
// carrier has it.
func (a *arrival) corruptSignature() error {
	n := &a.profile.Names
	switch a.profile.Carrier {
	case signature.InHeader:
		value, _ := a.req.Header("Authorization")
		at := max(strings.LastIndex(value, "Signature="), strings.LastIndex(value, "Signature:"))
		if at >= 0 {
			at += len("Signature=")
		} else {
			at = strings.LastIndexByte(value, ':') + 1
		}
		if at == 0 || at >= len(value) {
			return fmt.Errorf("corrupt-signature: %w: no signature in Authorization", ErrTamper)
		}
		a.req.SetHeader("Authorization", value[:at]+otherDigit(value[at])+value[at+1:])
		return nil
	case signature.InQuery:
		return editParameter(a.req, n.SignatureField, "corrupt-signature", corrupted)
	}
	return editField(a.fields, n.SignatureField, "corrupt-signature", corrupted)
}

// corrupted replaces the first character of a signature.
func corrupted(value string) (string, error) {
	if value == "" {
		return "", fmt.Errorf("corrupt-signature: %w: the signature is empty", ErrTamper)
	}
	return otherDigit(value[0]) + value[1:], nil
}

// otherDigit is another character of both signature alphabets; a percent sign
// stays the beginning of an encoded character.
func otherDigit(c byte) string {
	switch c {
	case '%':
		return "a%"
	case '0':
		return "1"
	}
	return "0"
}

// change applies a change to anything but form fields.
func (t *Tamper) change(req *wire.Request) error {
	value := string(t.Value)
	switch t.Op {
	case "set-method":
		req.Method = value
	case "set-path":
		target := wire.SplitTarget(req.Target)
		target.Path = value
		req.Target = target.String()
	case "set-body":
		req.Body = value
	case "set-header":
		req.SetHeader(t.Target, value)
	case "add-header":
		req.Headers = append(req.Headers, wire.Header{Name: t.Target, Value: value})
	case "remove-header", "rename-header", "replace-in-header":
		return t.changeHeader(req)
	case "set-parameter", "add-parameter", "remove-parameter", "unescape-parameter", "replace-in-parameter":
		return t.changeParameter(req)
	default:
		return fmt.Errorf("%s: %w: no such op", t.Op, ErrTamper)
	}
	return nil
}

func (t *Tamper) changeHeader(req *wire.Request) error {
	if _, ok := req.Header(t.Target); !ok {
		return fmt.Errorf("%s %s: %w: the request has no such header", t.Op, t.Target, ErrTamper)
	}
	kept := req.Headers[:0]
	done := false
	for _, h := range req.Headers {
		if !wire.EqualFold(h.Name, t.Target) || done && t.Op != "remove-header" {
			kept = append(kept, h)
			continue
		}
		done = true
		switch t.Op {
		case "rename-header":
			kept = append(kept, wire.Header{Name: string(t.Value), Value: h.Value})
		case "replace-in-header":
			value, err := t.replaced(h.Value)
			if err != nil {
				return err
			}
			kept = append(kept, wire.Header{Name: h.Name, Value: value})
		}
	}
	req.Headers = kept
	return nil
}

// replaced replaces the first occurrence of Old in a value.
func (t *Tamper) replaced(value string) (string, error) {
	if !strings.Contains(value, string(t.Old)) {
		return "", fmt.Errorf("%s %s: %w: %q is not in it", t.Op, t.Target, ErrTamper, t.Old)
	}
	return strings.Replace(value, string(t.Old), string(t.Value), 1), nil
}

func (t *Tamper) changeParameter(req *wire.Request) error {
	pair := t.Target + "=" + string(t.Value)
	switch t.Op {
	case "add-parameter":
		appendToQuery(req, pair)
		return nil
	case "set-parameter":
		if err := editParameter(req, t.Target, t.Op, func(string) (string, error) { return string(t.Value), nil }); err != nil {
			appendToQuery(req, pair)
		}
		return nil
	case "unescape-parameter":
		return editParameter(req, t.Target, t.Op, func(value string) (string, error) { return wire.Unescape(value), nil })
	case "replace-in-parameter":
		return editParameter(req, t.Target, t.Op, t.replaced)
	}
	return editQuery(req, t.Target, t.Op, func([]string, int) string { return "" })
}

func appendToQuery(req *wire.Request, pair string) {
	target := wire.SplitTarget(req.Target)
	if target.Query != "" {
		pair = target.Query + "&" + pair
	}
	target.Query, target.HasQuery = pair, true
	req.Target = target.String()
}

// editParameter replaces the value of the first parameter of that decoded name.
func editParameter(req *wire.Request, name, op string, edit func(value string) (string, error)) error {
	var failed error
	first := true
	err := editQuery(req, name, op, func(parts []string, i int) string {
		if !first {
			return parts[i]
		}
		first = false
		written, value, _ := strings.Cut(parts[i], "=")
		if value, failed = edit(value); failed != nil {
			return parts[i]
		}
		return written + "=" + value
	})
	return errors.Join(err, failed)
}

// editQuery replaces every part of the query that has that decoded name;
// nothing takes the place of a part that becomes empty.
func editQuery(req *wire.Request, name, op string, edit func(parts []string, i int) string) error {
	target := wire.SplitTarget(req.Target)
	parts := strings.Split(target.Query, "&")
	var kept []string
	found := false
	for i, part := range parts {
		written, _, _ := strings.Cut(part, "=")
		if wire.UnescapeQuery(written) == name && part != "" {
			found = true
			part = edit(parts, i)
		}
		if part != "" {
			kept = append(kept, part)
		}
	}
	if !found {
		return fmt.Errorf("%s %s: %w: the query has no such parameter", op, name, ErrTamper)
	}
	target.Query = strings.Join(kept, "&")
	req.Target = target.String()
	return nil
}

func (t *Tamper) changeField(fields *[][2]string) error {
	value := string(t.Value)
	switch t.Op {
	case "add-field":
		*fields = append(*fields, [2]string{t.Target, value})
		return nil
	case "set-field":
		if editField(*fields, t.Target, t.Op, func(string) (string, error) { return value, nil }) != nil {
			*fields = append(*fields, [2]string{t.Target, value})
		}
		return nil
	case "replace-in-field":
		return editField(*fields, t.Target, t.Op, t.replaced)
	}
	var kept [][2]string
	for _, f := range *fields {
		if f[0] != t.Target {
			kept = append(kept, f)
		}
	}
	if len(kept) == len(*fields) {
		return fmt.Errorf("%s %s: %w: the form has no such field", t.Op, t.Target, ErrTamper)
	}
	*fields = kept
	return nil
}

// editField replaces the value of the first field of that name.
func editField(fields [][2]string, name, op string, edit func(value string) (string, error)) error {
	for i := range fields {
		if fields[i][0] != name {
			continue
		}
		value, err := edit(fields[i][1])
		if err == nil {
			fields[i][1] = value
		}
		return err
	}
	return fmt.Errorf("%s %s: %w: the form has no such field", op, name, ErrTamper)
}

// withPolicyFields adds the fields that the policy has conditions for, but for
// those that are there and those that the case itself adds.
func (c *Case) withPolicyFields(fields [][2]string) [][2]string {
	for _, wanted := range signature.PolicyFields(c.Input.Policy) {
		there := slices.ContainsFunc(fields, func(f [2]string) bool { return wire.EqualFold(f[0], wanted[0]) }) ||
			slices.ContainsFunc(c.Expect.Tamper, func(t Tamper) bool { return t.Op == "add-field" && wire.EqualFold(t.Target, wanted[0]) })
		if !there {
			fields = append(fields, wanted)
		}
	}
	return fields
}

// uploadBoundary parts the fields of an upload; no field of a vector holds it.
const uploadBoundary = "countersign-9431149156168"

// upload is the browser upload of those fields and a small file.
func upload(req *wire.Request, fields [][2]string) *wire.Request {
	var body strings.Builder
	for _, f := range fields {
		fmt.Fprintf(&body, "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", uploadBoundary, f[0], f[1])
	}
	fmt.Fprintf(&body, "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--%s--\r\n",
		uploadBoundary, uploadBoundary)
	up := req.Clone(1)
	up.SetHeader("Content-Type", "multipart/form-data; boundary="+uploadBoundary)
	up.Body = body.String()
	return up
}
