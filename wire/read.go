package wire

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// SyntaxError says what in an input is not what the format asks for.
type SyntaxError struct {
	Where string // the place in words: `line 3`, `entry 2, header 4`
	Rule  string // what the format asks for there
	Got   string // the offending text, shortened
}

func (e *SyntaxError) Error() string {
	if e.Got == "" {
		return fmt.Sprintf("%s: %s", e.Where, e.Rule)
	}
	return fmt.Sprintf("%s: %s, got %s", e.Where, e.Rule, quoteShort(e.Got))
}

func quoteShort(s string) string {
	if len(s) > 60 {
		return strconv.QuoteToASCII(s[:60]) + "…"
	}
	return strconv.QuoteToASCII(s)
}

// Limits bound what a reader accepts. The zero value means [DefaultLimits].
type Limits struct {
	Head int // bytes of the request head
	Body int // bytes of the body
}

// DefaultLimits are generous for requests of an object store under test.
var DefaultLimits = Limits{Head: 1 << 20, Body: 64 << 20}

// ErrTooLarge is returned when a head or a body is over its limit.
var ErrTooLarge = errors.New("request is over the size limit")

// ReadRequest reads one request from a connection: the head byte for byte, and
// the body as Content-Length or Transfer-Encoding: chunked delimit it, chunked
// framing removed. It returns io.EOF when the connection ends before the first
// byte, and io.ErrUnexpectedEOF when it ends later.
//
// onHead, if not nil, is called between head and body: the place to answer
// Expect: 100-continue.
func ReadRequest(br *bufio.Reader, transport string, limits Limits, onHead func(*Request) error) (*Request, error) {
	if limits == (Limits{}) {
		limits = DefaultLimits
	}
	head, err := readHead(br, limits.Head)
	if err != nil {
		return nil, err
	}
	req, err := parseHead(head, transport)
	if err != nil {
		return nil, err
	}
	if onHead != nil {
		if err := onHead(req); err != nil {
			return req, err
		}
	}
	req.Body, err = readBody(br, req, limits.Body)
	return req, err
}

// readHead reads up to and including the empty line. Empty lines before the
// request line are skipped (RFC 9112, section 2.2), and count towards the limit.
func readHead(br *bufio.Reader, limit int) (string, error) {
	var read strings.Builder
	read.Grow(min(br.Buffered(), limit)) // most heads arrive in one piece
	for skipped := 0; ; {
		line, err := br.ReadSlice('\n')
		if skipped+read.Len()+len(line) > limit {
			return "", fmt.Errorf("head: %w of %d bytes", ErrTooLarge, limit)
		}
		read.Write(line)
		if err == bufio.ErrBufferFull {
			continue
		}
		head := read.String()
		if err == io.EOF && len(strings.TrimRight(head, "\r\n")) > 0 {
			return "", io.ErrUnexpectedEOF
		}
		if err != nil {
			return "", err
		}
		switch {
		case len(strings.TrimRight(head, "\r\n")) == 0:
			skipped += len(head)
			read.Reset()
		case strings.HasSuffix(head, "\n\r\n"), strings.HasSuffix(head, "\n\n"):
			return head, nil
		}
	}
}

func readBody(br *bufio.Reader, req *Request, limit int) (string, error) {
	if coding, ok := req.Header("Transfer-Encoding"); ok {
		if !req.isChunked() {
			return "", &SyntaxError{"header Transfer-Encoding", "only chunked is understood, and only once", coding}
		}
		return readChunked(br, limit)
	}
	length, ok := req.Header("Content-Length")
	if !ok {
		return "", nil
	}
	for _, h := range req.Headers {
		if EqualFold(h.Name, "Content-Length") && h.Value != length {
			return "", &SyntaxError{"header Content-Length", "two lengths must not differ (RFC 9112, section 6.3)", h.Value}
		}
	}
	n, err := strconv.ParseUint(length, 10, 63)
	if err != nil {
		return "", &SyntaxError{"header Content-Length", "must be a decimal number", length}
	}
	if n > uint64(limit) {
		return "", fmt.Errorf("body of %d bytes: %w of %d bytes", n, ErrTooLarge, limit)
	}
	if n <= uint64(br.Buffered()) { // it came with the head
		arrived, _ := br.Peek(int(n))
		body := string(arrived)
		br.Discard(int(n))
		return body, nil
	}
	// Grow with what arrives, not with what was announced.
	var body bytes.Buffer
	_, err = io.CopyN(&body, br, int64(n))
	return body.String(), noEOF(err)
}

// noEOF turns an end of input in the middle of a request into an error that
// cannot be taken for an orderly end. Other errors, deadlines among them, stay.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// isChunked reports whether the body came in chunks and nothing else.
func (r *Request) isChunked() bool {
	coding, _ := r.Header("Transfer-Encoding")
	return EqualFold(coding, "chunked") && r.HeaderCount("Transfer-Encoding") == 1
}

// leastFraming is how much there may be around chunks where the body may be
// shorter than that.
const leastFraming = 64 << 10

