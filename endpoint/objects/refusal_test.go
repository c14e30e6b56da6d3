package objects

import (
	"testing"

	"github.com/countersign/countersign/signature"
)

// What OSS refuses behind the signature, with the EC of the page about it.
func TestRefusalsCarryTheCodeOfTheirPage(t *testing.T) {
	s := open(t, signature.OSSV1Header, Options{})
	s.want(200, "", "PUT", "/k", "x")
	for _, c := range []struct {
		method, target, body string
		headers              []string
		status               int
		code, ec             string
		argument, value      string
	}{
		{"PUT", "/k?partNumber", "x", nil, 400, "InvalidArgument", "0017-00000219", "ResourceType", "partNumber"},
		{"PUT", "/k?partNumber=", "x", nil, 400, "InvalidArgument", "0017-00000219", "ResourceType", "partNumber"},
		{"PUT", "/k?uploadId=0", "x", nil, 400, "InvalidArgument", "0017-00000219", "ResourceType", "partNumber"},
		{"PUT", "/k?partNumber&uploadId=0", "x", nil, 400, "InvalidArgument", "0017-00000219", "ResourceType", "partNumber"},
		{"PUT", "/k?partNumber=1", "x", nil, 404, "NoSuchUpload", "0017-00000244", "", ""},
		{"PUT", "/k?partNumber=1&uploadId=0", "x", nil, 404, "NoSuchUpload", "0017-00000244", "", ""},
		{"PUT", "/k?acl", "", nil, 400, "InvalidArgument", "0017-00000105", "x-oss-object-acl", ""},
		{"PUT", "/k?acl", "", []string{"x-oss-object-acl", "public"}, 400, "InvalidArgument", "0017-00000104", "x-oss-object-acl", "public"},
		{"PUT", "/?acl", "", []string{"x-oss-acl", "public"}, 400, "InvalidArgument", "0015-00000204", "x-oss-acl", "public"},
		{"PUT", "/l?symlink", "", nil, 400, "InvalidArgument", "0043-00000001", "x-oss-symlink-target", ""},
		{"GET", "/k?symlink", "", nil, 400, "NotSymlink", "0043-00000101", "", ""},
		{"GET", "/?list-type=2&continuation-token=%25", "", nil, 400, "InvalidArgument", "0015-00000404", "continuation-token", "%"},
		{"PUT", "/k?tagging", "<Tagging>", nil, 400, "MalformedXML", "0010-00000101", "", ""},
		{"PUT", "/k", "x", []string{"Content-MD5", "abc"}, 400, "InvalidDigest", "0017-00000502", "", ""},
		{"PUT", "/k", "x", []string{"Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="}, 400, "InvalidDigest", "0017-00000503", "", ""},
		{"GET", "/absent", "", nil, 404, "NoSuchKey", "0026-00000001", "", ""},
	} {
		r := s.want(c.status, c.code, c.method, c.target, c.body, c.headers...)
		s.has(r, "x-oss-ec", c.ec)
		if name, value := text(r.Body, "ArgumentName"), text(r.Body, "ArgumentValue"); name != c.argument || value != c.value {
			t.Errorf("%s %s: the argument %q is %q, want %q, %q", c.method, c.target, name, value, c.argument, c.value)
		}
	}
	if r := s.want(200, "", "GET", "/k", ""); r.Body != "x" {
		t.Errorf("a refused request changed the object: %q", r.Body)
	}
}

// Content-MD5 is about a body that is stored or parsed. Without one it is a line
// of the string to sign and nothing more.
func TestContentMD5IsAboutABody(t *testing.T) {
	everywhere(t, Options{}, func(s *shop) {
		s.want(200, "", "PUT", "/k", "x", "Content-MD5", "ndTkYSaMgDT1yFZOFVxnpg==")
		for _, method := range []string{"GET", "HEAD", "DELETE"} {
			for _, digest := range []string{"abc", "1B2M2Y8AsgTpgAmY7PhCfg=="} {
				if r := s.do(method, "/k", "", "Content-MD5", digest); r.Status >= 300 && r.Status != 404 {
					s.t.Errorf("%s with %s: %d %s", method, digest, r.Status, r.Body)
				}
			}
		}
		mismatch, malformed := "BadDigest", "InvalidDigest"
		if s.oss() {
			mismatch = malformed
		}
		s.want(400, mismatch, "PUT", "/k", "x", "Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==")
		s.want(400, malformed, "PUT", "/k", "x", "Content-MD5", "abc")
	})
}

// An image that is not processed is not the one that was asked for.
func TestNoImageIsPassedOffAsAProcessedOne(t *testing.T) {
	everywhere(t, Options{}, func(s *shop) {
		s.want(200, "", "PUT", "/k", "x")
		for _, name := range []string{"x-oss-process", "x-image-process"} {
			s.want(501, "NotImplemented", "GET", "/k?"+name+"=image%2Finfo", "")
			s.want(200, "", "GET", "/k?"+name, "")
			s.want(200, "", "GET", "/k?"+name+"=", "")
		}
	})
}
