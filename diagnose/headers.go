package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/countersign/countersign/wire"
)

// headerLine is a line of the canonical headers.
type headerLine struct{ name, value string }

func (h headerLine) String() string { return h.name + ":" + h.value + "\n" }

// headerLines takes the block of headers apart.
func headerLines(block string) []headerLine {
	var lines []headerLine
	for line := range strings.SplitSeq(strings.TrimSuffix(block, "\n"), "\n") {
		if block == "" {
			break
		}
		name, value, _ := strings.Cut(line, ":")
		lines = append(lines, headerLine{name, value})
	}
	return lines
}

func joinHeaders(lines []headerLine) string {
	var b strings.Builder
	for _, h := range lines {
		b.WriteString(h.String())
	}
	return b.String()
}

// without returns the list without one of its items.
func without[T any](list []T, i int) []T {
	return append(slices.Clone(list[:i]), list[i+1:]...)
}

// with returns the list with another item in the place of one.
func with[T any](list []T, i int, item T) []T {
	out := slices.Clone(list)
	out[i] = item
	return out
}

// withHeader puts a line into its place among sorted ones.
func withHeader(lines []headerLine, h headerLine) []headerLine {
	i := 0
	for i < len(lines) && lines[i].name < h.name {
		i++
	}
	return slices.Insert(slices.Clone(lines), i, h)
}

// absent names the mistake of a header that arrived and is not signed.
func (c *inquiry) absent(h headerLine) made {
	n := c.names()
	switch {
	case h.name == "content-type":
		return did("content-type-unsigned", fmt.Sprintf("%q", h.value))
	case h.name == "content-md5":
		return did("content-md5-unsigned", h.value)
	case h.name == n.TokenHeader:
		return did("token-header-unsigned", h.name)
	case h.value == "":
		return did("header-empty-unsigned", h.name)
	case h.name == "host":
		return did("host-other", "it is not signed")
	case strings.HasPrefix(h.name, n.HeaderPrefix):
		return did("vendor-header-unsigned", fmt.Sprintf("%s: %s", h.name, h.value))
	}
	return did("header-unsigned", h.name)
}

// extra names the mistake of a header that is signed and did not arrive.
func (c *inquiry) extra(h headerLine) made {
	switch h.name {
	case "content-type":
		return did("content-type-other", fmt.Sprintf("signed %q, none arrived", h.value))
	case "content-md5":
		return did("content-md5-other", "one is signed, none arrived")
	case c.names().TokenHeader:
		return did("token-not-sent", h.name)
	case "host":
		return did("host-other", "signed "+h.value)
	}
	return did("header-not-sent", h.name)
}

// altered names the mistake of a header that is signed with another value.
func (c *inquiry) altered(server, signed headerLine) made {
	detail := fmt.Sprintf("%s, signed %q, arrived %q", server.name, signed.value, server.value)
	switch n := c.names(); {
	case server.name == "host":
		return did("host-other", fmt.Sprintf("signed %q, arrived %q", signed.value, server.value))
	case strings.Join(strings.Fields(server.value), "") == strings.Join(strings.Fields(signed.value), ""):
		return did("header-blanks", detail)
	case sameLetters(server.value, signed.value):
		return did("header-bytes", detail)
	case server.name == "content-type":
		return did("content-type-other", detail)
	case server.name == "content-md5":
		return did("content-md5-other", detail)
	case server.name == n.TokenHeader:
		return did("token-other", server.name)
	case server.name == n.DateHeader:
		return did("date-other", detail)
	case server.name == n.PayloadHeader && n.PayloadHeader != "":
		return did("payload-other", detail)
	case isPartOfList(signed.value, server.value):
		return did("header-repeated", detail)
	}
	return did("header-altered", detail)
}

// sameLetters reports whether two values have the same letters of ASCII, and
// other bytes at the places of the others.
func sameLetters(a, b string) bool {
	if isASCII(a) && isASCII(b) {
		return false
	}
	known := func(a, b string) bool { return slices.Contains(byteForms(a), b) }
	return known(a, b) || known(b, a) || lettersOf(a) == lettersOf(b)
}

