package spec_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// refused is a case whose signature is corrupted on the way, with the answer a
// careful server gives.
func refused(t *testing.T, method string, requirements ...string) (*vectors.Case, *wire.Request, *spec.Answer) {
	t.Helper()
	control, ok := load(t).Case("oss-v1/header/twins/key-with-special-characters")
	if !ok {
		t.Fatal("the control is gone")
	}
	c := *control
	c.ID, c.Requirements = "oss-v1/header/tests/refused", requirements
	c.Input = *control.Input.Clone()
	c.Input.Request.Method = method
	c.Expect = vectors.Expect{
		Rejected: &vectors.Rejection{Class: "signature-mismatch", Status: 403, Code: "SignatureDoesNotMatch", EC: "0002-00000040"},
		Control:  control.ID, Tamper: []vectors.Tamper{{When: "after-signing", Op: "corrupt-signature"}},
	}
	req, answer := answered(t, &c)
	return &c, req, answer
}

// answered is what arrives of a case, and the answer of a careful server.
func answered(t *testing.T, c *vectors.Case) (*wire.Request, *spec.Answer) {
	t.Helper()
	profile, err := signature.LookupID(c.Profile())
	if err != nil {
		t.Fatal(err)
	}
	req, err := c.Arrival(profile)
	if err != nil {
		t.Fatal(err)
	}
	r := endpoint.Answer(endpoint.OSS, c.Server(profile).Verify(req), req, c.ReceivedAt())
	return req, &spec.Answer{Status: r.Status, Headers: r.Headers, Body: r.Body}
}

func TestARightRefusalPasses(t *testing.T) {
	for _, method := range []string{"GET", "HEAD"} {
		c, req, answer := refused(t, method, "OSS1-AUTH-08")
		if r := spec.JudgeAnswer(load(t), c, req, answer); r.Outcome != reports.Pass || r.Wire != nil {
			t.Errorf("%s: %s: %s", method, r.Outcome, r.Message)
		} else if want := "refused for the right reason, " + c.Expect.Rejected.Class + ": 403 SignatureDoesNotMatch 0002-00000040; its valid twin is " + c.Expect.Control; r.Message != want {
			t.Errorf("%s: it says %q, want %q", method, r.Message, want)
		}
	}
}

func TestAWrongRefusalFails(t *testing.T) {
	edit := func(old, new string) func(*spec.Answer) {
		return func(a *spec.Answer) {
			if !strings.Contains(a.Body, old) {
				t.Fatalf("the answer has no %q:\n%s", old, a.Body)
			}
			a.Body = strings.Replace(a.Body, old, new, 1)
		}
	}
	for _, test := range []struct {
		name    string
		change  func(*spec.Answer)
		outcome reports.Outcome
		message string
	}{
		{"accepted", func(a *spec.Answer) { a.Status = 200 }, reports.AcceptedWrongly, "answered 200"},
		{"status", func(a *spec.Answer) { a.Status = 400 }, reports.Fail, "another status"},
		{"code", edit("<Code>SignatureDoesNotMatch", "<Code>AccessDenied"), reports.Fail, "another code: AccessDenied"},
		{"EC", edit("<EC>0002-00000040", "<EC>0002-00000201"), reports.Fail, "another EC"},
		{"string", edit("47 45 54 0A", "50 55 54 0A"), reports.Fail, "over another stringToSign"},
		{"no answer", func(a *spec.Answer) { *a = spec.Answer{} }, reports.ProtocolError, "no answer"},
		{"not read", edit("<Error>", "<Fault>"), reports.Fail, "cannot be read"},
		{"cut", func(a *spec.Answer) { a.Body = a.Body[:len(a.Body)-len("</Error>")] }, reports.Fail, "cut off"},
		{"no document", func(a *spec.Answer) { a.Body = "" }, reports.Fail, "without code"},
	} {
		c, req, answer := refused(t, "GET", "OSS1-AUTH-08")
		test.change(answer)
		r := spec.JudgeAnswer(load(t), c, req, answer)
		if r.Outcome != test.outcome || !strings.Contains(r.Message, test.message) || r.Wire == nil {
			t.Errorf("%s: %s: %s", test.name, r.Outcome, r.Message)
		}
	}
}

