package mutants

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

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

// expirationAs holds a form to another expiration than its policy has; what is
// none is empty.
func expirationAs(change func(text string) string) Break {
	return rewriting(func(policy string) string {
		var p struct{ Expiration string }
		if json.Unmarshal(signature.OBSV2Form.Policy.JSON([]byte(policy)), &p) != nil {
			return policy
		}
		text := change(p.Expiration)
		if p.Expiration == "" && text != "" {
			return `{"expiration":"` + text + `",` + policy[1:]
		}
		return strings.Replace(policy, `"`+p.Expiration+`"`, `"`+text+`"`, 1)
	})
}

// expirationOfLayout takes expirations of one more form.
func expirationOfLayout(layout string) Break {
	return expirationAs(func(text string) string {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC().Format(time.RFC3339)
		}
		return text
	})
}

// everLater puts expirations off to the end of the century.
func everLater() Break {
	return expirationAs(func(text string) string {
		if _, err := time.Parse(time.RFC3339, text); err == nil {
			return "2099" + text[4:]
		}
		return text
	})
}

// expirationNotNeeded takes a policy without an expiration.
func expirationNotNeeded() Break {
	return expirationAs(func(text string) string {
		if text == "" {
			return "2099-01-01T00:00:00Z"
		}
		return text
	})
}

// conditionsOf are the conditions of a policy as they stand there.
func conditionsOf(policy string) []string {
	var p struct{ Conditions []json.RawMessage }
	if json.Unmarshal(signature.OBSV2Form.Policy.JSON([]byte(policy)), &p) != nil {
		return nil
	}
	var out []string
	for _, c := range p.Conditions {
		out = append(out, string(c))
	}
	return out
}

// conditionsAs holds a form to other conditions: of each the operator, the field
// with its dollar sign or the least size, and the value or the largest.
func conditionsAs(change func(c *[3]any)) Break {
	return rewriting(func(policy string) string {
		for _, raw := range conditionsOf(policy) {
			var c [3]any
			var pair map[string]string
			if json.Unmarshal([]byte(raw), &pair) == nil {
				for name, value := range pair {
					c = [3]any{"eq", "$" + name, value}
				}
			} else if json.Unmarshal([]byte(raw), &c) != nil {
				continue
			}
			was := c
			if change(&c); c != was {
				out, _ := json.Marshal(c)
				policy = strings.Replace(policy, raw, string(out), 1)
			}
		}
		return policy
	})
}

// anyValue takes every value for a field that a condition of one operator names.
func anyValue(operator, field string) Break {
	return conditionsAs(func(c *[3]any) {
		if c[0] == operator && c[1] == "$"+field {
			c[0], c[2] = "starts-with", ""
		}
	})
}

// sizesAs holds a file to other limits.
func sizesAs(change func(least, most *any)) Break {
	return conditionsAs(func(c *[3]any) {
		if c[0] == "content-length-range" {
			change(&c[1], &c[2])
		}
	})
}

// anySize does not measure files.
func anySize() Break { return sizesAs(func(least, most *any) { *least, *most = 0, 1<<32 }) }
