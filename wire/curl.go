package wire

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// ParseCurl reads a curl command line, as people paste it and as browsers copy
// it for bash, and returns the request curl would send with it: the headers
// curl adds included, dot segments removed unless --path-as-is is given. It
// follows curl 7.88. Nothing is run, expanded or read from a file; a command
// that needs it gets a [*SyntaxError] with line and column, and so does an
// option that is not known to leave the request alone.
//
// Of a pipeline, `printf 'FORMAT' | curl … --data-binary @-` gives the body, and
// what stands behind curl is ignored; without that printf, a command line over
// 128 KiB is refused. The contents of a file that -T names are unknown: the body
// is empty, and neither Content-Length nor Expect is added.
func ParseCurl(command string) (*Request, error) {
	stdin, rest, err := cutPrintf(command)
	if err != nil {
		return nil, err
	}
	stages, err := splitPipeline(rest)
	if err != nil {
		return nil, err
	}
	words := stages[0]
	if name := words[0].text; name[strings.LastIndexByte(name, '/')+1:] != "curl" {
		return nil, &SyntaxError{"command line", "the command must be curl", name}
	}
	c := curlCall{stdin: stdin}
	if err := c.parse(words[1:]); err != nil {
		return nil, err
	}
	return c.request()
}

// curlCall is what a curl command line asks for.
type curlCall struct {
	stdin         *string // nil if it is not known
	urls          []shellWord
	method        shellWord // -X
	requestTarget shellWord
	headers       []shellWord // -H, in their order
	data          shellWord   // -d and its kin, joined; the place is that of the last
	upload        shellWord   // -T
	userAgent     shellWord
	user          shellWord // -u
	referer       string
	cookies       []string
	byteRange     shellWord
	noTLS         shellWord // an option that changes what is sent without TLS

	hasData, hasUserAgent, hasUser          bool
	head, get, json, compressed, http10     bool
	pathAsIs, globOff, hasMethod, hasUpload bool
}

// curlBlanks is what curl takes for blank in a header value (C isspace).
const curlBlanks = " \t\n\v\f\r"

// curlExpectFrom is the body length in bytes above which curl asks for a 100
// answer before it sends the body.
const curlExpectFrom = 1 << 20

// curlAcceptEncoding is what --compressed sends; the list depends on how curl
// was built, and this is the one with all codings.
const curlAcceptEncoding = "deflate, gzip, br, zstd"

// CurlUserAgent is what a command that names no User-Agent is taken to send. The
// command does not tell the version of curl, and this is no evidence of one.
const CurlUserAgent = "curl/7.88.1"

// request builds the head curl sends and reads it back.
func (c *curlCall) request() (*Request, error) {
	if len(c.urls) != 1 {
		if len(c.urls) == 0 {
			return nil, &SyntaxError{"command line", "the URL is missing", ""}
		}
		return nil, c.urls[1].fault("there must be one URL only")
	}
	if err := c.checkCombination(); err != nil {
		return nil, err
	}
	u, err := parseCurlURL(c.urls[0], c.globOff, c.pathAsIs)
	if err != nil {
		return nil, err
	}
	if u.transport == "http" && c.noTLS.text != "" {
		return nil, c.noTLS.fault("this curl option changes a request to an http:// URL; give the request as raw HTTP")
	}
	switch {
	case c.get && c.hasData:
		err = u.appendQuery(c.data)
	case c.hasUpload:
		u.appendFileName(c.upload.text)
	}
	if err != nil {
		return nil, err
	}
	target := u.target()
	if c.requestTarget.text != "" {
		target = c.requestTarget.text
	}
	proto := "HTTP/1.1"
	if c.http10 {
		proto = "HTTP/1.0"
	}
	head := fmt.Sprintf("%s %s %s\r\n%s\r\n", c.methodName(), target, proto, c.headerLines(u))
	req, err := parseHead(head, u.transport)
	if err != nil {
		return nil, fmt.Errorf("head of the curl command: %w", err)
	}
	switch {
	case c.sendsData():
		req.Body = c.data.text
	case c.uploadsStdin() && c.stdin != nil:
		req.Body = *c.stdin
	}
	return req, nil
}

func (c *curlCall) sendsData() bool    { return c.hasData && !c.get }
func (c *curlCall) uploadsStdin() bool { return c.upload.text == "-" || c.upload.text == "." }

