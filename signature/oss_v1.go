package signature

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"

	"github.com/countersign/countersign/wire"
)

// OSS V1: HMAC-SHA1 over a string of six parts.
//
// Documents: "Include signatures in the Authorization header"
// (document_detail/31951), "Add signatures to URLs" (document_detail/31952),
// "PostObject".

var ossV1Names = Names{
	Version:        "OSS",
	HeaderPrefix:   "x-oss-",
	DateHeader:     "x-oss-date",
	TokenHeader:    "x-oss-security-token",
	AccessKey:      "OSSAccessKeyId",
	Expires:        "Expires",
	Token:          "security-token",
	SignatureField: "Signature",
}

// OSSV1Header is OSS V1 in the Authorization header.
var OSSV1Header = &Profile{
	Scheme: "oss-v1", Carrier: InHeader, Names: ossV1Names,
	SignedHeader:    withPrefix,
	SignedParameter: ossV1Parameters.Signed,
	DateLine:        vendorDateFirst,
	RawKey:          ossRawKey,
	ResourcePath:    decodedBucketAndKey,
	Place: []Placement{
		{InHeader, "Date", gmtDate},
		{InHeader, "x-oss-security-token", token},
	},
	Steps: []Step{
		{CanonicalHeaders, "31951, Construct CanonicalizedOSSHeaders", appendHeaderLines},
		{CanonicalResource, "31951, Construct CanonicalizedResource", resourceWithListedParameters},
		{StringToSign, "31951, Calculate the value of the Authorization header", stringToSignV1},
		{SignatureValue, "31951, Calculate the value of the Authorization header", hmacSHA1Base64},
		{Authorization, "31951, Calculate the value of the Authorization header", authorizationV1},
	},
	Read:   readAuthorizationV1,
	Limits: dateWithinSkewOSS,
}

// OSSV1Query is OSS V1 in a URL.
var OSSV1Query = &Profile{
	Scheme: "oss-v1", Carrier: InQuery, Names: ossV1Names,
	SignedHeader:    withPrefix,
	SignedParameter: ossV1Parameters.Signed,
	DateLine:        expiresLine,
	RawKey:          ossRawKey,
	ResourcePath:    decodedBucketAndKey,
	Place: []Placement{
		{InQuery, "OSSAccessKeyId", accessKeyID},
		{InQuery, "Expires", expires},
		{InQuery, "security-token", token},
	},
	Steps: []Step{
		{CanonicalHeaders, "31951, Construct CanonicalizedOSSHeaders", appendHeaderLines},
		{CanonicalResource, "31951, Construct CanonicalizedResource", resourceWithListedParameters},
		{StringToSign, "31952, Algorithm", stringToSignV1},
		{SignatureValue, "31952, Algorithm", hmacSHA1Base64},
		{URL, "31952, Algorithm", urlWithSignature},
	},
	Read:   readQueryV1,
	Limits: notAfterExpires,
}

// OSSV1Form is a browser upload signed with OSS V1.
var OSSV1Form = &Profile{
	Scheme: "oss-v1", Carrier: InForm,
	Names: Names{
		HeaderPrefix: "x-oss-", AccessKey: "OSSAccessKeyId", Policy: "policy",
		Token: "x-oss-security-token", SignatureField: "Signature",
	},
	Place: []Placement{
		{InForm, "OSSAccessKeyId", accessKeyID},
		{InForm, "policy", policy},
		{InForm, "x-oss-security-token", token},
	},
	Steps: []Step{
		{StringToSign, "PostObject, Calculate the signature", policyAlone},
		{SignatureValue, "PostObject, Calculate the signature", hmacSHA1Base64},
		{Form, "PostObject, Form fields", formFields},
	},
	Read:   readForm,
	Policy: policyRulesOSS,
}

// vendorDateFirst is the Date line of OSS: the value of x-oss-date if there is
// one, else that of Date (31951; observed, F-OSS-D-01).
func vendorDateFirst(s *Signing) (string, error) {
	if date := s.header(s.Profile.Names.DateHeader); date != "" {
		return date, nil
	}
	return s.header("Date"), nil
}

// expiresLine is the Date line of a URL: the text of Expires, as it stands
// there (observed, F-OSS-V1-03).
func expiresLine(s *Signing) (string, error) {
	if s.Expires != "" {
		return s.Expires, nil
	}
	return "", fmt.Errorf("the request has no expiry")
}

