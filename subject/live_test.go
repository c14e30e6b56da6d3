package subject_test

import (
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// A server that takes both addressings and has given a temporary key is asked
// everything: each case as it stands, with the key it is about.
func TestEachCaseIsMovedAsItStands(t *testing.T) {
	set, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	long, temporary := signature.Credentials{AccessKeyID: "LTAIownkey0000000042", AccessKeySecret: "own secret of this world"},
		signature.Credentials{AccessKeyID: "STSownkey00000000042", AccessKeySecret: "another secret", SecurityToken: "a-token-of-this-world"}
	l, err := subject.NewLive(subject.LiveOptions{
		URL: "http://localhost:9000", Bucket: "my-own-bucket", Region: "us-east-1", Addressing: subject.AnyAddressing,
		Credentials: long, Temporary: temporary, Now: func() time.Time { return time.Date(2026, 11, 22, 4, 5, 6, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[signature.Addressing]map[bool]int{signature.VirtualHost: {}, signature.PathStyle: {}}
	for _, c := range set.Cases() {
		profile, _ := signature.LookupID(c.Profile())
		moved, err := l.Move(c, profile)
		if err != nil {
			continue
		}
		token, want := c.Input.Credentials.SecurityToken != "", long
		if token {
			want = temporary
		}
		if moved.Input.Addressing != c.Input.Addressing || moved.Input.Credentials != want {
			t.Errorf("%s: %s with the key %s", c.ID, moved.Input.Addressing, moved.Input.Credentials.AccessKeyID)
		}
		host := map[signature.Addressing]string{signature.VirtualHost: "my-own-bucket.localhost:9000", signature.PathStyle: "localhost:9000"}[c.Input.Addressing]
		if moved.Input.Request.Host() != host {
			t.Errorf("%s: it is sent to %s, want %s", c.ID, moved.Input.Request.Host(), host)
		}
		seen[c.Input.Addressing][token]++
	}
	for addressing, n := range seen {
		if n[false] == 0 || addressing == signature.VirtualHost && n[true] == 0 {
			t.Errorf("%s: cases without and with a token: %d, %d", addressing, n[false], n[true])
		}
	}
}

func TestATemporaryKeyIsWhole(t *testing.T) {
	key := signature.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"}
	if _, err := subject.NewLive(subject.LiveOptions{URL: "http://localhost", Bucket: "my-own-bucket", Credentials: key, Temporary: key}); err == nil {
		t.Error("a temporary key without a token is taken")
	}
}

// What a server is asked must not depend on the hour at which it is: a table of
// yesterday evening would differ from that of this morning. One case cannot do
// otherwise, because it is of the day before, sixteen hours later; and within
// minutes of midnight so do those whose date is moved beside its day.
func TestACaseIsMovedAtAnyHour(t *testing.T) {
	set, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	const dayBefore = "oss-v4/form/fields/day-other-than-the-date"
	reasons := map[string]string{} // by case, at the first hour
	for i, clock := range []string{"00:30:00", "07:30:00", "16:30:00", "23:30:00"} {
		now, err := time.Parse(time.DateTime, "2026-11-09 "+clock)
		if err != nil {
			t.Fatal(err)
		}
		l, err := subject.NewLive(subject.LiveOptions{
			URL: "http://localhost:9000", Bucket: "my-own-bucket", Region: "us-east-1", Addressing: subject.AnyAddressing, Prefix: "at-any-hour/",
			Credentials: signature.Credentials{AccessKeyID: "LTAIownkey0000000042", AccessKeySecret: "own secret of this world"},
			Temporary:   signature.Credentials{AccessKeyID: "STSownkey00000000042", AccessKeySecret: "another secret", SecurityToken: "a-token-of-this-world"},
			Now:         func() time.Time { return now },
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range set.Cases() {
			profile, _ := signature.LookupID(c.Profile())
			reason := ""
			if _, err := l.Move(c, profile); err != nil {
				reason, _, _ = strings.Cut(err.Error(), ":")
			}
			if i == 0 {
				reasons[c.ID] = reason
			}
			if reason != reasons[c.ID] && c.ID != dayBefore {
				t.Errorf("%s at %s: %q, and at first %q", c.ID, clock, reason, reasons[c.ID])
			}
		}
	}
}
