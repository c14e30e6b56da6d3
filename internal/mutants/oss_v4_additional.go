package mutants

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
)

// The additional headers of OSS V4.
var ossV4Additional = []Mutant{
	{"OSS4-ADDITIONAL-01", "unsorted-line", "writes the names in reverse order", requests("oss-v4"), listLine(func(names []string) string {
		slices.Reverse(names)
		return strings.Join(names, ";")
	})},
	{"OSS4-ADDITIONAL-01", "commas", "joins the names by commas", requests("oss-v4"), listLine(func(names []string) string { return strings.Join(names, ",") })},
	{"OSS4-ADDITIONAL-01", "line-left-empty", "leaves the line of names empty", requests("oss-v4"), listLine(func([]string) string { return "" })},
	{"OSS4-ADDITIONAL-01", "semicolon-at-the-end", "ends the line of names in a semicolon", requests("oss-v4"), listLine(func(names []string) string { return strings.Join(names, ";") + ";" })},
	{"OSS4-ADDITIONAL-01", "sorted-with-separator", "sorts the names with their semicolons", requests("oss-v4"), listLine(func(names []string) string {
		slices.SortFunc(names, func(a, b string) int { return strings.Compare(a+";", b+";") })
		return strings.Join(names, ";")
	})},
	{"OSS4-ADDITIONAL-01", "behind-the-block", "writes the additional headers behind the others", requests("oss-v4"), inHeaders(func(s *signature.Signing, lines []string) []string {
		slices.SortStableFunc(lines, func(a, b string) int { return additionalRank(s, a) - additionalRank(s, b) })
		return lines
	})},
	{"OSS4-ADDITIONAL-01", "in-front-of-the-block", "writes the additional headers in front of the others", requests("oss-v4"), inHeaders(func(s *signature.Signing, lines []string) []string {
		slices.SortStableFunc(lines, func(a, b string) int { return additionalRank(s, b) - additionalRank(s, a) })
		return lines
	})},
	{"OSS4-ADDITIONAL-02", "line-left-out", "leaves out the line where there are no names", requests("oss-v4"), output(signature.CanonicalRequest, func(s *signature.Signing, built string) string {
		if len(s.SignedHeaders) == 0 {
			return strings.TrimSuffix(built, "\nUNSIGNED-PAYLOAD") + "UNSIGNED-PAYLOAD"
		}
		return built
	})},
	{"OSS4-ADDITIONAL-02", "null", "writes null where there are no names", requests("oss-v4"), output(signature.CanonicalRequest, func(s *signature.Signing, built string) string {
		if len(s.SignedHeaders) == 0 {
			return strings.TrimSuffix(built, "UNSIGNED-PAYLOAD") + "null\nUNSIGNED-PAYLOAD"
		}
		return built
	})},
	{"OSS4-ADDITIONAL-03", "content-names-left-in", "leaves content-type and content-md5 in the list", requests("oss-v4"), wantedAlso(func(name string) bool { return name == "content-type" || name == "content-md5" })},
	{"OSS4-ADDITIONAL-03", "vendor-names-left-in", "leaves x-oss- names in the list", requests("oss-v4")[:1], wantedAlso(func(name string) bool { return strings.HasPrefix(name, "x-oss-") })},
	{"OSS4-ADDITIONAL-03", "too-much-left-out", "leaves out all names that begin with x- or content-", header("oss-v4"), namesOf(func(names []string) []string {
		return slices.DeleteFunc(names, func(n string) bool { return strings.HasPrefix(n, "x-oss") || strings.HasPrefix(n, "content-") })
	}, signature.CanonicalHeaders, signature.CanonicalRequest, signature.Authorization)},
	{"OSS4-ADDITIONAL-04", "absent-header-passes", "does not look whether a named header is there", requests("oss-v4"), forgivingRule("a listed header must be in the request")},
	{"OSS4-ADDITIONAL-04", "first-name-only", "looks for the first name only", header("oss-v4"), forgiving(func(f *signature.Fault) bool {
		return f.EC == "0002-00000211" && f.Got == "content-disposition"
	})},
	{"OSS4-ADDITIONAL-04", "forbidden", "answers 403 to a named header that is absent", requests("oss-v4"), answers(func(a *endpoint.Response) {
		if a.Status == 400 {
			a.Status = 403
		}
	})},
	{"OSS4-ADDITIONAL-04", "absent-names-listed", "lists names the request has no header for", requests("oss-v4"), table(func(p *signature.Profile) {
		p.ChooseHeaders = func(s *signature.Signing) []string {
			return slices.DeleteFunc(slices.Clone(s.SignedHeaders), func(n string) bool {
				return strings.HasPrefix(n, "x-oss-") || n == "content-type" || n == "content-md5"
			})
		}
	})},
	{"OSS4-ADDITIONAL-05", "value-not-signed", "signs the names and not the values", requests("oss-v4"), inHeaders(func(s *signature.Signing, lines []string) []string {
		return slices.DeleteFunc(lines, func(l string) bool { return additionalRank(s, l) == 1 })
	})},
	{"OSS4-ADDITIONAL-05", "host-value-not-signed", "signs host in the list and not its value", requests("oss-v4"), inHeaders(func(_ *signature.Signing, lines []string) []string {
		return slices.DeleteFunc(lines, func(l string) bool { return nameOf(l) == "host" })
	})},
	{"OSS4-ADDITIONAL-06", "not-in-the-block", "leaves additional headers out of the block", requests("oss-v4"), inHeaders(func(s *signature.Signing, lines []string) []string {
		return slices.DeleteFunc(lines, func(l string) bool { return additionalRank(s, l) == 1 && nameOf(l) != "host" })
	})},
	{"OSS4-ADDITIONAL-06", "date-not-in-the-block", "never signs Date", requests("oss-v4")[:1], inHeaders(func(_ *signature.Signing, lines []string) []string {
		return slices.DeleteFunc(lines, func(l string) bool { return nameOf(l) == "date" })
	})},
	{"OSS4-ADDITIONAL-06", "empty-left-out", "leaves an additional header with an empty value out", header("oss-v4"), inHeaders(func(s *signature.Signing, lines []string) []string {
		return slices.DeleteFunc(lines, func(l string) bool { return additionalRank(s, l) == 1 && strings.HasSuffix(l, ":") })
	})},
	{"OSS4-ADDITIONAL-06", "letter-case-of-the-wire", "finds additional headers only where they are spelled with capitals", header("oss-v4"), signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
		return p.SignedHeader(s, name) && (!slices.Contains(s.SignedHeaders, name) || name == "host")
	})},
	{"OSS4-ADDITIONAL-07", "empty-list", "takes an empty list", requests("oss-v4"), forgivingRule("the list of headers must not be empty")},
	{"OSS4-ADDITIONAL-07", "empty-items", "takes empty items", requests("oss-v4"), forgivingRule("an item of the list of headers must not be empty")},
	{"OSS4-ADDITIONAL-07", "semicolon-at-the-end", "takes a list that ends in a semicolon", header("oss-v4"), authorizationSeen(";,", ",")},
	{"OSS4-ADDITIONAL-07", "semicolon-in-front", "takes a list that begins with a semicolon", header("oss-v4"), authorizationSeen("AdditionalHeaders=;", "AdditionalHeaders=")},
	{"OSS4-ADDITIONAL-07", "underscores", "takes names with an underscore", header("oss-v4"), forgivingRule("must hold no underscore")},
	{"OSS4-ADDITIONAL-08", "empty-pair", "writes the pair without names", header("oss-v4"), text(signature.Authorization, func(built string) string {
		if strings.Contains(built, "AdditionalHeaders=") {
			return built
		}
		return strings.Replace(built, ",Signature=", ",AdditionalHeaders=,Signature=", 1)
	})},
	{"OSS4-ADDITIONAL-08", "empty-parameter-is-none", "takes an empty parameter for none", query("oss-v4"), seesQuery(func(q string) string {
		return strings.TrimSuffix(q, "&x-oss-additional-headers=")
	})},
	{"OSS4-ADDITIONAL-08", "empty-pair-is-none", "takes an empty pair for none", header("oss-v4"), authorizationSeen(",AdditionalHeaders=,", ",")},
	{"OSS4-ADDITIONAL-08", "name-of-an-absent-header-listed", "lists Range although there is none", requests("oss-v4"), table(func(p *signature.Profile) {
		choose := p.ChooseHeaders
		p.ChooseHeaders = func(s *signature.Signing) []string {
			if slices.Contains(s.SignedHeaders, "range") {
				return s.SignedHeaders
			}
			return choose(s)
		}
	})},
	{"OSS4-ADDITIONAL-09", "capitals-kept", "writes the names as the headers are spelled", requests("oss-v4"), output(signature.CanonicalRequest, func(s *signature.Signing, built string) string {
		for _, h := range s.Request.Headers {
			if name := strings.ToLower(h.Name); slices.Contains(s.SignedHeaders, name) {
				built = strings.Replace(built, "\n"+name, "\n"+h.Name, 2)
			}
		}
		return built
	})},
	{"OSS4-ADDITIONAL-09", "list-as-it-came", "signs the list of the Authorization header as it came", header("oss-v4"), output(signature.CanonicalRequest, func(s *signature.Signing, built string) string {
		value, _ := s.Request.Header("Authorization")
		_, list, ok := strings.Cut(value, "AdditionalHeaders=")
		if !ok {
			return built
		}
		list, _, _ = strings.Cut(list, ",")
		return strings.Replace(built, "\n"+strings.Join(s.SignedHeaders, ";")+"\nUNSIGNED", "\n"+list+"\nUNSIGNED", 1)
	})},
}

