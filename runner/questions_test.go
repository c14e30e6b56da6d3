package runner_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/internal/mutants"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

var temporaryKey = signature.Credentials{AccessKeyID: ownKey.AccessKeyID, AccessKeySecret: ownKey.AccessKeySecret, SecurityToken: "token+of/this==world"}

// keyFor is the key a question is asked with.
func keyFor(q *vectors.Question) signature.Credentials {
	if q.ID == "open-questions/oss/v4-token-lifetime" {
		return temporaryKey
	}
	return ownKey
}

// reading is a server that signs as an answer says.
func reading(t *testing.T, q *vectors.Question, a *vectors.PossibleAnswer) *mutants.Mutant {
	t.Helper()
	return &mutants.Mutant{Requirement: q.ID, Name: a.Name, Profiles: []string{q.Profile}, Break: mutants.Break{
		Profile: func(p *signature.Profile) *signature.Profile {
			c, err := a.Signs.Apply(p)
			if err != nil {
				t.Error(err)
				return p
			}
			if len(q.Signed()) < len(q.Answers) { // a server that has no objection
				c = c.Clone()
				c.Limits = nil
			}
			return c
		},
	}}
}

// scripted is a server that keeps the rules for the controls, and says of each
// probe what say makes of it.
func scripted(t *testing.T, q *vectors.Question, say func(probe int) (status int, body string)) *server {
	var asked atomic.Int32
	dialect := endpoint.Dialect(q.Dialect())
	inner := serve(t, reference, dialect, keyFor(q))
	return serveRaw(t, func(conn net.Conn, req *wire.Request) {
		n := int(asked.Add(1)) - 3
		if n < 0 || req.Method == "DELETE" {
			answer, err := endpoint.Send(t.Context(), strings.TrimPrefix(inner.url, "http://"), req)
			if err != nil {
				t.Error(err)
				return
			}
			answer.Headers = slices.DeleteFunc(answer.Headers, func(h wire.Header) bool { return wire.EqualFold(h.Name, "Content-Length") })
			answer.Headers = append(answer.Headers, wire.Header{Name: "Content-Length", Value: strconv.Itoa(len(answer.Body))})
			conn.Write(answer.AppendHTTP(nil))
			return
		}
		status, body := say(n)
		fmt.Fprintf(conn, "HTTP/1.1 %d X\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", status, len(body), body)
	})
}

// fitting is an answer for which the conditions about a probe hold.
func fitting(q *vectors.Question, a *vectors.PossibleAnswer, probe int) (int, string) {
	status, fields := 0, map[string]string{}
	for _, c := range a.When {
		if c.Probe != q.Probes[probe].Name {
			continue
		}
		if c.Accepted != nil && *c.Accepted {
			return 200, "content"
		}
		if c.Status != 0 {
			status = c.Status
		}
		if status == 0 {
			status = 403
		}
		fields["Code"], fields["Message"], fields["EC"] = c.Code, "It says: "+c.Says+".", c.EC
		for _, name := range c.With {
			fields[name] = "41 "
		}
	}
	if fields["Code"] == "" {
		fields["Code"] = "AccessDenied"
	}
	body := "<Error>"
	for _, name := range []string{"Code", "Message", "AccessKeyId", "AWSAccessKeyId", "StringToSignBytes", "CanonicalRequest", "EC"} {
		if v := fields[name]; v != "" {
			body += "<" + name + ">" + v + "</" + name + ">"
		}
	}
	return status, body + "</Error>"
}

func investigate(t *testing.T, s *server, q *vectors.Question) (*reports.Stream, reports.Result) {
	t.Helper()
	stream, err := runner.Run(t.Context(), runner.Options{Endpoint: live(s, keyFor(q)), Profiles: []string{"open-questions/" + q.Dialect()}, Select: []string{q.ID}})
	if err != nil {
		t.Fatal(err)
	}
	if len(stream.Results) != 1 {
		t.Fatalf("%d results", len(stream.Results))
	}
	if !stream.Footer.AsExpected || stream.Footer.Unexpected > 0 {
		t.Errorf("a question turned the run red: %v", stream.Footer.Problems)
	}
	return stream, stream.Results[0]
}

