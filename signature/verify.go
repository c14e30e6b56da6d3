package signature

import (
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
	Signed      []string // the header names it lists as signed: lower-case, sorted
	Policy      string   // forms: the policy in Base64, as it is sent
	Faults      []*Fault // malformed: every fault found, by position; of one list, the first hundred
	Notes       []string

	stages stageRecord
}

// Stages returns the recomputed stages up to the signature, in order; none
// when the request was refused before.
func (v *Verification) Stages() []StageValue { return v.stages.values() }

// Stage returns a recomputed stage, or "".
func (v *Verification) Stage(stage Stage) string { return v.stages.stage(stage) }

// Fault returns the fault a server answers with, or nil. It stops at the first
// one, but the page of EC 0002-00000204 gives that code to a header that has an
// unknown key behind another fault.
func (v *Verification) Fault() *Fault {
	for _, f := range v.Faults {
		if f.Class == UnknownKey {
			return f
		}
	}
	if len(v.Faults) == 0 {
		return nil
	}
	return v.Faults[0]
}

// Verifier recomputes the signatures of requests from their wire form, the
// credentials and a map of hosts, and from nothing else.
type Verifier struct {
	Hosts Hosts
	// Resolve, if not nil, replaces Hosts: it is for a caller who knows what a
	// request is about.
	Resolve func(t wire.Target, host string) (Resource, error)
	// Secret finds the credentials of an access key id. It must be set.
	Secret func(accessKeyID string) (Credentials, bool)
	// Now is the server's clock; nil leaves the times of requests unjudged.
	Now func() time.Time
	// Grants also holds a request to what its credentials grant: a temporary
	// key to its token, and a form, where Now is set, to its policy.
	Grants bool
	// Region and Product, where not empty, are those of the server: an OSS V4
	// scope must name them (EC 0002-00000226 and 227).
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
	profile, faults := detect(s)
	if profile == nil && len(faults) == 0 {
		out.Verdict = Unsigned
		return out
	}
	if profile == nil {
		return out.refuse(faults...)
	}
	if v.Reading != nil {
		profile = v.Reading(profile)
	}
	s.Profile, out.Profile = profile, profile
	faults = append(faults, profile.Read(s)...)
	v.claim(s, out)
	if len(faults) > 0 {
		return out.refuse(faults...)
	}
	if fault := v.admit(s, out); fault != nil {
		return out.refuse(fault)
	}
	if err := s.build(SignatureValue); err != nil {
		return out.refuse(&Fault{Class: MalformedAuthorization, Where: "request", Offset: -1, Rule: err.Error()})
	}
	out.stages = s.record()
	out.Verdict = Mismatch
	if sameSecret(out.Stage(SignatureValue), s.Provided) {
		out.Verdict = Verified
	}
	if out.Verdict == Verified && v.Grants && v.Now != nil && profile.Policy != nil {
		if fault := s.policyFault(v.Now()); fault != nil {
			return out.refuse(fault)
		}
	}
	return out
}

// refuse ends a verification with faults. The readers are shared by both
// services, the codes they know are those of OSS: OBS has none.
func (v *Verification) refuse(faults ...*Fault) *Verification {
	if v.Profile != nil && strings.HasPrefix(v.Profile.Scheme, "obs") {
		for i, f := range faults { // a copy: a profile may return the same fault again and again
			told := *f
			told.EC = ""
			faults[i] = &told
		}
	}
	v.Verdict, v.Faults = Malformed, faults
	return v
}

// claim copies what the request says of itself.
func (v *Verifier) claim(s *Signing, out *Verification) {
	out.AccessKeyID, out.Provided = s.Credentials.AccessKeyID, s.Provided
	out.Timestamp, out.Expires, out.Scope = s.Timestamp, s.Expires, s.Scope
	out.Signed, out.Policy = s.SignedHeaders, s.Policy
	n := &s.Profile.Names
	out.Token = s.header(n.TokenHeader)
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
	if fault := v.tokenFault(s, out); fault != nil {
		return fault
	}
	if v.Now != nil && s.Profile.Limits != nil {
		return s.Profile.Limits(s, v.Now())
	}
	return nil
}

// tokenFault holds a temporary key to its token. A key that has none may come
// with any: what it is worth is not known here.
func (v *Verifier) tokenFault(s *Signing, out *Verification) *Fault {
	switch want := s.Credentials.SecurityToken; {
	case !v.Grants || want == "" || sameSecret(out.Token, want):
		return nil
	case out.Token == "":
		return &Fault{Class: TokenMissing, Where: "security token", Offset: -1, Rule: "a temporary access key comes with its security token", EC: "0002-00000003"}
	}
	return &Fault{Class: TokenMismatch, Where: "security token", Offset: -1, Rule: "the security token is the one of the access key", EC: "0002-00000006"}
}

// scopeFault compares the scope with the server's. OBS takes the region as it
// is (observed, F-OBS-01).
func (v *Verifier) scopeFault(s *Signing) *Fault {
	region := "0002-00000226"
	if s.Profile.Carrier == InForm { // forms have a code of their own for it
		region = "0002-00000715"
	}
	fault := func(rule, ec, got string) *Fault {
		return &Fault{Class: WrongScope, Where: s.credentialPlace(), Offset: -1, Rule: rule, EC: ec, Got: got}
	}
	switch {
	case s.Profile.Scheme != "oss-v4":
		return nil
	case strings.HasPrefix(s.Scope.Region, "oss-"):
		return fault("the region of the scope has no oss- in front", region, s.Scope.Region)
	case s.Scope.Region == "":
		return fault("the scope names a region", region, s.Scope.Region)
	case v.Region != "" && s.Scope.Region != v.Region:
		return fault("the region of the scope is "+v.Region, region, s.Scope.Region)
	case v.Product != "" && s.Scope.Product != v.Product:
		return fault("the product of the scope is "+v.Product, "0002-00000227", s.Scope.Product)
	}
	return nil
}

// credentialPlace says where the scope of a V4 request stands.
func (s *Signing) credentialPlace() string {
	switch s.Profile.Carrier {
	case InQuery:
		return "parameter " + s.Profile.Names.Credential
	case InForm:
		return "field " + s.Profile.Names.Credential
	}
	return "header Authorization"
}
