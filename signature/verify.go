package signature

import (
	"crypto/subtle"
	"fmt"
	"strings"
	"time"

	"github.com/countersign/countersign/wire"
)

// Verdict is what a verification came to.
type Verdict string

// The verdicts.
const (
	Verified  Verdict = "verified"  // the signature is the one that was recomputed
	Mismatch  Verdict = "mismatch"  // it is not
	Unsigned  Verdict = "unsigned"  // the request carries no authentication
	Malformed Verdict = "malformed" // its authentication breaks a rule before any signature is compared
)

// Verification is what a server that follows the documents finds in a request.
type Verification struct {
	Profile     *Profile // nil when the scheme could not be told
	Verdict     Verdict
	Resource    Resource
	Key         string // decoded, as the service understands it
	AccessKeyID string
	Provided    string   // the signature the request carries
	Timestamp   string   // V4: the time line
	Expires     string   // URLs: the expiry as worded
	Scope       Scope    // V4
	Token       string   // the security token the request carries
	Faults      []*Fault // malformed: every fault found, by position
	Notes       []string

	stages stageRecord
}

// Stages returns the recomputed stages up to the signature, in order; none
// when the request was refused before.
func (v *Verification) Stages() []StageValue { return v.stages.values() }

// Stage returns a recomputed stage, or "".
func (v *Verification) Stage(stage Stage) string { return v.stages.stage(stage) }

// Verifier recomputes the signatures of requests from their wire form, the
// credentials and a map of hosts, and from nothing else.
type Verifier struct {
	Hosts Hosts
	// Resolve, if not nil, replaces Hosts: it is for a caller who knows what a
	// request is about.
	Resolve func(t wire.Target, host string) (Resource, error)
	// Secret finds the credentials of an access key id.
	Secret func(accessKeyID string) (Credentials, bool)
	// Now is the server's clock; nil leaves the times of requests unjudged.
	Now func() time.Time
	// Region and Product, where not empty, are those of the server: a V4 scope
	// must name them (EC 0002-00000226 and 227).
	Region, Product string
	// Reading, if not nil, replaces a profile before it is used: for another
	// reading of a contested rule.
	Reading func(*Profile) *Profile
}

// Verify recomputes the signature of req.
func (v *Verifier) Verify(req *wire.Request) *Verification {
	s := newSigning(nil)
	defer s.release()
	s.observe(req)
	out := &Verification{}
	profile, faults := v.detect(s)
	if profile == nil && len(faults) == 0 {
		out.Verdict = Unsigned
		return out
	}
	if profile == nil {
		out.Verdict, out.Faults = Malformed, faults
		return out
	}
	if v.Reading != nil {
		profile = v.Reading(profile)
	}
	s.Profile, out.Profile = profile, profile
	faults = append(faults, profile.Read(s)...)
	v.claim(s, out)
	if len(faults) > 0 {
		out.Verdict, out.Faults = Malformed, faults
		return out
	}
	if fault := v.admit(s, out); fault != nil {
		out.Verdict, out.Faults = Malformed, []*Fault{fault}
		return out
	}
	if err := s.build(SignatureValue); err != nil {
		out.Verdict = Malformed
		out.Faults = []*Fault{{Class: MalformedAuthorization, Where: "request", Offset: -1, Rule: err.Error()}}
		return out
	}
	out.stages = s.record()
	out.Verdict = Mismatch
	if subtle.ConstantTimeCompare([]byte(out.Stage(SignatureValue)), []byte(s.Provided)) == 1 {
		out.Verdict = Verified
	}
	return out
}

// claim copies what the request says of itself.
func (v *Verifier) claim(s *Signing, out *Verification) {
	out.AccessKeyID, out.Provided = s.Credentials.AccessKeyID, s.Provided
	out.Timestamp, out.Expires, out.Scope = s.Timestamp, s.Expires, s.Scope
	n := &s.Profile.Names
	out.Token = headerValue(s.Request, n.TokenHeader)
	switch s.Profile.Carrier {
	case InQuery:
		if token, ok := s.Param(n.Token); ok && n.Token != "" {
			out.Token = token
		}
	case InForm:
		out.Token, _ = s.Field(n.Token)
	}
}