// For every question and every possible answer there is a server that gives it,
// and the report names that answer.
func TestEveryAnswerToAnOpenQuestionIsRecognised(t *testing.T) {
	set := load(t)
	answers := 0
	for _, q := range set.Questions() {
		for i := range q.Answers {
			a := &q.Answers[i]
			answers++
			t.Run(strings.TrimPrefix(q.ID, "open-questions/")+"@"+a.Name, func(t *testing.T) {
				s := &server{}
				if a.Signs != nil {
					s = serve(t, reading(t, q, a), endpoint.Dialect(q.Dialect()), keyFor(q))
				} else {
					s = scripted(t, q, func(n int) (int, string) { return fitting(q, a, min(n, len(q.Probes)-1)) })
				}
				_, r := investigate(t, s, q)
				if r.Outcome != reports.Answered || r.ID != q.ID+"@"+a.Name || r.Answer.Name != a.Name || r.Answer.Follows == "" {
					t.Errorf("%s is %s: %s", r.ID, r.Outcome, r.Message)
				}
			})
		}
	}
	if len(set.Questions()) < 60 || answers < 150 {
		t.Errorf("%d questions, %d answers", len(set.Questions()), answers)
	}
}

// A server that masks its strings is asked reading by reading; each refusal is a
// wrong signature, and the limit holds.
func TestReadingsAreTriedWhereStringsAreMasked(t *testing.T) {
	masked := func(m *mutants.Mutant) *mutants.Mutant {
		m.Answer = func(_ *wire.Request, a *endpoint.Response) {
			for _, name := range []string{"StringToSign", "StringToSignBytes", "CanonicalRequest"} {
				before, rest, ok := strings.Cut(a.Body, "<"+name+">")
				if _, after, closed := strings.Cut(rest, "</"+name+">"); ok && closed {
					a.Body = before + "<" + name + ">******</" + name + ">" + after
				}
			}
		}
		return m
	}
	for _, q := range load(t).Questions() {
		signed := q.Signed()
		if len(signed) < 2 {
			continue
		}
		last := signed[len(signed)-1]
		s := serve(t, masked(reading(t, q, last)), endpoint.Dialect(q.Dialect()), ownKey)
		_, r := investigate(t, s, q)
		if r.ID != q.ID+"@"+last.Name {
			t.Errorf("%s is %s, want %s: %s", r.ID, r.Outcome, last.Name, r.Message)
		}
		if n := len(s.requests()); n != 2+len(signed) {
			t.Errorf("%s: %d requests for %d readings", q.ID, n, len(signed))
		}
	}
	q, _ := load(t).Question("open-questions/oss/v4-header-twice")
	opts := live(serve(t, masked(reading(t, q, q.Signed()[3])), endpoint.OSS, ownKey), ownKey)
	opts.MaxWrong = 3 // the control and two readings
	stream := run(t, runner.Options{Endpoint: opts, Profiles: []string{"open-questions/oss"}, Select: []string{q.ID}})
	if r := stream.Results[0]; r.Outcome != reports.Unanswered || !strings.Contains(r.Message, "the limit of 3 wrong signatures is used up") {
		t.Errorf("%s is %s: %s", r.ID, r.Outcome, r.Message)
	}
}

// What was not thought of is shown, never taken for something else.
func TestNonsenseLeavesAQuestionUnanswered(t *testing.T) {
	for _, q := range load(t).Questions() {
		for name, c := range map[string]struct {
			status int
			body   string
			says   string
		}{
			"broken":         {500, "<html>oops</html>", "500"},
			"teapot":         {418, "<Error><Code>Teapot</Code><Message>short and stout</Message></Error>", "Teapot"},
			"redirect":       {307, "", "307"},
			"another string": {403, "<Error><Code>SignatureDoesNotMatch</Code><StringToSign>GET\nnobody&apos;s</StringToSign></Error>", ""},
		} {
			says := false
			for i := range q.Answers { // refusals as a wrong signature are an answer to some
				for _, w := range q.Answers[i].When {
					says = says || w.Code == "SignatureDoesNotMatch" || w.Accepted != nil && !*w.Accepted && w.Code == "" && w.Status == 0
					says = says || w.Accepted != nil && !*w.Accepted && w.Status == 403 && c.status == 403
				}
			}
			if says && (c.status == 403 || q.ID[len(q.ID)-len("one-digit-day"):] == "one-digit-day") {
				continue
			}
			_, r := investigate(t, scripted(t, q, func(int) (int, string) { return c.status, c.body }), q)
			if r.Outcome != reports.Unanswered || r.Answer.Name != "" || !strings.Contains(r.Message, c.says) {
				t.Errorf("%s, %s: %s %q", q.ID, name, r.ID, r.Message)
			}
			if name == "another string" && len(q.Signed()) > 0 && (r.Observed == nil || !strings.Contains(string(*r.Observed), "nobody's")) {
				t.Errorf("%s: the string is not shown: %v", q.ID, r.Observed)
			}
		}
	}
}

