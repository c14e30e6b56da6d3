package spec_test

import (
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/wire"
)

// Vectors the tests below work on.
const (
	v1PutACL      = "oss-v1/header/published-documents/put-acl-path-style-with-x-oss-header"
	v1PutSTS      = "oss-v1/header/published-sdk/put-object-with-sts-token"
	v1Presign     = "oss-v1/query/published-sdk/presign-get-response-override-beside-unsigned-parameters"
	v4GetSTS      = "oss-v4/header/basics/get-object-sts"
	v4Additional  = "oss-v4/header/published-sdk/put-object-additional-headers"
	v4Contested   = "oss-v4/header/basics/put-object-date-header-in-gmt"
	v4Presign     = "oss-v4/query/basics/presign-get-object-sts"
	v4Form        = "oss-v4/form/basics/post-policy-sts"
	obsForm       = "obs-v2/form/basics/post-policy-sts"
	obsPresign    = "obs-v4/query/basics/presign-get-object-sts"
	obsSlash      = "obs-v2/query/keys/leading-slash"
	obsBucketURL  = "obs-v4/query/link-paths/virtual-host-bucket"
	obsPort       = "obs-v4/header/addressing/default-port-in-host" // over https
	awsRepeated   = "obs-aws-v2/header/published-documents/aws-example-put-object-custom-domain-repeated-metadata"
	rtmpContested = "oss-rtmp/query/basics/push-url-sts"
	vendorHeader  = "x-oss-abc"
)

// A change makes a wrong answer, or another right one, out of a right answer.
type change func(t *testing.T, item *spec.Item, o *subject.Observation)

