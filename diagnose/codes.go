package diagnose

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Basis says what the meaning of a code rests on.
type Basis string

// The bases.
const (
	Documented Basis = "documented" // a page of the service says so
	Observed   Basis = "observed"   // an answer of the service showed it
	Inferred   Basis = "inferred"   // a conclusion
)

// Code is what a service answers a refused request with, and what that tells.
// A row of the table is about an EC, about a code in general, or about a code
// with one of its messages.
type Code struct {
	EC       string              `json:"ec,omitempty"` // OSS: 0002-00000040
	Dialect  Dialect             `json:"dialect"`
	Code     string              `json:"code,omitempty"`     // SignatureDoesNotMatch; empty where it is not known
	Message  string              `json:"message,omitempty"`  // as the service words it
	Status   int                 `json:"status,omitempty"`   // HTTP; 0 where it is not known
	Guessed  []string            `json:"guessed,omitempty"`  // "code", "status": nobody saw that value
	Schemes  []string            `json:"schemes,omitempty"`  // it tells of these; none: it does not tell
	Carriers []signature.Carrier `json:"carriers,omitempty"` // likewise
	Meaning  string              `json:"meaning"`
	Causes   []string            `json:"causes"`           // ids, the most likely first; none for a mismatch, where the first line that differs decides
	Proves   string              `json:"proves,omitempty"` // the one of several causes that the answer itself shows, whatever led to it
	Basis    Basis               `json:"basis"`            // of the meaning
	Source   string              `json:"source"`
}

type codesFile struct {
	Schema string `json:"$schema"`
	Codes  []Code `json:"codes"`
}

var knownCodes = mustLoad[codesFile]("codes.json")

// Codes returns the whole table. The list is shared: do not change it.
func Codes() []Code { return knownCodes.Codes }

// ByEC returns what is known of an EC of OSS, such as 0002-00000040.
func ByEC(ec string) (Code, bool) {
	if ec == "" {
		return Code{}, false
	}
	return findCode(func(c *Code) bool { return c.EC == ec })
}

// ByCode returns what a code such as SignatureDoesNotMatch says in general.
// Where its causes differ by message, [ErrorDocument.Meaning] says more.
func ByCode(dialect Dialect, code string) (Code, bool) {
	return findCode(func(c *Code) bool { return c.EC == "" && c.Message == "" && c.Dialect == dialect && c.Code == code })
}

// IsCode reports whether a word such as SignatureDoesNotMatch is an error code of
// one of the services.
func IsCode(word string) bool { return codeWords[word] }

var codeWords = func() map[string]bool {
	words := map[string]bool{}
	for _, c := range knownCodes.Codes {
		words[c.Code] = true
	}
	delete(words, "")
	return words
}()

// Meaning returns the row of the table that says most about the document: that
// of its EC, else that of its code with its message, else that of its code.
func (d *ErrorDocument) Meaning() (Code, bool) {
	if c, ok := ByEC(d.EC); ok {
		return c, true
	}
	// Both services are seen with and without the full stop at the end.
	message := strings.TrimSuffix(d.Message, ".")
	c, ok := findCode(func(c *Code) bool {
		return c.EC == "" && c.Dialect == d.Dialect && c.Code == d.Code && c.Message != "" && strings.TrimSuffix(c.Message, ".") == message
	})
	if ok {
		return c, true
	}
	return ByCode(d.Dialect, d.Code)
}

func findCode(fits func(*Code) bool) (Code, bool) {
	for i := range knownCodes.Codes {
		if fits(&knownCodes.Codes[i]) {
			return knownCodes.Codes[i], true
		}
	}
	return Code{}, false
}

// proves returns the cause that a row proves: the only one it has, or the one it
// names. A conclusion of ours proves nothing.
func (c *Code) proves() string {
	if c.Proves == "" && len(c.Causes) == 1 && c.Basis != Inferred {
		return c.Causes[0]
	}
	return c.Proves
}

// askCodes is the first step: the code of the answer, and the grammar of the
// request's authentication.
func (c *inquiry) askCodes() {
	row, known := c.doc.Meaning()
	if known && len(row.Causes) > 0 && row.Code != "SignatureDoesNotMatch" {
		c.refused = otherFault
	}
	c.askRequest(row, known)
	c.askPage()
	c.askExpiry()
	if !known || c.refused == signaturesDiffer && len(row.Causes) == 0 {
		return
	}
	what := "EC " + row.EC
	if row.EC == "" {
		what = c.doc.Code
	}
	evidence := fmt.Sprintf("the service answers %s: %s%s", what, row.Meaning, c.timesOf())
	for _, id := range row.Causes {
		confidence := reports.Suspicion
		if id == row.proves() {
			confidence = reports.Proof
		}
		if confidence == reports.Suspicion && c.proven() {
			continue
		}
		c.say(id, confidence, evidence)
	}
}

// askExpiry reads until when a URL was valid, where the service says so: that it
// has expired stands in the answer then, whatever its message is.
func (c *inquiry) askExpiry() {
	until, ok := c.time("Expires")
	now, also := c.time("ServerTime")
	if ok && also && c.refused == otherFault && now.After(until) {
		c.say("C12", reports.Proof, fmt.Sprintf("the service answers that the request was valid until %s; its clock shows %s", until.Format(time.RFC3339), now.Format(time.RFC3339)))
	}
}

