package signature_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// fullInput is a request with something of everything that can be signed.
func fullInput(p *signature.Profile) *signature.Input {
	in := inputFor(p)
	if p.Carrier == signature.InForm || p == signature.OSSRTMPQuery {
		return in
	}
	in.Request.Method, in.Request.Body = "PUT", "hello"
	in.Request.Target += "?acl&response-content-type=text%2Fplain&prefix=p"
	in.Request.Headers = append(in.Request.Headers, h("Content-Type", "text/plain"), h("Content-MD5", "XUFAKrxLKna5cZ2REBfFkg=="),
		h(p.Names.HeaderPrefix+"meta-a", "one"), h("Range", "bytes=0-1"), h("User-Agent", "test"))
	in.AdditionalHeaders = []string{"Range"}
	in.Credentials.SecurityToken = token
	return in
}

type tampering struct {
	name    string
	applies func(*signature.Profile) bool
	change  func(*signature.Profile, *wire.Request) *wire.Request
}

func always(p *signature.Profile) bool {
	return p.Carrier != signature.InForm && p != signature.OSSRTMPQuery
}
func header(p *signature.Profile) bool { return p.Carrier == signature.InHeader }
func query(p *signature.Profile) bool {
	return p.Carrier == signature.InQuery && p != signature.OSSRTMPQuery
}
func v1Family(p *signature.Profile) bool   { return always(p) && !isV4(p) && p.Scheme != "oss-v2" }
func listsNames(p *signature.Profile) bool { return always(p) && p.Names.SignedHeaders != "" }
func both(a, b func(*signature.Profile) bool) func(*signature.Profile) bool {
	return func(p *signature.Profile) bool { return a(p) && b(p) }
}
func not(a func(*signature.Profile) bool) func(*signature.Profile) bool {
	return func(p *signature.Profile) bool { return always(p) && !a(p) }
}
func scheme(ids ...string) func(*signature.Profile) bool {
	return func(p *signature.Profile) bool {
		for _, id := range ids {
			if p.Scheme == id {
				return always(p)
			}
		}
		return false
	}
}

// replace makes a change of text in the target and in the Authorization header.
func replace(old, new string) func(*signature.Profile, *wire.Request) *wire.Request {
	return func(_ *signature.Profile, req *wire.Request) *wire.Request {
		c := at(req, strings.Replace(req.Target, old, new, 1))
		if value, ok := c.Header("Authorization"); ok {
			c = set(c, "Authorization", strings.Replace(value, old, new, 1))
		}
		return c
	}
}

func setting(name, value string) func(*signature.Profile, *wire.Request) *wire.Request {
	return func(_ *signature.Profile, req *wire.Request) *wire.Request { return set(req, name, value) }
}

func vendor(name, value string) func(*signature.Profile, *wire.Request) *wire.Request {
	return func(p *signature.Profile, req *wire.Request) *wire.Request {
		return set(req, p.Names.HeaderPrefix+name, value)
	}
}

func adding(parameter string) func(*signature.Profile, *wire.Request) *wire.Request {
	return func(_ *signature.Profile, req *wire.Request) *wire.Request { return at(req, req.Target+"&"+parameter) }
}

