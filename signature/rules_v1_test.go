package signature_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

const gmt = "Sat, 21 Nov 2026 08:30:00 GMT"

// The example that documents 001 and 003 work through.
func TestStringOfTheTroubleshootingPage(t *testing.T) {
	in := &signature.Input{
		Request: &wire.Request{Transport: "http", Method: "PUT", Target: "/bucket/abc?acl", Headers: []wire.Header{
			h("Host", "oss-cn-hangzhou.aliyuncs.com"), h("Date", "Wed, 24 May 2023 02:12:30 GMT"), h("x-oss-abc", "mymeta")}},
		Bucket: "bucket", Key: "abc", Addressing: signature.PathStyle,
		Credentials: signature.Credentials{AccessKeyID: keyID, AccessKeySecret: secret},
	}
	want := "PUT\n\n\nWed, 24 May 2023 02:12:30 GMT\nx-oss-abc:mymeta\n/bucket/abc?acl"
	if got := sign(t, signature.OSSV1Header, in).Stage(signature.StringToSign); got != want {
		t.Errorf("got %q", got)
	}
}

func TestLinesOfTheV1StringToSign(t *testing.T) {
	for _, c := range []struct {
		name, id string
		headers  []wire.Header
		want     string
	}{
		{"absent headers leave empty lines", "oss-v1/header", nil, "GET\n\n\n" + gmt + "\n/examplebucket/k"},
		{"content headers as they are", "oss-v1/header", []wire.Header{h("content-md5", " eB5eJF1ptWaXm4bijSPyxw== "), h("CONTENT-TYPE", "text/Plain; charset=UTF-8")},
			"GET\neB5eJF1ptWaXm4bijSPyxw==\ntext/Plain; charset=UTF-8\n" + gmt + "\n/examplebucket/k"},
		{"x-oss-date wins over Date", "oss-v1/header", []wire.Header{h("Date", gmt), h("x-oss-date", "Sat, 21 Nov 2026 08:31:00 GMT")},
			"GET\n\n\nSat, 21 Nov 2026 08:31:00 GMT\nx-oss-date:Sat, 21 Nov 2026 08:31:00 GMT\n/examplebucket/k"},
		{"x-oss-date alone fills the line", "oss-v1/header", []wire.Header{h("X-Oss-Date", gmt)}, "GET\n\n\n" + gmt + "\nx-oss-date:" + gmt + "\n/examplebucket/k"},
		{"x-oss-date wins in V2 too", "oss-v2/header", []wire.Header{h("x-oss-date", gmt)}, "GET\n\n\n" + gmt + "\nx-oss-date:" + gmt + "\n\n%2Fexamplebucket%2Fk"},
		{"x-obs-date empties the line", "obs-v2/header", []wire.Header{h("x-obs-date", gmt)}, "GET\n\n\n\nx-obs-date:" + gmt + "\n/examplebucket/k"},
		{"x-obs-date empties it beside Date", "obs-v2/header", []wire.Header{h("Date", gmt), h("X-OBS-Date", gmt)}, "GET\n\n\n\nx-obs-date:" + gmt + "\n/examplebucket/k"},
		{"Date alone fills it for OBS", "obs-v2/header", []wire.Header{h("Date", gmt)}, "GET\n\n\n" + gmt + "\n/examplebucket/k"},
		{"x-amz-date in the AWS dress", "obs-aws-v2/header", []wire.Header{h("Date", gmt), h("x-amz-date", gmt)}, "GET\n\n\n\nx-amz-date:" + gmt + "\n/examplebucket/k"},
		{"x-obs-date is nothing in the AWS dress", "obs-aws-v2/header", []wire.Header{h("Date", gmt), h("x-obs-date", gmt)}, "GET\n\n\n" + gmt + "\n/examplebucket/k"},
		{"Expires takes the line in a URL", "oss-v1/query", []wire.Header{h("Date", gmt), h("x-oss-date", gmt)}, "GET\n\n\n1795253400\nx-oss-date:" + gmt + "\n/examplebucket/k"},
		{"Expires takes it for OBS", "obs-v2/query", []wire.Header{h("x-obs-date", gmt)}, "GET\n\n\n1795253400\nx-obs-date:" + gmt + "\n/examplebucket/k"},
		{"V2 has a line for the additional headers", "oss-v2/header", []wire.Header{h("Date", gmt)}, "GET\n\n\n" + gmt + "\n\n%2Fexamplebucket%2Fk"},
	} {
		if got := stringToSign(t, c.id, "GET", "/k", c.headers...); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

// A signer puts a date into a request that has none, and no second one.
func TestSignerPlacesADateOnlyWhereNoneIs(t *testing.T) {
	for _, c := range []struct{ id, given, placed string }{
		{"oss-v1/header", "", "Date"},
		{"oss-v1/header", "x-oss-date", ""},
		{"oss-v1/header", "Date", ""},
		{"oss-v2/header", "", "Date"},
		{"obs-v2/header", "", "Date"},
		{"obs-v2/header", "x-obs-date", ""},
		{"obs-aws-v2/header", "x-amz-date", ""},
		{"oss-v4/header", "", "x-oss-date"},
		{"obs-v4/header", "", "x-amz-date"},
		{"obs-v4/header", "Date", ""},
	} {
		p := profile(t, c.id)
		in := inputFor(p)
		if c.given != "" {
			in.Request.Headers = append(in.Request.Headers, h(c.given, gmt))
		}
		req := sign(t, p, in).Request()
		for _, name := range []string{"Date", p.Names.DateHeader} {
			want := 0
			if name == c.given || name == c.placed {
				want = 1
			}
			if got := req.HeaderCount(name); got != want {
				t.Errorf("%s with %q: %d headers %s", c.id, c.given, got, name)
			}
		}
	}
}

func TestCanonicalHeaders(t *testing.T) {
	for _, c := range []struct {
		name    string
		headers []wire.Header
		want    string
	}{
		{"by lower-cased name, whole names compared", []wire.Header{h("x-oss-metadata-directive", "1"), h("X-Oss-Meta-filename", "2"), h("x-oss-META-A", "3"), h("x-oss-acl", "4")},
			"x-oss-acl:4\nx-oss-meta-a:3\nx-oss-meta-filename:2\nx-oss-metadata-directive:1\n"},
		{"a hyphen sorts before a letter and an underscore between", []wire.Header{h("x-oss-ab", "1"), h("x-oss-a_b", "2"), h("x-oss-a-b", "3"), h("x-oss-a", "4")},
			"x-oss-a:4\nx-oss-a-b:3\nx-oss-a_b:2\nx-oss-ab:1\n"},
		{"one name joined in order of arrival", []wire.Header{h("x-oss-meta-a", "z"), h("x-oss-meta-b", "m"), h("X-OSS-META-A", " a "), h("x-oss-meta-a", "")},
			"x-oss-meta-a:z,a,\nx-oss-meta-b:m\n"},
		{"many names stay in order", []wire.Header{h("x-oss-n", "1"), h("x-oss-m", "1"), h("x-oss-l", "1"), h("x-oss-k", "1"), h("x-oss-j", "1"), h("x-oss-i", "1"), h("x-oss-h", "1"),
			h("x-oss-g", "1"), h("x-oss-f", "1"), h("x-oss-e", "1"), h("x-oss-d", "1"), h("X-OSS-D", "2"), h("x-oss-c", "1"), h("x-oss-b", "1"), h("x-oss-d", "3")},
			"x-oss-b:1\nx-oss-c:1\nx-oss-d:1,2,3\nx-oss-e:1\nx-oss-f:1\nx-oss-g:1\nx-oss-h:1\nx-oss-i:1\nx-oss-j:1\nx-oss-k:1\nx-oss-l:1\nx-oss-m:1\nx-oss-n:1\n"},
		{"blanks and tabs at the ends go, inside they stay", []wire.Header{h("x-oss-meta-a", " \t a  b\tc \t")}, "x-oss-meta-a:a  b\tc\n"},
		{"no other blank goes", []wire.Header{h("x-oss-meta-a", "\u00a0a\u00a0"), h("x-oss-meta-b", "\x85b\x85"), h("x-oss-meta-c", "\vc\f"), h("x-oss-meta-d", "\u3000")},
			"x-oss-meta-a:\u00a0a\u00a0\nx-oss-meta-b:\x85b\x85\nx-oss-meta-c:\vc\f\nx-oss-meta-d:\u3000\n"},
		{"an empty value leaves the colon", []wire.Header{h("x-oss-meta-a", ""), h("x-oss-meta-b", " ")}, "x-oss-meta-a:\nx-oss-meta-b:\n"},
		{"values are not decoded", []wire.Header{h("x-oss-copy-source", "/b/%2Ftest%2F%E6%89%8B+1")}, "x-oss-copy-source:/b/%2Ftest%2F%E6%89%8B+1\n"},
		{"values keep their bytes", []wire.Header{h("x-oss-meta-a", "\xff\xe4\xbd\xa0:,\x01")}, "x-oss-meta-a:\xff\xe4\xbd\xa0:,\x01\n"},
		{"the prefix alone counts", []wire.Header{h("x-oss", "1"), h("x-oss_a", "1"), h("y-x-oss-a", "1"), h("x-oss-", "2")}, "x-oss-:2\n"},
		{"only ASCII letters are folded", []wire.Header{h("x-oss-\u212a", "1"), h("X-OSS-\xc9", "2")}, "x-oss-\xc9:2\nx-oss-\u212a:1\n"},
		{"none", []wire.Header{h("Range", "bytes=0-1"), h("x-amz-acl", "private"), h("x-obs-acl", "private")}, ""},
	} {
		for _, id := range []string{"oss-v1/header", "oss-v1/query", "oss-v2/header"} {
			p := profile(t, id)
			if got := sign(t, p, request(p, "PUT", "/k", c.headers...)).Stage(signature.CanonicalHeaders); got != c.want {
				t.Errorf("%s: %s:\n got %q\nwant %q", id, c.name, got, c.want)
			}
		}
	}
}

// Other values than were sent, and their blanks, can be signed instead.
func TestWithValuesSignsOtherValues(t *testing.T) {
	for _, id := range []string{"oss-v1/header", "oss-v4/header"} {
		p := profile(t, id)
		in := request(p, "PUT", "/k", h("Content-Type", "text/plain"), h("x-oss-meta-a", "b"))
		loud := p.WithValues(func(header wire.Header) string {
			if strings.HasPrefix(header.Name, "x-oss-meta-") {
				return " " + strings.ToUpper(header.Value) + " "
			}
			return header.Value
		})
		signed := sign(t, loud, in)
		if got := signed.Stage(signature.CanonicalHeaders); !strings.Contains(got, "x-oss-meta-a: B \n") {
			t.Errorf("%s: %q", id, got)
		}
		if value, _ := signed.Request().Header("x-oss-meta-a"); value != "b" {
			t.Errorf("%s: sent %q", id, value)
		}
		verdict(t, server(), signed.Request(), signature.Mismatch)
		verdict(t, server(), set(signed.Request(), "x-oss-meta-a", "b"), signature.Mismatch)
	}
}

// Another time can be signed than is sent, in the string to sign alone.
func TestWithTimeLineSignsAnotherTime(t *testing.T) {
	behind := []signature.Stage{signature.StringToSign, signature.SignatureValue, signature.Authorization, signature.URL}
	for _, id := range []string{"oss-v1/header", "oss-v1/query", "oss-v4/header", "oss-v4/query", "obs-v2/header", "obs-v4/header"} {
		p := profile(t, id)
		in := request(p, "PUT", "/k", h("Content-Type", "text/plain"))
		signed := sign(t, p.WithTimeLine(func(sent string) string { return "not " + sent }), in)
		right := sign(t, p, in)
		for _, s := range right.Stages() {
			if got := signed.Stage(s.Stage); (got != s.Value) != slices.Contains(behind, s.Stage) {
				t.Errorf("%s, %s: %q beside %q", id, s.Stage, got, s.Value)
			}
		}
		if !strings.Contains(signed.Stage(signature.StringToSign), "\nnot ") {
			t.Errorf("%s: %q", id, signed.Stage(signature.StringToSign))
		}
		verdict(t, server(), signed.Request(), signature.Mismatch)
	}
}

func TestV1ResourceOfOSS(t *testing.T) {
	for _, c := range []struct{ name, target, want string }{
		{"the key is decoded", "/%E4%BD%A0%20%2B%25%3F%23", "/你 +%?#"},
		{"once", "/a%252Fb%2520c", "/a%2Fb%20c"},
		{"small hexadecimal digits", "/%e4%bd%a0", "/你"},
		{"a plus sign of the path stays", "/a+b%2Bc", "/a+b+c"},
		{"raw and encoded bytes are one", "/!~*'()%21%7E%2A%27%28%29", "/!~*'()!~*'()"},
		{"%2F is a slash", "/a%2Fb%2f%2Fc", "/a/b//c"},
		{"raw slashes in front are lost", "///a//b/", "/a//b/"},
		{"encoded ones stay", "/%2Fa", "//a"},
		{"behind raw ones too", "//%2F/a", "///a"},
		{"dot segments stay", "/../a/./b/..", "/../a/./b/.."},
		{"encoded dot segments", "/%2E%2e/a", "/../a"},
		{"control characters and other bytes", "/a%0D%0A%00%FFb", "/a\r\n\x00\xffb"},
		{"a broken escape stays", "/a%2", "/a%2"},
		{"a broken escape stays inside", "/a%zzb%", "/a%zzb%"},
		{"the first question mark ends it", "/a?b?acl", "/a"},
		{"an encoded one does not", "/%3Fa%3D1?acl", "/?a=1?acl"},
		{"an asterisk", "/*", "/*"},
	} {
		p := signature.OSSV1Header
		if got := sign(t, p, request(p, "GET", c.target)).Stage(signature.CanonicalResource); got != "/examplebucket"+c.want {
			t.Errorf("%s: %s: %q, want %q", c.name, c.target, got, "/examplebucket"+c.want)
		}
	}
}

func TestV1ParametersOfOSS(t *testing.T) {
	for _, c := range []struct{ name, query, want string }{
		{"a bare name", "?acl", "?acl"},
		{"an empty value is a bare name", "?acl=", "?acl"},
		{"zero is a value", "?append&position=0", "?append&position=0"},
		{"unlisted ones are left out", "?prefix=a&delimiter=/&marker=b&max-keys=1&encoding-type=url&list-type=2&x=y", ""},
		{"sorted by name", "?uploadId=b&partNumber=a", "?partNumber=a&uploadId=b"},
		{"capitals first, a name before a longer one", "?x-oss-a=1&accessPointPolicy&accessPoint&x-oss-B=2", "?accessPoint&accessPointPolicy&x-oss-B=2&x-oss-a=1"},
		{"values are decoded", "?response-content-disposition=attachment%3B%20filename%3D%22%E4%BD%A0.txt%22", `?response-content-disposition=attachment; filename="你.txt"`},
		{"once", "?response-expires=%2525", "?response-expires=%25"},
		{"names are decoded", "?ac%6C&x%2Doss%2Dprocess=a", "?acl&x-oss-process=a"},
		{"a plus sign is a blank", "?response-content-type=a+b%2Bc", "?response-content-type=a b+c"},
		{"the first equals sign ends the name", "?uploadId=a=b==", "?uploadId=a=b=="},
		{"names are compared with their letter case", "?ACL&Uploads&RESPONSE-EXPIRES=1", ""},
		{"repeated ones all count", "?acl=b&acl=a&acl", "?acl=b&acl=a&acl"},
		{"an unknown x-oss- parameter", "?x-oss-unknown=1&x-os=2", "?x-oss-unknown=1"},
		{"x-oss-process with commas", "?x-oss-process=image%2Fresize%2Cw_100", "?x-oss-process=image/resize,w_100"},
		{"an ampersand inside a value", "?x-oss-process=a%26acl%3D1", "?x-oss-process=a&acl=1"},
		{"empty parts are none", "?&&acl&", "?acl"},
		{"a question mark alone", "?", ""},
		{"a second question mark belongs to the value", "?acl=a?uploads", "?acl=a?uploads"},
		{"fragments are no fragments", "?acl#a", ""},
	} {
		for _, id := range []string{"oss-v1/header", "oss-v1/query"} {
			p := profile(t, id)
			if got := sign(t, p, request(p, "GET", "/k"+c.query)).Stage(signature.CanonicalResource); got != "/examplebucket/k"+c.want {
				t.Errorf("%s: %s: %q, want %q", id, c.name, got, "/examplebucket/k"+c.want)
			}
		}
	}
}

func TestV1ResourceOfOBS(t *testing.T) {
	for _, c := range []struct{ name, target, want string }{
		{"the key is taken as it is on the wire", "/%E4%bd%a0%20!~*'()%21", "/%E4%bd%a0%20!~*'()%21"},
		{"slashes in front stay", "//a//b/", "//a//b/"},
		{"%2F stays", "/a%2Fb", "/a%2Fb"},
		{"a plus sign stays", "/a+b", "/a+b"},
		{"dot segments stay", "/../a/.", "/../a/."},
		{"raw bytes stay", "/\xff", "/\xff"},
		{"a bare name", "/k?acl", "/k?acl"},
		{"an empty value is a bare name", "/k?acl=", "/k?acl"},
		{"sorted by name", "/k?uploadId=b&partNumber=a&acl", "/k?acl&partNumber=a&uploadId=b"},
		{"values are decoded", "/k?response-content-type=text%2Fplain%3B+a", "/k?response-content-type=text/plain; a"},
		{"of a repeated name the first counts", "/k?versionId=b&acl&versionId=a&acl=1", "/k?acl&versionId=b"},
		{"the first counts where it is empty", "/k?acl&acl=1", "/k?acl"},
		{"list parameters are left out", "/k?prefix=a&marker=b&max-keys=1&delimiter=/&list-type=2", "/k"},
		{"an unlisted x-obs- parameter is left out", "/k?x-obs-foo=1", "/k"},
		{"names are compared with their letter case", "/k?ACL&uploadid=1&UploadId=2", "/k"},
		{"x-image-process", "/k?x-image-process=image%2Fresize%2Cw_100", "/k?x-image-process=image/resize,w_100"},
	} {
		for _, id := range []string{"obs-v2/header", "obs-v2/query", "obs-aws-v2/header", "obs-aws-v2/query"} {
			p := profile(t, id)
			if got := sign(t, p, request(p, "GET", c.target)).Stage(signature.CanonicalResource); got != "/examplebucket"+c.want {
				t.Errorf("%s: %s: %q, want %q", id, c.name, got, "/examplebucket"+c.want)
			}
		}
	}
}

// The token of a URL is a signed parameter, decoded; that of the other dress is
// none.
func TestTokenInAURLIsSigned(t *testing.T) {
	for id, want := range map[string]string{
		"oss-v1/query":     "/examplebucket/k?security-token=" + token,
		"obs-v2/query":     "/examplebucket/k?x-obs-security-token=" + token,
		"obs-aws-v2/query": "/examplebucket/k?x-amz-security-token=" + token,
	} {
		p := profile(t, id)
		in := request(p, "GET", "/k")
		in.Credentials.SecurityToken = token
		signed := sign(t, p, in)
		if got := signed.Stage(signature.CanonicalResource); got != want {
			t.Errorf("%s: %q", id, got)
		}
		if !strings.Contains(signed.Request().Target, "CAISexample%2Btoken%2Fwith%3Dpadding%3D%3D") {
			t.Errorf("%s: %s", id, signed.Request().Target)
		}
	}
	p := signature.OBSAWSV2Query
	if got := sign(t, p, request(p, "GET", "/k?x-obs-security-token=a")).Stage(signature.CanonicalResource); got != "/examplebucket/k" {
		t.Errorf("%q", got)
	}
}
