package mutants

import (
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of OBS in its AWS dress.

var obsAWSV2 = slices.Concat(obsAWSV2Parameters(), obsAWSV2Headers, obsAWSV2Dates, obsAWSV2Auth, obsAWSV2Shared)

// obsAWSV2Parameters forget one name of the list each.
func obsAWSV2Parameters() []Mutant {
	both := requests("obs-aws-v2")
	var out []Mutant
	for _, name := range []string{
		"acl", "deletebucket", "lifecycle", "location", "logging", "notification", "partNumber", "policy", "quota",
		"storageinfo", "storagePolicy", "uploadId", "uploads", "versionId", "versioning", "versions", "website",
	} {
		out = append(out, Mutant{"OBSAWS2-PARAM-01", "without-" + s3Kebab(name), "does not sign " + name, both, unlisted(name)})
	}
	for _, name := range []string{"cors", "delete", "tagging", "restore", "encryption", "replication", "storageClass", "response-content-disposition"} {
		out = append(out, Mutant{"OBSAWS2-PARAM-01", "obs-name-" + s3Kebab(name), "signs " + name + " in capitals", both, s3Renamed(name)})
	}
	return append(out,
		Mutant{"OBSAWS2-PARAM-01", "values-dropped", "signs the names alone", both, s3Params(func(p []wire.Param) []wire.Param {
			for i := range p {
				if p[i].Name != "x-amz-security-token" {
					p[i].Value = ""
				}
			}
			return p
		})},
		Mutant{"OBSAWS2-PARAM-01", "bare-dropped", "takes a bare name for none", both, s3Params(func(p []wire.Param) []wire.Param {
			return slices.DeleteFunc(p, func(p wire.Param) bool { return !p.HasValue })
		})},
		Mutant{"OBSAWS2-PARAM-01", "empty-dropped", "takes an empty value for none", both, s3Params(func(p []wire.Param) []wire.Param {
			return slices.DeleteFunc(p, func(p wire.Param) bool { return p.HasValue && p.Value == "" })
		})},
		Mutant{"OBSAWS2-PARAM-01", "all-signed", "signs every parameter", both, signedParameter(func(p *signature.Profile, name string) bool {
			return name != "AWSAccessKeyId" && name != "Expires" && name != "Signature" && name != "x-obs-security-token"
		})},
		Mutant{"OBSAWS2-PARAM-01", "in-order-of-arrival", "signs sub-resources as they stand in the URL", both, s3Resource(func(p []string, s *signature.Signing) {
			at := func(pair string) int {
				name, _, _ := strings.Cut(pair, "=")
				return slices.IndexFunc(s.Params, func(p wire.Param) bool { return p.Name == name })
			}
			slices.SortStableFunc(p, func(a, b string) int { return at(a) - at(b) })
		})},
		Mutant{"OBSAWS2-PARAM-01", "without-letter-case", "sorts sub-resources without regard to letter case", both, s3Resource(func(p []string, _ *signature.Signing) {
			slices.SortStableFunc(p, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
		})},
		Mutant{"OBSAWS2-PARAM-01", "encoded-values", "signs values as they are encoded in the URL", both, s3Params(func(p []wire.Param) []wire.Param {
			for i := range p {
				if p[i].Name != "x-amz-security-token" {
					p[i].Value = strings.ReplaceAll(p[i].Value, "%", "%25")
				}
			}
			return p
		})},
		Mutant{"OBSAWS2-PARAM-01", "last-counts", "takes the last of a repeated name", both, s3Params(func(p []wire.Param) []wire.Param { return s3Distinct(p, true) })},
		Mutant{"OBSAWS2-PARAM-02", "other-token-listed", "signs x-obs-security-token", both, listed("x-obs-security-token")},
		Mutant{"OBSAWS2-PARAM-02", "other-token-pushes-out", "lets x-obs-security-token take the place of what stands behind it", both, s3Params(func(p []wire.Param) []wire.Param {
			if i := slices.IndexFunc(p, func(p wire.Param) bool { return p.Name == "x-obs-security-token" }); i >= 0 && i+1 < len(p) {
				return append(p[:i+1], p[i+2:]...)
			}
			return p
		})},
		Mutant{"OBSAWS2-TOKEN-01", "parameter-unsigned", "does not sign x-amz-security-token in a URL", both, unlisted("x-amz-security-token")},
		Mutant{"OBSAWS2-TOKEN-01", "parameter-encoded", "signs the token as it is encoded in the URL", both, s3Params(func(p []wire.Param) []wire.Param {
			for i := range p {
				if p[i].Name == "x-amz-security-token" {
					p[i].Value = strings.ReplaceAll(p[i].Value, "%", "%25")
				}
			}
			return p
		})},
		Mutant{"OBSAWS2-TOKEN-01", "parameter-first", "puts the token before the other sub-resources", both, s3Resource(func(p []string, _ *signature.Signing) {
			slices.SortStableFunc(p, func(a, b string) int {
				return strings.Compare(strings.Replace(a, "x-amz-", "-", 1), strings.Replace(b, "x-amz-", "-", 1))
			})
		})},
	)
}

var obsAWSV2Headers = []Mutant{
	{"OBSAWS2-HEADER-01", "prefix-of-other-dress", "signs x-obs- in place of x-amz-", requests("obs-aws-v2"), table(func(p *signature.Profile) { p.Names.HeaderPrefix = "x-obs-" })},
	{"OBSAWS2-HEADER-01", "prefix-without-dash", "signs what begins with x-amz", requests("obs-aws-v2"), table(func(p *signature.Profile) { p.Names.HeaderPrefix = "x-amz" })},
	{"OBSAWS2-HEADER-01", "prefix-in-small-letters", "looks for the prefix in small letters", requests("obs-aws-v2"), signedHeader(func(_ *signature.Profile, _ *signature.Signing, name string) bool {
		return strings.HasPrefix(name, "x-amz-")
	})},
	{"OBSAWS2-HEADER-01", "prefix-in-title-case", "looks for the prefix in small letters and in title case", requests("obs-aws-v2"), signedHeader(func(_ *signature.Profile, _ *signature.Signing, name string) bool {
		return strings.HasPrefix(name, "x-amz-") || strings.HasPrefix(name, "X-Amz-")
	})},
	{"OBSAWS2-HEADER-01", "anywhere-in-the-name", "looks for x-amz- anywhere in the name", requests("obs-aws-v2"), signedHeader(func(_ *signature.Profile, _ *signature.Signing, name string) bool {
		return strings.Contains(strings.ToLower(name), "x-amz-")
	})},
	{"OBSAWS2-HEADER-01", "every-vendor", "signs the headers of every vendor", requests("obs-aws-v2"), signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
		return p.SignedHeader(s, name) || strings.HasPrefix(strings.ToLower(name), "x-oss-")
	})},
	{"OBSAWS2-HEADER-01", "copy-source-decoded", "signs a copy source decoded", requests("obs-aws-v2"), headerValue(wire.Unescape)},
	{"OBSAWS2-HEADER-01", "bad-sort-above-ten", "sorts badly above ten headers", requests("obs-aws-v2"), s3Block(func(l []string) {
		if len(l) > 10 {
			slices.Reverse(l)
		}
	})},
	{"OBSAWS2-HEADER-01", "expires-header-signed", "signs an Expires header", requests("obs-aws-v2"), signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
		return p.SignedHeader(s, name) || strings.EqualFold(name, "Expires")
	})},
	{"OBSAWS2-HEADER-02", "both-prefixes", "signs x-obs- headers too", requests("obs-aws-v2"), s3AlsoPrefix("x-obs-")},
	{"OBSAWS2-HEADER-02", "metadata-of-other-dress", "signs x-obs-meta- headers too", requests("obs-aws-v2"), s3AlsoPrefix("x-obs-meta-")},
	{"OBSAWS2-HEADER-02", "line-for-no-headers", "writes an empty line where there are no canonical headers", requests("obs-aws-v2"), output(signature.CanonicalHeaders, func(s *signature.Signing, b string) string {
		if _, other := s.Request.Header("x-obs-storage-class"); b == "" && other {
			return "\n"
		}
		return b
	})},
	{"OBSAWS2-HEADER-02", "token-of-other-dress", "signs x-obs-security-token", requests("obs-aws-v2"), s3AlsoPrefix("x-obs-security-token")},
	{"OBSAWS2-METADATA-01", "unsigned", "does not sign metadata", requests("obs-aws-v2"), signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
		return p.SignedHeader(s, name) && !strings.HasPrefix(strings.ToLower(name), "x-amz-meta-")
	})},
	{"OBSAWS2-METADATA-01", "without-dashes", "sorts names without their dashes", requests("obs-aws-v2"), s3Block(func(l []string) {
		slices.SortStableFunc(l, func(a, b string) int {
			return strings.Compare(strings.ReplaceAll(a, "-", ""), strings.ReplaceAll(b, "-", ""))
		})
	})},
	{"OBSAWS2-METADATA-01", "underscore-as-dash", "makes dashes of underscores", requests("obs-aws-v2"), text(signature.CanonicalHeaders, func(b string) string { return strings.ReplaceAll(b, "_", "-") })},
	{"OBSAWS2-METADATA-01", "numbers-by-value", "sorts meta-9 before meta-10", requests("obs-aws-v2"), s3Block(func(l []string) {
		slices.SortStableFunc(l, func(a, b string) int {
			if strings.HasPrefix(a, "x-amz-meta-1") || strings.HasPrefix(a, "x-amz-meta-9") {
				return len(a) - len(b)
			}
			return strings.Compare(a, b)
		})
	})},
	{"OBSAWS2-METADATA-01", "empty-left-out", "leaves a header with an empty value out", requests("obs-aws-v2"), signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
		v, _ := s.Request.Header(name)
		return p.SignedHeader(s, name) && v != ""
	})},
	{"OBSAWS2-METADATA-01", "values-lowered", "lowers values", requests("obs-aws-v2"), s3MetaValue(strings.ToLower)},
	{"OBSAWS2-METADATA-01", "names-as-sent", "writes names in the letter case of the request", requests("obs-aws-v2"), output(signature.CanonicalHeaders, func(s *signature.Signing, b string) string {
		for _, h := range s.Request.Headers {
			if strings.HasPrefix(h.Name, "X-Amz-Meta-Camel") {
				b = strings.Replace(b, strings.ToLower(h.Name)+":", h.Name+":", 1)
			}
		}
		return b
	})},
	{"OBSAWS2-METADATA-01", "cut-at-colon", "ends a value at a colon", requests("obs-aws-v2"), s3MetaValue(func(v string) string { v, _, _ = strings.Cut(v, ":"); return v })},
	{"OBSAWS2-METADATA-01", "blanks-folded", "makes one blank of two", requests("obs-aws-v2"), s3MetaValue(func(v string) string { return strings.ReplaceAll(v, "  ", " ") })},
	{"OBSAWS2-METADATA-01", "tab-as-blank", "makes a blank of a tab", requests("obs-aws-v2"), s3MetaValue(func(v string) string { return strings.ReplaceAll(v, "\t", " ") })},
	{"OBSAWS2-METADATA-01", "latin-1", "reads values as Latin-1", requests("obs-aws-v2"), s3MetaValue(s3Latin1)},
	{"OBSAWS2-METADATA-01", "decoded", "percent-decodes values", requests("obs-aws-v2"), s3MetaValue(wire.Unescape)},
	{"OBSAWS2-METADATA-01", "last-counts", "takes the last header of a name", requests("obs-aws-v2"), s3Repeated(func(vs []string) string { return vs[len(vs)-1] })},
	{"OBSAWS2-METADATA-01", "sorted-values", "sorts the values of a name", requests("obs-aws-v2"), s3Repeated(func(vs []string) string { slices.Sort(vs); return strings.Join(vs, ",") })},
	{"OBSAWS2-METADATA-01", "other-dress-wins", "takes the value of the other dress under the same name", requests("obs-aws-v2"), headers(func(h wire.Header) (wire.Header, bool) {
		if h.Name == "x-amz-meta-author" && h.Value == "Alice" {
			h.Value = "Bob"
		}
		return h, true
	})},
	{"OBSAWS2-METADATA-01", "condition-refused", "wants no metadata in a form", form("obs-aws-v2"), s3Demand(func(s *signature.Signing) bool { return len(s.Form) < 5 || s.Form[len(s.Form)-2][0] == "signature" })},
}

