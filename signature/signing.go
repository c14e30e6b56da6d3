package signature

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/countersign/countersign/wire"
)

// Signing is the state of one signature while its stages are built: the
// request as the scheme sees it. The steps and tables of a [Profile] read it.
type Signing struct {
	Profile     *Profile
	Request     *wire.Request
	Target      wire.Target
	Params      []wire.Param // of the target, nothing decoded
	Resource    Resource
	Credentials Credentials
	Time        time.Time

	Timestamp     string   // V4: the time line, as the request words it
	Expires       string   // as the request words it
	Scope         Scope    // V4
	SignedHeaders []string // names signed on top of the default ones: lower-case, sorted
	Policy        string   // form: the policy in Base64, as it is sent
	Form          [][2]string
	Provided      string // verifying: the signature the request carries

	stages     []byte              // all stages, one behind the other
	spans      [maxSteps]stageSpan // where each step's stage stands, by step
	built      int                 // steps that are built
	headers    []int               // scratch
	parameters []signedParameter
	macText    []byte
	rawTarget  string        // of the request as it goes out, without the signature
	placed     []wire.Header // what signing put into the request
}

// maxSteps is the number of steps of the longest scheme.
const maxSteps = 8

type stageSpan struct{ from, to int32 }

// Scope is the credential scope of the V4 schemes.
type Scope struct {
	Date    string // yyyyMMdd
	Region  string
	Product string
}

var signings = sync.Pool{New: func() any { return &Signing{stages: make([]byte, 0, 2048)} }}

func newSigning(p *Profile) *Signing {
	s := signings.Get().(*Signing)
	s.Profile = p
	return s
}

// release gives the state back, without anything of this request. What a large
// request made grow is let go.
func (s *Signing) release() {
	if cap(s.stages) > 64<<10 || cap(s.Params) > 1024 || cap(s.headers) > 1024 {
		return
	}
	clear(s.parameters)
	clear(s.Params)
	clear(s.macText) // it holds the padded key
	*s = Signing{stages: s.stages[:0], headers: s.headers[:0], parameters: s.parameters[:0], Params: s.Params[:0], macText: s.macText}
	signings.Put(s)
}

// String keeps secrets and signing keys out of logs.
func (s Signing) String() string {
	if s.Profile == nil {
		return "Signing"
	}
	return "Signing " + s.Profile.ID()
}

// GoString does the same for %#v.
func (s Signing) GoString() string { return s.String() }

// Bytes returns the bytes of a stage that is already built.
func (s *Signing) Bytes(stage Stage) []byte {
	for i := range s.built {
		if s.Profile.Steps[i].Stage == stage {
			return s.stages[s.spans[i].from:s.spans[i].to]
		}
	}
	return nil
}

// build runs the steps up to and including last, or all of them.
func (s *Signing) build(last Stage) error {
	for i := range s.Profile.Steps {
		step := &s.Profile.Steps[i]
		from := len(s.stages)
		out, err := step.Build(s, s.stages)
		if err != nil {
			return fmt.Errorf("%s: %w", step.Stage, err)
		}
		s.stages = out
		s.spans[i] = stageSpan{int32(from), int32(len(out))}
		s.built = i + 1
		if step.Stage == last {
			break
		}
	}
	return nil
}

// record copies the stages out.
func (s *Signing) record() stageRecord {
	return stageRecord{s.Profile, string(s.stages), s.spans, s.built}
}

// observe looks at the request: target and parameters.
func (s *Signing) observe(req *wire.Request) {
	s.Request = req
	s.rawTarget = req.Target
	s.Target = wire.SplitTarget(req.Target)
	s.Params = wire.AppendParams(s.Params[:0], s.Target.Query)
}

// host is the authority of the request, as [wire.Request.Host] has it.
func (s *Signing) host() string {
	if s.Target.Authority != "" {
		return s.Target.Authority
	}
	host, _ := s.Request.Header("Host")
	return wire.TrimBlanks(host)
}

