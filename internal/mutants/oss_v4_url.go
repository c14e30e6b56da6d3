package mutants

import (
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// The faults of a credential and of the parameters of a signed URL.
var ossV4Credential = []Mutant{
	{"OSS4-QUERY-10", "expires-optional", "takes a URL without x-oss-expires", query("oss-v4"), forgivingEC("0002-00000215")},
	{"OSS4-QUERY-10", "expires-empty", "takes an empty x-oss-expires", query("oss-v4"), forgivingEC("0002-00000216")},
	{"OSS4-QUERY-10", "credential-optional", "takes a URL without x-oss-credential", query("oss-v4"), forgivingEC("0002-00000217")},
	{"OSS4-QUERY-10", "credential-empty", "takes an empty x-oss-credential", query("oss-v4"), forgivingEC("0002-00000218")},
	{"OSS4-QUERY-10", "signature-optional", "takes a URL without x-oss-signature", query("oss-v4"), forgivingEC("0002-00000219")},
	{"OSS4-QUERY-10", "signature-empty", "takes an empty x-oss-signature", query("oss-v4"), forgiving(func(f *signature.Fault) bool { return strings.HasSuffix(f.Where, "x-oss-signature") && f.EC == "" })},
	{"OSS4-QUERY-10", "names-by-their-begin", "finds its parameters by the begin of their names", query("oss-v4"), sees(func(r *wire.Request) {
		r.Target = strings.NewReplacer("?x-oss-expire=", "?x-oss-expires=", "&x-oss-signatur=", "&x-oss-signature=").Replace(r.Target)
	})},
	{"OSS4-QUERY-11", "any-key-id", "takes every character in a key id", query("oss-v4"), forgivingEC("0002-00000222")},
	{"OSS4-QUERY-11", "commas", "takes a comma in a key id", query("oss-v4"), forgiving(func(f *signature.Fault) bool { return f.EC == "0002-00000222" && strings.Contains(f.Got, ",") })},
	{"OSS4-QUERY-11", "any-day", "takes every day", query("oss-v4"), forgivingEC("0002-00000223")},
	{"OSS4-QUERY-11", "day-of-eight-digits", "takes eight digits for a day", query("oss-v4"), forgiving(func(f *signature.Fault) bool { return f.EC == "0002-00000223" && isNumber(f.Got) })},
	{"OSS4-QUERY-11", "any-shape", "takes a credential of every shape", query("oss-v4"), forgivingEC("0002-00000224")},
	{"OSS4-QUERY-11", "key-id-alone", "takes a key id without a scope", query("oss-v4"), forgiving(func(f *signature.Fault) bool {
		return f.EC == "0002-00000224" && !strings.Contains(f.Got, "/") && !strings.Contains(f.Got, "_")
	})},
	{"OSS4-QUERY-11", "codes-of-headers", "answers with the codes of headers", query("oss-v4"), Break{Profile: func(p *signature.Profile) *signature.Profile {
		c := p.Clone()
		c.Read = func(s *signature.Signing) []*signature.Fault {
			faults := p.Read(s)
			for _, f := range faults {
				f.EC = strings.NewReplacer("00222", "00206", "00223", "00212", "00224", "00213").Replace(f.EC)
			}
			return faults
		}
		return c
	}}},
}

// What is particular to URLs signed with OSS V4.
var ossV4URL = []Mutant{
	{"OSS4-QUERY-01", "no-version", "writes no x-oss-signature-version", query("oss-v4"), unplaced("x-oss-signature-version")},
	{"OSS4-QUERY-01", "no-date", "writes no x-oss-date", query("oss-v4"), unplaced("x-oss-date")},
	{"OSS4-QUERY-01", "names-of-aws", "writes x-oss-algorithm for the version", query("oss-v4"), table(func(p *signature.Profile) { p.Place[0].Name = "x-oss-algorithm" })},
	{"OSS4-QUERY-01", "date-of-the-header", "takes the time of x-oss-date from a header", query("oss-v4"), reads(func(s *signature.Signing) {
		if text, ok := s.Request.Header("x-oss-date"); ok {
			s.Timestamp = text
		}
	})},
	{"OSS4-QUERY-01", "date-optional", "takes a URL without x-oss-date", query("oss-v4"), both(
		forgiving(func(f *signature.Fault) bool { return f.Where == "parameter x-oss-date" && f.Offset < 0 }), fromMidnight())},
	{"OSS4-QUERY-01", "empty-date", "takes a URL with an empty x-oss-date", query("oss-v4"), both(
		forgiving(func(f *signature.Fault) bool { return f.Where == "parameter x-oss-date" && f.Offset == 0 }), fromMidnight())},
	{"OSS4-QUERY-01", "version-optional", "takes a URL without a version", query("oss-v4"), seesQuery(func(q string) string {
		if strings.Contains(q, "x-oss-credential=") && !strings.Contains(q, "x-oss-signature-version=") {
			return q + "&x-oss-signature-version=OSS4-HMAC-SHA256"
		}
		return q
	})},
	{"OSS4-QUERY-01", "version-in-any-letter-case", "knows its version in small letters", query("oss-v4"), seesQuery(func(q string) string { return strings.Replace(q, "oss4-hmac-sha256", "OSS4-HMAC-SHA256", 1) })},
	{"OSS4-QUERY-02", "zero", "takes 0 for a life", query("oss-v4"), lives(func(seconds int64) bool { return seconds == 0 })},
	{"OSS4-QUERY-02", "a-second-more", "takes a second more than a week", query("oss-v4"), lives(func(seconds int64) bool { return seconds == 604801 })},
	{"OSS4-QUERY-02", "no-limit", "takes every number", query("oss-v4"), lives(func(seconds int64) bool { return seconds > 604800 })},
	{"OSS4-QUERY-02", "less-than-a-week", "refuses exactly a week", query("oss-v4"), livesRefused(func(seconds int64) bool { return seconds >= 604800 })},
	{"OSS4-QUERY-02", "one-second-refused", "refuses one second", query("oss-v4"), livesRefused(func(seconds int64) bool { return seconds <= 1 })},
	{"OSS4-QUERY-02", "a-minute-at-least", "refuses less than a minute", query("oss-v4"), livesRefused(func(seconds int64) bool { return seconds < 60 })},
	{"OSS4-QUERY-02", "a-minute-and-more", "refuses a minute", query("oss-v4"), livesRefused(func(seconds int64) bool { return seconds <= 60 })},
	{"OSS4-QUERY-02", "unix-time", "writes unix time", query("oss-v4"), putInstead("x-oss-expires", func(s *signature.Signing) string {
		seconds, _ := strconv.ParseInt(s.Expires, 10, 64)
		return strconv.FormatInt(s.Time.Unix()+seconds, 10)
	})},
	{"OSS4-QUERY-02", "negative", "takes a minus sign", query("oss-v4"), forgiving(func(f *signature.Fault) bool { return f.EC == "0002-00000070" && strings.HasPrefix(f.Got, "-") })},
	{"OSS4-QUERY-02", "words", "takes units behind a number", query("oss-v4"), forgiving(func(f *signature.Fault) bool { return f.EC == "0002-00000070" && strings.HasSuffix(f.Got, "h") })},
	{"OSS4-QUERY-02", "fractions", "takes a fraction", query("oss-v4"), forgiving(func(f *signature.Fault) bool { return f.EC == "0002-00000070" && strings.Contains(f.Got, ".") })},
	{"OSS4-QUERY-02", "overflow", "reads twenty digits into 64 bits", query("oss-v4"), limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		if _, err := strconv.ParseInt(s.Expires, 10, 64); err != nil {
			return nil
		}
		return p.Limits(s, now)
	})},
	{"OSS4-QUERY-02", "minutes", "writes minutes", query("oss-v4"), putInstead("x-oss-expires", func(s *signature.Signing) string {
		return strconv.FormatInt(lifeOf(s)/60, 10)
	})},
	{"OSS4-QUERY-03", "headers-unsigned", "signs no headers of the user", query("oss-v4"), signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
		return strings.EqualFold(name, "host") && p.SignedHeader(s, name)
	})},
	{"OSS4-QUERY-03", "content-headers-unsigned", "does not sign Content-Type in a URL", query("oss-v4"), unsignedHeaders("content-type")},
	{"OSS4-QUERY-03", "content-md5-unsigned", "does not sign Content-MD5 in a URL", query("oss-v4"), unsignedHeaders("content-md5")},
	{"OSS4-QUERY-03", "content-md5-as-parameter", "signs Content-MD5 as a parameter too", query("oss-v4"), output(signature.CanonicalQuery, func(s *signature.Signing, built string) string {
		if v, ok := s.Request.Header("Content-MD5"); ok {
			return "Content-MD5=" + wire.EscapeValue(v) + "&" + built
		}
		return built
	})},
	{"OSS4-QUERY-03", "date-header-unsigned", "does not sign x-oss-date as a header", query("oss-v4"), unsignedHeaders("x-oss-date")},
	{"OSS4-QUERY-03", "payload-header-unsigned", "does not sign x-oss-content-sha256 in a URL", query("oss-v4"), unsignedHeaders("x-oss-content-sha256")},
	{"OSS4-QUERY-04", "hash-of-the-body", "signs the hash of the body", query("oss-v4"), output(signature.CanonicalRequest, func(s *signature.Signing, built string) string {
		return strings.TrimSuffix(built, "UNSIGNED-PAYLOAD") + sha256Hex(s.Request.Body)
	})},
	{"OSS4-QUERY-04", "empty", "signs an empty last line", query("oss-v4"), text(signature.CanonicalRequest, func(built string) string { return strings.TrimSuffix(built, "UNSIGNED-PAYLOAD") })},
	{"OSS4-QUERY-05", "any-begin", "does not look at the begin of a URL's life", query("oss-v4"), forgivingLimit(signature.NotYetValid)},
	{"OSS4-QUERY-05", "nothing-early", "grants no early clock", query("oss-v4"), earlyRefused(0)},
	{"OSS4-QUERY-05", "less-than", "refuses at 15 minutes", query("oss-v4"), earlyRefused(15*time.Minute - time.Second)},
	{"OSS4-QUERY-05", "a-minute-more", "grants 16 minutes", query("oss-v4"), forgivingTime(func(s *signature.Signing, now time.Time, f *signature.Fault) bool {
		return f.Class == signature.NotYetValid && timeOf(s).Sub(now) <= 16*time.Minute
	})},
	{"OSS4-QUERY-06", "for-ever", "does not look at the end of a URL's life", query("oss-v4"), forgivingLimit(signature.Expired)},
	{"OSS4-QUERY-06", "last-second-refused", "refuses the last second", query("oss-v4"), agedRefused(func(age, life time.Duration) bool { return age >= life })},
	{"OSS4-QUERY-06", "margin", "ends a minute early", query("oss-v4"), agedRefused(func(age, life time.Duration) bool { return age > life-time.Minute })},
	{"OSS4-QUERY-06", "six-days", "lets no URL live longer than six days", query("oss-v4"), agedRefused(func(age, _ time.Duration) bool { return age > 6*24*time.Hour })},
	{"OSS4-QUERY-06", "fifteen-minutes", "refuses what is older than 15 minutes", query("oss-v4"), agedRefused(func(age, _ time.Duration) bool { return age > 15*time.Minute })},
	{"OSS4-QUERY-06", "a-second-more", "grants a second more", query("oss-v4"), agedPasses(func(age, life time.Duration) bool { return age <= life+time.Second })},
	{"OSS4-QUERY-06", "a-week-and-more", "takes a week for ever", query("oss-v4"), agedPasses(func(_, life time.Duration) bool { return life == 7*24*time.Hour })},
	{"OSS4-QUERY-07", "credential-unsigned", "does not sign its credential", query("oss-v4"), dropping(func(p wire.Param) bool { return p.Name == "x-oss-credential" })},
	{"OSS4-QUERY-07", "expires-unsigned", "does not sign x-oss-expires", query("oss-v4"), dropping(func(p wire.Param) bool { return p.Name == "x-oss-expires" })},
	{"OSS4-QUERY-07", "date-unsigned", "does not sign x-oss-date as a parameter", query("oss-v4"), dropping(func(p wire.Param) bool { return p.Name == "x-oss-date" })},
	{"OSS4-QUERY-07", "names-with-its-prefix-unsigned", "does not sign what begins with x-oss-date", query("oss-v4"), dropping(func(p wire.Param) bool { return strings.HasPrefix(p.Name, "x-oss-dat") })},
	{"OSS4-QUERY-07", "own-parameters-behind", "signs its own parameters behind the sorted ones", query("oss-v4"), text(signature.CanonicalQuery, func(built string) string {
		var given, own []string
		for _, part := range strings.Split(built, "&") {
			name, _, _ := strings.Cut(part, "=")
			switch name {
			case "x-oss-credential", "x-oss-date", "x-oss-expires", "x-oss-signature-version", "x-oss-security-token", "x-oss-additional-headers":
				own = append(own, part)
			default:
				given = append(given, part)
			}
		}
		return strings.Join(append(given, own...), "&")
	})},
	{"OSS4-QUERY-07", "credential-as-sent", "signs the credential as it travels", query("oss-v4"), output(signature.CanonicalQuery, func(s *signature.Signing, built string) string {
		for _, p := range s.Params {
			if p.Name == "x-oss-credential" {
				return strings.Replace(built, "x-oss-credential="+wire.EscapeValue(wire.Unescape(p.Value)), "x-oss-credential="+p.Value, 1)
			}
		}
		return built
	})},
	{"OSS4-QUERY-08", "list-not-written", "writes no x-oss-additional-headers", query("oss-v4"), unplaced("x-oss-additional-headers")},
	{"OSS4-QUERY-08", "list-unsigned", "does not sign the list", query("oss-v4"), dropping(func(p wire.Param) bool { return p.Name == "x-oss-additional-headers" })},
	{"OSS4-QUERY-08", "semicolons-raw", "signs the semicolons of the list raw", query("oss-v4"), replaced(signature.CanonicalQuery, "%3B", ";")},
	{"OSS4-QUERY-08", "name-of-aws", "writes x-oss-signedheaders", query("oss-v4"), table(func(p *signature.Profile) {
		for i := range p.Place {
			if p.Place[i].Name == "x-oss-additional-headers" {
				p.Place[i].Name = "x-oss-signedheaders"
			}
		}
	})},
	{"OSS4-QUERY-09", "head-for-get", "takes HEAD on a URL for GET", query("oss-v4"), methodAs("HEAD", "GET")},
	{"OSS4-QUERY-09", "any-method", "takes every method on a URL for GET", query("oss-v4"), textLine(signature.CanonicalRequest, 0, func(string) string { return "GET" })},
	{"OSS4-QUERY-09", "delete-for-put", "takes DELETE on a URL for PUT", query("oss-v4"), methodAs("DELETE", "PUT")},
	{"OSS4-TOKEN-02", "unsigned", "does not sign the token of a URL", query("oss-v4"), dropping(func(p wire.Param) bool { return p.Name == "x-oss-security-token" })},
	{"OSS4-TOKEN-02", "in-a-header", "writes the token as a header", query("oss-v4"), unplaced("x-oss-security-token")},
	{"OSS4-TOKEN-02", "decoded", "signs the token decoded", query("oss-v4"), output(signature.CanonicalQuery, func(s *signature.Signing, built string) string {
		token, ok := s.Param("x-oss-security-token")
		if !ok {
			return built
		}
		return strings.Replace(built, wire.EscapeValue(token), token, 1)
	})},
	{"OSS4-TOKEN-02", "cut", "cuts a token at 1024 bytes", query("oss-v4"), eachParameter(func(p *wire.Param) {
		if p.Name == "x-oss-security-token" {
			p.Value = p.Value[:min(len(p.Value), 1024)]
		}
	})},
}

// fromMidnight takes the begin of its day for the time of a URL that has
// none.
func fromMidnight() Break {
	return reads(func(s *signature.Signing) {
		if s.Timestamp == "" {
			s.Timestamp = s.Scope.Date + "T000000Z"
		}
	})
}
