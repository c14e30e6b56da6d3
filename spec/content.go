package spec

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// content compares a verified request with the intent behind it.
type content struct {
	set       *vectors.Set
	item      *Item
	want      *vectors.Operation
	operation *vectors.OperationName
	sent      *subject.Captured
	got       *signature.Verification
}

// looks reports whether the request only looks at the object of another
// operation: some SDKs ask for its size before they fetch it.
func (c *content) looks() bool {
	method := c.sent.Request.Method
	return method != c.operation.Method && (method == "HEAD" || method == "GET") &&
		c.bucket().outcome == reports.Pass && c.key().outcome == reports.Pass && c.noOther().outcome == reports.Pass
}

func (c *content) judge() finding {
	for _, check := range contentChecks {
		if f := check.run(c); f.outcome != reports.Pass {
			return f.by(check.requirement)
		}
	}
	return passed
}

// contentChecks are what must hold of a request, with the requirement that
// says so.
var contentChecks = []struct {
	requirement string
	run         func(*content) finding
}{
	{"OP-METHOD-01", (*content).method},
	{"OP-ADDRESSING-01", (*content).addressing},
	{"OP-ADDRESSING-01", (*content).bucket},
	{"OP-ADDRESSING-01", (*content).host},
	{"OP-CARRIER-01", (*content).policy},
	{"OP-KEY-01", (*content).key},
	{"OP-HEADER-01", (*content).headers},
	{"OP-HEADER-02", (*content).metadata},
	{"OP-COPY-01", (*content).copySource},
	{"OP-PARAMETER-01", (*content).parameters},
	{"OP-PARAMETER-02", (*content).subresources},
	{"OP-PARAMETER-02", (*content).noOther},
	{"OP-TOKEN-01", (*content).token},
	{"OP-BODY-01", (*content).body},
	{"OP-EXPIRES-01", (*content).lifetime}, // last: an SDK that is a second off is so in every URL
}

func (c *content) form() bool { return c.item.Profile.Carrier == signature.InForm }

func (c *content) addressing() finding {
	if c.operation.Level == "service" {
		return passed
	}
	if want, got := c.item.Operation.Addressing, c.got.Resource.Addressing; want != got {
		return diverges("addressing", string(want), string(got),
			fmt.Sprintf("it was asked for %s addressing and sent %s to %s", want, got, c.got.Resource.Host))
	}
	return passed
}

// host checks that the request goes to the endpoint that was configured.
func (c *content) host() finding {
	want, got := wire.SplitTarget(c.item.Operation.Scene(c.item.Profile.Scheme).Endpoint).Authority, c.sent.Request.Host()
	if c.got.Resource.Addressing == signature.VirtualHost {
		want = c.got.Resource.Bucket + "." + want
	}
	if !sameHost("http", want, got) {
		return diverges("addressing", want, got, "the request is for another endpoint than the one it was configured with")
	}
	return passed
}

// sameHost compares authorities; the usual port of the transport need not be
// written.
func sameHost(transport, a, b string) bool {
	return wire.EqualFold(withoutUsualPort(transport, a), withoutUsualPort(transport, b))
}

func (c *content) bucket() finding {
	if want := string(c.want.Bucket); want != c.got.Resource.Bucket {
		return diverges("addressing", want, c.got.Resource.Bucket, "the request is for another bucket")
	}
	return passed
}

func (c *content) key() finding {
	want := string(c.want.Key)
	if c.operation.Level != "object" && !c.form() {
		want = ""
	}
	if want != c.got.Key {
		return diverges("key", want, c.got.Key, "the request is for another key")
	}
	return passed
}

func (c *content) method() finding {
	if c.operation.Method != c.sent.Request.Method {
		return diverges("scheme", c.operation.Method, c.sent.Request.Method, "the request has another method")
	}
	return passed
}

// headers checks the headers a caller gave. In a form they are fields.
func (c *content) headers() finding {
	for _, h := range c.want.Headers {
		if f := c.header(string(h[0]), string(h[1])); f.outcome != reports.Pass {
			return f
		}
	}
	return passed
}

func (c *content) metadata() finding {
	prefix := c.item.Profile.Names.HeaderPrefix + "meta-"
	for _, m := range c.want.Metadata {
		if f := c.header(prefix+string(m[0]), string(m[1])); f.outcome != reports.Pass {
			return f
		}
	}
	return passed
}

