package mutants

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Servers that hold a form to its policy in another way.

// pardonsField lets in a form that lacks a field, or has it empty.
func pardonsField(name string, there bool) Break {
	return pardons(func(r *wire.Request, said string) bool {
		return strings.Contains(said, "<ArgumentName>"+name) && strings.Contains(r.Body, `name="`+name+`"`) == there
	})
}

// pardonsCondition lets in a form that breaks a condition of that kind.
func pardonsCondition(which func(c *postedCondition) bool) Break {
	return pardons(func(r *wire.Request, said string) bool {
		return strings.Contains(said, "Policy Condition failed") && slices.ContainsFunc(posted(r).conditions, func(c postedCondition) bool { return which(&c) })
	})
}

// refusesCondition turns away a form that keeps a condition of that kind.
func refusesCondition(which func(c *postedCondition) bool) Break {
	return refuses(func(r *wire.Request) bool {
		return slices.ContainsFunc(posted(r).conditions, func(c postedCondition) bool { return which(&c) })
	})
}

// postedForm is what an upload says.
type postedForm struct {
	fields     map[string]string // by name in small letters
	expiration string
	conditions []postedCondition
}

// postedCondition is a condition of a policy beside what the form has for it.
type postedCondition struct {
	operator, written, field, wanted string // field: in small letters
	value                            string
	there                            bool
	least, most, size                int64
}

// posted reads an upload; what cannot be read is empty.
func posted(r *wire.Request) postedForm {
	p := postedForm{fields: map[string]string{}}
	fields, _ := signature.FormFields(r)
	for _, f := range fields {
		p.fields[strings.ToLower(f[0])] = f[1]
	}
	text, _ := base64.StdEncoding.DecodeString(p.fields["policy"])
	var policy struct {
		Expiration string `json:"expiration"`
		Conditions []any  `json:"conditions"`
	}
	if json.Unmarshal(text, &policy) != nil {
		return p
	}
	p.expiration = policy.Expiration
	for _, raw := range policy.Conditions {
		size := int64(len(p.fields["file"]))
		c := postedCondition{operator: "eq", most: size, least: size, size: size}
		switch raw := raw.(type) {
		case map[string]any:
			for name, value := range raw {
				c.written, c.wanted = name, fmt.Sprint(value)
			}
		case []any:
			c.operator = fmt.Sprint(raw[0])
			if least, ok := raw[1].(float64); ok {
				most, _ := raw[2].(float64)
				c.least, c.most = int64(least), int64(most)
			} else {
				c.written, c.wanted = strings.TrimPrefix(fmt.Sprint(raw[1]), "$"), fmt.Sprint(raw[2])
			}
		}
		c.field = strings.ToLower(c.written)
		if c.value, c.there = p.fields[c.field]; c.field == "bucket" && !c.there {
			c.value, _, _ = strings.Cut(r.Host(), ".")
		}
		p.conditions = append(p.conditions, c)
	}
	return p
}
