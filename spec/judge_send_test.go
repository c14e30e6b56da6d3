package spec_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/internal/mutants"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// Operations the tests below work on.
const (
	getSpace    = "oss-v1/header/operations/keys/space"
	getToken    = "oss-v1/header/operations/token/header-get"
	putHeaders  = "oss-v4/header/operations/token/header-put"
	putV1       = "oss-v1/header/operations/token/header-put"
	putEmpty    = "obs-v2/header/operations/metadata/empty-value"
	putBlanks   = "oss-v4/header/operations/metadata/blanks-around"
	putNBSP     = "oss-v4/header/operations/metadata/no-break-space-around"
	putType     = "oss-v1/header/operations/headers/content-type"
	copyQuery   = "oss-v1/header/operations/copy/source-query-bytes"
	copySpace   = "oss-v1/header/operations/copy/source-space"
	list        = "oss-v4/header/operations/parameters/list-delimiter-slash"
	bucketACL   = "oss-v1/header/operations/subresources/bucket-acl"
	uploadPart  = "obs-v2/header/operations/methods/upload-part"
	listBuckets = "oss-v1/header/operations/methods/list-buckets"
	byPath      = "oss-v4/header/operations/addressing/path-object"
	byCNAME     = "obs-v2/header/operations/addressing/cname-object-obs"
	presign     = "oss-v4/query/operations/presign/put-content-type"
	presignV1   = "oss-v1/query/operations/presign/get"
	presignSTS  = "obs-v4/query/operations/token/query-get"
	postLimit   = "obs-v2/form/operations/form/content-length-range"
	postForm    = "oss-v4/form/operations/form/content-type-field"
	postToken   = "obs-v2/form/operations/form/token"
	postBody    = "oss-v1/form/operations/form/key"
)

// A seen says what arrived for an operation.
type seen func(t *testing.T, item *spec.Item) *subject.Observation

type operationTest struct {
	name   string
	vector string
	seen   seen
	want   string // the outcome, or for a failure the stage or the kind of divergence
	says   string // in the message
}

