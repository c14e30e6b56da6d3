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
	return during(stages, func(s *signature.Signing) func() {
		scope := s.Scope
		change(&s.Scope)
		return func() { s.Scope = scope }
	})
}

// namesOf signs another list of additional headers than the request has.
func namesOf(change func(names []string) []string, stages ...signature.Stage) Break {
	return during(stages, func(s *signature.Signing) func() {
		names := s.SignedHeaders
		s.SignedHeaders = change(slices.Clone(names))
		return func() { s.SignedHeaders = names }
	})
}

// seesQuery changes the raw query a server sees.
func seesQuery(change func(query string) string) Break {
	return sees(func(r *wire.Request) {
		t := wire.SplitTarget(r.Target)
		t.Query = change(t.Query)
		r.Target = t.String()
	})
}
