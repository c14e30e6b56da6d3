package diagnose

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// variant is another text for a field, and the mistakes that lead to it.
type variant struct {
	text     string
	mistakes []made
	// alone says that the variant is tried with no other mistake: there are
	// many of its kind.
	alone bool
}

// variants are the texts a signer may have signed for a field: what other parts
// of the evidence say first, then the plausible ones. Several mistakes can lead
// to one text: each is a variant then.
func (c *inquiry) variants(f field, p *parts) []variant {
	var list []variant
	seen := map[string]int{p.text[f]: -1}
	add := func(text string, all ...made) {
		i, ok := seen[text]
		if ok && (i < 0 || list[i].mistakes[0].Cause == all[0].Cause || len(list[i].mistakes) < len(all)) {
			return
		}
		if !ok {
			seen[text] = len(list)
		}
		list = append(list, variant{text: text, mistakes: all})
	}
	c.known(f, p, add)
	var told []variant
	for _, other := range []*parts{c.client, c.rebuilt} {
		if other == nil || len(other.layout) != len(p.layout) || c.foreign {
			continue
		}
		text := other.text[f]
		if _, ok := seen[text]; ok {
			continue
		}
		seen[text] = -1
		for _, all := range c.classify(f, p, text) {
			if len(all) <= 2 && !slices.ContainsFunc(all, func(m made) bool { return vague[m.Name] || m.Name == "policy-other" }) {
				told = append(told, variant{text: text, mistakes: all})
			}
		}
	}
	list = append(told, list...)
	if f == dateField {
		list = append(list, c.staleDates(p.text[f])...)
	}
	return list
}

// vague are the mistakes that say that a text is another one, and not how.
// Of a policy that is enough: what is wrong with it is one cause.
var vague = map[string]bool{"path-other": true, "value-other": true, "layout-other": true}

// longestVaried is the length above which a field is taken as it is: a search
// would try nothing else.
const longestVaried = 8 << 10

// known are the variants that need no other evidence.
func (c *inquiry) known(f field, p *parts, add func(string, ...made)) {
	text := p.text[f]
	if len(text) > longestVaried {
		return
	}
	detail := func(signed string) string { return fmt.Sprintf("signed %q, arrived %q", signed, text) }
	switch f {
	case methodField:
		for _, method := range []string{"HEAD", "GET", "PUT", "POST", "DELETE", "OPTIONS"} {
			add(method, did("method-other", detail(method)))
		}
	case md5Field:
		if text != "" {
			add("", did("content-md5-unsigned", text))
		}
		for _, digest := range c.otherDigests(text) {
			add(digest, did("content-md5-other", detail(digest)))
		}
	case typeField:
		if text != "" {
			add("", did("content-type-unsigned", fmt.Sprintf("%q", text)))
		}
		for _, value := range otherTypes(text) {
			add(value, did("content-type-other", detail(value)))
		}
	case dateField:
		for _, h := range headerLines(p.text[headerField]) {
			if h.name == c.names().DateHeader {
				add(h.value, did("vendor-date-in-date-line", h.name))
			}
		}
		for _, v := range c.dateForms(text) {
			add(v.text, v.mistakes...)
		}
	case headerField:
		c.headerVariants(p, add)
	case pathField:
		c.pathVariants(text, add)
	case queryField:
		c.queryVariants(text, add)
	case listedField:
		add("", did("listed-other", "none is signed"))
		if c.isHex() {
			for _, list := range []string{"host", "content-type;host"} {
				add(list, did("listed-other", detail(list)))
			}
		}
	case payloadField:
		c.payloadVariants(add)
	case policyField:
		policyVariants(text, add)
	}
}

// otherDigests are the values of Content-MD5 that a signer may have signed.
func (c *inquiry) otherDigests(sent string) []string {
	const ofNothing = "1B2M2Y8AsgTpgAmY7PhCfg=="
	out := []string{ofNothing}
	if raw, err := base64.StdEncoding.DecodeString(sent); err == nil && len(raw) == md5.Size {
		digits := hex.EncodeToString(raw)
		out = append(out, digits, strings.ToUpper(digits), base64.StdEncoding.EncodeToString([]byte(digits)), strings.TrimRight(sent, "="))
	} else if raw, err := hex.DecodeString(sent); err == nil && len(raw) == md5.Size {
		out = append(out, base64.StdEncoding.EncodeToString(raw))
	}
	if c.Request != nil {
		sum := md5.Sum([]byte(c.Request.Body))
		out = append(out, base64.StdEncoding.EncodeToString(sum[:]), hex.EncodeToString(sum[:]))
	}
	return out
}