func (c *content) header(name, value string) finding {
	got, there := values(c.sent.Request, name), c.sent.Request.HeaderCount(name) > 0
	if c.form() {
		got, there = fieldOf(c.sent.Request, name)
	}
	switch {
	case !there && value == "":
		return diverges("header", name+":", "", "a header with an empty value is lost")
	case !there:
		return diverges("header", name+": "+value, "", "a header is lost")
	case wire.TrimBlanks(got) != wire.TrimBlanks(value):
		return diverges("header", name+": "+value, name+": "+got, "a header is changed")
	}
	return passed
}

func fieldOf(req *wire.Request, name string) (string, bool) {
	fields, err := signature.FormFields(req)
	if err != nil {
		return "", false
	}
	for _, f := range fields {
		if wire.EqualFold(f[0], name) {
			return f[1], true
		}
	}
	return "", false
}

// copySource compares decoded: the header is percent-encoded, with or without
// a slash in front.
func (c *content) copySource() finding {
	if c.want.CopySource == "" {
		return passed
	}
	name := c.item.Profile.Names.HeaderPrefix + "copy-source"
	sent, _ := c.sent.Request.Header(name)
	got := strings.TrimPrefix(wire.Unescape(sent), "/")
	want := string(c.want.CopySource)
	if want != got && want == strings.TrimPrefix(wire.UnescapeQuery(sent), "/") {
		return finding{
			outcome: reports.Contested, reading: "plus-is-a-blank", requirement: "OP-COPY-01",
			message: "a blank in the copy source is sent as a plus sign", known: "no document says whether the service reads it so",
		}
	}
	if want != got {
		return diverges("header", name+": "+want, name+": "+got, "the copy source is another object").by("OP-COPY-01")
	}
	if strings.ContainsFunc(sent, needsEscape) {
		return diverges("header", name+": /"+wire.EscapePath(want), name+": "+sent, "the copy source is not percent-encoded: a service ends it at a question mark, and HTTP trims and breaks raw bytes")
	}
	return passed
}

// needsEscape reports whether a rune cannot stand in the path of a URL.
func needsEscape(r rune) bool { return r <= ' ' || r >= 0x7f || r == '?' || r == '#' }

// parameters checks what the caller put into the query. Those an SDK adds of
// its own are its own affair. In a form they are conditions of the policy.
func (c *content) parameters() finding {
	if c.form() {
		return c.ranges()
	}
	want := slices.Clone(c.want.Query)
	if c.want.UploadID != "" {
		want = append(want, [2]wire.Bytes{"uploadId", c.want.UploadID})
	}
	if c.want.PartNumber != 0 && strings.HasPrefix(c.want.Name, "UploadPart") {
		want = append(want, [2]wire.Bytes{"partNumber", wire.Bytes(fmt.Sprint(c.want.PartNumber))})
	}
	return c.inQuery(want)
}

// policy checks that the policy of a form can be read.
func (c *content) policy() finding {
	if !c.form() {
		return passed
	}
	if text, _, err := c.conditions(); err != nil {
		return diverges("body", "", text, "the policy is no JSON: "+err.Error())
	}
	return passed
}

// conditions reads the conditions of a form's policy, as the verifier does.
func (c *content) conditions() (policy string, conditions []any, err error) {
	field, _ := fieldOf(c.sent.Request, "policy")
	text, err := base64.StdEncoding.DecodeString(field)
	if err != nil {
		return field, nil, err
	}
	var read struct{ Conditions []any }
	err = json.Unmarshal(c.item.Profile.Policy.JSON(text), &read)
	return string(text), read.Conditions, err
}

// ranges checks the conditions of a form's policy that are no fields.
func (c *content) ranges() finding {
	policy, have, _ := c.conditions()
	for _, q := range c.want.Query {
		if want := string(q[0] + "," + q[1]); !slices.ContainsFunc(have, func(condition any) bool { return rangeOf(condition) == want }) {
			return diverges("parameter", want, policy, "a condition of the policy is lost or changed")
		}
	}
	return passed
}

// rangeOf writes a condition of the form [name, least, most] as an operation
// has it.
func rangeOf(condition any) string {
	list, _ := condition.([]any)
	if len(list) != 3 {
		return ""
	}
	name, _ := list[0].(string)
	least, ok1 := list[1].(float64)
	most, ok2 := list[2].(float64)
	if !ok1 || !ok2 {
		return ""
	}
	return fmt.Sprintf("%s,%.0f,%.0f", name, least, most)
}

// subresources checks the parameters that make the operation what it is.
func (c *content) subresources() finding {
	var want [][2]wire.Bytes
	for _, name := range c.operation.Subresources {
		want = append(want, [2]wire.Bytes{wire.Bytes(name)})
	}
	return c.inQuery(want)
}

