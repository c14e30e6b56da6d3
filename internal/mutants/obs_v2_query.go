package mutants

import (
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of signed URLs.
var obsV2Query = []Mutant{
	{"OBS2-QUERY-01", "empty-line", "leaves the line of Expires empty", query(obsV2Scheme), dateLine(func(*signature.Signing) string { return "" })},
	{"OBS2-QUERY-01", "date-wins", "writes Date into the line", query(obsV2Scheme),
		dateLine(func(s *signature.Signing) string {
			if date := headerOf(s, "Date"); date != "" {
				return date
			}
			return s.Expires
		})},
	{"OBS2-QUERY-02", "access-key-signed", "signs AccessKeyId", query(obsV2Scheme), listed("AccessKeyId")},
	{"OBS2-QUERY-02", "expires-signed", "signs Expires as a sub-resource", query(obsV2Scheme), listed("Expires")},
	{"OBS2-QUERY-02", "signature-signed", "takes Signature for a sub-resource", query(obsV2Scheme), listed("Signature")},
	{"OBS2-QUERY-02", "other-dress", "names the access key AWSAccessKeyId", query(obsV2Scheme), text(signature.URL, func(built string) string {
		return strings.Replace(built, "AccessKeyId=", "AWSAccessKeyId=", 1)
	})},
	{"OBS2-QUERY-03", "raw", "does not percent-encode the signature", query(obsV2Scheme), text(signature.URL, inSignature(replacing("%2B", "+")))},
	{"OBS2-QUERY-03", "url-alphabet", "writes the signature in the alphabet for URLs", query(obsV2Scheme), text(signature.URL, inSignature(replacing("%2B", "-", "%2F", "_")))},
	{"OBS2-QUERY-03", "blank-as-plus", "takes a blank in a signature for a plus sign", query(obsV2Scheme), alike(replacing(" ", "+"))},
	{"OBS2-QUERY-04", "milliseconds", "signs milliseconds", query(obsV2Scheme), dateLine(func(s *signature.Signing) string { return s.Expires + "000" })},
	{"OBS2-QUERY-04", "this-decade", "takes an Expires of this decade alone", query(obsV2Scheme), limits(
		func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
			if s.Expires >= "1790000000" {
				return &signature.Fault{Class: signature.MalformedQuery, Where: "parameter Expires"}
			}
			return p.Limits(s, now)
		})},
	{"OBS2-QUERY-05", "number-in-front", "takes the number that an Expires begins with", query(obsV2Scheme), lenientExpires(func(text string) bool { return text != "" && text[0] >= '0' && text[0] <= '9' })},
	{"OBS2-QUERY-05", "anything", "does not look at Expires", query(obsV2Scheme), lenientExpires(func(string) bool { return true })},
	{"OBS2-QUERY-05", "fraction", "takes a fraction of a second", query(obsV2Scheme), lenientExpires(func(text string) bool { return strings.HasSuffix(text, ".0") })},
	{"OBS2-QUERY-05", "digits-refused", "takes no Expires at all", query(obsV2Scheme), limits(
		func(_ *signature.Profile, s *signature.Signing, _ time.Time) *signature.Fault {
			return &signature.Fault{Class: signature.MalformedQuery, Where: "parameter Expires", Got: s.Expires}
		})},
	{"OBS2-QUERY-06", "headers-unsigned", "signs no header in a URL", query(obsV2Scheme), text(signature.CanonicalHeaders, func(string) string { return "" })},
	{"OBS2-QUERY-06", "md5-unsigned", "does not sign the MD5 in a URL", query(obsV2Scheme), withoutHeaders("Content-MD5")},
	{"OBS2-QUERY-06", "language-signed", "signs Accept-Language", query(obsV2Scheme), signing(func(name string) bool { return strings.HasPrefix(name, "x-obs-") || name == "accept-language" })},
	{"OBS2-QUERY-07", "emptied", "leaves the line empty beside x-obs-date", query(obsV2Scheme),
		dateLine(func(s *signature.Signing) string {
			if headerOf(s, "x-obs-date") != "" {
				return ""
			}
			return s.Expires
		})},
	{"OBS2-QUERY-07", "vendor-date", "writes x-obs-date into the line", query(obsV2Scheme),
		dateLine(func(s *signature.Signing) string {
			if date := headerOf(s, "x-obs-date"); date != "" {
				return date
			}
			return s.Expires
		})},
	{"OBS2-QUERY-07", "held-to-the-clock", "holds x-obs-date of a URL to the clock", query(obsV2Scheme), limits(
		func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
			if at, ok := signature.ParseDate(headerOf(s, "x-obs-date")); ok && now.Sub(at) > signature.MaxSkew {
				return &signature.Fault{Class: signature.Skewed, Where: "header x-obs-date"}
			}
			return p.Limits(s, now)
		})},
	{"OBS2-QUERY-08", "for-ever", "lets expired URLs in", query(obsV2Scheme), limits(nil)},
	{"OBS2-QUERY-08", "grace", "lets URLs in for fifteen minutes more", query(obsV2Scheme), clock(-signature.MaxSkew)},
	{"OBS2-QUERY-08", "last-second", "refuses the last second", query(obsV2Scheme), clock(time.Second)},
	{"OBS2-QUERY-09", "a-week", "refuses URLs that live for more than a week", query(obsV2Scheme), limits(
		func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
			if len(s.Expires) > 9 && s.Expires > "2000000000" {
				return &signature.Fault{Class: signature.MalformedQuery, Where: "parameter Expires"}
			}
			return p.Limits(s, now)
		})},
	{"OBS2-QUERY-11", "expires-not-needed", "needs no Expires", query(obsV2Scheme), both(forgivingAt("Expires", ""), limits(
		func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
			if s.Expires == "" {
				return nil
			}
			return p.Limits(s, now)
		}))},
	{"OBS2-QUERY-11", "signature-not-needed", "takes a missing signature for a wrong one", query(obsV2Scheme), forgivingAt("Signature", "")},
	{"OBS2-QUERY-11", "access-key-not-needed", "takes an empty access key for an unknown one", query(obsV2Scheme), forgivingAt("AccessKeyId", "")},
	{"OBS2-TOKEN-02", "unsigned", "does not sign the token", query(obsV2Scheme), unlisted("x-obs-security-token")},
	{"OBS2-TOKEN-02", "undecoded", "signs the token as it stands in the URL", query(obsV2Scheme), eachParameter(func(p *wire.Param) {
		if p.Name == "x-obs-security-token" {
			p.Value = strings.ReplaceAll(p.Value, "%", "%25")
		}
	})},
	{"OBS2-TOKEN-02", "last", "signs the token behind all other sub-resources", query(obsV2Scheme), inPieces(func(_ *signature.Signing, pieces []string) []string {
		slices.SortStableFunc(pieces, func(a, b string) int {
			return boolInt(nameOf(a) == "x-obs-security-token") - boolInt(nameOf(b) == "x-obs-security-token")
		})
		return pieces
	})},
	{"OBS2-TOKEN-02", "as-header", "signs the token as a header of the URL", query(obsV2Scheme), output(signature.CanonicalHeaders, func(s *signature.Signing, built string) string {
		if token, ok := s.Param("x-obs-security-token"); ok && built != "" {
			built += "x-obs-security-token:" + token + "\n"
		}
		return built
	})},
}

// lenientExpires takes some texts that are no number for an Expires that is
// not over.
func lenientExpires(takes func(text string) bool) Break {
	return both(
		forgiving(func(f *signature.Fault) bool { return f.Where == "parameter Expires" && f.Got != "" && takes(f.Got) }),
		forgivingTime(func(_ *signature.Signing, _ time.Time, f *signature.Fault) bool {
			return f.Class == signature.MalformedQuery && takes(f.Got)
		}))
}
