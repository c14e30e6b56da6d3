package endpoint

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
)

// Dialect says as which service answers are worded. Empty means: as the one
// whose scheme the request is signed with, and OSS for a request without one.
type Dialect string

// The dialects.
const (
	OSS Dialect = "oss"
	OBS Dialect = "obs"
)

// dress is what an answer calls things. Both services speak to S3 clients in
// the words of S3.
type dress struct {
	dialect   Dialect
	prefix    string // of the vendor's headers
	server    string // the Server header
	keyID     string // the element that names the access key id
	namespace string // of OBS documents
}

var (
	ossDress    = dress{OSS, "x-oss-", "AliyunOSS", "OSSAccessKeyId", ""}
	ossS3Dress  = dress{OSS, "x-amz-", "AliyunOSS", "AWSAccessKeyId", ""}
	obsDress    = dress{OBS, "x-obs-", "OBS", "AccessKeyId", "http://obs.myhwclouds.com/doc/2015-06-30/"}
	obsAWSDress = dress{OBS, "x-amz-", "OBS", "AWSAccessKeyId", "http://s3.amazonaws.com/doc/2006-03-01/"}
)

// dressFor chooses the words for a verification that [asSeenBy] has put before
// the dialect.
func dressFor(dialect Dialect, v *signature.Verification) dress {
	s3 := v.Profile != nil && s3Scheme(v.Profile.Scheme)
	switch {
	case dialect == OSS && s3:
		return ossS3Dress
	case dialect == OSS:
		return ossDress
	case s3:
		return obsAWSDress
	}
	return obsDress
}

func s3Scheme(scheme string) bool { return scheme == "obs-aws-v2" || scheme == "obs-v4" }

// understands reports whether a service knows a scheme at all. OSS also takes
// the two of S3 clients (field evidence F-OSS-S3-01 to 03).
func (d Dialect) understands(scheme string) bool {
	return strings.HasPrefix(scheme, string(d)+"-") || d == OSS && s3Scheme(scheme)
}

// asSeenBy settles the dialect, and turns a verification by the other service's
// scheme into what this service sees: a word it does not know in the header, a
// form without the fields it asks for, and parameters that mean nothing to it.
func asSeenBy(dialect Dialect, v *signature.Verification) (Dialect, *signature.Verification) {
	if dialect == "" {
		dialect = OSS
		if v.Profile != nil && strings.HasPrefix(v.Profile.Scheme, "obs-") {
			dialect = OBS
		}
	}
	if v.Profile == nil {
		return dialect, keyFieldAsCalledBy(dialect, v)
	}
	if dialect.understands(v.Profile.Scheme) {
		return dialect, v
	}
	foreign := &signature.Verification{Verdict: signature.Malformed, Resource: v.Resource, Key: v.Key}
	switch v.Profile.Carrier {
	case signature.InHeader:
		foreign.Faults = []*signature.Fault{{Class: signature.MalformedAuthorization, Where: "header Authorization",
			Rule: "the service does not know the scheme " + v.Profile.Scheme, EC: "0002-00000061"}}
	case signature.InForm:
		foreign.Faults = []*signature.Fault{{Class: signature.MalformedForm, Where: "field " + dressFor(dialect, foreign).keyID, Offset: -1,
			Rule: "the field is missing", EC: signature.NoKeyField}}
	default:
		foreign.Verdict = signature.Unsigned
	}
	return dialect, foreign
}

// keyFieldAsCalledBy gives the access key's field of a form that has none the
// name it has at the service: nothing in the form tells which service it is for.
func keyFieldAsCalledBy(dialect Dialect, v *signature.Verification) *signature.Verification {
	named := *v
	named.Faults = slices.Clone(v.Faults)
	for i, f := range v.Faults {
		if f.Class == signature.MalformedForm && f.EC == signature.NoKeyField {
			fault := *f
			fault.Where = "field " + dressFor(dialect, v).keyID
			named.Faults[i] = &fault
		}
	}
	return &named
}
