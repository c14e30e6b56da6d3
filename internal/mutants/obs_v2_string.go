package mutants

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of the string, its first four lines and its signature.

var obsV2String = append([]Mutant{
	{"OBS2-STRING-01", "type-before-md5", "writes the type before the MD5", requests(obsV2Scheme),
		inLines(signature.StringToSign, func(_ *signature.Signing, l []string) { l[1], l[2] = l[2], l[1] })},
	{"OBS2-STRING-01", "headers-behind-resource", "writes the headers behind the resource", requests(obsV2Scheme),
		stage(signature.StringToSign, func(s *signature.Signing, dst []byte) ([]byte, error) {
			date, err := s.Profile.DateLine(s)
			for _, line := range []string{s.Request.Method, headerOf(s, "Content-MD5"), headerOf(s, "Content-Type"), date} {
				dst = append(append(dst, line...), '\n')
			}
			dst = append(dst, s.Bytes(signature.CanonicalResource)...)
			return append(dst, s.Bytes(signature.CanonicalHeaders)...), err
		})},
	{"OBS2-STRING-01", "line-feed-at-the-end", "ends the string with a line feed", requests(obsV2Scheme),
		text(signature.StringToSign, func(built string) string { return built + "\n" })},
	{"OBS2-STRING-02", "sha-256", "uses HMAC-SHA256", requests(obsV2Scheme),
		output(signature.SignatureValue, func(s *signature.Signing, _ string) string {
			mac := hmac.New(sha256.New, []byte(s.Credentials.AccessKeySecret))
			mac.Write(s.Bytes(signature.StringToSign))
			return base64.StdEncoding.EncodeToString(mac.Sum(nil))
		})},
	{"OBS2-STRING-02", "hexadecimal", "writes the signature in hexadecimal digits", requests(obsV2Scheme),
		text(signature.SignatureValue, func(built string) string {
			sum, _ := base64.StdEncoding.DecodeString(built)
			return hex.EncodeToString(sum)
		})},
	{"OBS2-STRING-02", "unpadded", "leaves the padding away", requests(obsV2Scheme),
		text(signature.SignatureValue, func(built string) string { return strings.TrimRight(built, "=") })},
	{"OBS2-STRING-02", "url-alphabet", "writes the signature in the alphabet for URLs", requests(obsV2Scheme),
		text(signature.SignatureValue, replacing("+", "-", "/", "_"))},
	{"OBS2-STRING-02", "long-key-cut", "cuts a secret at the block of the hash", requests(obsV2Scheme),
		hashedBy(sha1.New, firstBlock)},
	{"OBS2-STRING-02", "key-unescaped", "percent-decodes the secret", requests(obsV2Scheme), hashedBy(sha1.New, wire.Unescape)},
	{"OBS2-STRING-02", "latin-1", "signs the string in Latin-1", requests(obsV2Scheme), text(signature.StringToSign, latin1)},
	{"OBS2-STRING-03", "blank-line-behind-headers", "writes a blank line behind headers", requests(obsV2Scheme),
		output(signature.CanonicalHeaders, func(_ *signature.Signing, built string) string {
			if built != "" {
				built += "\n"
			}
			return built
		})},
	{"OBS2-STRING-03", "blank-line-without-headers", "writes a blank line where there are no headers", requests(obsV2Scheme),
		text(signature.CanonicalHeaders, func(built string) string {
			if built == "" {
				return "\n"
			}
			return built
		})},
	{"OBS2-VERB-01", "lower-case", "signs the method in lower case", requests(obsV2Scheme),
		inLines(signature.StringToSign, func(_ *signature.Signing, l []string) { l[0] = strings.ToLower(l[0]) })},
	{"OBS2-VERB-01", "blank-behind", "writes a blank behind the method", requests(obsV2Scheme),
		inLines(signature.StringToSign, func(_ *signature.Signing, l []string) { l[0] += " " })},
}, methodsTaken("OBS2-VERB-01", "", "", requests(obsV2Scheme), "HEAD", "GET", "OPTIONS", "GET", "DELETE", "GET", "POST", "PUT", "PUT", "POST")...)

const md5Line, typeLine, timeLine = 1, 2, 3

