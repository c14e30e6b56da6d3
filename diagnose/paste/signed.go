package paste

import (
	"regexp"
	"strings"

	"github.com/countersign/countersign/diagnose"
)

// longestSigned is how many lines a string to sign or a canonical request can
// have.
const longestSigned = 400

// plainMarkers are what people and programs that are not known write in front of
// what they sign.
var plainMarkers = []diagnose.LogMarker{
	{LogFormat: diagnose.LogFormat{Text: "CanonicalRequest:", Canonical: true}},
	{LogFormat: diagnose.LogFormat{Text: "Canonical Request:", Canonical: true}},
	{LogFormat: diagnose.LogFormat{Text: "canonical_request", Canonical: true}},
	{LogFormat: diagnose.LogFormat{Text: "StringToSign:"}},
	{LogFormat: diagnose.LogFormat{Text: "StringToSign="}},
	{LogFormat: diagnose.LogFormat{Text: "stringToSign:"}},
	{LogFormat: diagnose.LogFormat{Text: "stringToSign="}},
	{LogFormat: diagnose.LogFormat{Text: "string_to_sign"}},
	{LogFormat: diagnose.LogFormat{Text: "string to sign:"}},
	{LogFormat: diagnose.LogFormat{Text: "String to sign:"}},
}

// logs reads what the debug logs of the clients that are known say was signed.
func (c *collection) logs(t *text) {
	markers := append(diagnose.LogMarkers(), plainMarkers...)
	for i := 0; i < len(t.lines); i++ {
		from, to := t.lines[i], t.end(i)
		for _, marker := range markers {
			at := strings.Index(t.all[from:to], marker.Text)
			if at < 0 || !t.free(from+at) {
				continue
			}
			value, end, done := logged(t, i, from+at+len(marker.Text), marker)
			if value == "" || end <= from {
				continue
			}
			if marker.Service { // the error document has it, too
				t.take(from, end)
				i = max(i, t.lineOf(end-1))
				break
			}
			what := "the string to sign"
			if marker.Canonical {
				what = "the canonical request"
			}
			c.addSigned(signedText{text: value, canonical: marker.Canonical, client: marker.Client, done: done,
				where: t.note(from, end, what+" that the client logged")})
			t.take(from, end)
			i = max(i, t.lineOf(end-1))
			break
		}
	}
}

// logged reads the value that begins at an offset in t's line i.
func logged(t *text, i, at int, marker diagnose.LogMarker) (value string, end int, done []string) {
	end = t.end(i)
	line := t.all[at:end]
	switch {
	case marker.Fence != "":
		return fenced(t, i+1, marker.Fence)
	case strings.HasPrefix(line, "b'"), strings.HasPrefix(line, `b"`):
		if n := closingQuote(line[1:]); n > 0 {
			return unescaped(line[2 : 1+n]), at + n + 2, []string{"it is printed as Python prints bytes and was read so"}
		}
	}
	if marker.Client == "" {
		at += len(line) - len(strings.TrimLeft(line, " \t=:\"'"))
	}
	prefix := t.all[t.lines[i]:at]
	lines := []string{strings.TrimRight(t.all[at:end], "\n")}
	for k := i + 1; k < len(t.lines) && k <= i+longestSigned && !startsRecord(t.line(k), prefix) && !closes(t.line(k), marker) && !startsDocument(t.line(k)); k++ {
		lines = append(lines, strings.TrimRight(t.all[t.lines[k]:t.end(k)], "\n"))
		end = t.end(k)
	}
	if strings.Trim(lines[0], "\r") == "" && len(lines) > 1 {
		lines = lines[1:] // the value begins on the line behind the marker
	}
	// The end of a log is no record that would end the value: there, and where a
	// logger starts its lines with nothing that could be told, its form does.
	n := signedLines(lines, marker.Canonical)
	switch {
	case n > 0 && n < len(lines):
		end -= width(lines[n:])
		lines = lines[:n]
	case n == 0 && marker.Client == "" && !escapedSigned.MatchString(lines[0]):
		return "", 0, nil // words that anybody may write, and no string behind them
	}
	value = strings.Join(lines, "\n")
	if t.crlf() {
		value, done = strings.ReplaceAll(value, "\r\n", "\n"), append(done, "every line of the text ends in CR LF; those were taken for line feeds")
		value = strings.TrimSuffix(value, "\r")
	}
	value = strings.TrimSuffix(value, marker.Ends)
	if marker.Escaped || !strings.Contains(value, "\n") && strings.Contains(value, `\n`) {
		value, done = strings.ReplaceAll(value, `\n`, "\n"), append(done, `its line feeds are logged as \n and were read so`)
	}
	if strings.Contains(value, "****") {
		done = append(done, "the client masked a part of it, such as the security token")
	}
	return value, end, done
}

