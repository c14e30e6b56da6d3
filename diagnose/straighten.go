package diagnose

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// straighten takes a client's text apart. Where the lines of one of the V1 family
// are laid out wrong, each field is still found, and the slips of the layout are
// kept beside them: a line feed too many is not a part of the key, and a date
// that stands in the line of the Content-Type is no Content-Type. It returns nil
// where nobody can tell which line is which.
func (c *inquiry) straighten(text string) *parts {
	if len(layoutOf(c.scheme, c.carrier)) != len(v1Layout) {
		p, _ := c.apart(text)
		return p
	}
	straight, slips := c.straightEnds(text)
	p, ok := c.apart(straight)
	if !ok || !c.inPlace(p) {
		whole, missing, found := c.withEmptyLines(straight)
		if !found {
			return nil
		}
		if p, ok = c.apart(whole); !ok {
			return nil
		}
		slips = append(slips, missing...)
	}
	if len(slips) > 0 {
		p.raw, p.slips = text, slips
	}
	return p
}

// straightEnds gives every line the end it should have.
func (c *inquiry) straightEnds(text string) (string, []made) {
	var slips []made
	if n := strings.Count(text, "\r\n"); n >= 3 && n == strings.Count(text, "\n") {
		text, slips = strings.ReplaceAll(text, "\r\n", "\n"), append(slips, did("line-ends-crlf", ""))
	}
	if c.server == nil || !strings.HasSuffix(c.server.String(), "\n") {
		if short, cut := strings.CutSuffix(text, "\n"); cut {
			text, slips = short, append(slips, did("line-feed-behind", ""))
		}
	}
	return text, slips
}

// inPlace reports whether no line holds what belongs into another one.
func (c *inquiry) inPlace(p *parts) bool {
	date := p.text[dateField]
	return !c.isDate(p.text[md5Field]) && !c.isDate(p.text[typeField]) && (c.isDate(date) || !strings.HasPrefix(date, "x-"))
}

func (c *inquiry) isDate(text string) bool {
	_, ok := momentOf(text)
	return ok || text != "" && c.server != nil && text == c.server.text[dateField]
}

// withEmptyLines puts the lines of empty fields back that a signer left out.
func (c *inquiry) withEmptyLines(text string) (whole string, slips []made, found bool) {
	method, rest, _ := strings.Cut(text, "\n")
	var head []string
	for len(head) < 3 {
		line, more, ended := strings.Cut(rest, "\n")
		if !ended || strings.HasPrefix(line, "/") || strings.HasPrefix(line, "x-") {
			break
		}
		head, rest = append(head, line), more
	}
	n := len(head)
	if n == 0 || n > 2 || !c.isDate(head[n-1]) {
		return "", nil, false
	}
	fields := map[field]string{dateField: head[n-1]}
	if n == 2 {
		switch raw, err := base64.StdEncoding.DecodeString(head[0]); {
		case err == nil && len(raw) == 16:
			fields[md5Field] = head[0]
		case head[0] != "" && !strings.Contains(head[0], "/"):
			return "", nil, false
		default:
			fields[typeField] = head[0]
		}
	}
	whole = method + "\n"
	for _, f := range []field{md5Field, typeField, dateField} {
		if _, has := fields[f]; !has {
			slips = append(slips, did("line-missing", f.String()))
		}
		whole += fields[f] + "\n"
	}
	return whole + rest, slips, true
}

// momentOf reads a date line: a date, or the seconds of Expires.
func momentOf(text string) (time.Time, bool) {
	if isNumber(text) && len(text) == len("1796463000") {
		seconds, err := strconv.ParseInt(text, 10, 64)
		return time.Unix(seconds, 0), err == nil
	}
	at, _, ok := readDate(text)
	return at, ok
}

// signedAt is the time that stands in a signed text: of V4 that of the vendor's
// date header.
func (c *inquiry) signedAt(p *parts) (time.Time, bool) {
	if slices.ContainsFunc(p.layout, isDateLine) {
		return momentOf(p.text[dateField])
	}
	return momentOf(c.vendorDate(p))
}

// longestReading is how far two readings of the clock for one request are apart.
const longestReading = 3 * time.Second

// attemptsDiffer reports whether two texts were signed at other times, so that
// they may be of two attempts, or of two requests. Whole hours are a time zone,
// and two texts with the same date in the vendor's header are of one request. It
// is no question where the signature shows that the client's text was signed.
func (c *inquiry) attemptsDiffer(server, signed *parts) bool {
	a, ok := c.signedAt(server)
	b, also := c.signedAt(signed)
	if !ok || !also || signed == c.client && c.clientSigned() {
		return false
	}
	apart := a.Sub(b).Abs()
	if own := c.vendorDate(server); own != "" && own == c.vendorDate(signed) && slices.ContainsFunc(server.layout, isDateLine) {
		return false
	}
	return c.farApart(apart)
}

func (c *inquiry) farApart(apart time.Duration) bool {
	if apart <= longestReading || apart%time.Hour == 0 {
		return false
	}
	c.contradict(fmt.Sprintf("the two strings are of times %s apart: they seem to be about two attempts, or two requests", span(apart)))
	return true
}

func isDateLine(at piece) bool { return at.field == dateField }

func (c *inquiry) vendorDate(p *parts) string {
	for _, h := range headerLines(p.text[headerField]) {
		if h.name == c.names().DateHeader && h.name != "" {
			return h.value
		}
	}
	return ""
}
