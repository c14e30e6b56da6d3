package signature

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/countersign/countersign/wire"
)

// OSS V4: a canonical request, its hash in the string to sign, and a key
// derived from day, region and product.
//
// Documents: "Include a V4 signature in the Authorization header
// (recommended)", "Add signatures to URLs (V4)", "PostObject with V4", EC
// pages 0002-00000201 to 236 and 701 to 715.

const (
	dayFormat = "20060102"
	isoFormat = "20060102T150405Z"
	// unsignedPayload is the only value OSS accepts for x-oss-content-sha256
	// (EC 0002-00000214).
	unsignedPayload = "UNSIGNED-PAYLOAD"
)

var ossV4Names = Names{
	Version:         "OSS4-HMAC-SHA256",
	Service:         "oss",
	Terminator:      "aliyun_v4_request",
	KeyPrefix:       "aliyun_v4",
	HeaderPrefix:    "x-oss-",
	DateHeader:      "x-oss-date",
	PayloadHeader:   "x-oss-content-sha256",
	TokenHeader:     "x-oss-security-token",
	VersionField:    "x-oss-signature-version",
	Credential:      "x-oss-credential",
	Date:            "x-oss-date",
	Expires:         "x-oss-expires",
	SignedHeaders:   "x-oss-additional-headers",
	Token:           "x-oss-security-token",
	SignatureField:  "x-oss-signature",
	SignedHeaderKey: "AdditionalHeaders",
}

// OSSV4Header is OSS V4 in the Authorization header.
var OSSV4Header = &Profile{
	Scheme: "oss-v4", Carrier: InHeader, Names: ossV4Names,
	SignedHeader: contentAndPrefixOrNamed, ChooseHeaders: presentAdditionalHeaders,
	RawKey:       ossRawKey,
	ResourcePath: encodedPath,
	Place: []Placement{
		{InHeader, "x-oss-content-sha256", payloadToken},
		{InHeader, "x-oss-date", isoDateUnlessDated},
		{InHeader, "x-oss-security-token", token},
	},
	Steps: []Step{
		{CanonicalHeaders, "V4 header, Step 1, Canonical Headers", appendHeaderLines},
		{CanonicalQuery, "V4 header, Step 1, Canonical Query String", queryWithBareNames},
		{CanonicalResource, "V4 header, Step 1, Canonical URI", resourcePathAlone},
		{CanonicalRequest, "V4 header, Step 1, Canonical Request", canonicalRequestOSS},
		{StringToSign, "V4 header, Step 2, StringToSign", stringToSignV4},
		{SigningKey, "V4 header, Step 3, SigningKey", signingKey},
		{SignatureValue, "V4 header, Step 3, Signature", hmacSHA256Hex},
		{Authorization, "V4 header, Step 4, Authorization", authorizationV4},
	},
	Read:   readAuthorizationV4,
	Limits: dateWithinSkewV4,
}

// OSSV4Query is OSS V4 in a URL.
var OSSV4Query = &Profile{
	Scheme: "oss-v4", Carrier: InQuery, Names: ossV4Names,
	SignedHeader: contentAndPrefixOrNamed, ChooseHeaders: presentAdditionalHeaders,
	RawKey:       ossRawKey,
	ResourcePath: encodedPath,
	Place: []Placement{
		{InQuery, "x-oss-signature-version", version},
		{InQuery, "x-oss-credential", credential},
		{InQuery, "x-oss-date", isoDate},
		{InQuery, "x-oss-expires", expires},
		{InQuery, "x-oss-additional-headers", signedHeaderList},
		{InQuery, "x-oss-security-token", token},
	},
	Steps: []Step{
		{CanonicalHeaders, "V4 URL, Canonical Headers", appendHeaderLines},
		{CanonicalQuery, "V4 URL, Canonical Query String", queryWithBareNames},
		{CanonicalResource, "V4 URL, Canonical URI", resourcePathAlone},
		{CanonicalRequest, "V4 URL, Canonical Request", canonicalRequestOSS},
		{StringToSign, "V4 URL, StringToSign", stringToSignV4},
		{SigningKey, "V4 URL, SigningKey", signingKey},
		{SignatureValue, "V4 URL, Signature", hmacSHA256Hex},
		{URL, "V4 URL, parameters", urlWithSignature},
	},
	Read:   readQueryV4,
	Limits: withinLifetimeV4,
}