// Whatever a scheme signs cannot be changed.
func TestChangesOfWhatIsSignedAreFound(t *testing.T) {
	notS3 := not(scheme("obs-v4"))
	tamperings := []tampering{
		{"method", always, func(_ *signature.Profile, r *wire.Request) *wire.Request {
			c := r.Clone(0)
			c.Method = "POST"
			return c
		}},
		{"method in small letters", always, func(_ *signature.Profile, r *wire.Request) *wire.Request { c := r.Clone(0); c.Method = "put"; return c }},
		{"key", always, replace("a%20b", "a%20c")},
		{"slash behind the key", always, replace(".txt", ".txt/")},
		{"slash doubled", always, replace("dir/", "dir//")},
		{"bucket", notS3, setting("Host", "otherbucket.oss-cn-hangzhou.aliyuncs.com")},
		{"host", scheme("obs-v4"), setting("Host", "otherbucket.obs.cn-north-4.myhuaweicloud.com")},
		{"content type", always, setting("Content-Type", "text/html")},
		{"content type dropped", notS3, func(_ *signature.Profile, r *wire.Request) *wire.Request { return without(r, "Content-Type") }},
		{"content type twice", always, func(_ *signature.Profile, r *wire.Request) *wire.Request {
			c := r.Clone(1)
			c.Headers = append(c.Headers, h("content-type", "a/b"))
			return c
		}},
		{"content MD5", notS3, setting("Content-MD5", "AAAA")},
		{"vendor header", always, vendor("meta-a", "two")},
		{"vendor header in other letters", always, vendor("meta-a", "One")},
		{"vendor header added", notS3, vendor("meta-b", "")},
		{"vendor header repeated", always, func(p *signature.Profile, r *wire.Request) *wire.Request {
			c := r.Clone(1)
			c.Headers = append(c.Headers, h(p.Names.HeaderPrefix+"META-A", "one"))
			return c
		}},
		{"listed header", listsNames, setting("Range", "bytes=0-2")},
		{"list of headers", scheme("oss-v2", "oss-v4"), replace("range", "range;host")},
		{"list of S3 headers", scheme("obs-v4"), replace("range", "range;user-agent")},
		{"signed parameter", always, replace("text%2Fplain", "text%2Fhtml")},
		{"signed parameter without its value", always, replace("=text%2Fplain", "")},
		{"signed parameter added", always, adding("uploads")},
		{"signed parameter given a value", always, replace("?acl&", "?acl=1&")},
		{"any parameter", not(v1Family), replace("prefix=p", "prefix=q")},
		{"any parameter added", not(v1Family), adding("z")},
		{"token", header, func(p *signature.Profile, r *wire.Request) *wire.Request { return set(r, p.Names.TokenHeader, "other") }},
		{"token in the URL", query, replace("CAIS", "CAIT")},
		{"time", both(header, scheme("oss-v4", "obs-v4")), func(p *signature.Profile, r *wire.Request) *wire.Request {
			return set(r, p.Names.DateHeader, "20261121T083001Z")
		}},
		{"time in the URL", both(query, scheme("oss-v4", "obs-v4")), replace("20261121T083000Z", "20261121T083001Z")},
		{"date", both(header, not(scheme("oss-v4", "obs-v4"))), setting("Date", "Sat, 21 Nov 2026 08:30:01 GMT")},
		{"vendor date added", both(header, not(scheme("oss-v4", "obs-v4"))), vendor("date", "Sat, 21 Nov 2026 08:30:00 GMT")},
		{"expiry", both(query, v1Family), replace("Expires=1795", "Expires=1796")},
		{"expiry of V2", both(query, scheme("oss-v2")), replace("expires=1795", "expires=1796")},
		{"lifetime", both(query, scheme("oss-v4", "obs-v4")), replace("xpires=3600", "xpires=3601")},
		{"region", scheme("oss-v4", "obs-v4"), replace("cn-hangzhou", "cn-beijing")},
		{"product", scheme("oss-v4"), func(p *signature.Profile, r *wire.Request) *wire.Request {
			return replace("%2Foss%2F", "%2Foss-cloudbox%2F")(p, replace("/oss/", "/oss-cloudbox/")(p, r))
		}},
		{"payload hash", scheme("obs-v4"), setting("x-amz-content-sha256", strings.Repeat("0", 64))},
	}
	for _, p := range signature.Profiles {
		req := onTheWire(t, p, fullInput(p))
		if p.Carrier == signature.InHeader || p.Carrier == signature.InQuery {
			verdict(t, server(), req, signature.Verified)
		}
		for _, c := range tamperings {
			if !c.applies(p) {
				continue
			}
			changed := c.change(p, req)
			if p.Scheme == "obs-v4" && p.Carrier == signature.InQuery && c.name == "payload hash" {
				continue // a URL signs no hash unless one is sent
			}
			if got := server().Verify(changed); got.Verdict != signature.Mismatch {
				t.Errorf("%s: %s: %s %v\n%s %s\n%q", p.ID(), c.name, got.Verdict, got.Faults, changed.Method, changed.Target, changed.Headers)
			}
		}
	}
}