// admit checks what a server checks before it compares signatures: the
// resource, the scope, the access key and the clock.
func (v *Verifier) admit(s *Signing, out *Verification) *Fault {
	resolve := v.Resolve
	if resolve == nil {
		resolve = v.Hosts.Resolve
	}
	var err error
	if s.Resource, err = resolve(s.Target, s.Request.Host()); err != nil {
		return &Fault{Class: MalformedAuthorization, Where: "request target", Offset: -1, Rule: err.Error()}
	}
	out.Resource = s.Resource
	if s.Profile.RawKey != nil {
		out.Key = wire.Unescape(s.Profile.RawKey(&s.Resource))
	}
	if s.Profile.Carrier == InForm {
		out.Key, _ = s.Field("key")
	}
	if fault := v.scopeFault(s); fault != nil {
		return fault
	}
	credentials, ok := v.Secret(out.AccessKeyID)
	if !ok {
		return &Fault{Class: UnknownAccessKey, Where: "access key id", Offset: -1,
			Rule: "the access key id is one the server knows", EC: "0002-00000902", Got: out.AccessKeyID}
	}
	s.Credentials = credentials
	if v.Now != nil && s.Profile.Limits != nil {
		return s.Profile.Limits(s, v.Now())
	}
	return nil
}

func (v *Verifier) scopeFault(s *Signing) *Fault {
	fault := func(rule, ec, got string) *Fault {
		where := "header Authorization"
		if s.Profile.Carrier != InHeader {
			where = "parameter " + s.Profile.Names.Credential
		}
		return &Fault{Class: WrongScope, Where: where, Offset: -1, Rule: rule, EC: ec, Got: got}
	}
	switch {
	case s.Profile.Names.Terminator == "":
		return nil
	case v.Region != "" && s.Scope.Region != v.Region:
		return fault("the region of the scope is "+v.Region, "0002-00000226", s.Scope.Region)
	case v.Product != "" && s.Scope.Product != v.Product:
		return fault("the product of the scope is "+v.Product, "0002-00000227", s.Scope.Product)
	}
	return nil
}

// detect tells scheme and carrier from the request alone. It returns neither a
// profile nor a fault for a request without authentication.
func (v *Verifier) detect(s *Signing) (*Profile, []*Fault) {
	if s.Request.Method == "POST" {
		if fields, err := FormFields(s.Request); err == nil {
			s.Form = fields
		}
	}
	header, query, form := presented(s)
	if header == "" {
		if query != nil {
			return query, tokenTwice(s, query)
		}
		return form, nil
	}
	word, _, _ := strings.Cut(header, " ")
	profile := headerProfile(word)
	switch {
	case profile == nil:
		return nil, []*Fault{inAuthorization(0, "begins with OSS, OSS2, OSS4-HMAC-SHA256, OBS, AWS or AWS4-HMAC-SHA256 and one blank", versionEC(word), word)}
	case query != nil:
		return profile, []*Fault{{Class: AuthenticatedTwice, Where: "header Authorization and parameter " + query.Names.SignatureField, Offset: -1,
			Rule: "a request is signed in its header or in its URL, not in both"}}
	case s.Request.HeaderCount("Authorization") > 1:
		return profile, []*Fault{{Class: AuthenticatedTwice, Where: "header Authorization", Offset: -1, Rule: "the header stands once"}}
	}
	return profile, nil
}

func headerProfile(word string) *Profile {
	for _, p := range Profiles {
		if p.Carrier == InHeader && p.Names.Version == word {
			return p
		}
	}
	return nil
}

// versionEC is the code of OSS for a version word that is none: the V4 family
// has its own.
func versionEC(word string) string {
	if strings.HasPrefix(word, "OSS4") {
		return "0002-00000202"
	}
	return "0002-00000061"
}

// tokenTwice is the fault of a token in both URL and header (EC 0002-00000010).
func tokenTwice(s *Signing, p *Profile) []*Fault {
	if p.Names.Token == "" || p.Names.TokenHeader == "" || !strings.HasPrefix(p.Scheme, "oss") {
		return nil
	}
	_, inURL := s.Param(p.Names.Token)
	if _, inHeader := s.Request.Header(p.Names.TokenHeader); inURL && inHeader {
		return []*Fault{{Class: AuthenticatedTwice, Where: fmt.Sprintf("header %s and parameter %s", p.Names.TokenHeader, p.Names.Token), Offset: -1,
			Rule: "the security token stands in the header or in the URL, not in both", EC: "0002-00000010"}}
	}
	return nil
}