func lettersOf(value string) string {
	return strings.Map(func(r rune) rune {
		if r >= utf8.RuneSelf || r == '?' {
			return -1
		}
		return r
	}, value)
}

// isPartOfList reports whether a value is one of those that were joined with
// commas, or several.
func isPartOfList(value, list string) bool {
	all := strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
	if len(all) < 2 || value == "" {
		return false
	}
	for part := range strings.SplitSeq(value, ",") {
		if !slices.ContainsFunc(all, func(had string) bool { return strings.TrimSpace(had) == strings.TrimSpace(part) }) {
			return false
		}
	}
	return true
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// classifyHeaders names what is seen in two blocks of headers.
func (c *inquiry) classifyHeaders(server, signed string) []made {
	var all []made
	prefix, signed := c.foreignPrefix(server, signed)
	if prefix != "" {
		all = append(all, did("prefix-other", prefix))
	}
	a, b := headerLines(server), headerLines(signed)
	if server != signed && sortedLines(a) == sortedLines(b) {
		return append(all, did("header-order", ""))
	}
	find := func(lines []headerLine, name string) int {
		return slices.IndexFunc(lines, func(h headerLine) bool { return h.name == name })
	}
	for _, h := range a {
		switch i := find(b, h.name); {
		case i < 0:
			all = append(all, c.absent(h))
		case b[i].value != h.value && !FitsMask(b[i].value, h.value):
			all = append(all, c.altered(h, b[i]))
		}
	}
	for _, h := range b {
		if find(a, h.name) < 0 {
			all = append(all, c.extra(h))
		}
	}
	if len(all) == 0 {
		all = append(all, did("layout-other", ""))
	}
	return all
}

// foreignPrefix finds the prefix of another service under which all vendor
// headers are signed, and returns the block with the right one.
func (c *inquiry) foreignPrefix(server, signed string) (prefix, mended string) {
	own := c.names().HeaderPrefix
	if own == "" || !strings.Contains("\n"+server, "\n"+own) || strings.Contains("\n"+signed, "\n"+own) {
		return "", signed
	}
	for _, prefix := range []string{"x-oss-", "x-obs-", "x-amz-"} {
		if strings.Contains("\n"+signed, "\n"+prefix) {
			return prefix, strings.ReplaceAll("\n"+signed, "\n"+prefix, "\n"+own)[1:]
		}
	}
	return "", signed
}

func sortedLines(lines []headerLine) string {
	sorted := slices.Clone(lines)
	slices.SortFunc(sorted, func(a, b headerLine) int { return strings.Compare(a.String(), b.String()) })
	return joinHeaders(sorted)
}

// usualTypes are the media types that clients put into requests on their own.
var usualTypes = []string{
	"application/octet-stream", "application/x-www-form-urlencoded", "application/json", "text/plain", "text/plain;charset=UTF-8",
	"text/plain; charset=utf-8", "application/json;charset=UTF-8", "application/json; charset=utf-8", "application/xml", "image/jpeg",
	"image/png", "text/html", "binary/octet-stream", "multipart/form-data", "application/x-www-form-urlencoded; charset=UTF-8", "false", "undefined", "null",
}

// otherTypes are the forms in which a media type may have been signed.
func otherTypes(sent string) []string {
	var out []string
	if sent != "" {
		bare, parameter, has := strings.Cut(sent, ";")
		if has {
			charset := strings.TrimLeft(parameter, " ")
			out = append(out, bare, bare+";"+charset, bare+"; "+charset, bare+"; "+strings.ToLower(charset), bare+";"+strings.ToLower(charset),
				bare+"; "+upperCharset(charset), bare+";"+upperCharset(charset))
		} else {
			out = append(out, bare+";charset=UTF-8", bare+"; charset=UTF-8", bare+";charset=utf-8", bare+"; charset=utf-8")
		}
		out = append(out, strings.ToLower(sent))
	}
	return append(out, usualTypes...)
}

func upperCharset(parameter string) string {
	name, value, _ := strings.Cut(parameter, "=")
	return name + "=" + strings.ToUpper(value)
}

// headerVariants are the blocks of headers that a signer may have signed.
func (c *inquiry) headerVariants(p *parts, add func(text string, all ...made)) {
	lines := headerLines(p.text[headerField])
	if len(lines) > 64 {
		return
	}
	for i, h := range lines {
		add(joinHeaders(without(lines, i)), c.absent(h))
		for _, value := range blankForms(h.value) {
			add(joinHeaders(with(lines, i, headerLine{h.name, value})), did("header-blanks", fmt.Sprintf("%s, signed %q", h.name, value)))
		}
		for _, value := range byteForms(h.value) {
			add(joinHeaders(with(lines, i, headerLine{h.name, value})), did("header-bytes", fmt.Sprintf("%s, signed %q, arrived %q", h.name, value, h.value)))
		}
		if first, last, ok := strings.Cut(h.value, ","); ok {
			for _, value := range []string{first, last, strings.ReplaceAll(h.value, ",", ", "), first + "\n" + h.name + ":" + last} {
				add(joinHeaders(with(lines, i, headerLine{h.name, value})), did("header-repeated", fmt.Sprintf("%s, signed %q", h.name, value)))
			}
		}
		c.ownForms(lines, i, add)
	}
	c.addedHeaders(lines, add)
	c.blockForms(lines, add)
	for i := range lines {
		for j := i + 1; j < len(lines) && len(lines) <= 12; j++ {
			first, second := c.absent(lines[i]), c.absent(lines[j])
			add(joinHeaders(without(without(lines, j), i)), first, second)
		}
	}
}

// ownForms are the other values of headers that have a meaning of their own.
func (c *inquiry) ownForms(lines []headerLine, i int, add func(string, ...made)) {
	h, n := lines[i], c.names()
	put := func(value, name string) {
		if value != h.value {
			add(joinHeaders(with(lines, i, headerLine{h.name, value})), did(name, fmt.Sprintf("signed %q, arrived %q", value, h.value)))
		}
	}
	switch h.name {
	case "content-type":
		for _, value := range append([]string{""}, otherTypes(h.value)...) {
			put(value, "content-type-other")
		}
	case "content-md5":
		for _, value := range c.otherDigests(h.value) {
			put(value, "content-md5-other")
		}
	case "host":
		for _, value := range c.otherHosts(h.value) {
			put(value, "host-other")
		}
	case "accept-encoding", "expect":
		for _, value := range []string{"identity", "gzip", "gzip, deflate", "gzip, deflate, br", "gzip,deflate", "gzip;q=1.0,deflate;q=0.6,identity;q=0.3", "*", "100-continue", ""} {
			put(value, "header-altered")
		}
	case n.TokenHeader:
		for _, value := range []string{c.Credentials.SecurityToken, wire.EscapeValue(h.value), wire.Unescape(h.value)} {
			if value != "" {
				put(value, "token-other")
			}
		}
	case n.DateHeader:
		for _, d := range c.dateForms(h.value) {
			put(d.text, d.mistakes[0].Name)
		}
	}
}

// addedHeaders are lines that were signed and did not arrive.
func (c *inquiry) addedHeaders(lines []headerLine, add func(string, ...made)) {
	n := c.names()
	has := func(name string) bool {
		return slices.ContainsFunc(lines, func(h headerLine) bool { return h.name == name })
	}
	put := func(h headerLine) {
		if h.name != "" && !has(h.name) {
			add(joinHeaders(withHeader(lines, h)), c.extra(h))
		}
	}
	if c.Credentials.SecurityToken != "" {
		put(headerLine{n.TokenHeader, c.Credentials.SecurityToken})
	}
	if n.HeaderPrefix == "x-oss-" {
		put(headerLine{"x-oss-range-behavior", "standard"})
	}
	if c.isHex() {
		for _, value := range usualTypes {
			put(headerLine{"content-type", value})
		}
	}
	if c.Request == nil {
		return
	}
	for _, h := range c.Request.Headers {
		name := strings.ToLower(h.Name)
		if strings.HasPrefix(name, "x-") || c.isHex() && (name == "content-type" || name == "content-md5") {
			put(headerLine{name, wire.TrimBlanks(h.Value)})
		}
	}
}

// blockForms change the block of headers as a whole.
func (c *inquiry) blockForms(lines []headerLine, add func(string, ...made)) {
	if len(lines) == 0 {
		return
	}
	block := joinHeaders(lines)
	spaced, written := "", ""
	for _, h := range lines {
		spaced += h.name + ": " + h.value + "\n"
		written += canonicalCase(h.name) + ":" + h.value + "\n"
	}
	add(spaced, did("header-colon-blank", ""))
	add(written, did("header-names-as-written", ""))
	if c.Request != nil {
		asSent := block
		for _, h := range c.Request.Headers {
			asSent = strings.Replace(asSent, strings.ToLower(h.Name)+":", h.Name+":", 1)
		}
		add(asSent, did("header-names-as-written", ""))
	}
	for _, prefix := range []string{"x-oss-", "x-obs-", "x-amz-"} {
		if own := c.names().HeaderPrefix; own != "" && prefix != own {
			add(strings.ReplaceAll("\n"+block, "\n"+own, "\n"+prefix)[1:], did("prefix-other", prefix))
		}
	}
	if n := len(lines); n > 1 && n <= 6 {
		permute(lines, func(order []headerLine) { add(joinHeaders(order), did("header-order", "")) })
	}
	if vendor := slices.DeleteFunc(slices.Clone(lines), func(h headerLine) bool { return strings.HasPrefix(h.name, c.names().HeaderPrefix) }); len(lines)-len(vendor) > 2 {
		add(joinHeaders(vendor), did("vendor-header-unsigned", "all of them"))
	}
}

func canonicalCase(name string) string {
	words := strings.Split(name, "-")
	for i, w := range words {
		if w != "" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "-")
}

// blankForms are the values a signer may see who treats blanks otherwise.
func blankForms(value string) []string {
	out := []string{value + " ", " " + value}
	if folded := strings.Join(strings.Fields(value), " "); folded != value {
		out = append(out, folded, strings.ReplaceAll(value, "\t", " "))
	}
	if i := strings.IndexByte(value, ' '); i >= 0 {
		out = append(out, value[:i]+" "+value[i:], strings.ReplaceAll(value, " ", ""))
	}
	return append(out, value+"  ", value+"\t")
}

// byteForms are the other bytes in which a value with letters beyond ASCII may
// have been signed.
func byteForms(value string) []string {
	if isASCII(value) {
		if decoded := wire.Unescape(value); !isASCII(decoded) {
			return []string{decoded}
		}
		return nil
	}
	var latin, questions, eachByte, asUTF8 []byte
	narrow := utf8.ValidString(value)
	for _, r := range value {
		if r < utf8.RuneSelf {
			latin, questions = append(latin, byte(r)), append(questions, byte(r))
			continue
		}
		narrow = narrow && r < 0x100
		latin, questions = append(latin, byte(r)), append(questions, '?')
	}
	for i := 0; i < len(value); i++ {
		asUTF8 = utf8.AppendRune(asUTF8, rune(value[i]))
		if value[i] < utf8.RuneSelf {
			eachByte = append(eachByte, value[i])
		} else {
			eachByte = append(eachByte, '?')
		}
	}
	out := []string{string(asUTF8), string(questions), string(eachByte), wire.EscapeValue(value)}
	if narrow {
		out = append(out, string(latin))
	}
	return out
}

// permute calls use for every other order of at most six items.
func permute[T any](items []T, use func([]T)) {
	order := slices.Clone(items)
	first := true
	var step func(n int)
	step = func(n int) {
		if n == len(order) {
			if !first {
				use(order)
			}
			first = false
			return
		}
		for i := n; i < len(order); i++ {
			order[n], order[i] = order[i], order[n]
			step(n + 1)
			order[n], order[i] = order[i], order[n]
		}
	}
	step(0)
}
