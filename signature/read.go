package signature

import (
	"strings"

	"github.com/countersign/countersign/wire"
)

// Reading a request's own authentication: the way back from wire to claim.
// Every fault is reported, in order of position, because a person who mends a
// header wants to mend it once.

// readAuthorizationV1 reads `OSS id:signature` and its relatives.
func readAuthorizationV1(s *Signing) []*Fault {
	value, fault := authorizationWords(s)
	if fault != nil {
		return []*Fault{fault}
	}
	at := len(s.Profile.Names.Version) + 1
	id, signature, ok := strings.Cut(value, ":")
	if !ok {
		return []*Fault{inAuthorization(at, "a colon separates access key id and signature", "0002-00000062", value)}
	}
	var faults []*Fault
	if id == "" {
		faults = append(faults, inAuthorization(at, "the access key id is missing", "0002-00000063", ""))
	} else if i := illegalInID(id); i >= 0 {
		faults = append(faults, inAuthorization(at+i, "an access key id is printable ASCII without blanks", "0002-00000064", id[i:i+1]))
	}
	if signature == "" {
		faults = append(faults, inAuthorization(at+len(id)+1, "the signature is missing", "0002-00000065", ""))
	}
	s.Credentials.AccessKeyID, s.Provided = id, signature
	return faults
}

// authorizationWords returns what stands behind the version word and its one
// blank.
func authorizationWords(s *Signing) (string, *Fault) {
	value := headerValue(s.Request, "Authorization")
	word, rest, ok := strings.Cut(value, " ")
	if word != s.Profile.Names.Version || !ok {
		return "", inAuthorization(0, "begins with the version word and one blank: "+s.Profile.Names.Version, s.Profile.malformedEC(), value)
	}
	return rest, nil
}

func (p *Profile) malformedEC() string {
	switch p.Scheme {
	case "oss-v1":
		return "0002-00000061"
	case "oss-v2":
		return "0002-00000102"
	case "oss-v4":
		return "0002-00000202"
	}
	return ""
}

func inAuthorization(offset int, rule, ec, got string) *Fault {
	return &Fault{Class: MalformedAuthorization, Where: "header Authorization", Offset: offset, Rule: rule, EC: ec, Got: got}
}

// illegalInID returns the position of the first byte that no access key id
// holds, or -1.
func illegalInID(id string) int {
	return strings.IndexFunc(id, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == ',' || r == '=' })
}

// grammar is the list of keys an Authorization header of V2 or V4 may hold.
type grammar struct {
	separator    byte   // between key and value
	id           string // the key that names who signs
	ecUnknown    string
	ecIDMissing  string
	ecIDIllegal  string
	ecNoValue    string
	ecListEmpty  string
	ecListItem   string
	ecListAbsent string
}

var (
	grammarV2 = grammar{':', "AccessKeyId", "0002-00000104", "0002-00000105", "0002-00000107", "0002-00000108", "0002-00000110", "0002-00000111", "0002-00000112"}
	grammarV4 = grammar{'=', "Credential", "0002-00000204", "0002-00000205", "0002-00000206", "0002-00000208", "0002-00000209", "0002-00000210", "0002-00000211"}
	grammarS3 = grammar{separator: '=', id: "Credential"}
)

// pairs are the key-value pairs of an Authorization header, with the position
// of each value.
type pairs map[string]pair

type pair struct {
	value string
	at    int
}

