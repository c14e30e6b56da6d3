package vectors

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Captured is a request that an SDK really sent, and what is known of it.
type Captured struct {
	ID          string
	Request     *wire.Request
	At          time.Time             // when it was seen; zero if nobody knows
	Credentials signature.Credentials // that it was signed with: public examples, they become part of the vector
	Hosts       signature.Hosts
}

// About is what a person says of a captured request that is to be a vector.
type About struct {
	Request      string   `json:"request"`        // the id of the captured request
	Name         string   `json:"name,omitempty"` // last part of the vector's id; made of the request's id if empty
	Title        string   `json:"title"`
	Why          string   `json:"why"`
	Requirements []string `json:"requirements"`
	Level        Level    `json:"level,omitempty"` // that of the strongest requirement if empty
	Flags        []string `json:"flags,omitempty"`
}

// Found is what the reference makes of a captured request.
type Found struct {
	Captured     *Captured
	Profile      *signature.Profile // nil where the scheme cannot be told
	Verification *signature.Verification
	Reading      *signature.Reading // that explains the signature, where only a reading does
}

// ErrNotReproduced wraps what keeps a captured request from being a vector: the
// reference does not come to its signature.
var ErrNotReproduced = errors.New("the reference does not reproduce the signature")

// Examine recomputes the signature of a captured request. A reading that stands
// for one of the requirements is preferred to others that explain it too.
func (c *Captured) Examine(requirements []string) (*Found, error) {
	verifier := signature.Verifier{
		Hosts:  c.Hosts,
		Secret: func(id string) (signature.Credentials, bool) { return c.Credentials, id == c.Credentials.AccessKeyID },
	}
	v := verifier.Verify(c.Request)
	f := &Found{Captured: c, Profile: v.Profile, Verification: v}
	switch v.Verdict {
	case signature.Unsigned:
		return f, fmt.Errorf("the request carries no authentication")
	case signature.Malformed:
		return f, fmt.Errorf("a server refuses it before it computes anything: %w", v.Fault())
	case signature.Mismatch:
		return f, f.explain(&verifier, requirements)
	}
	switch v.Token {
	case c.Credentials.SecurityToken:
		return f, nil
	case "":
		return f, fmt.Errorf("it is signed with temporary credentials and has no security token where %s has it", v.Profile.ID())
	}
	return f, fmt.Errorf("its security token is not the one of the example credentials, and may be a real one")
}

// explain finds the reading that explains the signature, or says what does.
func (f *Found) explain(verifier *signature.Verifier, requirements []string) error {
	id := f.Profile.ID()
	with := func(apply func(*signature.Profile) *signature.Profile) bool {
		other := *verifier
		other.Reading = apply
		return other.Verify(f.Captured.Request).Verdict == signature.Verified
	}
	for _, r := range signature.Readings(id) {
		if with(r.Apply) && (f.Reading == nil || slices.Contains(requirements, r.Requirement) && !slices.Contains(requirements, f.Reading.Requirement)) {
			f.Reading = &r
		}
	}
	if f.Reading != nil {
		return nil
	}
	for _, s := range signature.Slips(id) {
		if with(s.Apply) {
			return fmt.Errorf("%w: it differs first in %s, by the known slip %s (%s)", ErrNotReproduced, s.Stage, s.Name, s.Why)
		}
	}
	return fmt.Errorf("%w: it is %s, a server computes %s, and neither a reading of a contested rule nor a known slip explains it",
		ErrNotReproduced, f.Verification.Provided, f.Verification.Stage(signature.SignatureValue))
}

// Transcribed is a vector made of a captured request, and with that what the
// SDK attests by it.
type Transcribed struct {
	Case    Case
	Differs *Differs // the SDK follows another reading than the vector expects
}

// Transcribe makes a vector of a captured request: the authentication is taken
// out of it and becomes what is expected. level is that of the strongest
// requirement.
func (f *Found) Transcribe(sdk Implementation, about *About, since string, level Level) (*Transcribed, error) {
	input, err := f.input()
	if err != nil {
		return nil, err
	}
	signed, err := f.Profile.Sign(input)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotReproduced, err)
	}
	name := cmp.Or(about.Name, kebab(lastParts(about.Request)))
	c := Case{
		ID:    f.Profile.ID() + "/" + capturedTheme(sdk.Name) + "/" + name,
		Title: about.Title, Why: about.Why, Requirements: about.Requirements, Level: cmp.Or(about.Level, level), Flags: about.Flags,
		Since: since, Provenance: Derived, Input: *input,
		Source: Source{Kind: SourceCaptured, Ref: fmt.Sprintf("%s %s: %s", sdk.Name, sdk.Version, f.Captured.ID)},
		Expect: Expect{Stages: Pin(signed)},
	}
	t := &Transcribed{Case: c}
	if f.Reading != nil {
		other, err := f.Reading.Apply(f.Profile).Sign(input)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNotReproduced, err)
		}
		t.Case.Alternatives = []Alternative{{Reading: f.Reading.Name, Stages: Pin(other)}}
		t.Differs = &Differs{ID: c.ID, Digest: t.Case.Digest(), Stage: firstOther(signed.Stages(), other.Stages()),
			Note: fmt.Sprintf("the reading %s: %s", f.Reading.Name, f.Reading.Why)}
		signed = other
	}
	if got := signed.Stage(signature.SignatureValue); got != f.Verification.Provided {
		stage := firstOther(f.Verification.Stages(), signed.Stages())
		return nil, fmt.Errorf("%w from the request without its authentication: %s comes out otherwise; it signs other headers than a signer is asked for", ErrNotReproduced, stage)
	}
	return t, nil
}