// closes reports whether a line is the one behind what a marker announces, or has
// the marker again.
func closes(line string, marker diagnose.LogMarker) bool {
	return marker.Until != "" && strings.HasPrefix(line, marker.Until) || strings.Contains(line, marker.Text)
}

// startsDocument reports whether a line is the first one of an error document.
func startsDocument(line string) bool {
	from := strings.TrimLeft(line, " \t")
	return strings.HasPrefix(from, "<?xml") || strings.HasPrefix(from, "<Error>")
}

// width is how many bytes lines have in a text, their line feeds included.
func width(lines []string) int {
	n := 0
	for _, line := range lines {
		n += len(line) + 1
	}
	return n
}

// fenced reads the lines between two fences.
func fenced(t *text, i int, fence string) (value string, end int, done []string) {
	if i >= len(t.lines) || t.line(i) != fence {
		return "", 0, nil
	}
	var lines []string
	for k := i + 1; k < len(t.lines) && k <= i+longestSigned; k++ {
		if t.line(k) == fence {
			return strings.Join(lines, "\n"), t.end(k), nil
		}
		lines = append(lines, t.line(k))
	}
	return "", 0, nil
}

// record is how the lines of most loggers begin: with a day, a time or a level.
var record = regexp.MustCompile(`^\[?(?:[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}[ T]|[0-9]{2}:[0-9]{2}:[0-9]{2}[.,: ]|(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL)[\]: ]|Traceback |caught:)`)

// startsRecord reports whether a line begins a record of a log in which another
// record begins with prefix.
func startsRecord(line, prefix string) bool {
	const known = 8
	if len(prefix) >= known && len(line) >= known && strings.ContainsAny(prefix[:known], "0123456789") && shape(line[:known]) == shape(prefix[:known]) {
		return true
	}
	// A date of another form than V1 wants is no record: it stands alone.
	return record.MatchString(line) && len(line) > len("2006-01-02T15:04:05.000+08:00")
}

var (
	verb    = regexp.MustCompile(`^(?:GET|PUT|POST|DELETE|HEAD|OPTIONS|COPY|PATCH)$`)
	v4Begin = regexp.MustCompile(`^(?:OSS4|AWS4)-HMAC-SHA256$`)
	hash    = regexp.MustCompile(`^[0-9a-f]{64}$`)
	payload = regexp.MustCompile(`^(?:[0-9a-f]{64}|UNSIGNED-PAYLOAD|STREAMING-[A-Z0-9-]+)$`)
)

// signedLines is how many lines the string to sign, or the canonical request, has
// with which a list of lines begins; 0 if none does.
func signedLines(lines []string, canonical bool) int {
	at := func(i int) string {
		if i < len(lines) {
			return strings.TrimSuffix(lines[i], "\r")
		}
		return ""
	}
	switch {
	case v4Begin.MatchString(at(0)):
		if hash.MatchString(at(3)) {
			return 4
		}
	case !verb.MatchString(at(0)):
	case canonical:
		for i := 4; i < min(len(lines), longestSigned); i++ {
			if payload.MatchString(at(i)) && strings.HasPrefix(at(1), "/") {
				return i + 1
			}
		}
	default:
		dated := false // with a date, a resource above its place tells of empty lines that were left out
		for i := 1; i < min(len(lines), longestSigned); i++ {
			if (i > 3 || dated) && (strings.HasPrefix(at(i), "/") || strings.HasPrefix(at(i), "%2F")) {
				return i + 1
			}
			dated = dated || dateLine.MatchString(at(i))
		}
	}
	return 0
}

