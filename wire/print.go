package wire

import (
	"fmt"
	"strings"
)

// AppendHTTP appends the request as raw HTTP/1.1: the head as it was read, if
// it was read, else one line a header in the order they have. A body whose
// head says chunked is written as one chunk.
func (r *Request) AppendHTTP(dst []byte) []byte {
	dst = r.appendHead(dst)
	if !r.isChunked() {
		return append(dst, r.Body...)
	}
	if r.Body != "" {
		dst = fmt.Appendf(dst, "%x\r\n%s\r\n", len(r.Body), r.Body)
	}
	return append(dst, "0\r\n\r\n"...)
}

func (r *Request) appendHead(dst []byte) []byte {
	if r.head != "" {
		return append(dst, r.head...)
	}
	proto := r.Proto
	if proto == "" {
		proto = "HTTP/1.1"
	}
	dst = fmt.Appendf(dst, "%s %s %s\r\n", r.Method, r.Target, proto)
	for _, h := range r.Headers {
		dst = fmt.Appendf(dst, "%s: %s\r\n", h.Name, h.Value)
	}
	return append(dst, "\r\n"...)
}

// CurlCommand returns a command for bash in which curl sends this request: its
// method, target, headers in their order and letter case, and body. Blanks
// around header values are not kept, a body without a length gets a
// Content-Length, and chunks are cut anew. For the rare request that curl
// cannot send, the result is a comment line ("# …") that says why.
//
// The command holds the request's credentials as they are.
func (r *Request) CurlCommand() string { return string(r.AppendCurl(nil)) }

// AppendCurl appends what [Request.CurlCommand] returns.
func (r *Request) AppendCurl(dst []byte) []byte {
	if reason := r.whyNotCurl(); reason != "" {
		return append(dst, "# curl cannot send this request: "+reason...)
	}
	piped := strings.Contains(r.Body, "\x00") || len(r.Body) > longestArgument
	if piped {
		dst = append(append(append(dst, "printf "...), quotePrintf(r.Body)...), " | "...)
	}
	dst = r.appendCurlURL(append(dst, "curl --path-as-is"...))
	for _, h := range r.curlHeaders() {
		dst = append(append(dst, " -H "...), quoteShell(h)...)
	}
	switch {
	case piped:
		dst = append(dst, " --data-binary @-"...)
	case r.curlSendsBody():
		dst = append(append(dst, " --data-raw "...), quoteShell(r.Body)...)
	}
	return dst
}

// longestArgument keeps a body below the 128 KiB Linux allows one argument, and
// the command line [ParseCurl] can read, quoting included.
const longestArgument = 16 << 10

// curlSendsBody reports whether curl needs a data option. An empty body in
// chunks needs one too, or curl would not write the last chunk.
func (r *Request) curlSendsBody() bool { return r.Body != "" || r.isChunked() }

// whyNotCurl names what no curl command line can express, or "".
func (r *Request) whyNotCurl() string {
	if r.Proto != "" && r.Proto != "HTTP/1.0" && r.Proto != "HTTP/1.1" {
		return "it speaks " + quoteShort(r.Proto)
	}
	if r.Method == "" || strings.ContainsAny(r.Method, " \t") || breaksLine(r.Method) {
		return "its method is " + quoteShort(r.Method)
	}
	if r.Target == "" || breaksLine(r.Target) {
		return "its target is " + quoteShort(r.Target)
	}
	for i, h := range r.Headers {
		where := fmt.Sprintf("header %d", i+1)
		if rule := h.brokenRule(); rule != "" {
			return where + ": " + rule
		}
		switch {
		case h.Name[0] == '@':
			return where + ": for curl, @ names a file"
		case h.Value == "" && strings.Contains(h.Name, ";"):
			return where + ": an empty value and a semicolon in the name"
		case h.Value != "" && strings.Trim(h.Value, curlBlanks) == "":
			return where + ": curl takes the value for blank"
		}
	}
	return ""
}

// appendCurlURL appends the options for request line and URL. A target that
// curl would change or cut goes into --request-target, which curl does not read.
func (r *Request) appendCurlURL(dst []byte) []byte {
	transport := "http"
	if r.Transport == "https" {
		transport = "https"
	}
	authority := r.Host()
	if host, err := parseCurlHost(shellWord{}, authority, transport); err != nil || host == "" {
		authority = "localhost"
	}
	switch {
	case r.Proto == "HTTP/1.0":
		dst = append(dst, " --http1.0"...)
	case transport == "https":
		dst = append(dst, " --http1.1"...)
	}
	implied := "GET"
	if r.curlSendsBody() {
		implied = "POST"
	}
	switch {
	case r.Method == "HEAD" && !r.curlSendsBody():
		dst = append(dst, " --head"...) // with -X HEAD, curl waits for a body
	case r.Method != implied:
		dst = append(append(dst, " -X "...), quoteShell(r.Method)...)
	}
	target := r.Target
	if target[0] != '/' || strings.ContainsFunc(target, func(c rune) bool { return c <= ' ' || c >= 0x7f || c == '#' }) {
		dst = append(append(dst, " --request-target "...), quoteShell(target)...)
		target = "/"
	}
	if strings.ContainsAny(target, "[]{}") {
		dst = append(dst, " --globoff"...)
	}
	return append(append(dst, ' '), quoteShell(transport+"://"+authority+target)...)
}

// curlHeaders returns the arguments for -H: the headers, and for each one that
// curl would add of itself and that the request does not have, its removal.
func (r *Request) curlHeaders() []string {
	var args []string
	added := []string{"User-Agent", "Accept"}
	if r.curlSendsBody() {
		added = append(added, "Content-Type")
	}
	if len(r.Body) > curlExpectFrom {
		added = append(added, "Expect")
	}
	for _, name := range added {
		if _, ok := r.Header(name); !ok {
			args = append(args, name+":")
		}
	}
	// curl writes one Host, spelled so, in front of all others. Only after its
	// removal is a Host header sent like any other.
	if len(r.Headers) == 0 || r.Headers[0].Name != "Host" || r.HeaderCount("Host") != 1 {
		args = append(args, "Host:")
	}
	for _, h := range r.Headers {
		if h.Value == "" {
			args = append(args, h.Name+";")
		} else {
			args = append(args, h.Name+": "+h.Value)
		}
	}
	return args
}

// shellPlain holds the bytes that mean nothing to a shell wherever they stand.
var shellPlain = func() *EscapeSet {
	set := NewEscapeSet("/:@,+%")
	set['~'] = false // a home folder at the start of a word
	return set
}()

// quoteShell quotes s for bash: as it is, in single quotes, or as $'…' when it
// holds anything but printable ASCII. s must not hold NUL.
func quoteShell(s string) string {
	plain, printable := s != "", true
	for i := 0; i < len(s); i++ {
		c := s[i]
		plain = plain && shellPlain[c]
		printable = printable && c >= ' ' && c < 0x7f && c != '\''
	}
	switch {
	case plain:
		return s
	case printable:
		return "'" + s + "'"
	}
	var b strings.Builder
	b.WriteString("$'")
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\'' || c == '\\':
			b.WriteString("\\" + string(c))
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c >= ' ' && c < 0x7f:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, `\x%02x`, c)
		}
	}
	return b.String() + "'"
}

// quotePrintf quotes s as a format of printf, in which every byte is possible.
func quotePrintf(s string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '%':
			b.WriteString("%%")
		case c == '-' && i == 0: // would be an option
			b.WriteString(`\055`)
		case c >= ' ' && c < 0x7f && c != '\'' && c != '\\':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, `\%03o`, c)
		}
	}
	return b.String() + "'"
}
