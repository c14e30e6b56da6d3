package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/endpoint/livepage"
	"github.com/countersign/countersign/internal/secret"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// standing is a command that serves until it is ended.
type standing struct {
	t      *testing.T
	told   buffer // standard error
	out    buffer
	end    func() error
	listen string // where it listens
	page   string // URL
}

// buffer may be read while it is written.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// stand runs a command in this process and waits until its page is there.
func stand(t *testing.T, command func(ctx context.Context, env *environment) error) *standing {
	t.Helper()
	s := &standing{t: t}
	redactor := &secret.Redactor{}
	env := &environment{Stdin: strings.NewReader(""), Stdout: redactor.Writer(&s.out), Stderr: redactor.Writer(&s.told), Redactor: redactor}
	env.conceal(watched.AccessKeySecret)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- command(ctx, env) }()
	s.end = sync.OnceValue(func() error {
		cancel()
		err := <-ended
		env.Stdout.Flush()
		env.Stderr.Flush()
		return err
	})
	t.Cleanup(func() { s.end() })
	for s.page == "" {
		select {
		case err := <-ended:
			t.Fatalf("it has ended: %v\n%s", err, s.told.String())
		case <-time.After(time.Millisecond):
		}
		if found := regexp.MustCompile(`(?s)(?:listening on|proxy at) http://([0-9.:]+).*requests appear at (\S+)`).FindStringSubmatch(s.told.String()); found != nil {
			s.listen, s.page = found[1], found[2]
		}
	}
	return s
}

// send sends a request signed in path style, and returns the status.
func (s *standing) send(p *signature.Profile, with signature.Credentials, target string, headers ...wire.Header) int {
	s.t.Helper()
	req := &wire.Request{Transport: "http", Method: "GET", Target: target, Proto: "HTTP/1.1"}
	req.Headers = append([]wire.Header{{Name: "Host", Value: s.listen}}, headers...)
	signed, err := p.Sign(&signature.Input{Request: req, Bucket: "photos", Addressing: signature.PathStyle, Credentials: with, Region: "cn-hangzhou", Time: time.Now(), Expires: time.Now().Add(time.Hour).Unix()})
	if err != nil {
		s.t.Fatal(err)
	}
	res, err := endpoint.Send(s.t.Context(), s.listen, signed.Request())
	if err != nil {
		s.t.Fatal(err)
	}
	return res.Status
}

// exchanges waits for n exchanges on the page, by their number; text is all
// that was sent.
func (s *standing) exchanges(n int) (found map[string]livepage.Exchange, text string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.page+"events", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	found = map[string]livepage.Exchange{}
	part := make([]byte, 64<<10)
	for {
		n1, err := res.Body.Read(part)
		if text += string(part[:n1]); strings.Count(text, "event: exchange\n") >= n && strings.HasSuffix(text, "\n\n") {
			break
		}
		if err != nil {
			s.t.Fatalf("%v after\n%s", err, text)
		}
	}
	for _, line := range regexp.MustCompile(`(?m)^data: (\{"id.*)$`).FindAllStringSubmatch(text, -1) {
		var x livepage.Exchange
		if err := json.Unmarshal([]byte(line[1]), &x); err != nil {
			s.t.Fatal(err)
		}
		found[x.ID] = x
	}
	return found, text
}

func serveFlagsForTest() *serveFlags {
	return &serveFlags{listen: "127.0.0.1:0", memory: 16, web: pageFlags{at: "127.0.0.1:0"}}
}

func asItIs(b endpoint.Backend) endpoint.Backend { return b }

