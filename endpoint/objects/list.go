package objects

import (
	"encoding/base64"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/countersign/countersign/endpoint"
)

// listing is a part of a list of keys, in the order of their bytes.
type listing struct {
	keys     []string // in the list
	prefixes []string // in place of the keys below them
	last     string   // of what was listed
	more     bool     // there is more behind it
}

// list lists the keys with a prefix behind a marker. What has the delimiter
// behind the prefix stands in the list once, up to the delimiter.
func list(keys []string, prefix, marker, delimiter string, most int) listing {
	var out listing
	from := max(marker, prefix)
	i, exact := slices.BinarySearch(keys, from)
	if exact && marker == from {
		i++
	}
	for i < len(keys) && strings.HasPrefix(keys[i], prefix) {
		name, below := keys[i], false
		if delimiter != "" {
			if at := strings.Index(name[len(prefix):], delimiter); at >= 0 {
				name, below = name[:len(prefix)+at+len(delimiter)], true
			}
		}
		next := i + 1
		if below {
			next = i + sort.Search(len(keys)-i, func(n int) bool { return !strings.HasPrefix(keys[i+n], name) })
		}
		if below && name <= marker { // it was listed before
			i = next
			continue
		}
		if len(out.keys)+len(out.prefixes) == most {
			out.more = true
			return out
		}
		if below {
			out.prefixes = append(out.prefixes, name)
		} else {
			out.keys = append(out.keys, name)
		}
		out.last, i = name, next
	}
	return out
}

// page is what a request asks for of a list.
type page struct {
	prefix, delimiter string
	most              int
}

// pageOf reads the parameters all lists have.
func (c call) pageOf(limit string, usual int) (p page, refusedFor string) {
	p.prefix, _ = c.Param("prefix")
	p.delimiter, _ = c.Param("delimiter")
	p.most = usual
	if text, ok := c.Param(limit); ok && text != "" {
		n, err := strconv.ParseUint(text, 10, 31)
		if err != nil || n > 1000 && c.Dialect() == endpoint.OSS {
			return p, limit
		}
		p.most = int(min(n, 1000))
	}
	return p, ""
}

// usualKeys is how many keys a list has that says nothing of it.
func (c call) usualKeys() int {
	if c.Dialect() == endpoint.OSS {
		return 100
	}
	return 1000
}

// listKeys answers a list of objects: element is what repeats for each, more
// what a list that is cut says of its rest.
func (c call) listKeys(marker, element string, more func(l listing) []endpoint.Element) endpoint.Response {
	p, wrong := c.pageOf("max-keys", c.usualKeys())
	if wrong != "" {
		text, _ := c.Param(wrong)
		return c.RefuseArgument(invalidArgument, "parameter "+wrong, text)
	}
	return c.reading(func(b *bucket) endpoint.Response {
		l := list(b.keys, p.prefix, marker, p.delimiter, p.most)
		if p.most == 0 {
			l.more = false
		}
		rows := make([]endpoint.Values, len(l.keys))
		for i, key := range l.keys {
			rows[i] = endpoint.Values{Names: map[string]string{"Entry": key}, Texts: b.objects[key].texts(c.Dialect())}
		}
		v := endpoint.Values{
			Rows:  map[string][]endpoint.Values{element: rows},
			Texts: map[string]string{"Truncated": strconv.FormatBool(l.more), "KeyCount": strconv.Itoa(len(l.keys) + len(l.prefixes))},
		}
		for _, prefix := range l.prefixes {
			v.More = append(v.More, endpoint.Element{Name: "CommonPrefixes", Children: []endpoint.Element{{Name: "Prefix", Text: prefix, Listed: true}}})
		}
		if l.more {
			v.More = append(v.More, more(l)...)
		}
		return c.Accept(endpoint.Success{Values: v})
	})
}

func (c call) listObjects() endpoint.Response {
	marker, _ := c.Param("marker")
	return c.listKeys(marker, "Contents", func(l listing) []endpoint.Element {
		return []endpoint.Element{{Name: "NextMarker", Text: l.last, Listed: true}}
	})
}

func (c call) listObjectsV2() endpoint.Response {
	marker, _ := c.Param("start-after")
	if token, ok := c.Param("continuation-token"); ok {
		key, err := base64.StdEncoding.DecodeString(token)
		if err != nil {
			return c.RefuseArgument(invalidArgument, "parameter continuation-token", token)
		}
		marker = max(marker, string(key))
	}
	return c.listKeys(marker, "Contents", func(l listing) []endpoint.Element {
		return []endpoint.Element{{Name: "NextContinuationToken", Text: base64.StdEncoding.EncodeToString([]byte(l.last))}}
	})
}

// listVersions lists the one version every object has.
func (c call) listVersions() endpoint.Response {
	marker, _ := c.Param("key-marker")
	return c.listKeys(marker, "Version", func(l listing) []endpoint.Element {
		return []endpoint.Element{{Name: "NextKeyMarker", Text: l.last, Listed: true}, {Name: "NextVersionIdMarker", Text: "null"}}
	})
}

func (c call) listBuckets() endpoint.Response {
	prefix, _ := c.Param("prefix")
	c.store.mu.RLock()
	defer c.store.mu.RUnlock()
	var names []string
	for name := range c.store.buckets {
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	rows := make([]endpoint.Values, len(names))
	for i, name := range names {
		rows[i] = endpoint.Values{Names: map[string]string{"BucketEntry": name}, Texts: map[string]string{"Time": iso(c.Dialect(), c.store.buckets[name].made)}}
	}
	return c.Accept(endpoint.Success{Values: endpoint.Values{Rows: map[string][]endpoint.Values{"Bucket": rows}}})
}
