package endpoint

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

func TestVerifiedRequestsOfEveryProfileAreAccepted(t *testing.T) {
	for _, p := range servedProfiles() {
		r := answerTo("", verifier(), signable(t, p))
		if r.Status/100 != 2 {
			t.Errorf("%s: %d\n%s", p.ID(), r.Status, r.Body)
		}
	}
}

const (
	ossMismatch = "Code Message RequestId HostId OSSAccessKeyId SignatureProvided StringToSign StringToSignBytes EC RecommendDoc"
	ossPlain    = "Code Message RequestId HostId EC RecommendDoc"
)

// The orders are those of field evidence, section 4.
func TestRefusalsHaveTheElementsOfTheServicesInTheirOrder(t *testing.T) {
	v1, v2, v4 := signature.OSSV1Header, signature.OSSV2Header, signature.OSSV4Header
	get := func(p *signature.Profile) *wire.Request { return sign(t, p, request(p, "GET", "/object", "")) }
	late := func(p *signature.Profile, by time.Duration) *wire.Request {
		return signAt(t, p, request(p, "GET", "/object", ""), someTime.Add(-by))
	}
	moved := func(p *signature.Profile) *wire.Request { // another object than the one that was signed
		req := get(p).Clone(0)
		req.Target = strings.Replace(req.Target, "/object", "/0bject", 1)
		return req
	}
	badForm := func(p *signature.Profile) *wire.Request {
		req := signable(t, p).Clone(0)
		req.Body = strings.Replace(req.Body, `"policy"`+"\r\n\r\n", `"policy"`+"\r\n\r\nAAAA", 1)
		return req
	}
	withoutKeyID := func(p *signature.Profile) *wire.Request {
		req := signable(t, p).Clone(0)
		req.Body = strings.Replace(req.Body, `"`+p.Names.AccessKey+`"`, `"other"`, 1)
		return req
	}
	wrongRegion := func(v *signature.Verifier) { v.Region = "cn-beijing" }
	wrongProduct := func(v *signature.Verifier) { v.Product = "oss-cloudbox" }
	nobody := func(v *signature.Verifier) {
		v.Secret = func(string) (signature.Credentials, bool) { return signature.Credentials{}, false }
	}
	for _, c := range []struct {
		name     string
		dialect  Dialect
		req      *wire.Request
		set      func(*signature.Verifier)
		status   int
		code, ec string
		order    string
		message  string
	}{
		{"oss v1 mismatch", OSS, moved(v1), nil, 403, "SignatureDoesNotMatch", "0002-00000040", ossMismatch, "The request signature we calculated does not match the signature you provided. Check your key and signing method."},
		{"oss v1 url mismatch", OSS, moved(signature.OSSV1Query), nil, 403, "SignatureDoesNotMatch", "0002-00000040", ossMismatch, ""},
		{"oss v1 form mismatch", OSS, badForm(signature.OSSV1Form), nil, 403, "SignatureDoesNotMatch", "0002-00000705", ossMismatch, ""},
		{"oss v2 mismatch", OSS, moved(v2), nil, 403, "SignatureDoesNotMatch", "0002-00000101", ossMismatch, ""},
		{"oss v4 mismatch", OSS, moved(v4), nil, 403, "SignatureDoesNotMatch", "0002-00000201", strings.Replace(ossMismatch, " EC", " CanonicalRequest EC", 1), ""},
		{"oss v4 url mismatch", OSS, moved(signature.OSSV4Query), nil, 403, "SignatureDoesNotMatch", "0002-00000201", strings.Replace(ossMismatch, " EC", " CanonicalRequest EC", 1), ""},
		{"oss v4 form mismatch", OSS, badForm(signature.OSSV4Form), nil, 403, "SignatureDoesNotMatch", "0002-00000705", ossMismatch, ""},
		{"s3 v2 mismatch at oss", OSS, moved(signature.OBSAWSV2Header), nil, 403, "SignatureDoesNotMatch", "0002-00000307", strings.Replace(ossMismatch, "OSSAccess", "AWSAccess", 1), ""},
		{"s3 v4 mismatch at oss", OSS, moved(signature.OBSV4Header), nil, 403, "SignatureDoesNotMatch", "0002-00000429", strings.Replace(ossMismatch, "OSSAccess", "AWSAccess", 1), ""},
		{"oss unknown key", OSS, get(v1), nobody, 403, "InvalidAccessKeyId", "0002-00000902", "Code Message RequestId HostId OSSAccessKeyId EC RecommendDoc", "The OSS Access Key Id you provided does not exist in our records."},
		{"oss no date", OSS, without(get(v1), "Date"), nil, 403, "AccessDenied", "0002-00000503", ossPlain, "OSS authentication requires a valid Date."},
		{"oss bad date", OSS, with(get(v1), "Date", "Sat, 21 Nov 2026 08:30:00 +0000"), nil, 403, "AccessDenied", "0002-00000502", ossPlain, "OSS authentication requires a valid Date."},
		{"oss skew", OSS, late(v1, 16*time.Minute), nil, 403, "RequestTimeTooSkewed", "0002-00000504", "Code Message RequestId HostId MaxAllowedSkewMilliseconds RequestTime ServerTime EC RecommendDoc", "The difference between the request time and the current time is too large."},
		{"oss v1 url expired", OSS, late(signature.OSSV1Query, 2*time.Hour), nil, 403, "AccessDenied", "0002-00000069", "Code Message RequestId HostId Expires ServerTime EC RecommendDoc", "Request has expired."},
		{"oss v4 url expired", OSS, late(signature.OSSV4Query, 2*time.Hour), nil, 403, "AccessDenied", "0002-00000236", "Code Message RequestId HostId Expires ServerTime EC RecommendDoc", "Request has expired."},
		{"oss no such scheme", OSS, with(get(v1), "Authorization", "Bearer abc"), nil, 400, "InvalidArgument", "0002-00000061", "Code Message RequestId HostId Authorization EC RecommendDoc", "Authorization header is invalid."},
		{"oss no key id", OSS, with(get(v1), "Authorization", "OSS :abc"), nil, 400, "InvalidArgument", "0002-00000063", "Code Message RequestId HostId Authorization EC RecommendDoc", "Authorization header is invalid."},
		{"oss v4 unknown key", OSS, with(get(v4), "Authorization", "OSS4-HMAC-SHA256 Credential=a/20261121/cn-hangzhou/oss/aliyun_v4_request,Signed=x,Signature=ab"), nil, 400, "InvalidArgument", "0002-00000204", "Code Message RequestId HostId Authorization EC RecommendDoc", ""},
		{"oss v4 wrong region", OSS, get(v4), wrongRegion, 400, "InvalidArgument", "0002-00000226", "Code Message RequestId HostId Authorization EC RecommendDoc", "Invalid signing region in Authorization header."},
		{"oss v4 wrong product", OSS, get(v4), wrongProduct, 400, "InvalidArgument", "0002-00000227", "Code Message RequestId HostId Authorization EC RecommendDoc", "Invalid signing product in Authorization header."},
		{"oss v4 url wrong region", OSS, get(signature.OSSV4Query), wrongRegion, 400, "InvalidArgument", "0002-00000226", ossPlain, "The signing region in credential is invalid."},
		{"oss v4 form wrong region", OSS, signable(t, signature.OSSV4Form), wrongRegion, 400, "InvalidArgument", "0002-00000715", "Code Message RequestId HostId ArgumentName ArgumentValue EC RecommendDoc", "The signing region in credential is invalid."},
		{"oss v1 url no key id", OSS, request(v1, "GET", "/object?Expires=1795250000&Signature=AAAA", ""), nil, 403, "AccessDenied", "0002-00000071", ossPlain, "Query-string authentication requires the Signature, Expires and OSSAccessKeyId parameters"},
		{"oss both carriers", OSS, with(get(signature.OSSV1Query), "Authorization", "OSS a:b"), nil, 400, "InvalidArgument", "", "Code Message RequestId HostId Authorization", "Either the Signature query string parameter or the Authorization header should be specified, not both."},
		{"obs scheme at oss", OSS, get(signature.OBSV2Header), nil, 400, "InvalidArgument", "0002-00000061", "Code Message RequestId HostId Authorization EC RecommendDoc", ""},
		{"oss anonymous object", OSS, request(v1, "GET", "/object", ""), nil, 403, "AccessDenied", "0003-00000001", ossPlain, "You have no right to access this object because of bucket acl."},
		{"oss anonymous bucket", OSS, request(v1, "GET", "/", ""), nil, 403, "AccessDenied", "0003-00000002", ossPlain, ""},

		{"obs mismatch", OBS, moved(signature.OBSV2Header), nil, 403, "SignatureDoesNotMatch", "", "Code Message RequestId HostId AccessKeyId SignatureProvided StringToSign StringToSignBytes", ""},
		{"obs v4 mismatch", OBS, moved(signature.OBSV4Header), nil, 403, "SignatureDoesNotMatch", "", "Code Message RequestId HostId AWSAccessKeyId SignatureProvided StringToSign StringToSignBytes", ""},
		{"obs unknown key", OBS, get(signature.OBSAWSV2Header), nobody, 403, "InvalidAccessKeyId", "", "Code Message RequestId HostId AWSAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."},
		{"obs no date", OBS, without(get(signature.OBSV2Header), "Date"), nil, 403, "AccessDenied", "", "Code Message RequestId HostId", "OBS authentication requires a valid Date or x-obs-date header"},
		{"obs aws no date", OBS, without(get(signature.OBSAWSV2Header), "Date"), nil, 403, "AccessDenied", "", "Code Message RequestId HostId", "AWS authentication requires a valid Date or x-amz-date header"},
		{"obs skew", OBS, late(signature.OBSV2Header, time.Hour), nil, 403, "RequestTimeTooSkewed", "", "Code Message RequestId HostId MaxAllowedSkewMilliseconds RequestTime ServerTime", ""},
		{"obs anonymous", OBS, request(signature.OBSV2Header, "GET", "/object", ""), nil, 403, "AccessDenied", "", "Code Message RequestId HostId", "Anonymous access is forbidden for this operation"},
		{"obs form no key id", OBS, withoutKeyID(signature.OBSV2Form), nil, 400, "InvalidArgument", "", "Code Message RequestId HostId", "Bucket POST must contain a field named 'AccessKeyId'. If it is specified, please check the order of the fields."},
		{"oss form no key id", OSS, withoutKeyID(signature.OSSV1Form), nil, 400, "InvalidArgument", "0002-00000706", "Code Message RequestId HostId ArgumentName ArgumentValue EC RecommendDoc", "The bucket POST must contain the specified 'OSSAccessKeyId'. If it is specified, please check the order of the fields"},
		{"oss scheme at obs", OBS, get(v1), nil, 400, "InvalidArgument", "", "Code Message RequestId HostId", ""},
	} {
		v := verifier()
		if c.set != nil {
			c.set(v)
		}
		r := answerTo(c.dialect, v, c.req)
		root, children := document(t, r.Body)
		if r.Status != c.status || root != "Error" || names(children) != c.order {
			t.Errorf("%s: %d %s\n got %s\nwant %s", c.name, r.Status, root, names(children), c.order)
		}
		if code, ec := valueOf(children, "Code"), valueOf(children, "EC"); code != c.code || ec != c.ec || header(&r, "x-oss-ec") != c.ec {
			t.Errorf("%s: code %s, EC %s, x-oss-ec %s", c.name, code, ec, header(&r, "x-oss-ec"))
		}
		if message := valueOf(children, "Message"); c.message != "" && message != c.message {
			t.Errorf("%s: message %q", c.name, message)
		}
		if length := header(&r, "Content-Length"); length != fmt.Sprint(len(r.Body)) {
			t.Errorf("%s: Content-Length %s for %d bytes", c.name, length, len(r.Body))
		}
	}
}

