package signature

import (
	"strings"

	"github.com/countersign/countersign/wire"
)

// A Slip is one well-known mistake of a signer, as a profile that makes it. A
// signature that a slip explains is wrong, but it is known where.
type Slip struct {
	Name  string
	Stage Stage  // the first stage that comes out wrong
	Why   string // what the signer did
	Apply func(*Profile) *Profile

	Requirement string // the id of the rule it breaks, where one says it
}

// Slips lists the slips that can be made with a profile.
func Slips(profileID string) []Slip {
	p, err := LookupID(profileID)
	if err != nil || p.Carrier == InForm {
		return nil
	}
	var out []Slip
	for _, s := range slips {
		if s.appliesTo(p) {
			s.Requirement = ruleOf(p, s.rules)
			out = append(out, s.Slip)
		}
	}
	return out
}

// slips are tried in this order: the first one that explains a signature names
// it, so the particular stand before the general.
var slips = []struct {
	Slip
	rules     string // ids of the broken requirements, one for each scheme that has it
	appliesTo func(*Profile) bool
}{
	{
		Slip{Name: "content-type-unsigned", Stage: StringToSign, Why: "the Content-Type that was sent is not signed", Apply: hiding("Content-Type")},
		"OSS1-TYPE-01 OSS4-HEADER-01 OBS2-TYPE-01", anyProfile,
	},
	{
		Slip{Name: "content-md5-unsigned", Stage: StringToSign, Why: "the Content-MD5 that was sent is not signed", Apply: hiding("Content-MD5")},
		"OSS1-STRING-01 OSS4-HEADER-01 OBS2-STRING-01", anyProfile,
	},
	{
		Slip{Name: "token-header-unsigned", Stage: CanonicalHeaders, Why: "the security token that was sent in a header is not signed", Apply: hidingToken},
		"OSS4-TOKEN-01 OBS2-TOKEN-01 OBS4-TOKEN-01", hasTokenHeader,
	},
	{
		Slip{Name: "token-parameter-unsigned", Stage: CanonicalResource, Why: "the security token in the URL is not signed", Apply: withoutTokenParameter},
		"OSS1-TOKEN-02 OBS2-TOKEN-02", signsListedParameters,
	},
	{
		Slip{Name: "parameters-unsigned", Stage: CanonicalResource, Why: "no query parameter is signed", Apply: withParameters(func(string) bool { return false })},
		"OSS1-PARAM-12", signsListedParameters,
	},
	{
		Slip{Name: "parameters-all-signed", Stage: CanonicalResource, Why: "query parameters are signed that are no sub-resources", Apply: withAllParameters},
		"", signsListedParameters,
	},
	{
		Slip{Name: "leading-slash-kept", Stage: CanonicalResource, Why: "a slash in front of the key is signed that the service does not see", Apply: keepingLeadingSlashes},
		"OSS1-RESOURCE-12 OSS4-URI-09", isOSS,
	},
	{
		Slip{Name: "key-as-sent", Stage: CanonicalResource, Why: "the key is signed percent-encoded as it was sent", Apply: withPath(bucketAndKeyAsSent)},
		"OSS1-RESOURCE-02", isOSSV1,
	},
	{
		Slip{Name: "key-decoded", Stage: CanonicalResource, Why: "the key is signed decoded: the rule of OSS", Apply: withPath(decodedBucketAndKey)},
		"OBS2-RESOURCE-02", isOBSV2,
	},
	{
		Slip{Name: "path-as-sent", Stage: CanonicalResource, Why: "the path is signed as it was sent, not in its strict form", Apply: withPath(bucketAndKeyAsSent)},
		"OSS4-URI-02", isOSSV4,
	},
	{
		Slip{Name: "query-as-sent", Stage: CanonicalQuery, Why: "the query is signed as it was sent, not in its strict form", Apply: signingQueryAsSent(true)},
		"OBS4-PARAM-02", isOBSV4,
	},
	{
		Slip{Name: "query-as-sent", Stage: CanonicalResource, Why: "the query is signed as it was sent, not in its strict form", Apply: signingResourceAsSent},
		"OSS2-PARAM-02", isOSSV2,
	},
	{
		Slip{Name: "bucket-missing", Stage: CanonicalResource, Why: "the bucket is not in the resource", Apply: withPath(keyAlone)},
		"OSS1-RESOURCE-01 OBS2-RESOURCE-01", isV1Family,
	},
	{
		Slip{Name: "date-header-signed", Stage: StringToSign, Why: "Date is signed although the vendor's date header is there", Apply: withDateLine(dateHeaderAlone)},
		"OSS1-DATE-02 OSS2-DATE-02 OBS2-DATE-03", hasDateLine,
	},
	{
		Slip{Name: "vendor-date-in-date-line", Stage: StringToSign, Why: "the vendor's date header stands in the Date line: the rule of OSS", Apply: withDateLine(vendorDateFirst)},
		"OBS2-DATE-02", isOBSV2,
	},
}

// ruleOf picks the id of the profile's own scheme: OSS1-… for oss-v1, OBS2-…
// for both dresses of OBS.
func ruleOf(p *Profile, rules string) string {
	family := strings.ToUpper(p.Scheme[:3]) + p.Scheme[len(p.Scheme)-1:] + "-"
	for _, id := range strings.Fields(rules) {
		if strings.HasPrefix(id, family) {
			return id
		}
	}
	return ""
}

