package mutants

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// OSS V4, area by area: one file each.
var ossV4 = slices.Concat(ossV4URI, ossV4Parameters, ossV4Headers, ossV4Additional, ossV4Authorization, ossV4Credential, ossV4Time, ossV4Scope, ossV4URL, ossV4Form)

// oss4Line edits one line of a stage; nothing happens where there is none.
func oss4Line(name signature.Stage, number int, edit func(text string) string) Break {
	return text(name, func(built string) string {
		lines := strings.Split(built, "\n")
		if number < len(lines) {
			lines[number] = edit(lines[number])
		}
		return strings.Join(lines, "\n")
	})
}

// oss4Instead replaces a text in a stage wherever it stands.
func oss4Instead(name signature.Stage, old, new string) Break {
	return text(name, func(built string) string { return strings.ReplaceAll(built, old, new) })
}

// oss4Encoded is a text in its strict form.
func oss4Encoded(s string) string { return wire.EscapeValue(s) }

// oss4Marks are the punctuation of ASCII that is no unreserved character, with the
// names the vectors have for it.
var oss4Marks = []struct{ char, name string }{
	{"!", "exclamation-mark"}, {`"`, "quotation-mark"}, {"#", "number-sign"}, {"$", "dollar-sign"}, {"%", "percent-sign"},
	{"&", "ampersand"}, {"'", "apostrophe"}, {"(", "opening-parenthesis"}, {")", "closing-parenthesis"}, {"*", "asterisk"},
	{"+", "plus-sign"}, {",", "comma"}, {":", "colon"}, {";", "semicolon"}, {"<", "less-than"}, {"=", "equals-sign"},
	{">", "greater-than"}, {"?", "question-mark"}, {"@", "commercial-at"}, {"[", "opening-bracket"}, {`\`, "backslash"},
	{"]", "closing-bracket"}, {"^", "circumflex"}, {"`", "grave-accent"}, {"{", "opening-brace"}, {"|", "vertical-bar"},
	{"}", "closing-brace"},
}

// oss4Scoped builds the named stages, or all, for another scope than the request's.
func oss4Scoped(change func(s *signature.Scope), stages ...signature.Stage) Break {
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

// oss4NamesOf signs another list of additional headers than the request has.
func oss4NamesOf(change func(names []string) []string, stages ...signature.Stage) Break {
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

// oss4Reads takes the authentication of a request and changes what was read.
func oss4Reads(change func(s *signature.Signing)) Break {
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

// oss4ForgivingRule is [forgiving] by words of the rule.
func oss4ForgivingRule(words string) Break {
	return forgiving(func(f *signature.Fault) bool { return strings.Contains(f.Rule, words) })
}

// oss4ForgivingIn is [forgiving] by place and code.
func oss4ForgivingIn(where, ec string) Break {
	return forgiving(func(f *signature.Fault) bool { return strings.HasSuffix(f.Where, where) && f.EC == ec })
}

// oss4Authorization changes the Authorization header a server sees.
func oss4Authorization(change func(value string) string) Break {
	return sees(func(r *wire.Request) {
		if value, ok := r.Header("Authorization"); ok {
			r.SetHeader("Authorization", change(value))
		}
	})
}

// oss4SeesQuery changes the raw query a server sees.
func oss4SeesQuery(change func(query string) string) Break {
	return sees(func(r *wire.Request) {
		t := wire.SplitTarget(r.Target)
		t.Query = change(t.Query)
		r.Target = t.String()
	})
}

func oss4FromBase64(s string) string {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return s
	}
	return string(b)
}

// oss4Untimed does not look at the times of requests that have none.
func oss4Untimed() Break {
	return limits(func(p *signature.Profile, s *signature.Signing, now time.Time) *signature.Fault {
		if s.Timestamp == "" {
			return nil
		}
		return p.Limits(s, now)
	})
}