func TestOSSMismatchDocumentIsExact(t *testing.T) {
	p := signature.OSSV1Header
	req := with(sign(t, p, request(p, "PUT", "/a%26b%3Cc", "", wire.Header{Name: "x-oss-meta-a", Value: "<&>"})), "x-oss-meta-a", "<&> ")
	req = with(req, "Authorization", "OSS exampleid:AAAA")
	r := answerTo(OSS, verifier(), req)
	stringToSign := "PUT\n\n\nSat, 21 Nov 2026 08:30:00 GMT\nx-oss-meta-a:<&>\n/examplebucket/a&b<c"
	id := header(&r, "x-oss-request-id")
	want := `<?xml version="1.0" encoding="UTF-8"?>
<Error>
  <Code>SignatureDoesNotMatch</Code>
  <Message>The request signature we calculated does not match the signature you provided. Check your key and signing method.</Message>
  <RequestId>` + id + `</RequestId>
  <HostId>examplebucket.oss-cn-hangzhou.aliyuncs.com</HostId>
  <OSSAccessKeyId>exampleid</OSSAccessKeyId>
  <SignatureProvided>AAAA</SignatureProvided>
  <StringToSign>PUT


Sat, 21 Nov 2026 08:30:00 GMT
x-oss-meta-a:&lt;&amp;&gt;
/examplebucket/a&amp;b&lt;c</StringToSign>
  <StringToSignBytes>` + strings.ToUpper(strings.TrimPrefix(fmt.Sprintf("% x", stringToSign), " ")) + ` </StringToSignBytes>
  <EC>0002-00000040</EC>
  <RecommendDoc>https://api.aliyun.com/troubleshoot?q=0002-00000040</RecommendDoc>
</Error>
`
	if r.Body != want {
		t.Errorf("got\n%s\nwant\n%s", r.Body, want)
	}
	if len(id) != 24 || strings.ToUpper(id) != id {
		t.Errorf("request id %q", id)
	}
}

