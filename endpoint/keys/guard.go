package keys

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// The classes of what a guard refuses, in the tables of endpoint/answers.
const (
	tokenExpired signature.Class = "token-expired"
	accessDenied signature.Class = "access-denied"
)

// Guard asks next only for what the key of a request may do.
func (r *Ring) Guard(next endpoint.Backend) endpoint.Backend { return &guard{r, next} }

type guard struct {
	ring *Ring
	next endpoint.Backend
}

// Answer implements [endpoint.Backend].
func (g *guard) Answer(t *endpoint.Task) endpoint.Response {
	k, ok := g.ring.keys[t.Verification().AccessKeyID]
	switch {
	case !ok: // it cannot have verified
		return t.Refuse(accessDenied)
	case k.Expiration != nil && !t.Now().Before(*k.Expiration):
		return t.Refuse(tokenExpired)
	case k.Policy != nil && slices.ContainsFunc(touched(t), func(a access) bool { return !k.allows(a) }):
		return t.Refuse(accessDenied)
	}
	return g.next.Answer(t)
}

// AnswerUnsigned implements [endpoint.OpenBackend]: a policy is that of a key, and
// a request without one may do what next lets anyone do.
func (g *guard) AnswerUnsigned(t *endpoint.Task) endpoint.Response {
	if open, ok := g.next.(endpoint.OpenBackend); ok {
		return open.AnswerUnsigned(t)
	}
	return t.RefuseUnsigned()
}

// access is what a request does to one bucket or object.
type access struct {
	operation   string
	reads       bool
	bucket, key string
}

// touched lists everything a request is about. What it names in a way that
// cannot be read is refused by who answers it.
func touched(t *endpoint.Task) []access {
	method := t.Request().Method
	own := access{operation: t.Operation(), reads: method == "GET" || method == "HEAD", bucket: t.Bucket(), key: t.Key()}
	if strings.HasPrefix(own.operation, "List") && own.key == "" {
		own.key, _ = t.Param("prefix")
	}
	if own.operation == "DeleteObjects" {
		keys, _ := t.DeletedKeys()
		all := make([]access, len(keys), len(keys)+1)
		for i, key := range keys {
			all[i] = access{operation: "DeleteObject", bucket: own.bucket, key: key}
		}
		if len(all) > 0 {
			return all
		}
	}
	all := []access{own}
	if bucket, key, ok := t.CopySource(); ok {
		all = append(all, access{operation: "GetObject", reads: true, bucket: bucket, key: key})
	}
	if own.operation == "PutSymlink" {
		if target, ok := t.Vendor("symlink-target"); ok {
			all = append(all, access{operation: "GetObject", reads: true, bucket: own.bucket, key: wire.Unescape(target)})
		}
	}
	return all
}

// allows reports whether a statement allows an access and none denies it.
func (k *key) allows(a access) bool {
	allowed := false
	for i := range *k.Policy {
		if s := &(*k.Policy)[i]; s.isAbout(a) {
			if s.Effect == "deny" {
				return false
			}
			allowed = true
		}
	}
	return allowed
}

// isAbout reports whether all that a statement lists holds.
func (s *statement) isAbout(a access) bool {
	any := func(list *[]string, holds func(string) bool) bool {
		return list == nil || slices.ContainsFunc(*list, holds)
	}
	return any(s.Actions, func(action string) bool {
		return action == a.operation || action == "read" && a.reads || action == "write" && !a.reads
	}) &&
		any(s.Buckets, func(pattern string) bool { return matchBucket(pattern, a.bucket) }) &&
		any(s.Prefixes, func(prefix string) bool { return strings.HasPrefix(a.key, prefix) })
}
