package mutants

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Which parameters are signed, from which parameters a signature is built, and
// how they are written.

// signedParameter signs other parameters, where a scheme has a list.
func signedParameter(signed func(p *signature.Profile, name string) bool) Break {
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		c := p.Clone()
		c.SignedParameter = func(name string) bool { return signed(p, name) }
		return c
	}}
}

// param is a parameter that is signed, as a V1 resource has it and as it was
// sent.
type param struct {
	name, value         string
	equals              bool
	sentName, sentValue string
	sentEquals          bool
	at                  int
}

func (p *param) pair() string {
	if p.equals {
		return p.name + "=" + p.value
	}
	return p.name
}

// resourceWith writes the parameters of a V1 resource by a list of its own
// making: first changed in the order of the wire, then sorted, then changed
// again, then joined.
func resourceWith(each func(*param), order func(a, b *param) int, change func([]param) []param, join string) Break {
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		return p.Replace(signature.CanonicalResource, func(s *signature.Signing, dst []byte) ([]byte, error) {
			var list []param
			for at, sent := range s.Params {
				if name := wire.UnescapeQuery(sent.Name); s.Profile.SignedParameter(name) {
					value := wire.UnescapeQuery(sent.Value)
					q := param{name, value, value != "", sent.Name, sent.Value, sent.HasValue, at}
					each(&q)
					list = append(list, q)
				}
			}
			slices.SortStableFunc(list, func(a, b param) int { return order(&a, &b) })
			dst = s.Profile.ResourcePath(s, dst)
			var pairs [][]byte
			for _, q := range change(list) {
				pairs = append(pairs, []byte(q.pair()))
			}
			if len(pairs) > 0 {
				dst = append(append(dst, '?'), bytes.Join(pairs, []byte(join))...)
			}
			return dst, nil
		})
	}}
}

// byParamName is the order of the reference.
func byParamName(a, b *param) int { return strings.Compare(a.name, b.name) }

// sameParams leaves a list as it is.
func sameParams(list []param) []param { return list }

// sameParam leaves a parameter as it is.
func sameParam(*param) {}

// resourceJoined joins the parameters of a resource otherwise.
func resourceJoined(join string) Break { return resourceWith(sameParam, byParamName, sameParams, join) }

// resourceParameters changes each parameter of a resource.
func resourceParameters(each func(*param)) Break {
	return resourceWith(each, byParamName, sameParams, "&")
}

// resourceOrder sorts the parameters of a resource otherwise.
func resourceOrder(order func(a, b *param) int) Break {
	return resourceWith(sameParam, order, sameParams, "&")
}

// resourceList changes the sorted parameters of a resource.
func resourceList(change func([]param) []param) Break {
	return resourceWith(sameParam, byParamName, change, "&")
}

// unlisted takes names off the list of signed parameters.
func unlisted(names ...string) Break {
	return signedParameter(func(p *signature.Profile, name string) bool {
		return !slices.Contains(names, name) && p.SignedParameter(name)
	})
}

// listed puts names on the list of signed parameters.
func listed(names ...string) Break {
	return signedParameter(func(p *signature.Profile, name string) bool {
		return slices.Contains(names, name) || p.SignedParameter(name)
	})
}

// unlistedEach has a mutant for each of some names, which are parted by blanks:
// it does not sign that parameter.
func unlistedEach(requirement, name, where string, profiles []string, names string) []Mutant {
	return eachName(names, func(n string) Mutant {
		return Mutant{requirement, fmt.Sprintf(name, strings.ToLower(n)), "does not sign " + n + where, profiles, unlisted(n)}
	})
}

// listedEach has a mutant for each of some names, which are parted by blanks: it
// signs that parameter, which is on no list.
func listedEach(requirement, name string, profiles []string, names string) []Mutant {
	return eachName(names, func(n string) Mutant {
		return Mutant{requirement, fmt.Sprintf(name, strings.ToLower(n)), "signs " + n, profiles, listed(n)}
	})
}

// eachName makes a mutant of every name; names are parted by blanks.
func eachName(names string, mutant func(name string) Mutant) []Mutant {
	var family []Mutant
	for _, name := range strings.Fields(names) {
		family = append(family, mutant(name))
	}
	return family
}

// parameters builds the stages that have parameters from others than were sent,
// nothing decoded.
func parameters(change func(params []wire.Param) []wire.Param) Break {
	return during([]signature.Stage{signature.CanonicalResource, signature.CanonicalQuery}, func(s *signature.Signing) func() {
		params := s.Params
		s.Params = change(slices.Clone(params))
		return func() { s.Params = params }
	})
}

// eachParameter changes every parameter, still as it travels.
func eachParameter(change func(p *wire.Param)) Break {
	return parameters(func(params []wire.Param) []wire.Param {
		for i := range params {
			change(&params[i])
		}
		return params
	})
}

// dropping leaves parameters out, by how they travel.
func dropping(unsigned func(p wire.Param) bool) Break {
	return parameters(func(params []wire.Param) []wire.Param { return slices.DeleteFunc(params, unsigned) })
}

// droppingNamed leaves parameters out by their names.
func droppingNamed(names ...string) Break {
	return dropping(func(p wire.Param) bool { return slices.Contains(names, wire.UnescapeQuery(p.Name)) })
}

// valuesTravel changes every value as it travels.
func valuesTravel(change func(raw string) string) Break {
	return eachParameter(func(p *wire.Param) { p.Value = change(p.Value) })
}

// dropsValue takes one value for none.
func dropsValue(value string) Break {
	return valuesTravel(func(raw string) string {
		if raw == value {
			return ""
		}
		return raw
	})
}

// inPieces edits the sub-resources as they are signed, name=value or name.
func inPieces(edit func(s *signature.Signing, pieces []string) []string) Break {
	return output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
		path, query, ok := strings.Cut(built, "?")
		if !ok {
			return built
		}
		return path + "?" + strings.Join(edit(s, strings.Split(query, "&")), "&")
	})
}

// valuesAs signs other values: raw is the value on the wire, value what it
// decodes to.
func valuesAs(change func(raw, value string) string) Break {
	return resourceParameters(func(p *param) {
		p.value = change(p.sentValue, p.value)
		p.equals = p.value != ""
	})
}

// beginnings compares the first bytes of two names.
func beginnings(n int) func(a, b *param) int {
	return func(a, b *param) int {
		return strings.Compare(a.name[:min(n, len(a.name))], b.name[:min(n, len(b.name))])
	}
}

// valuesJoined makes one parameter of those of one name.
func valuesJoined(list []param) []param {
	var out []param
	for _, p := range list {
		if n := len(out); n > 0 && out[n-1].name == p.name {
			out[n-1].value += "," + p.value
		} else {
			out = append(out, p)
		}
	}
	return out
}