// readPairs reads comma-separated pairs: two required keys, one optional, in
// any order, a blank after the comma allowed (EC page 0002-00000204; observed,
// F-OSS-V4-13).
func readPairs(s *Signing, g *grammar) (pairs, []*Fault) {
	text, fault := authorizationWords(s)
	if fault != nil {
		return nil, []*Fault{fault}
	}
	list := s.Profile.Names.SignedHeaderKey
	out := pairs{}
	var faults []*Fault
	at := len(s.Profile.Names.Version) + 1
	for first := true; first || text != ""; first = false {
		item, rest, more := strings.Cut(text, ",")
		next := at + len(item) + 1
		trimmed := strings.TrimLeft(item, " ")
		at += len(item) - len(trimmed)
		key, value, ok := strings.Cut(trimmed, string(g.separator))
		switch _, twice := out[key]; {
		case !ok:
			faults = append(faults, inAuthorization(at, "a pair is key"+string(g.separator)+"value, pairs are separated by commas", s.Profile.malformedEC(), trimmed))
		case key != g.id && key != list && key != "Signature":
			f := inAuthorization(at, "the keys are "+g.id+", "+list+" and Signature", g.ecUnknown, key)
			f.Class = UnknownKey
			faults = append(faults, f)
		case twice:
			faults = append(faults, inAuthorization(at, "each key stands once", s.Profile.malformedEC(), key))
		default:
			at += len(key) + 1
			if i := strings.IndexByte(value, ' '); i >= 0 {
				faults = append(faults, inAuthorization(at+i, "a value holds no blank; is a comma missing?", s.Profile.malformedEC(), value[i:]))
			}
			out[key] = pair{value, at}
		}
		text, at = rest, next
		if more && rest == "" {
			faults = append(faults, inAuthorization(at, "a pair must follow the comma", s.Profile.malformedEC(), ""))
		}
	}
	if _, ok := out[g.id]; !ok {
		faults = append(faults, inAuthorization(-1, "the key "+g.id+" is missing", g.ecIDMissing, ""))
	}
	if p, ok := out["Signature"]; !ok || p.value == "" {
		faults = append(faults, inAuthorization(p.at, "the signature is missing", g.ecNoValue, ""))
	}
	s.Provided = out["Signature"].value
	if p, ok := out[list]; ok {
		faults = append(faults, readHeaderList(s, p.value, g, func(offset int, rule, ec, got string) *Fault {
			return inAuthorization(p.at+offset, rule, ec, got)
		})...)
	}
	return out, faults
}

// readHeaderList reads h1;h2. The names must exist in the request (observed as
// HTTP 400) and, for OSS in the header, hold no underscore (EC pages
// 0002-00000209 to 211).
func readHeaderList(s *Signing, text string, g *grammar, at func(offset int, rule, ec, got string) *Fault) []*Fault {
	if text == "" {
		return []*Fault{at(0, "the list of headers must not be empty", g.ecListEmpty, "")}
	}
	var faults []*Fault
	offset := 0
	names := strings.Split(text, ";")
	for _, name := range names {
		_, there := s.Request.Header(name)
		switch {
		case name == "":
			faults = append(faults, at(offset, "an item of the list of headers must not be empty", g.ecListItem, ""))
		case !there:
			faults = append(faults, at(offset, "a listed header must be in the request", g.ecListAbsent, name))
		case g.ecListAbsent != "" && strings.Contains(name, "_"):
			faults = append(faults, at(offset, "a listed header must hold no underscore", g.ecListAbsent, name))
		}
		offset += len(name) + 1
	}
	s.SignedHeaders = canonicalNames(names)
	return faults
}

func readAuthorizationV2(s *Signing) []*Fault {
	found, faults := readPairs(s, &grammarV2)
	id := found["AccessKeyId"]
	if i := illegalInID(id.value); i >= 0 {
		faults = append(faults, inAuthorization(id.at+i, "an access key id is printable ASCII without blanks", grammarV2.ecIDIllegal, id.value[i:i+1]))
	}
	s.Credentials.AccessKeyID = id.value
	return faults
}

func readAuthorizationV4(s *Signing) []*Fault {
	g := &grammarV4
	if s.Profile.Scheme == "obs-v4" {
		g = &grammarS3
	}
	found, faults := readPairs(s, g)
	if p, ok := found["Credential"]; ok {
		faults = append(faults, readCredential(s, p.value, headerCredential, func(offset int, rule, ec, got string) *Fault {
			return inAuthorization(p.at+offset, rule, ec, got)
		})...)
	}
	s.Timestamp = requestDate(s)
	if s.Profile.Scheme == "obs-v4" {
		s.Timestamp = isoForm(s.Timestamp)
	}
	return faults
}

