package signature

import (
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/wire"
)

// Reading a request's own authentication: the way back from wire to claim.
// Every fault is reported, in order of position, because a person who mends a
// header wants to mend it once.

const keyIDRule = "an access key id is printable ASCII without blanks, commas and equals signs"

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
		faults = append(faults, inAuthorization(at+i, keyIDRule, "0002-00000064", id[i:i+1]))
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
	value, _ := s.Request.Header("Authorization") // the first: that there is one is checked before
	value = wire.TrimBlanks(value)
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
	ecMissing    string // of the signature
	ecEmpty      string
	ecListEmpty  string
	ecListItem   string
	ecListAbsent string
}

var (
	grammarV2 = grammar{':', "AccessKeyId", "0002-00000104", "0002-00000105", "0002-00000107", "0002-00000108", "0002-00000108", "0002-00000110", "0002-00000111", "0002-00000112"}
	grammarV4 = grammar{'=', "Credential", "0002-00000204", "0002-00000205", "0002-00000206", "0002-00000202", "0002-00000208", "0002-00000209", "0002-00000210", "0002-00000211"}
	grammarS3 = grammar{separator: '=', id: "Credential"}
)

// pairs are the key-value pairs of an Authorization header, with the position
// of each value.
type pairs map[string]pair

type pair struct {
	value string
	at    int
}

// mostFaults is how many faults of one list are told: a client may send as many as
// it likes.
const mostFaults = 100