var obsV2Slots = []Mutant{
	{"OBS2-MD5-01", "unsigned", "does not sign Content-MD5", requests(obsV2Scheme), withoutHeaders("Content-MD5")},
	{"OBS2-MD5-01", "by-exact-name", "overlooks a Content-MD5 that is spelled otherwise", requests(obsV2Scheme), onlySpelled("Content-MD5")},
	{"OBS2-MD5-01", "of-put-alone", "signs the MD5 of PUT alone", requests(obsV2Scheme),
		outputLine(signature.StringToSign, md5Line, func(s *signature.Signing, line string) string {
			if s.Request.Method != "PUT" {
				return ""
			}
			return line
		})},
	{"OBS2-MD5-01", "valid-alone", "signs an MD5 only if it is Base64 of 16 bytes", requests(obsV2Scheme),
		outputLine(signature.StringToSign, md5Line, func(_ *signature.Signing, line string) string {
			if sum, err := base64.StdEncoding.DecodeString(line); err != nil || len(sum) != 16 {
				return ""
			}
			return line
		})},
	{"OBS2-TYPE-01", "unsigned", "does not sign Content-Type", requests(obsV2Scheme), withoutHeaders("Content-Type")},
	{"OBS2-TYPE-01", "by-exact-name", "overlooks a Content-Type that is spelled otherwise", requests(obsV2Scheme), onlySpelled("Content-Type")},
	{"OBS2-TYPE-01", "without-parameters", "cuts the type at its semicolon", requests(obsV2Scheme),
		outputLine(signature.StringToSign, typeLine, func(_ *signature.Signing, line string) string { kind, _, _ := strings.Cut(line, ";"); return kind })},
	{"OBS2-TYPE-01", "lower-case", "signs the type in lower case", requests(obsV2Scheme),
		outputLine(signature.StringToSign, typeLine, func(_ *signature.Signing, line string) string { return strings.ToLower(line) })},
	{"OBS2-TYPE-01", "of-uploads-alone", "signs the type of PUT and POST alone", requests(obsV2Scheme),
		outputLine(signature.StringToSign, typeLine, func(s *signature.Signing, line string) string {
			if s.Request.Method != "PUT" && s.Request.Method != "POST" {
				return ""
			}
			return line
		})},
	{"OBS2-TYPE-02", "octet-stream", "signs octet-stream for an upload without a type", requests(obsV2Scheme),
		outputLine(signature.StringToSign, typeLine, func(s *signature.Signing, line string) string {
			if line == "" && s.Request.Method == "PUT" {
				return "application/octet-stream"
			}
			return line
		})},
	{"OBS2-TYPE-02", "form-data", "signs the type of form data for a POST without one", requests(obsV2Scheme),
		outputLine(signature.StringToSign, typeLine, func(s *signature.Signing, line string) string {
			if line == "" && s.Request.Method == "POST" {
				return "application/x-www-form-urlencoded"
			}
			return line
		})},
	{"OBS2-TYPE-02", "line-left-out", "leaves the line of an absent type out", requests(obsV2Scheme),
		lineLeftOut(typeLine)},
}

