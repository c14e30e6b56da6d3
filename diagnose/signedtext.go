package diagnose

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// readSpelledBytes reads the form of StringToSignBytes: two hexadecimal digits
// for each byte, blanks between them. OSS writes upper-case digits and a blank
// behind the last byte too, OBS lower-case ones (field evidence, section 4).
func readSpelledBytes(digits string) (string, bool) {
	packed := make([]byte, 0, len(digits))
	for i := 0; i < len(digits); i++ {
		if strings.IndexByte(blanks, digits[i]) < 0 {
			packed = append(packed, digits[i])
		}
	}
	raw := make([]byte, hex.DecodedLen(len(packed)))
	_, err := hex.Decode(raw, packed)
	return string(raw), err == nil
}

// escapesLineFeeds reports whether the line feeds of a signed text are printed
// as \n. A text that has real ones is as it was served.
func escapesLineFeeds(text string) bool {
	return !strings.Contains(text, "\n") && strings.Contains(text, `\n`)
}

func unescapeLineFeeds(text string) string { return strings.ReplaceAll(text, `\n`, "\n") }

// agrees reports whether text can be how raw was shown. On the way to a user
// line feeds become \n or blanks or nothing, runs of blanks one blank, bytes that are not
// UTF-8 a replacement character, and secret parts asterisks.
func agrees(text, raw string) bool {
	if shows(text, raw) {
		return true
	}
	if strings.Contains(text, "\n") {
		return false
	}
	return shows(unescapeLineFeeds(text), raw) || shows(foldBlanks(text), foldBlanks(raw)) || shows(text, lineFeeds.Replace(raw))
}

// lineFeeds takes them out: the Java SDK of OBS prints the body of an answer so.
var lineFeeds = strings.NewReplacer("\n", "")

func shows(text, raw string) bool { return fitsMask(asShown(text), asShown(raw)) }

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// asShown makes one replacement character of each run of them and of bytes that
// are not UTF-8, and ends lines as XML does.
func asShown(s string) string {
	s = lineEnds.Replace(s)
	if utf8.ValidString(s) && !strings.ContainsRune(s, utf8.RuneError) {
		return s
	}
	var b strings.Builder
	replaced := false
	for _, r := range s {
		if r == utf8.RuneError && replaced {
			continue
		}
		replaced = r == utf8.RuneError
		b.WriteRune(r)
	}
	return b.String()
}

func foldBlanks(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(blanks, r) }), " ")
}

// textMask is the least run of asterisks that counts as a mask in free text: a
// key or a message may hold a few of its own.
const textMask = "***"

// fitsMask reports whether raw can be what stood in text before parts of it
// were masked.
func fitsMask(text, raw string) bool {
	if text == raw {
		return true
	}
	prefix, rest, masked := strings.Cut(text, textMask)
	if !masked || !strings.HasPrefix(raw, prefix) {
		return false
	}
	raw = raw[len(prefix):]
	for {
		rest = strings.TrimLeft(rest, "*")
		var piece string
		piece, rest, masked = strings.Cut(rest, textMask)
		if !masked {
			return strings.HasSuffix(raw, piece)
		}
		i := strings.Index(raw, piece)
		if i < 0 {
			return false
		}
		raw = raw[i+len(piece):]
	}
}

// neverAsterisk lists the elements whose true value has no asterisk, so that a
// single one is a mask.
var neverAsterisk = map[string]bool{
	"Code": true, "EC": true, "RequestId": true, "HostId": true, "OSSAccessKeyId": true, "AWSAccessKeyId": true, "AccessKeyId": true,
	"SignatureProvided": true, "Authorization": true, "StringToSignBytes": true, "CanonicalRequestBytes": true,
}

// findMasked looks for values that were masked before the document was passed
// on, as the documents and careful users do.
func (d *ErrorDocument) findMasked() {
	for _, f := range d.Fields {
		mask := textMask
		if neverAsterisk[f.Name] {
			mask = "*"
		}
		if strings.Contains(f.Value, mask) && !d.IsMasked(f.Name) {
			d.Masked = append(d.Masked, f.Name)
		}
	}
}

// FitsMask reports whether raw can be what stood in text before somebody put
// runs of asterisks in the place of parts of it.
func FitsMask(text, raw string) bool { return fitsMask(text, raw) }