// Whatever a scheme does not sign may change on the way.
func TestChangesOfWhatIsNotSignedAreTaken(t *testing.T) {
	for _, c := range []tampering{
		{"user agent", always, setting("User-Agent", "other")},
		{"header added", always, setting("Accept-Encoding", "identity")},
		{"header added by a proxy", always, setting("X-Forwarded-For", "127.0.0.1")},
		{"body", always, func(_ *signature.Profile, r *wire.Request) *wire.Request { c := r.Clone(0); c.Body = "other"; return c }},
		{"transport", always, func(_ *signature.Profile, r *wire.Request) *wire.Request {
			c := r.Clone(0)
			c.Transport = "http"
			return c
		}},
		{"blanks around a value", always, vendor("meta-a", " \t one\t")},
		{"letter case of names", always, func(_ *signature.Profile, r *wire.Request) *wire.Request {
			c := r.Clone(0)
			for i := range c.Headers {
				c.Headers[i].Name = strings.ToUpper(c.Headers[i].Name)
			}
			return c
		}},
		{"order of headers", always, func(_ *signature.Profile, r *wire.Request) *wire.Request {
			c := r.Clone(0)
			for i := range c.Headers {
				c.Headers[len(c.Headers)-1-i] = r.Headers[i]
			}
			return c
		}},
		{"order of parameters", always, func(_ *signature.Profile, r *wire.Request) *wire.Request {
			target := wire.SplitTarget(r.Target)
			parts := strings.Split(target.Query, "&")
			for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
				parts[i], parts[j] = parts[j], parts[i]
			}
			target.Query = strings.Join(parts, "&&")
			return at(r, target.String())
		}},
		{"other spelling of a parameter", always, replace("text%2Fplain", "text/%70lain")},
		{"empty value in place of none", always, replace("?acl&", "?acl=&")},
		{"unlisted parameter", v1Family, replace("prefix=p", "prefix=q&marker=m")},
		{"other spelling of the key", scheme("oss-v1", "oss-v2", "oss-v4", "obs-v4"), replace("dir/a%20b", "%64ir/a%20%62")},
		{"slash as %2F", scheme("oss-v1", "oss-v2", "oss-v4"), replace("dir/a", "dir%2Fa")},
		{"slash in front of the key", scheme("oss-v1", "oss-v2", "oss-v4"), replace("/dir", "///dir")},
		{"host of the same bucket", scheme("oss-v1", "oss-v2", "oss-v4"), setting("Host", "img.example.com")},
		{"port", not(scheme("obs-v4")), func(_ *signature.Profile, r *wire.Request) *wire.Request {
			host := r.Host()
			return set(r, "Host", host+":8080")
		}},
		{"header that is not listed", v1Family, setting("Range", "bytes=1-2")},
		{"vendor header of the other dress", scheme("obs-v2"), setting("x-amz-meta-b", "1")},
		{"vendor header of OBS in the AWS dress", scheme("obs-aws-v2"), setting("x-obs-meta-b", "1")},
		{"vendor header not on the S3 list", scheme("obs-v4"), setting("x-amz-meta-b", "1")},
		{"vendor header of OBS under OSS", scheme("oss-v1", "oss-v2", "oss-v4"), setting("x-obs-meta-b", "1")},
		{"Date beside the time of V4", both(header, scheme("oss-v4", "obs-v4")), setting("Date", "Sat, 21 Nov 2026 08:30:01 GMT")},
		{"Date beside a URL", query, setting("Date", "Fri, 01 Jan 2016 00:00:00 GMT")},
	} {
		applied := false
		for _, p := range signature.Profiles {
			if !c.applies(p) {
				continue
			}
			applied = true
			req := onTheWire(t, p, fullInput(p))
			changed := c.change(p, req)
			if reflect.DeepEqual(changed.Clone(0), req.Clone(0)) {
				t.Errorf("%s: %s changes nothing", p.ID(), c.name)
			}
			if got := server().Verify(changed); got.Verdict != signature.Verified {
				t.Errorf("%s: %s: %s %v\n%q", p.ID(), c.name, got.Verdict, got.Faults, changed.AppendHTTP(nil))
			}
		}
		if !applied {
			t.Errorf("%s applies to no profile", c.name)
		}
	}
}

