package diagnose

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/countersign/countersign/internal/secret"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

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
		c.addDocument(d, e.Hosts)
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
	for _, h := range e.Request.Headers {
		c.addHeader(h.Name, h.Value)
	}
	target := wire.SplitTarget(e.Request.Target)
	c.addQuery(target.Query)
	host := e.Request.Host()
	c.addHost(host, e.Hosts)
	if resource, err := e.Hosts.Resolve(target, host); err == nil {
		c.addName(resource.Bucket, "bucket")
		c.addKey(wire.Unescape(resource.RawKey))
	}
}

// addDocument adds what an error document names, in elements of its own too: that
// there is no such object says which.
func (c *sensitive) addDocument(d *ErrorDocument, hosts signature.Hosts) {
	c.addID(d.AccessKeyID)
	c.add(d.SignatureProvided, func(string) string { return "SIGNATURE" })
	c.addHost(d.HostID, hosts)
	c.addSigned(d.StringToSign)
	c.addSigned(d.CanonicalRequest)
	for _, f := range d.Fields {
		switch f.Name {
		case "BucketName", "Bucket":
			c.addName(f.Value, "bucket")
		case "Key", "ObjectName":
			c.addKey(f.Value)
		case "Resource":
			c.addResource(f.Value)
		case "Endpoint":
			c.addHost(f.Value, hosts)
		case "StringToSign", "CanonicalRequest": // it may say otherwise than its bytes
			c.addSigned(f.Value)
		}
	}
}

// addSigned adds bucket and key of the resource that a string names, and what is
// private in its headers and parameters. Its lines may be indented, or have become
// one.
func (c *sensitive) addSigned(text string) {
	if isPolicy(text) {
		c.addPolicy(text)
		return
	}
	resource := ""
	if !strings.Contains(strings.TrimSpace(text), "\n") {
		resource = resourceInLine(text)
		text = startsHeader.ReplaceAllString(text, "\n$0")
	}
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		if name, value, ok := strings.Cut(line, ":"); ok {
			c.addHeader(name, value)
		}
		if resource == "" && (strings.HasPrefix(line, "/") || strings.HasPrefix(line, "%2F")) {
			resource = line
			continue
		}
		for word := range strings.FieldsSeq(line) { // the query of a canonical request
			c.addQuery(word)
		}
	}
	c.addResource(resource)
}

// startsHeader finds what begins a line in a string whose line feeds became blanks.
var startsHeader = regexp.MustCompile(` (?:x-[a-z0-9-]+:| |/)`)

// resourceInLine finds the resource in a string whose line feeds became blanks: in
// a canonical request behind the method, else at the end. An OSS key may hold
// blanks of its own; what the canonical request has is encoded.
func resourceInLine(text string) string {
	for _, begin := range []string{" /", " %2F"} {
		before, rest, found := strings.Cut(text, begin)
		if !found {
			continue
		}
		rest = begin[1:] + rest
		if schemeOf(strings.TrimSpace(before)+"\n") == "v1" {
			rest, _, _ = strings.Cut(rest, " ")
		}
		return rest
	}
	return ""
}

// addResource adds bucket and key of a resource, which may have a query.
func (c *sensitive) addResource(resource string) {
	path, query, _ := strings.Cut(resource, "?")
	bucket, key, _ := strings.Cut(strings.TrimPrefix(wire.Unescape(path), "/"), "/")
	c.addName(bucket, "bucket")
	c.addKey(key)
	c.addQuery(query)
}

// privateParameters are those that hold keys, parts of them, or names that people
// gave.
var privateParameters = []string{
	"prefix", "marker", "key-marker", "start-after", "continuation-token", "callback", "callback-var", "response-content-disposition",
}

func (c *sensitive) addQuery(query string) {
	for _, p := range wire.AppendParams(nil, query) {
		if slices.Contains(privateParameters, strings.ToLower(p.Name)) {
			c.addKey(wire.UnescapeQuery(p.Value))
		}
	}
}

// shortestText is the length below which metadata is replaced behind its name only.
const shortestText = 5

// addHeader adds what a header says of objects and people.
func (c *sensitive) addHeader(name, value string) {
	name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
	switch {
	case !strings.HasPrefix(name, "x-"):
	case strings.HasSuffix(name, "-copy-source"):
		c.addResource(value)
	case !strings.Contains(name, "-meta-") && !strings.HasSuffix(name, "-callback") && !strings.HasSuffix(name, "-tagging"):
	case len(value) >= shortestText:
		c.addKey(value)
	case value != "": // "on" and "copy" stand in every text
		c.addPattern("(?i:"+regexp.QuoteMeta(name)+")"+`: ?`+secret.PercentEncoded(value), func(found string) string {
			header, value, _ := strings.Cut(found, ":")
			return header + ":" + shapeOf(value)
		})
	}
}

// addPolicy adds what the policy of a form names, and the policy, which says it in
// Base64.
func (c *sensitive) addPolicy(policy string) {
	raw, err := base64.StdEncoding.DecodeString(policy)
	if err != nil {
		return
	}
	var content struct {
		Conditions []any `json:"conditions"`
	}
	// Of one that cannot be read nothing is known to be public.
	if json.Unmarshal(raw, &content) != nil {
		c.add(policy, func(string) string { return "POLICY" })
		return
	}
	for _, condition := range content.Conditions {
		switch condition := condition.(type) {
		case map[string]any:
			for name, value := range condition {
				c.addCondition(name, value)
			}
		case []any:
			if len(condition) == 3 {
				name, _ := condition[1].(string)
				c.addCondition(strings.TrimPrefix(name, "$"), condition[2])
			}
		}
	}
	inner := sensitive{names: c.names, rules: slices.Clone(c.rules)}
	c.add(policy, func(string) string {
		return base64.StdEncoding.EncodeToString([]byte(inner.redaction().String(string(raw))))
	})
}

func (c *sensitive) addCondition(name string, value any) {
	text, ok := value.(string)
	switch name = strings.ToLower(name); {
	case !ok:
	case name == "bucket":
		c.addName(text, "bucket")
	case strings.HasSuffix(name, "-credential"):
		id, _, _ := strings.Cut(text, "/")
		c.addID(id)
	case strings.HasSuffix(name, "security-token"):
		c.add(text, func(string) string { return "TOKEN" })
	case name == "key" || strings.Contains(name, "-meta-") || name == "callback" || name == "success_action_redirect":
		c.addKey(text)
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
	if begin := key[:min(len(key), longestWhole)]; begin != key { // notes cut it
		begin = strings.ToValidUTF8(begin, "")
		c.addPattern(secret.PercentEncoded(begin)+`[^\s"'<>?&]*`, shapeOf)
	}
}

// longestWhole is the length above which a key may be cut where it is named.
const longestWhole = 24

// add has a value replaced wherever it stands, with any of its bytes
// percent-encoded.
func (c *sensitive) add(value string, write func(string) string) {
	if len(value) < shortestName {
		return
	}
	c.addPattern(secret.PercentEncoded(value), write)
}

func (c *sensitive) addPattern(pattern string, write func(string) string) {
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
