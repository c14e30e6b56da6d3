package mutants

import (
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// The bucket and the key that are signed, and how they are written.

// resource builds the named stages, or all, for another bucket, key or
// addressing.
func resource(change func(r *signature.Resource), stages ...signature.Stage) Break {
	return during(stages, func(s *signature.Signing) func() {
		real := s.Resource
		change(&s.Resource)
		return func() { s.Resource = real }
	})
}

// otherKey signs another key: raw is the one of the wire, key the decoded one.
func otherKey(change func(raw, key string) string) Break {
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		c := p.Clone()
		c.ResourcePath = func(s *signature.Signing, dst []byte) []byte {
			if s.Resource.Bucket == "" {
				return append(dst, '/')
			}
			raw := p.RawKey(&s.Resource)
			return append(append(dst, slashed(s.Resource.Bucket)...), change(raw, wire.Unescape(raw))...)
		}
		return c
	}}
}

// resourcePath signs another path; key is the decoded one.
func resourcePath(write func(r *signature.Resource, key string) string) Break {
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		c := p.Clone()
		c.ResourcePath = func(s *signature.Signing, dst []byte) []byte {
			return append(dst, write(&s.Resource, wire.Unescape(p.RawKey(&s.Resource)))...)
		}
		return c
	}}
}

// slashed is a bucket between slashes.
func slashed(bucket string) string { return "/" + bucket + "/" }

// keyAs is [otherKey] with the decoded key alone.
func keyAs(change func(key string) string) Break {
	return otherKey(func(_, key string) string { return change(key) })
}

// rawKey builds the resource for another key than the one on the wire, as it
// stands there.
func rawKey(change func(raw string) string) Break {
	return resource(func(r *signature.Resource) { r.RawKey = change(r.RawKey) }, signature.CanonicalResource)
}

// inPath edits the resource in front of its sub-resources.
func inPath(edit func(s *signature.Signing, path string) string) Break {
	return output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
		path, rest, query := strings.Cut(built, "?")
		if path = edit(s, path); query {
			path += "?" + rest
		}
		return path
	})
}

// pathAs is [inPath] where the request does not matter.
func pathAs(edit func(path string) string) Break {
	return inPath(func(_ *signature.Signing, path string) string { return edit(path) })
}

// inKey edits the key as it is signed.
func inKey(edit func(key string) string) Break {
	return pathAs(func(path string) string {
		parts := strings.SplitN(path, "/", 3)
		if len(parts) < 3 {
			return path
		}
		return "/" + parts[1] + "/" + edit(parts[2])
	})
}