func (c *inquiry) payloadVariants(add func(string, ...made)) {
	const ofNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	values := []string{ofNothing, "UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", ""}
	if c.Request != nil {
		values = append(values, hashOf(c.Request.Body))
	}
	for _, value := range values {
		add(value, did("payload-other", fmt.Sprintf("signed %q", value)))
	}
}

// dateLayouts are the forms dates are written in, the right one first.
var dateLayouts = []string{
	http.TimeFormat, "20060102T150405Z", "Mon, _2 Jan 2006 15:04:05 GMT", "Mon, 2 Jan 2006 15:04:05 GMT", time.RFC1123Z,
	"Mon, 02 Jan 2006 15:04:05 UTC", "Mon, 02 Jan 2006 15:04:05", time.RFC850, time.ANSIC, time.UnixDate, time.RFC3339, "2006-01-02T15:04:05.000Z",
	"Mon Jan 02 2006 15:04:05 GMT+0000 (Coordinated Universal Time)", "Monday, 02 Jan 2006 15:04:05 GMT", "2006-01-02 15:04:05",
}

// localDays are how dates begin where a program writes them in the language of
// its machine.
var localDays = map[string][]string{
	"Sun": {"\u661f\u671f\u65e5", "\u5468\u65e5", "So"}, "Mon": {"\u661f\u671f\u4e00", "\u5468\u4e00", "Mo"}, "Tue": {"\u661f\u671f\u4e8c", "\u5468\u4e8c", "Di"},
	"Wed": {"\u661f\u671f\u4e09", "\u5468\u4e09", "Mi"}, "Thu": {"\u661f\u671f\u56db", "\u5468\u56db", "Do"}, "Fri": {"\u661f\u671f\u4e94", "\u5468\u4e94", "Fr"},
	"Sat": {"\u661f\u671f\u516d", "\u5468\u516d", "Sa"},
}

// dateForms are the dates a signer may have signed in the place of one.
func (c *inquiry) dateForms(sent string) []variant {
	var list []variant
	add := func(text, name string) {
		if text != sent {
			list = append(list, variant{text: text, mistakes: []made{did(name, fmt.Sprintf("signed %q, arrived %q", text, sent))}})
		}
	}
	add("", "date-missing")
	c.datesOfRequest(add)
	if isNumber(sent) {
		seconds, _ := strconv.ParseInt(sent, 10, 64)
		for _, shift := range []int64{-1, 1, -2, 2, -3, 3} {
			add(strconv.FormatInt(seconds+shift, 10), "date-shifted")
		}
		add(sent+"000", "date-form")
		add(strings.TrimSuffix(sent, "000"), "date-form")
		for _, before := range []int64{0, 60, 300, 600, 900, 1800, 3600, 7200, 86400} {
			add(time.Unix(seconds-before, 0).UTC().Format(http.TimeFormat), "expires-and-date-exchanged")
		}
		return list
	}
	at, layout, ok := readDate(sent)
	if !ok {
		return list
	}
	for _, shift := range []int{-1, 1, -2, 2, -3, 3} {
		add(at.Add(time.Duration(shift)*time.Second).Format(layout), "date-shifted")
	}
	for _, other := range dateLayouts {
		add(at.Format(other), "date-form")
	}
	for _, day := range localDays[at.Format("Mon")] {
		add(day+at.Format(http.TimeFormat)[3:], "date-form")
	}
	for _, life := range []int64{0, 60, 300, 600, 900, 1800, 3600, 7200, 86400} {
		add(strconv.FormatInt(at.Unix()+life, 10), "expires-and-date-exchanged")
	}
	add(strconv.FormatInt(at.UnixMilli(), 10), "date-form")
	for hours := -12; hours <= 14; hours++ {
		add(at.Add(time.Duration(hours)*time.Hour).Format(layout), "date-form")
	}
	return list
}