// Servers whose controls fail answer nothing, whatever they say: those that let
// everybody in, and those that let nobody in.
func TestWithoutControlsNothingIsAnswered(t *testing.T) {
	wrongSecret := ownKey
	wrongSecret.AccessKeySecret = "another-secret-by-mistake"
	for name, c := range map[string]struct {
		server *mutants.Mutant
		key    signature.Credentials
	}{
		"lets everybody in": {&mutants.Mutant{Break: mutants.Break{Answer: func(_ *wire.Request, a *endpoint.Response) { *a = endpoint.Response{Status: 200} }}}, ownKey},
		"lets nobody in":    {&mutants.Mutant{Break: mutants.Break{Answer: func(_ *wire.Request, a *endpoint.Response) { *a = endpoint.Response{Status: 403} }}}, ownKey},
		"other secret":      {reference, wrongSecret},
	} {
		s := serve(t, c.server, endpoint.OSS, ownKey)
		stream, err := runner.Run(t.Context(), runner.Options{Endpoint: live(s, c.key), Profiles: []string{"open-questions/oss"}})
		if !errors.Is(err, runner.ErrNothingAsked) || stream != nil {
			t.Errorf("%s: %v", name, err)
		}
		if n := len(s.requests()); n > 60 {
			t.Errorf("%s: it was asked %d times", name, n)
		}
	}
}

// One run asks all questions of a service within the limit of wrong signatures,
// is recorded, and judged again with the same answers.
func TestAllQuestionsOfAServiceAreAskedAndRecorded(t *testing.T) {
	for _, dialect := range []endpoint.Dialect{endpoint.OSS, endpoint.OBS} {
		s := serve(t, reference, dialect, ownKey)
		opts := live(s, ownKey)
		opts.MaxWrong = runner.DefaultWrongSignatures
		var recorded bytes.Buffer
		stream := run(t, runner.Options{Endpoint: opts, Profiles: []string{"open-questions/" + string(dialect)}, Recording: func() io.Writer { return &recorded }})
		f := stream.Footer
		if !f.AsExpected || f.Verdict != reports.Partial || f.Counts[reports.Answered] < 25 || f.Counts[reports.Answered]+f.Counts[reports.Unanswered] != f.Results {
			t.Errorf("%s: as expected %t, verdict %s: %v", dialect, f.AsExpected, f.Verdict, f.Counts)
		}
		for _, r := range stream.Results {
			if r.Outcome == reports.Unanswered {
				t.Logf("%s: %s", r.ID, r.Message)
			}
		}
		replay, err := subject.ReadRecording(&recorded)
		if err != nil {
			t.Fatal(err)
		}
		again := run(t, runner.Options{Replay: replay})
		if !slices.Equal(ids(stream.Results), ids(again.Results)) {
			t.Errorf("%s: judged again it is %v", dialect, ids(again.Results))
		}
		if dialect == endpoint.OSS {
			cleanedUp(t, s)
		}
	}
}

func TestWhichQuestionsAreAskedIsClear(t *testing.T) {
	at := func(url string) *subject.LiveOptions {
		return &subject.LiveOptions{URL: url, Bucket: "my-own-bucket", Region: "cn-hangzhou", Credentials: ownKey, MaxWrong: 20}
	}
	for _, test := range []struct {
		url      string
		profiles []string
		want     string // of the ids that are planned; - where it is an error
	}{
		{"https://oss-cn-hangzhou.aliyuncs.com", []string{"open-questions"}, "open-questions/oss/"},
		{"https://obs.cn-north-4.myhuaweicloud.com", []string{"open-questions"}, "open-questions/obs/"},
		{"https://obs.cn-north-4.myhuaweicloud.com", []string{"open-questions/oss"}, "open-questions/oss/"},
		{"http://127.0.0.1:1", []string{"open-questions"}, "-does not tell which service"},
		{"http://127.0.0.1:1", []string{"open-questions/oss", "oss-v1/*"}, "-goes with no other profile"},
		{"http://127.0.0.1:1", []string{"open-questions/oss", "open-questions/obs"}, "-a server is of one service"},
		{"http://127.0.0.1:1", []string{"open-questions/cos"}, "-there are open-questions/oss and"},
	} {
		plan, err := runner.PlanEndpoint(runner.Options{Endpoint: at(test.url), Profiles: test.profiles})
		if wrong, isError := strings.CutPrefix(test.want, "-"); isError {
			if !errors.Is(err, runner.ErrSelection) || !strings.Contains(err.Error(), wrong) {
				t.Errorf("%s %q: %v", test.url, test.profiles, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s %q: %v", test.url, test.profiles, err)
			continue
		}
		questions := 0
		for _, p := range plan.Requests {
			if strings.HasPrefix(p.ID, "open-questions/") {
				questions++
				if !strings.HasPrefix(p.ID, test.want) {
					t.Errorf("%s plans %s", test.url, p.ID)
				}
			}
		}
		if questions < 30 {
			t.Errorf("%s: %d requests are planned", test.url, questions)
		}
	}
}
