package mutants

import (
	"slices"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// OSS V4, area by area: one file each.
var ossV4 = slices.Concat(ossV4URI, ossV4Parameters,
	methodsTaken("OSS4-CANONICAL-02", "", "", requests("oss-v4"), "HEAD", "GET", "PUT", "POST", "POST", "PUT", "DELETE", "POST"),
	ossV4Headers, ossV4Additional, ossV4Authorization, ossV4Credential, ossV4Time, ossV4Scope, ossV4URL, ossV4Form)

// riskyMarks are the punctuation of ASCII that is no unreserved character, with the
// names the vectors have for it.
var riskyMarks = []struct{ char, name string }{
	{"!", "exclamation-mark"}, {`"`, "quotation-mark"}, {"#", "number-sign"}, {"$", "dollar-sign"}, {"%", "percent-sign"},
	{"&", "ampersand"}, {"'", "apostrophe"}, {"(", "opening-parenthesis"}, {")", "closing-parenthesis"}, {"*", "asterisk"},
	{"+", "plus-sign"}, {",", "comma"}, {":", "colon"}, {";", "semicolon"}, {"<", "less-than"}, {"=", "equals-sign"},
	{">", "greater-than"}, {"?", "question-mark"}, {"@", "commercial-at"}, {"[", "opening-bracket"}, {`\`, "backslash"},
	{"]", "closing-bracket"}, {"^", "circumflex"}, {"`", "grave-accent"}, {"{", "opening-brace"}, {"|", "vertical-bar"},
	{"}", "closing-brace"},
}

// scoped builds the named stages, or all, for another scope than the request's.
func scoped(change func(s *signature.Scope), stages ...signature.Stage) Break {
	if len(stages) == 0 {
		stages = signature.Stages
	}
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		for _, name := range stages {
			p = rebuilt(p, name, func(s *signature.Signing, dst []byte, build builder) ([]byte, error) {
				scope := s.Scope
				change(&s.Scope)
				out, err := build(s, dst)
				s.Scope = scope
				return out, err
			})
		}
		return p
	}}
}

// namesOf signs another list of additional headers than the request has.
func namesOf(change func(names []string) []string, stages ...signature.Stage) Break {
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		for _, name := range stages {
			p = rebuilt(p, name, func(s *signature.Signing, dst []byte, build builder) ([]byte, error) {
				names := s.SignedHeaders
				s.SignedHeaders = change(slices.Clone(names))
				out, err := build(s, dst)
				s.SignedHeaders = names
				return out, err
			})
		}
		return p
	}}
}

// seesQuery changes the raw query a server sees.
func seesQuery(change func(query string) string) Break {
	return sees(func(r *wire.Request) {
		t := wire.SplitTarget(r.Target)
		t.Query = change(t.Query)
		r.Target = t.String()
	})
}
