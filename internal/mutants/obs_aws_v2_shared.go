package mutants

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of the rules that both dresses of OBS share, broken in the AWS dress alone:
// where a signer has each dress in code of its own.
var obsAWSV2Shared = []Mutant{
	{"OBS2-RESOURCE-01", "aws-key-decoded", "signs the key decoded under AWS", requests("obs-aws-v2"), text(signature.CanonicalResource, wire.Unescape)},
	{"OBS2-RESOURCE-02", "aws-key-encoded-strictly", "encodes the key anew under AWS", requests("obs-aws-v2"), pathAs(func(p string) string { return wire.EscapePath(wire.Unescape(p)) })},
	{"OBS2-RESOURCE-02", "aws-parentheses-raw", "leaves parentheses raw under AWS", requests("obs-aws-v2"), pathAs(replacing("%28", "(", "%29", ")"))},
	{"OBS2-RESOURCE-03", "aws-tilde-encoded", "encodes the tilde under AWS", requests("obs-aws-v2"), pathAs(replacing("~", "%7E"))},
	{"OBS2-RESOURCE-03", "aws-surrogates", "encodes the halves of a surrogate pair under AWS", requests("obs-aws-v2"), pathAs(func(p string) string {
		if s := surrogatesApart(wire.Unescape(p)); s != wire.Unescape(p) {
			return wire.EscapePath(s)
		}
		return p
	})},
	{"OBS2-RESOURCE-03", "aws-blank-as-plus", "writes a blank as a plus sign under AWS", requests("obs-aws-v2"), pathAs(replacing("%20", "+"))},
	{"OBS2-RESOURCE-04", "aws-path-cleaned", "cleans the path under AWS", requests("obs-aws-v2"), pathAs(replacing("//", "/", "/./", "/"))},
	{"OBS2-RESOURCE-05", "aws-bucket-without-slash", "signs /bucket for a bucket under AWS", requests("obs-aws-v2"), output(signature.CanonicalResource, func(s *signature.Signing, b string) string {
		if s.Resource.RawKey == "" && s.Resource.Bucket != "" {
			return strings.Replace(b, "/?", "?", 1)
		}
		return b
	})},
	{"OBS2-RESOURCE-05", "aws-plain-bucket-without-slash", "signs /bucket for a listing under AWS", requests("obs-aws-v2"), output(signature.CanonicalResource, func(s *signature.Signing, b string) string {
		if b == slashed(s.Resource.Bucket) {
			return strings.TrimSuffix(b, "/")
		}
		return b
	})},
	{"OBS2-RESOURCE-01", "aws-path-style-twice", "puts the bucket before a path that has it under AWS", requests("obs-aws-v2"), resource(func(r *signature.Resource) {
		if r.Addressing == signature.PathStyle && r.Bucket != "" {
			r.RawKey = r.Bucket + "/" + r.RawKey
		}
	}, signature.CanonicalResource)},
	{"OBS2-RESOURCE-01", "aws-port-in-bucket", "takes the port of Host into the resource under AWS", requests("obs-aws-v2"), output(signature.CanonicalResource, func(s *signature.Signing, b string) string {
		if _, port, ok := strings.Cut(s.Request.Host(), ":"); ok {
			return b + ":" + port
		}
		return b
	})},
	{"OBS2-RESOURCE-07", "aws-service-empty", "signs nothing for the service under AWS", requests("obs-aws-v2"), text(signature.CanonicalResource, func(b string) string { return strings.TrimPrefix(b, "/") })},
	{"OBS2-RESOURCE-08", "aws-bucket-for-custom-domain", "signs the bucket under a custom domain under AWS", requests("obs-aws-v2"), resource(func(r *signature.Resource) {
		if r.Addressing == signature.CNAME {
			r.Host = r.Bucket
		}
	}, signature.CanonicalResource)},
	{"OBS2-DATE-01", "aws-date-in-title-case", "looks for Date in title case under AWS", header("obs-aws-v2"), editedDateLine(func(s *signature.Signing, line string) string {
		for _, h := range s.Request.Headers {
			if h.Name == "date" {
				return ""
			}
		}
		return line
	})},
	{"OBS2-DATE-01", "aws-one-digit-day", "prints days of one digit under AWS", header("obs-aws-v2"), editedDateLine(func(_ *signature.Signing, line string) string { return strings.Replace(line, ", 0", ", ", 1) })},
	{"OBS2-DATE-01", "aws-expires-as-date", "takes an Expires header for the date under AWS", header("obs-aws-v2"), editedDateLine(func(s *signature.Signing, line string) string {
		if v, ok := s.Request.Header("Expires"); ok {
			return v
		}
		return line
	})},
	{"OBS2-CLOCK-01", "aws-a-minute-slow", "has a clock that is a minute slow under AWS", header("obs-aws-v2"), clock(-time.Minute)},
	{"OBS2-CLOCK-01", "aws-a-minute-fast", "has a clock that is a minute fast under AWS", header("obs-aws-v2"), clock(time.Minute)},
	{"OBS2-CLOCK-01", "aws-any-time", "lets any time pass under AWS", header("obs-aws-v2"), forgivingLimit(signature.Skewed)},
	{"OBS2-QUERY-01", "aws-date-beside-expires", "signs Date in a URL under AWS", query("obs-aws-v2"), editedDateLine(func(s *signature.Signing, line string) string {
		if v, ok := s.Request.Header("Date"); ok {
			return v
		}
		return line
	})},
	{"OBS2-QUERY-07", "aws-vendor-date-empties", "empties the line of Expires for x-amz-date", query("obs-aws-v2"), editedDateLine(func(s *signature.Signing, line string) string {
		if _, ok := s.Request.Header("x-amz-date"); ok {
			return ""
		}
		return line
	})},
	{"OBS2-QUERY-06", "aws-md5-unsigned", "does not sign the digest of a URL under AWS", query("obs-aws-v2"), headers(func(h wire.Header) (wire.Header, bool) { return h, !strings.EqualFold(h.Name, "Content-MD5") })},
	{"OBS2-QUERY-08", "aws-never-expires", "never lets a URL expire under AWS", query("obs-aws-v2"), forgivingLimit(signature.Expired)},
	{"OBS2-QUERY-08", "aws-a-second-early", "lets a URL expire a second early under AWS", query("obs-aws-v2"), clock(time.Second)},
	{"OBS2-QUERY-09", "aws-ten-digits", "refuses an expiry beyond a year under AWS", query("obs-aws-v2"), demanding(func(s *signature.Signing) bool { return s.Expires < "1750000000" })},
	{"OBS2-AUTH-02", "aws-accept-all", "lets every signature in under AWS", carriers("obs-aws-v2"), output(signature.SignatureValue, func(s *signature.Signing, b string) string {
		if s.Provided != "" {
			return s.Provided
		}
		return b
	})},
	{"OBS2-FORM-01", "aws-url-alphabet", "writes Base64 in the alphabet for URLs under AWS", form("obs-aws-v2"), text(signature.StringToSign, replacing("+", "-", "/", "_"))},
	{"OBS2-FORM-01", "aws-lines-of-76", "breaks long Base64 under AWS", form("obs-aws-v2"), text(signature.StringToSign, func(b string) string {
		if len(b) > 512 {
			b = b[:76] + "\n" + b[76:]
		}
		return b
	})},
	{"OBS2-FORM-07", "aws-printed-again", "prints the policy again under AWS", form("obs-aws-v2"), inPolicy(func(policy string) string {
		var v any
		if json.Unmarshal([]byte(policy), &v) != nil {
			return policy
		}
		out, _ := json.Marshal(v)
		return string(out)
	})},
	{"OBS2-FORM-07", "aws-escapes-resolved", "resolves escapes of the policy under AWS", form("obs-aws-v2"), inPolicy(escapesResolved)},
	{"OBS2-FORM-02", "aws-hex", "writes the signature of a form in hexadecimal under AWS", form("obs-aws-v2"), text(signature.SignatureValue, func(b string) string {
		sum, _ := base64.StdEncoding.DecodeString(b)
		return strings.ToUpper(string(sum))
	})},
}