var obsAWSV2Dates = []Mutant{
	{"OBSAWS2-DATE-01", "vendor-date-in-its-line", "puts x-amz-date into the fourth line, as OSS has it", header("obs-aws-v2"), dateLine(func(s *signature.Signing) string {
		if date, ok := s.Request.Header("x-amz-date"); ok {
			return date
		}
		date, _ := s.Request.Header("Date")
		return date
	})},
	{"OBSAWS2-DATE-01", "date-stays", "keeps Date beside x-amz-date", header("obs-aws-v2"), dateLine(func(s *signature.Signing) string { date, _ := s.Request.Header("Date"); return date })},
	{"OBSAWS2-DATE-01", "different-date-stays", "keeps a Date that differs from x-amz-date", header("obs-aws-v2"), dateLine(func(s *signature.Signing) string {
		date, _ := s.Request.Header("Date")
		if vendor, ok := s.Request.Header("x-amz-date"); ok && vendor == date {
			return ""
		}
		return date
	})},
	{"OBSAWS2-DATE-01", "not-canonical", "does not sign x-amz-date as a header", header("obs-aws-v2"), headers(func(h wire.Header) (wire.Header, bool) {
		if strings.EqualFold(h.Name, "x-amz-date") {
			h.Name = "x-date"
		}
		return h, true
	})},
	{"OBSAWS2-DATE-01", "date-in-small-letters", "looks for x-amz-date in small letters", header("obs-aws-v2"), dateLine(func(s *signature.Signing) string {
		for _, h := range s.Request.Headers {
			if h.Name == "x-amz-date" {
				return ""
			}
		}
		date, _ := s.Request.Header("Date")
		return date
	})},
	{"OBSAWS2-DATE-01", "date-line-first", "puts x-amz-date before the other headers", header("obs-aws-v2"), s3Block(func(l []string) {
		slices.SortStableFunc(l, func(a, b string) int {
			return strings.Compare(strings.Replace(a, "x-amz-date", "-", 1), strings.Replace(b, "x-amz-date", "-", 1))
		})
	})},
	{"OBSAWS2-DATE-02", "no-date-needed", "lets requests without a date in", header("obs-aws-v2"), s3WithoutLimit(signature.MissingDate)},
	{"OBSAWS2-DATE-02", "malformed-date-taken", "lets requests with a malformed date in", header("obs-aws-v2"), s3WithoutLimit(signature.BadDate)},
	{"OBSAWS2-DATE-02", "words-of-other-dress", "asks for x-obs-date", header("obs-aws-v2"), answers(func(a *endpoint.Response) { a.Body = strings.ReplaceAll(a.Body, "x-amz-date", "x-obs-date") })},
	{"OBSAWS2-DATE-03", "other-date-empties", "empties the fourth line for x-obs-date", header("obs-aws-v2"), Break{Profile: func(p *signature.Profile) *signature.Profile {
		c := p.Clone()
		c.DateLine = func(s *signature.Signing) (string, error) {
			if _, ok := s.Request.Header("x-obs-date"); ok {
				return "", nil
			}
			return p.DateLine(s)
		}
		return c
	}}},
	{"OBSAWS2-DATE-03", "other-date-signed", "signs x-obs-date as a header", header("obs-aws-v2"), s3AlsoPrefix("x-obs-date")},
	{"OBSAWS2-DATE-03", "skew-of-other-date", "takes x-obs-date for the time of the request", header("obs-aws-v2"), table(func(p *signature.Profile) {
		p.Limits = func(s *signature.Signing, now time.Time) *signature.Fault { return nil }
	})},
}

