package fuzz

import (
	"net/http"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// headers chooses all header fields. Host stands first, as most clients have
// it, or last, or is missing where the target names the host.
func (g *grammar) headers(host string) {
	req := g.in.Request
	place := g.Below(8)
	absolute := !strings.HasPrefix(req.Target, "/")
	if place < 6 {
		g.add(g.letters("Host"), host)
	}
	g.dateHeaders()
	g.contentHeaders()
	count := g.Below(7)
	if g.Once(16) { // more than some sorts keep stable
		count += 12
	}
	for range count {
		g.add(g.headerName(), g.text(valueAtoms, 5))
	}
	if place == 6 || place == 7 && !absolute {
		g.add("Host", host)
	}
}

func (g *grammar) add(name, value string) {
	g.in.Request.Headers = append(g.in.Request.Headers, wire.Header{Name: name, Value: value})
}

// dateHeaders are none, Date, the vendor's date header, or both with different
// values.
func (g *grammar) dateHeaders() {
	kind := g.Below(8)
	if kind == 1 || kind == 3 || kind == 4 {
		g.add(g.letters("Date"), g.date())
	}
	if name := g.profile.Names.DateHeader; name != "" && (kind == 2 || kind == 3 || kind == 5) {
		g.add(g.letters(name), g.vendorDate())
	}
}

// vendorDate is a date in the vendor's own header. OSS V4 takes ISO 8601 in its
// basic form there and nothing else (EC 0002-00000502).
func (g *grammar) vendorDate() string {
	const iso = "20060102T150405Z"
	date := g.date()
	if _, err := time.Parse(iso, date); err != nil && g.profile == signature.OSSV4Header {
		return g.in.Time.Format(iso)
	}
	return date
}

func (g *grammar) date() string {
	switch g.Below(4) {
	case 2:
		return g.in.Time.Format("20060102T150405Z")
	case 3:
		return OneOf(g.Choices, dates)
	}
	return g.in.Time.Format(http.TimeFormat)
}

// contentHeaders have slots of their own in every scheme.
func (g *grammar) contentHeaders() {
	kind := g.Below(8)
	if kind == 1 || kind == 3 || kind == 5 {
		g.add(g.letters("Content-Type"), OneOf(g.Choices, contentTypes))
	}
	if kind == 2 || kind == 3 {
		g.add(g.letters("Content-MD5"), OneOf(g.Choices, contentMD5s))
	}
	if kind == 5 { // twice
		g.add(g.letters("Content-Type"), OneOf(g.Choices, contentTypes))
	}
	if name := g.profile.Names.PayloadHeader; name != "" && kind == 4 {
		hashes := payloadHashes
		if g.isOSS() {
			hashes = hashes[:1] // all it takes (EC 0002-00000214)
		}
		g.add(g.letters(name), OneOf(g.Choices, hashes))
	}
}

// headerName is a name of the scheme's own prefix, of another one, of none, or
// one that is there already.
func (g *grammar) headerName() string {
	var name string
	switch g.Below(8) {
	default:
		name = g.prefixed(g.ownPrefix())
	case 3:
		name = g.prefixed(OneOf(g.Choices, prefixes))
	case 4, 5:
		name = OneOf(g.Choices, plainHeaders)
	case 6:
		if all := g.in.Request.Headers; len(all) > 0 {
			name = all[g.Below(min(len(all), 256))].Name + OneOf(g.Choices, siblings)
		}
		if n := &g.profile.Names; name == "" || wire.EqualFold(name, "Host") || wire.EqualFold(name, n.PayloadHeader) || wire.EqualFold(name, n.DateHeader) {
			name = "Accept"
		}
	case 7:
		if name = g.profile.Names.TokenHeader; name == "" || g.token {
			name = "X-Token"
		}
	}
	return g.letters(name)
}

// prefixed is a name with a prefix. A token and a date of the scheme's own have
// their own places; those of another dress are headers like others.
func (g *grammar) prefixed(prefix string) string {
	name := prefix + OneOf(g.Choices, suffixes)
	if n := &g.profile.Names; wire.EqualFold(name, n.TokenHeader) || wire.EqualFold(name, n.DateHeader) {
		return prefix + "other"
	}
	return name
}

// ownPrefix is the prefix of the scheme's signed headers, such as "x-oss-".
func (g *grammar) ownPrefix() string {
	if prefix := g.profile.Names.HeaderPrefix; prefix != "" {
		return prefix
	}
	return "x-amz-"
}
