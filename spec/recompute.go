package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// Recompute computes the stages that a case pins anew, and returns an error
// that names the first one the reference does not come to. Stages that are
// compared by what they say ([signature.Stage.Parsed]) are compared so.
//
// Each alternative is computed by the reading of its name, and must come to
// another signature than the case itself: a vector whose readings agree tells
// nobody anything.
//
// A verifier case pins no stage: what arrives of it must be refused for the
// class of its rejection. What arrives of any other case must verify, unless no
// server takes it.
//
// It is meant for [vectors.LintOptions].
func Recompute(c *vectors.Case) error {
	profile, err := signature.LookupID(c.Profile())
	if err != nil {
		return err
	}
	if c.IsVerifierCase() {
		return arrives(profile, c)
	}
	plain, err := reproduces(profile, c, &c.Expect.Stages)
	if err != nil {
		return err
	}
	readings := signature.Readings(profile.ID())
	for i := range c.Alternatives {
		a := &c.Alternatives[i]
		at := slices.IndexFunc(readings, func(r signature.Reading) bool { return r.Name == a.Reading })
		if at < 0 {
			return fmt.Errorf("alternative %s: the reference does not know this reading of %s; it knows %s", a.Reading, profile.ID(), readingNames(readings))
		}
		other, err := reproduces(readings[at].Apply(profile), c, &a.Stages)
		if err != nil {
			return fmt.Errorf("alternative %s: %w", a.Reading, err)
		}
		if other.Stage(signature.SignatureValue) == plain.Stage(signature.SignatureValue) {
			return fmt.Errorf("alternative %s: it comes to the same signature as expect, so this vector cannot tell the readings apart", a.Reading)
		}
	}
	return arrives(profile, c)
}

// arrives holds what arrives of a case to what the case says of it.
func arrives(profile *signature.Profile, c *vectors.Case) error {
	if !c.ForServers() {
		return nil
	}
	req, err := c.Arrival(profile)
	if err != nil {
		return err
	}
	if err := travels(req); err != nil {
		return err
	}
	class, found := finds(c.Server(profile).Verify(req))
	switch want := c.Expect.Rejected; {
	case want == nil && class != "":
		return fmt.Errorf("a server that follows the documents refuses it: %s", found)
	case want != nil && class == "":
		return fmt.Errorf("a server that follows the documents lets it in; the case says %s", want.Class)
	case want != nil && want.Class != class:
		return fmt.Errorf("a server that follows the documents refuses it otherwise: %s; the case says %s", found, want.Class)
	}
	return nil
}

// travels checks that a request comes out of the wire as it went in, but for the
// blanks around header values that no HTTP server sees: else a server would be
// asked something else than the reference.
func travels(req *wire.Request) error {
	read, err := wire.ParseRequest(req.AppendHTTP(nil), req.Transport)
	if err != nil {
		return fmt.Errorf("what arrives cannot be sent: %w", err)
	}
	if read.Method != req.Method || read.Target != req.Target || read.Body != req.Body || !sameHeaders(read, req) {
		return fmt.Errorf("what arrives is not what is sent: a method, target or header breaks the request head")
	}
	return nil
}

func sameHeaders(read, sent *wire.Request) bool {
	var want []wire.Header
	for _, h := range sent.Headers {
		want = append(want, wire.Header{Name: h.Name, Value: wire.TrimBlanks(h.Value)})
	}
	return len(read.Headers) >= len(want) && slices.Equal(read.Headers[:len(want)], want)
}

// finds is the class for which a server refuses a request, and how it comes to
// that; both are empty if it lets the request in.
func finds(v *signature.Verification) (class, found string) {
	switch fault := v.Fault(); {
	case v.Verdict == signature.Verified:
		return "", ""
	case v.Verdict == signature.Mismatch:
		return string(signature.SignatureMismatch), string(signature.SignatureMismatch)
	case fault != nil:
		return string(fault.Class), fmt.Sprintf("%s: %v", fault.Class, v.Faults)
	}
	return string(v.Verdict), string(v.Verdict) + ": it carries no authentication"
}

// reproduces signs the input of a case and compares every pinned stage.
func reproduces(profile *signature.Profile, c *vectors.Case, pinned *vectors.ExpectedStages) (*signature.Signed, error) {
	signed, err := profile.Sign(&c.Input)
	if err != nil {
		return nil, fmt.Errorf("the reference cannot sign the input: %w", err)
	}
	for _, want := range pinned.Values {
		got := signed.Stage(want.Stage)
		if sameParsed(want.Stage, want.Value, got) {
			continue
		}
		at := reports.FirstDifference(wire.Bytes(want.Value), wire.Bytes(got))
		return nil, fmt.Errorf("the reference comes to another %s: expected %s, computed %s, which differ at byte %d",
			want.Stage, reports.Show(wire.Bytes(want.Value)), reports.Show(wire.Bytes(got)), at)
	}
	return signed, nil
}

func readingNames(readings []signature.Reading) string {
	if len(readings) == 0 {
		return "none"
	}
	names := make([]string, len(readings))
	for i, r := range readings {
		names[i] = r.Name
	}
	return strings.Join(names, ", ")
}