var obsAWSV2Auth = []Mutant{
	{"OBSAWS2-AUTH-01", "word-of-other-dress", "writes OBS", header("obs-aws-v2"), table(func(p *signature.Profile) { p.Names.Version = "OBS" })},
	{"OBSAWS2-AUTH-01", "two-blanks", "writes two blanks behind the word", header("obs-aws-v2"), text(signature.Authorization, func(b string) string { return strings.Replace(b, " ", "  ", 1) })},
	{"OBSAWS2-AUTH-01", "signature-encoded", "percent-encodes the signature", header("obs-aws-v2"), text(signature.Authorization, strings.NewReplacer("+", "%2B", "/", "%2F").Replace)},
	{"OBSAWS2-AUTH-01", "key-id-of-letters", "takes key ids of letters and digits only", header("obs-aws-v2"), s3Demand(func(s *signature.Signing) bool {
		return !strings.ContainsAny(s.Credentials.AccessKeyID, "-._")
	})},
	{"OBSAWS2-AUTH-01", "secret-cut-at-a-block", "cuts a secret at 64 bytes", carriers("obs-aws-v2"), Break{Profile: func(p *signature.Profile) *signature.Profile {
		return rebuilt(p, signature.SignatureValue, func(s *signature.Signing, dst []byte, build builder) ([]byte, error) {
			whole := s.Credentials.AccessKeySecret
			s.Credentials.AccessKeySecret = whole[:min(len(whole), 64)]
			out, err := build(s, dst)
			s.Credentials.AccessKeySecret = whole
			return out, err
		})
	}}},
	{"OBSAWS2-AUTH-01", "colon-not-looked-for", "reads over a missing colon", header("obs-aws-v2"), s3Forgiving("a colon separates")},
	{"OBSAWS2-AUTH-01", "empty-key-id-taken", "reads over an empty key id", header("obs-aws-v2"), s3Forgiving("the access key id is missing")},
	{"OBSAWS2-AUTH-01", "any-key-id-taken", "takes a blank into the key id", header("obs-aws-v2"), s3Forgiving(" is printable ASCII")},
	{"OBSAWS2-AUTH-01", "empty-signature-taken", "reads over an empty signature", header("obs-aws-v2"), s3Forgiving("the signature is missing")},
	{"OBSAWS2-AUTH-01", "blank-not-looked-for", "reads the key id right behind the word", header("obs-aws-v2"), s3Sees("Authorization", "AWSTEST", "AWS TEST")},
	{"OBSAWS2-AUTH-01", "word-in-any-case", "takes the word in small letters", header("obs-aws-v2"), s3Sees("Authorization", "aws ", "AWS ")},
	{"OBSAWS2-AUTH-01", "either-word", "takes OBS for AWS", header("obs-aws-v2"), s3Sees("Authorization", "OBS ", "AWS ")},
	{"OBSAWS2-AUTH-03", "first-of-two", "looks at the first Authorization header alone", header("obs-aws-v2"), sees(s3FirstAuthorization)},
	{"OBSAWS2-AUTH-02", "element-of-other-dress", "names the access key in AccessKeyId", carriers("obs-aws-v2"), answers(func(a *endpoint.Response) { a.Body = strings.ReplaceAll(a.Body, "AWSAccessKeyId>", "AccessKeyId>") })},
	{"OBSAWS2-AUTH-02", "not-looked-up", "knows every access key", carriers("obs-aws-v2"), server(func(v *signature.Verifier) {
		find := v.Secret
		v.Secret = func(string) (signature.Credentials, bool) { c, _ := find(""); return c, true }
	})},
	{"OBSAWS2-QUERY-01", "name-of-other-dress", "names the access key AccessKeyId", query("obs-aws-v2"), s3Placed("AWSAccessKeyId", "AccessKeyId")},
	{"OBSAWS2-QUERY-01", "name-of-oss", "names the access key OSSAccessKeyId", query("obs-aws-v2"), s3Placed("AWSAccessKeyId", "OSSAccessKeyId")},
	{"OBSAWS2-QUERY-01", "second-question-mark", "begins with a question mark where one is there", query("obs-aws-v2"), text(signature.URL, func(b string) string {
		return strings.Replace(b, "?AWS", "??AWS", 1)
	})},
	{"OBSAWS2-QUERY-01", "key-id-raw", "writes the key id unencoded", query("obs-aws-v2"), text(signature.URL, func(b string) string { return strings.Replace(b, "AK%2Btest%2F01", "AK+test/01", 1) })},
	{"OBSAWS2-QUERY-01", "type-unsigned", "does not sign the type of a URL", query("obs-aws-v2"), headers(func(h wire.Header) (wire.Header, bool) { return h, !strings.EqualFold(h.Name, "Content-Type") })},
	{"OBSAWS2-QUERY-01", "delete-as-get", "signs every URL for GET", query("obs-aws-v2"), input(func(r *wire.Request) { r.Method = "GET" }, signature.StringToSign)},
	{"OBSAWS2-QUERY-01", "faults-forgiven", "reads over a missing parameter", query("obs-aws-v2"), forgiving(func(f *signature.Fault) bool {
		return strings.Contains(f.Rule, "is missing") || strings.Contains(f.Rule, "not be empty")
	})},
	{"OBSAWS2-QUERY-03", "missing-taken", "reads over a missing Expires", query("obs-aws-v2"), s3ForgivingExpires("is missing")},
	{"OBSAWS2-QUERY-03", "empty-taken", "reads over an empty Expires", query("obs-aws-v2"), s3ForgivingExpires("not be empty")},
	{"OBSAWS2-QUERY-03", "any-text-taken", "takes any text for Expires", query("obs-aws-v2"), s3ForgivingExpires("decimal number")},
	{"OBSAWS2-TOKEN-01", "header-unsigned", "does not sign x-amz-security-token", header("obs-aws-v2"), headers(func(h wire.Header) (wire.Header, bool) { return h, !strings.EqualFold(h.Name, "x-amz-security-token") })},
	{"OBSAWS2-TOKEN-01", "any-token", "does not look at tokens", requests("obs-aws-v2"), server(s3AnyToken)},
	{"OBSAWS2-TOKEN-01", "header-encoded", "signs the token percent-encoded", header("obs-aws-v2"), headers(func(h wire.Header) (wire.Header, bool) {
		if strings.EqualFold(h.Name, "x-amz-security-token") {
			h.Value = wire.EscapeValue(h.Value)
		}
		return h, true
	})},
	{"OBSAWS2-TOKEN-01", "header-first", "puts the token before the other headers", header("obs-aws-v2"), s3Block(func(l []string) {
		slices.SortStableFunc(l, func(a, b string) int {
			return strings.Compare(strings.Replace(a, "x-amz-security", "-", 1), strings.Replace(b, "x-amz-security", "-", 1))
		})
	})},
	{"OBSAWS2-TOKEN-01", "name-of-other-dress", "sends the token as x-obs-security-token", carriers("obs-aws-v2"), s3Placed("x-amz-security-token", "x-obs-security-token")},
	{"OBSAWS2-FORM-01", "field-of-other-dress", "names the access key AccessKeyId", form("obs-aws-v2"), s3Placed("AWSAccessKeyId", "AccessKeyId")},
	{"OBSAWS2-FORM-01", "field-of-oss", "names the access key OSSAccessKeyId", form("obs-aws-v2"), s3Placed("AWSAccessKeyId", "OSSAccessKeyId")},
	{"OBSAWS2-FORM-01", "field-not-looked-at", "reads over a missing access key", form("obs-aws-v2"), forgiving(func(f *signature.Fault) bool { return strings.Contains(f.Rule, "not be empty") })},
}