var sent = []operationTest{
	{"nothing", getSpace, arriving(), "adapter-error", "no request arrived"},
	{"probes alone", getSpace, probe, "adapter-error", "no request arrived"},
	{"a probe and the request", getSpace, and(probe, signedBy(nil)), "pass", ""},
	{"a request that cannot be read", getSpace, and(signedBy(nil), unreadable), "protocol-error", "no colon in header 3"},
	{"no request in a record of one", getSpace, arriving(nil), "protocol-error", ""},
	{"a request for its size first", putHeaders, and(signedBy(func(in *signature.Input) { in.Request.Method = "HEAD" }), signedBy(nil)), "pass", ""},
	{"a request for its size afterwards", putHeaders, and(signedBy(nil), signedBy(func(in *signature.Input) { in.Request.Method = "HEAD" })), "pass", ""},
	{"an unsigned request first", putHeaders, and(unauthenticated, signedBy(nil)), "unsigned", ""},
	{"an unsigned request afterwards", putHeaders, and(signedBy(nil), unauthenticated), "unsigned", ""},

	{"a look at another object first", putHeaders, and(signedBy(func(in *signature.Input) {
		in.Request.Method, in.Request.Target = "HEAD", "/other"
	}), signedBy(nil)), "scheme", "method"},
	{"nothing but looks", putHeaders, signedBy(func(in *signature.Input) { in.Request.Method = "HEAD" }), "scheme", "no request has the method"},
	{"the operation twice, once wrong", putHeaders, and(signedBy(func(in *signature.Input) { in.Request.Body = "" }), signedBy(nil)), "body", ""},
	{"another status than it was answered", getSpace, reporting(500), "adapter-error", "reports the status 500"},

	{"no authentication", getSpace, unauthenticated, "unsigned", "no authentication"},
	{"no authentication in a URL", presign, unauthenticated, "unsigned", "no authentication"},
	{"another scheme", putHeaders, signedUnder(signature.OSSV1Header), "scheme", "asked for oss-v4/header and signed oss-v1/header"},
	{"another carrier", presign, signedUnder(signature.OSSV4Header), "carrier", "asked for oss-v4/query and signed oss-v4/header"},
	{"an unknown access key", getSpace, signedBy(func(in *signature.Input) { in.Credentials.AccessKeyID = "OTHER" }), "authorization", "a server refuses"},
	{"authenticated twice", getSpace, onItsWay(func(req *wire.Request) {
		value, _ := req.Header("Authorization")
		addHeader(req, "Authorization", value)
	}), "authorization", "stands once"},
	{"a URL without its expiry", presign, onItsWay(func(req *wire.Request) { req.Target = strings.Replace(req.Target, "&x-oss-expires=3600", "", 1) }), "url", "a server refuses"},
	{"another region", putHeaders, signedBy(func(in *signature.Input) { in.Region = "us-east-1" }), "authorization", "region"},
	{"another secret", getSpace, signedBy(func(in *signature.Input) { in.Credentials.AccessKeySecret = "other" }), "signature", "a server signs \"GET"},
	{"changed on the way", putHeaders, onItsWay(func(req *wire.Request) { req.SetHeader("Content-Type", "text/html") }), "canonicalHeaders", "as the caller gave it"},
	{"changed on the way and another secret", putHeaders, thenOnItsWay(
		signedBy(func(in *signature.Input) { in.Credentials.AccessKeySecret = "other" }),
		func(req *wire.Request) { req.SetHeader("Content-Type", "text/html") },
	), "signature", ""},
	{"the key changed on the way", getSpace, onItsWay(func(req *wire.Request) { req.Target = "/other.jpg" }), "signature", ""},

	{"Content-Type not signed", putType, slipped("content-type-unsigned"), "stringToSign", ""},
	{"a parameter signed that is none", getToken, slippedBy("parameters-all-signed", func(in *signature.Input) { in.Request.Target += "?utm=1" }), "canonicalResource", ""},
	{"the blanks its caller gave are signed", putBlanks, signedValues(func(v string) string { return "  " + v + "  " }), "canonicalHeaders", "as the caller gave it"},
	{"Unicode blanks not signed", putNBSP, signedValues(strings.TrimSpace), "canonicalHeaders", "without its Unicode blanks"},
	{"another reading", putV1, readBy("listed-parameters-only", func(in *signature.Input) { in.Request.Target += "?x-oss-unheard=1" }), "contested", "listed-parameters-only"},
	{"another reading and a lost body", putV1, readBy("listed-parameters-only", func(in *signature.Input) {
		in.Request.Target += "?x-oss-unheard=1"
		in.Request.Body = ""
	}), "body", ""},

	{"the clock read again to send", putV1, thenOnItsWay(signedBy(nil), sentLater(1)), "stringToSign", `the clock was read twice: Date is signed as "Mon, 20 May 2024 08:00:00 GMT" and sent as "Mon, 20 May 2024 08:00:01 GMT"`},
	{"the clock read again to sign", uploadPart, thenOnItsWay(signedBy(nil), sentLater(-5)), "stringToSign", "the clock was read twice: Date"},
	{"the clock read again, too late to be one reading", putV1, thenOnItsWay(signedBy(nil), sentLater(6)), "signature", ""},
	{"the clock read again for the vendor's header", putV1, thenOnItsWay(
		signedBy(with("x-oss-date", "Mon, 20 May 2024 08:00:00 GMT")), sentLater(1)), "canonicalHeaders", "the clock was read twice: x-oss-date"},
	{"the clock read again, V4", putHeaders, thenOnItsWay(signedBy(nil), sentLater(1)), "canonicalHeaders", "the clock was read twice: x-oss-date"},
	{"the clock read again for the time line, V4", putHeaders, timeLineLater(1), "stringToSign", "the clock was read twice: x-oss-date"},
	{"the clock read again for the expiry of a URL", presignV1, thenOnItsWay(signedBy(nil), sentLater(1)), "stringToSign", "the clock was read twice: Expires"},
	{"the clock read again for a URL, V4", presign, thenOnItsWay(signedBy(nil), sentLater(2)), "canonicalQuery", "the clock was read twice: x-oss-date"},
	{"the clock read again for the time line of a URL, V4", presignSTS, timeLineLater(-1), "stringToSign", "the clock was read twice: X-Amz-Date"},
	{"the clock read again, and Content-Type not signed", putType, thenOnItsWay(slipped("content-type-unsigned"), sentLater(1)), "stringToSign", "is not signed; besides, the clock was read twice"},
	{"the clock read again, and blanks signed", putBlanks, thenOnItsWay(signedValues(func(v string) string { return "  " + v + "  " }), sentLater(1)), "canonicalHeaders", "as the caller gave it, and sent without its blanks or with other bytes; besides, the clock was read twice"},
	{"the clock read again, and another reading", putV1, thenOnItsWay(readBy("listed-parameters-only", func(in *signature.Input) { in.Request.Target += "?x-oss-unheard=1" }), sentLater(1)), "stringToSign", "the clock was read twice"},
	{"the clock read again, and another secret", putV1, thenOnItsWay(
		signedBy(func(in *signature.Input) { in.Credentials.AccessKeySecret = "other" }), sentLater(1)), "signature", ""},

	{"another method", getSpace, signedBy(func(in *signature.Input) { in.Request.Method = "HEAD" }), "scheme", "method"},
	{"path style for a virtual host", getSpace, signedBy(pathStyle), "addressing", "asked for virtual-host"},
	{"a virtual host for path style", byPath, signedBy(virtualHost), "addressing", "asked for path"},
	{"a virtual host for a custom domain", byCNAME, signedBy(virtualHost), "addressing", "asked for cname"},
	{"another bucket", getSpace, signedBy(func(in *signature.Input) {
		in.Bucket = "otherbucket"
		in.Request.SetHeader("Host", "otherbucket.oss-cn-hangzhou.aliyuncs.com")
	}), "addressing", "another bucket"},
	{"another endpoint", getSpace, signedBy(func(in *signature.Input) {
		in.Request.SetHeader("Host", "examplebucket.oss-cn-hangzhou-internal.aliyuncs.com")
	}), "addressing", "another endpoint"},
	{"another endpoint at service level", listBuckets, signedBy(func(in *signature.Input) {
		in.Request.SetHeader("Host", "oss-cn-beijing.aliyuncs.com")
	}), "addressing", "another endpoint"},
	{"the endpoint with the port of HTTP and in capitals", getSpace, signedBy(func(in *signature.Input) {
		in.Request.SetHeader("Host", "ExampleBucket.OSS-cn-hangzhou.aliyuncs.com:80")
	}), "pass", ""},
	{"no bucket is asked for", listBuckets, signedBy(nil), "pass", ""},
	{"another key", getSpace, target("/my%20holiday.jpg"), "key", "another key"},
	{"a plus for the blank of a key", getSpace, target("/my+holiday+photo.jpg"), "key", ""},
	{"a blank encoded twice", getSpace, target("/my%2520holiday%2520photo.jpg"), "key", ""},
	{"a key encoded more than needed", getSpace, target("/%6dy%20holiday%20photo%2ejpg"), "pass", ""},
	{"the key of a bucket operation", bucketACL, target("/extra?acl"), "key", ""},

	{"a header lost", putHeaders, signedBy(withoutHeader("Content-Type")), "header", "a header is lost"},
	{"a header changed", putHeaders, signedBy(with("Content-Type", "text/html")), "header", "a header is changed"},
	{"blanks around a header", putHeaders, onItsWay(func(req *wire.Request) { req.SetHeader("Content-Type", " text/plain\t") }), "pass", ""},
	{"a header its caller did not give", getToken, signedBy(with("User-Agent", "sdk/1.0")), "pass", ""},
	{"metadata lost", putHeaders, signedBy(withoutHeader("x-oss-meta-author")), "header", "a header is lost"},
	{"empty metadata lost", putEmpty, signedBy(withoutHeader("x-obs-meta-comment")), "header", "with an empty value is lost"},
	{"metadata names in other letter case", putHeaders, signedBy(func(in *signature.Input) {
		dropHeader(in.Request, "x-oss-meta-author")
		addHeader(in.Request, "X-Oss-Meta-Author", "someone")
	}), "pass", ""},
	{"another copy source", copySpace, signedBy(with("x-oss-copy-source", "/sourcebucket/other.jpg")), "header", "copy source"},
	{"no copy source", copySpace, signedBy(withoutHeader("x-oss-copy-source")), "header", "copy source"},
	{"a copy source with a raw question mark", copyQuery, signedBy(with("x-oss-copy-source", "/sourcebucket/a?b&c=d%23e.txt")), "header", "not percent-encoded"},
	{"a copy source with a raw blank", copySpace, signedBy(with("x-oss-copy-source", "/sourcebucket/my photo.jpg")), "header", "not percent-encoded"},
	{"a copy source without its slash", copySpace, signedBy(with("x-oss-copy-source", "sourcebucket/my%20photo.jpg")), "pass", ""},
	{"a copy source all encoded", copySpace, signedBy(with("x-oss-copy-source", "%2Fsourcebucket%2Fmy%20photo.jpg")), "pass", ""},
	{"a copy source with a plus for its blank", copySpace, signedBy(with("x-oss-copy-source", "/sourcebucket/my+photo.jpg")), "contested", "plus"},

	{"a parameter lost", list, target("/?prefix=photos%2F2024%2F&delimiter=%2F&marker=photos%2F2024%2Fa%20b.jpg"), "parameter", ""},
	{"a parameter changed", list, target("/?prefix=photos&delimiter=%2F&marker=photos%2F2024%2Fa%20b.jpg&max-keys=100"), "parameter", ""},
	{"parameters in another order, encoded otherwise", list, target("/?max-keys=100&marker=photos/2024/a%20b.jpg&delimiter=/&prefix=photos/2024/"), "pass", ""},
	{"a parameter of the SDK's own", list, target("/?prefix=photos/2024/&delimiter=/&marker=photos/2024/a%20b.jpg&max-keys=100&encoding-type=url"), "pass", ""},
	{"a parameter twice", list, target("/?prefix=photos/2024/&delimiter=/&marker=photos/2024/a%20b.jpg&max-keys=100&prefix=x"), "parameter", "more than once"},
	{"a sub-resource more", getSpace, target("/my%20holiday%20photo.jpg?acl"), "parameter", "another operation"},
	{"several sub-resources more", getSpace, target("/my%20holiday%20photo.jpg?uploads&tagging&acl&cors&delete"), "parameter", "the sub-resource uploads"},
	{"a sub-resource lost", bucketACL, target("/"), "parameter", ""},
	{"an upload id lost", uploadPart, signedBy(func(in *signature.Input) { in.Request.Target = cut(in.Request.Target, "uploadId") }), "parameter", "uploadId"},
	{"a part number lost", uploadPart, signedBy(func(in *signature.Input) { in.Request.Target = cut(in.Request.Target, "partNumber") }), "parameter", "partNumber"},

	{"another lifetime of a V4 URL", presign, signedBy(func(in *signature.Input) { in.Expires = 60 }), "parameter", "lives another time"},
	{"another end of a V1 URL", presignV1, signedBy(func(in *signature.Input) { in.Expires += 99 }), "pass", ""},
	{"a V1 URL that ends as it was asked to", presignV1, at(0, signedBy(nil)), "pass", ""},
	{"a V1 URL that ends an hour late", presignV1, at(0, signedBy(func(in *signature.Input) { in.Expires += 3600 })), "parameter", "lives another time"},
	{"a V1 URL that ends an hour early", presignV1, at(-time.Hour, signedBy(nil)), "parameter", "lives another time"},
	{"a clock that is right", putHeaders, at(time.Minute, signedBy(nil)), "pass", ""},
	{"a clock that is a day behind", putHeaders, at(24*time.Hour, signedBy(nil)), "authorization", "a server refuses"},
	{"no token", getToken, signedBy(withoutToken), "token", ""},
	{"another token", getToken, signedBy(func(in *signature.Input) { in.Credentials.SecurityToken = "other" }), "token", ""},
	{"no token in a URL", presignSTS, signedBy(withoutToken), "token", ""},
	{"a token nobody gave", getSpace, signedBy(func(in *signature.Input) { in.Credentials.SecurityToken = "other" }), "token", ""},
	{"a token under a name in other letter case", presignSTS, signedBy(lowerCaseToken), "contested", "letter case"},
	{"another token under a name in other letter case", presignSTS, signedBy(func(in *signature.Input) {
		in.Credentials.SecurityToken = "other"
		lowerCaseToken(in)
	}), "token", ""},
	{"the token under another name", presignSTS, signedBy(func(in *signature.Input) {
		lowerCaseToken(in)
		in.Request.Target = strings.Replace(in.Request.Target, "x-amz-security-token", "security-token", 1)
	}), "token", ""},
	{"no token in a form", postToken, signedBy(withoutToken), "token", ""},
	{"the body lost", putHeaders, signedBy(func(in *signature.Input) { in.Request.Body = "" }), "body", ""},
	{"a body nobody gave", getSpace, signedBy(func(in *signature.Input) { in.Request.Body = "x" }), "body", ""},
	{"the body changed", presign, signedBy(func(in *signature.Input) { in.Request.Body += "\n" }), "body", ""},

	{"a form without its key", postForm, formWithout("key"), "key", ""},
	{"a form without a field its caller gave", postForm, formWithout("Content-Type"), "header", ""},
	{"a form with field names in other letter case", postForm, onItsWay(func(req *wire.Request) { req.Body = strings.Replace(req.Body, `"Content-Type"`, `"content-type"`, 1) }), "pass", ""},
	{"a form with another file", postBody, signedBy(func(in *signature.Input) { in.Request.Body = "other" }), "body", ""},
	{"a form without its limit", postLimit, planned(func(p *mutants.Plan) { p.Ranges = nil }), "parameter", "a condition of the policy"},
	{"a form with another limit", postLimit, planned(func(p *mutants.Plan) { p.Ranges[0].Most++ }), "parameter", "a condition of the policy"},
	{"a form whose policy is no JSON", postForm, planned(func(p *mutants.Plan) { p.Policy = `{"conditions":[{"key":"a"b"}]}` }), "body", "no JSON"},
	{"a policy of OSS with a comma too much", postForm, planned(func(p *mutants.Plan) { p.Policy = `{"conditions":[{"bucket":"b"},]}` }), "body", "no JSON"},
	{"a policy of OBS with a comma too much", postToken, planned(func(p *mutants.Plan) {
		p.Policy = `{"expiration":"2038-01-01T00:00:00Z","conditions":[{"bucket":"b"},]}`
	}), "pass", ""},
	{"a form with its limit", postLimit, planned(func(*mutants.Plan) {}), "pass", ""},
	{"a form without a signature", postForm, formWithout("x-oss-signature"), "form", "a server refuses"},
}

