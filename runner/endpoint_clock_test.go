package runner_test

import (
	"errors"
	"strings"
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

// late is a server whose clock goes wrong.
func late(by time.Duration) *mutants.Mutant {
	return &mutants.Mutant{Requirement: "clock", Name: by.String(), Break: mutants.Break{Server: func(v *signature.Verifier) {
		v.Now = func() time.Time { return time.Now().Add(by).Truncate(time.Second) }
	}}}
}

// without is a server that goes wrong and does not say its time.
func without(m *mutants.Mutant, names ...string) *mutants.Mutant {
	silent := *m
	silent.Answer = func(_ *wire.Request, a *endpoint.Response) {
		for _, name := range names {
			for i := range a.Headers {
				if wire.EqualFold(a.Headers[i].Name, name) {
					a.Headers[i].Name = "X-No-" + name
				}
			}
		}
		a.Body = strings.ReplaceAll(a.Body, "ServerTime", "NoTime")
	}
	return &silent
}

func TestClocksThatAreApartAreSaidOnce(t *testing.T) {
	for name, c := range map[string]struct {
		server *mutants.Mutant
		says   []string
	}{
		"hours ahead":            {late(3 * time.Hour), []string{"here it is ", " ahead, says ", "RequestTimeTooSkewed"}},
		"half an hour behind":    {late(-30 * time.Minute), []string{" behind, says "}},
		"two minutes":            {late(2 * time.Minute), []string{" ahead, says "}},
		"it does not say":        {without(late(time.Hour), "Date"), []string{"does not say its time", "RequestTimeTooSkewed"}},
		"in its document alone":  {without(late(time.Hour), "X-None"), []string{" ahead, says "}},
		"behind, of the V1 kind": {late(-20 * time.Minute), []string{" behind, says "}},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, c.server, endpoint.OSS, ownKey)
			stream, err := runner.Run(t.Context(), runner.Options{Endpoint: live(s, ownKey), Profiles: []string{"oss-v4/header"}})
			var apart *subject.ClockError
			if stream != nil || !errors.As(err, &apart) {
				t.Fatalf("it is judged: %v", err)
			}
			for _, part := range c.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
			asked := 0 // those that were under way
			for _, r := range s.requests() {
				if r.Method != "DELETE" {
					asked++
				}
			}
			if asked > 2*subject.DefaultParallel {
				t.Errorf("it was asked %d times", asked)
			}
		})
	}
}

// A server whose clock is right and whose limit is wrong has no excuse.
func TestAnotherLimitIsNoOtherClock(t *testing.T) {
	strict := &mutants.Mutant{Requirement: "clock", Name: "strict", Break: mutants.Break{Profile: func(p *signature.Profile) *signature.Profile {
		c := p.Clone()
		c.Limits = func(s *signature.Signing, now time.Time) *signature.Fault {
			return &signature.Fault{Class: signature.Skewed, Where: "header Date", Got: now.Format(time.RFC3339), EC: "0002-00000504"}
		}
		return c
	}}}
	strict.Profiles = []string{"oss-v4/header"}
	stream := run(t, runner.Options{Endpoint: live(serve(t, strict, endpoint.OSS, ownKey), ownKey), Select: []string{"oss-v4/header/methods/*", "oss-v4/header/basics/*"}})
	if f := stream.Footer; f.AsExpected || f.Counts[reports.RejectedWrongly] == 0 {
		t.Errorf("as expected %t: %v", f.AsExpected, f.Counts)
	}
}