func TestStringToSignBytesAreWhatTheServerSigned(t *testing.T) {
	for _, p := range servedProfiles() {
		if p.Carrier != signature.InHeader {
			continue
		}
		// Latin-1, a control character and a CR, which text cannot hold.
		req := sign(t, p, request(p, "PUT", "/k", "", wire.Header{Name: p.Names.HeaderPrefix + "meta-a", Value: "caf\xe9 \x01"}))
		req.Target = "/k%0D%FF"
		v := verifier().Verify(req)
		if v.Verdict != signature.Mismatch {
			t.Fatalf("%s: %s %v", p.ID(), v.Verdict, v.Faults)
		}
		r := Answer("", v, req, someTime)
		_, rest, _ := strings.Cut(r.Body, "<StringToSignBytes>")
		digits, _, _ := strings.Cut(rest, "</StringToSignBytes>")
		got, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
		if err != nil || string(got) != v.Stage(signature.StringToSign) {
			t.Errorf("%s: %v\n got %q\nwant %q", p.ID(), err, got, v.Stage(signature.StringToSign))
		}
		upper := strings.HasPrefix(p.Scheme, "oss")
		if upper != strings.HasSuffix(digits, " ") || upper != (digits == strings.ToUpper(digits)) {
			t.Errorf("%s: StringToSignBytes %q", p.ID(), digits)
		}
	}
}

