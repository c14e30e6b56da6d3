package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/endpoint/livepage"
	"github.com/countersign/countersign/internal/secret"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// heldByServer is the key as the server has it; a client with another secret has
// a typing error in its configuration.
var heldByServer = signature.Credentials{AccessKeyID: watched.AccessKeyID, AccessKeySecret: "ExampleSecretOfTheServer01"}

// sending is a request to a server behind a proxy that forwards.
type sending struct {
	method, target string
	profile        *signature.Profile
	with           signature.Credentials
	headers        []wire.Header
	then           func(signed *wire.Request) // what the client does to it after signing
}

// through sends requests to a real server through a forwarding proxy whose user
// has a key, and returns what the proxy has on its page, and all that it told.
// between, if not nil, stands between the two.
func through(t *testing.T, o proxyOptions, between func(to string) string, requests ...sending) (map[string]livepage.Exchange, string) {
	t.Helper()
	t.Setenv(secret.EnvAccessKeyID, heldByServer.AccessKeyID)
	t.Setenv(secret.EnvAccessKeySecret, heldByServer.AccessKeySecret)
	server := stand(t, func(ctx context.Context, env *environment) error { return serveFlagsForTest().serve(ctx, env, asItIs) })
	to := server.listen
	if between != nil {
		to = between(to)
	}
	s := stand(t, func(ctx context.Context, env *environment) error {
		env.conceal(o.Own.AccessKeySecret)
		o.Forward, o.CADir, o.Hosts.Endpoints = true, t.TempDir(), []string{"127.0.0.1"}
		return runProxy(ctx, env, o, &pageFlags{at: "127.0.0.1:0"})
	})
	for _, r := range requests {
		req := &wire.Request{Transport: "http", Method: r.method, Target: r.target, Proto: "HTTP/1.1", Headers: append([]wire.Header{{Name: "Host", Value: to}}, r.headers...)}
		signed, err := r.profile.Sign(&signature.Input{Request: req, Bucket: "photos", Addressing: signature.PathStyle, Credentials: r.with, Region: "cn-hangzhou", Time: time.Now(), Expires: time.Now().Add(time.Hour).Unix()})
		if err != nil {
			t.Fatal(err)
		}
		sent := signed.Request()
		if r.then != nil {
			r.then(sent)
		}
		sent.Target = "http://" + to + sent.Target
		if _, err := endpoint.Send(t.Context(), s.listen, sent); err != nil {
			t.Fatal(err)
		}
	}
	found, all := s.exchanges(len(requests))
	if err := s.end(); err != nil {
		t.Error(err)
	}
	all += s.out.String() + s.told.String()
	for _, hidden := range []string{o.Own.AccessKeySecret, heldByServer.AccessKeySecret, watched.SecurityToken} {
		if form := leaked(all, hidden); form != "" {
			t.Errorf("a secret is told, %s:\n%s", form, all)
		}
	}
	return found, s.out.String() + s.told.String()
}

// adding is a reverse proxy that adds a header, as a CDN does.
func adding(t *testing.T, name, value string) func(to string) string {
	return func(to string) string {
		cdn := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: to})
			r.Out.Host = r.In.Host
			r.Out.Header.Set(name, value)
		}})
		t.Cleanup(cdn.Close)
		return strings.TrimPrefix(cdn.URL, "http://")
	}
}

// seen is what is expected of one exchange.
type seen struct {
	verdict, code string
	status        int
	begins        []string // each is how one note begins
	not           string   // is in no note
	differs       [][2]string
}

func check(t *testing.T, name string, x livepage.Exchange, lines string, want seen) {
	t.Helper()
	if x.Verdict != want.verdict || x.Status != want.status || x.Code != want.code {
		t.Errorf("%s: %s, %d %s", name, x.Verdict, x.Status, x.Code)
	}
	for _, begin := range want.begins {
		n := 0
		for _, note := range x.Notes {
			if strings.HasPrefix(note, begin) {
				n++
				if !strings.Contains(lines, "  - "+note+"\n") {
					t.Errorf("%s: the lines do not say %q", name, note)
				}
			}
		}
		if n != 1 {
			t.Errorf("%s: %d notes begin %q:\n%s", name, n, begin, strings.Join(x.Notes, "\n"))
		}
	}
	if want.not != "" && strings.Contains(strings.Join(x.Notes, "\n"), want.not) {
		t.Errorf("%s: %q is in\n%s", name, want.not, strings.Join(x.Notes, "\n"))
	}
	var differs [][2]string
	for _, d := range x.Differences {
		differs = append(differs, [2]string{d.Sides[0].Name + " " + d.Sides[0].Mark, d.Sides[1].Name + " " + d.Sides[1].Mark})
	}
	if !slices.Equal(differs, want.differs) {
		t.Errorf("%s: what differs is %q", name, differs)
	}
}

// mistyped is the user's own key, with the secret that the server does not hold.
var mistyped = signature.Credentials{AccessKeyID: watched.AccessKeyID, AccessKeySecret: watched.AccessKeySecret}