// An answer is held to a rule about answers only by a case that names it.
func TestRulesAboutTheAnswerAreLookedUpInIt(t *testing.T) {
	drop := func(element string) func(*spec.Answer) {
		return func(a *spec.Answer) {
			open, end := strings.Index(a.Body, "<"+element+">"), strings.Index(a.Body, "</"+element+">")
			a.Body = a.Body[:open] + a.Body[end+len(element)+3:]
		}
	}
	dropHeader := func(name string) func(*spec.Answer) {
		return func(a *spec.Answer) {
			for i := range a.Headers {
				if wire.EqualFold(a.Headers[i].Name, name) {
					a.Headers[i].Name = "x-other"
				}
			}
		}
	}
	for _, test := range []struct {
		requirement, method string
		change              func(*spec.Answer)
	}{
		{"OSS1-ERROR-01", "GET", drop("StringToSignBytes")},
		{"OSS1-ERROR-01", "GET", drop("SignatureProvided")},
		{"OSS1-ERROR-02", "GET", func(a *spec.Answer) { a.Body = strings.Replace(a.Body, "<StringToSign>GET", "<StringToSign>PUT", 1) }},
		{"OSS1-ERROR-03", "HEAD", dropHeader("x-oss-err")},
	} {
		for _, named := range []string{test.requirement, "OSS1-AUTH-08"} {
			c, req, answer := refused(t, test.method, named)
			if r := spec.JudgeAnswer(load(t), c, req, answer); r.Outcome != reports.Pass {
				t.Errorf("%s, as answered: %s: %s", named, r.Outcome, r.Message)
			}
			test.change(answer)
			if test.requirement == "OSS1-ERROR-03" { // without its document the code is nowhere
				answer.Headers = append(answer.Headers, wire.Header{Name: "x-obs-error-code", Value: "SignatureDoesNotMatch"})
			}
			r := spec.JudgeAnswer(load(t), c, req, answer)
			if (r.Outcome == reports.Fail) != (named == test.requirement) {
				t.Errorf("%s broken, %s named: %s: %s", test.requirement, named, r.Outcome, r.Message)
			}
			if r.Outcome == reports.Fail && !strings.HasPrefix(r.Rule, named+": ") {
				t.Errorf("%s: the rule told is %s", named, r.Rule)
			}
		}
	}
}

func TestAValidRequestMustBeLetIn(t *testing.T) {
	c, _ := load(t).Case("oss-v1/header/twins/key-with-special-characters")
	req, answer := answered(t, c)
	for _, test := range []struct {
		status int
		want   reports.Outcome
	}{{answer.Status, reports.Pass}, {404, reports.Pass}, {403, reports.RejectedWrongly}, {400, reports.RejectedWrongly}, {500, reports.RejectedWrongly}, {0, reports.ProtocolError}, {100, reports.ProtocolError}} {
		if r := spec.JudgeAnswer(load(t), c, req, &spec.Answer{Status: test.status}); r.Outcome != test.want {
			t.Errorf("status %d: %s: %s", test.status, r.Outcome, r.Message)
		}
	}
}

// What comes behind the signature proves that it was accepted, or that the
// server does not offer what was asked for.
func TestARefusalOfAValidRequestForAnotherReason(t *testing.T) {
	c, _ := load(t).Case("oss-v1/header/twins/key-with-special-characters")
	req, _ := answered(t, c)
	argument := func(name string) string {
		return "<Code>InvalidArgument</Code><ArgumentName>" + name + "</ArgumentName>"
	}
	for _, test := range []struct {
		status   int
		document string
		want     reports.Outcome
	}{
		{501, "<Code>NotImplemented</Code>", reports.Unsupported},
		{501, "", reports.RejectedWrongly},
		{400, "<Code>MalformedXML</Code>", reports.Pass},
		{400, "<Code>InvalidArgument</Code><EC>0017-00000902</EC>", reports.Pass},
		{400, "<Code>InvalidArgument</Code><EC>0002-00000902</EC>", reports.RejectedWrongly},
		{403, "<Code>AccessDenied</Code><EC>0003-00000001</EC>", reports.RejectedWrongly},
		{400, argument("x-oss-symlink-target"), reports.Pass},
		{400, argument("x-oss-date"), reports.RejectedWrongly},
		{400, argument("X-Amz-Credential"), reports.RejectedWrongly},
		{400, argument(""), reports.RejectedWrongly},
		{400, "<Code>InvalidArgument</Code>", reports.RejectedWrongly},
	} {
		answer := &spec.Answer{Status: test.status, Body: "<?xml version=\"1.0\"?><Error>" + test.document + "</Error>"}
		if r := spec.JudgeAnswer(load(t), c, req, answer); r.Outcome != test.want {
			t.Errorf("%d %s: %s: %s", test.status, test.document, r.Outcome, r.Message)
		}
	}
}

// The document of an answer to HEAD stands in a header.
func TestTheAnswerToHEADIsReadFromItsHeader(t *testing.T) {
	c, req, answer := refused(t, "HEAD", "OSS1-AUTH-08")
	document, err := base64.StdEncoding.DecodeString(answer.Header("X-OSS-ERR"))
	if err != nil || answer.Body != "" || !strings.Contains(string(document), "SignatureDoesNotMatch") {
		t.Fatalf("%v: body %q, header %q", err, answer.Body, document)
	}
	for i := range answer.Headers {
		if answer.Headers[i].Name == "x-oss-err" {
			answer.Headers[i].Value = base64.StdEncoding.EncodeToString([]byte(strings.Replace(string(document), "SignatureDoesNotMatch", "AccessDenied", 1)))
		}
	}
	if r := spec.JudgeAnswer(load(t), c, req, answer); r.Outcome != reports.Fail {
		t.Errorf("%s: %s", r.Outcome, r.Message)
	}
	for i := range answer.Headers {
		if answer.Headers[i].Name == "x-oss-err" {
			answer.Headers[i].Value = base64.StdEncoding.EncodeToString([]byte(strings.Replace(string(document), "48 45 41 44", "47 45 41 44", 1)))
		}
	}
	if r := spec.JudgeAnswer(load(t), c, req, answer); r.Outcome != reports.Fail || !strings.Contains(r.Message, "over another stringToSign") {
		t.Errorf("another string: %s: %s", r.Outcome, r.Message)
	}
}
