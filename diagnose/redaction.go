package diagnose

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Redaction makes text about one refused request fit to be posted in public.
// Access key ids are shortened, signatures and tokens taken out, buckets and
// custom domains given other names, the same one each time, and of keys, prefixes
// of keys and metadata only the shape is left: letters and digits are replaced,
// everything that encodings and slashes change stays to be seen.
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
	{`\bSignature:[A-Za-z0-9+/=]{16,}`, behindEquals("SIGNATURE")}, // OSS2
	{`(?i:\b(?:x-oss-|x-amz-)?credential=[A-Za-z0-9._-]+)`, shortenedBehind},
	{`(?i:\b(?:OSS|AWS)?AccessKeyId[=:][A-Za-z0-9._-]+)`, shortenedBehind},
	{`\b(?:LTAI|STS\.|TMP\.)[A-Za-z0-9]{6,}`, shortened},
}

// shortenedBehind shortens the access key id behind a name.
func shortenedBehind(found string) string {
	at := strings.IndexAny(found, "=:")
	return found[:at+1] + shortened(found[at+1:])
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

// NewRedaction finds out what must not be posted of refused requests: of the one
// that an answer is about, and of others that it names.
func NewRedaction(e *Evidence, others ...Evidence) *Redaction {
	c := sensitive{names: map[string]string{}}
	c.addEvidence(e)
	for i := range others {
		c.addEvidence(&others[i])
	}
	return c.redaction()
}

// redaction is made of what was collected.
func (c *sensitive) redaction() *Redaction {
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
