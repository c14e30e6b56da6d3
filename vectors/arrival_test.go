package vectors

import (
	"cmp"
	"errors"
	"strings"
	"testing"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// tampered is the arrival of a case with changes of our own.
func tampered(t *testing.T, id string, changes ...Tamper) (*Case, *wire.Request, error) {
	t.Helper()
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	known, ok := set.Case(id)
	if !ok {
		t.Fatalf("there is no %s", id)
	}
	c := *known
	c.Expect.Tamper = changes
	req, err := c.Arrival(profileOf(t, &c))
	return &c, req, err
}

func profileOf(t *testing.T, c *Case) *signature.Profile {
	t.Helper()
	p, err := signature.LookupID(c.Profile())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const (
	inHeader = "oss-v4/header/basics/get-object-sts"
	inQuery  = "oss-v4/query/basics/presign-get-object-sts"
	inForm   = "oss-v1/form/basics/post-policy"
)

func TestARequestArrivesAsItWasTamperedWith(t *testing.T) {
	const before, after = "before-signing", "after-signing"
	for _, test := range []struct {
		id     string
		change Tamper
		want   string // in the printed request
	}{
		{inHeader, Tamper{When: after, Op: "set-header", Target: "X-A", Value: "1"}, "\r\nX-A: 1\r\n"},
		{inHeader, Tamper{When: after, Op: "set-header", Target: "host", Value: "elsewhere"}, "\r\nHost: elsewhere\r\n"},
		{inHeader, Tamper{When: after, Op: "add-header", Target: "Host", Value: "elsewhere"}, "\r\nHost: elsewhere\r\n"},
		{inHeader, Tamper{When: after, Op: "rename-header", Target: "Host", Value: "HOST"}, "\r\nHOST: "},
		{inHeader, Tamper{When: after, Op: "replace-in-header", Target: "Authorization", Old: "Credential=", Value: "credential="}, " credential="},
		{inHeader, Tamper{When: after, Op: "set-method", Value: "PUT"}, "PUT /"},
		{inHeader, Tamper{When: after, Op: "set-path", Value: "/other"}, " /other HTTP"},
		{inHeader, Tamper{When: after, Op: "set-body", Value: "other"}, "\r\n\r\nother"},
		{inHeader, Tamper{When: before, Op: "set-method", Value: "PUT"}, "PUT /"},
		{inHeader, Tamper{When: before, Op: "set-stage", Target: "signature", Value: "abc"}, "Signature=abc\r\n"},
		{inQuery, Tamper{When: after, Op: "set-parameter", Target: "x-oss-expires", Value: "7"}, "&x-oss-expires=7&"},
		{inQuery, Tamper{When: after, Op: "set-parameter", Target: "new", Value: "%41"}, "&new=%41 HTTP"},
		{inQuery, Tamper{When: after, Op: "add-parameter", Target: "x-oss-expires", Value: "7"}, "&x-oss-expires=7 HTTP"},
		{inQuery, Tamper{When: after, Op: "unescape-parameter", Target: "x-oss-credential"}, "/cn-hangzhou/oss/"},
		{inQuery, Tamper{When: after, Op: "replace-in-parameter", Target: "x-oss-credential", Old: "cn-hangzhou", Value: "cn-x"}, "%2Fcn-x%2F"},
		{inForm, Tamper{When: after, Op: "set-field", Target: "policy", Value: "AAAA"}, "name=\"policy\"\r\n\r\nAAAA\r\n"},
		{inForm, Tamper{When: after, Op: "add-field", Target: "extra", Value: "1"}, "name=\"extra\"\r\n\r\n1\r\n"},
		{inForm, Tamper{When: after, Op: "replace-in-field", Target: "OSSAccessKeyId", Old: "TEST", Value: "REST"}, "\r\n\r\nREST"},
	} {
		_, req, err := tampered(t, test.id, test.change)
		if err != nil {
			t.Errorf("%+v: %v", test.change, err)
		} else if got := string(req.AppendHTTP(nil)); !strings.Contains(got, test.want) {
			t.Errorf("%+v: %q is not in\n%q", test.change, test.want, got)
		}
	}
}

func TestWhatIsRemovedIsGone(t *testing.T) {
	for _, test := range []struct{ id, op, target, gone string }{
		{inHeader, "remove-header", "x-oss-security-token", "x-oss-security-token"},
		{inQuery, "remove-parameter", "x-oss-security-token", "x-oss-security-token"},
		{inForm, "remove-field", "policy", `name="policy"`},
	} {
		_, plain, err := tampered(t, test.id)
		if err != nil || !strings.Contains(string(plain.AppendHTTP(nil)), test.gone) {
			t.Fatalf("%s: %v: it has no %s to begin with", test.id, err, test.gone)
		}
		_, req, err := tampered(t, test.id, Tamper{When: "after-signing", Op: test.op, Target: test.target})
		if err != nil || strings.Contains(string(req.AppendHTTP(nil)), test.gone) {
			t.Errorf("%s: %v\n%q", test.op, err, req.AppendHTTP(nil))
		}
	}
}

func TestAChangeThatCannotBeMadeIsAnError(t *testing.T) {
	for _, test := range []struct {
		id     string
		change Tamper
	}{
		{inHeader, Tamper{Op: "remove-header", Target: "X-None"}},
		{inHeader, Tamper{Op: "rename-header", Target: "X-None", Value: "X"}},
		{inHeader, Tamper{Op: "replace-in-header", Target: "Host", Old: "nowhere", Value: "X"}},
		{inHeader, Tamper{Op: "no-such-op", Target: "Host"}},
		{inHeader, Tamper{Op: "remove-parameter", Target: "none"}},
		{inQuery, Tamper{Op: "replace-in-parameter", Target: "x-oss-date", Old: "nowhere", Value: "X"}},
		{inForm, Tamper{Op: "remove-field", Target: "none"}},
		{inForm, Tamper{Op: "replace-in-field", Target: "policy", Old: "*", Value: "X"}},
		{inForm, Tamper{When: "before-signing", Op: "set-stage", Target: "canonicalRequest", Value: "X"}},
	} {
		test.change.When = cmp.Or(test.change.When, "after-signing")
		if _, _, err := tampered(t, test.id, test.change); !errors.Is(err, ErrTamper) || !strings.Contains(err.Error(), test.change.Op) {
			t.Errorf("%+v: error is %v", test.change, err)
		}
	}
}

// A signature that a change before has emptied cannot be corrupted.
func TestAnEmptySignatureCannotBeCorrupted(t *testing.T) {
	for id, empty := range map[string]Tamper{
		inHeader: {Op: "set-header", Target: "Authorization"},
		inQuery:  {Op: "set-parameter", Target: "x-oss-signature"},
		inForm:   {Op: "set-field", Target: "Signature"},
	} {
		empty.When = "after-signing"
		if _, _, err := tampered(t, id, empty, Tamper{When: "after-signing", Op: "corrupt-signature"}); !errors.Is(err, ErrTamper) {
			t.Errorf("%s: error is %v", id, err)
		}
	}
}

// The server of a case lets it in as it is, and refuses it with its signature
// corrupted: wherever that stands.
func TestTheServerOfACaseLetsInItsSignatureAlone(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, profile := range ProfileIDs() {
		id := ""
		for _, c := range set.Cases() {
			if c.Profile() == profile && !c.IsVerifierCase() && c.ForServers() && c.Source.Kind == "own" && len(c.Expect.Tamper) == 0 {
				id = c.ID
				break
			}
		}
		c, req, err := tampered(t, id)
		if err != nil {
			t.Fatal(err)
		}
		if v := c.Server(profileOf(t, c)).Verify(req); v.Verdict != signature.Verified {
			t.Errorf("%s: %s %v", id, v.Verdict, v.Faults)
		}
		c, req, err = tampered(t, id, Tamper{When: "after-signing", Op: "corrupt-signature"})
		if err != nil {
			t.Fatal(err)
		}
		if v := c.Server(profileOf(t, c)).Verify(req); v.Verdict != signature.Mismatch {
			t.Errorf("%s with its signature corrupted: %s %v", id, v.Verdict, v.Faults)
		}
	}
}

func TestACaseArrivesLate(t *testing.T) {
	c, _, err := tampered(t, inHeader)
	if err != nil {
		t.Fatal(err)
	}
	for _, after := range []int64{-901, 900, 1 << 40} { // more than a time.Duration holds
		c.Expect.ReceivedAfter = after
		if got := c.ReceivedAt().Unix() - c.Input.Time.Unix(); got != after {
			t.Errorf("received %d seconds after it was signed, want %d", got, after)
		}
	}
}

// A field that the policy wants and that the case adds itself is sent once.
func TestAFieldOfTheCaseIsNotSentBesideThatOfThePolicy(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	c, _ := set.Case("obs-aws-v2/form/policy/metadata-condition")
	req, err := c.Arrival(signature.OBSAWSV2Form)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(req.Body, `name="x-amz-meta-user"`); n != 1 || !strings.Contains(req.Body, "alice") {
		t.Errorf("the field is there %d times:\n%s", n, req.Body)
	}
}