var obsV2Dates = []Mutant{
	{"OBS2-DATE-01", "unsigned", "always leaves the line empty", header(obsV2Scheme), dateLine(func(*signature.Signing) string { return "" })},
	{"OBS2-DATE-01", "by-exact-name", "overlooks a Date that is spelled otherwise", header(obsV2Scheme), onlySpelled("Date")},
	{"OBS2-DATE-01", "iso", "signs Date in ISO 8601 form", header(obsV2Scheme),
		outputLine(signature.StringToSign, timeLine, func(_ *signature.Signing, line string) string {
			if at, err := time.Parse(http.TimeFormat, line); err == nil {
				return at.Format("20060102T150405Z")
			}
			return line
		})},
	{"OBS2-DATE-01", "expires-header", "signs an Expires header in place of Date", header(obsV2Scheme),
		outputLine(signature.StringToSign, timeLine, func(s *signature.Signing, line string) string {
			if expires := headerOf(s, "Expires"); expires != "" {
				return expires
			}
			return line
		})},
	{"OBS2-DATE-01", "emptied-by-the-other-dress", "leaves the line empty beside x-amz-date", header(obsV2Scheme),
		outputLine(signature.StringToSign, timeLine, func(s *signature.Signing, line string) string {
			if headerOf(s, "x-amz-date") != "" {
				return ""
			}
			return line
		})},
	{"OBS2-DATE-01", "day-without-zero", "prints Date anew with a day of one digit", header(obsV2Scheme),
		outputLine(signature.StringToSign, timeLine, func(_ *signature.Signing, line string) string { return strings.Replace(line, ", 0", ", ", 1) })},
	{"OBS2-DATE-02", "in-the-line", "writes x-obs-date into the line if there is no Date", header(obsV2Scheme),
		dateLine(func(s *signature.Signing) string {
			if date := headerOf(s, "Date"); date == "" {
				return headerOf(s, "x-obs-date")
			} else if headerOf(s, "x-obs-date") == "" {
				return date
			}
			return ""
		})},
	{"OBS2-DATE-02", "no-canonical-header", "does not sign x-obs-date as a header", header(obsV2Scheme),
		signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
			return p.SignedHeader(s, name) && !wire.EqualFold(name, "x-obs-date")
		})},
	{"OBS2-DATE-02", "by-exact-name", "overlooks an x-obs-date with capitals in the date line", header(obsV2Scheme),
		dateLine(func(s *signature.Signing) string {
			for _, h := range s.Request.Headers {
				if h.Name == "x-obs-date" {
					return ""
				}
			}
			return headerOf(s, "Date")
		})},
	{"OBS2-DATE-03", "date-wins", "writes Date into the line beside x-obs-date", header(obsV2Scheme),
		dateLine(func(s *signature.Signing) string { return headerOf(s, "Date") })},
	{"OBS2-DATE-03", "vendor-date-wins", "writes x-obs-date into the line beside Date", header(obsV2Scheme),
		dateLine(func(s *signature.Signing) string {
			if headerOf(s, "Date") == "" {
				return ""
			}
			if date := headerOf(s, "x-obs-date"); date != "" {
				return date
			}
			return headerOf(s, "Date")
		})},
	{"OBS2-DATE-04", "undated", "does not ask for a date", header(obsV2Scheme), limits(
		func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
			if f := p.Limits(s, now); f != nil && f.Class != signature.MissingDate {
				return f
			}
			return nil
		})},
	{"OBS2-DATE-04", "unreadable-date", "takes a date that it cannot read for now", header(obsV2Scheme), limits(
		func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
			if f := p.Limits(s, now); f != nil && f.Class != signature.BadDate {
				return f
			}
			return nil
		})},
	{"OBS2-DATE-04", "numeric-zone", "reads a date with a numeric zone", header(obsV2Scheme), limits(
		func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
			f := p.Limits(s, now)
			if f != nil && f.Class == signature.BadDate && strings.HasSuffix(f.Got, " +0000") {
				return nil
			}
			return f
		})},
	{"OBS2-DATE-04", "date-is-enough", "does not read x-obs-date where there is a good Date", header(obsV2Scheme), limits(
		func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
			f := p.Limits(s, now)
			if _, ok := signature.ParseDate(headerOf(s, "Date")); ok && f != nil && f.Class == signature.BadDate {
				return nil
			}
			return f
		})},
	{"OBS2-DATE-04", "wordless", "does not say which header it wants", header(obsV2Scheme),
		inAnswer("requires a valid Date or x-obs-date header", "is denied")},
	{"OBS2-CLOCK-01", "five-minutes", "allows five minutes", header(obsV2Scheme), skewBeyond(5*time.Minute, 5*time.Minute)},
	{"OBS2-CLOCK-01", "half-an-hour", "allows half an hour", header(obsV2Scheme), skewBeyond(30*time.Minute, 30*time.Minute)},
	{"OBS2-CLOCK-01", "past-unlimited", "looks at dates in the future only", header(obsV2Scheme), skewBeyond(1e6*time.Hour, signature.MaxSkew)},
	{"OBS2-CLOCK-01", "future-unlimited", "looks at dates in the past only", header(obsV2Scheme), skewBeyond(signature.MaxSkew, 1e6*time.Hour)},
	{"OBS2-CLOCK-01", "last-second-late", "refuses the last second of the past", header(obsV2Scheme), skewBeyond(signature.MaxSkew-time.Second, signature.MaxSkew)},
	{"OBS2-CLOCK-01", "first-second-early", "refuses the last second of the future", header(obsV2Scheme), skewBeyond(signature.MaxSkew, signature.MaxSkew-time.Second)},
	{"OBS2-CLOCK-01", "by-date", "holds Date to the clock where there is one", header(obsV2Scheme), limits(
		func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
			at, ok := signature.ParseDate(headerOf(s, "Date"))
			if !ok {
				return p.Limits(s, now)
			}
			if now.Sub(at) > signature.MaxSkew || at.Sub(now) > signature.MaxSkew {
				return &signature.Fault{Class: signature.Skewed, Where: "header Date"}
			}
			return nil
		})},
}
