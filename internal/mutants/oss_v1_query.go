package mutants

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of signed URLs and forms of OSS V1.
var ossV1Query = slices.Concat(ossV1QueryTime, ossV1QueryAuthentication, ossV1QueryHeaders, ossV1QueryParameters, ossV1QueryKeys, ossV1Form)

// The end of a URL.
var ossV1QueryTime = []Mutant{
	{"OSS1-QUERY-01", "line-empty", "leaves the Date line of a URL empty", query("oss-v1"),
		dateLine(func(*signature.Signing) string { return "" })},
	{"OSS1-QUERY-04", "thirty-two-bits", "keeps Expires in 32 bits", query("oss-v1"),
		expiresText(func(text string) string { return numberText(text, func(n int64) int64 { return int64(int32(n)) }) })},
	{"OSS1-QUERY-04", "repairs-milliseconds", "signs seconds for an Expires in milliseconds", query("oss-v1"),
		expiresText(func(text string) string { return numberText(text, repairedSeconds) })},
	{"OSS1-QUERY-04", "float", "prints Expires by way of a float", query("oss-v1"),
		expiresText(func(text string) string {
			n, _ := strconv.ParseFloat(text, 64)
			if short := strconv.FormatFloat(n, 'g', -1, 64); len(short) <= len(text) {
				return short
			}
			return text
		})},
	{"OSS1-QUERY-04", "whole-minutes", "rounds Expires to minutes", query("oss-v1"),
		expiresText(func(text string) string { return numberText(text, func(n int64) int64 { return n - n%60 }) })},
	{"OSS1-QUERY-04", "number", "signs the number that Expires stands for, not its text", query("oss-v1"),
		expiresText(func(text string) string { return numberText(text, func(n int64) int64 { return n }) })},
	{"OSS1-QUERY-04", "lifetime", "takes a small Expires for the seconds a URL shall live", query("oss-v1"),
		urlEnds(func(end, now int64) bool { return end > 1e8 && now > end })},
	{"OSS1-QUERY-08", "zero-never-ends", "takes an Expires of 0 for no end", query("oss-v1"),
		urlEnds(func(end, now int64) bool { return end != 0 && now > end })},
	{"OSS1-QUERY-08", "never", "never looks whether a URL has expired", query("oss-v1"), limits(nil)},
	{"OSS1-QUERY-08", "minute-of-grace", "grants a minute behind the end", query("oss-v1"),
		urlEnds(func(end, now int64) bool { return now > end+60 })},
	{"OSS1-QUERY-08", "skew-granted", "grants the skew of dates behind the end", query("oss-v1"),
		urlEnds(func(end, now int64) bool { return now > end+900 })},
	{"OSS1-QUERY-08", "minute-early", "ends a URL a minute early", query("oss-v1"),
		urlEnds(func(end, now int64) bool { return now > end-60 })},
	{"OSS1-QUERY-12", "nine-hours", "takes the longest end of the console for a limit", query("oss-v1"),
		urlEnds(func(end, now int64) bool { return now > end || end-now > 32400 || now > signedAt+32400 })},
	{"OSS1-QUERY-12", "seven-days", "takes the limit of V4 for one of V1", query("oss-v1"),
		urlEnds(func(end, now int64) bool { return now > end || now > signedAt+604800 })},
	{"OSS1-QUERY-12", "overflow", "counts the end in milliseconds and lets it overflow", query("oss-v1"),
		urlEnds(func(end, now int64) bool { return now*1000 > end*1000 })},
	{"OSS1-QUERY-09", "fraction", "takes an Expires with a fraction", query("oss-v1"),
		readsExpires(func(text string) (int64, bool) {
			whole, fraction, _ := strings.Cut(text, ".")
			if strings.Trim(fraction, "0123456789") != "" {
				return 0, false
			}
			return wholeNumber(whole)
		})},
	{"OSS1-QUERY-09", "exponent", "takes an Expires with an exponent", query("oss-v1"),
		readsExpires(func(text string) (int64, bool) {
			if n, err := strconv.ParseFloat(text, 64); err == nil && strings.Contains(text, "e") {
				return int64(n), true
			}
			return wholeNumber(text)
		})},
	{"OSS1-QUERY-09", "plus-sign", "takes an Expires with a plus sign", query("oss-v1"),
		readsExpires(func(text string) (int64, bool) { return wholeNumber(strings.TrimPrefix(text, "+")) })},
	{"OSS1-QUERY-09", "negative", "takes a negative Expires for no end", query("oss-v1"),
		readsExpires(func(text string) (int64, bool) {
			if strings.HasPrefix(text, "-") {
				return math.MaxInt64, true
			}
			return wholeNumber(text)
		})},
	{"OSS1-QUERY-09", "blank", "trims Expires before it reads it", query("oss-v1"),
		readsExpires(func(text string) (int64, bool) { return wholeNumber(strings.TrimSpace(text)) })},
	{"OSS1-QUERY-09", "iso-date", "takes an Expires in ISO 8601", query("oss-v1"),
		readsExpires(func(text string) (int64, bool) {
			if at, err := time.Parse(time.RFC3339, text); err == nil {
				return at.Unix(), true
			}
			return wholeNumber(text)
		})},
	{"OSS1-QUERY-09", "hexadecimal", "reads a hexadecimal Expires", query("oss-v1"),
		readsExpires(func(text string) (int64, bool) {
			if digits, ok := strings.CutPrefix(text, "0x"); ok {
				n, err := strconv.ParseInt(digits, 16, 64)
				return n, err == nil
			}
			return wholeNumber(text)
		})},
	{"OSS1-QUERY-09", "empty", "takes an empty Expires for no end", query("oss-v1"),
		pardons(func(r *wire.Request, _ string) bool { return strings.Contains(r.Target, "Expires=&") })},
	{"OSS1-QUERY-09", "eighteen-digits", "refuses an Expires of more than eighteen digits", query("oss-v1"),
		readsExpires(func(text string) (int64, bool) {
			if len(text) > 18 {
				return 0, false
			}
			return wholeNumber(text)
		})},
	{"OSS1-QUERY-02", "end-not-needed", "does not ask for the end of a URL", query("oss-v1"),
		pardons(func(_ *wire.Request, said string) bool {
			return strings.Contains(said, "Signature, Expires and OSSAccessKeyId")
		})},
	{"OSS1-QUERY-07", "date-wins", "takes Date for Expires where it is there", query("oss-v1"),
		dateLine(func(s *signature.Signing) string {
			if date, ok := s.Request.Header("Date"); ok {
				return date
			}
			return s.Expires
		})},
	{"OSS1-QUERY-07", "date-canonical", "signs Date as a canonical header of a URL", query("oss-v1"),
		alsoNamed("date")},
	{"OSS1-QUERY-07", "date-skewed", "holds the Date beside a URL to the clock", query("oss-v1"),
		limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
			text, _ := s.Request.Header("Date")
			if at, ok := signature.ParseDate(text); ok && (now.Sub(at) > signature.MaxSkew || at.Sub(now) > signature.MaxSkew) {
				return &signature.Fault{Class: signature.Skewed, Where: "header Date"}
			}
			return p.Limits(s, now)
		})},
	{"OSS1-QUERY-07", "date-read", "refuses a Date beside a URL that is no date", query("oss-v1"),
		limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
			text, there := s.Request.Header("Date")
			if _, ok := signature.ParseDate(text); there && !ok {
				return &signature.Fault{Class: signature.BadDate, Where: "header Date"}
			}
			return p.Limits(s, now)
		})},
	{"OSS1-QUERY-13", "vendor-date-wins", "takes x-oss-date for Expires where it is there", query("oss-v1"),
		dateLine(func(s *signature.Signing) string {
			if date, ok := s.Request.Header("x-oss-date"); ok {
				return date
			}
			return s.Expires
		})},
	{"OSS1-QUERY-13", "iso-refused", "refuses an x-oss-date beside a URL that is not in GMT", query("oss-v1"),
		limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
			if text, ok := s.Request.Header("x-oss-date"); ok && !strings.HasSuffix(text, "GMT") {
				return &signature.Fault{Class: signature.BadDate, Where: "header x-oss-date"}
			}
			return p.Limits(s, now)
		})},
	{"OSS1-QUERY-13", "vendor-date-unsigned", "leaves x-oss-date out of the headers of a URL", query("oss-v1"),
		unsignedHeaders("x-oss-date")},
}

