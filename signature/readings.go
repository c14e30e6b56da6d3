package signature

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/wire"
)

// A Reading is another way to read a rule that no document settles and no
// server was seen to settle. A signature that only a reading explains is
// contested: neither right nor wrong.
type Reading struct {
	Name        string // such as "raw-bucket-path"; unique within a profile
	Requirement string // the id of the rule it reads otherwise
	Why         string // who reads it so, and what is known

	// Apply returns a copy of a profile that follows this reading; its argument
	// stays as it is.
	Apply func(*Profile) *Profile
}

// Readings returns the readings of a profile, such as "oss-v4/header"; none
// where every rule is settled, as in all forms.
func Readings(profileID string) []Reading { return readings[profileID] }

var readings = map[string][]Reading{
	"oss-v1/header": readingsOSSV1(),
	"oss-v1/query":  readingsOSSV1(),
	"oss-v2/header": readingsOSSV2(),
	"oss-v2/query":  readingsOSSV2(),
	"oss-v4/header": append(readingsOSSV4(), Reading{
		"date-as-iso", "OSS4-DATE-03",
		"the document prints the time line in ISO 8601 only; aliyun-oss-go-sdk sends Date alone and signs its text",
		func(p *Profile) *Profile { return p.Replace(StringToSign, stringToSignISODate) },
	}),
	"oss-v4/query": readingsOSSV4(),
	"oss-rtmp/query": {{
		"token-signed", "RTMP-TOKEN-01",
		"the document leaves the token out under the name SecurityToken; SDKs send security-token and differ on signing it",
		func(p *Profile) *Profile { return alsoSigning(p, isTokenParameter) },
	}},
	"obs-v2/header":     readingsOBSV2(),
	"obs-v2/query":      readingsOBSV2(),
	"obs-aws-v2/header": append(readingsOBSV2(), s3NamesOnly),
	"obs-aws-v2/query":  append(readingsOBSV2(), s3NamesOnly),
	"obs-v4/header":     readingsOBSV4(),
	"obs-v4/query":      append(readingsOBSV4(), unsignedPayloadAlways),
}

func readingsOSSV1() []Reading {
	return []Reading{
		{
			"listed-parameters-only", "OSS1-PARAM-16",
			"SDKs with a fixed list sign no other x-oss- parameter; an unknown one was never observed",
			withoutPrefixedParameters,
		},
		{
			"contested-names-unsigned", "OSS1-PARAM-20",
			"each of these names stands in a few lists of SDKs; the other lists leave it out, and no server was seen to get one",
			withoutContestedParameters,
		},
		{
			"empty-headers-unsigned", "OSS1-HEADER-10",
			"some SDKs leave a header with an empty value out of the string and send it",
			withoutEmptyHeaders,
		},
		{
			"blanks-folded", "OSS1-HEADER-08",
			"an older revision of the header page folds runs of blanks; no SDK does, and no server was seen to",
			foldingBlanks,
		},
		{"last-header-counts", "OSS1-HEADER-09", repeatedHeaders, withLastHeaders},
		{"first-parameter-counts", "OSS1-PARAM-18", repeatedParameters, withFirstParameters},
		{"last-parameter-counts", "OSS1-PARAM-18", repeatedParameters, withLastParameters},
	}
}

func readingsOSSV2() []Reading {
	return []Reading{
		{
			"empty-headers-unsigned", "OSS2-HEADER-04",
			"some SDKs leave a header with an empty value out of the string and send it",
			withoutEmptyHeaders,
		},
		{"last-header-counts", "OSS2-HEADER-05", repeatedHeaders, withLastHeaders},
		{"first-parameter-counts", "OSS2-PARAM-05", repeatedParameters, withFirstParameters},
		{"last-parameter-counts", "OSS2-PARAM-05", repeatedParameters, withLastParameters},
	}
}

func readingsOSSV4() []Reading {
	return []Reading{
		{
			"query-as-sent", "OSS4-PARAM-05",
			"no server was seen to get raw ! ' ( ) * in a query; that it encodes them again is a conclusion from the path",
			func(p *Profile) *Profile { return p.Replace(CanonicalQuery, queryAsSent) },
		},
		{
			"empty-headers-unsigned", "OSS4-HEADER-06",
			"some SDKs leave a header with an empty value out of the string; one report says such requests are refused (F-OSS-V4-02)",
			withoutEmptyHeaders,
		},
		{"last-header-counts", "OSS4-HEADER-08", repeatedHeaders, withLastHeaders},
		{"first-parameter-counts", "OSS4-PARAM-07", repeatedParameters, withFirstParameters},
		{"last-parameter-counts", "OSS4-PARAM-07", repeatedParameters, withLastParameters},
	}
}

const (
	repeatedHeaders    = "no server was seen to get a header twice; SDKs join the values or keep the last"
	repeatedParameters = "no document speaks of a parameter that comes twice; SDKs keep both, the first or the last"
)

