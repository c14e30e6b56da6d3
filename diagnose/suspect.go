package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// suspicion is something unusual that often stands behind a refusal. It says
// what it sees, or "" if it sees nothing.
type suspicion struct {
	cause string
	sees  func(c *inquiry) string
	about subject
}

// subject is what a suspicion is about.
type subject int

const (
	aboutText subject = iota // what was signed: nothing to look at where both sides signed the same
	aboutRest                // the key, the signature, or what they are sent with
)

// suspicions are asked in order, the strong ones first: what is seldom seen in a
// request that works, then the secret, then what is in many that work.
var suspicions = []suspicion{
	{"C13", (*inquiry).seesMilliseconds, aboutText},
	{"C13", (*inquiry).seesLocalDay, aboutText},
	{"C05", (*inquiry).seesRawPlus, aboutRest},
	{"C09", (*inquiry).seesHeadMadeGet, aboutText},
	{"C01", (*inquiry).seesTypeInURL, aboutText},
	{"C10", (*inquiry).seesForeignHeader, aboutText},
	{"C04", (*inquiry).seesEncodedTwice, aboutText},
	{"C08", (*inquiry).seesBucketTwice, aboutText},
	{"C16", (*inquiry).seesNoToken, aboutRest},
	{"C27", (*inquiry).seesBehindSignature, aboutText},
	{"C21", (*inquiry).seesChunked, aboutText},
	{"C24", (*inquiry).seesPolicy, aboutText},
	{"C02", (*inquiry).seesNothingElse, aboutRest},
	{"C32", (*inquiry).seesEqualStrings, aboutRest},
	{"C18", (*inquiry).seesLettersInEqualStrings, aboutRest},
	{"C01", (*inquiry).seesTypeOfCurl, aboutText},
	{"C14", (*inquiry).seesRareParameter, aboutText},
	{"C18", (*inquiry).seesBytesInHeaders, aboutText},
	{"C17", (*inquiry).seesBlanks, aboutText},
	{"C23", (*inquiry).seesOddPath, aboutText},
	{"C03", (*inquiry).seesDangerousKey, aboutText},
	{"C15", (*inquiry).seesReservedValue, aboutText},
	{"C26", (*inquiry).seesCommonPrefix, aboutText},
	{"C25", (*inquiry).seesOtherCase, aboutText},
}

// suspect is the fifth step: what is unusual. Nothing of it proves anything.
func (c *inquiry) suspect() {
	if c.refused != signaturesDiffer || c.rightURL {
		return
	}
	equal := c.equalStrings()
	for _, s := range suspicions {
		if equal && s.about == aboutText {
			continue
		}
		if seen := s.sees(c); seen != "" {
			c.say(s.cause, reports.Suspicion, seen)
		}
	}
}

// seen is the string that suspicions look at.
func (c *inquiry) text(f field) string {
	for _, p := range []*parts{c.server, c.rebuilt, c.client} {
		if p != nil && slices.ContainsFunc(p.layout, func(at piece) bool { return at.field == f }) {
			return p.text[f]
		}
	}
	return ""
}

func (c *inquiry) seesMilliseconds() string {
	if date := c.text(dateField); isNumber(date) && len(date) == 13 {
		return fmt.Sprintf("the date line is %s: 13 digits are milliseconds, Expires is in seconds", date)
	}
	return ""
}

func (c *inquiry) seesLocalDay() string {
	date := c.text(dateField)
	if date == "" || isNumber(date) {
		return ""
	}
	if at, _, ok := readDate(date); !ok {
		return fmt.Sprintf("the date line %q is in none of the forms that the services read", date)
	} else if at.Year() < 2000 {
		return fmt.Sprintf("the date line %q is of a clock that was never set", date)
	}
	return ""
}

func (c *inquiry) seesRawPlus() string {
	if c.Request == nil {
		return ""
	}
	for _, p := range wire.AppendParams(nil, wire.SplitTarget(c.Request.Target).Query) {
		if p.Name == c.names().SignatureField && strings.Contains(p.Value, "+") {
			return fmt.Sprintf("the URL has a plus sign in %s=%s, which arrives as a blank", p.Name, p.Value)
		}
	}
	return ""
}

