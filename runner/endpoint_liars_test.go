package runner_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/internal/mutants"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// A server that breaks one rule is caught, by a vector that was moved to it.
// Mutants of what only a signer does, or of what is not for somebody's own
// server (other hosts, buckets, the last second of a limit), may pass.
func TestMutantServersAreCaught(t *testing.T) {
	if testing.Short() {
		t.Skip("it asks some hundred servers")
	}
	caught, tried, survivors := 0, 0, []string{}
	var mu sync.Mutex
	var wait sync.WaitGroup
	slots := make(chan bool, 2)
	for i := range mutants.All {
		m := &mutants.All[i]
		if m.Sends != nil || i%16 != 0 && m.Answer == nil { // enough of each kind
			continue
		}
		slots <- true
		wait.Go(func() {
			defer func() { <-slots }()
			stream, err := askMutant(t, m)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case errors.Is(err, runner.ErrSelection):
				return
			case err != nil:
				t.Errorf("%s: %v", m.ID(), err)
			case !stream.Footer.AsExpected && stream.Footer.Unexpected > 0:
				caught++
			default:
				survivors = append(survivors, m.ID())
			}
			tried++
		})
	}
	wait.Wait()
	if caught < 60 || caught*3 < tried*2 {
		t.Errorf("%d of %d mutants are caught", caught, tried)
	}
	t.Logf("%d of %d mutants are caught; not: %s", caught, tried, strings.Join(survivors, " "))
}

// askMutant runs the profile of a mutant against it.
func askMutant(t *testing.T, m *mutants.Mutant) (*reports.Stream, error) {
	dialect := endpoint.OSS
	if strings.HasPrefix(m.Profiles[0], "obs") {
		dialect = endpoint.OBS
	}
	key := ownKey
	if strings.Contains(m.Requirement, "TOKEN") {
		key.SecurityToken = "token+of/this==world"
	}
	return runner.Run(t.Context(), runner.Options{Endpoint: live(serve(t, m, dialect, key), key), Profiles: []string{m.Profiles[0]}})
}

// The servers that are wrong altogether: each is caught, in every profile.
func TestServersThatAreWrongAltogetherAreCaught(t *testing.T) {
	say := func(status int, body string) func(*wire.Request, *endpoint.Response) {
		return func(_ *wire.Request, a *endpoint.Response) { *a = endpoint.Response{Status: status, Body: body} }
	}
	edit := func(change func(string) string) func(*wire.Request, *endpoint.Response) {
		return func(_ *wire.Request, a *endpoint.Response) { a.Body = change(a.Body) }
	}
	replace := func(old, new string) func(*wire.Request, *endpoint.Response) {
		return edit(func(s string) string { return strings.ReplaceAll(s, old, new) })
	}
	for name, breaks := range map[string]mutants.Break{
		"accepts everything":     {Answer: say(200, "")},
		"knows nothing":          {Answer: say(404, "<Error><Code>NoSuchKey</Code></Error>")},
		"rejects everything":     {Answer: say(403, "<Error><Code>SignatureDoesNotMatch</Code></Error>")},
		"denies everything":      {Answer: say(403, "<Error><Code>AccessDenied</Code></Error>")},
		"is broken":              {Answer: say(500, "")},
		"redirects":              {Answer: say(307, "")},
		"says nothing in errors": {Answer: edit(func(s string) string { return "" })},
		"another code":           {Answer: replace("SignatureDoesNotMatch", "AccessDenied")},
		"another status": {Answer: func(_ *wire.Request, a *endpoint.Response) {
			if a.Status == 403 {
				a.Status = 401
			}
		}},
		"another string": {Answer: func(_ *wire.Request, a *endpoint.Response) {
			a.Body = strings.NewReplacer("0A ", "0D ", "0a ", "0d ", "<StringToSign>", "<StringToSign>X").Replace(a.Body)
		}},
		"accepts any signature": {Profile: func(p *signature.Profile) *signature.Profile {
			return p.Replace(signature.SignatureValue, func(s *signature.Signing, dst []byte) ([]byte, error) { return append(dst, s.Provided...), nil })
		}},
		"has no clock": {Profile: func(p *signature.Profile) *signature.Profile {
			c := p.Clone()
			c.Limits = nil
			return c
		}},
	} {
		for _, profile := range []string{"oss-v4/header", "obs-v2/header"} {
			m := &mutants.Mutant{Requirement: "altogether", Name: name, Profiles: []string{profile}, Break: breaks}
			stream, err := askMutant(t, m)
			if err != nil || stream.Footer.AsExpected || stream.Footer.Unexpected == 0 {
				t.Errorf("%s passes for %s (%v)", name, profile, err)
			}
		}
	}
}