func readingsOBSV2() []Reading {
	return append([]Reading{
		{
			"raw-bucket-path", "OBS2-RESOURCE-06",
			"the document ends a bucket in a slash; SDKs sign the path-style /bucket they send, as a server would that takes the raw path",
			func(p *Profile) *Profile { return onPath(p, rawBucketPath) },
		},
		{
			"prefixed-parameters", "OBS2-PARAM-09",
			"most SDKs sign every parameter with the prefix of the dress; the documents have the list only",
			func(p *Profile) *Profile {
				prefix := p.Names.HeaderPrefix
				return alsoSigning(p, func(name string) bool { return hasPrefixFold(name, prefix) })
			},
		},
		{
			"names-any-case", "OBS2-PARAM-08",
			"the documents call the names case-sensitive; most SDKs look them up in lower case",
			func(p *Profile) *Profile { return alsoSigning(p, SignedParameters(p.Scheme).listedInAnyCase) },
		},
		{
			"equals-for-empty", "OBS2-PARAM-15",
			"the sample code writes the bare name; SDKs differ where ?k= is on the wire",
			func(p *Profile) *Profile { return p.Replace(CanonicalResource, resourceWithEquals) },
		},
	}, readingsOfOBSLists()...)
}

var s3NamesOnly = Reading{
	"s3-names-only", "OBSAWS2-PARAM-01",
	"the S3-compatible reference lists 17 names, the pages of OBS 45 to 54; the SDKs use one list for both dresses",
	func(p *Profile) *Profile {
		c := p.Clone()
		c.SignedParameter = func(name string) bool {
			return p.SignedParameter(name) && (name == p.Names.Token || slices.Contains(s3Parameters, name))
		}
		return c
	},
}

// s3Parameters is the list of the S3-compatible reference, signature V2.
var s3Parameters = []string{
	"acl", "deletebucket", "lifecycle", "location", "logging", "notification", "partNumber", "policy", "quota",
	"storageinfo", "storagePolicy", "uploadId", "uploads", "versionId", "versioning", "versions", "website",
}

func readingsOBSV4() []Reading {
	return []Reading{
		{
			"path-as-sent", "OBS4-URI-03",
			"the other schemes of OBS sign the path as it arrives (F-OBS-08), which shows where it holds raw ! ' ( ) *",
			func(p *Profile) *Profile { return onPath(p, pathAsSent) },
		},
		{
			"blanks-folded", "OBS4-HEADER-03",
			"AWS folds runs of blanks inside a header value; no SDK of OBS does, and MinIO keeps them",
			foldingBlanks,
		},
	}
}

var unsignedPayloadAlways = Reading{
	"unsigned-payload-always", "OBS4-PAYLOAD-03",
	"the document has UNSIGNED-PAYLOAD for each link; other servers of S3 take x-amz-content-sha256 where a link is sent with that",
	func(p *Profile) *Profile {
		return p.Replace(CanonicalRequest, func(s *Signing, dst []byte) ([]byte, error) {
			return canonicalRequest(s, dst, s.SignedHeaders, unsignedPayload)
		})
	},
}

// onPath replaces the resource path.
func onPath(p *Profile, path func(s *Signing, dst []byte) []byte) *Profile {
	c := p.Clone()
	c.ResourcePath = path
	return c
}

// alsoSigning signs more parameters.
func alsoSigning(p *Profile, more func(name string) bool) *Profile {
	c := p.Clone()
	c.SignedParameter = func(name string) bool { return p.SignedParameter(name) || more(name) }
	return c
}

// withoutPrefixedParameters signs the names of the list alone.
func withoutPrefixedParameters(p *Profile) *Profile {
	c := p.Clone()
	c.SignedParameter = SignedParameters(p.Scheme).listed
	return c
}

// withoutContestedParameters leaves out the names that the list calls contested.
func withoutContestedParameters(p *Profile) *Profile {
	c := p.Clone()
	c.SignedParameter = func(name string) bool {
		listed, _ := SignedParameters(p.Scheme).Lookup(name)
		return p.SignedParameter(name) && listed.Status != "contested"
	}
	return c
}

func withoutEmptyHeaders(p *Profile) *Profile {
	c := p.Clone()
	c.SignedHeader = func(s *Signing, name string) bool {
		return p.SignedHeader(s, name) && s.header(name) != ""
	}
	return c
}

// rebuilding runs the step of a stage while the state is changed as a reading
// wants it. It restores what the step reads, for the steps behind it.
func rebuilding(p *Profile, stage Stage, change func(s *Signing)) *Profile {
	c := p.Clone()
	for i := range c.Steps {
		if build := c.Steps[i].Build; c.Steps[i].Stage == stage {
			c.Steps[i].Build = func(s *Signing, dst []byte) ([]byte, error) {
				request, params := s.Request, s.Params
				change(s)
				out, err := build(s, dst)
				s.Request, s.Params = request, params
				return out, err
			}
		}
	}
	return c
}

