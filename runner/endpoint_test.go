package runner_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/internal/mutants"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/wire"
)

var ownKey = signature.Credentials{AccessKeyID: "LTAIownkey0000000042", AccessKeySecret: "own-secret-of-this-world"}

// server is a test server on loopback: it reads requests as they come and says
// what answer makes of them.
type server struct {
	url  string
	mu   sync.Mutex
	seen []*wire.Request
}

// requests are those that arrived so far.
func (s *server) requests() []*wire.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

func serveRaw(t *testing.T, talk func(conn net.Conn, req *wire.Request)) *server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	s := &server{url: "http://" + listener.Addr().String()}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				req, err := wire.ReadRequest(bufio.NewReader(conn), "http", wire.DefaultLimits, nil)
				if err != nil {
					return
				}
				s.mu.Lock()
				s.seen = append(s.seen, req)
				s.mu.Unlock()
				talk(conn, req)
			}()
		}
	}()
	return s
}

// serve is a server that keeps the rules of the documents but for those that a
// mutant breaks.
func serve(t *testing.T, m *mutants.Mutant, dialect endpoint.Dialect, key signature.Credentials) *server {
	return serveRaw(t, func(conn net.Conn, req *wire.Request) {
		v := &signature.Verifier{
			Hosts:  signature.Hosts{Endpoints: []string{"127.0.0.1"}},
			Secret: func(id string) (signature.Credentials, bool) { return key, id == key.AccessKeyID },
			Grants: true, Now: func() time.Time { return time.Now().Truncate(time.Second) },
		}
		if dialect == endpoint.OSS {
			v.Region, v.Product = "eu-central-1", "oss"
		}
		r := m.Serve(v, dialect, req)
		// A mutant changes what is said, not how long it is said to be.
		r.Headers = slices.DeleteFunc(slices.Clone(r.Headers), func(h wire.Header) bool { return wire.EqualFold(h.Name, "Content-Length") })
		r.Headers = append(r.Headers, wire.Header{Name: "Content-Length", Value: strconv.Itoa(len(r.Body))}, wire.Header{Name: "Connection", Value: "close"})
		conn.Write(r.AppendHTTP(nil))
	})
}

var reference = &mutants.Mutant{Requirement: "reference", Name: "reference"}

func live(s *server, key signature.Credentials) *subject.LiveOptions {
	return &subject.LiveOptions{URL: s.url, Bucket: "my-own-bucket", Region: "eu-central-1", Credentials: key, MaxWrong: 5000, Timeout: 10 * time.Second}
}

func failures(s *reports.Stream) (out []string) {
	for _, r := range s.Results {
		if r.Standing() == reports.StandFail {
			out = append(out, r.ID+": "+string(r.Outcome)+": "+r.Message)
		}
	}
	return out
}

func TestAServerThatFollowsTheDocumentsIsConformant(t *testing.T) {
	temporary := ownKey
	temporary.SecurityToken = "token+of/this==world"
	for _, dialect := range []endpoint.Dialect{endpoint.OSS, endpoint.OBS} {
		for _, key := range []signature.Credentials{ownKey, temporary} {
			for _, addressing := range []signature.Addressing{signature.VirtualHost, signature.PathStyle} {
				s := serve(t, reference, dialect, key)
				opts := live(s, key)
				opts.Addressing = addressing
				stream := run(t, runner.Options{Endpoint: opts, Profiles: []string{string(dialect) + "-*/*"}})
				f := stream.Footer
				if f.Verdict != reports.Conformant || !f.AsExpected || stream.Header.Mode != "endpoint" {
					t.Errorf("%s, %s: %s in mode %s\n%s\n%v", dialect, addressing, f.Verdict, stream.Header.Mode, strings.Join(failures(stream), "\n"), f.Problems)
				}
				t.Logf("%s, %s, token %t: %d vectors, %d requests", dialect, addressing, key.SecurityToken != "", f.Results, len(s.requests()))
				cleanedUp(t, s)
			}
		}
	}
}

// cleanedUp holds a run to its promise: all it writes is below one prefix, and
// all it wrote is deleted.
func cleanedUp(t *testing.T, s *server) {
	t.Helper()
	written, deleted := map[string]bool{}, map[string]bool{}
	prefix := ""
	for _, r := range s.requests() {
		path := strings.TrimPrefix(wire.SplitTarget(r.Target).Path, "/my-own-bucket")
		switch r.Method {
		case "DELETE":
			deleted[path] = true
			own, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
			if prefix == "" {
				prefix = own
			}
			if own != prefix || !strings.HasPrefix(own, "countersign-") {
				t.Errorf("it deletes %s", path)
			}
		case "PUT":
			written[path] = true
		}
	}
	for path := range written {
		if !deleted[path] {
			t.Errorf("it leaves %s behind", path)
		}
	}
	if len(deleted) == 0 {
		t.Error("nothing was deleted")
	}
}