func TestElementsKeepEveryByteThatTextCanHold(t *testing.T) {
	p := signature.OSSV1Header
	req := sign(t, p, request(p, "GET", "/k", ""))
	req.Target = "/%FF%0D%C3%A9%09"
	r := answerTo(OSS, verifier(), req)
	if want := "/examplebucket/\xff&#13;\xc3\xa9\t</StringToSign>"; !strings.Contains(r.Body, want) {
		t.Errorf("no %q in %q", want, r.Body)
	}
}

func TestTimesOfRefusals(t *testing.T) {
	for _, c := range []struct {
		p           *signature.Profile
		by          time.Duration
		name, value string
	}{
		{signature.OSSV1Header, time.Hour, "RequestTime", "2026-11-21T07:30:00.000Z"}, // worded anew
		{signature.OBSV2Header, time.Hour, "RequestTime", "Sat, 21 Nov 2026 07:30:00 GMT"},
		{signature.OBSV4Header, time.Hour, "RequestTime", "20261121T073000Z"},
		{signature.OSSV1Header, time.Hour, "ServerTime", "2026-11-21T08:30:00.000Z"},
		{signature.OSSV1Header, time.Hour, "MaxAllowedSkewMilliseconds", "900000"},
		{signature.OSSV1Query, 2 * time.Hour, "Expires", "2026-11-21T07:30:00.000Z"},
		{signature.OSSV4Query, 2 * time.Hour, "Expires", "2026-11-21T07:30:00.000Z"},
		{signature.OBSV4Query, 2 * time.Hour, "Expires", "2026-11-21T07:30:00.000Z"},
	} {
		r := answerTo("", verifier(), signAt(t, c.p, request(c.p, "GET", "/object", ""), someTime.Add(-c.by)))
		_, children := document(t, r.Body)
		if got := valueOf(children, c.name); got != c.value {
			t.Errorf("%s: %s %q, want %q\n%s", c.p.ID(), c.name, got, c.value, r.Body)
		}
	}
}