// A server that masks its strings is not blamed for what nobody can read, and
// still for what it shows.
func TestMaskedStringsAreComparedAsFarAsTheyShow(t *testing.T) {
	for _, test := range []struct {
		mask func(string) string
		pass bool
	}{
		{func(s string) string { return s[:4] + "******" + s[len(s)-4:] }, true},
		{func(s string) string { return s[:4] + "******" + s[len(s)-4:] + "X" }, false},
	} {
		m := &mutants.Mutant{Requirement: "mask", Name: "mask", Break: mutants.Break{Answer: func(_ *wire.Request, a *endpoint.Response) {
			for _, element := range []string{"StringToSign", "StringToSignBytes", "CanonicalRequest"} {
				before, rest, ok := strings.Cut(a.Body, "<"+element+">")
				if value, after, closed := strings.Cut(rest, "</"+element+">"); ok && closed {
					masked := test.mask(value)
					if element == "StringToSignBytes" {
						masked = "34 **"
					}
					a.Body = before + "<" + element + ">" + masked + "</" + element + ">" + after
				}
			}
		}}}
		stream := run(t, runner.Options{Endpoint: live(serve(t, m, endpoint.OSS, ownKey), ownKey), Select: []string{"oss-v4/header/signing-key/*", "oss-v4/header/unsigned-headers/*"}})
		if stream.Footer.AsExpected != test.pass {
			t.Errorf("as expected %t, want %t\n%s", stream.Footer.AsExpected, test.pass, strings.Join(failures(stream), "\n"))
		}
	}
}

func TestServersThatSpeakNoHTTPNeitherPassNorHang(t *testing.T) {
	other := serveRaw(t, func(conn net.Conn, _ *wire.Request) {
		conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
	})
	for name, c := range map[string]struct {
		talk    func(conn net.Conn, req *wire.Request)
		outcome reports.Outcome
	}{
		"silence": {func(conn net.Conn, _ *wire.Request) { io.Copy(io.Discard, conn) }, reports.Timeout},
		"closes":  {func(conn net.Conn, _ *wire.Request) {}, reports.Crash},
		"garbage": {func(conn net.Conn, _ *wire.Request) { conn.Write([]byte("\x00\xff what?\r\n\r\n")) }, reports.ProtocolError},
		"half": {func(conn net.Conn, _ *wire.Request) {
			conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"))
		}, reports.Crash},
		"redirects": {func(conn net.Conn, _ *wire.Request) {
			fmt.Fprintf(conn, "HTTP/1.1 302 Found\r\nLocation: %s/\r\nContent-Length: 0\r\n\r\n", other.url)
		}, reports.RejectedWrongly},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts := live(serveRaw(t, c.talk), ownKey)
			if opts.Timeout = time.Minute; c.outcome == reports.Timeout {
				opts.Timeout = 200 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			stream, err := runner.Run(ctx, runner.Options{Endpoint: opts, Select: []string{"oss-v4/header/methods/*"}})
			if err != nil {
				t.Fatal(err)
			}
			f := stream.Footer // an answer to HEAD has no body that could be half: one may pass
			if f.AsExpected || f.Aborted || f.Counts[reports.Pass] > 1 || f.Counts[c.outcome] == 0 {
				t.Errorf("as expected %t, aborted %t: %v", f.AsExpected, f.Aborted, f.Counts)
			}
		})
	}
	t.Cleanup(func() {
		if n := len(other.requests()); n > 0 {
			t.Errorf("a redirection was followed %d times", n)
		}
	})
}
