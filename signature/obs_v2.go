package signature

// OBS: HMAC-SHA1, one algorithm in two dresses: `OBS` with x-obs-* and `AWS`
// with x-amz-*. A request is signed with the prefix of its own dress only.
//
// Documents: OBS API reference, "Authentication of Signature in a Header"
// (obs_04_0010), "Authentication of Signature in a URL" (obs_04_0011),
// "Authentication of Signature in a Form" (obs_04_0012).

var obsV2Names = Names{
	Version:        "OBS",
	HeaderPrefix:   "x-obs-",
	DateHeader:     "x-obs-date",
	TokenHeader:    "x-obs-security-token",
	AccessKey:      "AccessKeyId",
	Expires:        "Expires",
	Token:          "x-obs-security-token",
	SignatureField: "Signature",
}

var obsAWSV2Names = Names{
	Version:        "AWS",
	HeaderPrefix:   "x-amz-",
	DateHeader:     "x-amz-date",
	TokenHeader:    "x-amz-security-token",
	AccessKey:      "AWSAccessKeyId",
	Expires:        "Expires",
	Token:          "x-amz-security-token",
	SignatureField: "Signature",
}

// The OBS profiles in their own dress and in the S3-compatible one.
var (
	OBSV2Header    = obsHeader("obs-v2", obsV2Names, obsParameters)
	OBSV2Query     = obsQuery("obs-v2", obsV2Names, obsParameters)
	OBSV2Form      = obsForm("obs-v2", obsV2Names)
	OBSAWSV2Header = obsHeader("obs-aws-v2", obsAWSV2Names, obsAWSParameters)
	OBSAWSV2Query  = obsQuery("obs-aws-v2", obsAWSV2Names, obsAWSParameters)
	OBSAWSV2Form   = obsForm("obs-aws-v2", obsAWSV2Names)
)

func obsHeader(scheme string, n Names, parameters *ParameterList) *Profile {
	return &Profile{
		Scheme: scheme, Carrier: InHeader, Names: n,
		SignedHeader:    withPrefix,
		SignedParameter: parameters.Signed,
		DateLine:        emptyBesideVendorDate,
		RawKey:          rawKeyAsSent,
		ResourcePath:    rawBucketAndKey,
		Place: []Placement{
			{InHeader, "Date", gmtDate},
			{InHeader, n.TokenHeader, token},
		},
		Steps: []Step{
			{CanonicalHeaders, "obs_04_0010, CanonicalizedHeaders", appendHeaderLines},
			{CanonicalResource, "obs_04_0010, CanonicalizedResource", resourceWithFirstParameters},
			{StringToSign, "obs_04_0010, StringToSign", stringToSignV1},
			{SignatureValue, "obs_04_0010, Signature", hmacSHA1Base64},
			{Authorization, "obs_04_0010, Authorization", authorizationV1},
		},
		Read:   readAuthorizationV1,
		Limits: dateWithinSkew,
	}
}

func obsQuery(scheme string, n Names, parameters *ParameterList) *Profile {
	return &Profile{
		Scheme: scheme, Carrier: InQuery, Names: n,
		SignedHeader:    withPrefix,
		SignedParameter: parameters.Signed,
		DateLine:        expiresLine,
		RawKey:          rawKeyAsSent,
		ResourcePath:    rawBucketAndKey,
		Place: []Placement{
			{InQuery, n.AccessKey, accessKeyID},
			{InQuery, n.Expires, expires},
			{InQuery, n.Token, token},
		},
		Steps: []Step{
			{CanonicalHeaders, "obs_04_0011, CanonicalizedHeaders", appendHeaderLines},
			{CanonicalResource, "obs_04_0011, CanonicalizedResource", resourceWithFirstParameters},
			{StringToSign, "obs_04_0011, StringToSign", stringToSignV1},
			{SignatureValue, "obs_04_0011, Signature", hmacSHA1Base64},
			{URL, "obs_04_0011, request parameters", urlWithSignature},
		},
		Read:   readQueryV1,
		Limits: notAfterExpires,
	}
}

func obsForm(scheme string, n Names) *Profile {
	n.Policy, n.SignatureField = "policy", "signature"
	return &Profile{
		Scheme: scheme, Carrier: InForm, Names: n,
		Place: []Placement{
			{InForm, n.AccessKey, accessKeyID},
			{InForm, "policy", policy},
			{InForm, n.Token, token},
		},
		Steps: []Step{
			{StringToSign, "obs_04_0012, StringToSign", policyAlone},
			{SignatureValue, "obs_04_0012, Signature", hmacSHA1Base64},
			{Form, "obs_04_0012, form fields", formFields},
		},
		Read:   readFormOBS,
		Policy: policyRulesOBS,
	}
}

// emptyBesideVendorDate is the Date line of OBS: empty when x-obs-date (or
// x-amz-date) is there, which is signed as a header then, else Date. OSS has
// it the other way round.
func emptyBesideVendorDate(s *Signing) (string, error) {
	if _, ok := s.Request.Header(s.Profile.Names.DateHeader); ok {
		return "", nil
	}
	return s.header("Date"), nil
}

// rawBucketAndKey is /bucket/key with the key as it stands on the wire
// (observed, F-OBS-08); under a custom domain the host stands in place of the
// bucket (obs_04_0010, Table 7). A bucket without a key ends in a slash.
func rawBucketAndKey(s *Signing, dst []byte) []byte {
	dst = append(dst, '/')
	bucket := s.Resource.Bucket
	if s.Resource.Addressing == CNAME {
		bucket = s.Resource.Host
	}
	if bucket == "" {
		return dst
	}
	dst = append(append(dst, bucket...), '/')
	return append(dst, s.Profile.RawKey(&s.Resource)...)
}

// rawKeyAsSent is the key of OBS: nothing of it is lost.
func rawKeyAsSent(r *Resource) string { return r.RawKey }

// resourceWithFirstParameters is the resource path and the listed
// sub-resources; of a repeated name only the first counts (obs_04_0010).
func resourceWithFirstParameters(s *Signing, dst []byte) ([]byte, error) {
	return appendListedParameters(s, s.Profile.ResourcePath(s, dst), false), nil
}
