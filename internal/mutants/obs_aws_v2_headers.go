package mutants

import (
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of the headers and dates of OBS in its AWS dress.

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
	{"OBSAWS2-HEADER-01", "bad-sort-above-ten", "sorts badly above ten headers", requests("obs-aws-v2"), inHeaders(func(_ *signature.Signing, l []string) []string {
		if len(l) > 10 {
			slices.Reverse(l)
		}
		return l
	})},
	{"OBSAWS2-HEADER-01", "expires-header-signed", "signs an Expires header", requests("obs-aws-v2"), signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
		return p.SignedHeader(s, name) || strings.EqualFold(name, "Expires")
	})},
	{"OBSAWS2-HEADER-02", "both-prefixes", "signs x-obs- headers too", requests("obs-aws-v2"), alsoPrefixed("x-obs-")},
	{"OBSAWS2-HEADER-02", "metadata-of-other-dress", "signs x-obs-meta- headers too", requests("obs-aws-v2"), alsoPrefixed("x-obs-meta-")},
	{"OBSAWS2-HEADER-02", "line-for-no-headers", "writes an empty line where there are no canonical headers", requests("obs-aws-v2"), output(signature.CanonicalHeaders, func(s *signature.Signing, b string) string {
		if _, other := s.Request.Header("x-obs-storage-class"); b == "" && other {
			return "\n"
		}
		return b
	})},
	{"OBSAWS2-HEADER-02", "token-of-other-dress", "signs x-obs-security-token", requests("obs-aws-v2"), alsoPrefixed("x-obs-security-token")},
	{"OBSAWS2-METADATA-01", "unsigned", "does not sign metadata", requests("obs-aws-v2"), signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
		return p.SignedHeader(s, name) && !strings.HasPrefix(strings.ToLower(name), "x-amz-meta-")
	})},
	{"OBSAWS2-METADATA-01", "without-dashes", "sorts names without their dashes", requests("obs-aws-v2"), inHeaders(func(_ *signature.Signing, l []string) []string {
		slices.SortStableFunc(l, func(a, b string) int {
			return strings.Compare(strings.ReplaceAll(a, "-", ""), strings.ReplaceAll(b, "-", ""))
		})
		return l
	})},
	{"OBSAWS2-METADATA-01", "underscore-as-dash", "makes dashes of underscores", requests("obs-aws-v2"), text(signature.CanonicalHeaders, replacing("_", "-"))},
	{"OBSAWS2-METADATA-01", "numbers-by-value", "sorts meta-9 before meta-10", requests("obs-aws-v2"), inHeaders(func(_ *signature.Signing, l []string) []string {
		slices.SortStableFunc(l, func(a, b string) int {
			if strings.HasPrefix(a, "x-amz-meta-1") || strings.HasPrefix(a, "x-amz-meta-9") {
				return len(a) - len(b)
			}
			return strings.Compare(a, b)
		})
		return l
	})},
	{"OBSAWS2-METADATA-01", "empty-left-out", "leaves a header with an empty value out", requests("obs-aws-v2"), signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
		v, _ := s.Request.Header(name)
		return p.SignedHeader(s, name) && v != ""
	})},
	{"OBSAWS2-METADATA-01", "values-lowered", "lowers values", requests("obs-aws-v2"), metadataAs(strings.ToLower)},
	{"OBSAWS2-METADATA-01", "names-as-sent", "writes names in the letter case of the request", requests("obs-aws-v2"), output(signature.CanonicalHeaders, func(s *signature.Signing, b string) string {
		for _, h := range s.Request.Headers {
			if strings.HasPrefix(h.Name, "X-Amz-Meta-Camel") {
				b = strings.Replace(b, strings.ToLower(h.Name)+":", h.Name+":", 1)
			}
		}
		return b
	})},
	{"OBSAWS2-METADATA-01", "cut-at-colon", "ends a value at a colon", requests("obs-aws-v2"), metadataAs(upTo(":"))},
	{"OBSAWS2-METADATA-01", "blanks-folded", "makes one blank of two", requests("obs-aws-v2"), metadataAs(replacing("  ", " "))},
	{"OBSAWS2-METADATA-01", "tab-as-blank", "makes a blank of a tab", requests("obs-aws-v2"), metadataAs(replacing("\t", " "))},
	{"OBSAWS2-METADATA-01", "latin-1", "reads values as Latin-1", requests("obs-aws-v2"), metadataAs(latin1)},
	{"OBSAWS2-METADATA-01", "decoded", "percent-decodes values", requests("obs-aws-v2"), metadataAs(wire.Unescape)},
	{"OBSAWS2-METADATA-01", "last-counts", "takes the last header of a name", requests("obs-aws-v2"), repeated(lastValue)},
	{"OBSAWS2-METADATA-01", "sorted-values", "sorts the values of a name", requests("obs-aws-v2"), repeated(sortedValues)},
	{"OBSAWS2-METADATA-01", "other-dress-wins", "takes the value of the other dress under the same name", requests("obs-aws-v2"), headers(func(h wire.Header) (wire.Header, bool) {
		if h.Name == "x-amz-meta-author" && h.Value == "Alice" {
			h.Value = "Bob"
		}
		return h, true
	})},
	{"OBSAWS2-METADATA-01", "condition-refused", "wants no metadata in a form", form("obs-aws-v2"), demanding(func(s *signature.Signing) bool { return len(s.Form) < 5 || s.Form[len(s.Form)-2][0] == "signature" })},
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
	{"OBSAWS2-DATE-01", "date-line-first", "puts x-amz-date before the other headers", header("obs-aws-v2"), inHeaders(func(_ *signature.Signing, l []string) []string {
		slices.SortStableFunc(l, func(a, b string) int {
			return strings.Compare(strings.Replace(a, "x-amz-date", "-", 1), strings.Replace(b, "x-amz-date", "-", 1))
		})
		return l
	})},
	{"OBSAWS2-DATE-02", "no-date-needed", "lets requests without a date in", header("obs-aws-v2"), forgivingLimit(signature.MissingDate)},
	{"OBSAWS2-DATE-02", "malformed-date-taken", "lets requests with a malformed date in", header("obs-aws-v2"), forgivingLimit(signature.BadDate)},
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
	{"OBSAWS2-DATE-03", "other-date-signed", "signs x-obs-date as a header", header("obs-aws-v2"), alsoPrefixed("x-obs-date")},
	{"OBSAWS2-DATE-03", "skew-of-other-date", "takes x-obs-date for the time of the request", header("obs-aws-v2"), table(func(p *signature.Profile) {
		p.Limits = func(s *signature.Signing, now time.Time) *signature.Fault { return nil }
	})},
}