// firstOther is the first stage that differs, or where none of them does the
// signature.
func firstOther(a, b []signature.StageValue) signature.Stage {
	if stage, ok := signature.FirstOther(a, b); ok {
		return stage
	}
	return signature.SignatureValue
}

// capturedTheme is the theme of the vectors made of what an SDK sent.
func capturedTheme(sdk string) string { return "captured-" + kebab(sdk) }

// lastParts drops from the id of a recorded request what says nothing in an id
// of its profile: oss-v1/header/operations/keys/space is keys/space.
func lastParts(id string) string {
	if _, rest, ok := strings.Cut(id, "/operations/"); ok {
		return rest
	}
	return id
}

// kebab makes a part of an id: lower-case letters, digits and single hyphens.
func kebab(text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	return strings.Join(words, "-")
}

// input is what a signer is given to come to the captured request.
func (f *Found) input() (*signature.Input, error) {
	v, p := f.Verification, f.Profile
	in := &signature.Input{
		Bucket: v.Resource.Bucket, Key: v.Resource.Key(), Addressing: v.Resource.Addressing,
		Credentials: f.Captured.Credentials, Region: v.Scope.Region,
		Request: withoutAuthentication(f.Captured.Request, p, v.Signed),
	}
	if v.Scope.Product != p.Names.Service {
		in.Product = v.Scope.Product
	}
	in.AdditionalHeaders = slices.DeleteFunc(slices.Clone(v.Signed), func(name string) bool { return signedAnyway(p, name) })
	var err error
	switch p.Carrier {
	case signature.InQuery:
		if in.Expires, err = strconv.ParseInt(v.Expires, 10, 64); err != nil {
			return nil, fmt.Errorf("the expiry %q is no number", v.Expires)
		}
	case signature.InForm:
		policy, err := base64.StdEncoding.DecodeString(v.Policy)
		if err != nil {
			return nil, fmt.Errorf("the policy is no Base64: %w", err)
		}
		in.Policy, in.Key = string(policy), v.Key
	}
	in.Time, err = f.time(in)
	return in, err
}

// usualLife is how long before its end a URL is taken to be signed that does
// not say it: the SDKs' own default.
const usualLife = time.Hour

// time is when the request was signed: as it says itself, or when it was seen.
func (f *Found) time(in *signature.Input) (time.Time, error) {
	said := f.Verification.Timestamp
	if f.Profile.Carrier == signature.InHeader && said == "" {
		for _, name := range []string{"Date", f.Profile.Names.DateHeader} {
			if value, ok := f.Captured.Request.Header(name); ok && value != "" {
				said = value
			}
		}
	}
	if said != "" {
		if at, ok := signature.ParseDate(said); ok {
			return at.UTC(), nil
		}
		return time.Time{}, fmt.Errorf("its date %q is none", said)
	}
	switch {
	case !f.Captured.At.IsZero():
		return f.Captured.At.UTC().Truncate(time.Second), nil
	case f.Profile.Carrier == signature.InQuery:
		return time.Unix(in.Expires, 0).UTC().Add(-usualLife), nil
	}
	return time.Time{}, fmt.Errorf("nothing says when it was signed; a recording (countersign run --record) does")
}

// signedAnyway reports whether a listed header is one a signer signs without
// being asked.
func signedAnyway(p *signature.Profile, name string) bool {
	return strings.HasPrefix(name, p.Names.HeaderPrefix) || name == "host" && p.Scheme == "obs-v4" || name == "content-type"
}

// withoutAuthentication is the request as a signer is given it. What a client
// says of itself is left out where it is not signed: it proves nothing and may
// tell who recorded it.
func withoutAuthentication(req *wire.Request, p *signature.Profile, signed []string) *wire.Request {
	out := req.Clone(0)
	out.Proto = ""
	out.Headers = slices.DeleteFunc(out.Headers, func(h wire.Header) bool {
		named := func(name string) bool { return name != "" && wire.EqualFold(h.Name, name) }
		switch {
		case named("Authorization"), p.Carrier == signature.InHeader && named(p.Names.TokenHeader):
			return true
		case slices.ContainsFunc(signed, named):
			return false
		}
		return ofTheClient(h.Name) || p.Carrier == signature.InForm && !named("Host")
	})
	switch p.Carrier {
	case signature.InQuery:
		out.Target = withoutParameters(out.Target, p)
	case signature.InForm:
		out.Body = ""
	}
	return out
}

// clientHeaders are headers by which a client speaks of itself and of its way.
var clientHeaders = []string{
	"user-agent", "accept", "accept-encoding", "accept-language", "accept-charset", "connection", "cookie", "referer", "origin",
	"dnt", "pragma", "priority", "te", "upgrade-insecure-requests", "via", "forwarded", "x-forwarded-for", "x-forwarded-proto",
	"x-real-ip", "traceparent", "tracestate", "proxy-authorization", "proxy-connection",
	"content-length", "transfer-encoding", "expect", // of the connection; the body stands beside the headers
}

func ofTheClient(name string) bool {
	name = strings.ToLower(name)
	return slices.Contains(clientHeaders, name) || strings.HasPrefix(name, "sec-")
}

// withoutParameters takes the parameters of the authentication out of a target;
// what is left stays as it stood.
func withoutParameters(target string, p *signature.Profile) string {
	t := wire.SplitTarget(target)
	own := func(name string) bool {
		return name == p.Names.SignatureField || slices.ContainsFunc(p.Place, func(place signature.Placement) bool { return place.Name == name })
	}
	var kept []string
	for _, part := range strings.Split(t.Query, "&") {
		name, _, _ := strings.Cut(part, "=")
		if !own(wire.UnescapeQuery(name)) {
			kept = append(kept, part)
		}
	}
	t.Query = strings.Join(kept, "&")
	t.HasQuery = len(kept) > 0
	return t.String()
}
