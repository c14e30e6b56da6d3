package objects

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/wire"
)

// cannedACLs are those of either service.
var cannedACLs = []string{"private", "public-read", "public-read-write", "default", "public-read-delivered", "public-read-write-delivered", "bucket-owner-full-control", "authenticated-read"}

// askedACL reads the ACL a request sets: one word, or a document.
func (c call) askedACL(names ...string) (word, document string, refused bool) {
	for _, name := range names {
		if value, ok := c.Vendor(name); ok {
			return strings.Clone(value), "", !slices.Contains(cannedACLs, value)
		}
	}
	body := c.Request().Body
	var doc struct{ XMLName xml.Name }
	if err := xml.Unmarshal([]byte(body), &doc); err != nil || doc.XMLName.Local != "AccessControlPolicy" {
		return "", "", true
	}
	return "", strings.Clone(body), false
}

// refuseACL tells a word that is none from one that is missing.
func (c call) refuseACL(name, word string) endpoint.Response {
	class := invalidArgument
	if word == "" {
		class = missingArgument
	}
	return c.RefuseArgument(class, "header "+c.Prefix()+name, word)
}

func (c call) putObjectACL() endpoint.Response {
	word, document, wrong := c.askedACL("object-acl", "acl")
	if wrong {
		return c.refuseACL("object-acl", word)
	}
	return c.changing(func(o *object) { o.acl, o.grants = word, document }, endpoint.Success{})
}

func (c call) getObjectACL() endpoint.Response {
	return c.withObject(func(o *object) endpoint.Response { return c.acl("ObjectGrant", o.acl, o.grants) })
}

func (c call) getBucketACL() endpoint.Response {
	return c.reading(func(b *bucket) endpoint.Response { return c.acl("BucketGrant", b.acl, b.configs["acl"]) })
}

// acl answers with an ACL: the document that was sent, or that of the word.
func (c call) acl(name, word, document string) endpoint.Response {
	if document != "" {
		return c.Accept(endpoint.Success{Body: document, HasBody: true, ContentType: "application/xml"})
	}
	var v endpoint.Values
	if word != "" {
		v.Texts = map[string]string{name: word}
	}
	grant := func(permission string) endpoint.Element {
		grantee := endpoint.Element{Name: "Grantee", Children: []endpoint.Element{{Name: "Canned", Text: "Everyone"}}}
		if c.Prefix() == "x-amz-" {
			grantee = endpoint.Element{Name: `Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group"`,
				Children: []endpoint.Element{{Name: "URI", Text: "http://acs.amazonaws.com/groups/global/AllUsers"}}}
		}
		return endpoint.Element{Name: "Grant", Children: []endpoint.Element{grantee, {Name: "Permission", Text: permission}}}
	}
	if strings.HasPrefix(word, "public-read") {
		v.More = append(v.More, grant("READ"))
	}
	if strings.HasPrefix(word, "public-read-write") {
		v.More = append(v.More, grant("WRITE"))
	}
	return c.Accept(endpoint.Success{Values: v})
}

func (c call) getTagging() endpoint.Response {
	return c.withObject(func(o *object) endpoint.Response { return c.Accept(endpoint.Success{Values: tagRows(o.tags)}) })
}

func tagRows(tags []tag) endpoint.Values {
	rows := make([]endpoint.Values, len(tags))
	for i, t := range tags {
		rows[i] = endpoint.Values{Texts: map[string]string{"TagKey": t.Key, "TagValue": t.Value}}
	}
	return endpoint.Values{Rows: map[string][]endpoint.Values{"Tag": rows}}
}

func (c call) putTagging() endpoint.Response {
	var ask struct {
		XMLName xml.Name
		Tags    []tag `xml:"TagSet>Tag"`
	}
	if err := xml.Unmarshal([]byte(c.Request().Body), &ask); err != nil || ask.XMLName.Local != "Tagging" {
		return c.RefuseArgument(malformedXML, "element Tagging", "")
	}
	if checkTags(ask.Tags) != "" {
		return c.RefuseArgument(invalidArgument, "element Tagging", "")
	}
	return c.changing(func(o *object) { o.tags = ask.Tags }, endpoint.Success{})
}

func (c call) deleteTagging() endpoint.Response {
	return c.changing(func(o *object) { o.tags = nil }, endpoint.Success{})
}

func (c call) putSymlink() endpoint.Response {
	target, _ := c.Vendor("symlink-target")
	if target = strings.Clone(wire.Unescape(target)); target == "" {
		return c.RefuseArgument(missingArgument, "header x-oss-symlink-target", "")
	}
	p, refused := c.newProperties(c.Request().Headers)
	if refused != "" {
		return c.Refuse(refused)
	}
	o := newObject(c.Task, symlink, "", p)
	o.target = target
	return c.storing(o, endpoint.Success{Values: c.stored(o)})
}

func (c call) getSymlink() endpoint.Response {
	return c.withObject(func(o *object) endpoint.Response {
		if o.kind != symlink {
			return c.Refuse(notSymlink)
		}
		return c.Accept(endpoint.Success{
			Values:  endpoint.Values{Texts: o.texts(c.Dialect())},
			Headers: []wire.Header{header("x-oss-symlink-target", wire.EscapePath(o.target))},
		})
	})
}

// restore makes an archived object readable, at once and for as long as is
// asked for.
func (c call) restore() endpoint.Response {
	var ask struct{ Days int }
	if body := c.Request().Body; body != "" {
		if err := xml.Unmarshal([]byte(body), &ask); err != nil {
			return c.Refuse(malformedXML)
		}
	}
	days := min(max(ask.Days, 1), 365)
	return c.writing(func(b *bucket) endpoint.Response {
		o, ok := b.objects[c.Key()]
		switch {
		case !ok:
			return c.Refuse(noSuchKey)
		case !o.archived():
			return c.Refuse(notArchived)
		}
		s := endpoint.Success{}
		if c.Now().Before(o.restored) {
			s.Status = http.StatusOK
		}
		changed := *o
		changed.restored = c.Now().Add(time.Duration(days) * 24 * time.Hour)
		b.objects[c.Key()] = &changed
		return c.Accept(s)
	})
}
