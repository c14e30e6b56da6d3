package flows

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/countersign/countersign/endpoint/objects"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// model is what a bucket must hold, worked out of the operations that went well.
type model struct {
	objects map[string]thing
	uploads map[string]*begun // by key: a flow has one upload of a key at a time
}

// thing is an object.
type thing struct {
	content           string
	headers, metadata [][2]wire.Bytes
	acl               string // "": nobody said
	tagged            *bool  // nil: nobody said
}

type begun struct {
	thing
	parts map[int]string
}

func newModel() *model { return &model{map[string]thing{}, map[string]*begun{}} }

// apply does what an operation does, and reports whether there is an operation of
// that name that changes a bucket.
func (m *model) apply(op *vectors.Operation) (changes bool) {
	key := string(op.Key)
	made := thing{content: string(op.Body), headers: op.Headers, metadata: op.Metadata}
	_, sourceKey, _ := strings.Cut(string(op.CopySource), "/")
	switch op.Name {
	case "PutObject", "PostObject":
		m.objects[key] = made
	case "AppendObject":
		if old, ok := m.objects[key]; ok {
			old.content += made.content
			made = old
		}
		m.objects[key] = made
	case "CopyObject":
		made = m.objects[sourceKey]
		made.acl, made.tagged = "", nil // of its own
		m.objects[key] = made
	case "DeleteObject", "DeleteObjects":
		delete(m.objects, key)
	case "PutObjectACL":
		m.change(key, func(t *thing) { t.acl = aclOf(op) })
	case "PutObjectTagging", "DeleteObjectTagging":
		tagged := op.Name == "PutObjectTagging"
		m.change(key, func(t *thing) { t.tagged = &tagged })
	case "InitiateMultipartUpload":
		m.uploads[key] = &begun{made, map[int]string{}}
	case "UploadPart", "UploadPartCopy":
		if u := m.uploads[key]; u != nil {
			u.parts[op.PartNumber] = string(op.Body)
			if op.CopySource != "" {
				u.parts[op.PartNumber] = m.objects[sourceKey].content
			}
		}
	case "CompleteMultipartUpload": // of the one part it names
		if u := m.uploads[key]; u != nil {
			u.content = u.parts[op.PartNumber]
			m.objects[key] = u.thing
			delete(m.uploads, key)
		}
	case "AbortMultipartUpload":
		delete(m.uploads, key)
	default:
		return false
	}
	return true
}

func (m *model) change(key string, change func(*thing)) {
	t := m.objects[key]
	change(&t)
	m.objects[key] = t
}

// aclOf is the value of the header that sets an ACL.
func aclOf(op *vectors.Operation) string {
	for _, h := range op.Headers {
		if strings.HasSuffix(strings.ToLower(string(h[0])), "-acl") {
			return string(h[1])
		}
	}
	return ""
}

// differs says how what a bucket holds differs from what it must, "" if it does
// not.
func (m *model) differs(held []objects.Held, uploads []objects.Begun) string {
	var keys []string
	for i := range held {
		keys = append(keys, held[i].Key)
	}
	if want := slices.Sorted(maps.Keys(m.objects)); !slices.Equal(want, keys) {
		return fmt.Sprintf("the bucket holds the keys %q; it should hold %q", keys, want)
	}
	for i := range held {
		t := m.objects[held[i].Key]
		if what := t.differs(&held[i]); what != "" {
			return fmt.Sprintf("the object %q has %s", held[i].Key, what)
		}
	}
	keys = nil
	for i := range uploads {
		keys = append(keys, uploads[i].Key)
	}
	if want := slices.Sorted(maps.Keys(m.uploads)); !slices.Equal(want, keys) {
		return fmt.Sprintf("the bucket has uploads of the keys %q; it should have those of %q", keys, want)
	}
	for _, u := range uploads {
		if want := m.uploads[u.Key].parts; !maps.Equal(want, u.Parts) {
			return fmt.Sprintf("the upload of %q has the parts %s; it should have %s", u.Key, partsText(u.Parts), partsText(want))
		}
	}
	return ""
}

func partsText(parts map[int]string) string {
	var list []string
	for _, n := range slices.Sorted(maps.Keys(parts)) {
		list = append(list, fmt.Sprintf("%d %s", n, clip(parts[n])))
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// differs compares an object. Of its headers those that were given count: SDKs
// add a Content-Type of their own.
func (t *thing) differs(held *objects.Held) string {
	if t.content != held.Content {
		return fmt.Sprintf("the content %s; it should have %s", clip(held.Content), clip(t.content))
	}
	for _, h := range t.headers {
		name, want := string(h[0]), string(h[1])
		if strings.HasPrefix(strings.ToLower(name), "x-") { // an instruction, kept otherwise
			continue
		}
		if got := headersNamed(held.Headers, name); !slices.Equal(got, []string{want}) {
			return fmt.Sprintf("%s %q; it should have %q", name, got, want)
		}
	}
	want, got := map[string]string{}, map[string]string{}
	for _, pair := range t.metadata {
		want[strings.ToLower(string(pair[0]))] = string(pair[1])
	}
	for _, h := range held.Headers {
		if name, ok := strings.CutPrefix(strings.ToLower(h.Name), "meta-"); ok {
			got[name] = h.Value
		}
	}
	if !maps.Equal(want, got) {
		return fmt.Sprintf("the metadata %v; it should have %v", got, want)
	}
	if t.tagged != nil && *t.tagged != (len(held.Tags) > 0) {
		return fmt.Sprintf("the tags %q; should it have some: %t", held.Tags, *t.tagged)
	}
	if t.acl != "" && !saysACL(held.ACL, t.acl) {
		return fmt.Sprintf("the ACL %q; it should have %q", held.ACL, t.acl)
	}
	return ""
}

// saysACL reports whether an ACL, one word or a document, is the one of a word:
// an SDK may spell it out.
func saysACL(held, want string) bool {
	if held == want {
		return true
	}
	open := strings.Contains(held, "Everyone") || strings.Contains(held, "AllUsers")
	return strings.Contains(held, "<AccessControlPolicy") && open == strings.HasPrefix(want, "public-")
}

func headersNamed(headers []wire.Header, name string) []string {
	var values []string
	for _, h := range headers {
		if wire.EqualFold(h.Name, name) {
			values = append(values, h.Value)
		}
	}
	return values
}

// clip quotes a text for a message.
func clip(s string) string {
	const most = 60
	if len(s) > most {
		return fmt.Sprintf("%q… (%d bytes)", s[:most], len(s))
	}
	return fmt.Sprintf("%q", s)
}
