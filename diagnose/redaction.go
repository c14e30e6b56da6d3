package diagnose

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/countersign/countersign/internal/secret"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Redaction makes text about one refused request fit to be posted in public.
// Access key ids are shortened, signatures and tokens taken out, buckets and
// custom domains given other names, the same one each time, and of keys only the
// shape is left: letters and digits are replaced, everything that encodings and
// slashes change stays to be seen.
type Redaction struct {
	pattern *regexp.Regexp
	rules   []rule // by group of the pattern
}

// rule is what is written in the place of what a pattern finds.
type rule struct {
	pattern string
	write   func(found string) string
}

// shortestName is the length below which a name is not replaced: "b" says
// nothing, and stands in every text.
const shortestName = 3

// credentialForms are found whatever the evidence is.
var credentialForms = []rule{
	{`(?i:\b(?:x-oss-|x-amz-)?signature=[^&\s,"'<]+)`, behindEquals("SIGNATURE")},
	{`(?i:\b(?:x-(?:oss|obs|amz)-)?security-token(?:=|: ?)[^&\s,"'<]+)`, behindEquals("TOKEN")},
	{`\b(?:OSS|OBS|AWS) [A-Za-z0-9.]{2,}:[A-Za-z0-9+/=%]{8,}`, func(found string) string {
		word, rest, _ := strings.Cut(found, " ")
		id, _, _ := strings.Cut(rest, ":")
		return word + " " + shortened(id) + ":SIGNATURE"
	}},
	{`\b(?:LTAI|STS\.|TMP\.)[A-Za-z0-9]{6,}`, shortened},
}

// behindEquals writes another value behind a name.
func behindEquals(value string) func(string) string {
	return func(found string) string {
		at := strings.IndexAny(found, "=:")
		for at+1 < len(found) && found[at+1] == ' ' {
			at++
		}
		return found[:at+1] + value
	}
}

// shortened leaves of an access key id what tells its kind.
func shortened(id string) string { return id[:min(4, len(id))] + "***" }

// NewRedaction finds out what must not be posted of a refused request.
func NewRedaction(e *Evidence) *Redaction {
	c := sensitive{names: map[string]string{}}
	c.addEvidence(e)
	rules := append([]rule{}, credentialForms...)
	slices.SortStableFunc(c.rules, func(a, b rule) int { return len(b.pattern) - len(a.pattern) })
	rules = append(rules, c.rules...)
	groups := make([]string, len(rules))
	for i := range rules {
		groups[i] = "(" + rules[i].pattern + ")"
	}
	return &Redaction{regexp.MustCompile(strings.Join(groups, "|")), rules}
}

// String returns text without what must not be posted.
func (r *Redaction) String(text string) string {
	var b strings.Builder
	last := 0
	for _, m := range r.pattern.FindAllStringSubmatchIndex(text, -1) {
		for i := range r.rules {
			if m[2*i+2] >= 0 {
				b.WriteString(text[last:m[0]] + r.rules[i].write(text[m[0]:m[1]]))
				last = m[1]
				break
			}
		}
	}
	return b.String() + text[last:]
}

// Document returns the elements of an error document, fit to be posted. Bytes
// that are spelled out are spelled out again: people mask the text and forget
// them.
func (r *Redaction) Document(d *ErrorDocument) []Field {
	fields := make([]Field, len(d.Fields))
	for i, f := range d.Fields {
		fields[i] = Field{f.Name, r.String(f.Value)}
		if !strings.HasSuffix(f.Name, "Bytes") {
			continue
		}
		fields[i].Value = "[redacted]"
		if raw, ok := readSpelledBytes(f.Value); ok {
			fields[i].Value = spell(r.String(raw), f.Value)
		}
	}
	return fields
}

// spell spells bytes out in the manner of a service.
func spell(raw, like string) string {
	if strings.ContainsAny(like, "abcdef") {
		return fmt.Sprintf("% x", raw)
	}
	return fmt.Sprintf("% X ", raw)
}

// sensitive collects what must not be posted.
type sensitive struct {
	names map[string]string // another name for each
	rules []rule
}

func (c *sensitive) addEvidence(e *Evidence) {
	c.addID(e.Credentials.AccessKeyID)
	for _, secret := range []string{e.Credentials.AccessKeySecret, e.Credentials.SecurityToken} {
		c.add(secret, func(string) string { return "[redacted]" })
	}
	if d := e.Error; d != nil {
		c.addID(d.AccessKeyID)
		c.add(d.SignatureProvided, func(string) string { return "SIGNATURE" })
		c.addHost(d.HostID, e.Hosts)
		c.addSigned(d.StringToSign)
		c.addSigned(d.CanonicalRequest)
	}
	c.addSigned(e.ClientString)
	c.addSigned(e.ClientCanonical)
	if e.Request != nil {
		c.addRequest(e)
	}
}

