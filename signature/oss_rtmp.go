package signature

import (
	"strings"

	"github.com/countersign/countersign/wire"
)

// OSSRTMPQuery is the signature of an RTMP push URL. The target of its request
// is the whole URL, rtmp://bucket.host/live/channel?parameters.
//
// Document: "RTMP ingest URLs and signatures".
var OSSRTMPQuery = &Profile{
	Scheme: "oss-rtmp", Carrier: InQuery, Names: ossV1Names,
	SignedParameter: notOfRTMPItself,
	DateLine:        expiresLine,
	RawKey:          ossRawKey,
	ResourcePath:    bucketAndChannel,
	Place: []Placement{
		{InQuery, "OSSAccessKeyId", accessKeyID},
		{InQuery, "Expires", expires},
		{InQuery, "security-token", token},
	},
	Steps: []Step{
		{CanonicalQuery, "RTMP ingest URL, CanonicalizedParams", parameterLines},
		{CanonicalResource, "RTMP ingest URL, CanonicalizedResource", resourcePathAlone},
		{StringToSign, "RTMP ingest URL, StringToSign", stringToSignRTMP},
		{SignatureValue, "RTMP ingest URL, Signature", hmacSHA1Base64},
		{URL, "RTMP ingest URL", urlWithSignature},
	},
	Read:   readQueryV1,
	Limits: notAfterExpires,
}

// notOfRTMPItself admits every parameter but those of the signature. The
// document calls the token SecurityToken and the SDKs send security-token;
// that it is unsigned is what the document says of it.
func notOfRTMPItself(name string) bool {
	switch name {
	case "OSSAccessKeyId", "Expires", "Expire", "Signature", "SecurityToken", "security-token":
		return false
	}
	return true
}

// parameterLines is key:value and a line break for each parameter, sorted by
// key; the document allows each key once.
func parameterLines(s *Signing, dst []byte) ([]byte, error) {
	list := s.parameters[:0]
	for i := range s.Params {
		p := &s.Params[i]
		if name := wire.UnescapeQuery(p.Name); s.Profile.SignedParameter(name) {
			list = append(list, signedParameter{name, wire.UnescapeQuery(p.Value), true})
		}
	}
	sortParameters(list, byName)
	s.parameters = list
	for i := range list {
		dst = append(append(dst, list[i].name...), ':')
		dst = append(append(dst, list[i].value...), '\n')
	}
	return dst, nil
}

// bucketAndChannel is /bucket/channel: the path without its /live.
func bucketAndChannel(s *Signing, dst []byte) []byte {
	dst = append(append(dst, '/'), s.Resource.Bucket...)
	return append(append(dst, '/'), strings.TrimPrefix(wire.Unescape(s.Profile.RawKey(&s.Resource)), "live/")...)
}

func stringToSignRTMP(s *Signing, dst []byte) ([]byte, error) {
	date, err := s.Profile.DateLine(s)
	if err != nil {
		return nil, err
	}
	dst = append(append(dst, date...), '\n')
	dst = append(dst, s.Bytes(CanonicalQuery)...)
	return append(dst, s.Bytes(CanonicalResource)...), nil
}
