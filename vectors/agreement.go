package vectors

import (
	"cmp"
	"fmt"
)

// AgreedBy names who else stands behind the expected values of a case: the
// source that prints them, and the implementations that produced them.
func (s *Set) AgreedBy(c *Case) []string {
	var names []string
	if c.Provenance == Published {
		names = append(names, c.Source.Ref)
	}
	if s.byID[c.ID] == nil { // made up, as fuzzing does by the million: nobody attests it
		return names
	}
	for i := range s.Attestations {
		a := &s.Attestations[i]
		for _, p := range a.Produced {
			if p.ID == c.ID && p.Digest == c.Digest() {
				names = append(names, a.Implementation.Name+" "+cmp.Or(p.Version, a.Implementation.Version))
			}
		}
		for _, o := range a.Observed {
			if o.ID == c.ID && o.Digest == c.Digest() {
				names = append(names, fmt.Sprintf("%s %s (a server, %s)", a.Implementation.Name, cmp.Or(o.Version, a.Implementation.Version), o.How))
			}
		}
	}
	return names
}