// s3Forgiving reads over the faults whose rule holds a text.
func s3Forgiving(rule string) Break {
	return forgiving(func(f *signature.Fault) bool { return strings.Contains(f.Rule, rule) })
}

// s3ForgivingExpires reads over one fault of Expires, and ends no URL then.
func s3ForgivingExpires(rule string) Break {
	return s3Together(forgiving(func(f *signature.Fault) bool {
		return f.Where == "parameter Expires" && strings.Contains(f.Rule, rule)
	}), limits(nil))
}

// s3Sees reads one text in a header as another.
func s3Sees(header, from, to string) Break {
	return sees(func(r *wire.Request) {
		for i := range r.Headers {
			if strings.EqualFold(r.Headers[i].Name, header) {
				r.Headers[i].Value = strings.Replace(r.Headers[i].Value, from, to, 1)
			}
		}
	})
}

// s3FirstAuthorization takes every Authorization header away but the first.
func s3FirstAuthorization(r *wire.Request) {
	seen := false
	r.Headers = slices.DeleteFunc(r.Headers, func(h wire.Header) bool {
		again := seen && strings.EqualFold(h.Name, "Authorization")
		seen = seen || strings.EqualFold(h.Name, "Authorization")
		return again
	})
}

// s3AlsoPrefix signs headers of another prefix too.
func s3AlsoPrefix(prefix string) Break {
	return signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
		return p.SignedHeader(s, name) || strings.HasPrefix(strings.ToLower(name), prefix)
	})
}