func TestHeadIsRefusedWithoutABody(t *testing.T) {
	p := signature.OSSV1Header
	req := sign(t, p, request(p, "HEAD", "/object", ""))
	r := answerTo(OSS, verifier(), with(req, "Content-Type", "text/plain"))
	document64, err := base64.StdEncoding.DecodeString(header(&r, "x-oss-err"))
	if err != nil || r.Status != 403 || r.Body != "" || header(&r, "x-oss-ec") != "0002-00000040" {
		t.Fatalf("%d, body %q, x-oss-ec %q, x-oss-err: %v", r.Status, r.Body, header(&r, "x-oss-ec"), err)
	}
	if _, children := document(t, string(document64)); names(children) != ossMismatch {
		t.Errorf("x-oss-err has %s", names(children))
	}

	p = signature.OBSV2Header
	r = answerTo(OBS, verifier(), with(sign(t, p, request(p, "HEAD", "/object", "")), "Content-Type", "text/plain"))
	if r.Status != 403 || r.Body != "" || header(&r, "x-obs-error-code") != "SignatureDoesNotMatch" || header(&r, "x-obs-error-message") == "" || header(&r, "x-oss-err") != "" {
		t.Errorf("OBS: %+v", r)
	}
	p = signature.OBSAWSV2Header
	r = answerTo(OBS, verifier(), with(sign(t, p, request(p, "HEAD", "/object", "")), "Content-Type", "text/plain"))
	if header(&r, "x-amz-error-code") != "SignatureDoesNotMatch" || header(&r, "x-amz-request-id") == "" {
		t.Errorf("OBS in the AWS dress: %+v", r)
	}
}

func TestHeadHeaderStaysShort(t *testing.T) {
	p := signature.OSSV1Header
	req := sign(t, p, request(p, "HEAD", "/"+strings.Repeat("k", 100_000), ""))
	r := answerTo(OSS, verifier(), with(req, "Content-Type", "text/plain"))
	text, err := base64.StdEncoding.DecodeString(header(&r, "x-oss-err"))
	if err != nil || len(text) > longestHeadDocument {
		t.Fatalf("x-oss-err of %d bytes: %v", len(text), err)
	}
	if _, children := document(t, string(text)); names(children) != ossPlain {
		t.Errorf("x-oss-err has %s", names(children))
	}
}

