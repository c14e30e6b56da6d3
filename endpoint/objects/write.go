package objects

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// stored are the values in the answer to an upload.
func (c call) stored(o *object) endpoint.Values {
	return endpoint.Values{Texts: map[string]string{
		"ETag": o.etag(c.Dialect()), "CRC64": strconv.FormatUint(o.crc, 10), "MD5": base64.StdEncoding.EncodeToString(o.sum[:]), "Location": c.Location(),
	}}
}

func (c call) putObject() endpoint.Response {
	if sub, _ := c.SubResource(); sub == "metadata" {
		return c.putMetadata()
	}
	number, numbered := c.Param("partNumber")
	if _, uploads := c.Param("uploadId"); numbered || uploads { // a part, of which half is missing
		return c.refusePart(noSuchUpload, number)
	}
	p, refused := c.newProperties(c.Request().Headers)
	if refused != "" {
		return c.Refuse(refused)
	}
	o := newObject(c.Task, normal, c.Request().Body, p)
	return c.storing(o, endpoint.Success{Values: c.stored(o)})
}

// storing puts an object under the key of the request.
func (c call) storing(o *object, s endpoint.Success) endpoint.Response {
	return c.writing(func(b *bucket) endpoint.Response {
		if refused := c.overwrites(b); refused != "" {
			return c.Refuse(refused)
		}
		return c.done(c.store.put(b, c.Key(), o), s)
	})
}

// overwrites refuses a request that must not replace an object.
func (c call) overwrites(b *bucket) refusal {
	old, exists := b.objects[c.Key()]
	if exists && c.isTrue("forbid-overwrite") {
		return fileExists
	}
	match, conditional := c.Request().Header("If-Match")
	if conditional && (!exists || !matches(match, old.etag(c.Dialect()))) {
		return preconditionFailed
	}
	if none, ok := c.Request().Header("If-None-Match"); ok && exists && matches(none, old.etag(c.Dialect())) {
		return preconditionFailed
	}
	return ""
}

// putMetadata is OBS's SetObjectMetadata.
func (c call) putMetadata() endpoint.Response {
	p, refused := propertiesOf(c.Task, c.Request().Headers)
	if refused != "" {
		return c.Refuse(refused)
	}
	return c.changing(func(o *object) {
		o.headers = owned(p.headers)
		if p.class != "" {
			o.class = strings.Clone(p.class)
		}
	}, endpoint.Success{Headers: []wire.Header{header("ETag", "")}})
}

// fieldName is a field of a form that may stand for a header.
var fieldName = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

func (c call) postObject() endpoint.Response {
	fields, err := signature.FormFields(c.Request())
	if err != nil {
		return c.Refuse(malformedXML)
	}
	var given []wire.Header
	var content, redirect string
	for _, f := range fields {
		switch strings.ToLower(f[0]) {
		case "file":
			content = strings.Clone(f[1])
		case "success_action_redirect":
			redirect = f[1]
		case "x-oss-content-type":
			given = append(given, header("Content-Type", oneLine(f[1])))
		default:
			if fieldName.MatchString(f[0]) { // no other can come back as a header
				given = append(given, header(f[0], oneLine(f[1])))
			}
		}
	}
	p, refused := c.newProperties(given)
	if refused != "" {
		return c.Refuse(refused)
	}
	o := newObject(c.Task, normal, content, p)
	s := endpoint.Success{Values: c.stored(o)}
	if redirect != "" {
		with := "?"
		if strings.Contains(redirect, "?") {
			with = "&"
		}
		s.Status, s.HasBody = http.StatusSeeOther, true
		s.Headers = []wire.Header{header("Location", oneLine(redirect)+with+fmt.Sprintf("bucket=%s&key=%s&etag=%s", wire.EscapeValue(c.Bucket()), wire.EscapeValue(c.Key()), wire.EscapeValue(o.etag(c.Dialect()))))}
	}
	return c.storing(o, s)
}