// Param returns the decoded value of the first query parameter of that decoded
// name, and whether there is one.
func (s *Signing) Param(name string) (string, bool) {
	for i := range s.Params {
		if wire.UnescapeQuery(s.Params[i].Name) == name {
			return wire.UnescapeQuery(s.Params[i].Value), true
		}
	}
	return "", false
}

// Field returns the first form field of that name. Field names are compared
// without regard to letter case: the pages of OBS write both signature and
// Signature.
func (s *Signing) Field(name string) (string, bool) {
	for i := range s.Form {
		if wire.EqualFold(s.Form[i][0], name) {
			return s.Form[i][1], true
		}
	}
	return "", false
}

// Sign builds every stage for in and returns the request with its
// authentication. The request of in is not changed.
func (p *Profile) Sign(in *Input) (*Signed, error) {
	if in.Request == nil {
		return nil, fmt.Errorf("%s: the input has no request", p.ID())
	}
	if in.Credentials.AccessKeyID == "" {
		return nil, fmt.Errorf("%s: the input has no accessKeyId", p.ID())
	}
	s := newSigning(p)
	defer s.release()
	s.Credentials = in.Credentials
	s.Time = in.Time
	if err := s.describe(in); err != nil {
		return nil, fmt.Errorf("%s: %w", p.ID(), err)
	}
	if err := s.place(in.Request); err != nil {
		return nil, fmt.Errorf("%s: %w", p.ID(), err)
	}
	var err error
	if s.Resource, err = ResourceOf(s.Target, s.host(), in.Addressing, in.Bucket); err != nil {
		return nil, fmt.Errorf("%s: %w", p.ID(), err)
	}
	if err := s.build(""); err != nil {
		return nil, fmt.Errorf("%s: %w", p.ID(), err)
	}
	signed := &Signed{stages: s.record(), Form: s.Form, given: in.Request, placed: s.placed}
	switch p.Carrier {
	case InQuery:
		signed.target = s.targetOf(signed.Stage(URL))
	case InForm:
		signed.Form = append(signed.Form, [2]string{p.Names.SignatureField, signed.Stage(SignatureValue)})
	}
	return signed, nil
}

// describe takes over what the input says beside the request.
func (s *Signing) describe(in *Input) error {
	n := &s.Profile.Names
	if in.Expires != 0 && s.Profile.Carrier == InQuery {
		s.Expires = strconv.FormatInt(in.Expires, 10)
	}
	if n.Terminator != "" {
		s.Scope = Scope{Region: in.Region, Product: in.Product}
		if s.Scope.Product == "" {
			s.Scope.Product = n.Service
		}
		if in.Region == "" {
			return fmt.Errorf("the input has no region: it is part of the credential scope")
		}
		if in.Time.IsZero() {
			return fmt.Errorf("the input has no time: its day is part of the credential scope")
		}
		s.Timestamp = in.Time.UTC().Format(isoFormat)
		s.Scope.Date = s.Timestamp[:len(dayFormat)]
	}
	if s.Profile.Carrier == InQuery && s.Expires == "" {
		return fmt.Errorf("the input has no expires: it is part of a presigned URL")
	}
	if s.Profile.Carrier == InForm {
		if in.Policy == "" {
			return fmt.Errorf("the input has no policy: it is what a form signs")
		}
		s.Policy = EncodePolicy(in.Policy)
	}
	for _, name := range in.AdditionalHeaders {
		if name == "" || strings.ContainsAny(name, "; \t\r\n:") {
			return fmt.Errorf("additional header %q: the list is of header names, which hold no blank, colon or semicolon", name)
		}
	}
	s.SignedHeaders = canonicalNames(in.AdditionalHeaders)
	return nil
}

