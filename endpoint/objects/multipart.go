package objects

import (
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"encoding/xml"
	"hash/crc64"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/wire"
)

// upload is a multipart upload that is neither complete nor aborted.
type upload struct {
	id, key    string
	begun      time.Time
	properties properties
	parts      map[int]*part
	cost       int64 // of what it will be, without its content
}

type part struct {
	content  string
	sum      [md5.Size]byte
	modified time.Time
}

// What both services ask of parts.
const (
	mostParts    = 10_000
	smallestPart = 100 << 10 // but for the last
)

func (c call) initiate() endpoint.Response {
	p, refused := c.newProperties(c.Request().Headers)
	if refused != "" {
		return c.Refuse(refused)
	}
	return c.writing(func(b *bucket) endpoint.Response {
		if refused := c.overwrites(b); refused != "" {
			return c.Refuse(refused)
		}
		cost := (&object{headers: p.headers, tags: p.tags}).cost(c.Key())
		if !c.store.take(cost, 1) {
			return c.Refuse(full)
		}
		id := make([]byte, 16)
		rand.Read(id) // it never fails
		p.headers, p.class = owned(p.headers), strings.Clone(p.class)
		u := &upload{id: strings.ToUpper(hex.EncodeToString(id)), key: strings.Clone(c.Key()), begun: c.Now(), properties: p, parts: map[int]*part{}, cost: cost}
		b.uploads[u.id] = u
		return c.Accept(endpoint.Success{Values: endpoint.Values{Texts: map[string]string{"NewUploadId": u.id}}})
	})
}

// upload finds the upload of a request.
func (c call) upload(b *bucket) (*upload, bool) {
	id, _ := c.Param("uploadId")
	u, ok := b.uploads[id]
	return u, ok && u.key == c.Key()
}

// putPart stores a part, in place of one with the same number.
func (c call) putPart(b *bucket, content string, sum [md5.Size]byte) (*part, refusal) {
	u, ok := c.upload(b)
	if !ok {
		return nil, noSuchUpload
	}
	text, _ := c.Param("partNumber")
	number, err := strconv.Atoi(text)
	if err != nil || number < 1 || number > mostParts {
		return nil, invalidArgument
	}
	bytes, items := int64(len(content)), 1
	if old, ok := u.parts[number]; ok {
		bytes -= int64(len(old.content))
		items = 0
	}
	if int64(len(content)) > c.store.limits.Object {
		return nil, entityTooLarge
	}
	if !c.store.take(bytes, items) {
		return nil, full
	}
	p := &part{content: content, sum: sum, modified: c.Now()}
	u.parts[number] = p
	return p, ""
}

// refusePart names the part number where that is what is wrong, before anything
// else that is: without one, OSS does not take the request for a part.
func (c call) refusePart(refused refusal, number string) endpoint.Response {
	switch {
	case number == "":
		return c.RefuseArgument(unexpectedParameter, "query ResourceType", "partNumber")
	case refused == invalidArgument:
		return c.RefuseArgument(refused, "parameter partNumber", number)
	}
	return c.Refuse(refused)
}

func (c call) uploadPart() endpoint.Response {
	content := c.Request().Body
	sum := md5.Sum([]byte(content))
	return c.writing(func(b *bucket) endpoint.Response {
		if _, refused := c.putPart(b, content, sum); refused != "" {
			number, _ := c.Param("partNumber")
			return c.refusePart(refused, number)
		}
		return c.Example() // the checksums are those of the body
	})
}

func (c call) uploadPartCopy() endpoint.Response {
	return c.writing(func(b *bucket) endpoint.Response {
		from, refused := c.source()
		if refused != "" {
			return c.Refuse(refused)
		}
		content := from.content
		if asked, ok := c.Vendor("copy-source-range"); ok {
			first, last, understood := rangeOf(asked, len(content))
			if !understood || last > len(content) {
				return c.Refuse(invalidRange)
			}
			content = content[first:last]
		}
		p, refused := c.putPart(b, content, md5.Sum([]byte(content)))
		if refused != "" {
			number, _ := c.Param("partNumber")
			return c.refusePart(refused, number)
		}
		return c.Accept(endpoint.Success{Values: endpoint.Values{Texts: map[string]string{"ObjectETag": etag(c.Dialect(), p.sum, 0), "Time": iso(c.Dialect(), p.modified)}}})
	})
}

