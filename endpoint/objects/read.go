package objects

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// getObject answers GET and HEAD.
func (c call) getObject() endpoint.Response {
	return c.withObject(func(o *object) endpoint.Response {
		content := o
		if o.kind == symlink {
			var ok bool
			b, _ := c.store.bucket(c.Bucket())
			if content, ok = b.objects[o.target]; !ok || content.kind == symlink {
				return c.Refuse(symlinkTarget)
			}
			if c.unsigned() && !c.isPublic(b, content) {
				return c.RefuseUnsigned()
			}
		}
		if content.archived() && c.Now().After(content.restored) && c.Operation() == "GetObject" {
			return c.Refuse(invalidObjectState)
		}
		if r, decided := c.conditions(content); decided {
			return r
		}
		return c.deliver(o, content)
	})
}

// deliver answers with the content, or the range of it that is asked for.
func (c call) deliver(o, content *object) endpoint.Response {
	texts := content.texts(c.Dialect())
	texts["ObjectType"] = o.kind
	s := endpoint.Success{Values: endpoint.Values{Texts: texts}, Body: content.content, HasBody: true}
	if asked, ok := c.Request().Header("Range"); ok {
		from, to, understood := rangeOf(asked, len(content.content))
		strict := c.Dialect() == endpoint.OBS
		if behaviour, ok := c.Vendor("range-behavior"); ok && behaviour == "standard" {
			strict = true
		}
		switch {
		case !understood: // as if there were none (RFC 9110, section 14.2)
		case from >= len(content.content) && strict:
			return c.Refuse(invalidRange, header("Content-Range", fmt.Sprintf("bytes */%d", len(content.content))))
		case from >= len(content.content), to > len(content.content) && !strict: // OSS then gives the whole object
		default:
			to = min(to, len(content.content))
			s.Status = http.StatusPartialContent
			s.Body = content.content[from:to]
			s.Headers = append(s.Headers, header("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, len(content.content))))
		}
	}
	s.ContentType = "application/octet-stream"
	if c.Dialect() == endpoint.OBS {
		s.ContentType = "binary/octet-stream"
	}
	for _, h := range append(c.describe(o, content), c.wishes(content.headers)...) {
		if wire.EqualFold(h.Name, "Content-Type") {
			s.ContentType = h.Value
			continue
		}
		s.Headers = append(s.Headers, h)
	}
	return c.Accept(s)
}

// describe are the service's own headers about an object, which depend on what
// it is.
func (c call) describe(o, content *object) []wire.Header {
	var out []wire.Header
	vendor := func(name, value string) { out = append(out, header(c.Prefix()+name, value)) }
	if content.kind == appendable {
		vendor("next-append-position", strconv.Itoa(len(content.content)))
		if c.Dialect() == endpoint.OBS {
			vendor("object-type", appendable)
		}
	}
	if content.class != "" && c.Dialect() == endpoint.OBS {
		vendor("storage-class", content.class)
	}
	if n := len(o.tags); n > 0 {
		vendor("tagging-count", strconv.Itoa(n))
	}
	if content.archived() && !content.restored.IsZero() {
		vendor("restore", fmt.Sprintf(`ongoing-request="false", expiry-date="%s"`, content.restored.UTC().Format(http.TimeFormat)))
	}
	return out
}

// wishes are the headers kept with an object, with what response-* parameters
// put in their place.
func (c call) wishes(kept []wire.Header) []wire.Header {
	var out, wished []wire.Header
	if c.Operation() == "GetObject" {
		for i, name := range ownHeaders {
			if value, ok := c.Param(responseParameters[i]); ok {
				wished = append(wished, header(name, oneLine(value)))
			}
		}
	}
	for _, h := range kept {
		if strings.HasPrefix(strings.ToLower(h.Name), "meta-") || h.Name == "website-redirect-location" {
			h.Name = c.Prefix() + h.Name
		} else if slices.ContainsFunc(wished, func(w wire.Header) bool { return wire.EqualFold(w.Name, h.Name) }) {
			continue
		}
		out = append(out, h)
	}
	return append(out, wished...)
}

// responseParameters replace the headers of the same place in ownHeaders.
var responseParameters = func() (names []string) {
	for _, name := range ownHeaders {
		names = append(names, "response-"+strings.ToLower(name))
	}
	return names
}()

// oneLine keeps a parameter from becoming more than the value of a header.
func oneLine(s string) string { return lineBreaks.Replace(s) }

var lineBreaks = strings.NewReplacer("\r", " ", "\n", " ", "\x00", " ")

// rangeOf reads a range of bytes, to being the first byte behind it. A client
// may ask for the end of what it does not know the length of.
func rangeOf(text string, size int) (from, to int, ok bool) {
	spec, ok := strings.CutPrefix(strings.ToLower(text), "bytes=")
	first, last, dash := strings.Cut(spec, "-")
	if !ok || !dash {
		return 0, 0, false
	}
	a, errA := strconv.ParseUint(first, 10, 62)
	z, errZ := strconv.ParseUint(last, 10, 62)
	switch {
	case first == "" && errZ == nil && z > 0:
		return max(0, size-int(min(z, 1<<40))), size, true
	case errA != nil:
		return 0, 0, false
	case last == "":
		return int(a), max(size, int(a)+1), true
	case errZ != nil || z < a:
		return 0, 0, false
	}
	return int(a), int(z) + 1, true
}

// conditions answers a conditional request whose condition does not hold.
func (c call) conditions(o *object) (endpoint.Response, bool) {
	switch c.holds(o, func(name string) (string, bool) { return c.Request().Header(name) }) {
	case preconditionFailed:
		return c.Refuse(preconditionFailed), true
	case notModified:
		return c.NotModified(header("ETag", o.etag(c.Dialect())), header("Last-Modified", o.modified.UTC().Format(http.TimeFormat))), true
	}
	return endpoint.Response{}, false
}

// notModified is what a condition of a GET comes to for what the client has.
const notModified refusal = "not-modified"

// holds evaluates If-Match and the others in the order of RFC 9110, section
// 13.2.2.
func (c call) holds(o *object, condition func(name string) (string, bool)) refusal {
	tag := o.etag(c.Dialect())
	second := o.modified.Truncate(time.Second)
	if match, ok := condition("If-Match"); ok {
		if !matches(match, tag) {
			return preconditionFailed
		}
	} else if since, ok := dated(condition, "If-Unmodified-Since"); ok && second.After(since) {
		return preconditionFailed
	}
	if match, ok := condition("If-None-Match"); ok {
		if matches(match, tag) {
			return notModified
		}
	} else if since, ok := dated(condition, "If-Modified-Since"); ok && !second.After(since) {
		return notModified
	}
	return ""
}

func dated(condition func(string) (string, bool), name string) (time.Time, bool) {
	text, ok := condition(name)
	if !ok {
		return time.Time{}, false
	}
	return signature.ParseDate(text)
}

// matches compares an entity tag with a list of them; quotes may be missing.
func matches(list, tag string) bool {
	for one := range strings.SplitSeq(list, ",") {
		one = strings.TrimPrefix(wire.TrimBlanks(one), "W/")
		if one == "*" || strings.EqualFold(strings.Trim(one, `"`), strings.Trim(tag, `"`)) {
			return true
		}
	}
	return false
}