func (c *inquiry) seesHeadMadeGet() string {
	method := c.text(methodField)
	switch query := c.text(queryField); {
	case method == "GET" && strings.Contains(query, "objectMeta"):
		return "objectMeta is asked for with HEAD, and a GET arrived: a CDN turns one into the other"
	case c.Request != nil && !c.bare() && c.Request.Method != method && method != "":
		return fmt.Sprintf("the request is a %s, a %s arrived", c.Request.Method, method)
	}
	return ""
}

func (c *inquiry) contentType() string {
	if !c.isHex() {
		return c.text(typeField)
	}
	for _, h := range headerLines(c.text(headerField)) {
		if h.name == "content-type" {
			return h.value
		}
	}
	return ""
}

func (c *inquiry) seesTypeInURL() string {
	if t := c.contentType(); t != "" && c.carrier == signature.InQuery {
		return fmt.Sprintf("a signed URL was called with Content-Type %q, which URLs are seldom signed with: browsers and mini programs add it", t)
	}
	return ""
}

// typeOfForms is the Content-Type that programs give a body when nobody says what
// it is.
const typeOfForms = "application/x-www-form-urlencoded"

func (c *inquiry) seesTypeOfCurl() string {
	if c.contentType() == typeOfForms && c.carrier != signature.InQuery && !c.Client.signsItself() {
		return "the Content-Type is " + typeOfForms + ", which curl and others add by themselves to a body that has none: a signer that does not know of it signs an empty line"
	}
	return ""
}

// usualHeaders are the vendor headers that clients set themselves, by what
// stands behind the prefix.
var usualHeaders = []string{"meta-", "date", "content-sha256", "security-token", "acl", "object-acl", "storage-class", "copy-source", "server-side-encryption", "tagging", "forbid-overwrite", "callback", "security-", "process", "user-agent"}

func (c *inquiry) seesForeignHeader() string {
	if c.transit == transitKept { // the client sent it itself
		return ""
	}
	for _, h := range headerLines(c.text(headerField)) {
		own, vendor := strings.CutPrefix(h.name, c.names().HeaderPrefix)
		if !vendor || c.names().HeaderPrefix == "" {
			continue
		}
		if h.name == "x-oss-range-behavior" {
			return "x-oss-range-behavior arrived, which CDNs add on their way to the origin"
		}
		if !slices.ContainsFunc(usualHeaders, func(usual string) bool { return strings.HasPrefix(own, usual) }) {
			return fmt.Sprintf("%s arrived, which clients seldom send", h.name)
		}
	}
	return ""
}

func (c *inquiry) seesEncodedTwice() string {
	path := c.text(pathField)
	if c.signsDecoded() && wire.Unescape(path) != path {
		return fmt.Sprintf("the decoded key in %q still has percent-encoding: it arrived encoded twice", path)
	}
	if !c.signsDecoded() && strings.Contains(path, "%25") {
		return fmt.Sprintf("%%25 in %q is an encoded percent sign: the key may have been encoded twice", path)
	}
	return ""
}

func (c *inquiry) seesBucketTwice() string {
	bucket, key, ok := bucketAndKey(c.text(pathField))
	if ok && bucket != "" && (key == bucket || strings.HasPrefix(key, bucket+"/")) {
		return fmt.Sprintf("the bucket %q stands in the resource twice: the endpoint may hold it already", bucket)
	}
	if len(c.doc.Contradictions) > 0 { // somebody wrote other names into the document
		return ""
	}
	if own := c.bucketOfHost(); ok && c.dialect == OSS && own != "" && bucket != own && c.scheme == "oss-v1" {
		return fmt.Sprintf("the host is that of the bucket %q, the resource begins with %q", own, bucket)
	}
	return ""
}

func (c *inquiry) seesNoToken() string {
	id := c.doc.AccessKeyID
	if id == "" && c.found != nil {
		id = c.found.AccessKeyID
	}
	if strings.HasPrefix(id, "STS.") && c.server != nil && !strings.Contains(c.server.String(), "security-token") {
		return fmt.Sprintf("%s is a temporary access key, and no security token arrived", id)
	}
	return ""
}

func (c *inquiry) seesBehindSignature() string {
	if c.Request == nil || c.carrier != signature.InQuery {
		return ""
	}
	if strings.Count(c.Request.Target, "?") > 1 {
		return "the URL has a second question mark"
	}
	for _, p := range wire.AppendParams(nil, wire.SplitTarget(c.Request.Target).Query) {
		if p.Name != c.names().SignatureField && c.placeOf(p.Name) == behind && (c.isHex() || strings.Contains(c.text(queryField), p.Name)) {
			return fmt.Sprintf("the parameter %s stands behind the signature: it may have been added later", p.Name)
		}
	}
	return ""
}

