package vectors_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

var (
	example   = signature.Credentials{AccessKeyID: "LTAI5tExampleKeyId", AccessKeySecret: "ExampleSecretForVectorsOnly01"}
	temporary = signature.Credentials{AccessKeyID: "STS.NTExampleKeyId", AccessKeySecret: "ExampleSecretForVectorsOnly02", SecurityToken: "ExampleToken/+=CAISExampleExampleExample/+=="}
	sdk       = vectors.Implementation{Name: "obs-go", Version: "3.25.4"}
)

// captured reads a file of testdata/captures.
func captured(t *testing.T, name string, credentials signature.Credentials) []vectors.Captured {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "testdata", "captures", name))
	if err != nil {
		t.Fatal(err)
	}
	captures, err := wire.ParseAny(name, data)
	if err != nil {
		t.Fatal(err)
	}
	var out []vectors.Captured
	for _, c := range captures {
		out = append(out, vectors.Captured{ID: c.ID, Request: c.Request, Credentials: credentials})
	}
	return out
}

func about(c *vectors.Captured) *vectors.About {
	return &vectors.About{Request: c.ID, Title: "title", Why: "why", Requirements: []string{"OBS2-RESOURCE-06"}}
}

// Every recorded request of the three SDKs becomes a vector that the reference
// reproduces and that expects the SDK's own signature.
func TestCapturedRequestsBecomeVectors(t *testing.T) {
	count := 0
	for name, credentials := range map[string]signature.Credentials{
		"obs-go-3.25.4.ndjson": example, "oss-go-v1-3.0.2.ndjson": example, "oss-go-v2-1.6.1.ndjson": example,
		"obs-go-3.25.4-sts.ndjson": temporary, "oss-go-v1-3.0.2-sts.ndjson": temporary, "oss-go-v2-1.6.1-sts.ndjson": temporary,
	} {
		for _, c := range captured(t, name, credentials) {
			found, err := c.Examine(nil)
			if err != nil {
				t.Errorf("%s: %v", c.ID, err)
				continue
			}
			described := about(&c)
			if found.Profile.Carrier == signature.InForm { // obs-go leaves a comma behind the last condition
				described.Flags = []string{"signer-only"}
				c.At = time.Date(2026, 11, 21, 22, 0, 0, 0, time.UTC)
			}
			made, err := found.Transcribe(sdk, described, "0.1.0", vectors.Must)
			if err != nil {
				t.Errorf("%s: %v", c.ID, err)
				continue
			}
			count++
			if err := spec.Recompute(&made.Case); err != nil {
				t.Errorf("%s: %v", c.ID, err)
			}
			in := &made.Case.Input
			if got, _ := made.Case.Expect.Stages.Stage(signature.SignatureValue); got != found.Verification.Provided || made.Differs != nil {
				t.Errorf("%s: expects %q, the SDK sent %q", c.ID, got, found.Verification.Provided)
			}
			again := signature.Verifier{Secret: func(string) (signature.Credentials, bool) { return credentials, true }}
			if v := again.Verify(in.Request); v.Verdict != signature.Unsigned {
				t.Errorf("%s: the input is not without authentication: %s %v", c.ID, v.Verdict, v.Faults)
			}
			for _, h := range in.Request.Headers {
				if slices.Contains([]string{"user-agent", "accept-encoding", "content-length", "authorization"}, strings.ToLower(h.Name)) || strings.Contains(h.Value, "ExampleToken") {
					t.Errorf("%s: the input has %s: %s", c.ID, h.Name, h.Value)
				}
			}
			if strings.Contains(in.Request.Target, "ExampleToken") || in.Time.IsZero() || in.Time.Year() != 2026 {
				t.Errorf("%s: target %s, time %s", c.ID, in.Request.Target, in.Time)
			}
		}
	}
	if count < 20 {
		t.Errorf("only %d requests", count)
	}
}

func TestAnotherReadingBecomesAnAlternative(t *testing.T) {
	for _, c := range captured(t, "obs-go-3.25.4-reading.ndjson", example) {
		found, err := c.Examine([]string{"OBS2-RESOURCE-06"})
		if err != nil || found.Reading == nil {
			t.Fatalf("%s: %v", c.ID, err)
		}
		made, err := found.Transcribe(sdk, about(&c), "0.1.0", vectors.Should)
		if err != nil {
			t.Fatal(err)
		}
		if err := spec.Recompute(&made.Case); err != nil {
			t.Error(err)
		}
		d := made.Differs
		if d == nil || d.ID != made.Case.ID || d.Digest != made.Case.Digest() || d.Stage != signature.CanonicalResource || !strings.Contains(d.Note, found.Reading.Name) {
			t.Errorf("got %+v", d)
		}
		if alternatives := made.Case.Alternatives; len(alternatives) != 1 || alternatives[0].Reading != found.Reading.Name {
			t.Errorf("got %+v", made.Case.Alternatives)
		} else if got, _ := alternatives[0].Stages.Stage(signature.SignatureValue); got != found.Verification.Provided {
			t.Errorf("the alternative expects %q", got)
		}
	}
}

