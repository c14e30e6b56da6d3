package vectors

import (
	"encoding/base64"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// World is a server that somebody really has: what the cases are moved to
// before they are sent there.
type World struct {
	Credentials signature.Credentials
	Transport   string // http or https
	Host        string // the endpoint's authority, with a port that is not the default one
	Bucket      string
	Region      string
	Addressing  signature.Addressing // VirtualHost or PathStyle
	Prefix      string               // in front of every key: letters, digits, hyphens and a slash at its end
	Now         time.Time            // when the request arrives
}

// Authority returns the host that requests for the bucket are sent to.
func (w *World) Authority() string {
	if w.Addressing == signature.PathStyle {
		return w.Host
	}
	return w.Bucket + "." + w.Host
}

// LeftOut says why a case cannot be moved to a world.
type LeftOut struct {
	Reason string
	Now    bool // at another second it may go: the case is about a signature that has a plus sign, say
}

func (e *LeftOut) Error() string { return e.Reason }

// Rebind moves a case to a world: credentials, bucket, region, host and
// addressing become its own, every key stands below its prefix, and all times
// are moved so that the request arrives now. What the case is about stays. The
// moved case has no stages: they are computed anew, see [Case.Found].
//
// A case that is about something the world does not have, that may do harm
// there, or whose mistake would be no mistake there, is a [*LeftOut]. So is one
// that the reference, set up as the world's server, would not answer as the case
// says: then moving it was wrong, and no server is blamed for it.
func (c *Case) Rebind(profile *signature.Profile, w *World) (*Case, error) {
	moved, err := c.move(profile, w)
	if err != nil {
		return nil, err
	}
	return moved, moved.keepsItsWord(profile)
}

func (c *Case) move(profile *signature.Profile, w *World) (*Case, error) {
	if reason := c.reasonToLeaveOut(profile, w); reason != "" {
		return nil, &LeftOut{Reason: reason}
	}
	m := &mover{c: c, profile: profile, w: w}
	m.arrives = w.Now.UTC().Truncate(time.Second)
	m.time = m.arrives.Add(-time.Duration(c.Expect.ReceivedAfter) * time.Second)
	m.delta = m.time.Sub(c.Input.Time)
	moved := *c
	moved.Input = *c.Input.Clone()
	moved.Expect.Stages, moved.Alternatives = ExpectedStages{}, c.Alternatives
	if err := m.input(&moved.Input); err != nil {
		return nil, err
	}
	if err := m.tampering(&moved); err != nil {
		return nil, err
	}
	if len(moved.Input.Key) > longestKey {
		return nil, &LeftOut{Reason: "its key is too long for a prefix"}
	}
	return &moved, nil
}

// longestKey is the limit of both services.
const longestKey = 1023

// keepsItsWord holds the moved case to what it says, by the reference.
func (c *Case) keepsItsWord(profile *signature.Profile) error {
	req, err := c.Arrival(profile)
	if err != nil {
		return &LeftOut{"it cannot be made anew: " + err.Error(), true}
	}
	if len(req.AppendHTTP(nil))-len(req.Body) > longestHead {
		return &LeftOut{Reason: "its head is longer than servers take"}
	}
	v := c.Server(profile).Verify(req)
	class := ""
	switch fault := v.Fault(); {
	case v.Verdict == signature.Mismatch:
		class = string(signature.SignatureMismatch)
	case v.Verdict == signature.Verified:
	case fault != nil:
		class = string(fault.Class)
	default:
		class = string(v.Verdict)
	}
	want := ""
	if c.Expect.Rejected != nil {
		want = c.Expect.Rejected.Class
	}
	if class != want {
		return &LeftOut{"at this endpoint it would be another case", true}
	}
	return nil
}

const longestHead = 8 << 10

// mover moves one case.
type mover struct {
	c             *Case
	profile       *signature.Profile
	w             *World
	arrives, time time.Time
	delta         time.Duration // from the times of the case to those of the world
}

// v4 reports whether the scheme has a scope, and lives that are relative.
func (m *mover) v4() bool { return m.profile.Names.Terminator != "" }

func (m *mover) input(in *signature.Input) error {
	w := m.w
	in.Time = m.time
	in.Bucket, in.Addressing, in.Credentials = w.Bucket, w.Addressing, w.Credentials
	if m.v4() {
		in.Region = w.Region
	}
	if in.Expires != 0 && !m.v4() {
		in.Expires += int64(m.delta / time.Second)
	}
	if in.Key != "" {
		in.Key = w.Prefix + in.Key
	}
	in.Policy = m.policy(in.Policy)
	in.Request.Transport = w.Transport
	target, err := m.target(in.Request.Target)
	if err != nil {
		return err
	}
	in.Request.Target = target
	for i := range in.Request.Headers {
		h := &in.Request.Headers[i]
		if wire.EqualFold(h.Name, "Host") {
			h.Value = w.Authority()
		} else {
			h.Value = m.text(h.Value)
		}
	}
	return nil
}

// target moves path and query.
func (m *mover) target(raw string) (string, error) {
	t := wire.SplitTarget(raw)
	path, err := m.path(t.Path)
	if err != nil {
		return "", err
	}
	t.Path, t.Query = path, m.query(t.Query)
	return t.String(), nil
}

func (m *mover) query(q string) string {
	if n := m.profile.Names.Expires; n != "" && !m.v4() {
		q = regexp.MustCompile(`(^|&)(`+regexp.QuoteMeta(n)+`=)(\d{10})\b`).ReplaceAllStringFunc(q, func(s string) string {
			at := strings.IndexByte(s, '=') + 1
			return s[:at] + m.unix(s[at:])
		})
	}
	return m.text(q)
}

// path moves a raw path below the prefix.
func (m *mover) path(p string) (string, error) {
	if !strings.HasPrefix(p, "/") {
		return "", &LeftOut{Reason: "its target is not a path"}
	}
	key := p[1:]
	if m.c.Input.Addressing == signature.PathStyle {
		bucket, rest, slash := strings.Cut(key, "/")
		if bucket != m.c.Input.Bucket {
			return "", &LeftOut{Reason: "it is about another bucket"}
		}
		if key = rest; !slash && m.w.Addressing == signature.PathStyle {
			return strings.TrimSuffix(m.root(), "/"), nil // some cases are about the slash
		}
	}
	if dotted(key) {
		return "", &LeftOut{Reason: "its key has dot segments, which might lead out of the prefix"}
	}
	return m.root() + m.below(key), nil
}

// dotted reports whether a raw key has segments that a server might resolve.
func dotted(key string) bool {
	for _, part := range strings.Split(wire.Unescape(wire.Unescape(key)), "/") {
		if part == "." || part == ".." {
			return true
		}
	}
	return strings.Contains(key, `\`) || strings.Contains(wire.Unescape(key), `\`)
}

// root is the path of the bucket.
func (m *mover) root() string {
	if m.w.Addressing == signature.PathStyle {
		return "/" + m.w.Bucket + "/"
	}
	return "/"
}

// below puts a key below the prefix; the bucket itself is no key.
func (m *mover) below(key string) string {
	if key == "" && (m.c.Input.Key == "" || m.profile.Carrier == signature.InForm) {
		return ""
	}
	return m.w.Prefix + key
}

var (
	compactTime = regexp.MustCompile(`\d{8}T\d{6}Z`)
	isoTime     = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z`)
	httpTime    = regexp.MustCompile(`(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT`)
	scopeDay    = regexp.MustCompile(`\d{8}(/|%2[Ff])`)
)

// text moves the times, the access key and the token in a text.
func (m *mover) text(s string) string {
	for _, form := range []struct {
		pattern *regexp.Regexp
		layout  string
	}{{compactTime, "20060102T150405Z"}, {httpTime, http.TimeFormat}} {
		s = form.pattern.ReplaceAllStringFunc(s, func(at string) string { return m.moved(at, form.layout) })
	}
	s = isoTime.ReplaceAllStringFunc(s, func(at string) string {
		if strings.Contains(at, ".") {
			return m.moved(at, "2006-01-02T15:04:05.000Z")
		}
		return m.moved(at, "2006-01-02T15:04:05Z")
	})
	old, now := m.c.Input.Credentials, m.w.Credentials
	if m.v4() {
		s = m.scope(s)
	}
	for _, pair := range [][2]string{{old.SecurityToken, now.SecurityToken}, {old.AccessKeyID, now.AccessKeyID}} {
		if distinct(pair[0]) {
			s = strings.ReplaceAll(s, pair[0], pair[1])
			s = strings.ReplaceAll(s, wire.EscapeValue(pair[0]), wire.EscapeValue(pair[1]))
		}
	}
	return s
}

// distinct reports whether a token or an id is nothing that a text may have for
// another reason, as a word such as token.
func distinct(s string) bool {
	return len(s) >= 8 || len(s) >= 4 && strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

// moved is a time of the case in the world. What is none stays.
func (m *mover) moved(text, layout string) string {
	at, err := time.Parse(layout, text)
	if err != nil {
		return text
	}
	return at.Add(m.delta).UTC().Format(layout)
}

// scope moves day and region of V4 scopes.
func (m *mover) scope(s string) string {
	days := m.time.Truncate(24*time.Hour).Sub(m.c.Input.Time.UTC().Truncate(24*time.Hour)) / (24 * time.Hour)
	s = scopeDay.ReplaceAllStringFunc(s, func(part string) string {
		day, err := time.Parse("20060102", part[:8])
		if err != nil {
			return part
		}
		return day.AddDate(0, 0, int(days)).Format("20060102") + part[8:]
	})
	for _, slash := range []string{"/", "%2F", "%2f"} {
		s = strings.ReplaceAll(s, slash+m.c.Input.Region+slash, slash+m.w.Region+slash)
	}
	return s
}

// unix moves seconds since 1970. What are none, or none of our days, stay.
func (m *mover) unix(text string) string {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || len(text) != 10 {
		return text
	}
	return strconv.FormatInt(n+int64(m.delta/time.Second), 10)
}

var keyCondition = regexp.MustCompile(`("\$key"\s*,\s*|"key"\s*:\s*)"`)

// policy moves the conditions of a form.
func (m *mover) policy(p string) string {
	p = strings.ReplaceAll(p, `"`+m.c.Input.Bucket+`"`, `"`+m.w.Bucket+`"`)
	p = keyCondition.ReplaceAllString(p, `${1}"`+m.w.Prefix)
	return m.text(p)
}

// encodedPolicy moves a policy in Base64; what is none stays.
func (m *mover) encodedPolicy(text string) string {
	p, err := base64.StdEncoding.DecodeString(text)
	if strings.HasPrefix(text, "{") { // not encoded at all: a mistake
		return m.policy(text)
	}
	if err != nil || len(p) == 0 {
		return m.text(text)
	}
	return base64.StdEncoding.EncodeToString([]byte(m.policy(string(p))))
}
