package mutants

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// OSS V4, area by area: one file each.
var ossV4 = slices.Concat(ossV4URI, ossV4Parameters, ossV4Headers, ossV4Additional, ossV4Authorization, ossV4Credential, ossV4Time, ossV4Scope, ossV4URL, ossV4Form)

const v4 = "oss-v4"

// line edits one line of a stage; nothing happens where there is none.
func line(name signature.Stage, number int, edit func(text string) string) Break {
	return text(name, func(built string) string {
		lines := strings.Split(built, "\n")
		if number < len(lines) {
			lines[number] = edit(lines[number])
		}
		return strings.Join(lines, "\n")
	})
}

// instead replaces a text in a stage wherever it stands.
func instead(name signature.Stage, old, new string) Break {
	return text(name, func(built string) string { return strings.ReplaceAll(built, old, new) })
}

// encoded is a text in its strict form.
func encoded(s string) string { return wire.EscapeValue(s) }

// marks are the punctuation of ASCII that is no unreserved character, with the
// names the vectors have for it.
var marks = []struct{ char, name string }{
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

// reads takes the authentication of a request and changes what was read.
func reads(change func(s *signature.Signing)) Break {
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		c := p.Clone()
		c.Read = func(s *signature.Signing) []*signature.Fault {
			faults := p.Read(s)
			change(s)
			return faults
		}
		return c
	}}
}

// forgivingRule is [forgiving] by words of the rule.
func forgivingRule(words string) Break {
	return forgiving(func(f *signature.Fault) bool { return strings.Contains(f.Rule, words) })
}

// forgivingIn is [forgiving] by place and code.
func forgivingIn(where, ec string) Break {
	return forgiving(func(f *signature.Fault) bool { return strings.HasSuffix(f.Where, where) && f.EC == ec })
}

// authorization changes the Authorization header a server sees.
func authorization(change func(value string) string) Break {
	return sees(func(r *wire.Request) {
		if value, ok := r.Header("Authorization"); ok {
			r.SetHeader("Authorization", change(value))
		}
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

func fromBase64(s string) string {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return s
	}
	return string(b)
}
