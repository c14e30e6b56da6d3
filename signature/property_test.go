package signature_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
	"pgregory.net/rapid"
)

// Text as it can stand in a request target and in a header value.
var (
	pathText   = rapid.StringMatching(`([a-zA-Z0-9._~!*'()+/:@&=$,;%\x80-\xff-]|%[0-9a-fA-F]{2}|//|/\.\./){0,24}`)
	queryText  = rapid.StringMatching(`([a-zA-Z0-9._~!*'()+/?=-]|%[0-9a-fA-F]{2}|%|\+){0,12}`)
	headerText = rapid.StringMatching(`[\x01-\x09\x20-\x7e\x80-\xff]{0,16}`)
	nameText   = rapid.StringMatching(`[A-Za-z][A-Za-z0-9_-]{0,8}`)
)

// anyInput draws a request that p can sign, however strange.
func anyInput(t *rapid.T, p *signature.Profile) *signature.Input {
	in := inputFor(p)
	in.Credentials.AccessKeySecret = rapid.StringN(1, 40, 60).Draw(t, "secret")
	in.Credentials.SecurityToken = rapid.OneOf(rapid.Just(""), rapid.StringMatching(`[A-Za-z0-9+/=]{1,30}`)).Draw(t, "token")
	if p == signature.OSSRTMPQuery {
		in.Request.Target = "rtmp://examplebucket." + endpointOf(p) + "/live/" + pathText.Draw(t, "channel")
		in.Request.Target += anyQuery(t)
		return in
	}
	req := in.Request
	req.Method = rapid.SampledFrom([]string{"GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "get"}).Draw(t, "method")
	path := "/" + pathText.Draw(t, "path")
	switch in.Addressing = rapid.SampledFrom([]signature.Addressing{signature.VirtualHost, signature.PathStyle, signature.CNAME}).Draw(t, "addressing"); in.Addressing {
	case signature.PathStyle:
		path = "/examplebucket" + path
		req.Headers[0].Value = endpointOf(p)
	case signature.CNAME:
		req.Headers[0].Value = "IMG.example.com:81"
	}
	req.Target = path + anyQuery(t)
	for range rapid.IntRange(0, 20).Draw(t, "headers") {
		name := rapid.OneOf(nameText, rapid.Map(nameText, func(n string) string { return p.Names.HeaderPrefix + n }),
			rapid.SampledFrom([]string{"Content-Type", "content-md5", "Range"})).Draw(t, "name")
		req.Headers = append(req.Headers, h(name, wire.TrimBlanks(headerText.Draw(t, "value"))))
	}
	for _, own := range []string{"Authorization", "Date", p.Names.DateHeader, p.Names.TokenHeader, p.Names.PayloadHeader} {
		in.Request = without(in.Request, own)
	}
	for range rapid.IntRange(0, 3).Draw(t, "additional") {
		if name := rapid.SampledFrom(in.Request.Headers).Draw(t, "named").Name; !strings.Contains(name, "_") {
			in.AdditionalHeaders = append(in.AdditionalHeaders, name, "absent-one")
		}
	}
	return in
}

func anyQuery(t *rapid.T) string {
	if rapid.Bool().Draw(t, "no query") {
		return ""
	}
	parts := rapid.SliceOfN(rapid.OneOf(queryText, rapid.SampledFrom([]string{"acl", "acl=", "uploads&acl", "partNumber=2&partNumber=1", "x-oss-process=a%2Cb", "%61cl=b"})), 0, 16).Draw(t, "query")
	return "?" + strings.Join(parts, "&")
}

// Whatever is signed verifies, when it has gone over the wire too.
func TestAnyRequestThatIsSignedVerifies(t *testing.T) {
	for _, p := range signature.Profiles {
		if p.Carrier == signature.InForm {
			continue
		}
		t.Run(p.ID(), rapid.MakeCheck(func(t *rapid.T) {
			in := anyInput(t, p)
			signed, err := p.Sign(in)
			if err != nil {
				t.Fatalf("%v\n%+v", err, in.Request)
			}
			v := server()
			v.Secret = func(id string) (signature.Credentials, bool) { return in.Credentials, id == keyID }
			received := signed.Request()
			if p != signature.OSSRTMPQuery {
				if received, err = wire.ParseRequest(signed.Request().AppendHTTP(nil), in.Request.Transport); err != nil {
					t.Fatalf("%v\n%q", err, signed.Request().AppendHTTP(nil))
				}
			}
			got := v.Verify(received)
			if got.Verdict != signature.Verified || got.Profile != p {
				t.Fatalf("%v: %s %v\nsigned   %q\nverified %q\n%q", got.Profile, got.Verdict, got.Faults, signed.Stages(), got.Stages(), received.AppendHTTP(nil))
			}
			for _, stage := range got.Stages() {
				if stage.Value != signed.Stage(stage.Stage) {
					t.Fatalf("%s: verified %q, signed %q", stage.Stage, stage.Value, signed.Stage(stage.Stage))
				}
			}
		}))
	}
}

// Any policy, with any bytes, verifies as the upload that carries it.
func TestAnyPolicyThatIsSignedVerifies(t *testing.T) {
	for _, p := range profilesOf(signature.InForm) {
		t.Run(p.ID(), rapid.MakeCheck(func(t *rapid.T) {
			in := inputFor(p)
			in.Policy = string(rapid.SliceOfN(rapid.Byte(), 1, 100).Draw(t, "policy"))
			in.Credentials.SecurityToken = rapid.StringMatching(`[A-Za-z0-9+/=]{0,30}`).Draw(t, "token")
			signed, err := p.Sign(in)
			if err != nil {
				t.Fatal(err)
			}
			got := server().Verify(upload(signed.Request(), signed.Form))
			if got.Verdict != signature.Verified || got.Profile != p || got.Token != in.Credentials.SecurityToken {
				t.Fatalf("%v: %s %v, token %q", got.Profile, got.Verdict, got.Faults, got.Token)
			}
		}))
	}
}

// OSS decodes the path before it signs it: however the bytes of a key are
// spelled on the wire, the string is the same.
func TestOSSSignsTheKeyAndNotItsSpelling(t *testing.T) {
	for _, id := range []string{"oss-v1/header", "oss-v2/header", "oss-v4/header", "oss-v4/query"} {
		p := profile(t, id)
		t.Run(id, rapid.MakeCheck(func(t *rapid.T) {
			key := string(rapid.SliceOfN(rapid.Byte(), 1, 20).Draw(t, "key"))
			strict := request(p, "GET", "/"+wire.EscapeValue(key))
			loose := request(p, "GET", "/"+spelled(t, key))
			a, errA := p.Sign(strict)
			b, errB := p.Sign(loose)
			if errA != nil || errB != nil {
				t.Fatal(errA, errB)
			}
			if a.Stage(signature.SignatureValue) != b.Stage(signature.SignatureValue) {
				t.Fatalf("%s and %s:\n%q\n%q", strict.Request.Target, loose.Request.Target, a.Stages(), b.Stages())
			}
		}))
	}
}

// spelled percent-encodes what must be encoded in a path and, at random, what
// need not.
func spelled(t *rapid.T, key string) string {
	var b strings.Builder
	for i := 0; i < len(key); i++ {
		c := key[i]
		free := c > ' ' && c != '%' && c != '?' && c != '#' && (c != '/' || i > 0 && strings.Trim(key[:i], "/") != "")
		switch {
		case free && rapid.Bool().Draw(t, "raw"):
			b.WriteByte(c)
		case rapid.Bool().Draw(t, "small"):
			fmt.Fprintf(&b, "%%%02x", c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
