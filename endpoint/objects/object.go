package objects

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"hash/crc64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/wire"
)

// The kinds of objects, as OSS calls them.
const (
	normal     = "Normal"
	appendable = "Appendable"
	multipart  = "Multipart"
	symlink    = "Symlink"
)

// object is one object. It is not changed once it is stored, but for the fields
// below appending and properties, which are under the lock of the store.
type object struct {
	kind     string
	content  string
	sum      [md5.Size]byte
	parts    int // of a multipart upload; its sum is over those of the parts
	crc      uint64
	modified time.Time
	target   string // of a symlink

	// properties
	headers  []wire.Header // as sent; metadata without the vendor's prefix
	acl      string
	grants   string // an ACL as a document, in place of acl
	tags     []tag
	class    string    // of storage; "" is the standard one
	restored time.Time // until when an archived object can be read

	// appending
	grown *strings.Builder
	hash  hash.Hash
}

type tag struct{ Key, Value string }

// overhead is what an object costs beside its bytes.
const overhead = 512

func (o *object) cost(key string) int64 {
	n := overhead + len(o.content) + 2*len(key) + len(o.target) + len(o.grants)
	for _, h := range o.headers {
		n += len(h.Name) + len(h.Value) + 32
	}
	for _, t := range o.tags {
		n += len(t.Key) + len(t.Value) + 32
	}
	return int64(n)
}

var ecma = crc64.MakeTable(crc64.ECMA)

// newObject is an object with a content and the properties a request gives it.
func newObject(t *endpoint.Task, kind, content string, p properties) *object {
	bytes := []byte(content)
	return &object{
		kind: kind, content: content, sum: md5.Sum(bytes), crc: crc64.Checksum(bytes, ecma), modified: t.Now(),
		headers: owned(p.headers), acl: p.acl, tags: p.tags, class: strings.Clone(p.class),
	}
}

// append grows an appendable object. Its cost grew before.
func (o *object) append(more string, at time.Time) *object {
	grown := *o
	if o.grown == nil {
		grown.grown, grown.hash = new(strings.Builder), md5.New()
		grown.grown.WriteString(o.content)
		grown.hash.Write([]byte(o.content))
	}
	grown.grown.WriteString(more)
	grown.hash.Write([]byte(more))
	grown.content = grown.grown.String()
	grown.hash.Sum(grown.sum[:0])
	grown.crc = crc64.Update(o.crc, ecma, []byte(more))
	grown.modified = at
	return &grown
}

// etag is the entity tag as a dialect writes it: OSS in upper-case digits.
func (o *object) etag(dialect endpoint.Dialect) string { return etag(dialect, o.sum, o.parts) }

func etag(dialect endpoint.Dialect, sum [md5.Size]byte, parts int) string {
	digits := hex.EncodeToString(sum[:])
	if dialect == endpoint.OSS {
		digits = strings.ToUpper(digits)
	}
	if parts > 0 {
		digits += "-" + strconv.Itoa(parts)
	}
	return `"` + digits + `"`
}

// texts are the values of an object in documents and headers.
func (o *object) texts(dialect endpoint.Dialect) map[string]string {
	texts := map[string]string{
		"ObjectETag": o.etag(dialect), "ObjectSize": strconv.Itoa(len(o.content)), "ObjectCRC64": strconv.FormatUint(o.crc, 10),
		"ObjectMD5": "", "ObjectType": o.kind, "Time": iso(dialect, o.modified), "HTTPTime": o.modified.UTC().Format(http.TimeFormat),
	}
	if o.kind == normal {
		texts["ObjectMD5"] = base64.StdEncoding.EncodeToString(o.sum[:])
	}
	if o.class != "" {
		texts["ObjectClass"] = o.class
	}
	return texts
}

// iso is a time in a document. OSS knows whole seconds, and its SDKs read no
// others.
func iso(dialect endpoint.Dialect, at time.Time) string {
	if dialect == endpoint.OSS {
		at = at.Truncate(time.Second)
	}
	return at.UTC().Format("2006-01-02T15:04:05.000Z")
}

// archived reports whether the object must be restored before it is read.
func (o *object) archived() bool {
	return slices.Contains([]string{"archive", "coldarchive", "deepcoldarchive", "cold", "deep_archive", "glacier"}, strings.ToLower(o.class))
}

// properties are what a request says of an object beside its content.
type properties struct {
	headers []wire.Header
	acl     string
	class   string
	tags    []tag
}

// ownHeaders are kept with an object and returned with it.
var ownHeaders = []string{"Content-Type", "Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Expires"}

// newProperties are the properties of an object that is to be made, under a key
// that may be one.
func (c call) newProperties(given []wire.Header) (p properties, refused refusal) {
	if p, refused = propertiesOf(c.Task, given); refused == "" {
		refused = c.checkKey()
	}
	return p, refused
}

// propertiesOf reads the headers of a request, or the fields of a form.
func propertiesOf(t *endpoint.Task, given []wire.Header) (p properties, refused refusal) {
	for _, h := range given {
		name, vendor := strings.ToLower(h.Name), false
		if name, vendor = strings.CutPrefix(name, t.Prefix()); vendor {
			switch {
			case strings.HasPrefix(name, "meta-"):
				p.headers = append(p.headers, wire.Header{Name: h.Name[len(t.Prefix()):], Value: h.Value})
			case name == "acl", name == "object-acl":
				p.acl = strings.Clone(h.Value)
			case name == "storage-class":
				p.class = h.Value
			case name == "tagging":
				if p.tags, refused = tagsIn(h.Value); refused != "" {
					return p, refused
				}
			case name == "website-redirect-location":
				p.headers = append(p.headers, wire.Header{Name: name, Value: h.Value})
			}
			continue
		}
		if slices.ContainsFunc(ownHeaders, func(own string) bool { return wire.EqualFold(own, h.Name) }) {
			p.headers = append(p.headers, h)
		}
	}
	return p, ""
}

// tagsIn reads tags from a header, as in a=b&c=d.
func tagsIn(text string) ([]tag, refusal) {
	var tags []tag
	for _, p := range wire.AppendParams(nil, text) {
		tags = append(tags, tag{strings.Clone(wire.UnescapeQuery(p.Name)), strings.Clone(wire.UnescapeQuery(p.Value))})
	}
	return tags, checkTags(tags)
}

// checkTags holds tags to the rules of both services.
func checkTags(tags []tag) refusal {
	seen := map[string]bool{}
	for _, t := range tags {
		if t.Key == "" || len(t.Key) > 128 || len(t.Value) > 256 || seen[t.Key] {
			return invalidArgument
		}
		seen[t.Key] = true
	}
	if len(tags) > 10 {
		return invalidArgument
	}
	return ""
}