func TestWhatIsNotImported(t *testing.T) {
	slip := captured(t, "oss-go-v2-1.6.1-slip.ndjson", example)[0]
	right := captured(t, "oss-go-v2-1.6.1.ndjson", example)[0]
	token := captured(t, "oss-go-v1-3.0.2-sts.ndjson", temporary)[0]
	with := func(c vectors.Captured, change func(*vectors.Captured)) *vectors.Captured {
		c.Request = c.Request.Clone(0)
		change(&c)
		return &c
	}
	for _, tc := range []struct {
		name     string
		captured *vectors.Captured
		refused  bool // the reference does not reproduce it
		want     string
	}{
		{"a slip", &slip, true, "by the known slip leading-slash-kept"},
		{"another secret", with(right, func(c *vectors.Captured) { c.Credentials.AccessKeySecret = "another" }), true, "neither a reading of a contested rule nor a known slip"},
		{"another key id", with(right, func(c *vectors.Captured) { c.Credentials.AccessKeyID = "another" }), false, "access key id"},
		{"unsigned", with(right, func(c *vectors.Captured) { c.Request.Headers = nil; c.Request.Target = "/" }), false, "no authentication"},
		{"another token", with(token, func(c *vectors.Captured) { c.Credentials.SecurityToken = "mine" }), false, "may be a real one"},
		{"a token that nobody was told of", with(token, func(c *vectors.Captured) { c.Credentials.SecurityToken = "" }), false, "may be a real one"},
		{"no token", with(right, func(c *vectors.Captured) { c.Credentials.SecurityToken = "mine" }), false, "has no security token where oss-v"},
	} {
		_, err := tc.captured.Examine(nil)
		if err == nil || !strings.Contains(err.Error(), tc.want) || errors.Is(err, vectors.ErrNotReproduced) != tc.refused {
			t.Errorf("%s: %v", tc.name, err)
		}
		if err != nil && strings.Contains(err.Error(), "ExampleToken") {
			t.Errorf("%s: the message holds the token: %v", tc.name, err)
		}
	}
}

// A browser tells more than it must. What is signed stays all the same.
func TestWhatAClientSaysOfItselfIsLeftOut(t *testing.T) {
	req := &wire.Request{Transport: "https", Method: "GET", Target: "/k?x=1", Headers: []wire.Header{
		{Name: "Host", Value: "b.oss-cn-hangzhou.aliyuncs.com"}, {Name: "Cookie", Value: "session=1"}, {Name: "sec-ch-ua", Value: "x"},
		{Name: "User-Agent", Value: "me"}, {Name: "Referer", Value: "https://example.com/"}, {Name: "Range", Value: "bytes=0-9"}, {Name: "x-oss-date", Value: "20261122T000000Z"},
	}}
	signed, err := signature.OSSV4Header.Sign(&signature.Input{
		Request: req, Bucket: "b", Key: "k", Addressing: signature.VirtualHost, Credentials: example, Region: "cn-hangzhou",
		Product: "oss-cloudbox", Time: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), AdditionalHeaders: []string{"user-agent", "range"},
	})
	if err != nil {
		t.Fatal(err)
	}
	c := vectors.Captured{ID: "browser.har#3", Request: signed.Request(), Credentials: example}
	found, err := c.Examine(nil)
	if err != nil {
		t.Fatal(err)
	}
	made, err := found.Transcribe(vectors.Implementation{Name: "My SDK", Version: "1"}, about(&c), "0.1.0", vectors.Must)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, h := range made.Case.Input.Request.Headers {
		names = append(names, h.Name)
	}
	if want := []string{"Host", "User-Agent", "Range", "x-oss-date", "x-oss-content-sha256"}; !slices.Equal(names, want) {
		t.Errorf("headers %q, want %q", names, want)
	}
	in := made.Case.Input
	if made.Case.ID != "oss-v4/header/captured-my-sdk/browser-har-3" || in.Product != "oss-cloudbox" || !slices.Equal(in.AdditionalHeaders, []string{"range", "user-agent"}) {
		t.Errorf("got %s, %+v", made.Case.ID, in)
	}
}

// Nothing in a URL of V1 says when it was signed.
func TestTheTimeOfAURLIsThatOfItsRecording(t *testing.T) {
	for _, c := range captured(t, "oss-go-v1-3.0.2.ndjson", example) {
		found, err := c.Examine(nil)
		if err != nil || found.Profile != signature.OSSV1Query {
			continue
		}
		made, err := found.Transcribe(sdk, about(&c), "0.1.0", vectors.Must)
		if err != nil {
			t.Fatal(err)
		}
		if in := made.Case.Input; in.Expires-in.Time.Unix() != 3600 {
			t.Errorf("signed at %s, ends at %d", in.Time, in.Expires)
		}
		found.Captured.At = time.Date(2026, 11, 21, 22, 0, 0, 5, time.UTC)
		if made, err = found.Transcribe(sdk, about(&c), "0.1.0", vectors.Must); err != nil || !made.Case.Input.Time.Equal(found.Captured.At.Truncate(time.Second)) {
			t.Errorf("signed at %s: %v", made.Case.Input.Time, err)
		}
		return
	}
	t.Error("there is no URL of V1 among the captures")
}