// stringToSignV1 is VERB, Content-MD5, Content-Type and date, a line each even
// when empty, then the canonical headers and the resource without a line break
// of their own.
func stringToSignV1(s *Signing, dst []byte) ([]byte, error) {
	dst, err := appendFirstLines(s, dst)
	if err != nil {
		return nil, err
	}
	dst = append(dst, s.Bytes(CanonicalHeaders)...)
	return append(dst, s.Bytes(CanonicalResource)...), nil
}

// appendFirstLines appends the four lines that V1 and V2 begin with.
func appendFirstLines(s *Signing, dst []byte) ([]byte, error) {
	date, err := s.Profile.DateLine(s)
	if err != nil {
		return nil, err
	}
	dst = append(append(dst, s.Request.Method...), '\n')
	dst = append(append(dst, s.header("Content-MD5")...), '\n')
	dst = append(append(dst, s.header("Content-Type")...), '\n')
	dst = append(append(dst, date...), '\n')
	return dst, nil
}

// decodedBucketAndKey appends /bucket/key with the key decoded: the same for
// virtual host, path style and CNAME. A bucket without a key ends in a slash
// (observed, F-OSS-V1-08 and F-OSS-V1-12).
func decodedBucketAndKey(s *Signing, dst []byte) []byte {
	dst = append(dst, '/')
	if s.Resource.Bucket == "" {
		return dst
	}
	dst = append(append(dst, s.Resource.Bucket...), '/')
	return wire.AppendUnescaped(dst, s.Profile.RawKey(&s.Resource), false)
}

// ossRawKey is the key as OSS takes it from the wire, still encoded: raw
// slashes in front are lost, encoded ones stay (observed, F-OSS-X-12).
func ossRawKey(r *Resource) string { return strings.TrimLeft(r.RawKey, "/") }

// resourceWithListedParameters is the resource path and the listed parameters.
// What becomes of a repeated parameter is written nowhere; all are kept.
func resourceWithListedParameters(s *Signing, dst []byte) ([]byte, error) {
	return appendListedParameters(s, s.Profile.ResourcePath(s, dst), true), nil
}

func hmacSHA1Base64(s *Signing, dst []byte) ([]byte, error) {
	sum := s.hmacSHA1(s.Credentials.AccessKeySecret, s.Bytes(StringToSign))
	return base64.StdEncoding.AppendEncode(dst, sum[:]), nil
}

// authorizationV1 is `OSS id:signature`, or the same with the dialect's word.
func authorizationV1(s *Signing, dst []byte) ([]byte, error) {
	dst = append(append(dst, s.Profile.Names.Version...), ' ')
	dst = append(append(dst, s.Credentials.AccessKeyID...), ':')
	return append(dst, s.Bytes(SignatureValue)...), nil
}

// urlWithSignature is the whole URL, the signature percent-encoded: a raw plus
// sign in it would arrive as a blank (003, last example).
func urlWithSignature(s *Signing, dst []byte) ([]byte, error) {
	if s.Target.Authority == "" {
		dst = append(append(append(dst, s.transport()...), "://"...), s.host()...)
	}
	dst = append(append(dst, s.rawTarget...), querySeparator(s.Target)...)
	return appendParameter(dst, s.Profile.Names.SignatureField, string(s.Bytes(SignatureValue))), nil
}

// targetOf is the request target of a URL: the URL itself when the target was
// one, else what follows the host.
func (s *Signing) targetOf(url string) string {
	if s.Target.Authority != "" {
		return url
	}
	if rest, ok := strings.CutPrefix(url, s.transport()+"://"+s.host()); ok {
		return rest
	}
	return url
}

func (s *Signing) transport() string {
	if s.Request.Transport == "" {
		return "http"
	}
	return s.Request.Transport
}

// What a signer of these schemes puts into a request before it signs.

// gmtDate is needed when the request names no time at all.
func gmtDate(s *Signing) string {
	if s.Time.IsZero() || requestDate(s) != "" {
		return ""
	}
	return s.Time.UTC().Format(http.TimeFormat)
}

func accessKeyID(s *Signing) string { return s.Credentials.AccessKeyID }
func token(s *Signing) string       { return s.Credentials.SecurityToken }
func expires(s *Signing) string     { return s.Expires }
func policy(s *Signing) string      { return s.Policy }