// readChunked takes the framing off a body. What there is of it, extensions and
// trailer fields, is bounded as the body is.
func readChunked(br *bufio.Reader, limit int) (string, error) {
	var body bytes.Buffer
	framing := 0
	readLine := func() (string, error) {
		line, err := readLine(br)
		if framing += len(line) + 2; err == nil && framing > max(limit, leastFraming) {
			err = fmt.Errorf("what stands around the chunks: %w of %d bytes", ErrTooLarge, max(limit, leastFraming))
		}
		return line, err
	}
	for {
		line, err := readLine()
		if err != nil {
			return body.String(), err
		}
		size, _, _ := strings.Cut(line, ";")
		n, err := strconv.ParseUint(TrimBlanks(size), 16, 63)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return body.String(), &SyntaxError{"chunk size", "must be hexadecimal (RFC 9112, section 7.1)", line}
		}
		if n == 0 {
			break
		}
		if err != nil || n > uint64(limit)-uint64(body.Len()) {
			return body.String(), fmt.Errorf("body: %w of %d bytes", ErrTooLarge, limit)
		}
		if _, err := io.CopyN(&body, br, int64(n)); err != nil {
			return body.String(), noEOF(err)
		}
		line, err = readLine()
		if err != nil {
			return body.String(), err
		}
		if line != "" {
			return body.String(), &SyntaxError{"chunk end", "a chunk ends with a line break (RFC 9112, section 7.1)", line}
		}
	}
	for { // trailer fields are no part of what is signed
		line, err := readLine()
		if err != nil || line == "" {
			return body.String(), err
		}
	}
}

func readLine(br *bufio.Reader) (string, error) {
	line, err := br.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		return "", &SyntaxError{"chunk framing", "a line is too long", ""}
	}
	if err != nil {
		return "", noEOF(err)
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(line), "\n"), "\r"), nil
}

// ParseRequest reads one request from raw HTTP text: a request line, header
// lines and, behind an empty line, the body. Lines may end in CRLF or LF, and
// the empty line may be missing when there is no body. The body is what
// follows: a Content-Length that says otherwise is not an error, because a
// recording is often cut, but chunked framing is removed.
func ParseRequest(raw []byte, transport string) (*Request, error) {
	text := strings.TrimLeft(string(raw), "\r\n")
	head, body := text, ""
	if end := headEnd(text); end >= 0 {
		head, body = text[:end], text[end:]
	} else {
		head = endHead(text)
	}
	req, err := parseHead(head, transport)
	if err != nil {
		return nil, err
	}
	req.Body = body
	if body != "" && req.isChunked() {
		req.Body, err = readChunked(bufio.NewReader(strings.NewReader(body)), math.MaxInt)
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = &SyntaxError{"body", "the text ends inside the chunks that Transfer-Encoding announces (RFC 9112, section 7.1)", ""}
		}
		if err != nil {
			return nil, fmt.Errorf("body: %w", err)
		}
	}
	return req, nil
}

// endHead gives a head that stops short of its empty line one, in the line
// break the head uses: without it the head could not be sent again.
func endHead(head string) string {
	br := "\r\n"
	if i := strings.IndexByte(head, '\n'); i == 0 || i > 0 && head[i-1] != '\r' {
		br = "\n"
	}
	switch {
	case strings.HasSuffix(head, "\n"):
		return head + br
	case strings.HasSuffix(head, "\n\r"): // cut within the empty line
		return head + "\n"
	case strings.HasSuffix(head, "\r"): // cut between CR and LF
		return head + "\n" + br
	}
	return head + br + br
}

// headEnd returns the offset behind the empty line that ends a head, or -1.
func headEnd(text string) int {
	for i := 0; ; {
		nl := strings.IndexByte(text[i:], '\n')
		if nl < 0 {
			return -1
		}
		i += nl + 1
		if strings.HasPrefix(text[i:], "\n") {
			return i + 1
		}
		if strings.HasPrefix(text[i:], "\r\n") {
			return i + 2
		}
	}
}

// parseHead reads request line and header lines of a head that ends with its
// empty line. What HTTP forbids and a server would answer with 400 is an error
// here: a header line without a colon, a blank in a header name, a folded line,
// a NUL, a CR within a line.
func parseHead(head, transport string) (*Request, error) {
	req := &Request{Transport: transport, head: head, Headers: make([]Header, 0, strings.Count(head, "\n"))}
	for number, rest := 1, head; ; number++ {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		line = strings.TrimSuffix(line, "\r")
		if number > 1 && line == "" {
			return req, nil
		}
		rule := ""
		if number == 1 {
			rule = req.parseRequestLine(line)
		} else {
			rule = req.parseHeaderLine(line)
		}
		if rule != "" {
			return nil, &SyntaxError{fmt.Sprintf("line %d", number), rule, line}
		}
	}
}

// parseHeaderLine adds a header, or returns the rule that its line breaks.
func (r *Request) parseHeaderLine(line string) (rule string) {
	if line[0] == ' ' || line[0] == '\t' {
		return "a header line must not begin with a blank (folded headers are obsolete, RFC 9112, section 5.2)"
	}
	name, value, ok := strings.Cut(line, ":")
	if !ok {
		return "a header line is `Name: value`"
	}
	h := Header{name, TrimBlanks(value)}
	r.Headers = append(r.Headers, h)
	return h.brokenRule()
}

// parseRequestLine reads the request line, or returns the rule that it breaks.
func (r *Request) parseRequestLine(line string) (rule string) {
	if breaksLine(line) {
		return "a line holds no NUL, and a CR only before its LF (RFC 9112, section 2.2)"
	}
	method, rest, ok := strings.Cut(line, " ")
	if !ok || method == "" || rest == "" {
		return "a request line is `METHOD target HTTP/1.1`"
	}
	r.Method, r.Target = method, rest
	// The version is the last word. A target with a blank in it is not HTTP, but
	// clients send it, so what stands between method and version is the target.
	// Blanks behind the version are the leftovers of copying (RFC 9112, section 3).
	trimmed := strings.TrimRight(rest, " \t")
	if i := strings.LastIndexByte(trimmed, ' '); i >= 0 && strings.HasPrefix(trimmed[i+1:], "HTTP/") {
		r.Target, r.Proto = trimmed[:i], trimmed[i+1:]
	}
	if r.Target == "" {
		return "the request target is missing"
	}
	return ""
}