// additionalRank is 1 for the line of an additional header, else 0.
func additionalRank(s *signature.Signing, line string) int {
	if slices.Contains(s.SignedHeaders, nameOf(line)) {
		return 1
	}
	return 0
}

// listLine writes the line of names otherwise, where there are any.
func listLine(write func(names []string) string) Break {
	return output(signature.CanonicalRequest, func(s *signature.Signing, built string) string {
		rest, ok := strings.CutSuffix(built, strings.Join(s.SignedHeaders, ";")+"\nUNSIGNED-PAYLOAD")
		if !ok || len(s.SignedHeaders) == 0 {
			return built
		}
		return rest + write(slices.Clone(s.SignedHeaders)) + "\nUNSIGNED-PAYLOAD"
	})
}

// wantedAlso leaves names that are signed anyway in the line of names.
func wantedAlso(left func(lower string) bool) Break {
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		return rebuilt(p, signature.CanonicalRequest, func(s *signature.Signing, dst []byte, build builder) ([]byte, error) {
			built, err := build(s, nil)
			names := slices.Clone(s.SignedHeaders)
			for _, h := range s.Request.Headers {
				if lower := strings.ToLower(h.Name); left(lower) && len(s.SignedHeaders) > 0 {
					names = append(names, lower)
				}
			}
			slices.Sort(names)
			old := "\n" + strings.Join(s.SignedHeaders, ";") + "\nUNSIGNED-PAYLOAD"
			return append(dst, strings.Replace(string(built), old, "\n"+strings.Join(names, ";")+"\nUNSIGNED-PAYLOAD", 1)...), err
		})
	}}
}
