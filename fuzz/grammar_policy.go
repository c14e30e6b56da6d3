package fuzz

import "strings"

// expirations are those of policies, with and without milliseconds.
var expirations = []string{"2026-12-01T12:00:00.000Z", "2026-12-01T12:00:00Z", "2026-12-01T00:00:00Z", "2026-1-1", ""}

// conditions of policies: what parsing and printing again would change.
var conditions = []string{
	`["starts-with","$key",""]`, `{"bucket":"examplebucket"}`, `["content-length-range",0,1048576]`, `["content-length-range", 1, 5368709120]`,
	`["content-length-range",1.0,1e6]`, `["content-length-range",0,9007199254740993]`, `[]`, `{}`, `["eq","$x-oss-meta-a","\u7167\u7247"]`,
	`["eq","$x-obs-meta-a","\ud83d\ude00"]`, `["eq","$x-amz-meta-a","a\tb\n\/\"\\"]`, `["eq","$success_action_redirect","http:\/\/a\/?b=1&c=<d>"]`,
	`["in", "$content-type", ["image/jpg", "image/png"]]`, `["not-in",["a"]]`, `{"acl":"public-read"}`, `{"ACL":"Public-Read"}`, `{"b":"1","a":"2"}`, `["eq","$a",null]`,
}

// separators stand between the parts of a policy.
var separators = []string{"", " ", "\n", "\r\n  ", "\t"}

// policy is the policy of a form: JSON mostly, but what is signed are bytes.
func (g *grammar) policy() string {
	kind, blank := g.Below(8), OneOf(g.Choices, separators)
	if kind == 7 {
		return "{" + g.text(atoms, 6)
	}
	expiration := `"expiration":` + blank + `"` + OneOf(g.Choices, expirations) + `"`
	list := []string{`["starts-with","$key","` + g.text(atoms, 6) + `"]`}
	for range g.Below(6) {
		c := OneOf(g.Choices, conditions)
		list = append(list, c)
		if g.Once(8) { // twice
			list = append(list, c)
		}
	}
	if kind == 5 {
		list = append(list, `["eq","$long","`+strings.Repeat("p", OneOf(g.Choices, lengths))+`"]`)
	}
	if kind == 6 {
		list = nil
	}
	conditions := `"conditions":` + blank + "[" + strings.Join(list, ","+blank) + "]"
	if kind == 4 {
		expiration, conditions = conditions, expiration
	}
	return "{" + blank + expiration + "," + blank + conditions + blank + "}"
}