// checkCombination refuses what curl refuses, and what would depend on a file.
func (c *curlCall) checkCombination() error {
	switch {
	case c.hasUpload && (c.hasData || c.head):
		return c.upload.fault("curl does not combine -T with -d or -I")
	case c.head && c.sendsData():
		return c.data.fault("curl does not combine -I with -d, unless with -G")
	case c.http10 && c.uploadsStdin():
		return c.upload.fault("curl does not upload from a pipe with HTTP/1.0")
	case c.byteRange.text != "" && (c.hasUpload || c.sendsData()):
		return c.byteRange.fault("the range of a request with a body is not understood; give the request as raw HTTP")
	}
	return nil
}

func (c *curlCall) methodName() string {
	switch {
	case c.hasMethod:
		return c.method.text
	case c.hasUpload:
		return "PUT"
	case c.head:
		return "HEAD"
	case c.sendsData():
		return "POST"
	}
	return "GET"
}

// custom returns the first -H for that header. One without a value counts too:
// it keeps curl from adding the header.
func (c *curlCall) custom(name string) (string, bool) {
	for _, h := range c.headers {
		if len(h.text) > len(name) && EqualFold(h.text[:len(name)], name) && strings.IndexByte(":;", h.text[len(name)]) >= 0 {
			return h.text, true
		}
	}
	return "", false
}

// headerLines returns the header lines in curl's order.
func (c *curlCall) headerLines(u *curlURL) string {
	var b strings.Builder
	add := func(name, value string) {
		if _, ok := c.custom(name); !ok {
			b.WriteString(name + ": " + value + "\r\n")
		}
	}
	hostSent := c.writeHost(&b, u)
	if user, ok := c.userPassword(u); ok {
		add("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user)))
	}
	if c.byteRange.text != "" {
		add("Range", "bytes="+c.byteRange.text)
	}
	switch {
	case !c.hasUserAgent:
		add("User-Agent", CurlUserAgent)
	case c.userAgent.text != "":
		add("User-Agent", c.userAgent.text)
	}
	if !c.json {
		add("Accept", "*/*")
	}
	if c.compressed {
		add("Accept-Encoding", curlAcceptEncoding)
	}
	if c.referer != "" {
		add("Referer", c.referer)
	}
	if c.uploadsStdin() {
		add("Transfer-Encoding", "chunked")
	}
	if len(c.cookies) > 0 {
		add("Cookie", strings.Join(c.cookies, ";"))
	}
	for _, h := range c.headers {
		line, ok := curlHeaderLine(h.text)
		if ok && !(hostSent && len(line) > 4 && EqualFold(line[:5], "Host:")) {
			b.WriteString(line + "\r\n")
		}
	}
	c.writeBodyHeaders(add)
	return b.String()
}

// writeHost writes the Host header and reports whether it is settled: only
// after its removal does curl send a later -H 'Host: …' like any header.
func (c *curlCall) writeHost(b *strings.Builder, u *curlURL) bool {
	host, ok := c.custom("Host")
	switch {
	case !ok:
		b.WriteString("Host: " + u.host + "\r\n")
	case host == "Host:": // spelled so; "host:" sends an empty one
		return false
	default:
		b.WriteString("Host:" + host[len("Host:"):] + "\r\n")
	}
	return true
}

// writeBodyHeaders adds what curl puts behind the headers of the command line.
func (c *curlCall) writeBodyHeaders(add func(name, value string)) {
	if c.json {
		add("Content-Type", "application/json")
		add("Accept", "application/json")
	}
	chunked := false
	if coding, ok := c.custom("Transfer-Encoding"); ok {
		chunked = strings.Contains(strings.ToLower(coding), "chunked")
	}
	if c.sendsData() {
		if !chunked {
			add("Content-Length", fmt.Sprint(len(c.data.text)))
		}
		if !c.json {
			add("Content-Type", "application/x-www-form-urlencoded")
		}
	}
	if c.uploadsStdin() || c.sendsData() && len(c.data.text) > curlExpectFrom && !c.http10 {
		add("Expect", "100-continue")
	}
}

// curlHeaderLine returns the line curl sends for an -H: `Name;` is a header
// without a value, and a name without a value (`Name:`) sends nothing.
func curlHeaderLine(text string) (string, bool) {
	colon := strings.IndexByte(text, ':')
	if colon < 0 {
		name, ok := strings.CutSuffix(text, ";")
		return name + ":", ok && name != "" && !strings.Contains(name, ";")
	}
	return text, colon > 0 && strings.Trim(text[colon+1:], curlBlanks) != ""
}

// userPassword returns user:password of -u, or else of the URL.
func (c *curlCall) userPassword(u *curlURL) (string, bool) {
	if c.hasUser {
		return c.user.text, true
	}
	if !u.hasUser {
		return "", false
	}
	name, password, _ := strings.Cut(u.user, ":")
	return Unescape(name) + ":" + Unescape(password), true
}