// usualParameters are those that every signer knows.
var usualParameters = []string{
	"acl", "uploads", "delete", "lifecycle", "location", "logging", "website", "policy", "cors", "tagging", "append", "versioning",
	"uploadId", "partNumber", "security-token", "position", "versionId", "list-type", "prefix", "marker", "max-keys", "delimiter",
	"x-obs-security-token", "x-amz-security-token", "x-oss-security-token",
}

// bareParameters is how many of them have no value.
const bareParameters = 12

func (c *inquiry) seesRareParameter() string {
	_, params := splitQuery(c.text(queryField))
	for _, p := range params {
		name := strings.ToLower(p.Name)
		own := strings.HasPrefix(name, "x-oss-") || strings.HasPrefix(name, "x-amz-")
		if own && c.isHex() || strings.HasPrefix(name, "response-") || slices.Contains(usualParameters, p.Name) {
			continue
		}
		return fmt.Sprintf("the service signs the parameter %s, which not every signer knows", p.Name)
	}
	return ""
}

func (c *inquiry) seesDangerousKey() string {
	path := wire.Unescape(c.text(pathField))
	dangerous := "!'()*~#%?+&=@:;,$[]"
	if !c.Client.signsItself() { // an SDK of the services knows what to do with a blank
		dangerous += " "
	}
	if i := strings.IndexAny(path, dangerous); i >= 0 {
		return fmt.Sprintf("the key holds %q, which programs encode in different ways", path[i:i+1])
	}
	if !isASCII(path) {
		return "the key holds letters beyond ASCII, which programs encode in different ways"
	}
	return ""
}

func (c *inquiry) seesBytesInHeaders() string {
	for _, h := range headerLines(c.text(headerField)) {
		if !isASCII(h.value) {
			return fmt.Sprintf("%s holds bytes beyond ASCII", h.name)
		}
	}
	return ""
}

func (c *inquiry) seesBlanks() string {
	for _, h := range headerLines(c.text(headerField)) {
		if h.value == "" || strings.Contains(h.value, "  ") || strings.Contains(h.value, "\t") || strings.TrimSpace(h.value) != h.value {
			return fmt.Sprintf("the value of %s is %q: signers treat such blanks, and empty values, in different ways", h.name, h.value)
		}
		if strings.Contains(h.value, ",") && strings.Contains(h.name, "meta") {
			return fmt.Sprintf("%s has a comma: it may have come twice", h.name)
		}
	}
	return ""
}

func (c *inquiry) seesOddPath() string {
	path := c.text(pathField)
	if strings.Contains(path, "//") || strings.Contains(path+"/", "/./") || strings.Contains(path+"/", "/../") {
		return fmt.Sprintf("the path %q has empty or dotted segments, which programs remove", path)
	}
	return ""
}

func (c *inquiry) seesReservedValue() string {
	_, params := splitQuery(c.text(queryField))
	for _, p := range params {
		if strings.ContainsAny(p.Value, "+/=:;,@ \"<>%") && !slices.Contains([]string{"x-oss-credential", "X-Amz-Credential"}, p.Name) {
			return fmt.Sprintf("the value of %s is %q: signers encode such characters in different ways", p.Name, p.Value)
		}
	}
	return ""
}

func (c *inquiry) seesCommonPrefix() string {
	lines := headerLines(c.text(headerField))
	for i := 1; i < len(lines); i++ {
		if strings.HasPrefix(lines[i].name, lines[i-1].name) {
			return fmt.Sprintf("%s begins like %s: some comparators get their order wrong", lines[i].name, lines[i-1].name)
		}
	}
	_, params := splitQuery(c.text(queryField))
	for i := 1; i < len(params); i++ {
		if strings.HasPrefix(params[i].Name, params[i-1].Name) {
			return fmt.Sprintf("%s begins like %s: some comparators get their order wrong", params[i].Name, params[i-1].Name)
		}
	}
	return ""
}