var signed = []struct {
	name   string
	vector string
	change change
	want   string // the outcome, or for a failure the stage or the kind of divergence
	says   string // in the message
}{
	{"right", v4GetSTS, as(nil), "pass", ""},
	{"right, in a URL", v4Presign, as(nil), "pass", ""},
	{"right, in a form", obsForm, as(nil), "pass", ""},
	{"the signature and nothing else", v4GetSTS, bare, "pass", ""},
	{"a signature in the request alone", v4GetSTS, withoutStages, "pass", ""},
	{"a signature in the URL alone", v4Presign, withoutStages, "pass", ""},
	{"a signature in the form alone", obsForm, withoutStages, "pass", ""},
	{"no signature anywhere", v4GetSTS, all(withoutStages, unsignedRequest), "protocol-error", "holds no signature"},
	{"another signature", v4GetSTS, all(bare, stage(signature.SignatureValue, "c0ffee")), "signature", ""},
	{"an empty signature", v4GetSTS, all(bare, stage(signature.SignatureValue, "")), "signature", ""},
	{"the signature in capitals", v4GetSTS, all(bare, upperCase), "signature", ""},

	{"a wrong stage before a right signature", v4GetSTS, stage(signature.CanonicalRequest, "GET\n/"), "canonicalRequest", ""},
	{"two wrong stages", v4GetSTS, all(without, stage(signature.StringToSign, "x"), stage(signature.SignatureValue, "y")), "stringToSign", ""},
	{"right stages and a wrong signature", v4GetSTS, all(without, stage(signature.SignatureValue, "y")), "signature", ""},
	{"a wrong signing key", v4GetSTS, stage(signature.SigningKey, "00"), "signingKey", ""},

	{"Authorization pairs in another order", v4Additional, authorization(reversePairs), "pass", ""},
	{"blanks behind the commas of Authorization", v4Additional, authorization(func(v string) string { return strings.ReplaceAll(v, ",", ", ") }), "pass", ""},
	{"a pair of Authorization lost", v4Additional, authorization(func(v string) string { return strings.Replace(v, ",AdditionalHeaders=abc;zabc", "", 1) }), "authorization", ""},
	{"another scheme word, reported only", v4GetSTS, all(without, stage(signature.Authorization, "OSS4 x")), "authorization", ""},
	{"another signature in Authorization", v4GetSTS, authorization(func(v string) string { return strings.Replace(v, "Signature=2", "Signature=3", 1) }), "authorization", "not the one it reports"},
	{"another signature in the URL", v4Presign, url("x-oss-signature=a", "x-oss-signature=b"), "url", "not the one it reports"},
	{"another signature in the form", obsForm, field("signature", "AAAA"), "form", "not the one it reports"},
	{"Authorization twice", v4GetSTS, again("Authorization"), "authorization", "stands once"},
	{"no Authorization beside a right signature", v4GetSTS, unsignedRequest, "unsigned", "carries no authentication"},
	{"a header added behind the signature", v1PutACL, header("x-oss-meta-late", "1"), "canonicalHeaders", "not for the request it returned"},
	{"a parameter added behind the signature", v1PutACL, inTarget("&versionId=1"), "canonicalResource", "not for the request it returned"},
	{"a header added that nobody signs", v1PutACL, header("User-Agent", "sdk/1.0"), "pass", ""},

	{"a presigned request in place of a URL", v4Presign, presignedRequest, "pass", ""},
	{"URL parameters in another order", v4Presign, reverseParameters, "pass", ""},
	{"a parameter more, unsigned", v1Presign, url("?", "?utm=1&"), "pass", ""},
	{"a parameter less, unsigned", v1Presign, url("&param1=value1", ""), "url", ""},
	{"another path in the URL", v4Presign, url("/report.pdf", "/other.pdf"), "url", ""},
	{"another host in the URL", v4Presign, url("examplebucket", "otherbucket"), "url", ""},
	{"the usual port in the URL", v4Presign, url("aliyuncs.com/", "aliyuncs.com:443/"), "pass", ""},
	{"another port in the URL", v4Presign, url("aliyuncs.com/", "aliyuncs.com:80/"), "url", ""},
	{"the host of the URL in capitals", v4Presign, url("oss-cn", "OSS-CN"), "pass", ""},
	{"a raw slash more in front of the key, which OSS drops", v4Presign, url("/docs", "//docs"), "pass", ""},
	{"a raw slash more in front of the key, which OBS keeps", obsPresign, url("/docs", "//docs"), "key", "the path was changed"},
	{"a raw slash more inside of the key", v4Presign, url("/report", "//report"), "key", "the path was changed"},
	{"an encoded slash more in front of the key", v4Presign, url("/docs", "/%2Fdocs"), "key", "the path was changed"},
	{"the path of the URL encoded otherwise", v4Presign, url("report.pdf", "repor%74.pdf"), "pass", ""},

	{"form fields in another order", v4Form, reverseFields, "pass", ""},
	{"a field more", v4Form, moreFields, "pass", ""},
	{"a field less", v4Form, field("x-oss-security-token", ""), "form", ""},
	{"another policy, signed", v4Form, as(func(in *signature.Input) { in.Policy = "{}" }), "body", "policy"},
	{"another day's key for a form", v4Form, as(func(in *signature.Input) { in.Time = in.Time.Add(240 * time.Hour) }), "pass", ""},
	{"another day's key and no token", v4Form, as(func(in *signature.Input) {
		in.Time, in.Credentials.SecurityToken = in.Time.Add(240*time.Hour), ""
	}), "token", ""},

	{"its own clock in a header", v4Contested, as(func(in *signature.Input) {
		in.Request.SetHeader("Date", "Sat, 16 Dec 2023 16:22:22 GMT")
	}), "pass", ""},
	{"its own clock and a wrong signature", v4Contested, all(as(func(in *signature.Input) {
		in.Request.SetHeader("Date", "Sat, 16 Dec 2023 16:22:22 GMT")
	}), forged), "signature", ""},
	{"its own clock in a URL", v4Presign, as(func(in *signature.Input) { in.Time = in.Time.Add(time.Hour) }), "pass", ""},
	{"another expiry of a V1 URL", v1Presign, as(func(in *signature.Input) { in.Expires += 3600 }), "parameter", "another time"},
	{"another lifetime of a V4 URL", v4Presign, as(func(in *signature.Input) { in.Expires += 3600 }), "parameter", "another time"},
	{"a signed header more", v1PutACL, as(func(in *signature.Input) { addHeader(in.Request, "x-oss-meta-sdk", "1.0") }), "pass", ""},
	{"a signed parameter more", v1PutACL, as(func(in *signature.Input) { in.Request.Target += "&versionId=1" }), "pass", ""},
	{"headers that go with the URL", v4Presign, withURLHeaders, "pass", ""},
	{"headers that go with the URL, not told", v4Presign, all(withURLHeaders, forgetURLHeaders), "canonicalHeaders", ""},

	{"a header lost", v1PutACL, as(func(in *signature.Input) { dropHeader(in.Request, vendorHeader) }), "header", "lost or changed"},
	{"a header changed", v1PutACL, as(func(in *signature.Input) { in.Request.SetHeader(vendorHeader, "other") }), "header", "lost or changed"},
	{"Content-Type lost", v1PutSTS, as(func(in *signature.Input) { dropHeader(in.Request, "Content-Type") }), "header", ""},
	{"a header its caller wanted signed", v4Additional, as(func(in *signature.Input) { in.AdditionalHeaders = []string{"abc"} }), "header", "wanted signed"},
	{"a repeated header joined", awsRepeated, joinRepeated, "pass", ""},
	{"one of a repeated header lost", awsRepeated, as(func(in *signature.Input) { dropHeader(in.Request, "X-Amz-Meta-ReviewedBy") }), "header", ""},
	{"a parameter lost", v1PutACL, as(func(in *signature.Input) { in.Request.Target = "/bucket/abc" }), "parameter", "lost"},
	{"another key", v1PutACL, as(func(in *signature.Input) { in.Request.Target = "/bucket/abcd?acl" }), "key", ""},
	{"the key encoded otherwise", v1PutACL, as(func(in *signature.Input) {
		in.Request.Target = "/bucket/%61bc?acl"
		addHeader(in.Request, "x-oss-meta-sdk", "1.0") // else the signature is the same
	}), "pass", ""},
	{"a slash in front of an OBS key, encoded", obsSlash, as(func(in *signature.Input) { in.Request.Target = "/%2Fa.txt" }), "pass", ""},
	{"a URL without a path", obsBucketURL, url(".com/?", ".com?"), "pass", ""},
	{"another method", v1PutACL, as(func(in *signature.Input) { in.Request.Method = "POST" }), "scheme", "method"},
	{"another host", v1PutACL, as(func(in *signature.Input) { in.Request.SetHeader("Host", "elsewhere.example") }), "addressing", "host"},
	{"the default port taken from the host", obsPort, as(func(in *signature.Input) {
		in.Request.SetHeader("Host", "examplebucket.obs.cn-north-4.myhuaweicloud.com")
	}), "pass", ""},
	{"another port in the host", obsPort, as(func(in *signature.Input) {
		in.Request.SetHeader("Host", "examplebucket.obs.cn-north-4.myhuaweicloud.com:80")
	}), "addressing", "host"},
	{"no Host header", v1PutACL, as(func(in *signature.Input) { dropHeader(in.Request, "Host") }), "pass", ""},
	{"another body", v1PutACL, as(func(in *signature.Input) { in.Request.Body = "x" }), "body", ""},
	{"no token", v4GetSTS, as(func(in *signature.Input) { in.Credentials.SecurityToken = "" }), "token", ""},
	{"a token under a name in other letter case", obsPresign, as(lowerCaseToken), "contested", "letter case"},
	{"a token under a name in other letter case, and another lifetime", obsPresign, as(func(in *signature.Input) {
		lowerCaseToken(in)
		in.Expires += 3600
	}), "parameter", "another time"},
	{"another access key", v4GetSTS, all(bareRequest, as(func(in *signature.Input) { in.Credentials.AccessKeyID = "OTHER" })), "authorization", ""},
	{"another secret", v4GetSTS, as(func(in *signature.Input) { in.Credentials.AccessKeySecret = "other" }), "signingKey", ""},
	{"another region", v4GetSTS, as(func(in *signature.Input) { in.Region = "us-east-1" }), "stringToSign", ""},
	{"another product", v4GetSTS, as(func(in *signature.Input) { in.Product = "oss-cloudbox" }), "stringToSign", ""},

	{"another scheme", v4GetSTS, under(signature.OSSV1Header), "scheme", "oss-v1/header"},
	{"another scheme of another vendor", v4GetSTS, under(signature.OBSV2Header), "scheme", "obs-v2/header"},
	{"another carrier", v4Presign, under(signature.OSSV4Header), "carrier", "oss-v4/header"},

	{"the vector's other reading", rtmpContested, reading("token-signed"), "contested", "token-signed"},
	{"neither of the vector's readings", rtmpContested, all(bare, stage(signature.SignatureValue, "c0ffee")), "signature", ""},
	{"the vector's other reading, without a request", v4Contested, all(reading("date-as-iso"), bare), "contested", "date-as-iso"},
	{"another reading of the scheme, of a request with more in it", v1PutACL, readingOf("listed-parameters-only", func(in *signature.Input) {
		in.Request.Target += "&x-oss-unheard=1"
	}), "contested", "listed-parameters-only"},
	{"another reading and a lost parameter", v4Contested, readingOf("date-as-iso", func(in *signature.Input) {
		in.Request.Target = strings.Replace(in.Request.Target, "param1=value1&", "", 1)
	}), "parameter", "lost"},
}

