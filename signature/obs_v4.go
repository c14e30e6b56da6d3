package signature

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"github.com/countersign/countersign/wire"
)

// OBS V4: AWS Signature Version 4 for the service s3, as OBS accepts it from
// S3 clients.
//
// Documents: S3-compatible API reference of OBS, "Authentication V4" (header,
// URL, POST); where it is silent, the AWS document it follows.

var obsV4Names = Names{
	Version:         "AWS4-HMAC-SHA256",
	Service:         "s3",
	Terminator:      "aws4_request",
	KeyPrefix:       "AWS4",
	HeaderPrefix:    "x-amz-",
	DateHeader:      "x-amz-date",
	PayloadHeader:   "x-amz-content-sha256",
	TokenHeader:     "x-amz-security-token",
	VersionField:    "X-Amz-Algorithm",
	Credential:      "X-Amz-Credential",
	Date:            "X-Amz-Date",
	Expires:         "X-Amz-Expires",
	SignedHeaders:   "X-Amz-SignedHeaders",
	Token:           "X-Amz-Security-Token",
	SignatureField:  "X-Amz-Signature",
	SignedHeaderKey: "SignedHeaders",
}

// OBSV4Header is AWS4-HMAC-SHA256 in the Authorization header.
var OBSV4Header = &Profile{
	Scheme: "obs-v4", Carrier: InHeader, Names: obsV4Names,
	SignedHeader:  named,
	RawKey:        rawKeyAsSent,
	ResourcePath:  encodedWirePath,
	ChooseHeaders: hostContentAndPrefix,
	Place: []Placement{
		{InHeader, "x-amz-content-sha256", bodyHash},
		{InHeader, "x-amz-date", isoDateUnlessGiven},
		{InHeader, "x-amz-security-token", token},
	},
	Steps: []Step{
		{CanonicalHeaders, "S3-compatible V4, Task 1, CanonicalHeaders", appendHeaderLines},
		{CanonicalQuery, "S3-compatible V4, Task 1, CanonicalQueryString", queryWithEquals},
		{CanonicalResource, "S3-compatible V4, Task 1, CanonicalURI", resourcePathAlone},
		{CanonicalRequest, "S3-compatible V4, Task 1", canonicalRequestS3},
		{StringToSign, "S3-compatible V4, Task 2", stringToSignV4},
		{SigningKey, "S3-compatible V4, Task 3", signingKey},
		{SignatureValue, "S3-compatible V4, Task 3", hmacSHA256Hex},
		{Authorization, "S3-compatible V4, Authorization header", authorizationS3},
	},
	Read:   readAuthorizationS3,
	Limits: dateWithinSkewS3,
}

// OBSV4Query is AWS4-HMAC-SHA256 in a URL.
var OBSV4Query = &Profile{
	Scheme: "obs-v4", Carrier: InQuery, Names: obsV4Names,
	SignedHeader:  named,
	RawKey:        rawKeyAsSent,
	ResourcePath:  encodedWirePath,
	ChooseHeaders: hostContentAndPrefix,
	Place: []Placement{
		{InQuery, "X-Amz-Algorithm", version},
		{InQuery, "X-Amz-Credential", credential},
		{InQuery, "X-Amz-Date", isoDate},
		{InQuery, "X-Amz-Expires", expires},
		{InQuery, "X-Amz-Security-Token", token},
		{InQuery, "X-Amz-SignedHeaders", signedHeaderList},
	},
	Steps: []Step{
		{CanonicalHeaders, "S3-compatible V4 in a URL, CanonicalHeaders", appendHeaderLines},
		{CanonicalQuery, "S3-compatible V4 in a URL, CanonicalQueryString", queryWithEquals},
		{CanonicalResource, "S3-compatible V4 in a URL, CanonicalURI", resourcePathAlone},
		{CanonicalRequest, "S3-compatible V4 in a URL", canonicalRequestS3},
		{StringToSign, "S3-compatible V4 in a URL", stringToSignV4},
		{SigningKey, "S3-compatible V4 in a URL", signingKey},
		{SignatureValue, "S3-compatible V4 in a URL", hmacSHA256Hex},
		{URL, "S3-compatible V4 in a URL, parameters", urlWithSignature},
	},
	Read:   readQueryS3,
	Limits: withinLifetime,
}