func anyProfile(p *Profile) bool            { return p.SignedHeader != nil }
func hasTokenHeader(p *Profile) bool        { return p.SignedHeader != nil && p.Names.TokenHeader != "" }
func signsListedParameters(p *Profile) bool { return p.SignedParameter != nil && p != OSSRTMPQuery }
func isOSSV1(p *Profile) bool               { return p.Scheme == "oss-v1" }
func isOSSV4(p *Profile) bool               { return p.Scheme == "oss-v4" }
func isOSS(p *Profile) bool                 { return isOSSV1(p) || isOSSV4(p) || p.Scheme == "oss-v2" }
func isOSSV2(p *Profile) bool               { return p.Scheme == "oss-v2" }
func isOBSV4(p *Profile) bool               { return p.Scheme == "obs-v4" }
func isOBSV2(p *Profile) bool               { return p.Scheme == "obs-v2" || p.Scheme == "obs-aws-v2" }
func isV1Family(p *Profile) bool            { return isOSSV1(p) || isOBSV2(p) }
func hasDateLine(p *Profile) bool           { return p.DateLine != nil && p.Carrier == InHeader }

func withPath(path func(s *Signing, dst []byte) []byte) func(*Profile) *Profile {
	return func(p *Profile) *Profile { return onPath(p, path) }
}

func withParameters(signed func(name string) bool) func(*Profile) *Profile {
	return func(p *Profile) *Profile {
		c := p.Clone()
		c.SignedParameter = signed
		return c
	}
}

// withAllParameters signs every parameter but those that carry the signature.
func withAllParameters(p *Profile) *Profile {
	n := &p.Names
	return withParameters(func(name string) bool {
		return name != n.AccessKey && name != n.Expires && name != n.SignatureField
	})(p)
}

func withDateLine(line func(s *Signing) (string, error)) func(*Profile) *Profile {
	return func(p *Profile) *Profile {
		c := p.Clone()
		c.DateLine = line
		return c
	}
}

// signingQueryAsSent signs the parameters sorted as they stand on the wire. An
// empty value is written as the scheme writes it.
func signingQueryAsSent(equalsAlways bool) func(*Profile) *Profile {
	return func(p *Profile) *Profile {
		return p.Replace(CanonicalQuery, func(s *Signing, dst []byte) ([]byte, error) {
			return appendJoined(dst, s.sentParameters(equalsAlways), 0), nil
		})
	}
}

func signingResourceAsSent(p *Profile) *Profile {
	return p.Replace(CanonicalResource, func(s *Signing, dst []byte) ([]byte, error) {
		return appendJoined(s.Profile.ResourcePath(s, dst), s.sentParameters(false), '?'), nil
	})
}

func keepingLeadingSlashes(p *Profile) *Profile {
	c := p.Clone()
	c.RawKey = rawKeyAsSent
	return c
}

func withoutTokenParameter(p *Profile) *Profile {
	return withParameters(func(name string) bool { return name != p.Names.Token && p.SignedParameter(name) })(p)
}

func hidingToken(p *Profile) *Profile { return hiding(p.Names.TokenHeader)(p) }

// hiding builds every stage as if a header were not in the request.
func hiding(name string) func(*Profile) *Profile {
	return withHeaders(func(all []wire.Header) []wire.Header {
		return onlyWhere(all, func(i int) bool { return !wire.EqualFold(all[i].Name, name) })
	})
}

// WithValues returns a profile that signs other header values than were sent,
// and signs them with the blanks they have.
func (p *Profile) WithValues(value func(wire.Header) string) *Profile {
	c := p.Clone()
	c.HeaderValue = func(sent string) string { return sent }
	return withHeaders(func(all []wire.Header) []wire.Header {
		for i := range all {
			all[i].Value = value(all[i])
		}
		return all
	})(c)
}

// WithTimeLine returns a profile that writes another time into the string to
// sign than the request says, and leaves the other stages as they are. A form
// has no such line.
func (p *Profile) WithTimeLine(other func(sent string) string) *Profile {
	if p.DateLine == nil {
		return rebuilding(p, StringToSign, func(s *Signing) { s.Timestamp = other(s.Timestamp) })
	}
	return withDateLine(func(s *Signing) (string, error) {
		line, err := p.DateLine(s)
		return other(line), err
	})(p)
}

// withHeaders builds every stage from other headers than were sent; change is
// given a list of its own.
func withHeaders(change func([]wire.Header) []wire.Header) func(*Profile) *Profile {
	return func(p *Profile) *Profile {
		c := p
		for i := range p.Steps {
			c = rebuilding(c, p.Steps[i].Stage, func(s *Signing) {
				s.Request = s.Request.Clone(0)
				s.Request.Headers = change(s.Request.Headers)
			})
		}
		return c
	}
}

func bucketAndKeyAsSent(s *Signing, dst []byte) []byte {
	dst = append(append(dst, '/'), s.Resource.Bucket...)
	if s.Resource.Bucket == "" {
		return dst
	}
	return append(append(dst, '/'), s.Resource.RawKey...)
}

func keyAlone(s *Signing, dst []byte) []byte {
	return append(append(dst, '/'), wire.Unescape(s.Resource.RawKey)...)
}

func dateHeaderAlone(s *Signing) (string, error) { return s.header("Date"), nil }