func TestJudgeOfSignatures(t *testing.T) {
	for _, test := range signed {
		t.Run(test.name, func(t *testing.T) {
			item := itemOf(t, test.vector)
			o := honest.Sign(t.Context(), item.Question())
			test.change(t, item, o)
			r := judgePurely(t, item, o)
			if got := placeOf(r); got != test.want {
				t.Errorf("%s, want %s: %s", got, test.want, r.Message)
			}
			if !strings.Contains(r.Message, test.says) {
				t.Errorf("message is %q, want %q in it", r.Message, test.says)
			}
			if r.Outcome == reports.Fail && r.Stage != "" && r.Expected == nil && !strings.Contains(r.Message, "a server refuses") {
				t.Errorf("a stage differs, and no bytes are shown: %+v", r)
			}
			if r.Expected != nil && r.Observed != nil && *r.Expected == *r.Observed {
				t.Errorf("expected and observed are the same: %q", *r.Expected)
			}
		})
	}
}

func placeOf(r reports.Result) string {
	if r.Outcome == reports.Fail {
		return r.Place()
	}
	return string(r.Outcome)
}

// A subject that declares the feature clock signs for the time it is given.
func TestADeclaredClockIsHeldToItsTime(t *testing.T) {
	another := func(in *signature.Input) {
		in.Time = in.Time.Add(time.Hour)
		in.Request.SetHeader("Date", "Sat, 16 Dec 2023 16:22:22 GMT")
	}
	for _, vector := range []string{v4Presign, v4Contested} {
		for _, clock := range []bool{false, true} {
			item := *itemOf(t, vector)
			item.Clock = clock
			o := honest.Sign(t.Context(), item.Question())
			if r := judgePurely(t, &item, o); r.Outcome != reports.Pass {
				t.Errorf("%s, clock %t: %s: %s", vector, clock, placeOf(r), r.Message)
			}
			as(another)(t, &item, o)
			if r := judgePurely(t, &item, o); (r.Outcome == reports.Pass) == clock || clock && !strings.Contains(r.Message, "feature clock") {
				t.Errorf("%s at another time, clock %t: %s: %s", vector, clock, placeOf(r), r.Message)
			}
		}
	}
}

