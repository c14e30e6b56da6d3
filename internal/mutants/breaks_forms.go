package mutants

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// The fields of a form and its policy.

// decodedPolicy is a policy as it was before it was encoded.
func decodedPolicy(text string) string {
	policy, _ := base64.StdEncoding.DecodeString(text)
	return string(policy)
}

// inPolicy signs another policy than is posted.
func inPolicy(edit func(policy string) string) Break {
	return text(signature.StringToSign, func(built string) string { return signature.EncodePolicy(edit(decodedPolicy(built))) })
}

// rewriting holds a form to another policy than was signed.
func rewriting(edit func(policy string) string) Break {
	return output(signature.SignatureValue, func(s *signature.Signing, built string) string {
		if s.Provided != "" {
			s.Policy = signature.EncodePolicy(edit(decodedPolicy(s.Policy)))
		}
		return built
	})
}

// rewording is [rewriting] of one text.
func rewording(old, new string) Break {
	return rewriting(func(policy string) string { return strings.Replace(policy, old, new, 1) })
}

// neededFields wants conditions for other fields.
func neededFields(needed func(field string) bool) Break {
	return table(func(p *signature.Profile) {
		if p.Policy != nil {
			rules := *p.Policy
			rules.Needed = func(field string) bool { return needed(strings.ToLower(field)) }
			p.Policy = &rules
		}
	})
}

// unneeded needs no conditions for the named fields.
func unneeded(names ...string) Break {
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		needed := p.Policy.Needed
		return neededFields(func(field string) bool { return !slices.Contains(names, field) && needed(field) }).Profile(p)
	}}
}

// hasField reports whether a form has a field spelled so.
func hasField(s *signature.Signing, name string) bool {
	return slices.ContainsFunc(s.Form, func(f [2]string) bool { return f[0] == name })
}

// fieldRead reads one value of a field as another.
func fieldRead(field, from, to string) Break {
	return reads(func(s *signature.Signing) {
		for i := range s.Form {
			if s.Form[i][0] == field && s.Form[i][1] == from {
				s.Form[i][1] = to
			}
		}
	})
}

// seesField changes the value of a field where it stands in the body. The form
// is that of a vector: one part a field.
func seesField(name string, change func(value string) string) Break {
	return sees(func(r *wire.Request) {
		head := "name=\"" + name + "\"\r\n\r\n"
		at := strings.Index(r.Body, head)
		if at < 0 {
			return
		}
		at += len(head)
		end := at + strings.Index(r.Body[at:], "\r\n")
		r.Body = r.Body[:at] + change(r.Body[at:end]) + r.Body[end:]
	})
}

// putInstead puts another value into a part of the authentication: a parameter,
// a header or a field.
func putInstead(name string, value func(s *signature.Signing) string) Break {
	return table(func(p *signature.Profile) {
		for i := range p.Place {
			if p.Place[i].Name == name {
				p.Place[i].Value = value
			}
		}
	})
}

// unplaced leaves a part of the authentication out.
func unplaced(name string) Break {
	return putInstead(name, func(*signature.Signing) string { return "" })
}

// placedAs calls a part of the authentication otherwise.
func placedAs(name, called string) Break {
	return table(func(p *signature.Profile) {
		for i := range p.Place {
			if p.Place[i].Name == name {
				p.Place[i].Name = called
			}
		}
	})
}