// queryStage is the stage that holds the query: of its own in V4, a part of
// the resource before.
func queryStage(p *Profile) Stage {
	for i := range p.Steps {
		if p.Steps[i].Stage == CanonicalQuery {
			return CanonicalQuery
		}
	}
	return CanonicalResource
}

func withFirstParameters(p *Profile) *Profile {
	return rebuilding(p, queryStage(p), func(s *Signing) {
		s.Params = onlyWhere(s.Params, func(i int) bool { return !sameName(s.Params[:i], s.Params[i].Name) })
	})
}

func withLastParameters(p *Profile) *Profile {
	return rebuilding(p, queryStage(p), func(s *Signing) {
		s.Params = onlyWhere(s.Params, func(i int) bool { return !sameName(s.Params[i+1:], s.Params[i].Name) })
	})
}

func sameName(params []wire.Param, name string) bool {
	for i := range params {
		if wire.UnescapeQuery(params[i].Name) == wire.UnescapeQuery(name) {
			return true
		}
	}
	return false
}

// withLastHeaders takes the last of the headers of one name, and joins none.
func withLastHeaders(p *Profile) *Profile {
	return rebuilding(p, CanonicalHeaders, func(s *Signing) {
		all := s.Request.Headers
		s.Request = s.Request.Clone(0)
		s.Request.Headers = onlyWhere(all, func(i int) bool {
			for _, later := range all[i+1:] {
				if wire.EqualFold(later.Name, all[i].Name) {
					return false
				}
			}
			return true
		})
	})
}

// foldingBlanks makes one blank of each run inside a header value.
func foldingBlanks(p *Profile) *Profile {
	return rebuilding(p, CanonicalHeaders, func(s *Signing) {
		s.Request = s.Request.Clone(0)
		for i := range s.Request.Headers {
			h := &s.Request.Headers[i]
			h.Value = strings.Join(strings.FieldsFunc(h.Value, func(r rune) bool { return r == ' ' || r == '\t' }), " ")
		}
	})
}

func onlyWhere[T any](list []T, keep func(i int) bool) []T {
	var out []T
	for i := range list {
		if keep(i) {
			out = append(out, list[i])
		}
	}
	return out
}

// queryAsSent is the canonical query with nothing decoded or encoded.
func queryAsSent(s *Signing, dst []byte) ([]byte, error) {
	return appendJoined(dst, s.sentParameters(false), 0), nil
}

// sentParameters are all parameters but the signature's own as they stand on
// the wire, sorted by name.
func (s *Signing) sentParameters(equalsAlways bool) []signedParameter {
	list := s.parameters[:0]
	for i := range s.Params {
		if p := &s.Params[i]; p.Name != s.Profile.Names.SignatureField {
			list = append(list, signedParameter{p.Name, p.Value, p.Value != "" || equalsAlways})
		}
	}
	sortParameters(list, byName)
	s.parameters = list
	return list
}

// stringToSignISODate has the time line in ISO 8601 also where Date is the
// only date there is.
func stringToSignISODate(s *Signing, dst []byte) ([]byte, error) {
	if s.header(s.Profile.Names.DateHeader) == "" {
		s.Timestamp = isoForm(s.Timestamp)
	}
	return stringToSignV4(s, dst)
}

// isTokenParameter knows both names of the token in a push URL.
func isTokenParameter(name string) bool { return name == "security-token" || name == "SecurityToken" }

// rawBucketPath is [rawBucketAndKey], but the path as it arrives for a bucket
// that the path names.
func rawBucketPath(s *Signing, dst []byte) []byte {
	if s.Resource.Addressing == PathStyle && s.Resource.RawKey == "" && s.Resource.Bucket != "" {
		return append(dst, s.Resource.RawPath...)
	}
	return rawBucketAndKey(s, dst)
}

// resourceWithEquals is [resourceWithFirstParameters], but an equals sign on
// the wire stays where nothing stands behind it.
func resourceWithEquals(s *Signing, dst []byte) ([]byte, error) {
	dst = s.Profile.ResourcePath(s, dst)
	start := len(dst)
	dst = appendListedParameters(s, dst, false)
	for i := range s.parameters {
		s.parameters[i].hasValue = hasEquals(s.Params, s.parameters[i].name)
	}
	return appendJoined(dst[:start], s.parameters, '?'), nil
}

// hasEquals reports whether the first parameter of that decoded name has an
// equals sign.
func hasEquals(params []wire.Param, name string) bool {
	for i := range params {
		if wire.UnescapeQuery(params[i].Name) == name {
			return params[i].HasValue
		}
	}
	return false
}

// pathAsSent is the path as the request has it, nothing decoded or encoded.
func pathAsSent(s *Signing, dst []byte) []byte {
	if s.Resource.RawPath == "" {
		return append(dst, '/')
	}
	return append(dst, s.Resource.RawPath...)
}