// It may write that time in another header, and in another form.
func TestADeclaredClockMayBeWrittenInItsOwnForm(t *testing.T) {
	const wins = "oss-v4/header/dates/x-oss-date-wins"
	for _, test := range []struct {
		name, vector, header, value string
		pass                        bool
	}{
		{"the same time in the vendor's header", v4Contested, "x-oss-date", "20231216T162057Z", true},
		{"another time in the vendor's header", v4Contested, "x-oss-date", "20231216T162157Z", false},
		{"its own Date beside the vendor's header", wins, "Date", "Mon, 20 May 2024 08:00:00 GMT", true},
		{"another time in V1", "oss-v1/header/dates/date-alone", "x-oss-date", "Mon, 20 May 2024 08:00:01 GMT", false},
		{"the time it was asked to sign at, in V1", "oss-v1/header/dates/date-alone", "x-oss-date", "Mon, 20 May 2024 08:00:00 GMT", true},
		{"the same time in V1", "oss-v1/header/dates/date-alone", "x-oss-date", "Mon, 20 May 2024 07:55:00 GMT", true},
	} {
		item := *itemOf(t, test.vector)
		item.Clock = true
		o := honest.Sign(t.Context(), item.Question())
		as(func(in *signature.Input) { in.Request.SetHeader(test.header, test.value) })(t, &item, o)
		if r := judgePurely(t, &item, o); (r.Outcome == reports.Pass) != test.pass {
			t.Errorf("%s: %s: %s", test.name, placeOf(r), r.Message)
		}
	}
}