func (c call) listParts() endpoint.Response {
	p, wrong := c.pageOf("max-parts", 1000)
	marker := 0
	if text, ok := c.Param("part-number-marker"); ok && text != "" {
		n, err := strconv.ParseUint(text, 10, 31)
		if marker = int(n); err != nil {
			wrong = "part-number-marker"
		}
	}
	if wrong != "" {
		text, _ := c.Param(wrong)
		return c.RefuseArgument(invalidArgument, "parameter "+wrong, text)
	}
	return c.reading(func(b *bucket) endpoint.Response {
		u, ok := c.upload(b)
		if !ok {
			return c.Refuse(noSuchUpload)
		}
		rows, last, more := []endpoint.Values{}, marker, false
		for _, number := range slices.Sorted(maps.Keys(u.parts)) {
			if number <= marker {
				continue
			}
			if more = len(rows) == p.most; more {
				break
			}
			part := u.parts[number]
			rows = append(rows, endpoint.Values{Texts: map[string]string{
				"PartNumber": strconv.Itoa(number), "Time": iso(c.Dialect(), part.modified), "ObjectETag": etag(c.Dialect(), part.sum, 0), "ObjectSize": strconv.Itoa(len(part.content)),
			}})
			last = number
		}
		return c.Accept(endpoint.Success{Values: endpoint.Values{
			Rows:  map[string][]endpoint.Values{"Part": rows},
			Texts: map[string]string{"NextPart": strconv.Itoa(last), "Truncated": strconv.FormatBool(more)},
		}})
	})
}

// listUploads lists uploads by key, and by id where a key has several.
func (c call) listUploads() endpoint.Response {
	p, wrong := c.pageOf("max-uploads", 1000)
	if wrong != "" {
		text, _ := c.Param(wrong)
		return c.RefuseArgument(invalidArgument, "parameter "+wrong, text)
	}
	keyMarker, _ := c.Param("key-marker")
	idMarker, _ := c.Param("upload-id-marker")
	return c.reading(func(b *bucket) endpoint.Response {
		uploads := slices.SortedFunc(maps.Values(b.uploads), func(a, b *upload) int {
			if n := strings.Compare(a.key, b.key); n != 0 {
				return n
			}
			return strings.Compare(a.id, b.id)
		})
		v := endpoint.Values{Names: map[string]string{}, Texts: map[string]string{"Truncated": "false"}}
		rows, prefixes := []endpoint.Values{}, []string{}
		for _, u := range uploads {
			if u.key < keyMarker || u.key == keyMarker && (idMarker == "" || u.id <= idMarker) || !strings.HasPrefix(u.key, p.prefix) {
				continue
			}
			name := u.key
			if p.delimiter != "" {
				if at := strings.Index(name[len(p.prefix):], p.delimiter); at >= 0 {
					name = name[:len(p.prefix)+at+len(p.delimiter)]
				}
			}
			if name != u.key && (slices.Contains(prefixes, name) || strings.HasPrefix(keyMarker, name)) { // listed already
				continue
			}
			if len(rows)+len(prefixes) == p.most {
				v.Texts["Truncated"] = "true"
				break
			}
			v.Names["NextKey"], v.Texts["NextUpload"] = u.key, u.id
			if name != u.key {
				prefixes = append(prefixes, name)
				continue
			}
			rows = append(rows, endpoint.Values{Names: map[string]string{"Entry": u.key}, Texts: map[string]string{"NewUploadId": u.id, "Time": iso(c.Dialect(), u.begun)}})
		}
		if v.Texts["Truncated"] == "false" {
			delete(v.Names, "NextKey")
			delete(v.Texts, "NextUpload")
		}
		for _, prefix := range prefixes {
			v.More = append(v.More, endpoint.Element{Name: "CommonPrefixes", Children: []endpoint.Element{{Name: "Prefix", Text: prefix, Listed: true}}})
		}
		v.Rows = map[string][]endpoint.Values{"Upload": rows}
		return c.Accept(endpoint.Success{Values: v})
	})
}

