package signature

import (
	"encoding/base64"
	"strings"

	"github.com/countersign/countersign/wire"
)

// OSS V2: HMAC-SHA256 over the string of V1 with three changes: named
// additional headers are signed and listed, the resource is percent-encoded
// with its slashes, and every query parameter is signed.
//
// Documents: the V2 sections of document_detail/31951 and 31952 (facts: OSS
// V2), EC pages 0002-00000101 to 118 and 701 to 706.

var ossV2Names = Names{
	Version:         "OSS2",
	HeaderPrefix:    "x-oss-",
	DateHeader:      "x-oss-date",
	TokenHeader:     "x-oss-security-token",
	VersionField:    "x-oss-signature-version",
	AccessKey:       "x-oss-access-key-id",
	Expires:         "x-oss-expires",
	SignedHeaders:   "x-oss-additional-headers",
	Token:           "security-token",
	SignatureField:  "x-oss-signature",
	SignedHeaderKey: "AdditionalHeaders",
}

// OSSV2Header is OSS V2 in the Authorization header.
var OSSV2Header = &Profile{
	Scheme: "oss-v2", Carrier: InHeader, Names: ossV2Names,
	SignedHeader: withPrefixOrNamed, ChooseHeaders: presentHeaders,
	DateLine:     vendorDateFirst,
	RawKey:       ossRawKey,
	ResourcePath: encodedBucketAndKey,
	Place: []Placement{
		{InHeader, "Date", gmtDate},
		{InHeader, "x-oss-security-token", token},
	},
	Steps: []Step{
		{CanonicalHeaders, "OSS V2 in the header, CanonicalizedHeaders", appendHeaderLines},
		{CanonicalResource, "OSS V2 in the header, CanonicalizedResource", resourceWithAllParameters},
		{StringToSign, "OSS V2 in the header, StringToSign", stringToSignV2},
		{SignatureValue, "OSS V2 in the header, Signature", hmacSHA256Base64},
		{Authorization, "OSS V2 in the header, Authorization", authorizationV2},
	},
	Read:   readAuthorizationV2,
	Limits: dateWithinSkewOSS,
}

// OSSV2Query is OSS V2 in a URL.
var OSSV2Query = &Profile{
	Scheme: "oss-v2", Carrier: InQuery, Names: ossV2Names,
	SignedHeader: withPrefixOrNamed, ChooseHeaders: presentHeaders,
	DateLine:     expiresLine,
	RawKey:       ossRawKey,
	ResourcePath: encodedBucketAndKey,
	Place: []Placement{
		{InQuery, "x-oss-signature-version", version},
		{InQuery, "x-oss-expires", expires},
		{InQuery, "x-oss-access-key-id", accessKeyID},
		{InQuery, "x-oss-additional-headers", signedHeaderList},
		{InQuery, "security-token", token},
	},
	Steps: []Step{
		{CanonicalHeaders, "OSS V2 in the URL, CanonicalizedHeaders", appendHeaderLines},
		{CanonicalResource, "OSS V2 in the URL, CanonicalizedResource", resourceWithAllParameters},
		{StringToSign, "OSS V2 in the URL, StringToSign", stringToSignV2},
		{SignatureValue, "OSS V2 in the URL, Signature", hmacSHA256Base64},
		{URL, "OSS V2 in the URL, parameters", urlWithSignature},
	},
	Read:   readQueryV2,
	Limits: notAfterExpires,
}

// OSSV2Form is a browser upload signed with OSS V2.
var OSSV2Form = &Profile{
	Scheme: "oss-v2", Carrier: InForm,
	Names: Names{
		Version: "OSS2", HeaderPrefix: "x-oss-", VersionField: "x-oss-signature-version",
		AccessKey: "x-oss-access-key-id", Policy: "policy", Token: "x-oss-security-token", SignatureField: "x-oss-signature",
	},
	Place: []Placement{
		{InForm, "x-oss-signature-version", version},
		{InForm, "x-oss-access-key-id", accessKeyID},
		{InForm, "policy", policy},
		{InForm, "x-oss-security-token", token},
	},
	Steps: []Step{
		{StringToSign, "PostObject with OSS V2, Calculate the signature", policyAlone},
		{SignatureValue, "PostObject with OSS V2, Calculate the signature", hmacSHA256Base64},
		{Form, "PostObject with OSS V2, Form fields", formFields},
	},
	Read:   readForm,
	Policy: policyRulesOSS,
}

// stringToSignV2 is the string of V1 with the line of additional headers
// between headers and resource; the line is there even when it is empty
// (observed, F-OSS-V2-01).
func stringToSignV2(s *Signing, dst []byte) ([]byte, error) {
	dst, err := appendFirstLines(s, dst)
	if err != nil {
		return nil, err
	}
	dst = append(dst, s.Bytes(CanonicalHeaders)...)
	dst = append(appendNames(dst, s.SignedHeaders), '\n')
	return append(dst, s.Bytes(CanonicalResource)...), nil
}

// encodedBucketAndKey is /bucket/key with every byte outside the unreserved
// set encoded, the slashes too (observed, F-OSS-V2-01).
func encodedBucketAndKey(s *Signing, dst []byte) []byte {
	dst = append(dst, "%2F"...)
	if s.Resource.Bucket == "" {
		return dst
	}
	dst = append(wire.AppendEscaped(dst, s.Resource.Bucket, unreserved), "%2F"...)
	return wire.AppendEscaped(dst, wire.Unescape(s.Profile.RawKey(&s.Resource)), unreserved)
}

// bareNames is the canonical query of OSS V2 and V4: an empty value leaves the
// bare name (observed, F-OSS-V4-10). The order of repeated names is written
// nowhere; they stay in order of arrival.
var bareNames = queryForm{order: byName}

func resourceWithAllParameters(s *Signing, dst []byte) ([]byte, error) {
	return appendAllParameters(s, s.Profile.ResourcePath(s, dst), '?', bareNames), nil
}

func hmacSHA256Base64(s *Signing, dst []byte) ([]byte, error) {
	sum := s.hmacSHA256([]byte(s.Credentials.AccessKeySecret), s.Bytes(StringToSign))
	return base64.StdEncoding.AppendEncode(dst, sum[:]), nil
}

func authorizationV2(s *Signing, dst []byte) ([]byte, error) {
	dst = append(append(dst, "OSS2 AccessKeyId:"...), s.Credentials.AccessKeyID...)
	if len(s.SignedHeaders) > 0 {
		dst = appendNames(append(dst, ",AdditionalHeaders:"...), s.SignedHeaders)
	}
	return append(append(dst, ",Signature:"...), s.Bytes(SignatureValue)...), nil
}

// appendNames joins header names by semicolons.
func appendNames(dst []byte, names []string) []byte {
	for i, name := range names {
		if i > 0 {
			dst = append(dst, ';')
		}
		dst = append(dst, name...)
	}
	return dst
}

func version(s *Signing) string          { return s.Profile.Names.Version }
func signedHeaderList(s *Signing) string { return strings.Join(s.SignedHeaders, ";") }
