// Package authorization is the fuzz target for reading authentication: any
// request gets a verdict, a malformed one with the faults it has in words, and
// verifying changes nothing.
package authorization

import (
	"strings"
	"time"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Check takes data for a raw HTTP request.
func Check(data []byte) { fuzz.Run("authorization", data, check) }

// The credentials the seeds are signed with.
var credentials = signature.Credentials{AccessKeyID: "ak", AccessKeySecret: "fuzzed-access-key-secret-0001"}

// arrival is when a server that looks at its clock receives the requests.
var arrival = time.Date(2023, 12, 1, 10, 40, 0, 0, time.UTC)

func check(data []byte) {
	req, err := wire.ParseRequest(data, "http")
	if err != nil {
		return
	}
	before := req.Clone(0)
	timeless := fuzz.Verifier(credentials)
	judged(data, timeless.Verify(req))

	clocked := fuzz.Verifier(credentials)
	clocked.Now = func() time.Time { return arrival }
	clocked.Region, clocked.Product = "cn-hangzhou", "oss"
	judged(data, clocked.Verify(req))

	if !fuzz.Same(req, before) {
		fuzz.Fail("authorization/request-changed", "verifying changed %q into %q", before.AppendHTTP(nil), req.AppendHTTP(nil))
	}
}

// judged checks that a verification says all it has to.
func judged(data []byte, v *signature.Verification) {
	fail := func(class string) {
		fuzz.Fail("authorization/"+class, "%q\nverdict %q, provided %q, profile %v, faults %v", data, v.Verdict, v.Provided, v.Profile != nil, v.Faults)
	}
	switch v.Verdict {
	case signature.Verified, signature.Mismatch:
		recomputed := v.Stage(signature.SignatureValue)
		switch {
		case v.Profile == nil || recomputed == "":
			fail("nothing-recomputed")
		case (v.Provided == recomputed) != (v.Verdict == signature.Verified):
			fail("verdict-contradicts-signatures")
		}
	case signature.Unsigned:
		if v.Profile != nil {
			fail("unsigned-with-profile")
		}
	case signature.Malformed:
		if len(v.Faults) == 0 {
			fail("malformed-without-fault")
		}
	default:
		fail("unknown-verdict")
	}
	if v.Verdict != signature.Malformed && len(v.Faults) > 0 {
		fail("faults-without-malformed")
	}
	// A quoted \xbf in front of the rest spells the secret too.
	withoutFirst := credentials.AccessKeySecret[1:]
	for _, f := range v.Faults {
		switch {
		case f.Class == "" || f.Where == "" || f.Rule == "":
			fail("fault-without-words")
		case f.Offset < -1 || f.Offset > len(data):
			fail("fault-outside-the-request")
		case strings.Contains(f.Error(), credentials.AccessKeySecret) && !strings.Contains(string(data), withoutFirst):
			fail("secret-in-fault")
		}
	}
}