func TestTheLimitOfWrongSignaturesIsKept(t *testing.T) {
	s := serve(t, reference, endpoint.OSS, ownKey)
	opts := live(s, ownKey)
	opts.MaxWrong = runner.DefaultWrongSignatures
	stream := run(t, runner.Options{Endpoint: opts, Profiles: []string{"oss-v4/*"}})
	wrong := 0
	for _, r := range stream.Results {
		if c, ok := load(t).Case(r.ID); ok && subject.IsWrongSignature(c) {
			wrong++
		}
	}
	f := stream.Footer
	if wrong != 20 || !f.AsExpected || f.Verdict != reports.Partial {
		t.Errorf("%d wrong signatures, as expected %t, verdict %s\n%s", wrong, f.AsExpected, f.Verdict, strings.Join(failures(stream), "\n"))
	}
}

func TestAWrongSecretIsNotTriedOnAndOn(t *testing.T) {
	s := serve(t, reference, endpoint.OSS, ownKey)
	mistyped := ownKey
	mistyped.AccessKeySecret = "another-secret-by-mistake"
	opts := live(s, mistyped)
	opts.MaxWrong = 20
	stream := run(t, runner.Options{Endpoint: opts, Profiles: []string{"oss-v1/*"}, Parallel: 1})
	sent := 0
	for _, r := range s.requests() {
		if r.Method != "DELETE" {
			sent++
		}
	}
	if f := stream.Footer; f.AsExpected || f.Counts[reports.NotRun] == 0 || sent > 100 {
		t.Errorf("as expected %t, %d not run, %d requests", f.AsExpected, f.Counts[reports.NotRun], sent)
	}
}

func TestWhatARunWouldSendIsPlannedWithoutSending(t *testing.T) {
	s := serve(t, reference, endpoint.OBS, ownKey)
	opts := live(s, ownKey)
	opts.MaxWrong = 3
	plan, err := runner.PlanEndpoint(runner.Options{Endpoint: opts, Profiles: []string{"obs-v4/header"}})
	if err != nil {
		t.Fatal(err)
	}
	all := 0
	for _, c := range load(t).Cases() {
		if c.Profile() == "obs-v4/header" {
			all++
		}
	}
	if len(plan.Requests) == 0 || len(plan.LeftOut) == 0 || len(plan.Requests)+len(plan.LeftOut) != all || len(s.requests()) != 0 {
		t.Errorf("%d planned and %d left out of %d, %d sent", len(plan.Requests), len(plan.LeftOut), all, len(s.requests()))
	}
}

func TestAnInterruptedRunCleansUp(t *testing.T) {
	s := serve(t, reference, endpoint.OBS, ownKey)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stream, err := runner.Run(ctx, runner.Options{Endpoint: live(s, ownKey), Profiles: []string{"obs-v2/header"}, Parallel: 2, Progress: func(p runner.Progress) {
		if p.Done == 60 {
			cancel()
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if f := stream.Footer; !f.Aborted || f.AsExpected || f.Counts[reports.NotRun] == 0 {
		t.Errorf("aborted %t, counts %v", f.Aborted, f.Counts)
	}
	cleanedUp(t, s)
}

func TestALiveRunCanBeJudgedAgain(t *testing.T) {
	s := serve(t, reference, endpoint.OSS, ownKey)
	var recorded bytes.Buffer
	opts := runner.Options{Endpoint: live(s, ownKey), Profiles: []string{"oss-v2/header"}, Recording: func() io.Writer { return &recorded }}
	first := run(t, opts)
	replay, err := subject.ReadRecording(bytes.NewReader(recorded.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	second := run(t, runner.Options{Replay: replay})
	if len(first.Results) == 0 || !slices.Equal(ids(first.Results), ids(second.Results)) || second.Footer.Counts[reports.Pass] != first.Footer.Counts[reports.Pass] {
		t.Errorf("%v, judged again %v", first.Footer.Counts, second.Footer.Counts)
	}
	if strings.Contains(recorded.String(), ownKey.AccessKeySecret) {
		t.Error("the recording holds the secret")
	}
}