// signedAt is when the vectors are signed: nothing in a URL says it.
const signedAt = 1716192000

// expiresText signs another text for Expires.
func expiresText(change func(text string) string) Break {
	return dateLine(func(s *signature.Signing) string { return change(s.Expires) })
}

// numberText is text with its number changed; what is none stays.
func numberText(text string, change func(n int64) int64) string {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return text
	}
	return strconv.FormatInt(change(n), 10)
}

func repairedSeconds(n int64) int64 {
	if n > 1e12 && n < 1e13 {
		return n / 1000
	}
	return n
}

// urlEnds refuses a URL whose end has come, by another rule.
func urlEnds(over func(end, now int64) bool) Break {
	return limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		end, err := strconv.ParseInt(s.Expires, 10, 64)
		switch {
		case err != nil:
			return p.Limits(s, now)
		case over(end, now.Unix()):
			return urlExpired(s)
		}
		return nil
	})
}

// urlExpired is the fault of a URL that is over.
func urlExpired(s *signature.Signing) *signature.Fault {
	return &signature.Fault{Class: signature.Expired, Where: "parameter " + s.Profile.Names.Expires, EC: "0002-00000069", Got: s.Expires}
}

// wholeNumber reads digits alone.
func wholeNumber(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && strings.Trim(text, "0123456789") == ""
}

// readsExpires takes more texts, or fewer, for a number.
func readsExpires(read func(text string) (int64, bool)) Break {
	const notANumber = "0002-00000070"
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		c := forgivingEC(notANumber).Profile(p)
		c.Limits = func(s *signature.Signing, now time.Time) *signature.Fault {
			end, ok := read(s.Expires)
			switch {
			case !ok:
				return &signature.Fault{Class: signature.MalformedQuery, Where: "parameter Expires", EC: notANumber, Got: s.Expires}
			case now.Unix() > end:
				return urlExpired(s)
			}
			return nil
		}
		return c
	}}
}
