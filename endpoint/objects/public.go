package objects

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
)

// AnswerUnsigned implements [endpoint.OpenBackend]: anyone may read an object
// whose ACL says so, and do nothing else. Who does may not choose the headers of
// the answer.
func (s *Store) AnswerUnsigned(t *endpoint.Task) endpoint.Response {
	c := call{t, s}
	asked := func(parameter string) bool { _, ok := c.Param(parameter); return ok }
	switch {
	case t.Operation() != "GetObject" && t.Operation() != "HeadObject", slices.ContainsFunc(responseParameters, asked):
		return t.RefuseUnsigned()
	case c.beyond():
		return t.Refuse(notImplemented)
	}
	return c.getObject()
}

func (c call) unsigned() bool { return c.Verification().Verdict == signature.Unsigned }

// isPublic reports whether anyone may read an object; o is nil for one that is
// not there, of which only a public bucket tells. The ACL of an object comes
// before that of its bucket. In OSS an object without one has that of its bucket;
// in OBS a bucket gives its own to its objects where the word says delivered. An
// ACL that was set as a document opens nothing.
func (c call) isPublic(b *bucket, o *object) bool {
	if o != nil && (o.grants != "" || o.acl != "" && o.acl != "default") {
		return o.grants == "" && slices.Contains(publicACLs, o.acl)
	}
	return slices.Contains(publicACLs, b.acl) && (c.Dialect() == endpoint.OSS || strings.HasSuffix(b.acl, "-delivered"))
}

// publicACLs let anyone read.
var publicACLs = []string{"public-read", "public-read-write", "public-read-delivered", "public-read-write-delivered"}