// readPairs reads comma-separated pairs: two required keys, one optional, in
// any order, a blank after a comma allowed (EC page 0002-00000204; observed,
// F-OSS-V4-13). It returns no pairs when there is nothing that could hold any.
func readPairs(s *Signing, g *grammar) (pairs, []*Fault) {
	text, fault := authorizationWords(s)
	if fault != nil {
		return nil, []*Fault{fault}
	}
	list := s.Profile.Names.SignedHeaderKey
	out := pairs{}
	var faults []*Fault
	at := len(s.Profile.Names.Version) + 1
	for first := true; (first || text != "") && len(faults) < mostFaults; first = false {
		item, rest, more := strings.Cut(text, ",")
		next := at + len(item) + 1
		trimmed := item
		if !first { // one blank alone stands behind the version word
			trimmed = strings.TrimLeft(item, " ")
		}
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
	if p, ok := out["Signature"]; !ok {
		faults = append(faults, inAuthorization(-1, "the key Signature is missing", g.ecMissing, ""))
	} else if p.value == "" {
		faults = append(faults, inAuthorization(p.at, "the signature is missing", g.ecEmpty, ""))
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
	there := s.presence(len(names))
	for _, name := range names {
		if len(faults) >= mostFaults {
			break
		}
		switch {
		case name == "":
			faults = append(faults, at(offset, "an item of the list of headers must not be empty", g.ecListItem, ""))
		case !there(name):
			faults = append(faults, at(offset, "a listed header must be in the request", g.ecListAbsent, name))
		case g.ecListAbsent != "" && strings.Contains(name, "_"):
			faults = append(faults, at(offset, "a listed header must hold no underscore", g.ecListAbsent, name))
		}
		offset += len(name) + 1
	}
	s.SignedHeaders = canonicalNames(names)
	return faults
}

// byPosition puts faults in the order of their position, those without one last.
func byPosition(faults []*Fault) []*Fault {
	slices.SortStableFunc(faults, func(a, b *Fault) int {
		if a.Offset < 0 || b.Offset < 0 {
			return b.Offset - a.Offset
		}
		return a.Offset - b.Offset
	})
	return faults
}

func readAuthorizationV2(s *Signing) []*Fault {
	found, faults := readPairs(s, &grammarV2)
	id, ok := found["AccessKeyId"]
	if i := illegalInID(id.value); i >= 0 {
		faults = append(faults, inAuthorization(id.at+i, keyIDRule, grammarV2.ecIDIllegal, id.value[i:i+1]))
	} else if ok && id.value == "" {
		faults = append(faults, inAuthorization(id.at, "the access key id is missing", grammarV2.ecIDMissing, ""))
	}
	s.Credentials.AccessKeyID = id.value
	return byPosition(faults)
}

// readAuthorizationV4 reads the header of OSS V4, and what else of a request
// its canonical request rests on.
func readAuthorizationV4(s *Signing) []*Fault {
	found, faults := readPairs(s, &grammarV4)
	if found == nil {
		return faults
	}
	faults = byPosition(append(faults, credentialFaults(s, found)...))
	s.Timestamp = requestDate(s)
	return append(append(faults, missingDate(s)...), payloadFaults(s)...)
}

// readAuthorizationS3 reads the header of AWS4-HMAC-SHA256, whose list of
// signed headers is required.
func readAuthorizationS3(s *Signing) []*Fault {
	found, faults := readPairs(s, &grammarS3)
	if found == nil {
		return faults
	}
	if _, ok := found["SignedHeaders"]; !ok {
		faults = append(faults, inAuthorization(-1, "the key SignedHeaders is missing", "", ""))
	}
	faults = byPosition(append(faults, credentialFaults(s, found)...))
	s.Timestamp = isoForm(requestDate(s))
	return append(faults, missingDate(s)...)
}

func credentialFaults(s *Signing, found pairs) []*Fault {
	p, ok := found["Credential"]
	if !ok {
		return nil
	}
	return readCredential(s, p.value, headerCredential, func(offset int, rule, ec, got string) *Fault {
		return inAuthorization(p.at+offset, rule, ec, got)
	})
}

// missingDate is the fault of a V4 request without a time: nothing can be
// signed then.
func missingDate(s *Signing) []*Fault {
	if s.Timestamp != "" {
		return nil
	}
	return []*Fault{noDate(s)}
}

// payloadFaults refuses any other payload hash than UNSIGNED-PAYLOAD (EC
// 0002-00000214).
func payloadFaults(s *Signing) []*Fault {
	name := s.Profile.Names.PayloadHeader
	if v := s.header(name); v != "" && v != unsignedPayload {
		return []*Fault{{Class: MalformedAuthorization, Where: "header " + name, Offset: 0,
			Rule: "the service takes no other value than " + unsignedPayload, EC: "0002-00000214", Got: v}}
	}
	return nil
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
		faults = append(faults, at(max(i, 0), keyIDRule, ec.id, id))
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
	_, err := time.Parse(dayFormat, text)
	return err == nil
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

// readQueryV4 reads the parameters of an OSS V4 URL.
func readQueryV4(s *Signing) []*Fault { return append(readCredentialQuery(s), payloadFaults(s)...) }

// readQueryS3 reads the parameters of an AWS4-HMAC-SHA256 URL, whose list of
// signed headers is required.
func readQueryS3(s *Signing) []*Fault {
	faults := readCredentialQuery(s)
	name := s.Profile.Names.SignedHeaders
	if _, ok := s.Param(name); !ok {
		faults = append(faults, queryFault(name)(-1, "the parameter is missing", "", ""))
	}
	return faults
}

func readCredentialQuery(s *Signing) []*Fault {
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

// formFault makes faults of a form field.
func formFault(name string) func(offset int, rule, ec, got string) *Fault {
	return func(offset int, rule, ec, got string) *Fault {
		return &Fault{Class: MalformedForm, Where: "field " + name, Offset: offset, Rule: rule, EC: ec, Got: got}
	}
}

// requiredField reads a form field that must be there and not be empty.
func (s *Signing) requiredField(name, ecMissing, ecEmpty string, faults *[]*Fault) string {
	value, ok := s.Field(name)
	switch {
	case !ok:
		*faults = append(*faults, formFault(name)(-1, "the field is missing", ecMissing, ""))
	case value == "":
		*faults = append(*faults, formFault(name)(0, "the field must not be empty", ecEmpty, ""))
	}
	return value
}

// readForm reads the fields of a browser upload that names its access key.
func readForm(s *Signing) []*Fault {
	n := &s.Profile.Names
	var faults []*Fault
	s.Policy = s.requiredField(n.Policy, "0002-00000702", "0006-00000205", &faults)
	s.Provided = s.requiredField(n.SignatureField, "0002-00000703", "0002-00000704", &faults)
	s.Credentials.AccessKeyID = s.requiredField(n.AccessKey, "0002-00000706", "0002-00000707", &faults)
	return faults
}

// readFormOBS also knows one field token = id:signature:policy, which wins over
// the three (obs_04_0012).
func readFormOBS(s *Signing) []*Fault {
	all, ok := s.Field("token")
	if !ok {
		return readForm(s)
	}
	parts := strings.SplitN(all, ":", 3)
	if len(parts) < 3 || slices.Contains(parts, "") {
		return []*Fault{formFault("token")(0, "the field is access key id, signature and policy, joined by colons", "", "")}
	}
	s.Credentials.AccessKeyID, s.Provided, s.Policy = parts[0], parts[1], parts[2]
	return nil
}

// readFormV4 reads the fields of a browser upload that has a credential.
func readFormV4(s *Signing) []*Fault {
	n := &s.Profile.Names
	var faults []*Fault
	s.Policy = s.requiredField(n.Policy, "0002-00000702", "0006-00000205", &faults)
	s.Provided = s.requiredField(n.SignatureField, "0002-00000703", "0002-00000704", &faults)
	s.Timestamp = s.requiredField(n.Date, "", "", &faults)
	if text := s.requiredField(n.Credential, "0002-00000710", "0002-00000710", &faults); text != "" {
		faults = append(faults, readCredential(s, text, formCredential, formFault(n.Credential))...)
	}
	return faults
}