// OSSV4Form is a browser upload signed with OSS V4. The string to sign is the
// policy alone; day, region and product enter through the key.
var OSSV4Form = &Profile{
	Scheme: "oss-v4", Carrier: InForm, Names: withPolicy(ossV4Names),
	Place: []Placement{
		{InForm, "policy", policy},
		{InForm, "x-oss-signature-version", version},
		{InForm, "x-oss-credential", credential},
		{InForm, "x-oss-date", isoDate},
		{InForm, "x-oss-security-token", token},
	},
	Steps: []Step{
		{StringToSign, "PostObject with V4, StringToSign", policyAlone},
		{SigningKey, "PostObject with V4, SigningKey", signingKey},
		{SignatureValue, "PostObject with V4, Signature", hmacSHA256Hex},
		{Form, "PostObject with V4, Form fields", formFields},
	},
	Read:   readFormV4,
	Policy: policyRulesOSSV4,
	Limits: formWithinWeek,
}

func withPolicy(n Names) Names {
	n.Policy = "policy"
	return n
}

// contentAndPrefixOrNamed signs content-type and content-md5 where they exist,
// every x-oss-* header, and the additional headers (observed, F-OSS-V4-08).
func contentAndPrefixOrNamed(s *Signing, name string) bool {
	return withPrefix(s, name) || wire.EqualFold(name, "Content-Type") || wire.EqualFold(name, "Content-MD5") || named(s, name)
}

// encodedPath is /bucket/key, decoded from the wire and encoded again
// strictly, with the slashes kept (observed, F-OSS-V4-08 and F-OSS-V4-09).
func encodedPath(s *Signing, dst []byte) []byte {
	dst = append(dst, '/')
	if s.Resource.Bucket == "" {
		return dst
	}
	dst = append(wire.AppendEscaped(dst, s.Resource.Bucket, unreservedAndSlash), '/')
	return wire.AppendEscaped(dst, wire.Unescape(s.Profile.RawKey(&s.Resource)), unreservedAndSlash)
}

var unreservedAndSlash = wire.NewEscapeSet("/")

func resourcePathAlone(s *Signing, dst []byte) ([]byte, error) {
	return s.Profile.ResourcePath(s, dst), nil
}

func queryWithBareNames(s *Signing, dst []byte) ([]byte, error) {
	return appendAllParameters(s, dst, 0, bareNames), nil
}

// canonicalRequestOSS is six parts, a line each; the block of headers brings
// its own line breaks, so a blank line follows it.
func canonicalRequestOSS(s *Signing, dst []byte) ([]byte, error) {
	return canonicalRequest(s, dst, defaultUnsigned(s.SignedHeaders), payloadHash(s))
}

func canonicalRequest(s *Signing, dst []byte, names []string, payload string) ([]byte, error) {
	dst = append(append(dst, s.Request.Method...), '\n')
	dst = append(append(dst, s.Bytes(CanonicalResource)...), '\n')
	dst = append(append(dst, s.Bytes(CanonicalQuery)...), '\n')
	dst = append(append(dst, s.Bytes(CanonicalHeaders)...), '\n')
	dst = append(appendNames(dst, names), '\n')
	return append(dst, payload...), nil
}

// defaultUnsigned drops from the additional headers those that are signed
// anyway: the list must not hold them, and the official SDKs leave them out
// silently.
func defaultUnsigned(names []string) []string {
	byDefault := func(name string) bool {
		return hasPrefixFold(name, "x-oss-") || name == "content-type" || name == "content-md5"
	}
	if !slices.ContainsFunc(names, byDefault) {
		return names
	}
	return slices.DeleteFunc(slices.Clone(names), byDefault)
}