func (c call) appendObject() endpoint.Response {
	text, _ := c.Param("position")
	position, err := strconv.ParseUint(text, 10, 62)
	if err != nil {
		return c.RefuseArgument(invalidArgument, "parameter position", text)
	}
	p, refused := c.newProperties(c.Request().Headers)
	if refused != "" {
		return c.Refuse(refused)
	}
	return c.writing(func(b *bucket) endpoint.Response {
		old := b.objects[c.Key()]
		length := 0
		if old != nil {
			length = len(old.content)
		}
		next := func(n int) wire.Header { return header(c.Prefix()+"next-append-position", strconv.Itoa(n)) }
		more := c.Request().Body
		var o *object
		switch {
		case old != nil && old.kind != appendable:
			return c.Refuse(notAppendable, header(c.Prefix()+"object-type", old.kind))
		case position != uint64(length):
			return c.Refuse(positionNotEqual, next(length))
		case int64(length+len(more)) > c.store.limits.Object:
			return c.Refuse(entityTooLarge)
		case c.store.bytes+int64(len(more)) > c.store.limits.Bytes: // before it grows: growing cannot be undone
			return c.Refuse(full)
		case old == nil:
			o = newObject(c.Task, appendable, more, p)
		default:
			o = old.append(more, c.Now())
		}
		return c.done(c.store.put(b, c.Key(), o), endpoint.Success{Values: c.stored(o), Headers: []wire.Header{next(len(o.content))}})
	})
}

func (c call) deleteObject() endpoint.Response {
	return c.writing(func(b *bucket) endpoint.Response {
		c.store.remove(b, c.Key()) // deleting what is not there is a success
		return c.Accept(endpoint.Success{})
	})
}

// mostDeleted is how many keys one request may delete.
const mostDeleted = 1000

func (c call) deleteObjects() endpoint.Response {
	keys, err := c.DeletedKeys()
	if err != nil || len(keys) == 0 || len(keys) > mostDeleted {
		return c.Refuse(malformedXML)
	}
	return c.writing(func(b *bucket) endpoint.Response {
		for _, key := range keys {
			c.store.remove(b, key)
		}
		return c.Accept(endpoint.Success{})
	})
}

// source finds the object to copy. The conditions of the request are about it.
func (c call) source() (*object, refusal) {
	bucketName, key, ok := c.CopySource()
	if !ok {
		return nil, invalidArgument
	}
	b, ok := c.store.bucket(bucketName)
	if !ok {
		return nil, noSuchBucket
	}
	o, ok := b.objects[key]
	switch {
	case !ok:
		return nil, noSuchKey
	case o.kind == symlink:
		return nil, notImplemented
	case o.archived() && c.Now().After(o.restored):
		return nil, invalidObjectState
	}
	refused := c.holds(o, func(name string) (string, bool) { return c.Vendor("copy-source-" + strings.ToLower(name)) })
	if refused == notModified { // a copy has no such answer for OBS, and OSS has it without a body
		refused = preconditionFailed
	}
	return o, refused
}

func (c call) copyObject() endpoint.Response {
	p, refused := c.newProperties(c.Request().Headers)
	if refused != "" {
		return c.Refuse(refused)
	}
	return c.writing(func(b *bucket) endpoint.Response {
		from, refused := c.source()
		if refused == "" {
			refused = c.overwrites(b)
		}
		if refused != "" {
			return c.Refuse(refused)
		}
		o := *from
		o.modified, o.acl, o.grants, o.class, o.grown, o.hash = c.Now(), p.acl, "", strings.Clone(p.class), nil, nil
		if o.kind == appendable {
			o.kind = normal
		}
		if directive, _ := c.Vendor("metadata-directive"); wire.EqualFold(directive, "REPLACE") || wire.EqualFold(directive, "REPLACE_NEW") {
			o.headers = owned(p.headers)
		}
		if directive, _ := c.Vendor("tagging-directive"); wire.EqualFold(directive, "REPLACE") {
			o.tags = p.tags
		}
		return c.done(c.store.put(b, c.Key(), &o), endpoint.Success{Values: endpoint.Values{Texts: o.texts(c.Dialect())}})
	})
}
