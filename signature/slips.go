package signature

import (
	"github.com/countersign/countersign/wire"
)

// A Slip is one well-known mistake of a signer, as a profile that makes it. A
// signature that a slip explains is wrong, but it is known where.
type Slip struct {
	Name  string
	Stage Stage  // the first stage that comes out wrong
	Why   string // what the signer did
	Apply func(*Profile) *Profile
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
			out = append(out, s.Slip)
		}
	}
	return out
}

var slips = []struct {
	Slip
	appliesTo func(*Profile) bool
}{
	{Slip{"content-type-unsigned", StringToSign, "the Content-Type that was sent is not signed", hiding("Content-Type")}, anyProfile},
	{Slip{"content-md5-unsigned", StringToSign, "the Content-MD5 that was sent is not signed", hiding("Content-MD5")}, anyProfile},
	{Slip{"token-header-unsigned", CanonicalHeaders, "the security token that was sent in a header is not signed", hidingToken}, hasTokenHeader},
	{Slip{"token-parameter-unsigned", CanonicalResource, "the security token in the URL is not signed", withoutTokenParameter}, signsListedParameters},
	{Slip{"parameters-unsigned", CanonicalResource, "no query parameter is signed", withParameters(func(string) bool { return false })}, signsListedParameters},
	{Slip{"parameters-all-signed", CanonicalResource, "query parameters are signed that are no sub-resources", withParameters(func(string) bool { return true })}, signsListedParameters},
	{Slip{"key-as-sent", CanonicalResource, "the key is signed percent-encoded as it was sent", withPath(bucketAndKeyAsSent)}, isOSSV1},
	{Slip{"key-decoded", CanonicalResource, "the key is signed decoded: the rule of OSS", withPath(decodedBucketAndKey)}, isOBSV2},
	{Slip{"path-as-sent", CanonicalResource, "the path is signed as it was sent, not in its strict form", withPath(bucketAndKeyAsSent)}, isOSSV4},
	{Slip{"leading-slash-kept", CanonicalResource, "a slash in front of the key is signed that the service does not see", keepingLeadingSlashes}, isOSS},
	{Slip{"bucket-missing", CanonicalResource, "the bucket is not in the resource", withPath(keyAlone)}, isV1Family},
	{Slip{"date-header-signed", StringToSign, "Date is signed although the vendor's date header is there", withDateLine(dateHeaderAlone)}, hasDateLine},
	{Slip{"vendor-date-in-date-line", StringToSign, "the vendor's date header stands in the Date line: the rule of OSS", withDateLine(vendorDateFirst)}, isOBSV2},
}

func anyProfile(p *Profile) bool            { return p.SignedHeader != nil }
func hasTokenHeader(p *Profile) bool        { return p.SignedHeader != nil && p.Names.TokenHeader != "" }
func signsListedParameters(p *Profile) bool { return p.SignedParameter != nil && p != OSSRTMPQuery }
func isOSSV1(p *Profile) bool               { return p.Scheme == "oss-v1" }
func isOSSV4(p *Profile) bool               { return p.Scheme == "oss-v4" }
func isOSS(p *Profile) bool                 { return isOSSV1(p) || isOSSV4(p) || p.Scheme == "oss-v2" }
func isOBSV2(p *Profile) bool               { return p.Scheme == "obs-v2" || p.Scheme == "obs-aws-v2" }
func isV1Family(p *Profile) bool            { return isOSSV1(p) || isOBSV2(p) }
func hasDateLine(p *Profile) bool           { return p.DateLine != nil && p.Carrier == InHeader }

func withPath(path func(s *Signing, dst []byte) []byte) func(*Profile) *Profile {
	return func(p *Profile) *Profile {
		c := p.Clone()
		c.ResourcePath = path
		return c
	}
}

func withParameters(signed func(name string) bool) func(*Profile) *Profile {
	return func(p *Profile) *Profile {
		c := p.Clone()
		c.SignedParameter = signed
		return c
	}
}

func withDateLine(line func(s *Signing) (string, error)) func(*Profile) *Profile {
	return func(p *Profile) *Profile {
		c := p.Clone()
		c.DateLine = line
		return c
	}
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
	return func(p *Profile) *Profile {
		c := p.Clone()
		for i := range c.Steps {
			build := c.Steps[i].Build
			c.Steps[i].Build = func(s *Signing, dst []byte) ([]byte, error) {
				whole := s.Request
				defer func() { s.Request = whole }()
				s.Request = without(whole, name)
				return build(s, dst)
			}
		}
		return c
	}
}

func without(req *wire.Request, name string) *wire.Request {
	c := req.Clone(0)
	c.Headers = c.Headers[:0]
	for _, h := range req.Headers {
		if !wire.EqualFold(h.Name, name) {
			c.Headers = append(c.Headers, h)
		}
	}
	return c
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

func dateHeaderAlone(s *Signing) (string, error) { return headerValue(s.Request, "Date"), nil }
