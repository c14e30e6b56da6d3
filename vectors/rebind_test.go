package vectors_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

func world(addressing signature.Addressing, token string) *vectors.World {
	return &vectors.World{
		Credentials: signature.Credentials{AccessKeyID: "LTAIownkey0000000042", AccessKeySecret: "own secret of this world", SecurityToken: token},
		Transport:   "https", Host: "oss-eu-central-1.example.net:8443", Bucket: "my-own-bucket", Region: "eu-central-1", Addressing: addressing,
		Prefix: "countersign-0123456789abcdef/", Now: time.Date(2026, 11, 22, 4, 5, 6, 0, time.UTC),
	}
}

func TestCasesAreMovedWithTheirPoint(t *testing.T) {
	set, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, addressing := range []signature.Addressing{signature.VirtualHost, signature.PathStyle} {
		moved, why, byProfile := 0, map[string]int{}, map[string][2]int{}
		for _, c := range set.Cases() {
			w := world(addressing, "")
			if c.Input.Credentials.SecurityToken != "" {
				w = world(addressing, "a-token-of-this-world+/=")
			}
			profile, _ := signature.LookupID(c.Profile())
			m, err := c.Rebind(profile, w)
			n := byProfile[c.Profile()]
			n[1]++
			if err != nil {
				reason, _, _ := strings.Cut(err.Error(), ":")
				why[reason]++
				byProfile[c.Profile()] = n
				continue
			}
			n[0]++
			byProfile[c.Profile()] = n
			moved++
			holdsToTheWorld(t, m, profile, w)
		}
		if moved < 2000 {
			t.Errorf("%s: only %d cases can be moved", addressing, moved)
		}
		t.Logf("%s: %d moved", addressing, moved)
		for _, reason := range slices.Sorted(maps.Keys(why)) {
			t.Logf("%5d %s", why[reason], reason)
		}
		for _, p := range slices.Sorted(maps.Keys(byProfile)) {
			t.Logf("%s: %d of %d", p, byProfile[p][0], byProfile[p][1])
			if p != "oss-rtmp/query" && byProfile[p][0]*3 < byProfile[p][1] {
				t.Errorf("%s: only %d of %d cases can be moved", p, byProfile[p][0], byProfile[p][1])
			}
		}
	}
}

// holdsToTheWorld looks for what must not be in a moved request: a foreign name,
// a key outside of the prefix, a verb that destroys.
func holdsToTheWorld(t *testing.T, c *vectors.Case, profile *signature.Profile, w *vectors.World) {
	t.Helper()
	req, err := c.Arrival(profile)
	if err != nil {
		t.Fatalf("%s: %v", c.ID, err)
	}
	if host, _ := req.Header("Host"); host != w.Authority() {
		t.Errorf("%s: it is sent to %s", c.ID, host)
	}
	if strings.EqualFold(req.Method, "DELETE") {
		t.Errorf("%s: it deletes", c.ID)
	}
	path := wire.SplitTarget(req.Target).Path
	root := "/"
	if w.Addressing == signature.PathStyle {
		root = "/" + w.Bucket + "/"
	}
	if path == "/"+w.Bucket { // the bucket itself, too: some cases are about the slash
		path = root
	}
	below, reads := strings.HasPrefix(path, root+w.Prefix), slices.Contains([]string{"GET", "HEAD"}, strings.ToUpper(req.Method))
	if form := profile.Carrier == signature.InForm; form && path != root || !form && !below && (path != root || !reads) {
		t.Errorf("%s: %s %s is outside of the prefix", c.ID, req.Method, path)
	}
	if profile.Carrier == signature.InForm && !strings.Contains(req.Body, "name=\"key\"\r\n\r\n"+w.Prefix) {
		t.Errorf("%s: the form's key is outside of the prefix", c.ID)
	}
}

// What a case says of its token and of its own signature is said of those of the
// world, however short the token is.
func TestTokensAndSignaturesOfACaseAreMoved(t *testing.T) {
	set, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	for id, stays := range map[string]string{
		"obs-aws-v2/header/mistakes/token-unsigned":          "a+b/c==",
		"obs-aws-v2/form/policy/token-field":                 "a+b/c==",
		"obs-v4/header/authorization/blanks-behind-commas":   "a5b99e6c12e48515",
		"obs-v4/header/authorization/pairs-in-another-order": "a5b99e6c12e48515",
	} {
		c, ok := set.Case(id)
		if !ok {
			t.Fatalf("no case %s", id)
		}
		profile, _ := signature.LookupID(c.Profile())
		w := world(signature.PathStyle, "")
		if c.Input.Credentials.SecurityToken != "" {
			w = world(signature.PathStyle, "a-token-of-this-world+/=")
		}
		moved, err := c.Rebind(profile, w)
		if err != nil {
			t.Errorf("%s: %v", id, err)
			continue
		}
		req, err := moved.Arrival(profile)
		if err != nil {
			t.Fatal(err)
		}
		if text := string(req.AppendHTTP(nil)) + moved.Input.Policy; strings.Contains(text, stays) {
			t.Errorf("%s: %q is still there: %s", id, stays, text)
		}
	}
}

// The prefix is random, and may end as a day of a scope does.
func TestAPrefixThatLooksLikeADayStays(t *testing.T) {
	set, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	c, ok := set.Case("oss-v4/form/basics/post-policy")
	if !ok {
		t.Fatal("the case is gone")
	}
	w := world(signature.VirtualHost, "")
	w.Prefix = "countersign-0123456720240520/"
	m, err := c.Rebind(signature.OSSV4Form, w)
	if err != nil {
		t.Fatal(err)
	}
	if want := `["eq","$key","` + w.Prefix + `uploads/photo.jpg"]`; !strings.Contains(m.Input.Policy, want) {
		t.Errorf("the policy has no %s:\n%s", want, m.Input.Policy)
	}
}
