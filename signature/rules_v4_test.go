package signature_test

import (
	"strings"
	"testing"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

func TestV2ResourceAndParameters(t *testing.T) {
	for _, c := range []struct{ name, target, want string }{
		{"slashes are encoded", "/a/b%2Fc", "%2Fexamplebucket%2Fa%2Fb%2Fc"},
		{"strictly encoded, in capitals", "/%e4%bd%a0+!~*'()-_.%20", "%2Fexamplebucket%2F%E4%BD%A0%2B%21~%2A%27%28%29-_.%20"},
		{"raw slashes in front are lost", "//a", "%2Fexamplebucket%2Fa"},
		{"a literal %2F of the key", "/a%252Fb", "%2Fexamplebucket%2Fa%252Fb"},
		{"every parameter, sorted once encoded", "/k?b=1&~a&%2Ba=2&a=/&B", "%2Fexamplebucket%2Fk?%2Ba=2&B&a=%2F&b=1&~a"},
		{"an empty value is a bare name", "/k?a=&b", "%2Fexamplebucket%2Fk?a&b"},
		{"repeated ones stay in order of arrival", "/k?a=2&a=1&a", "%2Fexamplebucket%2Fk?a=2&a=1&a"},
	} {
		if got := sign(t, signature.OSSV2Header, request(signature.OSSV2Header, "GET", c.target)).Stage(signature.CanonicalResource); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
	signed := sign(t, signature.OSSV2Query, request(signature.OSSV2Query, "GET", "/k?a"))
	want := "%2Fexamplebucket%2Fk?a&x-oss-access-key-id=" + keyID + "&x-oss-expires=1795253400&x-oss-signature-version=OSS2"
	if got := signed.Stage(signature.CanonicalResource); got != want {
		t.Errorf("URL:\n got %s\nwant %s", got, want)
	}
}

func TestV2AdditionalHeaders(t *testing.T) {
	in := request(signature.OSSV2Header, "PUT", "/k", h("Date", gmt), h("Range", "bytes=0-1"), h("x-oss-meta-a", "1"))
	in.AdditionalHeaders = []string{"Range", "HOST", "absent", "range"}
	signed := sign(t, signature.OSSV2Header, in)
	want := "PUT\n\n\n" + gmt + "\nhost:examplebucket.oss-cn-hangzhou.aliyuncs.com\nrange:bytes=0-1\nx-oss-meta-a:1\nhost;range\n%2Fexamplebucket%2Fk"
	if got := signed.Stage(signature.StringToSign); got != want {
		t.Errorf(" got %q\nwant %q", got, want)
	}
	if got := signed.Stage(signature.Authorization); !strings.HasPrefix(got, "OSS2 AccessKeyId:"+keyID+",AdditionalHeaders:host;range,Signature:") {
		t.Errorf("Authorization %s", got)
	}
	in = request(signature.OSSV2Query, "PUT", "/k", h("Range", "bytes=0-1"))
	in.AdditionalHeaders = []string{"Range"}
	signed = sign(t, signature.OSSV2Query, in)
	want = "PUT\n\n\n1795253400\nrange:bytes=0-1\nrange\n%2Fexamplebucket%2Fk?x-oss-access-key-id=" + keyID + "&x-oss-additional-headers=range&x-oss-expires=1795253400&x-oss-signature-version=OSS2"
	if got := signed.Stage(signature.StringToSign); got != want {
		t.Errorf(" got %q\nwant %q", got, want)
	}
}

func TestV4CanonicalURIOfOSS(t *testing.T) {
	for _, c := range []struct{ name, target, want string }{
		{"strictly encoded, in capitals, slashes kept", "/%e4%bd%a0/+!~*'()-_.%20", "%E4%BD%A0/%2B%21~%2A%27%28%29-_.%20"},
		{"%2F is a slash", "/a%2Fb", "a/b"},
		{"a literal %2F of the key", "/a%252Fb", "a%252Fb"},
		{"raw slashes in front are lost, encoded ones stay", "//%2Fa//b/", "/a//b/"},
		{"dot segments stay", "/../a/.", "../a/."},
		{"awkward bytes", "/%3F%7B%0D%0A%5C%FF%00", "%3F%7B%0D%0A%5C%FF%00"},
		{"a broken escape", "/a%2", "a%252"},
	} {
		for _, p := range []*signature.Profile{signature.OSSV4Header, signature.OSSV4Query} {
			if got := sign(t, p, request(p, "GET", c.target)).Stage(signature.CanonicalResource); got != "/examplebucket/"+c.want {
				t.Errorf("%s: %s: %s", p.ID(), c.name, got)
			}
		}
	}
}

func TestV4CanonicalURIOfOBS(t *testing.T) {
	for _, c := range []struct{ name, target, want string }{
		{"strictly encoded, slashes kept", "/%e4%bd%a0/+!~*'()%20", "/%E4%BD%A0/%2B%21~%2A%27%28%29%20"},
		{"slashes in front stay", "//a//b/", "//a//b/"},
		{"dot segments stay", "/../a/.", "/../a/."},
		{"no path", "https://examplebucket.obs.cn-north-4.myhuaweicloud.com?acl", "/"},
	} {
		p := signature.OBSV4Header
		if got := sign(t, p, request(p, "GET", c.target)).Stage(signature.CanonicalResource); got != c.want {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}

func TestV4CanonicalQuery(t *testing.T) {
	for _, c := range []struct{ name, id, query, want string }{
		{"every parameter, sorted once encoded", "oss-v4/header", "b=1&~a&%2Ba=2&%7Ca&a=/&B", "%2Ba=2&%7Ca&B&a=%2F&b=1&~a"},
		{"an empty value is a bare name", "oss-v4/header", "a=&b", "a&b"},
		{"raw bytes are encoded", "oss-v4/header", "a=!~*'()&b=\xff", "a=%21~%2A%27%28%29&b=%FF"},
		{"a plus sign is a blank", "oss-v4/header", "a=b+c%2Bd&e+f", "a=b%20c%2Bd&e%20f"},
		{"small hexadecimal digits", "oss-v4/header", "a=%e4%bd%a0", "a=%E4%BD%A0"},
		{"letters that came encoded", "oss-v4/header", "%61=%62", "a=b"},
		{"a blank in a name sorts as %20", "oss-v4/header", "a-b=1&a%20b=2&a=3", "a=3&a%20b=2&a-b=1"},
		{"an equals sign in a value", "oss-v4/header", "a=b=c", "a=b%3Dc"},
		{"repeated ones stay in order of arrival", "oss-v4/header", "a=2&a=1&a", "a=2&a=1&a"},
		{"none", "oss-v4/header", "", ""},
		{"S3 writes the equals sign always", "obs-v4/header", "a=&b&c=1", "a=&b=&c=1"},
		{"S3 sorts repeated ones by value", "obs-v4/header", "a=2&a=10&a", "a=&a=10&a=2"},
		{"S3 encodes as strictly", "obs-v4/header", "a=!*'()/+b", "a=%21%2A%27%28%29%2F%20b"},
	} {
		p := profile(t, c.id)
		if got := sign(t, p, request(p, "GET", "/k?"+c.query)).Stage(signature.CanonicalQuery); got != c.want {
			t.Errorf("%s: %s:\n got %s\nwant %s", c.id, c.name, got, c.want)
		}
	}
}

// All parameters of the signature are in the canonical query, but not the
// signature itself, even where a server puts it.
func TestV4QueryOfASignedURL(t *testing.T) {
	in := request(signature.OSSV4Query, "GET", "/k?z&A=1")
	in.Credentials.SecurityToken, in.AdditionalHeaders = token, []string{"host"}
	signed := sign(t, signature.OSSV4Query, in)
	want := "A=1&x-oss-additional-headers=host&x-oss-credential=" + keyID + "%2F20261121%2Fcn-hangzhou%2Foss%2Faliyun_v4_request&x-oss-date=20261121T083000Z&x-oss-expires=3600" +
		"&x-oss-security-token=CAISexample%2Btoken%2Fwith%3Dpadding%3D%3D&x-oss-signature-version=OSS4-HMAC-SHA256&z"
	if got := signed.Stage(signature.CanonicalQuery); got != want {
		t.Errorf(" got %s\nwant %s", got, want)
	}
	first := at(signed.Request(), "/k?x-oss-signature="+signed.Stage(signature.SignatureValue)+"&"+strings.Split(signed.Request().Target, "?")[1])
	if got := verdict(t, server(), first, signature.Verified); got.Stage(signature.CanonicalQuery) != want {
		t.Errorf("verified %s", got.Stage(signature.CanonicalQuery))
	}

	signed = sign(t, signature.OBSV4Query, request(signature.OBSV4Query, "GET", "/k?acl"))
	want = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + keyID + "%2F20261121%2Fcn-hangzhou%2Fs3%2Faws4_request&X-Amz-Date=20261121T083000Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&acl="
	if got := signed.Stage(signature.CanonicalQuery); got != want {
		t.Errorf(" got %s\nwant %s", got, want)
	}
}

func TestV4CanonicalRequestOfOSS(t *testing.T) {
	in := request(signature.OSSV4Header, "PUT", "/k?acl", h("Content-Type", "text/plain"), h("content-md5", "AAAA"), h("X-Oss-Meta-A", " 1 "), h("Range", "bytes=0-1"), h("User-Agent", "x"))
	in.AdditionalHeaders = []string{"Range", "HOST", "range", "content-type", "x-oss-meta-a", "absent"}
	signed := sign(t, signature.OSSV4Header, in)
	want := "PUT\n/examplebucket/k\nacl\ncontent-md5:AAAA\ncontent-type:text/plain\nhost:examplebucket.oss-cn-hangzhou.aliyuncs.com\nrange:bytes=0-1\n" +
		"x-oss-content-sha256:UNSIGNED-PAYLOAD\nx-oss-date:20261121T083000Z\nx-oss-meta-a:1\n\nhost;range\nUNSIGNED-PAYLOAD"
	if got := signed.Stage(signature.CanonicalRequest); got != want {
		t.Errorf(" got %q\nwant %q", got, want)
	}
	if got := signed.Stage(signature.Authorization); !strings.HasPrefix(got, "OSS4-HMAC-SHA256 Credential="+ossScope+",AdditionalHeaders=host;range,Signature=") {
		t.Errorf("Authorization %s", got)
	}
	verdict(t, server(), signed.Request(), signature.Verified)

	// A client that lists what is signed anyway has the same string.
	more := strings.Replace(signed.Stage(signature.Authorization), "=host;range", "=Host;content-type;range;x-oss-meta-a;range", 1)
	verdict(t, server(), set(signed.Request(), "Authorization", more), signature.Verified)

	// Without additional headers the line is there and the pair is not.
	in = request(signature.OSSV4Header, "GET", "/", h("Host", "second"))
	in.AdditionalHeaders = []string{"x-oss-date", "absent"}
	signed = sign(t, signature.OSSV4Header, in)
	want = "GET\n/examplebucket/\n\nx-oss-content-sha256:UNSIGNED-PAYLOAD\nx-oss-date:20261121T083000Z\n\n\nUNSIGNED-PAYLOAD"
	if got := signed.Stage(signature.CanonicalRequest); got != want {
		t.Errorf(" got %q\nwant %q", got, want)
	}
	if got := signed.Stage(signature.Authorization); strings.Contains(got, "AdditionalHeaders") {
		t.Errorf("Authorization %s", got)
	}

	// A URL signs no header of its own.
	want = "GET\n/examplebucket/\n" + sign(t, signature.OSSV4Query, request(signature.OSSV4Query, "GET", "/")).Stage(signature.CanonicalQuery) + "\n\n\nUNSIGNED-PAYLOAD"
	if got := sign(t, signature.OSSV4Query, request(signature.OSSV4Query, "GET", "/")).Stage(signature.CanonicalRequest); got != want {
		t.Errorf(" got %q\nwant %q", got, want)
	}
}

func TestV4CanonicalRequestOfOBS(t *testing.T) {
	const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	in := request(signature.OBSV4Header, "GET", "/k?acl", h("Range", "bytes=0-1"), h("X-Amz-Meta-A", "1"), h("x-obs-meta-a", "2"))
	in.AdditionalHeaders = []string{"Range"}
	want := "GET\n/k\nacl=\nhost:examplebucket.obs.cn-north-4.myhuaweicloud.com\nrange:bytes=0-1\nx-amz-content-sha256:" + emptyHash +
		"\nx-amz-date:20261121T083000Z\nx-amz-meta-a:1\n\nhost;range;x-amz-content-sha256;x-amz-date;x-amz-meta-a\n" + emptyHash
	if got := sign(t, signature.OBSV4Header, in).Stage(signature.CanonicalRequest); got != want {
		t.Errorf(" got %q\nwant %q", got, want)
	}
	in = request(signature.OBSV4Header, "PUT", "/k", h("x-amz-content-sha256", "UNSIGNED-PAYLOAD"), h("Content-Type", "a/b"))
	in.Request.Body = "hello"
	want = "PUT\n/k\n\ncontent-type:a/b\nhost:examplebucket.obs.cn-north-4.myhuaweicloud.com\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:20261121T083000Z\n\n" +
		"content-type;host;x-amz-content-sha256;x-amz-date\nUNSIGNED-PAYLOAD"
	if got := sign(t, signature.OBSV4Header, in).Stage(signature.CanonicalRequest); got != want {
		t.Errorf(" got %q\nwant %q", got, want)
	}
}

// Where no header names the hash of the body, it is the hash of the body that
// came.
func TestPayloadHashOfS3WithoutItsHeader(t *testing.T) {
	p := signature.OBSV4Header.Clone()
	p.Place = p.Place[1:]
	in := request(p, "PUT", "/k")
	in.Request.Body = "hello"
	signed := sign(t, p, in)
	if got := signed.Stage(signature.CanonicalRequest); !strings.HasSuffix(got, "\nhost;x-amz-date\n2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824") {
		t.Errorf("canonical request %q", got)
	}
	sent := signed.Request()
	verdict(t, server(), sent, signature.Verified)
	sent.Body = "hallo"
	verdict(t, server(), sent, signature.Mismatch)
}

// The header counts and not the body (OBS4-PAYLOAD-01), also one without a value.
func TestPayloadHashOfS3IsItsHeaderEvenIfEmpty(t *testing.T) {
	in := request(signature.OBSV4Header, "PUT", "/k", h("x-amz-content-sha256", " "))
	in.Request.Body = "hello"
	signed := sign(t, signature.OBSV4Header, in)
	if got := signed.Stage(signature.CanonicalRequest); !strings.HasSuffix(got, "\nhost;x-amz-content-sha256;x-amz-date\n") {
		t.Errorf("canonical request %q", got)
	}
	verdict(t, server(), signed.Request(), signature.Verified)
}

// The time line is the text of x-oss-date, else that of Date; OBS words it in
// ISO 8601.
func TestTimeLineOfV4(t *testing.T) {
	for _, c := range []struct {
		id      string
		headers []wire.Header
		want    string
	}{
		{"oss-v4/header", nil, "20261121T083000Z"},
		{"oss-v4/header", []wire.Header{h("x-oss-date", "20261121T083100Z")}, "20261121T083100Z"},
		{"oss-v4/header", []wire.Header{h("Date", gmt), h("x-oss-date", "20261121T083100Z")}, "20261121T083100Z"},
		{"oss-v4/header", []wire.Header{h("Date", gmt)}, gmt},
		{"obs-v4/header", []wire.Header{h("Date", gmt)}, "20261121T083000Z"},
		{"obs-v4/header", []wire.Header{h("Date", gmt), h("x-amz-date", "20261121T083100Z")}, "20261121T083100Z"},
	} {
		p := profile(t, c.id)
		signed := sign(t, p, request(p, "GET", "/k", c.headers...))
		if got := strings.Split(signed.Stage(signature.StringToSign), "\n")[1]; got != c.want {
			t.Errorf("%s %v: %q, want %q", c.id, c.headers, got, c.want)
		}
		verdict(t, server(), signed.Request(), signature.Verified)
	}
}

// Each part of the scope, the secret and the vendor's words make another key.
func TestScopeOfV4(t *testing.T) {
	in := inputFor(signature.OSSV4Header)
	in.Region, in.Product = "cb-123", "oss-cloudbox"
	signed := sign(t, signature.OSSV4Header, in)
	if got := strings.Split(signed.Stage(signature.StringToSign), "\n")[2]; got != "20261121/cb-123/oss-cloudbox/aliyun_v4_request" {
		t.Errorf("scope %s", got)
	}
	got := verdict(t, server(), signed.Request(), signature.Verified)
	if got.Scope != (signature.Scope{Date: "20261121", Region: "cb-123", Product: "oss-cloudbox"}) {
		t.Errorf("scope %+v", got.Scope)
	}
	keys := map[string]bool{}
	for _, change := range []func(*signature.Input){
		func(*signature.Input) {},
		func(in *signature.Input) { in.Region = "cn-beijing" },
		func(in *signature.Input) { in.Product = "oss-cloudbox" },
		func(in *signature.Input) { in.Time = in.Time.AddDate(0, 0, 1) },
		func(in *signature.Input) { in.Credentials.AccessKeySecret += "x" },
	} {
		for _, p := range []*signature.Profile{signature.OSSV4Form, signature.OBSV4Form} {
			in := inputFor(p)
			change(in)
			keys[sign(t, p, in).Stage(signature.SigningKey)] = true
		}
	}
	if len(keys) != 10 {
		t.Errorf("%d different keys, want 10", len(keys))
	}
}

func TestRTMPString(t *testing.T) {
	p := signature.OSSRTMPQuery
	for _, c := range []struct{ name, target, want string }{
		{"parameters sorted by key, a line each", "rtmp://b.oss-cn-hangzhou.aliyuncs.com/live/c?playlistName=m.m3u8&a=1", "1795253400\na:1\nplaylistName:m.m3u8\n/examplebucket/c"},
		{"none", "rtmp://b.oss-cn-hangzhou.aliyuncs.com/live/c", "1795253400\n/examplebucket/c"},
		{"decoded", "rtmp://b.oss-cn-hangzhou.aliyuncs.com/live/c%20d?a%2Fb=c%20d", "1795253400\na/b:c d\n/examplebucket/c d"},
		{"an empty value keeps its colon", "rtmp://b.oss-cn-hangzhou.aliyuncs.com/live/c?a&b=", "1795253400\na:\nb:\n/examplebucket/c"},
		{"the port is nothing", "rtmp://b.oss-cn-hangzhou.aliyuncs.com:1935/live/c", "1795253400\n/examplebucket/c"},
		{"a token is left out under both names", "rtmp://b.oss-cn-hangzhou.aliyuncs.com/live/c?SecurityToken=a&security-token=b&Expire=1", "1795253400\n/examplebucket/c"},
	} {
		in := inputFor(p)
		in.Request.Target = c.target
		signed := sign(t, p, in)
		if got := signed.Stage(signature.StringToSign); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if !strings.HasPrefix(signed.Request().Target, "rtmp://") || signed.Request().Target != signed.Stage(signature.URL) {
			t.Errorf("%s: target %s, URL %s", c.name, signed.Request().Target, signed.Stage(signature.URL))
		}
	}
	req := sign(t, p, inputFor(p)).Request()
	verdict(t, server(), swap(t, req, "main", "other"), signature.Mismatch)
	verdict(t, server(), swap(t, req, "camera", "other"), signature.Mismatch)
	verdict(t, server(), swap(t, req, "Expires=1795", "Expires=1796"), signature.Mismatch)
	verdict(t, server(), swap(t, req, "examplebucket", "otherbucket"), signature.Mismatch)
	verdict(t, server(), at(req, req.Target+"&security-token=a"), signature.Verified)
}