func TestJudgeOfOperations(t *testing.T) {
	for _, test := range sent {
		t.Run(test.name, func(t *testing.T) {
			item := itemOf(t, test.vector)
			r := judgePurely(t, item, test.seen(t, item))
			if got := placeOf(r); got != test.want {
				t.Errorf("%s, want %s: %s", got, test.want, r.Message)
			}
			if !strings.Contains(r.Message, test.says) && !strings.Contains(r.ID, test.says) && (r.Expected == nil || !strings.Contains(string(*r.Expected), test.says)) {
				t.Errorf("message is %q, want %q in it", r.Message, test.says)
			}
			if r.Outcome == reports.Fail && r.Wire == nil {
				t.Error("the request is not shown")
			}
			if r.Outcome == reports.Contested && !strings.Contains(r.ID, "@") {
				t.Errorf("the id %s names no reading", r.ID)
			}
			if r.Outcome == reports.Fail && (r.Rule == "" || r.Source == "" || r.Why == "") {
				t.Errorf("rule %q, source %q, why %q", r.Rule, r.Source, r.Why)
			}
		})
	}
}

// A failure names the rule that it breaks, not the first one of its vector.
func TestAFailureOfAnOperationNamesTheRuleItBreaks(t *testing.T) {
	for name, want := range map[string]string{
		"a header lost": "OP-HEADER-01", "metadata lost": "OP-HEADER-02", "another key": "OP-KEY-01", "another method": "OP-METHOD-01",
		"another bucket": "OP-ADDRESSING-01", "another copy source": "OP-COPY-01", "a parameter lost": "OP-PARAMETER-01",
		"a sub-resource lost": "OP-PARAMETER-02", "no token": "OP-TOKEN-01", "the body lost": "OP-BODY-01", "another secret": "OP-SIGNATURE-01",
		"no authentication": "OP-SIGNATURE-02", "another scheme": "OP-SCHEME-01", "another lifetime of a V4 URL": "OP-EXPIRES-01",
	} {
		i := slices.IndexFunc(sent, func(test operationTest) bool { return test.name == name })
		item := itemOf(t, sent[i].vector)
		r := spec.Judge(load(t), item, sent[i].seen(t, item))
		if !strings.HasPrefix(r.Rule, want+": ") {
			t.Errorf("%s: rule is %q, want %s", name, r.Rule, want)
		}
	}
}