// Beside a Date of another time V4 may be signed for either: that of the Date, or
// the one that was asked for in the vendor's header.
func TestADeclaredClockMayBeAskedForBesideAnotherDate(t *testing.T) {
	for value, want := range map[string]string{"": "pass", "20231216T172057Z": "pass", "20231216T172157Z": "parameter"} {
		item := *itemOf(t, v4Contested)
		given := *item.Case
		given.Input = *given.Input.Clone()
		given.Input.Time = given.Input.Time.Add(time.Hour)
		item.Case, item.Clock = &given, true
		o := honest.Sign(t.Context(), item.Question())
		if value != "" {
			as(func(in *signature.Input) { in.Request.SetHeader("x-oss-date", value) })(t, &item, o)
		}
		if r := judgePurely(t, &item, o); placeOf(r) != want {
			t.Errorf("x-oss-date %q: %s, want %s: %s", value, placeOf(r), want, r.Message)
		}
	}
}

// Who has a token beside his key may put it into the request himself: it is kept
// like what else he gave, and neither lost nor changed.
func TestATokenThatItsCallerPutIntoTheRequestIsKept(t *testing.T) {
	const name = "x-oss-security-token"
	more := as(func(in *signature.Input) { addHeader(in.Request, "x-oss-meta-sdk", "1.0") })
	for _, test := range []struct {
		name, vector string
		change       change
		want         string
	}{
		{"as it was given", v1PutACL, as(nil), "pass"},
		{"with a signed header more", v1PutACL, more, "pass"},
		{"with a signed header more, in V4", v4Contested, more, "pass"},
		{"beside a URL", v1Presign, as(nil), "pass"},
		{"beside a URL for its own clock", v4Presign, as(func(in *signature.Input) { in.Time = in.Time.Add(time.Hour) }), "pass"},
		{"lost", v1PutACL, as(func(in *signature.Input) { dropHeader(in.Request, name) }), "token"},
		{"lost, in V4", v4Contested, as(func(in *signature.Input) { dropHeader(in.Request, name) }), "token"},
		{"changed", v1PutACL, as(func(in *signature.Input) { in.Request.SetHeader(name, "other") }), "token"},
		{"beside another", v1PutACL, as(func(in *signature.Input) { addHeader(in.Request, name, "other") }), "token"},
	} {
		item := given(t, test.vector, func(in *signature.Input) {
			in.Credentials.SecurityToken = ""
			addHeader(in.Request, name, "CAISgivenInTheRequest")
		})
		o := honest.Sign(t.Context(), item.Question())
		test.change(t, item, o)
		if r := judgePurely(t, item, o); placeOf(r) != test.want {
			t.Errorf("%s: %s, want %s: %s", test.name, placeOf(r), test.want, r.Message)
		}
	}
}

// given is the item of a vector whose input is another one. Nothing is pinned.
func given(t *testing.T, vector string, change func(in *signature.Input)) *spec.Item {
	item := *itemOf(t, vector)
	c := *item.Case
	c.Input = *c.Input.Clone()
	change(&c.Input)
	c.Expect.Stages.Values, item.Case = nil, &c
	return &item
}

// A date that its caller wanted signed is signed; it is that of the signer.
func TestADateThatIsToBeSignedMayBeTheSignersOwn(t *testing.T) {
	item := given(t, v4Additional, func(in *signature.Input) {
		in.Request.SetHeader("x-oss-date", "20231216T162057Z")
		in.AdditionalHeaders = append(in.AdditionalHeaders, "x-oss-date")
	})
	for _, test := range []struct {
		name   string
		change change
		want   string
	}{
		{"another date", as(func(in *signature.Input) { in.Request.SetHeader("x-oss-date", "20231216T170000Z") }), "pass"},
		{"another header", as(func(in *signature.Input) { in.Request.SetHeader("abc", "other") }), "header"},
	} {
		o := honest.Sign(t.Context(), item.Question())
		test.change(t, item, o)
		if r := judgePurely(t, item, o); placeOf(r) != test.want {
			t.Errorf("%s: %s, want %s: %s", test.name, placeOf(r), test.want, r.Message)
		}
	}
}