// presentAdditionalHeaders keeps, of the names a caller asks for, those that
// are in the request and not signed anyway.
func presentAdditionalHeaders(s *Signing) []string {
	return defaultUnsigned(presentHeaders(s))
}

// payloadHash is the value of the payload header, or UNSIGNED-PAYLOAD.
func payloadHash(s *Signing) string {
	if v := s.header(s.Profile.Names.PayloadHeader); v != "" {
		return v
	}
	return unsignedPayload
}

// stringToSignV4 is algorithm, time, scope and the hash of the canonical
// request.
func stringToSignV4(s *Signing, dst []byte) ([]byte, error) {
	if s.Timestamp == "" {
		return nil, fmt.Errorf("the request has neither %s nor Date", s.Profile.Names.DateHeader)
	}
	dst = append(append(dst, s.Profile.Names.Version...), '\n')
	dst = append(append(dst, s.Timestamp...), '\n')
	dst = append(appendScope(s, dst), '\n')
	sum := sha256.Sum256(s.Bytes(CanonicalRequest))
	return hex.AppendEncode(dst, sum[:]), nil
}

// appendScope appends day/region/product/terminator.
func appendScope(s *Signing, dst []byte) []byte {
	dst = append(append(dst, s.Scope.Date...), '/')
	dst = append(append(dst, s.Scope.Region...), '/')
	dst = append(append(dst, s.Scope.Product...), '/')
	return append(dst, s.Profile.Names.Terminator...)
}

// signingKey derives the key from secret, day, region and product, and gives
// it in hexadecimal.
func signingKey(s *Signing, dst []byte) ([]byte, error) {
	secret := append(append(make([]byte, 0, 96), s.Profile.Names.KeyPrefix...), s.Credentials.AccessKeySecret...)
	key := s.hmacSHA256(secret, []byte(s.Scope.Date))
	key = s.hmacSHA256(key[:], []byte(s.Scope.Region))
	key = s.hmacSHA256(key[:], []byte(s.Scope.Product))
	key = s.hmacSHA256(key[:], []byte(s.Profile.Names.Terminator))
	return hex.AppendEncode(dst, key[:]), nil
}

func hmacSHA256Hex(s *Signing, dst []byte) ([]byte, error) {
	var key [sha256.Size]byte
	if _, err := hex.Decode(key[:], s.Bytes(SigningKey)); err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	sum := s.hmacSHA256(key[:], s.Bytes(StringToSign))
	return hex.AppendEncode(dst, sum[:]), nil
}

func authorizationV4(s *Signing, dst []byte) ([]byte, error) {
	dst = append(append(dst, "OSS4-HMAC-SHA256 Credential="...), s.Credentials.AccessKeyID...)
	dst = appendScope(s, append(dst, '/'))
	if names := defaultUnsigned(s.SignedHeaders); len(names) > 0 {
		dst = appendNames(append(dst, ",AdditionalHeaders="...), names)
	}
	return append(append(dst, ",Signature="...), s.Bytes(SignatureValue)...), nil
}

func credential(s *Signing) string {
	return string(appendScope(s, append([]byte(s.Credentials.AccessKeyID), '/')))
}

func isoDate(s *Signing) string    { return s.Timestamp }
func payloadToken(*Signing) string { return unsignedPayload }

// isoDateUnlessDated also sets the time line: it is the text of x-oss-date or,
// without it, of Date (EC 0002-00000502; the official Go SDK v1 sends Date
// alone and signs its text).
func isoDateUnlessDated(s *Signing) string {
	if text := s.header(s.Profile.Names.DateHeader); text != "" {
		s.Timestamp = text
		return ""
	}
	if text := s.header("Date"); text != "" {
		s.Timestamp = text
		return ""
	}
	return s.Timestamp
}
