package wire

import "strings"

// curlOption is what a curl option means for a request.
type curlOption struct {
	arg    bool                                 // it takes an argument
	flag   func(c *curlCall, on bool)           // for one that takes none
	value  func(c *curlCall, w shellWord) error // for one that takes one
	refuse string                               // why it cannot be followed, or ""
	noTLS  bool                                 // it changes the head of a request that is sent without TLS
}

// parse reads the words behind "curl".
func (c *curlCall) parse(words []shellWord) error {
	flags := true
	for i := 0; i < len(words); i++ {
		w := words[i]
		var taken int
		var err error
		switch {
		case flags && w.text == "--":
			flags = false
		case flags && strings.HasPrefix(w.text, "--"):
			taken, err = c.parseOption(w, w.text[len("--"):], "", words[i+1:])
		case flags && strings.HasPrefix(w.text, "-"):
			taken, err = c.parseLetters(w, words[i+1:])
		default:
			c.urls = append(c.urls, w)
		}
		if err != nil {
			return err
		}
		i += taken
	}
	return nil
}

// parseLetters reads a word of short options: flags may be clustered, and the
// rest behind one that takes an argument is the argument.
func (c *curlCall) parseLetters(w shellWord, next []shellWord) (taken int, err error) {
	if w.text == "-" {
		return 0, w.fault("curl knows no option -")
	}
	for rest := w.text[1:]; rest != ""; {
		name, ok := curlLetters[rest[0]]
		if !ok {
			return 0, w.fault("the curl option -" + rest[:1] + " is not understood; give the request as raw HTTP")
		}
		rest = rest[1:]
		option, _, _ := findCurlOption(name)
		if !option.arg {
			if _, err := c.parseOption(w, name, "", nil); err != nil {
				return 0, err
			}
			continue
		}
		return c.parseOption(w, name, rest, next)
	}
	return 0, nil
}

// findCurlOption looks an option up; --no-NAME switches the flag NAME off.
func findCurlOption(name string) (option curlOption, on, ok bool) {
	if option, ok = curlOptions[name]; ok {
		return option, true, true
	}
	if base, cut := strings.CutPrefix(name, "no-"); cut {
		option, ok = curlOptions[base]
		return option, false, ok && !option.arg
	}
	return curlOption{}, false, false
}

// parseOption applies one option. attached is an argument in the same word,
// next are the words behind it; taken says how many of them it used.
func (c *curlCall) parseOption(w shellWord, name, attached string, next []shellWord) (taken int, err error) {
	option, on, ok := findCurlOption(name)
	switch {
	case !ok:
		return 0, w.fault("this curl option is not understood; give the request as raw HTTP")
	case option.refuse != "" && on:
		return 0, w.fault("the curl option --" + name + " cannot be followed: " + option.refuse)
	case option.noTLS && on:
		c.noTLS = w
	}
	if !option.arg {
		if option.flag != nil {
			option.flag(c, on)
		}
		return 0, nil
	}
	argument := shellWord{attached, w.line, w.column}
	if attached == "" {
		if len(next) == 0 {
			return 0, w.fault("the curl option --" + name + " needs an argument")
		}
		argument, taken = next[0], 1
	}
	if option.value != nil {
		err = option.value(c, argument)
	}
	return taken, err
}

// headValue is an option whose argument goes into the head.
func headValue(set func(c *curlCall, w shellWord)) curlOption {
	return curlOption{arg: true, value: func(c *curlCall, w shellWord) error {
		if breaksLine(w.text) {
			return w.fault("a line of a request head holds no CR, LF or NUL")
		}
		set(c, w)
		return nil
	}}
}

// dataValue is an option that adds to the body; separator goes between two.
func dataValue(separator string, encode func(c *curlCall, w shellWord) (string, error)) curlOption {
	return curlOption{arg: true, value: func(c *curlCall, w shellWord) error {
		text, err := encode(c, w)
		if err != nil {
			return err
		}
		if c.hasData {
			text = c.data.text + separator + text
		}
		c.data, c.hasData = shellWord{text, w.line, w.column}, true
		return nil
	}}
}

func plainData(_ *curlCall, w shellWord) (string, error) {
	if strings.HasPrefix(w.text, "@") {
		return "", w.fault("files are not read; put the data itself into --data-raw")
	}
	return w.text, nil
}

