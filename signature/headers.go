package signature

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/wire"
)

// appendHeaderLines appends `name:value\n` for every signed header: names
// lower-case, sorted by bytes, headers of one name joined by commas in order of
// arrival, SP and HT around values removed.
func appendHeaderLines(s *Signing, dst []byte) ([]byte, error) {
	s.headers = s.headers[:0]
	for i := range s.Request.Headers {
		if s.Profile.SignedHeader(s, s.Request.Headers[i].Name) {
			s.headers = append(s.headers, i)
		}
	}
	sortHeaders(s.Request.Headers, s.headers)
	for n, i := range s.headers {
		h := &s.Request.Headers[i]
		if n > 0 && wire.EqualFold(h.Name, s.Request.Headers[s.headers[n-1]].Name) {
			dst[len(dst)-1] = ','
		} else {
			dst = append(appendLower(dst, h.Name), ':')
		}
		dst = append(append(dst, s.value(h.Value)...), '\n')
	}
	return dst, nil
}

// value is a header value as it is signed.
func (s *Signing) value(sent string) string {
	if s.Profile.HeaderValue != nil {
		return s.Profile.HeaderValue(sent)
	}
	return wire.TrimBlanks(sent)
}

// sortHeaders sorts indices into headers by lower-cased name and keeps the
// order of arrival among equal names.
func sortHeaders(headers []wire.Header, indices []int) {
	byName := func(a, b int) int { return compareFold(headers[a].Name, headers[b].Name) }
	if len(indices) > 12 { // insertion sort would be quadratic in what a client sends
		slices.SortStableFunc(indices, byName)
		return
	}
	for i := 1; i < len(indices); i++ {
		for j := i; j > 0 && byName(indices[j], indices[j-1]) < 0; j-- {
			indices[j], indices[j-1] = indices[j-1], indices[j]
		}
	}
}

// withPrefix signs the headers that begin with the dialect's prefix.
func withPrefix(s *Signing, name string) bool {
	return hasPrefixFold(name, s.Profile.Names.HeaderPrefix)
}

// withPrefixOrNamed also signs the headers the request lists.
func withPrefixOrNamed(s *Signing, name string) bool {
	return withPrefix(s, name) || named(s, name)
}

// named signs the headers the request lists, and no other. The list is sorted: it
// is as long as a client likes, and so are the headers it is asked for.
func named(s *Signing, name string) bool {
	_, listed := slices.BinarySearchFunc(s.SignedHeaders, name, compareFold)
	return listed
}

// presentHeaders keeps, of the names a caller asks for, those that are in the
// request: a server refuses a list that names an absent header.
func presentHeaders(s *Signing) []string {
	there := s.presence(len(s.SignedHeaders))
	return slices.DeleteFunc(slices.Clone(s.SignedHeaders), func(name string) bool { return !there(name) })
}

// presence returns what tells whether a header is in the request, for who asks
// about that many: to go through all of them each time would be quadratic in what
// a client sends.
func (s *Signing) presence(asked int) func(name string) bool {
	headers := s.Request.Headers
	if asked <= 12 {
		return func(name string) bool { _, there := s.Request.Header(name); return there }
	}
	names := make(map[string]bool, len(headers))
	for i := range headers {
		names[lowerName(headers[i].Name)] = true
	}
	return func(name string) bool { return names[lowerName(name)] }
}

// canonicalNames lower-cases, sorts and deduplicates a list of header names.
func canonicalNames(names []string) []string {
	if len(names) == 0 {
		return nil
	}
	out := slices.Clone(names)
	for i, n := range out {
		out[i] = lowerName(n)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// header returns the value of a header as it is signed, all values joined by
// commas if there are several, or "".
func (s *Signing) header(name string) string {
	req := s.Request
	var first string
	var more []string
	found := false
	for i := range req.Headers {
		if !wire.EqualFold(req.Headers[i].Name, name) {
			continue
		}
		value := s.value(req.Headers[i].Value)
		switch {
		case !found:
			first, found = value, true
		case more == nil:
			more = []string{first, value}
		default:
			more = append(more, value)
		}
	}
	if more != nil {
		return strings.Join(more, ",")
	}
	return first
}

func appendLower(dst []byte, name string) []byte {
	start := len(dst)
	dst = append(dst, name...)
	for i := start; i < len(dst); i++ {
		dst[i] = lowerASCII(dst[i])
	}
	return dst
}

// lowerName is name in lower case; one that is so already is not copied.
func lowerName(name string) string {
	for i := 0; i < len(name); i++ {
		if lowerASCII(name[i]) != name[i] {
			return string(appendLower(nil, name))
		}
	}
	return name
}

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}

func hasPrefixFold(name, prefix string) bool {
	return len(name) >= len(prefix) && wire.EqualFold(name[:len(prefix)], prefix)
}

func compareFold(a, b string) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		if x, y := lowerASCII(a[i]), lowerASCII(b[i]); x != y {
			return int(x) - int(y)
		}
	}
	return len(a) - len(b)
}