// askPage recognises an answer that is none of the services: they send no web
// pages for errors, and proxies do.
func (c *inquiry) askPage() {
	if c.doc.Code != "" || c.doc.EC != "" || c.Status < 400 {
		return
	}
	answer := wire.Request{Headers: c.Answer}
	media, _ := answer.Header("Content-Type")
	server, _ := answer.Header("Server")
	if !strings.HasPrefix(strings.ToLower(media), "text/html") {
		return
	}
	said := "the answer is a web page"
	if server != "" {
		said += fmt.Sprintf(" of the server %q", server)
	}
	c.say("C30", reports.Suspicion, said+": the services answer errors in XML, so a proxy or gateway in front of them may have refused the request", "proxy", "server-policy")
}

// timesOf adds the times of an answer to a request that came too early or too
// late.
func (c *inquiry) timesOf() string {
	sent, ok := c.time("RequestTime")
	now, also := c.time("ServerTime")
	if !ok || !also {
		return ""
	}
	skew := sent.Sub(now).Round(time.Second)
	zone := ""
	if hours := skew.Round(time.Hour); hours != 0 && (skew-hours).Abs() < time.Minute {
		zone = "; whole hours are a time zone"
	}
	return fmt.Sprintf(" The request says %s, the server %s: %s apart%s.", sent.Format(time.RFC3339), now.Format(time.RFC3339), span(skew.Abs()), zone)
}

// span is a time as people say it: beyond two days nobody counts hours.
func span(d time.Duration) string {
	if days := d / (24 * time.Hour); days >= 2 {
		return fmt.Sprintf("%d days", days)
	}
	return d.String()
}

func (c *inquiry) time(element string) (time.Time, bool) {
	text, ok := c.doc.Field(element)
	if !ok {
		return time.Time{}, false
	}
	for _, layout := range []string{"2006-01-02T15:04:05.000Z", "20060102T150405Z", http.TimeFormat, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// faultCauses are the causes behind the classes of faults.
var faultCauses = map[signature.Class]string{
	signature.MalformedAuthorization: "C20", signature.MalformedQuery: "C20", signature.MalformedForm: "C20", signature.UnknownKey: "C20",
	signature.Expired: "C12", signature.NotYetValid: "C12", signature.Skewed: "C12",
	signature.MissingDate: "C13", signature.BadDate: "C13", signature.WrongScope: "C19", signature.AuthenticatedTwice: "C28",
	signature.TokenMissing: "C16", signature.TokenMismatch: "C16", signature.PolicyRefused: "C24",
}

// askRequest looks for what the service would refuse the request for before it
// compares signatures. That is a proof where the service did refuse it so, or
// where nothing is known of its answer.
func (c *inquiry) askRequest(row Code, known bool) {
	if c.found == nil || c.foreign {
		return
	}
	damage := damagedURL(c.Request)
	if damage == "" {
		damage = c.lostSignature()
	}
	if damage != "" {
		c.say("C06", c.sureOf(row, known, "C06"), damage)
		return
	}
	if p := c.found.Profile; p != nil && c.dialect != "" && c.foreignScheme(p.Scheme) {
		c.say("C19", c.sureOf(row, known, "C19"), fmt.Sprintf("the request is signed with %s, the answer comes from %s, which does not know it", p.ID(), strings.ToUpper(string(c.dialect))))
		return
	}
	for _, f := range c.found.Faults {
		id := faultCauses[f.Class]
		if own, ok := ByEC(f.EC); ok && own.proves() != "" {
			id = own.proves()
		}
		if id != "" {
			c.say(id, c.sureOf(row, known, id), "the request says so itself: "+f.Error())
		}
	}
}

func (c *inquiry) foreignScheme(scheme string) bool {
	if c.dialect == OSS {
		return scheme == "obs-v2"
	}
	return strings.HasPrefix(scheme, "oss-")
}

// sureOf says what a finding in the request is worth beside the answer.
func (c *inquiry) sureOf(row Code, known bool, id string) string {
	answered := c.doc.Code != "" || c.doc.EC != ""
	if !answered || known && slices.Contains(row.Causes, id) {
		return reports.Proof
	}
	return reports.Suspicion
}

// lostSignature says that a URL names an access key and carries no signature:
// what stood behind an ampersand is gone.
func (c *inquiry) lostSignature() string {
	p := c.found.Profile
	if p == nil || p.Carrier != signature.InQuery {
		return ""
	}
	for _, param := range wire.AppendParams(nil, wire.SplitTarget(c.Request.Target).Query) {
		if param.Name == p.Names.SignatureField {
			return ""
		}
	}
	return fmt.Sprintf("the URL has %s and no %s: its end is gone, as when it is cut, or not quoted in a shell, which takes & for the end of the command", cmp.Or(p.Names.AccessKey, p.Names.Credential), p.Names.SignatureField)
}

// damagedURL says what somebody made of the ampersands of a URL.
func damagedURL(req *wire.Request) string {
	query := wire.SplitTarget(req.Target).Query
	for _, p := range wire.AppendParams(nil, query) {
		if name, ok := strings.CutPrefix(p.Name, "amp;"); ok {
			return fmt.Sprintf("the URL has &amp; where & belongs: the parameter %q stands in it as %q", name, p.Name)
		}
	}
	if i := strings.Index(query, `\u0026`); i >= 0 {
		return `the URL has \u0026 where & belongs`
	}
	return ""
}