// dateLine matches the dates that V1 signs, and the seconds of Expires.
var dateLine = regexp.MustCompile(`^(?:[A-Z][a-z]{2}, [0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT|[0-9]{10}|[0-9]{13})$`)

// escapedSigned finds a string to sign that is printed on one line.
var escapedSigned = regexp.MustCompile(`(?:^|["'=: ])((?:GET|PUT|POST|DELETE|HEAD)\\n[^\s"']*(?: [^"'\n]*)?\\n(?:/|%2F)[^"'\n]*|(?:OSS4|AWS4)-HMAC-SHA256\\n[^"'\n]*\\n[0-9a-f]{64})`)

// plain reads strings to sign and canonical requests that are pasted as they
// are.
func (c *collection) plain(t *text) {
	for i := 0; i < len(t.lines); i++ {
		first := t.line(i)
		if !t.free(t.lines[i]) {
			continue
		}
		if verb.MatchString(first) || v4Begin.MatchString(first) {
			i += c.plainLines(t, i)
			continue
		}
		if !strings.Contains(first, `\n`) {
			continue
		}
		if m := escapedSigned.FindStringSubmatchIndex(first); m != nil {
			from, to := t.lines[i]+m[2], t.lines[i]+m[3]
			value := strings.ReplaceAll(t.all[from:to], `\n`, "\n")
			lines := strings.Split(value, "\n")
			canonical := len(lines) > 4 && strings.HasPrefix(lines[1], "/")
			c.addSigned(signedText{text: value, canonical: canonical, where: t.note(from, to, "a string to sign"),
				done: []string{`its line feeds are printed as \n and were read so`}})
			t.take(t.lines[i], t.end(i))
		}
	}
}

// plainLines reads what begins with t's line i. It returns how many lines beyond
// the first it has.
func (c *collection) plainLines(t *text, i int) int {
	var lines []string
	for k := i; k < len(t.lines) && k < i+longestSigned && t.free(t.lines[k]); k++ {
		if k > i && verb.MatchString(t.line(k)) { // another one begins
			break
		}
		lines = append(lines, strings.TrimSuffix(t.all[t.lines[k]:t.end(k)], "\n"))
	}
	canonical := len(lines) > 1 && strings.HasPrefix(lines[1], "/")
	n := signedLines(lines, canonical)
	if n == 0 {
		return 0
	}
	end := t.end(i + n - 1)
	value, done := strings.Join(lines[:n], "\n"), []string(nil)
	if t.crlf() {
		value = strings.TrimSuffix(strings.ReplaceAll(value, "\r\n", "\n"), "\r")
		done = append(done, "every line of the text ends in CR LF; those were taken for line feeds")
	}
	what := "a string to sign"
	if canonical {
		what = "a canonical request"
	}
	c.addSigned(signedText{text: value, canonical: canonical, where: t.note(t.lines[i], end, what), done: done})
	t.take(t.lines[i], end)
	return n - 1
}

// asIs takes a whole text for what was signed, because its owner says so.
func (c *collection) asIs(t *text) {
	value, done := t.all, []string(nil)
	if t.crlf() {
		value, done = strings.ReplaceAll(value, "\r\n", "\n"), append(done, "every line of the text ends in CR LF; those were taken for line feeds")
	}
	if cut, ok := strings.CutSuffix(value, "\n"); ok {
		value, done = cut, append(done, "the line feed at its end was taken for that of the file")
	}
	if !strings.Contains(value, "\n") && strings.Contains(value, `\n`) {
		value, done = strings.ReplaceAll(value, `\n`, "\n"), append(done, `its line feeds are printed as \n and were read so`)
	}
	if strings.TrimSpace(value) == "" {
		return
	}
	lines := strings.Split(value, "\n")
	canonical := verb.MatchString(lines[0]) && len(lines) > 4 && strings.HasPrefix(lines[1], "/") && payload.MatchString(lines[len(lines)-1])
	t.take(0, len(t.all))
	c.addSigned(signedText{text: value, canonical: canonical, where: t.note(0, len(t.all), "the whole text, as what the client signed"), done: done})
}