// A target without a path is sent with a slash.
func TestATargetWithoutAPathMayGetItsSlash(t *testing.T) {
	item := given(t, v4Presign, func(in *signature.Input) {
		in.Request.Target, in.Key = "https://"+in.Request.Host(), ""
	})
	o := honest.Sign(t.Context(), item.Question())
	as(func(in *signature.Input) {
		in.Request.Target += "/"
		in.Time = in.Time.Add(time.Hour) // else the signature is the same
	})(t, item, o)
	if r := judgePurely(t, item, o); r.Outcome != reports.Pass {
		t.Errorf("%s: %s", placeOf(r), r.Message)
	}
}

// Where a request has another date than the time to sign at, both are right.
func TestADeclaredClockMayBeThatOfTheRequestOrOfTheQuestion(t *testing.T) {
	item := given(t, "oss-v4/header/dates/x-oss-date-wins", func(in *signature.Input) {
		in.Request.SetHeader("x-oss-date", "20240520T090000Z") // the question is of eight
	})
	item.Clock = true
	for date, pass := range map[string]bool{"20240520T090000Z": true, "20240520T080000Z": true, "20240520T083000Z": false} {
		o := honest.Sign(t.Context(), item.Question())
		as(func(in *signature.Input) { in.Request.SetHeader("x-oss-date", date) })(t, item, o)
		if r := judgePurely(t, item, o); (r.Outcome == reports.Pass) != pass {
			t.Errorf("signed at %s: %s: %s", date, placeOf(r), r.Message)
		}
	}
}

// A failure shows both byte strings, the request, and who says what is right.
func TestAFailureExplainsItself(t *testing.T) {
	item := itemOf(t, v1PutACL)
	o := honest.Sign(t.Context(), item.Question())
	as(func(in *signature.Input) { dropHeader(in.Request, vendorHeader) })(t, item, o)
	o.Duration = 17
	r := spec.Judge(load(t), item, o)
	if *r.Expected != "x-oss-abc: mymeta" || *r.Observed != "x-oss-abc: " {
		t.Errorf("expected %q, observed %q", *r.Expected, *r.Observed)
	}
	if r.Wire == nil || !strings.HasPrefix(string(*r.Wire), "PUT /bucket/abc?acl HTTP/1.1\r\n") || !strings.Contains(string(*r.Wire), "Authorization: OSS ") {
		t.Errorf("the request is %v", r.Wire)
	}
	if r.Type != "result" || r.ID != item.ID || r.Title != item.Title() || r.Why != item.Why() || r.Level != "must" || r.DurationNS != 17 {
		t.Errorf("result is %+v", r)
	}
	first := item.Requirements()[0]
	if !strings.HasPrefix(r.Rule, first+": ") || r.Source == "" || r.Status == "" || len(r.AgreedBy) == 0 {
		t.Errorf("rule %q, source %q, status %q, agreed by %q", r.Rule, r.Source, r.Status, r.AgreedBy)
	}
}

// A contested result names the reading in its id, and the rule it is about.
func TestAContestedResultNamesItsReading(t *testing.T) {
	item := *itemOf(t, rtmpContested)
	silent := *item.Case
	silent.Alternatives = nil // else they explain it, and no rule is named
	item.Case = &silent
	o := honest.Sign(t.Context(), item.Question())
	all(reading("token-signed"), bare)(t, &item, o)
	r := spec.Judge(load(t), &item, o)
	if r.ID != rtmpContested+"@token-signed" || !strings.HasPrefix(r.Rule, "RTMP-TOKEN-01: ") || r.Status != "contested" {
		t.Errorf("id %s, rule %q, status %s", r.ID, r.Rule, r.Status)
	}
}

func TestAVectorTheReferenceCannotSignIsNotHeldAgainstTheSubject(t *testing.T) {
	item := *itemOf(t, v4GetSTS)
	broken := *item.Case
	broken.Input.Region = ""
	item.Case = &broken
	r := spec.Judge(load(t), &item, &subject.Observation{
		ID: item.ID, Mode: subject.SignMode, Kind: subject.Answered, Stages: []subject.StageSeen{{Stage: signature.SignatureValue, Value: wire.Bytes("x")}},
	})
	if r.Outcome != reports.NotRun || !strings.Contains(r.Message, "a bug in the vector") {
		t.Errorf("%s: %s", r.Outcome, r.Message)
	}
}