func TestPostRefusalNamesTheField(t *testing.T) {
	p := signature.OSSV1Form
	req := signable(t, p)
	req.Body = strings.Replace(req.Body, `"Signature"`, `"Sign"`, 1)
	_, children := document(t, answerTo(OSS, verifier(), req).Body)
	if valueOf(children, "ArgumentName") != "Signature" || !strings.Contains(valueOf(children, "Message"), "must contain the specified 'Signature'") {
		t.Errorf("%v", children)
	}
}

func TestAnswersAreDeterministicAndTellRequestsApart(t *testing.T) {
	p := signature.OSSV1Header
	a, b := sign(t, p, request(p, "GET", "/a", "")), sign(t, p, request(p, "GET", "/b", ""))
	id := func(req *wire.Request) string {
		r := answerTo(OSS, verifier(), req)
		return header(&r, "x-oss-request-id")
	}
	first, again, other := id(a), id(a), id(b)
	if first != again || first == other {
		t.Errorf("request ids %s %s %s", first, again, other)
	}
}

func TestAnswersToABrowserMayBeRead(t *testing.T) {
	p := signature.OSSV1Header
	r := answerTo(OSS, verifier(), sign(t, p, request(p, "GET", "/a", "", wire.Header{Name: "Origin", Value: "http://localhost"})))
	if header(&r, "Access-Control-Allow-Origin") != "*" || !strings.Contains(header(&r, "Access-Control-Expose-Headers"), "x-oss-request-id") {
		t.Errorf("%v", r.Headers)
	}
}

func TestHeaderValuesOfAnswersStayOnTheirLine(t *testing.T) {
	p := signature.OSSV1Header
	req := &wire.Request{Transport: "http", Method: "PUT", Target: "/a%0D%0AX-Injected:%20b/", Proto: "HTTP/1.1", Headers: []wire.Header{{Name: "Host", Value: "oss-cn-hangzhou.aliyuncs.com"}}}
	signed, err := p.Sign(&signature.Input{Request: req, Bucket: "a\r\nX-Injected: b", Addressing: signature.PathStyle, Credentials: credentials, Time: someTime})
	if err != nil {
		t.Fatal(err)
	}
	r := answerTo(OSS, verifier(), signed.Request())
	if r.Status != 200 || header(&r, "Location") == "" {
		t.Fatalf("%d %v", r.Status, r.Headers)
	}
	for _, h := range r.Headers {
		if strings.ContainsAny(h.Name+h.Value, "\r\n") {
			t.Errorf("header %q: %q", h.Name, h.Value)
		}
	}
}

// FuzzAnswer: whatever arrives, the answer is one well-formed response.
func FuzzAnswer(f *testing.F) {
	for _, p := range servedProfiles() {
		f.Add([]byte(raw(signable(f, p))))
		f.Add([]byte(raw(with(sign(f, p, request(p, "HEAD", "/%0d%0a$%7BKey%7D?encoding-type=url&prefix=%3C", "")), "Content-Type", "a"))))
	}
	f.Add([]byte("POST /?delete HTTP/1.1\r\nHost: a\r\n\r\n<Delete><Object><Key>a</Key></Object></Delete>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		req, err := wire.ParseRequest(data, "http")
		if err != nil {
			return
		}
		v := verifier().Verify(req)
		accepted := &signature.Verification{Verdict: signature.Verified, Profile: signature.OSSV1Header, Resource: v.Resource, Key: v.Key}
		for _, dialect := range []Dialect{"", OSS, OBS} {
			for _, v := range []*signature.Verification{v, accepted} {
				r := Answer(dialect, v, req, someTime)
				again, err := readResponse(bufio.NewReader(strings.NewReader(string(r.AppendHTTP(nil)))), req.Method, wire.Limits{Head: 1 << 26, Body: 1 << 26})
				if err != nil || again.Status != r.Status || again.Body != r.Body || !slices.Equal(again.Headers, r.Headers) {
					t.Errorf("%q: the answer does not come back: %v\n%+v\n%+v", dialect, err, r, again)
				}
			}
		}
	})
}