func TestThePageOfAServerShowsStagesAndWhatExplainsASignature(t *testing.T) {
	t.Setenv(secret.EnvAccessKeyID, watched.AccessKeyID)
	t.Setenv(secret.EnvAccessKeySecret, watched.AccessKeySecret)
	s := stand(t, func(ctx context.Context, env *environment) error { return serveFlagsForTest().serve(ctx, env, asItIs) })
	own := signature.Credentials{AccessKeyID: watched.AccessKeyID, AccessKeySecret: watched.AccessKeySecret}
	slips := signature.Slips("oss-v4/header")
	slip := slips[slices.IndexFunc(slips, func(slip signature.Slip) bool { return slip.Name == "content-type-unsigned" })]
	text := wire.Header{Name: "Content-Type", Value: "text/plain"}
	s.send(signature.OSSV4Header, own, "/photos/good", text)
	s.send(slip.Apply(signature.OSSV4Header), own, "/photos/slipped?list-type=2", text)
	s.send(signature.OSSV1Header, watched, "/photos/token") // with a token that the server does not want
	tokens := []wire.Header{}
	for i := range mostTokens + 2 {
		tokens = append(tokens, wire.Header{Name: "x-oss-security-token", Value: fmt.Sprintf("%s-number-%d", watched.SecurityToken, i)})
	}
	s.send(signature.OSSV1Header, own, "/photos/tokens", tokens...)
	found, all := s.exchanges(4)

	if x := found["1"]; x.Verdict != "verified" || x.Method != "GET" || x.URL != s.listen+"/photos/good" || x.Scheme != "oss-v4/header" || x.Status != 404 || x.Code != "NoSuchKey" || x.EC == "" || x.Operation != "GetObject" ||
		!slices.ContainsFunc(x.Stages, func(stage livepage.Text) bool {
			return stage.Name == "canonicalRequest" && strings.HasPrefix(stage.Text, `GET\n`)
		}) ||
		slices.ContainsFunc(x.Stages, func(stage livepage.Text) bool { return stage.Name == "signingKey" }) || !strings.Contains(x.Request, `Content-Type:·text/plain\r\n`) {
		t.Errorf("%+v", x)
	}
	x := found["2"]
	if x.Verdict != "mismatch" || len(x.Differences) == 0 || x.Differences[0].Stage != "canonicalRequest" || x.Differences[0].Offset < 0 || x.Differences[0].Sides[0].Mark == "" ||
		!slices.ContainsFunc(x.Notes, func(note string) bool { return strings.Contains(note, slip.Name) }) {
		t.Errorf("%s: %+v", slip.Name, x)
	}
	if x := found["4"]; x.URL != secret.Mask || x.Request != secret.Mask || len(x.Stages) > 0 || len(x.Notes) != 1 || !strings.Contains(x.Notes[0], "not shown") {
		t.Errorf("%+v", x)
	}
	for _, s := range []string{watched.AccessKeySecret, watched.SecurityToken} {
		if form := leaked(all, s); form != "" {
			t.Errorf("the page holds a secret, %s", form)
		}
	}
	if !strings.Contains(found["3"].Request, secret.Mask) {
		t.Errorf("%+v", found["3"])
	}
}

// broken is a backend with a bug.
type broken struct{ endpoint.Backend }

func (b broken) Answer(t *endpoint.Task) endpoint.Response {
	if strings.HasPrefix(t.Key(), "broken") {
		panic("index out of range, near " + watched.AccessKeySecret)
	}
	return b.Backend.Answer(t)
}