// A signature that a known slip explains names its cause, and no other does.
func TestASlipIsDiagnosed(t *testing.T) {
	item := itemOf(t, putType)
	r := judgePurely(t, item, slipped("content-type-unsigned")(t, item))
	if r.Diagnosis == nil || len(r.Diagnosis.Causes) != 1 || r.Diagnosis.Causes[0].Name == "" {
		t.Errorf("diagnosis is %+v", r.Diagnosis)
	}
	r = judgePurely(t, item, signedBy(func(in *signature.Input) { in.Credentials.AccessKeySecret = "other" })(t, item))
	if r.Diagnosis != nil {
		t.Errorf("diagnosis of another secret is %+v", r.Diagnosis)
	}
}

// A mistake that no SDK is known for is found by the signature, and a signature
// that only looks wrong in some way is nothing that a signer has proven.
func TestAMistakeWithoutANameIsDiagnosed(t *testing.T) {
	item := itemOf(t, putType)
	// resigned is what came of a request whose signature is another one.
	resigned := func(sign func(text, right string) string) reports.Result {
		o := signedBy(nil)(t, item)
		req := o.Captured[0].Request
		v := item.Operation.Verifier(item.Profile.Scheme).Verify(req)
		authorization, _ := req.Header("Authorization")
		req.SetHeader("Authorization", strings.Replace(authorization, v.Provided, sign(v.Stage(signature.StringToSign), v.Provided), 1))
		if r := judgePurely(t, item, o); r.Diagnosis != nil {
			t.Errorf("it is judged with a search: %+v", r.Diagnosis)
		}
		set, err := vectors.Load()
		if err != nil {
			t.Fatal(err)
		}
		return spec.Diagnosed(set, item, o)
	}
	hmacOf := func(text string) string {
		mac := hmac.New(sha1.New, []byte(item.Operation.Credentials.AccessKeySecret))
		mac.Write([]byte(text))
		return base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	r := resigned(func(text, _ string) string { return hmacOf(text + "\n") })
	if r.Outcome != reports.Fail || r.Diagnosis == nil || !slices.Equal(r.Diagnosis.Proven(), []string{"C31"}) || !slices.Equal(r.Diagnosis.Causes[0].ChangedBy, []string{"sdk"}) {
		t.Errorf("%s, diagnosis %+v", r.Outcome, r.Diagnosis)
	}
	for name, sign := range map[string]func(text, right string) string{
		"another text": func(_, _ string) string { return hmacOf("nonsense") },
		"cut":          func(_, right string) string { return right[:len(right)-8] },
		"hexadecimal":  func(_, _ string) string { return strings.Repeat("0a", 20) },
	} {
		if r := resigned(sign); r.Outcome == reports.Pass || r.Diagnosis != nil {
			t.Errorf("%s: %s, diagnosis %+v", name, r.Outcome, r.Diagnosis)
		}
	}
}

// A clock that was read twice is diagnosed, beside what else is wrong.
func TestASecondReadingOfTheClockIsDiagnosed(t *testing.T) {
	item := itemOf(t, putType)
	for _, c := range []struct {
		seen   seen
		causes []string
	}{
		{thenOnItsWay(signedBy(nil), sentLater(1)), []string{"C13"}},
		{thenOnItsWay(slipped("content-type-unsigned"), sentLater(1)), []string{"C01", "C13"}},
	} {
		r := judgePurely(t, item, c.seen(t, item))
		var got []string
		for _, cause := range r.Diagnosis.Causes {
			got = append(got, cause.ID)
			if cause.Confidence != "proof" || cause.Evidence == "" || cause.Fix == "" {
				t.Errorf("%+v", cause)
			}
		}
		if !slices.Equal(got, c.causes) {
			t.Errorf("causes %v, want %v", got, c.causes)
		}
	}
}

func arriving(requests ...*wire.Request) seen {
	return func(_ *testing.T, item *spec.Item) *subject.Observation { return arrived(item, requests...) }
}

// and is several arrivals, one behind the other.
func and(all ...seen) seen {
	return func(t *testing.T, item *spec.Item) *subject.Observation {
		o := arrived(item)
		for _, s := range all {
			o.Captured = append(o.Captured, s(t, item).Captured...)
		}
		return o
	}
}

func probe(_ *testing.T, item *spec.Item) *subject.Observation {
	o := arrived(item, &wire.Request{Transport: "http", Method: "HEAD", Target: "/", Headers: []wire.Header{{Name: "Host", Value: "h"}}})
	o.Captured[0].Probe = "negotiation"
	return o
}

// at is when it arrived, counted from when it was signed.
func at(later time.Duration, first seen) seen {
	return func(t *testing.T, item *spec.Item) *subject.Observation {
		o := first(t, item)
		for i := range o.Captured {
			o.Captured[i].At = plan(load(t), item).Time.Add(later)
		}
		return o
	}
}

// reporting is a right request, of which the SDK reports that status.
func reporting(status int) seen {
	return func(t *testing.T, item *spec.Item) *subject.Observation {
		o := arrived(item, send(t, item, nil))
		o.Status = status
		return o
	}
}

func unreadable(_ *testing.T, item *spec.Item) *subject.Observation {
	o := arrived(item, nil)
	o.Captured[0].Error = "no colon in header 3"
	return o
}

func signedBy(change func(in *signature.Input)) seen {
	return func(t *testing.T, item *spec.Item) *subject.Observation { return arrived(item, send(t, item, change)) }
}

func planned(change func(p *mutants.Plan)) seen {
	return func(t *testing.T, item *spec.Item) *subject.Observation {
		_, req, err := (&mutants.Sender{Plan: change}).Send(load(t), item.Profile, item.Operation)
		if err != nil {
			t.Fatal(err)
		}
		return arrived(item, req)
	}
}

func signedUnder(profile *signature.Profile) seen {
	return func(t *testing.T, item *spec.Item) *subject.Observation {
		return arrived(item, sendAs(t, profile, item, nil))
	}
}

// onItsWay is a signed request that something happened to on its way.
func onItsWay(change func(req *wire.Request)) seen { return thenOnItsWay(signedBy(nil), change) }

func thenOnItsWay(first seen, change func(req *wire.Request)) seen {
	return func(t *testing.T, item *spec.Item) *subject.Observation {
		req := first(t, item).Captured[0].Request
		before := string(req.AppendHTTP(nil))
		change(req)
		if string(req.AppendHTTP(nil)) == before {
			t.Fatalf("nothing is changed in %s", before)
		}
		return arrived(item, req)
	}
}

// sentLater sends another time than was signed, some seconds later.
func sentLater(seconds int) func(req *wire.Request) {
	return func(req *wire.Request) {
		for i, h := range req.Headers {
			if wire.EqualFold(h.Name, "Date") || strings.HasSuffix(strings.ToLower(h.Name), "-date") {
				req.Headers[i].Value = laterBy(seconds, h.Value)
			}
		}
		req.Target = timeOfURL.ReplaceAllStringFunc(req.Target, func(found string) string {
			name, value, _ := strings.Cut(found, "=")
			return name + "=" + laterBy(seconds, value)
		})
	}
}

var timeOfURL = regexp.MustCompile(`\b(Expires=\d{10}|(x-oss|X-Amz)-[Dd]ate=\w+)`)

// timeLineLater signs another time in the time line alone.
func timeLineLater(seconds int) seen {
	return func(t *testing.T, item *spec.Item) *subject.Observation {
		profile := item.Profile.WithTimeLine(func(sent string) string { return laterBy(seconds, sent) })
		return arrived(item, sendAs(t, profile, item, nil))
	}
}

func laterBy(seconds int, text string) string {
	for _, layout := range []string{http.TimeFormat, "20060102T150405Z"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.Add(time.Duration(seconds) * time.Second).Format(layout)
		}
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return strconv.Itoa(n + seconds)
}

func unauthenticated(t *testing.T, item *spec.Item) *subject.Observation {
	return arrived(item, plan(load(t), item).Request)
}

func slipped(name string) seen { return slippedBy(name, nil) }

func slippedBy(name string, change func(in *signature.Input)) seen {
	return func(t *testing.T, item *spec.Item) *subject.Observation {
		for _, s := range signature.Slips(item.Profile.ID()) {
			if s.Name == name {
				return arrived(item, sendAs(t, s.Apply(item.Profile), item, change))
			}
		}
		t.Fatalf("%s has no slip %s", item.Profile.ID(), name)
		return nil
	}
}

func readBy(name string, change func(in *signature.Input)) seen {
	return func(t *testing.T, item *spec.Item) *subject.Observation {
		for _, r := range signature.Readings(item.Profile.ID()) {
			if r.Name == name {
				return arrived(item, sendAs(t, r.Apply(item.Profile), item, change))
			}
		}
		t.Fatalf("%s has no reading %s", item.Profile.ID(), name)
		return nil
	}
}

// signedValues signs other values of metadata than are sent.
func signedValues(value func(sent string) string) seen {
	return func(t *testing.T, item *spec.Item) *subject.Observation {
		profile := item.Profile.WithValues(func(h wire.Header) string {
			if strings.Contains(h.Name, "-meta-") {
				return value(h.Value)
			}
			return h.Value
		})
		return arrived(item, sendAs(t, profile, item, nil))
	}
}

func target(target string) seen {
	return signedBy(func(in *signature.Input) { in.Request.Target = target })
}

func with(name, value string) func(in *signature.Input) {
	return func(in *signature.Input) { in.Request.SetHeader(name, value) }
}

func withoutHeader(name string) func(in *signature.Input) {
	return func(in *signature.Input) { dropHeader(in.Request, name) }
}

func withoutToken(in *signature.Input) { in.Credentials.SecurityToken = "" }

// lowerCaseToken names the token parameter of OBS V4 as its header is named.
func lowerCaseToken(in *signature.Input) {
	in.Request.Target += "?x-amz-security-token=" + wire.EscapeValue(in.Credentials.SecurityToken)
	in.Credentials.SecurityToken = ""
}

func pathStyle(in *signature.Input) {
	in.Addressing = signature.PathStyle
	in.Request.Target = "/" + in.Bucket + in.Request.Target
	in.Request.SetHeader("Host", strings.TrimPrefix(in.Request.Host(), in.Bucket+"."))
}

func virtualHost(in *signature.Input) {
	host := map[signature.Addressing]string{
		signature.PathStyle: in.Request.Host(), signature.CNAME: "obs.cn-north-4.myhuaweicloud.com",
	}[in.Addressing]
	in.Request.Target = strings.TrimPrefix(in.Request.Target, "/"+in.Bucket)
	in.Addressing = signature.VirtualHost
	in.Request.SetHeader("Host", in.Bucket+"."+host)
}

// cut drops a parameter from a target.
func cut(target, name string) string {
	t := wire.SplitTarget(target)
	list := slices.DeleteFunc(strings.Split(t.Query, "&"), func(p string) bool { return strings.HasPrefix(p, name+"=") })
	t.Query = strings.Join(list, "&")
	return t.String()
}

// formWithout drops a field of a form.
func formWithout(name string) seen {
	return func(t *testing.T, item *spec.Item) *subject.Observation {
		req := send(t, item, nil)
		fields, err := signature.FormFields(req)
		if err != nil {
			t.Fatal(err)
		}
		left := slices.DeleteFunc(slices.Clone(fields), func(f [2]string) bool { return f[0] == name })
		if len(left) == len(fields) {
			t.Fatalf("no field %s in %q", name, fields)
		}
		return arrived(item, mutants.FormRequest(req, left))
	}
}
