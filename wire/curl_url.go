package wire

import (
	"bytes"
	"net/netip"
	"strconv"
	"strings"
)

// curlURL is a URL as curl takes it apart and sends it.
type curlURL struct {
	transport string // "http" or "https"
	user      string // as written, percent-encoded
	hasUser   bool
	host      string // for the Host header: without a port that is the default one
	path      string
	query     string
	hasQuery  bool
}

func (u *curlURL) target() string {
	return Target{Path: u.path, Query: u.query, HasQuery: u.hasQuery}.String()
}

// otherSchemes are what curl guesses from the beginning of a host name.
var otherSchemes = []string{"ftp.", "dict.", "ldap.", "imap.", "smtp.", "pop3."}

func parseCurlURL(w shellWord, globOff, pathAsIs bool) (*curlURL, error) {
	for i := 0; i < len(w.text); i++ {
		if c := w.text[i]; c <= ' ' || c == 0x7f {
			return nil, w.fault("a URL holds no blank and no control byte; percent-encode it")
		}
	}
	u, rest, err := cutCurlScheme(w)
	if err != nil {
		return nil, err
	}
	rest, fragment, _ := strings.Cut(rest, "#")
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	authority := rest[:end]
	t := SplitTarget(rest[end:])
	u.path, u.query, u.hasQuery = t.Path, t.Query, t.HasQuery
	if u.path == "" {
		u.path = "/"
	}
	if user, host, ok := strings.Cut(authority, "@"); ok {
		u.user, u.hasUser, authority = user, true, host
	}
	if u.host, err = parseCurlHost(w, authority, u.transport); err != nil {
		return nil, err
	}
	if !globOff && strings.ContainsAny(u.user+u.path+u.query+fragment, "[]{}") {
		return nil, w.fault("curl takes […] and {…} in a URL for a list; add --globoff if they stand for themselves")
	}
	u.path = escapeNonASCII(u.path)
	if !pathAsIs {
		u.path = removeDotSegments(u.path)
	}
	return u, nil
}

// cutCurlScheme reads the scheme, or guesses it as curl does, and returns what
// stands behind the slashes; curl takes one to three of them.
func cutCurlScheme(w shellWord) (*curlURL, string, error) {
	scheme, rest, ok := strings.Cut(w.text, ":")
	if !ok || !isScheme(scheme) || !strings.HasPrefix(rest, "/") {
		for _, prefix := range otherSchemes {
			if len(w.text) > len(prefix) && EqualFold(w.text[:len(prefix)], prefix) {
				return nil, "", w.fault("curl takes this for a URL of another protocol; write http:// or https://")
			}
		}
		return &curlURL{transport: "http"}, w.text, nil
	}
	after := strings.TrimLeft(rest, "/")
	if len(rest)-len(after) > 3 {
		return nil, "", w.fault("too many slashes behind the scheme of the URL")
	}
	switch {
	case EqualFold(scheme, "http"):
		return &curlURL{transport: "http"}, after, nil
	case EqualFold(scheme, "https"):
		return &curlURL{transport: "https"}, after, nil
	}
	return nil, "", w.fault("the scheme of the URL must be http or https")
}

// parseCurlHost returns what curl puts into the Host header for an authority.
// Spellings that curl would rewrite (a number for an address, percent-encoding,
// letters beyond ASCII) are refused.
func parseCurlHost(w shellWord, authority, transport string) (string, error) {
	name, port := authority, ""
	if i := strings.LastIndexByte(authority, ':'); i >= 0 && !strings.HasSuffix(authority, "]") {
		name, port = authority[:i], authority[i+1:]
	}
	if strings.HasPrefix(name, "[") && strings.HasSuffix(name, "]") {
		address, err := netip.ParseAddr(strings.Replace(name[1:len(name)-1], "%25", "%", 1))
		if err != nil || !address.Is6() {
			return "", w.fault("the host of the URL is no IPv6 address")
		}
		// curl keeps the spelling unless its own is shorter.
		bare, _, _ := strings.Cut(name[1:len(name)-1], "%")
		if own := address.WithZone("").String(); len(own) < len(bare) {
			bare = own
		}
		name = "[" + bare + "]"
	} else if err := checkCurlName(w, name); err != nil {
		return "", err
	}
	if port == "" {
		return name, nil
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return "", w.fault("the port of the URL must be a number up to 65535")
	}
	if transport == "http" && n == 80 || transport == "https" && n == 443 {
		return name, nil
	}
	return name + ":" + strconv.FormatUint(n, 10), nil
}

// checkCurlName checks a host name or IPv4 address.
func checkCurlName(w shellWord, name string) error {
	if name == "" {
		return w.fault("the URL has no host")
	}
	for i := 0; i < len(name); i++ {
		if c := name[i]; !strictSet[c] {
			return w.fault("a host name here is made of letters, digits, - . _ ~")
		}
	}
	labels := strings.Split(strings.TrimSuffix(name, "."), ".")
	if last := labels[len(labels)-1]; last != "" && '0' <= last[0] && last[0] <= '9' {
		if address, err := netip.ParseAddr(name); err != nil || !address.Is4() {
			return w.fault("a host that ends in a number must be an IPv4 address written in full")
		}
	}
	return nil
}

// appendQuery adds the data of -G. curl puts the URL together anew: dot
// segments go in any case, and percent-encoding in what it adds gets
// lower-case digits.
func (u *curlURL) appendQuery(data shellWord) error {
	for i := 0; i < len(data.text); i++ {
		if c := data.text[i]; c <= ' ' || c == 0x7f {
			return data.fault("data that -G puts into the URL holds no blank and no control byte; use --data-urlencode")
		}
	}
	u.path = removeDotSegments(u.path)
	if data.text == "" && !u.hasQuery {
		return nil
	}
	if u.query != "" && !strings.HasSuffix(u.query, "&") {
		u.query += "&"
	}
	added, _, _ := strings.Cut(lowerEscapes(data.text), "#")
	u.query, u.hasQuery = u.query+added, true
	return nil
}

// appendFileName adds the name of an uploaded file to a path that ends in a
// slash, and puts the path together anew.
func (u *curlURL) appendFileName(file string) {
	name := file[strings.LastIndexByte(file, '/')+1:]
	if file == "-" || file == "." || !strings.HasSuffix(u.path, "/") {
		return
	}
	u.path = removeDotSegments(lowerEscapes(u.path + EscapeValue(name)))
}

// lowerEscapes writes the digits of each %XX in lower case.
func lowerEscapes(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' && unhex[b[i+1]] >= 0 && unhex[b[i+2]] >= 0 {
			b[i+1], b[i+2] = lower(b[i+1]), lower(b[i+2])
		}
	}
	return string(b)
}

// escapeNonASCII percent-encodes the bytes from 0x80 on, as curl does in a path
// but not in a query.
func escapeNonASCII(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < 0x80 {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', hexDigits[c>>4], hexDigits[c&15]})
		}
	}
	return b.String()
}

// removeDotSegments does what RFC 3986, section 5.2.4 says, for a path that
// begins with a slash.
func removeDotSegments(path string) string {
	var out []byte
	for path != "" {
		next := strings.IndexByte(path[1:], '/') + 1
		if next == 0 {
			next = len(path)
		}
		segment := path[:next]
		path = path[next:]
		switch segment {
		case "/.":
			if path == "" {
				out = append(out, '/')
			}
		case "/..":
			if i := bytes.LastIndexByte(out, '/'); i >= 0 {
				out = out[:i]
			}
			if path == "" {
				out = append(out, '/')
			}
		default:
			out = append(out, segment...)
		}
	}
	return string(out)
}