// place takes given, and everything the scheme wants in it before it is
// signed, for the request to be signed. What is there already stays as it is.
// The request itself is copied only when headers are put into it.
func (s *Signing) place(given *wire.Request) error {
	n := &s.Profile.Names
	s.observe(given)
	switch s.Profile.Carrier {
	case InHeader:
		if _, ok := given.Header("Authorization"); ok {
			return fmt.Errorf("the request already has an Authorization header; give it without authentication")
		}
		if err := s.placeHeaders(given); err != nil {
			return err
		}
		s.chooseHeaders()
	case InQuery:
		if _, ok := s.Param(n.SignatureField); ok {
			return fmt.Errorf("the request already has the parameter %s; give it without authentication", n.SignatureField)
		}
		s.chooseHeaders() // a parameter lists their names
		return s.placeParameters()
	case InForm:
		s.Form = make([][2]string, 0, len(s.Profile.Place)+1)
		for i := range s.Profile.Place {
			if value := s.Profile.Place[i].Value(s); value != "" {
				s.Form = append(s.Form, [2]string{s.Profile.Place[i].Name, value})
			}
		}
	}
	return nil
}

func (s *Signing) placeHeaders(given *wire.Request) error {
	for i := range s.Profile.Place {
		part := &s.Profile.Place[i]
		value := part.Value(s)
		sent, ok := given.Header(part.Name)
		if ok && sent == "" && part.Name == s.Profile.Names.DateHeader { // the time line could not be told from the request
			return fmt.Errorf("the request has an empty header %s; give it a value or leave it out", part.Name)
		}
		if !ok && value != "" {
			s.placed = append(s.placed, wire.Header{Name: part.Name, Value: value})
		}
	}
	if len(s.placed) > 0 {
		s.Request = given.Clone(len(s.placed))
		s.Request.Headers = append(s.Request.Headers, s.placed...)
	}
	return nil
}

func (s *Signing) placeParameters() error {
	var room [512]byte
	query := append(room[:0], s.rawTarget...)
	query = append(query, querySeparator(s.Target)...)
	bare := len(query)
	for i := range s.Profile.Place {
		part := &s.Profile.Place[i]
		value := part.Value(s)
		given, ok := s.Param(part.Name)
		if ok {
			if err := s.adopt(part.Name, given, value); err != nil {
				return err
			}
		} else if value != "" {
			if len(query) > bare {
				query = append(query, '&')
			}
			query = appendParameter(query, part.Name, value)
		}
	}
	if len(query) > bare {
		s.extendTarget(string(query), bare)
	}
	return nil
}

// extendTarget observes a target that has parameters behind from that the
// observed one has not.
func (s *Signing) extendTarget(raw string, from int) {
	begin := from
	if s.Target.HasQuery {
		begin = len(s.rawTarget) - len(s.Target.Query)
	}
	s.rawTarget = raw
	s.Target.HasQuery, s.Target.Query = true, raw[begin:]
	s.Params = wire.AppendParams(s.Params, raw[from:])
}

// adopt takes a time from a parameter that the request already has, as it will
// be read there. A token of its own stays, and any other part of the
// authentication must be the one that would be placed.
func (s *Signing) adopt(name, given, value string) error {
	switch n := &s.Profile.Names; {
	case name == n.Expires:
		s.Expires = given
	case name == n.Date:
		s.Timestamp = given
	case given != value && (name != n.Token || value != ""):
		return fmt.Errorf("the request already has the parameter %s; give it without authentication", name)
	}
	return nil
}

func (s *Signing) chooseHeaders() {
	if s.Profile.ChooseHeaders != nil {
		s.SignedHeaders = s.Profile.ChooseHeaders(s)
	}
}

func appendParameter(dst []byte, name, value string) []byte {
	return wire.AppendEscaped(append(append(dst, name...), '='), value, unreserved)
}

// querySeparator stands between a raw target and a parameter behind it.
func querySeparator(t wire.Target) string {
	switch {
	case !t.HasQuery:
		return "?"
	case t.Query == "":
		return ""
	}
	return "&"
}
