package diagnose

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/countersign/countersign/reports"
)

// A bare URL is a request of which its URL alone is known. Nobody can tell by it
// with which method and headers it was called: what the service says of those is
// no difference, and no mistake either.

// bare reports whether the request is no more than its URL.
func (c *inquiry) bare() bool { return c.Request != nil && c.Request.Method == "" }

// fillBare puts into the text of a bare URL what only a request tells.
func (c *inquiry) fillBare(from *parts) {
	if !c.bare() || c.rebuilt == nil || from == nil || len(from.layout) != len(c.rebuilt.layout) {
		return
	}
	for _, f := range []field{methodField, md5Field, typeField, payloadField} {
		c.rebuilt.text[f] = from.text[f]
	}
	own := headerLines(c.rebuilt.text[headerField])
	lines := headerLines(from.text[headerField])
	for i, h := range lines {
		if at := slices.IndexFunc(own, func(o headerLine) bool { return o.name == h.name }); at >= 0 {
			lines[i] = own[at]
		}
	}
	c.rebuilt.text[headerField] = joinHeaders(lines)
}

// methodsOfURLs are the methods that URLs are signed for, the usual one first.
var methodsOfURLs = []string{"GET", "PUT", "HEAD", "POST", "DELETE"}

// unknownOf are the texts that a field may have had in the request of a bare
// URL. None of them is a mistake.
func (h *hunt) unknownOf(f field) []variant {
	if !h.c.bare() || h.base.text[methodField] != "" {
		return nil
	}
	var list []variant
	switch f {
	case methodField:
		for _, method := range methodsOfURLs {
			list = append(list, variant{text: method})
		}
	case typeField:
		list = append(list, variant{})
		for _, kind := range usualTypes {
			list = append(list, variant{text: kind})
		}
	}
	return list
}

// tellBare says what a bare URL is signed for, if there is nothing wrong in it.
func (c *inquiry) tellBare(found []reading) {
	signed, _ := c.apart(found[0].signed)
	if signed == nil {
		return
	}
	what := signed.text[methodField]
	if kind := signed.text[typeField]; kind != "" {
		what += fmt.Sprintf(" with Content-Type %q", kind)
	}
	if c.doc.Code != "" || c.doc.EC != "" {
		const says = "the URL carries the signature that the given secret makes for %s: the request had another method or other headers, or the service holds another secret"
		for _, id := range []string{"C09", "C01", "C10", "C02"} {
			c.say(id, reports.Suspicion, fmt.Sprintf(says, what))
		}
		return
	}
	c.rightURL = true
	c.out.WouldHelp = append(c.out.WouldHelp, fmt.Sprintf("the answer of the service: the URL carries the signature that the given secret makes for %s, so that nothing is wrong with it; it is refused for another method, or for other headers", what))
}

// validUntil says when a URL that nobody answered for expires.
func (c *inquiry) validUntil() string {
	if !c.bare() || c.found == nil || c.doc.Code != "" || c.doc.EC != "" {
		return ""
	}
	seconds, err := strconv.ParseInt(c.found.Expires, 10, 64)
	if err != nil {
		return ""
	}
	until := time.Unix(seconds, 0)
	if c.found.Timestamp != "" { // of V4 it is a span
		from, ok := momentOf(c.found.Timestamp)
		if !ok || seconds > int64(longestSpan/time.Second) {
			return ""
		}
		until = from.Add(time.Duration(seconds) * time.Second)
	}
	return fmt.Sprintf("when the URL was called: it expires at %s, and is refused from then on (C12)", until.UTC().Format(time.RFC3339))
}

// longestSpan is more than any URL is valid for.
const longestSpan = 10 * 366 * 24 * time.Hour