// binaryData is [plainData], and @- is what a printf before the pipe wrote.
func binaryData(c *curlCall, w shellWord) (string, error) {
	if w.text == "@-" && c.stdin != nil {
		return *c.stdin, nil
	}
	return plainData(c, w)
}

// encodedData is --data-urlencode: `content`, `=content` or `name=content`, of
// which only the content is encoded.
func encodedData(_ *curlCall, w shellWord) (string, error) {
	content, prefix := w.text, ""
	if name, value, ok := strings.Cut(w.text, "="); ok {
		content = value
		if name != "" {
			prefix = name + "="
		}
	} else if strings.Contains(w.text, "@") {
		return "", w.fault("files are not read; put the data itself into --data-urlencode")
	}
	return prefix + strings.ReplaceAll(EscapeValue(content), "%20", "+"), nil
}

func addCurlHeader(c *curlCall, w shellWord) error {
	if strings.HasPrefix(w.text, "@") {
		return w.fault("files are not read; put each header into an -H of its own")
	}
	if breaksLine(w.text) {
		return w.fault("a header holds no CR, LF or NUL (RFC 9110, section 5.5)")
	}
	if line, ok := curlHeaderLine(w.text); ok {
		name, value, _ := strings.Cut(line, ":")
		if rule := (Header{name, value}).brokenRule(); rule != "" {
			return w.fault(rule)
		}
	}
	c.headers = append(c.headers, w)
	return nil
}

func addCookie(c *curlCall, w shellWord) error {
	if strings.HasPrefix(w.text, "@") || !strings.Contains(w.text, "=") {
		return w.fault("curl takes a cookie without an equals sign for a file; files are not read")
	}
	if breaksLine(w.text) {
		return w.fault("a cookie holds no CR, LF or NUL")
	}
	c.cookies = append(c.cookies, w.text)
	return nil
}

func setMethod(c *curlCall, w shellWord) error {
	if w.text == "" || strings.ContainsAny(w.text, " \t") || breaksLine(w.text) {
		return w.fault("a method is one word")
	}
	c.method, c.hasMethod = w, true
	return nil
}

func setRequestTarget(c *curlCall, w shellWord) error {
	if w.text == "" || breaksLine(w.text) {
		return w.fault("a request target is not empty and holds no CR, LF or NUL")
	}
	c.requestTarget = w
	return nil
}

func setUser(c *curlCall, w shellWord) error {
	if !strings.Contains(w.text, ":") {
		return w.fault("-u needs user:password; curl would ask for the password")
	}
	c.user, c.hasUser = w, true
	return nil
}

// curlOptions holds the options of curl 7.88 that are understood, by name.
var curlOptions = func() map[string]curlOption {
	options := map[string]curlOption{
		"request":        {arg: true, value: setMethod},
		"request-target": {arg: true, value: setRequestTarget},
		"url":            {arg: true, value: func(c *curlCall, w shellWord) error { c.urls = append(c.urls, w); return nil }},
		"header":         {arg: true, value: addCurlHeader},
		"cookie":         {arg: true, value: addCookie},
		"user":           {arg: true, value: setUser},
		"upload-file": {arg: true, value: func(c *curlCall, w shellWord) error {
			c.upload, c.hasUpload = w, w.text != ""
			return nil
		}},
		"user-agent": headValue(func(c *curlCall, w shellWord) { c.userAgent, c.hasUserAgent = w, true }),
		"referer":    headValue(func(c *curlCall, w shellWord) { c.referer, _, _ = strings.Cut(w.text, ";auto") }),
		"range":      headValue(func(c *curlCall, w shellWord) { c.byteRange = w }),

		"data":           dataValue("&", plainData),
		"data-ascii":     dataValue("&", plainData),
		"data-binary":    dataValue("&", binaryData),
		"data-raw":       dataValue("&", func(_ *curlCall, w shellWord) (string, error) { return w.text, nil }),
		"data-urlencode": dataValue("&", encodedData),
		"json":           dataValue("", func(c *curlCall, w shellWord) (string, error) { c.json = true; return plainData(c, w) }),

		"head":       {flag: func(c *curlCall, on bool) { c.head = on }},
		"get":        {flag: func(c *curlCall, on bool) { c.get = on }},
		"compressed": {flag: func(c *curlCall, on bool) { c.compressed = on }},
		"path-as-is": {flag: func(c *curlCall, on bool) { c.pathAsIs = on }},
		"globoff":    {flag: func(c *curlCall, on bool) { c.globOff = on }},
		"http1.0":    {flag: func(c *curlCall, _ bool) { c.http10 = true }},
		"http1.1":    {flag: func(c *curlCall, _ bool) { c.http10 = false }},
		"http2":      {noTLS: true}, // offers an upgrade
		"proxy":      {noTLS: true, arg: true},
		"preproxy":   {noTLS: true, arg: true},
		"proxy1.0":   {noTLS: true, arg: true},
	}
	for _, name := range strings.Fields(curlIgnoredFlags) {
		options[name] = curlOption{}
	}
	for _, name := range strings.Fields(curlIgnoredWithArgument) {
		options[name] = curlOption{arg: true}
	}
	for reason, names := range curlRefused {
		for _, name := range strings.Fields(names) {
			options[name] = curlOption{refuse: reason}
		}
	}
	return options
}()

