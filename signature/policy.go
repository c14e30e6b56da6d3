package signature

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// What a service checks of a browser upload beside its signature: that its
// policy has not expired and allows the form it came with.
//
// Documents: "PostObject" (EC 0006-00000205 to 228), obs_04_0012.

// PolicyRules are a dialect's words and rules for the policy of a form.
type PolicyRules struct {
	// Needed reports whether a field of the form must be a condition of the
	// policy.
	Needed func(field string) bool
	// TrailingComma takes a comma behind the last item of a list, which is no
	// JSON.
	TrailingComma bool
}

// JSON returns a policy without what the service takes and JSON does not.
func (r *PolicyRules) JSON(policy []byte) []byte {
	if r.TrailingComma {
		return withoutTrailingCommas(policy)
	}
	return policy
}

// policyRulesOSSV4: version, credential and date are conditions of the policy
// too (EC 0006-00000228). The older forms of OSS need none.
var policyRulesOSSV4 = &PolicyRules{Needed: func(field string) bool {
	switch strings.ToLower(field) {
	case "x-oss-signature-version", "x-oss-credential", "x-oss-date":
		return true
	}
	return false
}}

var policyRulesOSS = &PolicyRules{Needed: func(string) bool { return false }}

// policyRulesOBS: every field is a condition but those that carry the
// signature, the file, and what is to be ignored (obs_04_0012).
//
// A comma behind the last condition is taken: a page of the documents prints
// one, and the policies of the official Go SDK all have it.
var policyRulesOBS = &PolicyRules{TrailingComma: true, Needed: func(field string) bool {
	field = strings.ToLower(field)
	switch field {
	case "accesskeyid", "awsaccesskeyid", "signature", "x-amz-signature", "file", "policy", "token", "field names":
		return false
	}
	return !strings.HasPrefix(field, "x-ignore-")
}}

// formPolicy is the JSON of a policy field.
type formPolicy struct {
	Expiration string            `json:"expiration"`
	Conditions []json.RawMessage `json:"conditions"`
}

// condition is one condition: that of content-length-range has limits, the
// others name a field.
type condition struct {
	operator   string
	field      string // in lower case, without its dollar sign
	value      string
	least, max int64
	text       string
}

// PolicyFields returns the fields that a policy has conditions for, each with
// the value, or the beginning of one, that the condition wants: what a page must
// post beside the signature. A policy that cannot be read has none.
func PolicyFields(policy string) [][2]string {
	var p formPolicy
	if json.Unmarshal(withoutTrailingCommas([]byte(policy)), &p) != nil {
		return nil
	}
	var fields [][2]string
	for _, raw := range p.Conditions {
		if c, err := readCondition(raw); err == nil && c.field != "" && c.field != "bucket" {
			fields = append(fields, [2]string{c.field, c.value})
		}
	}
	return fields
}

// policyFault holds a form to its policy, or returns nil.
func (s *Signing) policyFault(now time.Time) *Fault {
	conditions, fault := s.readPolicy(now)
	if fault != nil {
		return fault
	}
	covered := map[string]bool{}
	for i := range conditions {
		c := &conditions[i]
		covered[c.field] = true
		if !s.allows(c) {
			return &Fault{Class: PolicyRefused, Where: "policy condition", Offset: -1, Rule: "the form keeps every condition of its policy", Got: c.text}
		}
	}
	for _, f := range s.Form {
		if s.Profile.Policy.Needed(f[0]) && !covered[strings.ToLower(f[0])] {
			return &Fault{Class: PolicyRefused, Where: "policy condition", Offset: -1, Rule: "the policy has a condition for the field", EC: "0006-00000228", Got: f[0]}
		}
	}
	return nil
}