// s3MetaValue changes the values of metadata alone.
func s3MetaValue(change func(value string) string) Break {
	return headers(func(h wire.Header) (wire.Header, bool) {
		if strings.HasPrefix(strings.ToLower(h.Name), "x-amz-meta-") {
			h.Value = change(h.Value)
		}
		return h, true
	})
}

// s3Block changes the lines of the canonical headers.
func s3Block(change func(lines []string)) Break {
	return text(signature.CanonicalHeaders, func(b string) string {
		if b == "" {
			return b
		}
		lines := strings.Split(strings.TrimSuffix(b, "\n"), "\n")
		change(lines)
		return strings.Join(lines, "\n") + "\n"
	})
}

// s3Params builds the resource from other parameters.
func s3Params(change func(params []wire.Param) []wire.Param) Break {
	return parameters(change, signature.CanonicalResource)
}

// s3Resource changes the signed parameters of the resource.
func s3Resource(change func(pairs []string, s *signature.Signing)) Break {
	return output(signature.CanonicalResource, func(s *signature.Signing, b string) string {
		path, query, ok := strings.Cut(b, "?")
		if !ok {
			return b
		}
		pairs := strings.Split(query, "&")
		change(pairs, s)
		return path + "?" + strings.Join(pairs, "&")
	})
}

// s3Renamed writes one sub-resource in capitals.
func s3Renamed(name string) Break {
	return s3Resource(func(pairs []string, _ *signature.Signing) {
		for i := range pairs {
			if pair, value, _ := strings.Cut(pairs[i], "="); pair == name {
				pairs[i] = strings.ToUpper(name) + value
			}
		}
	})
}

// s3WithoutLimit makes a server blind to one class of faults.
func s3WithoutLimit(class signature.Class) Break {
	return limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		if fault := p.Limits(s, now); fault != nil && fault.Class != class {
			return fault
		}
		return nil
	})
}

// s3Kebab writes storagePolicy as storage-policy.
func s3Kebab(name string) string {
	var b strings.Builder
	for _, c := range name {
		if 'A' <= c && c <= 'Z' {
			b.WriteByte('-')
		}
		b.WriteRune(c)
	}
	return strings.ToLower(b.String())
}
