package signature

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/wire"
)

// A Profile is a signing scheme with one carrier: its steps in the order of
// its document, and the tables they work on.
type Profile struct {
	Scheme  string
	Carrier Carrier
	Names   Names

	// SignedHeader says which headers enter the canonical headers. The name is
	// given in the letter case of the request.
	SignedHeader func(s *Signing, name string) bool
	// HeaderValue is a header value as it is signed; nil removes SP and HT from
	// its ends, which is what every scheme does.
	HeaderValue func(sent string) string
	// SignedParameter says which query parameters are signed, by decoded name.
	SignedParameter func(name string) bool
	// DateLine is what the schemes of the V1 family sign as date.
	DateLine func(s *Signing) (string, error)
	// RawKey is the key as the service takes it from the wire, still encoded.
	RawKey func(r *Resource) string
	// ResourcePath appends the path of the resource the request is about.
	ResourcePath func(s *Signing, dst []byte) []byte

	// ChooseHeaders lists the headers a signer signs where the scheme leaves the
	// choice to it; nil where it does not.
	ChooseHeaders func(s *Signing) []string

	Place []Placement // what a signer adds to a request before it signs
	Steps []Step

	// Read takes the authentication out of a request: the way back.
	Read func(s *Signing) []*Fault
	// Policy is what a form's policy must say; nil for other carriers.
	Policy *PolicyRules
	// Limits checks the times of a request against a server's clock.
	Limits func(s *Signing, now time.Time) *Fault
}

// Names are the words of a dialect: what its headers, parameters and fields
// are called. A name that a profile does not have is empty.
type Names struct {
	Version       string // the word that opens Authorization, or the value of the version parameter
	Service       string // V4: the product in the scope when none is given
	Terminator    string // V4: the last part of the scope
	KeyPrefix     string // V4: put before the secret
	HeaderPrefix  string // headers beginning so are signed
	DateHeader    string
	PayloadHeader string // V4: names the hash of the body
	TokenHeader   string

	// Query parameters, or form fields.
	VersionField    string
	AccessKey       string
	Credential      string
	Date            string
	Expires         string
	SignedHeaders   string
	Token           string
	Policy          string
	SignatureField  string
	SignedHeaderKey string // the key in a V4 Authorization header that lists header names
}

// A Step builds one stage from the request and the stages before it.
type Step struct {
	Stage  Stage
	Source string // document and section that describe it
	Build  func(s *Signing, dst []byte) ([]byte, error)
}

// A Placement is one part of the authentication that stands in the request
// before it is signed: a token, a date, an expiry.
type Placement struct {
	In    Carrier
	Name  string
	Value func(s *Signing) string // empty: not needed in this request
}

// ID returns scheme and carrier, such as "oss-v4/header".
func (p *Profile) ID() string { return p.Scheme + "/" + string(p.Carrier) }

// String is [Profile.ID].
func (p *Profile) String() string { return p.ID() }

// Clone returns a copy whose steps and placements are its own.
func (p *Profile) Clone() *Profile {
	c := *p
	c.Steps, c.Place = slices.Clone(p.Steps), slices.Clone(p.Place)
	return &c
}

// Replace returns a copy in which the stage is built otherwise.
func (p *Profile) Replace(stage Stage, build func(s *Signing, dst []byte) ([]byte, error)) *Profile {
	c := p.Clone()
	for i := range c.Steps {
		if c.Steps[i].Stage == stage {
			c.Steps[i].Build = build
		}
	}
	return c
}

// Profiles holds every profile, in the order reports list them.
var Profiles = []*Profile{
	OSSV1Header, OSSV1Query, OSSV1Form,
	OSSV2Header, OSSV2Query, OSSV2Form,
	OSSV4Header, OSSV4Query, OSSV4Form,
	OSSRTMPQuery,
	OBSV2Header, OBSV2Query, OBSV2Form,
	OBSAWSV2Header, OBSAWSV2Query, OBSAWSV2Form,
	OBSV4Header, OBSV4Query, OBSV4Form,
}

// ErrUnknownProfile is returned for a scheme and carrier that do not exist.
var ErrUnknownProfile = fmt.Errorf("no such scheme and carrier")

// Lookup finds a profile by scheme and carrier.
func Lookup(scheme string, carrier Carrier) (*Profile, error) {
	for _, p := range Profiles {
		if p.Scheme == scheme && p.Carrier == carrier {
			return p, nil
		}
	}
	ids := make([]string, len(Profiles))
	for i, p := range Profiles {
		ids[i] = p.ID()
	}
	return nil, fmt.Errorf("%w: %s/%s; there are %s", ErrUnknownProfile, scheme, carrier, strings.Join(ids, " "))
}

// LookupID finds a profile by its id, such as "oss-v4/header".
func LookupID(id string) (*Profile, error) {
	scheme, carrier, _ := strings.Cut(id, "/")
	return Lookup(scheme, Carrier(carrier))
}

// Signed is what signing came to: the stages, and the request or the form with
// its authentication.
type Signed struct {
	Form [][2]string // form: the fields

	stages stageRecord
	given  *wire.Request // what was signed, and
	placed []wire.Header // the headers that were put into it before
	target string        // query: the target with its authentication
}

// Request returns the request as it goes out: for the header carrier with its
// Authorization, for the query carrier with its parameters, for forms as it
// was given. It is made from the request that was signed, which must not have
// changed since.
func (s *Signed) Request() *wire.Request {
	req := s.given.Clone(len(s.placed) + 1)
	req.Headers = append(req.Headers, s.placed...)
	switch s.stages.profile.Carrier {
	case InHeader:
		req.Headers = append(req.Headers, wire.Header{Name: "Authorization", Value: s.Stage(Authorization)})
	case InQuery:
		req.Target = s.target
	}
	return req
}

// Stages returns all stages in order.
func (s *Signed) Stages() []StageValue { return s.stages.values() }

// Stage returns the value of a stage, or "".
func (s *Signed) Stage(stage Stage) string { return s.stages.stage(stage) }

// stageRecord holds the stages of one signature in one string.
type stageRecord struct {
	profile *Profile
	text    string
	spans   [maxSteps]stageSpan
	built   int
}

func (r *stageRecord) stage(stage Stage) string {
	for i := range r.built {
		if r.profile.Steps[i].Stage == stage {
			return r.text[r.spans[i].from:r.spans[i].to]
		}
	}
	return ""
}

func (r *stageRecord) values() []StageValue {
	values := make([]StageValue, r.built)
	for i := range values {
		values[i] = StageValue{r.profile.Steps[i].Stage, r.text[r.spans[i].from:r.spans[i].to]}
	}
	return values
}