func (s *Signing) readPolicy(now time.Time) ([]condition, *Fault) {
	refused := func(rule, ec, got string) *Fault {
		return &Fault{Class: PolicyRefused, Where: "field policy", Offset: -1, Rule: rule, EC: ec, Got: got}
	}
	text, err := base64.StdEncoding.DecodeString(s.Policy)
	if err != nil {
		return nil, refused("a policy is the Base64 form of a JSON document", "", err.Error())
	}
	var p formPolicy
	if err := json.Unmarshal(s.Profile.Policy.JSON(text), &p); err != nil {
		return nil, refused("a policy is a JSON document with expiration and conditions", "", err.Error())
	}
	if p.Expiration == "" {
		return nil, refused("a policy has an expiration", "0006-00000208", "")
	}
	end, ok := parseExpiration(p.Expiration)
	if !ok {
		return nil, refused("an expiration is like 2006-01-02T15:04:05Z or 2006-01-02T15:04:05.000Z", "", p.Expiration)
	}
	if now.After(end) {
		fault := refused("a form is posted before its policy expires; the server's clock says "+now.UTC().Format(time.RFC3339), "0006-00000213", p.Expiration)
		fault.Class = Expired
		return nil, fault
	}
	if p.Conditions == nil {
		return nil, refused("a policy has conditions", "", "")
	}
	conditions := make([]condition, len(p.Conditions))
	for i, raw := range p.Conditions {
		if conditions[i], err = readCondition(raw); err != nil {
			return nil, refused(err.Error(), "", string(raw))
		}
	}
	return conditions, nil
}

// withoutTrailingCommas leaves out every comma, outside of strings, behind which
// a list or an object ends.
func withoutTrailingCommas(text []byte) []byte {
	out := make([]byte, 0, len(text))
	comma, quoted := -1, false // comma: where in out one stands that nothing but blanks follows
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quoted && c == '\\' && i+1 < len(text):
			out = append(out, c)
			i++
			c = text[i]
		case c == '"':
			quoted, comma = !quoted, -1
		case quoted || c == ' ' || c == '\t' || c == '\n' || c == '\r':
		case (c == ']' || c == '}') && comma >= 0:
			out = append(out[:comma], out[comma+1:]...)
			comma = -1
		case c == ',':
			comma = len(out)
		default:
			comma = -1
		}
		out = append(out, c)
	}
	return out
}

// parseExpiration reads the two forms of a policy's expiration (obs_04_0012).
func parseExpiration(text string) (time.Time, bool) {
	for _, layout := range []string{"2006-01-02T15:04:05Z", "2006-01-02T15:04:05.000Z"} {
		t, err := parseExactly(layout, text)
		if err == nil && t.Format(layout) == text { // else it would take +00 for three digits
			return t, true
		}
	}
	return time.Time{}, false
}

// readCondition reads {"field":"value"}, ["eq"|"starts-with","$field","value"]
// or ["content-length-range",least,most].
func readCondition(raw json.RawMessage) (condition, error) {
	c := condition{text: string(raw)}
	var object map[string]string
	if json.Unmarshal(raw, &object) == nil && len(object) == 1 {
		for field, value := range object {
			c.operator, c.field, c.value = "eq", strings.ToLower(field), value
		}
		return c, nil
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil || len(list) != 3 || json.Unmarshal(list[0], &c.operator) != nil {
		return c, fmt.Errorf("a condition is an object of one field, or a list of operator, field and value")
	}
	c.operator = strings.ToLower(c.operator)
	switch c.operator {
	case "content-length-range":
		if json.Unmarshal(list[1], &c.least) != nil || json.Unmarshal(list[2], &c.max) != nil {
			return c, fmt.Errorf("content-length-range has two numbers, without quotes")
		}
	case "eq", "starts-with":
		var field string
		if json.Unmarshal(list[1], &field) != nil || json.Unmarshal(list[2], &c.value) != nil || !strings.HasPrefix(field, "$") {
			return c, fmt.Errorf("%s has a field with a dollar sign in front, and a value", c.operator)
		}
		c.field = strings.ToLower(field[1:])
	default:
		return c, fmt.Errorf("the operators are eq, starts-with and content-length-range")
	}
	return c, nil
}

// allows reports whether the form keeps a condition. The bucket is that of the
// request, and no field.
func (s *Signing) allows(c *condition) bool {
	if c.operator == "content-length-range" {
		file, _ := s.Field("file")
		return int64(len(file)) >= c.least && int64(len(file)) <= c.max
	}
	value, there := s.Field(c.field)
	if !there && c.field == "bucket" {
		value = s.Resource.Bucket
	}
	if c.operator == "starts-with" {
		return strings.HasPrefix(value, c.value)
	}
	return value == c.value
}
