package signature_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Made-up credentials and the moment at which everything here happens.
const (
	keyID  = "TESTACCESSKEYID00001"
	secret = "testAccessKeySecret0000000001"
	token  = "CAISexample+token/with=padding=="
)

var moment = time.Date(2026, 11, 21, 8, 30, 0, 0, time.UTC)

// endpointOf is a host of the profile's service.
func endpointOf(p *signature.Profile) string {
	if strings.HasPrefix(p.Scheme, "oss") {
		return "oss-cn-hangzhou.aliyuncs.com"
	}
	return "obs.cn-north-4.myhuaweicloud.com"
}

// inputFor is a request for /examplebucket/dir/a b.txt that p can sign.
func inputFor(p *signature.Profile) *signature.Input {
	in := &signature.Input{
		Request: &wire.Request{Transport: "https", Method: "GET", Target: "/dir/a%20b.txt",
			Headers: []wire.Header{{Name: "Host", Value: "examplebucket." + endpointOf(p)}}},
		Bucket: "examplebucket", Key: "dir/a b.txt", Addressing: signature.VirtualHost,
		Credentials: signature.Credentials{AccessKeyID: keyID, AccessKeySecret: secret},
		Region:      "cn-hangzhou", Time: moment,
	}
	switch {
	case p == signature.OSSRTMPQuery:
		in.Request.Target = "rtmp://examplebucket.oss-cn-hangzhou.aliyuncs.com/live/camera?playlistName=main.m3u8"
		in.Request.Headers, in.Key = nil, "camera"
		in.Expires = moment.Add(time.Hour).Unix()
	case p.Carrier == signature.InForm:
		in.Request.Method, in.Request.Target = "POST", "/"
		in.Policy = `{"expiration":"2026-11-22T00:00:00Z","conditions":[["starts-with","$key",""]]}`
	case p.Carrier == signature.InQuery && isV4(p):
		in.Expires = 3600
	case p.Carrier == signature.InQuery:
		in.Expires = moment.Add(time.Hour).Unix()
	}
	return in
}

func isV4(p *signature.Profile) bool { return p.Names.Terminator != "" }

// request returns an input whose request is replaced.
func request(p *signature.Profile, method, target string, headers ...wire.Header) *signature.Input {
	in := inputFor(p)
	in.Request.Method, in.Request.Target = method, target
	in.Request.Headers = append(in.Request.Headers, headers...)
	return in
}

func h(name, value string) wire.Header { return wire.Header{Name: name, Value: value} }

// sign signs, or ends the test.
func sign(t testing.TB, p *signature.Profile, in *signature.Input) *signature.Signed {
	t.Helper()
	signed, err := p.Sign(in)
	if err != nil {
		t.Fatalf("%s: %v", p.ID(), err)
	}
	return signed
}

// onTheWire signs and returns what a server gets: for a form, the upload.
func onTheWire(t testing.TB, p *signature.Profile, in *signature.Input) *wire.Request {
	t.Helper()
	signed := sign(t, p, in)
	if p.Carrier != signature.InForm {
		return signed.Request()
	}
	return upload(signed.Request(), signed.Form)
}

const boundary = "9431149156168"

// upload is a browser upload with those fields and a small file.
func upload(req *wire.Request, fields [][2]string) *wire.Request {
	c := req.Clone(1)
	c.Headers = append(c.Headers, h("Content-Type", "multipart/form-data; boundary="+boundary))
	var b strings.Builder
	for _, f := range append(fields, [2]string{"key", "dir/a b.txt"}) {
		fmt.Fprintf(&b, "--%s\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", boundary, f[0], f[1])
	}
	fmt.Fprintf(&b, "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--%s--\r\n", boundary, boundary)
	c.Body = b.String()
	return c
}

// server is a verifier that knows the one key, with its clock at the moment.
func server() *signature.Verifier {
	return &signature.Verifier{
		Hosts: signature.Hosts{CNAMEs: map[string]string{"img.example.com": "examplebucket"}},
		Secret: func(id string) (signature.Credentials, bool) {
			return signature.Credentials{AccessKeyID: keyID, AccessKeySecret: secret}, id == keyID
		},
		Now: func() time.Time { return moment },
	}
}

// set returns a copy of a request with one header replaced or added.
func set(req *wire.Request, name, value string) *wire.Request {
	c := req.Clone(1)
	for i := range c.Headers {
		if wire.EqualFold(c.Headers[i].Name, name) {
			c.Headers[i].Value = value
			return c
		}
	}
	c.Headers = append(c.Headers, h(name, value))
	return c
}

// without returns a copy of a request that lacks a header.
func without(req *wire.Request, name string) *wire.Request {
	c := req.Clone(0)
	c.Headers = c.Headers[:0]
	for _, header := range req.Headers {
		if !wire.EqualFold(header.Name, name) {
			c.Headers = append(c.Headers, header)
		}
	}
	return c
}

// at returns a copy of a request with another target.
func at(req *wire.Request, target string) *wire.Request {
	c := req.Clone(0)
	c.Target = target
	return c
}

// swap returns a copy of a request with old replaced by new in its target,
// where it must be.
func swap(t testing.TB, req *wire.Request, old, new string) *wire.Request {
	t.Helper()
	if !strings.Contains(req.Target, old) {
		t.Fatalf("target %s does not hold %q", req.Target, old)
	}
	return at(req, strings.Replace(req.Target, old, new, 1))
}

// verdict verifies and reports anything but the verdict wanted.
func verdict(t testing.TB, v *signature.Verifier, req *wire.Request, want signature.Verdict) *signature.Verification {
	t.Helper()
	got := v.Verify(req)
	if got.Verdict != want {
		t.Errorf("%s %s: verdict %s, want %s; faults %v\n%q", req.Method, req.Target, got.Verdict, want, got.Faults, got.Stage(signature.StringToSign))
	}
	return got
}

// profile looks a profile up by its id.
func profile(t testing.TB, id string) *signature.Profile {
	t.Helper()
	p, err := signature.LookupID(id)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// profilesOf lists the profiles of one carrier.
func profilesOf(carrier signature.Carrier) []*signature.Profile {
	var out []*signature.Profile
	for _, p := range signature.Profiles {
		if p.Carrier == carrier {
			out = append(out, p)
		}
	}
	return out
}

// stringToSign signs a request and returns its StringToSign.
func stringToSign(t testing.TB, id, method, target string, headers ...wire.Header) string {
	t.Helper()
	p := profile(t, id)
	return sign(t, p, request(p, method, target, headers...)).Stage(signature.StringToSign)
}
