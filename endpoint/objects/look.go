package objects

import (
	"maps"
	"slices"
	"strings"

	"github.com/countersign/countersign/wire"
)

// Held is an object as a store holds it.
type Held struct {
	Key, Content string
	Headers      []wire.Header // as sent; metadata without the vendor's prefix: meta-NAME
	ACL          string        // one word, or a document; "" when none was set
	Tags         [][2]string
}

// Begun is a multipart upload that is neither complete nor aborted.
type Begun struct {
	Key, ID string
	Parts   map[int]string // content by number
}

// Look shows what a bucket holds: its objects by key and its uploads by key and
// id. It is for who judges what clients did; no request sees it.
func (s *Store) Look(name string) ([]Held, []Begun) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	b, ok := s.buckets[name]
	if !ok {
		return nil, nil
	}
	var held []Held
	for _, key := range b.keys {
		o := b.objects[key]
		h := Held{Key: key, Content: o.content, Headers: slices.Clone(o.headers), ACL: o.acl + o.grants}
		for _, t := range o.tags {
			h.Tags = append(h.Tags, [2]string{t.Key, t.Value})
		}
		held = append(held, h)
	}
	var begun []Begun
	for _, id := range slices.Sorted(maps.Keys(b.uploads)) {
		u := b.uploads[id]
		parts := map[int]string{}
		for n, p := range u.parts {
			parts[n] = p.content
		}
		begun = append(begun, Begun{u.key, u.id, parts})
	}
	slices.SortStableFunc(begun, func(x, y Begun) int { return strings.Compare(x.Key, y.Key) })
	return held, begun
}