// curlLetters are the short names.
var curlLetters = map[byte]string{
	'0': "http1.0", '1': "tlsv1", '2': "sslv2", '3': "sslv3", '4': "ipv4", '6': "ipv6", '#': "progress-bar", ':': "next",
	'A': "user-agent", 'B': "use-ascii", 'C': "continue-at", 'D': "dump-header", 'E': "cert", 'F': "form", 'G': "get",
	'H': "header", 'I': "head", 'J': "remote-header-name", 'K': "config", 'L': "location", 'N': "no-buffer",
	'O': "remote-name", 'R': "remote-time", 'S': "show-error", 'T': "upload-file", 'U': "proxy-user", 'X': "request",
	'Y': "speed-limit", 'Z': "parallel", 'b': "cookie", 'c': "cookie-jar", 'd': "data", 'e': "referer", 'f': "fail",
	'g': "globoff", 'i': "include", 'j': "junk-session-cookies", 'k': "insecure", 'm': "max-time", 'n': "netrc",
	'o': "output", 'p': "proxytunnel", 'q': "disable", 'r': "range", 's': "silent", 'u': "user", 'v': "verbose",
	'w': "write-out", 'x': "proxy", 'y': "speed-time", 'z': "time-cond",
}

// Options that change neither head nor body of an HTTP request.
const (
	curlIgnoredFlags = `alpn basic buffer cert-status clobber create-dirs disable doh-cert-status doh-insecure fail
		fail-early fail-with-body false-start http0.9 http2-prior-knowledge http3 http3-only ignore-content-length
		include insecure ipv4 ipv6 junk-session-cookies keepalive location location-trusted npn parallel
		parallel-immediate post301 post302 post303 progress-bar progress-meter proxy-insecure proxytunnel raw
		remote-header-name remote-name remote-name-all remote-time remove-on-error retry-all-errors
		retry-connrefused sessionid show-error silent ssl-allow-beast ssl-auto-client-cert ssl-no-revoke
		ssl-revoke-best-effort sslv2 sslv3 styled-output suppress-connect-headers tcp-fastopen tcp-nodelay tlsv1
		tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 trace-time use-ascii verbose xattr`
	curlIgnoredWithArgument = `abstract-unix-socket alt-svc cacert capath cert cert-type ciphers connect-timeout
		connect-to cookie-jar create-file-mode crlfile curves dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers
		doh-url dump-header egd-file engine etag-save expect100-timeout happy-eyeballs-timeout-ms hsts interface
		keepalive-time key key-type libcurl limit-rate local-port max-filesize max-redirs max-time noproxy output
		output-dir parallel-max pass pinnedpubkey proto proto-redir proxy-cacert proxy-cert proxy-user random-file
		rate resolve retry retry-delay retry-max-time socks4 socks4a socks5 socks5-hostname speed-limit speed-time
		stderr tls-max tls13-ciphers trace trace-ascii unix-socket write-out`
)

// curlRefused holds, by reason, options that change the request in a way that
// cannot be followed.
var curlRefused = map[string]string{
	"it makes a multipart body with a boundary that is new each time; give the request as raw HTTP": "form form-string",
	"it signs with the time of the call; give the request as raw HTTP":                              "aws-sigv4",
	"the request depends on an answer of the server; give the request as raw HTTP":                  "anyauth digest negotiate ntlm ntlm-wb",
	"it reads a file":                          "config netrc netrc-file netrc-optional etag-compare",
	"it depends on the state of a file":        "continue-at time-cond",
	"it begins another request; give only one": "next",
}