// OBSV4Form is a browser upload signed with AWS4-HMAC-SHA256.
var OBSV4Form = &Profile{
	Scheme: "obs-v4", Carrier: InForm,
	Names: Names{
		Version: "AWS4-HMAC-SHA256", Service: "s3", Terminator: "aws4_request", KeyPrefix: "AWS4", HeaderPrefix: "x-amz-",
		VersionField: "x-amz-algorithm", Credential: "x-amz-credential", Date: "x-amz-date",
		Token: "x-amz-security-token", Policy: "policy", SignatureField: "x-amz-signature",
	},
	Place: []Placement{
		{InForm, "policy", policy},
		{InForm, "x-amz-algorithm", version},
		{InForm, "x-amz-credential", credential},
		{InForm, "x-amz-date", isoDate},
		{InForm, "x-amz-security-token", token},
	},
	Steps: []Step{
		{StringToSign, "S3-compatible V4 POST, StringToSign", policyAlone},
		{SigningKey, "S3-compatible V4 POST, SigningKey", signingKey},
		{SignatureValue, "S3-compatible V4 POST, Signature", hmacSHA256Hex},
		{Form, "S3-compatible V4 POST, form fields", formFields},
	},
	Read:   readFormV4,
	Policy: policyRulesOBS,
	Limits: formWithinWeek,
}

// encodedWirePath is the path as the request has it, bucket included only
// where the path includes it, decoded and encoded again strictly with the
// slashes kept.
func encodedWirePath(s *Signing, dst []byte) []byte {
	if s.Resource.RawPath == "" {
		return append(dst, '/')
	}
	return wire.AppendEscaped(dst, wire.Unescape(s.Resource.RawPath), unreservedAndSlash)
}

// withEquals is the canonical query of SigV4: name= for an empty value, sorted
// by name and then by value.
var withEquals = queryForm{equalsAlways: true, order: byNameAndValue}

func queryWithEquals(s *Signing, dst []byte) ([]byte, error) {
	return appendAllParameters(s, dst, 0, withEquals), nil
}

// hostContentAndPrefix is what must be signed: host, content-type if it is
// there, and every x-amz-* header; and what the caller asks for and is there.
func hostContentAndPrefix(s *Signing) []string {
	names := append(presentHeaders(s), "host")
	for i := range s.Request.Headers {
		if name := s.Request.Headers[i].Name; withPrefix(s, name) || wire.EqualFold(name, "Content-Type") {
			names = append(names, name)
		}
	}
	return canonicalNames(names)
}

func canonicalRequestS3(s *Signing, dst []byte) ([]byte, error) {
	if _, ok := s.Request.Header("Host"); !ok && named(s, "host") {
		return nil, fmt.Errorf("the request has no Host header, which is signed")
	}
	return canonicalRequest(s, dst, s.SignedHeaders, payloadHashS3(s))
}

// payloadHashS3 is the payload header as it stands, empty or not; without it
// UNSIGNED-PAYLOAD in a URL, and the hash of the body in the header form.
func payloadHashS3(s *Signing) string {
	name := s.Profile.Names.PayloadHeader
	if _, ok := s.Request.Header(name); ok {
		return s.header(name)
	}
	if s.Profile.Carrier == InQuery {
		return unsignedPayload
	}
	return bodyHash(s)
}

func bodyHash(s *Signing) string {
	sum := sha256.Sum256([]byte(s.Request.Body))
	return hex.EncodeToString(sum[:])
}

func authorizationS3(s *Signing, dst []byte) ([]byte, error) {
	dst = append(append(dst, "AWS4-HMAC-SHA256 Credential="...), s.Credentials.AccessKeyID...)
	dst = appendScope(s, append(dst, '/'))
	dst = appendNames(append(dst, ",SignedHeaders="...), s.SignedHeaders)
	return append(append(dst, ",Signature="...), s.Bytes(SignatureValue)...), nil
}

// isoDateUnlessGiven also sets the time line: x-amz-date or Date, in ISO form
// whatever form the header has.
func isoDateUnlessGiven(s *Signing) string {
	if text := requestDate(s); text != "" {
		s.Timestamp = isoForm(text)
		return ""
	}
	return s.Timestamp
}

// requestDate is the text of the vendor's date header, or else of Date.
func requestDate(s *Signing) string {
	if text := s.header(s.Profile.Names.DateHeader); text != "" {
		return text
	}
	return s.header("Date")
}

// isoForm turns an RFC 1123 date into ISO 8601 basic form; other text stays.
func isoForm(text string) string {
	if t, err := time.Parse(http.TimeFormat, text); err == nil {
		return t.Format(isoFormat)
	}
	return text
}