// Another secret, and a signature with any one character changed, are not
// accepted.
func TestWrongSecretsAndSignaturesAreFound(t *testing.T) {
	for _, p := range signature.Profiles {
		req := onTheWire(t, p, inputFor(p))
		v := server()
		v.Secret = func(string) (signature.Credentials, bool) {
			return signature.Credentials{AccessKeyID: keyID, AccessKeySecret: secret + " "}, true
		}
		got := verdict(t, v, req, signature.Mismatch)
		if got.Provided == "" || got.Provided == got.Stage(signature.SignatureValue) {
			t.Errorf("%s: provided %q, computed %q", p.ID(), got.Provided, got.Stage(signature.SignatureValue))
		}
	}
	p := signature.OSSV4Header
	req := onTheWire(t, p, inputFor(p))
	value, _ := req.Header("Authorization")
	for i := len(value) - 64; i < len(value); i++ {
		spoiled := value[:i] + string(value[i]^1) + value[i+1:]
		verdict(t, server(), set(req, "Authorization", spoiled), signature.Mismatch)
	}
	verdict(t, server(), set(req, "Authorization", value[:len(value)-64]+strings.ToUpper(value[len(value)-64:])), signature.Mismatch)
	verdict(t, server(), set(req, "Authorization", value+"0"), signature.Mismatch)
	verdict(t, server(), set(req, "Authorization", value[:len(value)-1]), signature.Mismatch)
}

// The policy of a form is signed byte for byte, and its other fields are not.
func TestTamperedForms(t *testing.T) {
	for _, p := range profilesOf(signature.InForm) {
		signed := sign(t, p, inputFor(p))
		for i, f := range signed.Form {
			changed := append([][2]string{}, signed.Form...)
			switch f[0] {
			case "policy":
				changed[i][1] = "AAAA" + f[1]
			case p.Names.SignatureField:
				changed[i][1] = strings.ToLower(f[1]) + "0"
			default:
				continue
			}
			verdict(t, server(), upload(signed.Request(), changed), signature.Mismatch)
		}
		verdict(t, server(), upload(signed.Request(), append([][2]string{{"x-oss-object-acl", "private"}}, signed.Form...)), signature.Verified)
		elsewhere := set(at(upload(signed.Request(), signed.Form), "/?acl"), "Host", "other.oss-cn-hangzhou.aliyuncs.com")
		verdict(t, server(), set(elsewhere, "x-oss-meta-a", "1"), signature.Verified)
	}
}

// A plus sign of the signature that is not encoded arrives as a blank
// (document 003, last example).
func TestRawPlusInTheSignatureOfAURLFails(t *testing.T) {
	for _, p := range []*signature.Profile{signature.OSSV1Query, signature.OSSV2Query, signature.OBSV2Query, signature.OBSAWSV2Query} {
		in := inputFor(p)
		for n := int64(0); ; n++ {
			in.Expires += n
			signed := sign(t, p, in)
			if !strings.Contains(signed.Stage(signature.SignatureValue), "+") {
				continue
			}
			if !strings.Contains(signed.Request().Target, "%2B") {
				t.Errorf("%s: %s", p.ID(), signed.Request().Target)
			}
			verdict(t, server(), signed.Request(), signature.Verified)
			verdict(t, server(), swap(t, signed.Request(), "%2B", "+"), signature.Mismatch)
			break
		}
	}
}
