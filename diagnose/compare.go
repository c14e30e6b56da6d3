package diagnose

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/wire"
)

func bytesOf(s string) *wire.Bytes {
	b := wire.Bytes(s)
	return &b
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// What the strings are called.
const (
	clientSigned  = "the client signed"
	serviceSigned = "the service signed"
	requestWants  = "the request asks for"
)

// compareStrings is the third step: where the string of the client, or the one
// that the request asks for, differs from the string of the service.
func (c *inquiry) compareStrings() {
	c.compareV4Lines()
	if c.server != nil && c.rebuilt != nil && !c.foreign {
		c.compareRequest(c.server)
	}
	if c.laidOutOtherwise() {
		return
	}
	if c.server != nil && c.client != nil {
		c.compareClient(c.server, "the client's own string differs from that of the service")
	}
	if c.server == nil && c.client != nil && c.rebuilt != nil && c.doc.Code == "" && c.doc.EC == "" {
		c.show(clientSigned, c.client, requestWants, c.rebuilt)
		c.tell(c.differences(c.rebuilt, c.client), c.sameExchange(c.rebuilt, c.client), "the client's own string differs from the one that its request asks for")
	}
}

// compareRequest holds the string that the request asks for against that of the
// service: they can differ only where the request changed on its way.
func (c *inquiry) compareRequest(server *parts) {
	if c.rebuilt.String() == server.String() {
		if c.Seen == AtClient && !c.bare() {
			c.transit = transitKept
		}
		return
	}
	if c.Seen == AtClient || c.Seen == OnTheWire {
		c.transit = transitChanged
	}
	c.show(requestWants, c.rebuilt, serviceSigned, server)
	c.tell(c.differences(server, c.rebuilt), c.sameExchange(server, c.rebuilt), "the service saw another request than this one", c.between()...)
}

// between are the parties that stand between the place where a changed request
// was seen and the service. What is seen on the network has left the client's
// machine.
func (c *inquiry) between() []Party {
	switch {
	case c.transit != transitChanged:
		return nil
	case c.Seen == OnTheWire:
		return []Party{"proxy", "cdn"}
	}
	return []Party{"proxy", "cdn", "runtime", "browser", "tool", "user-code"}
}

func (c *inquiry) compareClient(server *parts, how string) {
	if c.client.String() == server.String() {
		return
	}
	if c.rebuilt != nil && !c.foreign && c.rebuilt.String() == c.client.String() && c.Seen != SeenAnywhere {
		c.transit = transitChanged
	}
	c.show(clientSigned, c.client, serviceSigned, server)
	before := c.out.Proven()
	c.tell(c.differences(server, c.client), c.sameExchange(server, c.client), how)
	for _, id := range c.out.Proven() {
		if !slices.Contains(before, id) {
			c.ofClient = append(c.ofClient, id)
		}
	}
}

// exact reports whether the string of the service is known to the byte. Text may
// have lost blanks on its way.
func (c *inquiry) exact() bool {
	return c.doc.StringToSignOrigin == FromBytes || c.serverV4 != nil
}

// sameExchange reports whether what differs between two strings proves anything.
// Strings that differ in most of their parts are not about one request, and
// blanks count only where the string of the service is exact.
func (c *inquiry) sameExchange(a, b *parts) bool {
	others := 0
	for f := range fields {
		if a.text[f] != b.text[f] {
			others++
		}
	}
	if !c.exact() && foldBlanks(a.String()) == foldBlanks(b.String()) {
		return false
	}
	if c.attemptsDiffer(a, b) {
		return false
	}
	if others > 3 {
		c.contradict(fmt.Sprintf("the two strings differ in %d parts: they seem to be about different requests", others))
	}
	return others <= 3
}

// show keeps the two strings for the answer. The first that are shown stay.
func (c *inquiry) show(aName string, a *parts, bName string, b *parts) {
	c.showText(aName, a.String(), bName, b)
}

// showEqual shows two strings that are equal, or of V4 the strings to sign where
// no more is known, if no others were shown.
func (c *inquiry) showEqual() {
	switch {
	case c.refused != signaturesDiffer:
	case c.server != nil && c.client != nil && c.client.String() == c.server.String():
		c.show(clientSigned, c.client, serviceSigned, c.server)
	case c.server == nil && c.serverV4 != nil && c.clientV4 != nil:
		c.keep(clientSigned, c.clientV4.String(), serviceSigned, c.serverV4.String(), c.v4LineAt)
	case c.server != nil && c.client == nil && c.sameAsWanted():
		c.show(requestWants, c.rebuilt, serviceSigned, c.server)
	}
}

// sameAsWanted reports whether the service signed what the request asks for.
func (c *inquiry) sameAsWanted() bool {
	return c.server != nil && c.rebuilt != nil && !c.foreign && !c.bare() && c.rebuilt.String() == c.server.String()
}

// v4LineAt names the line of the string to sign of V4 that a byte stands in.
func (c *inquiry) v4LineAt(at int) string {
	names := []string{"algorithm", "time", "scope", "hash of the canonical request"}
	line := strings.Count(c.serverV4.String()[:min(at, len(c.serverV4.String()))], "\n")
	return names[min(line, len(names)-1)]
}

func (c *inquiry) showText(aName, a, bName string, b *parts) {
	c.keep(aName, a, bName, b.String(), func(at int) string { return b.fieldAt(at).String() })
}

// keep is show for texts; fieldAt names the part that a byte stands in.
func (c *inquiry) keep(aName, a, bName, b string, fieldAt func(at int) string) {
	if c.out.Compared != nil {
		return
	}
	shown := &reports.Comparison{Names: [2]string{aName, bName}, Strings: [2]wire.Bytes{wire.Bytes(a), wire.Bytes(b)}}
	if shown.Offset = reports.FirstDifference(shown.Strings[0], shown.Strings[1]); shown.Offset >= 0 {
		shown.Field = fieldAt(shown.Offset)
	}
	c.out.Compared = shown
}

// compareV4Lines compares what of the string to sign of V4 is not the hash.
func (c *inquiry) compareV4Lines() {
	if c.serverV4 == nil || c.clientV4 == nil {
		return
	}
	var all []made
	for _, line := range []struct{ name, server, client string }{
		{"algorithm-other", c.serverV4.algorithm, c.clientV4.algorithm},
		{"time-other", c.serverV4.time, c.clientV4.time},
	} {
		if line.server != line.client {
			all = append(all, did(line.name, fmt.Sprintf("signed %q, arrived %q", line.client, line.server)))
		}
	}
	if c.serverV4.scope != c.clientV4.scope {
		all = append(all, scopeMistakes(c.serverV4.scope, c.clientV4.scope)...)
	}
	if len(all) > 0 {
		c.tell([]reading{{mistakes: all}}, !c.timesDiffer(), "the client's own string differs from that of the service")
	}
}

// timesDiffer is attemptsDiffer of the strings to sign of V4.
func (c *inquiry) timesDiffer() bool {
	a, ok := momentOf(c.serverV4.time)
	b, also := momentOf(c.clientV4.time)
	if !ok || !also {
		return false
	}
	return c.farApart(a.Sub(b).Abs())
}

func scopeMistakes(server, client string) []made {
	a, _, ok := scopeOf(server)
	b, _, also := scopeOf(client)
	if !ok || !also {
		return []made{did("algorithm-other", fmt.Sprintf("signed %q, arrived %q", client, server))}
	}
	var all []made
	for _, part := range []struct{ name, server, client string }{
		{"scope-day", a.Date, b.Date}, {"scope-region", a.Region, b.Region}, {"scope-product", a.Product, b.Product},
	} {
		if part.server != part.client {
			all = append(all, did(part.name, fmt.Sprintf("signed %q, arrived %q", part.client, part.server)))
		}
	}
	return all
}

// laidOutOtherwise looks for a client's string that has the fields of the
// service's in another layout.
func (c *inquiry) laidOutOtherwise() bool {
	signed := c.ClientString
	if c.serverV4 != nil {
		signed = c.ClientCanonical
	}
	if c.server == nil || signed == "" || signed == c.server.String() {
		return false
	}
	for _, l := range c.layouts(c.server) {
		text := appendLaidOut(nil, l.layout, &c.server.text)
		if l.edit != nil {
			text = l.edit(text)
		}
		if string(text) == signed {
			c.showText(clientSigned, signed, serviceSigned, c.server)
			c.tell([]reading{{mistakes: l.mistakes, signed: signed}}, true, "the client's own string differs from that of the service")
			return true
		}
	}
	if c.client == nil && strings.Count(signed, "\n") != strings.Count(c.server.String(), "\n") {
		c.tell([]reading{{mistakes: []made{did("layout-other", "")}, signed: signed}}, false, "the client's own string has another number of lines than that of the service")
	}
	return false
}

// differences says which mistakes lead from the string of the service to the
// one that was signed: for each field that differs the ones that give exactly
// its text, or else what can be seen in it.
func (c *inquiry) differences(server, signed *parts) []reading {
	server = oneKey(server, signed)
	readings := []reading{{mistakes: slices.Clone(signed.slips), signed: signed.String()}}
	for f := range fields {
		if server.text[f] == signed.text[f] || FitsMask(signed.text[f], server.text[f]) {
			continue
		}
		ways := c.ways(f, server, signed)
		var next []reading
		for _, r := range readings {
			for _, way := range ways {
				next = append(next, reading{append(slices.Clone(r.mistakes), way...), r.signed})
			}
		}
		if readings = next; len(readings) > 16 {
			readings = readings[:16]
		}
	}
	if len(readings[0].mistakes) == 0 {
		return nil
	}
	return readings
}

// oneKey is the text of the service with the question mark taken for one of the
// key, where the client signed the same key and no query: ?acl may end the name
// of an object.
func oneKey(server, signed *parts) *parts {
	path, query := server.text[pathField], server.text[queryField]
	if query == "" || signed.text[queryField] != "" || !strings.HasSuffix(wire.Unescape(signed.text[pathField]), wire.Unescape(query)) {
		return server
	}
	other := *server
	other.text[pathField], other.text[queryField] = path+query, ""
	return &other
}

// ways are the lists of mistakes that explain one field.
func (c *inquiry) ways(f field, server, signed *parts) [][]made {
	var ways [][]made
	fewest := 0
	for _, v := range c.variants(f, server) {
		if v.text != signed.text[f] || fewest > 0 && len(v.mistakes) > fewest {
			continue
		}
		fewest = len(v.mistakes)
		ways = append(ways, v.mistakes)
	}
	if len(ways) == 0 {
		ways = c.classify(f, server, signed.text[f])
	}
	return ways
}

// classify says what is seen in a field that no known mistake explains: the ways
// to read it.
func (c *inquiry) classify(f field, server *parts, signed string) [][]made {
	had := server.text[f]
	detail := fmt.Sprintf("signed %q, arrived %q", signed, had)
	one := func(name string) [][]made { return [][]made{{did(name, detail)}} }
	switch f {
	case methodField:
		return one("method-other")
	case md5Field:
		return one("content-md5-other")
	case typeField:
		return one("content-type-other")
	case dateField:
		return one("date-other")
	case headerField:
		return [][]made{c.classifyHeaders(had, signed)}
	case listedField:
		return one("listed-other")
	case pathField:
		return c.classifyPath(had, signed)
	case queryField:
		return c.classifyQuery(had, signed)
	case payloadField:
		return one("payload-other")
	}
	return [][]made{{did("policy-other", "")}}
}