func (c *content) inQuery(want [][2]wire.Bytes) finding {
	query := wire.SplitTarget(c.sent.Request.Target).Query
	have := parameters(query)
	for _, p := range want {
		piece := string(p[0]) + "=" + string(p[1])
		if !slices.Contains(have, piece) {
			return diverges("parameter", piece, strings.Join(have, "&"), "a parameter is lost or changed")
		}
		if names := parameterNames(query); names[string(p[0])] > 1 && !repeats(want, p[0]) {
			return diverges("parameter", piece, strings.Join(have, "&"), "a parameter is there more than once")
		}
	}
	return passed
}

func repeats(want [][2]wire.Bytes, name wire.Bytes) bool {
	n := 0
	for _, p := range want {
		if p[0] == name {
			n++
		}
	}
	return n > 1
}

// parameterNames counts the decoded names of a query.
func parameterNames(query string) map[string]int {
	names := map[string]int{}
	for _, p := range wire.AppendParams(nil, query) {
		names[wire.UnescapeQuery(p.Name)]++
	}
	return names
}

// noOther refuses a sub-resource that makes the request another operation:
// one that some operation is made of, and this one is not.
func (c *content) noOther() finding {
	for _, p := range wire.AppendParams(nil, wire.SplitTarget(c.sent.Request.Target).Query) {
		name := wire.UnescapeQuery(p.Name)
		asked := slices.Contains(c.operation.Subresources, name) ||
			slices.ContainsFunc(c.want.Query, func(given [2]wire.Bytes) bool { return string(given[0]) == name })
		if !asked && c.subresource(name) {
			return diverges("parameter", "", name, "the sub-resource "+name+" makes the request another operation")
		}
	}
	return passed
}

func (c *content) subresource(name string) bool {
	return slices.ContainsFunc(c.set.Names, func(o vectors.OperationName) bool { return slices.Contains(o.Subresources, name) })
}

// clockTolerance is how far an absolute expiry may be from the one that follows
// from the time of arrival: the subject's clock is this machine's, but it reads
// it before the request arrives.
const clockTolerance = time.Minute

// lifetime checks the expiry of a URL. An absolute one is measured from the
// time the request arrived.
func (c *content) lifetime() finding {
	if c.item.Profile.Carrier != signature.InQuery || c.want.Expires == 0 {
		return passed
	}
	wrong := func(want string) finding {
		return diverges("parameter", want, c.got.Expires, "the URL lives another time than it was asked for")
	}
	if c.item.Profile.Names.Terminator != "" {
		if want := fmt.Sprint(c.want.Expires); want != c.got.Expires {
			return wrong(want)
		}
		return passed
	}
	end, err := strconv.ParseInt(c.got.Expires, 10, 64)
	if c.sent.At.IsZero() || err != nil {
		return passed
	}
	want := c.sent.At.Add(time.Duration(c.want.Expires) * time.Second)
	if off := time.Unix(end, 0).Sub(want); off > clockTolerance || off < -clockTolerance {
		return wrong(fmt.Sprint(want.Unix()))
	}
	return passed
}

// token checks that temporary credentials travel where the documents put their
// token. That it is signed follows from the signature.
func (c *content) token() finding {
	return tokenInPlace(c.item.Profile, c.sent.Request, c.item.Operation.Credentials.SecurityToken, c.got.Token)
}

// tokenInPlace compares the token a request carries in its place with the one
// that was given.
func tokenInPlace(p *signature.Profile, req *wire.Request, want, got string) finding {
	switch {
	case want == got:
		return passed
	case got == "" && hasParameterInAnyCase(req, p.Names.Token, want):
		return finding{
			outcome: reports.Contested, reading: "token-name-any-case", requirement: "OBS4-TOKEN-02",
			message: "the token travels under its documented name in other letter case", known: "no document says whether the service knows it then",
		}
	}
	return diverges("token", want, got, "the security token is not in its place")
}

func hasParameterInAnyCase(req *wire.Request, name, value string) bool {
	for _, p := range wire.AppendParams(nil, wire.SplitTarget(req.Target).Query) {
		if wire.EqualFold(p.Name, name) && wire.UnescapeQuery(p.Value) == value {
			return true
		}
	}
	return false
}

// body checks the body a caller gave; where the SDK makes it there is none to
// compare.
func (c *content) body() finding {
	if c.operation.BuildsBody {
		return passed
	}
	got := c.sent.Request.Body
	if c.form() {
		got, _ = fieldOf(c.sent.Request, "file")
	}
	if want := string(c.want.Body); want != got {
		return diverges("body", want, got, "the body is changed")
	}
	return passed
}