// drop forgets an upload and its parts.
func (s *Store) drop(b *bucket, u *upload) {
	for _, p := range u.parts {
		s.take(-int64(len(p.content)), -1)
	}
	s.take(-u.cost, -1)
	delete(b.uploads, u.id)
}

func (c call) abort() endpoint.Response {
	return c.writing(func(b *bucket) endpoint.Response {
		u, ok := c.upload(b)
		if !ok {
			return c.Refuse(noSuchUpload)
		}
		c.store.drop(b, u)
		return c.Accept(endpoint.Success{})
	})
}

// namedPart is a part as a request to complete names it.
type namedPart struct {
	PartNumber int
	ETag       string
}

func (c call) complete() endpoint.Response {
	var ask struct {
		Parts []namedPart `xml:"Part"`
	}
	all, _ := c.Vendor("complete-all")
	if !wire.EqualFold(all, "yes") {
		if err := xml.Unmarshal([]byte(c.Request().Body), &ask); err != nil || len(ask.Parts) == 0 {
			return c.Refuse(malformedXML)
		}
	}
	return c.writing(func(b *bucket) endpoint.Response {
		u, ok := c.upload(b)
		if !ok {
			return c.Refuse(noSuchUpload)
		}
		if wire.EqualFold(all, "yes") {
			for _, number := range slices.Sorted(maps.Keys(u.parts)) {
				ask.Parts = append(ask.Parts, namedPart{PartNumber: number})
			}
		}
		o, refused := c.assemble(u, ask.Parts)
		if refused == "" {
			refused = c.overwrites(b)
		}
		if refused != "" {
			return c.Refuse(refused)
		}
		// The parts leave before the object comes. It costs no more than they did,
		// so that it cannot be refused any more.
		c.store.drop(b, u)
		if refused := c.store.put(b, u.key, o); refused != "" {
			return c.Refuse(refused)
		}
		s := endpoint.Success{Values: endpoint.Values{Texts: o.texts(c.Dialect())}}
		s.Texts["Location"] = c.Location()
		if c.Dialect() == endpoint.OSS {
			s.Headers = append(s.Headers, header("ETag", o.etag(c.Dialect())), header("x-oss-hash-crc64ecma", strconv.FormatUint(o.crc, 10)))
		}
		return c.Accept(s)
	})
}

// assemble makes the object of the parts a request names.
func (c call) assemble(u *upload, named []namedPart) (*object, refusal) {
	var content strings.Builder
	sums := md5.New()
	size := int64(0)
	if len(named) == 0 {
		return nil, invalidPart
	}
	for i := range named[1:] {
		if named[i+1].PartNumber <= named[i].PartNumber {
			return nil, invalidPartOrder
		}
	}
	for i, n := range named {
		p, ok := u.parts[n.PartNumber]
		if !ok || n.ETag != "" && !matches(n.ETag, etag(c.Dialect(), p.sum, 0)) {
			return nil, invalidPart
		}
		if i < len(named)-1 && len(p.content) < smallestPart {
			return nil, entityTooSmall
		}
		if size += int64(len(p.content)); size > c.store.limits.Object {
			return nil, entityTooLarge
		}
	}
	content.Grow(int(size))
	for _, n := range named {
		p := u.parts[n.PartNumber]
		content.WriteString(p.content)
		sums.Write(p.sum[:])
	}
	o := &object{
		kind: multipart, content: content.String(), parts: len(named), modified: c.Now(),
		headers: u.properties.headers, acl: u.properties.acl, tags: u.properties.tags, class: u.properties.class,
	}
	sums.Sum(o.sum[:0])
	o.crc = crc64.Checksum([]byte(o.content), ecma)
	return o, ""
}