// credentialECs are the codes OSS has for the parts of a credential, by place.
type credentialECs struct{ id, date, shape string }

var (
	headerCredential = credentialECs{"0002-00000206", "0002-00000212", "0002-00000213"}
	queryCredential  = credentialECs{"0002-00000222", "0002-00000223", "0002-00000224"}
	formCredential   = credentialECs{"0002-00000710", "0002-00000709", "0002-00000710"}
)

// readCredential reads id/yyyyMMdd/region/product/terminator.
func readCredential(s *Signing, text string, ec credentialECs, at func(offset int, rule, ec, got string) *Fault) []*Fault {
	parts := strings.Split(text, "/")
	want := "a credential is id/yyyyMMdd/region/product/" + s.Profile.Names.Terminator
	if len(parts) < 5 {
		return []*Fault{at(0, want, ec.shape, text)}
	}
	// An access key id holds no slash, but if one does the scope is still the end.
	scope := parts[len(parts)-4:]
	id := strings.Join(parts[:len(parts)-4], "/")
	var faults []*Fault
	if i := illegalInID(id); i >= 0 || id == "" {
		faults = append(faults, at(max(i, 0), "an access key id is printable ASCII without blanks", ec.id, id))
	}
	if !isDay(scope[0]) {
		faults = append(faults, at(len(id)+1, "the day of a credential is yyyyMMdd", ec.date, scope[0]))
	}
	if scope[3] != s.Profile.Names.Terminator {
		faults = append(faults, at(len(text)-len(scope[3]), want, ec.shape, scope[3]))
	}
	s.Credentials.AccessKeyID = id
	s.Scope = Scope{Date: scope[0], Region: scope[1], Product: scope[2]}
	return faults
}

