package endpoint

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

const (
	ossHost = "examplebucket.oss-cn-hangzhou.aliyuncs.com"
	obsHost = "examplebucket.obs.cn-north-4.myhuaweicloud.com"
)

var (
	someTime    = time.Date(2026, 11, 21, 8, 30, 0, 0, time.UTC)
	credentials = signature.Credentials{AccessKeyID: "exampleid", AccessKeySecret: "examplesecret"}
)

func clock() time.Time { return someTime }

// verifier is a server that knows one key and stands at someTime.
func verifier() *signature.Verifier {
	return &signature.Verifier{
		Secret: func(id string) (signature.Credentials, bool) { return credentials, id == credentials.AccessKeyID },
		Now:    clock,
	}
}

func hostOf(p *signature.Profile) string {
	if strings.HasPrefix(p.Scheme, "obs") {
		return obsHost
	}
	return ossHost
}

// request is an unsigned request to the example bucket of a profile's service.
func request(p *signature.Profile, method, target, body string, headers ...wire.Header) *wire.Request {
	req := &wire.Request{Transport: "http", Method: method, Target: target, Proto: "HTTP/1.1", Body: body}
	req.Headers = append([]wire.Header{{Name: "Host", Value: hostOf(p)}}, headers...)
	return req
}

// sign signs req for a profile, as of someTime.
func sign(t testing.TB, p *signature.Profile, req *wire.Request) *wire.Request {
	t.Helper()
	return signAt(t, p, req, someTime)
}

func signAt(t testing.TB, p *signature.Profile, req *wire.Request, at time.Time) *wire.Request {
	t.Helper()
	in := &signature.Input{
		Request: req, Bucket: "examplebucket", Addressing: signature.VirtualHost,
		Credentials: credentials, Region: "cn-hangzhou", Time: at,
		Expires: at.Add(time.Hour).Unix(), Policy: `{"expiration":"2036-01-01T00:00:00Z","conditions":[["starts-with","$key",""]]}`,
	}
	if p.Names.Terminator != "" {
		in.Expires = 3600
	}
	signed, err := p.Sign(in)
	if err != nil {
		t.Fatalf("%s: %v", p.ID(), err)
	}
	if p.Carrier != signature.InForm {
		return signed.Request()
	}
	return formOf(signed)
}

// formOf puts the fields of a signed form into a multipart body.
func formOf(signed *signature.Signed) *wire.Request {
	var body strings.Builder
	for _, f := range append([][2]string{{"key", "folder/object"}}, signed.Form...) {
		body.WriteString("--frontier\r\nContent-Disposition: form-data; name=\"" + f[0] + "\"\r\n\r\n" + f[1] + "\r\n")
	}
	body.WriteString("--frontier\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nhello\r\n--frontier--\r\n")
	req := signed.Request().Clone(1)
	req.Headers = append(req.Headers, wire.Header{Name: "Content-Type", Value: "multipart/form-data; boundary=frontier"})
	req.Body = body.String()
	return req
}

// signable is a request that every profile of a service can carry.
func signable(t testing.TB, p *signature.Profile) *wire.Request {
	t.Helper()
	if p.Carrier == signature.InForm {
		return sign(t, p, request(p, "POST", "/", ""))
	}
	return sign(t, p, request(p, "GET", "/folder/object?acl", ""))
}

// servedProfiles are the profiles that travel over HTTP.
func servedProfiles() []*signature.Profile {
	var out []*signature.Profile
	for _, p := range signature.Profiles {
		if p != signature.OSSRTMPQuery {
			out = append(out, p)
		}
	}
	return out
}

// answerTo verifies and answers without a connection.
func answerTo(dialect Dialect, v *signature.Verifier, req *wire.Request) Response {
	return Answer(dialect, v.Verify(req), req, someTime)
}

// element is one child of a document's root.
type element struct{ Name, Value string }

// document reads an XML document strictly: its root and the children of it.
func document(t testing.TB, text string) (root string, children []element) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader([]byte(text)))
	depth := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return root, children
		}
		if err != nil {
			t.Fatalf("not XML: %v\n%s", err, text)
		}
		switch token := token.(type) {
		case xml.StartElement:
			depth++
			if depth == 1 {
				root = token.Name.Local
			}
			if depth == 2 {
				children = append(children, element{Name: token.Name.Local})
			}
		case xml.EndElement:
			depth--
		case xml.CharData:
			if depth == 2 {
				children[len(children)-1].Value += string(token)
			}
		}
	}
}

func names(children []element) string {
	var out []string
	for _, c := range children {
		out = append(out, c.Name)
	}
	return strings.Join(out, " ")
}

func valueOf(children []element, name string) string {
	for _, c := range children {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// header returns a header of a response, or "".
func header(r *Response, name string) string {
	value, _ := r.Header(name)
	return value
}

// with returns req with a header set to another value, as someone in the middle
// would.
func with(req *wire.Request, name, value string) *wire.Request {
	out := req.Clone(1)
	for i := range out.Headers {
		if wire.EqualFold(out.Headers[i].Name, name) {
			out.Headers[i].Value = value
			return out
		}
	}
	out.Headers = append(out.Headers, wire.Header{Name: name, Value: value})
	return out
}

// without returns req without a header.
func without(req *wire.Request, name string) *wire.Request {
	out := req.Clone(0)
	out.Headers = nil
	for _, h := range req.Headers {
		if !wire.EqualFold(h.Name, name) {
			out.Headers = append(out.Headers, h)
		}
	}
	return out
}