func TestAForwardedRefusalOfAnotherSecretIsDiagnosed(t *testing.T) {
	get := func(p *signature.Profile) sending {
		return sending{method: "GET", target: "/photos/k", profile: p, with: mistyped}
	}
	ossHead, obsHead, token := get(signature.OSSV4Header), get(signature.OBSV2Header), get(signature.OSSV4Header)
	ossHead.method, obsHead.method, token.with = "HEAD", "HEAD", watched
	found, lines := through(t, proxyOptions{Own: mistyped}, nil, get(signature.OSSV4Header), get(signature.OSSV1Query), get(signature.OBSV2Header), ossHead, token, obsHead)
	proven := seen{"verified", "SignatureDoesNotMatch", 403, []string{"the server answers SignatureDoesNotMatch: ", "C02, Credentials: The string is right, and the signature is what the given secret makes of it: the service holds another secret"}, "perhaps", nil}
	for i, name := range []string{"oss-v4/header", "oss-v1/query", "obs-v2/header", "HEAD at OSS", "with a token"} {
		check(t, name, found[strconv.Itoa(i+1)], lines, proven)
	}
	// Headers hold no string: another request would look the same.
	check(t, "HEAD at OBS", found["6"], lines, seen{"verified", "SignatureDoesNotMatch", 403, []string{"perhaps C02, Credentials: "}, "contradicts", nil})
	if t.Failed() {
		t.Log(lines)
	}
}

func TestAForwardedRefusalSaysWhatTheClientSigned(t *testing.T) {
	right := sending{method: "GET", target: "/photos/none", profile: signature.OSSV1Header, with: heldByServer}
	wrong, late := right, right
	wrong.then = func(r *wire.Request) { r.Method = "DELETE" }
	late.headers = []wire.Header{{Name: "Date", Value: time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)}}
	found, lines := through(t, proxyOptions{Own: heldByServer}, nil, right, wrong, late)
	check(t, "no such object", found["1"], lines, seen{"verified", "NoSuchKey", 404, []string{"the server answers NoSuchKey: "}, "C30", nil})
	check(t, "another method", found["2"], lines, seen{"mismatch", "SignatureDoesNotMatch", 403, []string{"C09, HTTP method is not the one that was signed: "}, "no known slip", [][2]string{{"a server signs D", "the client signed G"}}})
	check(t, "late", found["3"], lines, seen{"verified", "RequestTimeTooSkewed", 403, []string{"C12, Clock or expiry: "}, "", nil})
	if !strings.Contains(lines, "first other stage: stringToSign, byte 0\n      a server signs     »D«ELETE") {
		t.Error("the lines do not show what differs")
	}
	if !strings.Contains(lines, "1 verified, 2 not, 0 not judged") { // a right signature of another hour is refused
		t.Error("it counts otherwise")
	}
	if t.Failed() {
		t.Log(lines)
	}
}

func TestAForwardedRefusalSaysWhatWasChangedOnTheWay(t *testing.T) {
	v1 := sending{method: "GET", target: "/photos/none", profile: signature.OSSV1Header, with: heldByServer}
	v4 := v1
	v4.profile = signature.OSSV4Header
	cdn := adding(t, "x-oss-range-behavior", "standard")
	c10 := "C10, Vendor header was added after signing: A vendor header that arrived is not signed: x-oss-range-behavior: standard. The service saw another request than this one."
	found, lines := through(t, proxyOptions{Own: heldByServer}, cdn, v1, v4)
	check(t, "V1", found["1"], lines, seen{"verified", "SignatureDoesNotMatch", 403, []string{c10}, "C02", [][2]string{{"the server signed x", "the documents say /"}}})
	check(t, "V4", found["2"], lines, seen{"verified", "SignatureDoesNotMatch", 403, []string{c10}, "C02", [][2]string{{"the server signed x", `the documents say \n`}}})

	// Who does not hold the key sees it in the string of the server.
	stranger := signature.Credentials{AccessKeyID: "somebody", AccessKeySecret: "ExampleSecretOfSomebody01"}
	found, lines = through(t, proxyOptions{Own: stranger}, cdn, v1)
	check(t, "without the key", found["1"], lines, seen{"malformed", "SignatureDoesNotMatch", 403, []string{"unknown-access-key: ", c10}, "C02", [][2]string{{"a server signs x", "the request asks for /"}}})
	if t.Failed() {
		t.Log(lines)
	}
}

func TestAForwardedRefusalIsToldToPrograms(t *testing.T) {
	get := sending{method: "GET", target: "/photos/k", profile: signature.OSSV4Header, with: watched}
	changed := get
	changed.then = func(r *wire.Request) { r.Method = "DELETE" }
	_, lines := through(t, proxyOptions{Own: mistyped, JSON: true}, nil, get, changed)
	var told []entry
	for line := range strings.Lines(lines) {
		if !strings.HasPrefix(line, "{") {
			continue
		}
		var e entry
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		told = append(told, e)
	}
	if len(told) != 2 {
		t.Fatalf("%d lines in\n%s", len(told), lines)
	}
	for i, want := range []struct{ verdict, method, cause string }{{"verified", "GET", "C02, "}, {"mismatch", "DELETE", "C09, "}} {
		e := told[i]
		if e.ID != i+1 || e.Verdict != want.verdict || string(e.Method) != want.method || e.Scheme != "oss-v4" || e.Carrier != signature.InHeader || e.Bucket != "photos" || e.Key != "k" ||
			e.AccessKeyID != wire.Bytes(watched.AccessKeyID) || e.Status != 403 || e.Code != "SignatureDoesNotMatch" || (e.Stages != nil) != (want.verdict == "mismatch") {
			t.Errorf("%+v", e)
		}
		if !slices.ContainsFunc(e.Notes, func(note string) bool { return strings.HasPrefix(note, want.cause) }) {
			t.Errorf("no %s in %q", want.cause, e.Notes)
		}
	}
}