// datesOfRequest are the other times that the request has.
func (c *inquiry) datesOfRequest(add func(text, name string)) {
	if c.Request == nil {
		return
	}
	date, _ := c.Request.Header("Date")
	vendor, _ := c.Request.Header(c.names().DateHeader)
	if date != "" {
		add(date, "date-header-signed")
	}
	if vendor != "" {
		add(vendor, "vendor-date-in-date-line")
	}
}

func readDate(text string) (at time.Time, layout string, ok bool) {
	for _, layout := range dateLayouts[:2] {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), layout, true
		}
	}
	return time.Time{}, "", false
}

// oldest is how far back the date of an earlier attempt is looked for: what is
// older is refused for its age.
const oldest = 900

// staleDates are the times of earlier attempts.
func (c *inquiry) staleDates(sent string) []variant {
	at, layout, ok := readDate(sent)
	if !ok {
		return nil
	}
	list := make([]variant, 0, oldest)
	for s := 4; s <= oldest; s++ {
		text := at.Add(-time.Duration(s) * time.Second).Format(layout)
		list = append(list, variant{text: text, alone: true, mistakes: []made{did("date-stale", fmt.Sprintf("signed %q, arrived %q", text, sent))}})
	}
	return list
}

// policyVariants are the texts that are signed in the place of a policy.
func policyVariants(text string, add func(string, ...made)) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return
	}
	add(string(raw), did("policy-not-encoded", ""))
	for _, width := range []int{60, 64, 76} {
		for _, end := range []string{"\n", "\r\n"} {
			wrapped := wrap(text, width, end)
			add(wrapped, did("policy-wrapped", ""))
			add(wrapped+end, did("policy-wrapped", ""))
		}
	}
	add(text+"\n", did("policy-wrapped", "a line feed behind it"))
	add(base64.RawStdEncoding.EncodeToString(raw), did("policy-encoding", "without its end"))
	add(base64.URLEncoding.EncodeToString(raw), did("policy-encoding", "the alphabet for URLs"))
	add(base64.StdEncoding.EncodeToString([]byte(text)), did("policy-encoding", "encoded twice"))
	for _, spelling := range policySpellings(string(raw)) {
		add(base64.StdEncoding.EncodeToString([]byte(spelling)), did("policy-written-again", fmt.Sprintf("%.60q", spelling)))
		add(spelling, did("policy-not-encoded", ""), did("policy-written-again", ""))
	}
}

func wrap(text string, width int, end string) string {
	var b strings.Builder
	for len(text) > width {
		b.WriteString(text[:width] + end)
		text = text[width:]
	}
	return b.String() + text
}

// policySpellings are other ways to write the same JSON.
func policySpellings(raw string) []string {
	tight, spaced, lined := respaced(raw, "", ""), respaced(raw, " ", " "), raw+"\n"
	return []string{
		tight, spaced, respaced(raw, " ", ""), respaced(raw, "", " "), lined, strings.TrimSpace(raw),
		strings.ReplaceAll(raw, "/", `\/`), strings.ReplaceAll(tight, "/", `\/`), strings.ReplaceAll(raw, `\/`, "/"), strings.ReplaceAll(tight, `\/`, "/"),
	}
}

// respaced writes JSON in one line with other blanks behind colons and commas.
func respaced(raw, behindColon, behindComma string) string {
	var b strings.Builder
	quoted := false
	for i := 0; i < len(raw); i++ {
		switch ch := raw[i]; {
		case quoted && ch == '\\' && i+1 < len(raw):
			b.WriteString(raw[i : i+2])
			i++
		case ch == '"':
			quoted = !quoted
			b.WriteByte(ch)
		case quoted:
			b.WriteByte(ch)
		case ch == ' ' || ch == '\t' || ch == '\r' || ch == '\n':
		case ch == ':':
			b.WriteString(":" + behindColon)
		case ch == ',':
			b.WriteString("," + behindComma)
		default:
			b.WriteByte(ch)
		}
	}
	return b.String()
}