func (c *inquiry) seesOtherCase() string {
	if c.Request == nil || c.carrier != signature.InHeader {
		return ""
	}
	for _, h := range c.Request.Headers {
		for _, usual := range []string{"Content-Type", "Content-MD5"} {
			if wire.EqualFold(h.Name, usual) && h.Name != usual {
				return fmt.Sprintf("the header %s is written %s: a signer that looks for it in one spelling only does not find it", usual, h.Name)
			}
		}
	}
	return ""
}

func (c *inquiry) seesChunked() string {
	if c.Request == nil {
		return ""
	}
	if coding, ok := c.Request.Header("Content-Encoding"); ok && strings.Contains(coding, "aws-chunked") {
		return "the body is sent as aws-chunked"
	}
	return ""
}

func (c *inquiry) seesPolicy() string {
	if c.carrier == signature.InForm {
		return "the signature is that of a form, whose policy was perhaps not signed as it was sent"
	}
	return ""
}

func (c *inquiry) seesNothingElse() string {
	switch {
	case c.equalStrings():
		return "client and service signed the same string, and came to different signatures: the secret is the first suspect"
	case c.sameAsWanted() && len(c.out.Causes) == 0:
		return "the service signed what the request asks for, so nothing changed on the way: the client used another secret, or signed another string"
	}
	return ""
}

// seesEqualStrings leaves the last step to those who take it themselves: that of
// an SDK is seldom wrong.
func (c *inquiry) seesEqualStrings() string {
	if !c.equalStrings() || c.Client.signsItself() {
		return ""
	}
	return "client and service signed the same string: if the secret is right, the step from the string to the signature is not"
}

// seesLettersInEqualStrings: a log is text, and shows no bytes.
func (c *inquiry) seesLettersInEqualStrings() string {
	if text := c.seesBytesInHeaders(); text != "" && c.equalStrings() {
		return text + ": the log of the client shows the letters, and not the bytes in which it signed them"
	}
	return ""
}

// equalStrings reports whether client and service signed the same.
func (c *inquiry) equalStrings() bool {
	if c.serverV4 != nil && c.clientV4 != nil && *c.serverV4 == *c.clientV4 {
		return true
	}
	return c.server != nil && c.client != nil && c.client.String() == c.server.String()
}

// hashesDiffer reports whether client and service hashed different canonical
// requests.
func (c *inquiry) hashesDiffer() bool {
	return c.serverV4 != nil && c.clientV4 != nil && c.serverV4.hash != c.clientV4.hash
}

// help says what would tell more.
func (c *inquiry) help() {
	want := func(text string) { c.out.WouldHelp = append(c.out.WouldHelp, text) }
	if c.proven() || c.refused != signaturesDiffer {
		return
	}
	if c.doc.Code == "" && c.doc.EC == "" && !c.rightURL {
		want("the error document that the service answered with (of a HEAD request: the headers x-oss-err and x-oss-ec)")
	}
	if c.doc.IsMasked("SignatureProvided") {
		want("the error document with SignatureProvided unmasked: it is of no use to anybody without the secret")
	}
	if c.doc.IsDamaged("StringToSign") || c.doc.IsMasked("StringToSign") && c.server == nil {
		want("StringToSign, or better StringToSignBytes, whole and unmasked")
	}
	advice, known := c.Client.Debug()
	logs := known && c.Client.logsWhatItSigns()
	if until := c.validUntil(); until != "" {
		want(until)
	}
	switch {
	case c.bare():
		want("the request that was made with the URL: its method and all its headers")
	case c.Request == nil && known && !logs:
		want("the request as the client sent it, with all its headers. " + advice.Text)
	case c.Request == nil:
		want("the request as the client sent it, with all its headers")
	case c.foreign:
		want("request and answer of one exchange")
	case c.found.Verdict == signature.Unsigned:
		want("the request with its authentication: this one carries none")
	}
	switch {
	case c.hashesDiffer() && c.ClientCanonical == "":
		want("the canonical request that the client hashed: its hash is not that of the service, so the two are not the same")
	case c.ClientString != "" || c.ClientCanonical != "" || c.rightURL:
	case logs:
		want("the string that the client signed. " + advice.Text)
	default:
		want("the string that the client signed, if it has a log of it")
	}
	if c.Credentials.AccessKeySecret == "" {
		want("the secret, from the environment or a file: with it the search proves what was signed")
	}
	if len(c.out.Causes) == 0 && len(c.out.WouldHelp) == 0 {
		want("other evidence: of what is given, no two parts can be compared")
	}
}