func (c *sensitive) addRequest(e *Evidence) {
	verifier := signature.Verifier{Hosts: e.Hosts, Secret: func(id string) (signature.Credentials, bool) {
		return signature.Credentials{AccessKeyID: id, AccessKeySecret: "unknown"}, true
	}}
	found := verifier.Verify(e.Request)
	c.addID(found.AccessKeyID)
	c.add(found.Provided, func(string) string { return "SIGNATURE" })
	for _, p := range signature.Profiles {
		if value, ok := e.Request.Header(p.Names.TokenHeader); ok && p.Names.TokenHeader != "" {
			c.add(value, func(string) string { return "TOKEN" })
		}
	}
	host := e.Request.Host()
	c.addHost(host, e.Hosts)
	if resource, err := e.Hosts.Resolve(wire.SplitTarget(e.Request.Target), host); err == nil {
		c.addName(resource.Bucket, "bucket")
		c.addKey(wire.Unescape(resource.RawKey))
	}
}

// addSigned adds bucket and key of the resource that a string names.
func (c *sensitive) addSigned(text string) {
	for line := range strings.SplitSeq(text, "\n") {
		if !strings.HasPrefix(line, "/") && !strings.HasPrefix(line, "%2F") {
			continue
		}
		path, _, _ := strings.Cut(line, "?")
		bucket, key, _ := strings.Cut(strings.TrimPrefix(wire.Unescape(path), "/"), "/")
		c.addName(bucket, "bucket")
		c.addKey(key)
		return
	}
}

// addHost adds the bucket in a host of a service, or else the host, which is a
// custom domain. Names of test machines and addresses stay.
func (c *sensitive) addHost(host string, hosts signature.Hosts) {
	host, _, _ = strings.Cut(host, ":")
	if strings.HasSuffix(host, "=") || !strings.Contains(host, ".") { // OBS: no host at all
		return
	}
	if endpoint, known := signature.KnownEndpoint(host); known {
		c.addName(strings.TrimSuffix(strings.TrimSuffix(host, endpoint), "."), "bucket")
		return
	}
	if strings.Trim(host, "0123456789.") != "" {
		c.addName(host, "domain")
	}
}

func (c *sensitive) addID(id string) {
	c.add(id, shortened)
}

// addName gives a name another one.
func (c *sensitive) addName(name, kind string) {
	if _, known := c.names[name]; known || len(name) < shortestName {
		return
	}
	n := 1
	for _, other := range c.names {
		if strings.HasPrefix(other, kind) {
			n++
		}
	}
	other := fmt.Sprintf("%s-%d", kind, n)
	c.names[name] = other
	c.add(name, func(string) string { return other })
}

// addKey leaves the shape of a key, and of each form it is encoded in.
func (c *sensitive) addKey(key string) {
	if len(key) < shortestName {
		return
	}
	c.add(key, shapeOf)
	c.add(wire.EscapePath(wire.EscapePath(key)), shapeOf)
}

// add has a value replaced wherever it stands, with any of its bytes
// percent-encoded.
func (c *sensitive) add(value string, write func(string) string) {
	if len(value) < shortestName {
		return
	}
	pattern := secret.PercentEncoded(value)
	if !slices.ContainsFunc(c.rules, func(r rule) bool { return r.pattern == pattern }) {
		c.rules = append(c.rules, rule{pattern, write})
	}
}

// shapeOf replaces letters and digits, and keeps what encodings change.
func shapeOf(key string) string {
	var b strings.Builder
	for i := 0; i < len(key); {
		if key[i] == '%' && i+2 < len(key) {
			escape := key[i : i+3]
			if escape[1] > '7' { // of a character beyond ASCII
				escape = "%C3"
			}
			b.WriteString(escape)
			i += 3
			continue
		}
		r, n := utf8.DecodeRuneInString(key[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			b.WriteByte(0xff)
		case r >= utf8.RuneSelf:
			b.WriteString("\u00fc")
		case 'a' <= r && r <= 'z':
			b.WriteByte('x')
		case 'A' <= r && r <= 'Z':
			b.WriteByte('X')
		case '0' <= r && r <= '9':
			b.WriteByte('0')
		default:
			b.WriteByte(key[i])
		}
		i += n
	}
	return b.String()
}
