package signature

import (
	"fmt"
	"strings"

	"github.com/countersign/countersign/wire"
)

// Telling scheme and carrier from the request alone.

// detect returns the profile a request authenticates itself by. It returns
// neither a profile nor a fault for a request without authentication, and
// faults alone where the scheme cannot be told.
func detect(s *Signing) (*Profile, []*Fault) {
	header, _ := s.Request.Header("Authorization")
	if header = wire.TrimBlanks(header); header != "" {
		return s.headerProfile(header)
	}
	if profile, faults := s.queryProfile(); profile != nil || faults != nil {
		return profile, append(faults, s.tokenTwice(profile)...)
	}
	return s.formProfile()
}

// headerProfile goes by the word that opens the Authorization header.
func (s *Signing) headerProfile(header string) (*Profile, []*Fault) {
	word, _, _ := strings.Cut(header, " ")
	for _, p := range Profiles {
		if p.Carrier == InHeader && p.Names.Version == word {
			return p, append(s.signedTwice(), s.tokenTwice(p)...)
		}
	}
	return nil, []*Fault{inAuthorization(0, "begins with OSS, OSS2, OSS4-HMAC-SHA256, OBS, AWS or AWS4-HMAC-SHA256 and one blank", versionEC(word), word)}
}

// versionEC is the code of OSS for a version word that is none: the V4 family
// has its own.
func versionEC(word string) string {
	if strings.HasPrefix(word, "OSS4") {
		return "0002-00000202"
	}
	return "0002-00000061"
}

// signedTwice are the faults of a second signature beside that in the header
// (observed for a URL, F-OSS-X-01).
func (s *Signing) signedTwice() []*Fault {
	var faults []*Fault
	if s.Request.HeaderCount("Authorization") > 1 {
		faults = append(faults, &Fault{Class: AuthenticatedTwice, Where: "header Authorization", Offset: -1, Rule: "the header stands once"})
	}
	for _, p := range Profiles {
		if p.Carrier != InQuery {
			continue
		}
		if _, signed := s.Param(p.Names.SignatureField); signed {
			return append(faults, &Fault{Class: AuthenticatedTwice, Where: "header Authorization and parameter " + p.Names.SignatureField, Offset: -1,
				Rule: "a request is signed in its header or in its URL, not in both"})
		}
	}
	return faults
}

// tokenTwice is the fault of a token in both URL and header (EC 0002-00000010).
func (s *Signing) tokenTwice(p *Profile) []*Fault {
	if p == nil || p.Names.TokenHeader == "" || !p.isOSS() {
		return nil
	}
	_, inURL := s.Param(p.Names.Token)
	if _, inHeader := s.Request.Header(p.Names.TokenHeader); inURL && inHeader {
		return []*Fault{{Class: AuthenticatedTwice, Where: fmt.Sprintf("header %s and parameter %s", p.Names.TokenHeader, p.Names.Token), Offset: -1,
			Rule: "the security token stands in the header or in the URL, not in both", EC: "0002-00000010"}}
	}
	return nil
}

// queryProfile goes by the parameter that names version or access key.
func (s *Signing) queryProfile() (*Profile, []*Fault) {
	for _, p := range Profiles {
		if p.Carrier == InQuery && s.opensQuery(p) {
			return p, nil
		}
	}
	for _, p := range Profiles {
		if p.Carrier != InQuery {
			continue
		}
		n := &p.Names
		_, signed := s.Param(n.SignatureField)
		switch version, ok := s.Param(n.VersionField); {
		case n.VersionField != "" && ok:
			return nil, []*Fault{queryFault(n.VersionField)(0, "names a signature version: "+versionsOf(InQuery, n.VersionField), p.ofOSS("0002-00000066"), version)}
		case n.VersionField != "" && signed:
			return nil, []*Fault{queryFault(n.VersionField)(-1, "the parameter is missing", p.ofOSS("0002-00000066"), "")}
		case signed:
			return nil, []*Fault{queryFault(n.AccessKey)(-1, "the parameter is missing (AccessKeyId or AWSAccessKeyId for OBS)", "0002-00000071", "")}
		}
	}
	return nil, nil
}

// opensQuery reports whether the parameters that tell p from all other
// profiles are there.
func (s *Signing) opensQuery(p *Profile) bool {
	if (p == OSSRTMPQuery) != (s.Target.Scheme == "rtmp") {
		return false
	}
	if p.Names.VersionField != "" {
		version, ok := s.Param(p.Names.VersionField)
		return ok && version == p.Names.Version
	}
	_, id := s.Param(p.Names.AccessKey)
	return id
}

// NoKeyField is the code of OSS for a form without the field of its access key.
const NoKeyField = "0002-00000706"

// formProfile goes by the field that names version or access key. A form
// without a policy is no upload that signs.
func (s *Signing) formProfile() (*Profile, []*Fault) {
	if s.Request.Method != "POST" {
		return nil, nil
	}
	var err error
	if s.Form, err = FormFields(s.Request); err != nil {
		return nil, []*Fault{{Class: MalformedForm, Where: "body", Offset: -1, Rule: err.Error()}}
	}
	for _, p := range Profiles {
		if p.Carrier == InForm && s.opensForm(p) {
			return p, nil
		}
	}
	if _, policy := s.Field("policy"); !policy {
		return nil, nil
	}
	for _, p := range Profiles {
		n := &p.Names
		if version, ok := s.Field(n.VersionField); p.Carrier == InForm && n.VersionField != "" && ok {
			return nil, []*Fault{formFault(n.VersionField)(0, "names a signature version: "+versionsOf(InForm, n.VersionField), p.ofOSS("0002-00000701"), version)}
		}
	}
	return nil, []*Fault{formFault("OSSAccessKeyId")(-1, "the field is missing (AccessKeyId or AWSAccessKeyId for OBS)", NoKeyField, "")}
}

func (s *Signing) opensForm(p *Profile) bool {
	if p.Names.VersionField != "" {
		version, ok := s.Field(p.Names.VersionField)
		return ok && version == p.Names.Version
	}
	if all, ok := s.Field("token"); ok && p == OBSV2Form && strings.Count(all, ":") >= 2 {
		return true
	}
	_, id := s.Field(p.Names.AccessKey)
	return id
}

func (p *Profile) isOSS() bool { return strings.HasPrefix(p.Scheme, "oss") }

// ofOSS is an error code of OSS, where it has to do with the request.
func (p *Profile) ofOSS(ec string) string {
	if p.isOSS() {
		return ec
	}
	return ""
}

// versionsOf lists the words that the version parameter or field may hold.
func versionsOf(carrier Carrier, field string) string {
	var words []string
	for _, p := range Profiles {
		if p.Carrier == carrier && p.Names.VersionField == field {
			words = append(words, p.Names.Version)
		}
	}
	return strings.Join(words, " or ")
}