func isDay(text string) bool {
	return len(text) == 8 && strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// queryFault makes faults of a query parameter.
func queryFault(name string) func(offset int, rule, ec, got string) *Fault {
	return func(offset int, rule, ec, got string) *Fault {
		return &Fault{Class: MalformedQuery, Where: "parameter " + name, Offset: offset, Rule: rule, EC: ec, Got: got}
	}
}

// required reads a query parameter that must be there and not be empty.
func (s *Signing) required(name, ecMissing, ecEmpty string, faults *[]*Fault) string {
	value, ok := s.Param(name)
	switch {
	case !ok:
		*faults = append(*faults, queryFault(name)(-1, "the parameter is missing", ecMissing, ""))
	case value == "":
		*faults = append(*faults, queryFault(name)(0, "the parameter must not be empty", ecEmpty, ""))
	}
	return value
}

func readQueryV1(s *Signing) []*Fault {
	n := &s.Profile.Names
	var faults []*Fault
	s.Credentials.AccessKeyID = s.required(n.AccessKey, "0002-00000071", "0002-00000073", &faults)
	s.Expires = s.required(n.Expires, "", "", &faults)
	s.Provided = s.required(n.SignatureField, "", "0002-00000065", &faults)
	return append(faults, notAnInteger(s, n.Expires)...)
}

func notAnInteger(s *Signing, name string) []*Fault {
	if i := strings.IndexFunc(s.Expires, func(r rune) bool { return r < '0' || r > '9' }); i >= 0 {
		return []*Fault{queryFault(name)(i, "an expiry is a decimal number of seconds", "0002-00000070", s.Expires)}
	}
	return nil
}

func readQueryV2(s *Signing) []*Fault {
	n := &s.Profile.Names
	var faults []*Fault
	s.Credentials.AccessKeyID = s.required(n.AccessKey, "0002-00000116", "0002-00000116", &faults)
	s.Expires = s.required(n.Expires, "0002-00000113", "0002-00000114", &faults)
	s.Provided = s.required(n.SignatureField, "", "0002-00000118", &faults)
	if list, ok := s.Param(n.SignedHeaders); ok {
		g := grammar{ecListEmpty: "0002-00000076", ecListItem: "0002-00000076", ecListAbsent: "0002-00000077"}
		faults = append(faults, readHeaderList(s, list, &g, queryFault(n.SignedHeaders))...)
	}
	return append(faults, notAnInteger(s, n.Expires)...)
}

func readQueryV4(s *Signing) []*Fault {
	n := &s.Profile.Names
	var faults []*Fault
	credential := s.required(n.Credential, "0002-00000217", "0002-00000218", &faults)
	s.Timestamp = s.required(n.Date, "", "", &faults)
	s.Expires = s.required(n.Expires, "0002-00000215", "0002-00000216", &faults)
	s.Provided = s.required(n.SignatureField, "0002-00000219", "", &faults)
	if credential != "" {
		faults = append(faults, readCredential(s, credential, queryCredential, queryFault(n.Credential))...)
	}
	if list, ok := s.Param(n.SignedHeaders); ok {
		faults = append(faults, readHeaderList(s, list, &grammar{}, queryFault(n.SignedHeaders))...)
	}
	return append(faults, notAnInteger(s, n.Expires)...)
}

// readForm reads the fields of a browser upload. OBS also knows one field
// token = id:signature:policy, which wins over the three (obs_04_0012).
func readForm(s *Signing) []*Fault {
	n := &s.Profile.Names
	var faults []*Fault
	field := func(name, ec string) string {
		value, ok := s.Field(name)
		if !ok || value == "" {
			faults = append(faults, &Fault{Class: MalformedForm, Where: "field " + name, Offset: -1, Rule: "the field is missing or empty", EC: ec})
		}
		return value
	}
	if all, ok := s.Field("token"); ok && strings.Count(all, ":") >= 2 && strings.HasPrefix(s.Profile.Scheme, "obs") {
		parts := strings.SplitN(all, ":", 3)
		s.Credentials.AccessKeyID, s.Provided, s.Policy = parts[0], parts[1], parts[2]
		return nil
	}
	s.Policy = field(n.Policy, "0002-00000702")
	s.Provided = field(n.SignatureField, "0002-00000703")
	if n.Credential == "" {
		s.Credentials.AccessKeyID = field(n.AccessKey, "0002-00000706")
		return faults
	}
	s.Timestamp = field(n.Date, "0002-00000713")
	if text := field(n.Credential, "0002-00000710"); text != "" {
		faults = append(faults, readCredential(s, text, formCredential, func(offset int, rule, ec, got string) *Fault {
			return &Fault{Class: MalformedForm, Where: "field " + n.Credential, Offset: offset, Rule: rule, EC: ec, Got: got}
		})...)
	}
	return faults
}

// presented says by which words a request authenticates itself.
func presented(s *Signing) (header string, query, form *Profile) {
	header, _ = s.Request.Header("Authorization")
	for _, p := range Profiles {
		switch {
		case p.Carrier == InQuery && query == nil && s.opensQuery(p):
			query = p
		case p.Carrier == InForm && form == nil && s.opensForm(p):
			form = p
		}
	}
	return wire.TrimBlanks(header), query, form
}

// opensQuery reports whether the parameters that tell p from all other
// profiles are there.
func (s *Signing) opensQuery(p *Profile) bool {
	if p == OSSRTMPQuery || s.Target.Scheme == "rtmp" {
		return p == OSSRTMPQuery && s.Target.Scheme == "rtmp"
	}
	if p.Names.VersionField != "" {
		v, ok := s.Param(p.Names.VersionField)
		return ok && v == p.Names.Version
	}
	_, id := s.Param(p.Names.AccessKey)
	return id
}

func (s *Signing) opensForm(p *Profile) bool {
	if p.Names.VersionField != "" {
		v, ok := s.Field(p.Names.VersionField)
		return ok && v == p.Names.Version
	}
	if all, ok := s.Field("token"); ok && p == OBSV2Form && strings.Count(all, ":") >= 2 {
		return true
	}
	_, ok := s.Field(p.Names.AccessKey)
	return ok
}
