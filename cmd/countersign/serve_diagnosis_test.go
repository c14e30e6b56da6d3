package main

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/internal/secret"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// A mistake that is no slip of an SDK is diagnosed where it is seen: on the page
// of the server and in its lines.
func TestAServerSaysWhichCauseARefusalHas(t *testing.T) {
	t.Setenv(secret.EnvAccessKeyID, watched.AccessKeyID)
	t.Setenv(secret.EnvAccessKeySecret, watched.AccessKeySecret)
	s := stand(t, func(ctx context.Context, env *environment) error { return serveFlagsForTest().serve(ctx, env, asItIs) })
	signed, err := signature.OSSV1Header.Sign(&signature.Input{
		Request: &wire.Request{Transport: "http", Method: "GET", Target: "/photos/k", Proto: "HTTP/1.1", Headers: []wire.Header{{Name: "Host", Value: s.listen}}},
		Bucket:  "photos", Addressing: signature.PathStyle, Time: time.Now(),
		Credentials: signature.Credentials{AccessKeyID: watched.AccessKeyID, AccessKeySecret: watched.AccessKeySecret},
	})
	if err != nil {
		t.Fatal(err)
	}
	sent := signed.Request()
	sent.Method = "DELETE"
	if res, err := endpoint.Send(t.Context(), s.listen, sent); err != nil || res.Status != 403 {
		t.Fatalf("%+v %v", res, err)
	}
	found, _ := s.exchanges(1)
	x := found["1"]
	if !slices.ContainsFunc(x.Notes, func(note string) bool {
		return strings.HasPrefix(note, "C09, HTTP method is not the one that was signed: ") && strings.Contains(note, "Sign a URL for each method")
	}) {
		t.Errorf("on the page: %q", x.Notes)
	}
	if len(x.Differences) == 0 || !strings.HasPrefix(x.Differences[0].Sides[0].Mark+x.Differences[0].Sides[1].Mark, "GD") && !strings.HasPrefix(x.Differences[0].Sides[0].Mark+x.Differences[0].Sides[1].Mark, "DG") {
		t.Errorf("on the page: %+v", x.Differences)
	}
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(s.out.String(), "C09, HTTP method is not the one that was signed: ") {
		t.Errorf("the server says\n%s", s.out.String())
	}
}

// To explain a mismatch takes longer than to answer it, and answers go first: in
// a flood of mismatches each is told of, and some without an explanation.
func TestAMismatchIsToldWithoutAnExplanationWhereTooManyWait(t *testing.T) {
	var out bytes.Buffer
	redactor := &secret.Redactor{}
	env := &environment{Stdout: redactor.Writer(&out), Stderr: redactor.Writer(&out), Redactor: redactor}
	verifier := signature.Verifier{Secret: func(string) (signature.Credentials, bool) { return watched, true }}
	j := newJournal(env, false, verifier)
	x := endpoint.Exchange{Number: 1, Request: &wire.Request{
		Transport: "http", Method: "GET", Target: "/photos/k", Proto: "HTTP/1.1",
		Headers: []wire.Header{{Name: "Host", Value: "127.0.0.1"}, {Name: "Date", Value: time.Now().UTC().Format(http.TimeFormat)}, {Name: "Authorization", Value: "OSS " + watched.AccessKeyID + ":bm8gc2lnbmF0dXJlIGF0IGFsbA=="}},
	}}
	x.Verification = verifier.Verify(x.Request)
	for range cap(j.turns) {
		j.turns <- struct{}{}
	}
	j.note(x)
	for range cap(j.turns) {
		<-j.turns
	}
	x.Number = 2
	j.note(x)
	env.Stdout.Flush()
	first, second, _ := strings.Cut(out.String(), "\n")
	if !strings.Contains(first, "1  mismatch") || !strings.Contains(first, unexplained) {
		t.Errorf("of the first it tells %q", first)
	}
	if !strings.Contains(second, "2  mismatch") || !strings.Contains(second, "no known slip explains the signature") {
		t.Errorf("of the second it tells %q", second)
	}
}

func TestWatchSaysWhichCauseARefusalHas(t *testing.T) {
	args := curl(t, "http://"+watchedHost, watchedHost, "examplebucket", "/k?acl", signature.VirtualHost, "--head")
	code, out, errOut := watching(t, args...)
	if code != exitNonconformant || !strings.Contains(errOut, "1: mismatch") || !strings.Contains(errOut, "C09, HTTP method is not the one that was signed: ") {
		t.Errorf("exit code %d\n%s\n%s", code, out, errOut)
	}
}