func TestAServerGoesOnAfterABugAndSaysSo(t *testing.T) {
	t.Setenv(secret.EnvAccessKeyID, watched.AccessKeyID)
	t.Setenv(secret.EnvAccessKeySecret, watched.AccessKeySecret)
	s := stand(t, func(ctx context.Context, env *environment) error {
		return serveFlagsForTest().serve(ctx, env, func(b endpoint.Backend) endpoint.Backend { return broken{b} })
	})
	own := signature.Credentials{AccessKeyID: watched.AccessKeyID, AccessKeySecret: watched.AccessKeySecret}
	for _, c := range []struct {
		target string
		status int
	}{{"/photos/broken", 500}, {"/photos/whole", 404}, {"/photos/broken-too", 500}} {
		if status := s.send(signature.OSSV1Header, own, c.target); status != c.status {
			t.Errorf("%s: status %d, want %d", c.target, status, c.status)
		}
	}
	found, _ := s.exchanges(3)
	if x := found["1"]; x.Status != 500 || x.Code != "InternalError" || len(x.Notes) != 1 || !strings.Contains(x.Notes[0], "a bug in Countersign") {
		t.Errorf("%+v", x)
	}
	err := s.end()
	if exitCode(err) != exitBug || !strings.Contains(err.Error(), "2") {
		t.Errorf("%v, exit code %d", err, exitCode(err))
	}
	told := s.told.String()
	if strings.Count(told, "Please report it") != 1 || strings.Count(told, "this is a bug in Countersign") != 2 || !strings.Contains(told, "serve_page_test.go") || strings.Contains(told, watched.AccessKeySecret) {
		t.Errorf("it told\n%s", told)
	}
	if !strings.Contains(s.out.String(), "500  InternalError  answering the request: this is a bug in Countersign: index out of range") {
		t.Errorf("it printed\n%s", s.out.String())
	}
}

func TestThePageOfAProxyShowsWhereTheServerDiffers(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/photos/refused" {
			return
		}
		w.WriteHeader(403)
		fmt.Fprintf(w, "<Error><Code>SignatureDoesNotMatch</Code><Message>No.</Message><StringToSign>GET\n\n\n%s\nx-oss-security-token:%s\n/photos/Refused</StringToSign><EC>0002-00000040</EC></Error>",
			r.Header.Get("Date"), r.Header.Get("x-oss-security-token"))
	}))
	defer server.Close()
	s := stand(t, func(ctx context.Context, env *environment) error {
		return runProxy(ctx, env, proxyOptions{Own: watched, Forward: true, CADir: t.TempDir(), Hosts: signature.Hosts{Bucket: "none"}}, &pageFlags{at: "127.0.0.1:0"})
	})
	at, err := url.Parse("http://" + s.listen)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return at, nil }, DisableKeepAlives: true}, Timeout: time.Minute}
	for _, path := range []string{"/photos/taken", "/photos/refused"} {
		host := strings.TrimPrefix(server.URL, "http://")
		req := &wire.Request{Transport: "http", Method: "GET", Target: path, Proto: "HTTP/1.1", Headers: []wire.Header{{Name: "Host", Value: host}}}
		signed, err := signature.OSSV1Header.Sign(&signature.Input{Request: req, Bucket: "photos", Addressing: signature.PathStyle, Credentials: watched, Time: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		out, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range signed.Request().Headers {
			out.Header.Set(h.Name, h.Value)
		}
		res, err := client.Do(out)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, res.Body)
		res.Body.Close()
	}
	found, all := s.exchanges(2)
	if x := found["1"]; x.Verdict != "verified" || x.Status != 200 || !strings.HasSuffix(x.URL, "/photos/taken") || !strings.HasPrefix(x.URL, "http://") || len(x.Differences) > 0 {
		t.Errorf("%+v", x)
	}
	x := found["2"]
	if x.Verdict != "verified" || x.Code != "SignatureDoesNotMatch" || x.EC != "0002-00000040" || len(x.Differences) != 1 || x.Differences[0].Stage != "stringToSign" ||
		x.Differences[0].Sides[0].Mark != "R" || x.Differences[0].Sides[1].Mark != "r" || x.Differences[0].Sides[0].Name != "the server signed" {
		t.Errorf("%+v", x)
	}
	if err := s.end(); err != nil {
		t.Error(err)
	}
	for _, text := range []string{all, s.out.String(), s.told.String()} {
		if form := leaked(text, watched.SecurityToken); form != "" {
			t.Errorf("a security token is told, %s:\n%s", form, text)
		}
	}
	if !strings.Contains(s.out.String(), "first other stage: stringToSign") {
		t.Errorf("it printed\n%s", s.out.String())
	}
}
