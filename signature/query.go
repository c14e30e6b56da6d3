package signature

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/wire"
)

// signedParameter is a query parameter in the form a scheme signs it.
type signedParameter struct {
	name, value string
	hasValue    bool
}

// appendListedParameters appends ?name=value&name for the parameters that
// SignedParameter admits: names and values decoded, sorted by name, a bare
// name for an empty value. keepRepeated says what becomes of a repeated name:
// all of them stay in order of arrival, or only the first counts.
func appendListedParameters(s *Signing, dst []byte, keepRepeated bool) []byte {
	list := s.parameters[:0]
	for i := range s.Params {
		p := &s.Params[i]
		if name := wire.UnescapeQuery(p.Name); s.Profile.SignedParameter(name) {
			value := wire.UnescapeQuery(p.Value)
			list = append(list, signedParameter{name, value, value != ""})
		}
	}
	sortParameters(list, byName)
	if !keepRepeated {
		list = slices.CompactFunc(list, func(a, b signedParameter) bool { return a.name == b.name })
	}
	s.parameters = list
	return appendJoined(dst, list, '?')
}

// appendAllParameters appends all parameters but the signature's own,
// percent-decoded and encoded again strictly, sorted by encoded name. with
// says how an empty value looks and how equal names are ordered.
func appendAllParameters(s *Signing, dst []byte, lead byte, with queryForm) []byte {
	list := s.parameters[:0]
	for i := range s.Params {
		p := &s.Params[i]
		name := reencode(p.Name)
		if name == s.Profile.Names.SignatureField {
			continue
		}
		value := reencode(p.Value)
		list = append(list, signedParameter{name, value, value != "" || with.equalsAlways})
	}
	sortParameters(list, with.order)
	s.parameters = list
	return appendJoined(dst, list, lead)
}

// queryForm is how a scheme writes its canonical query.
type queryForm struct {
	equalsAlways bool // name= for an empty value, as SigV4 has it; else the bare name
	order        func(a, b *signedParameter) int
}

func byName(a, b *signedParameter) int { return strings.Compare(a.name, b.name) }

func byNameAndValue(a, b *signedParameter) int {
	if c := strings.Compare(a.name, b.name); c != 0 {
		return c
	}
	return strings.Compare(a.value, b.value)
}

func sortParameters(list []signedParameter, order func(a, b *signedParameter) int) {
	if len(list) > 12 {
		slices.SortStableFunc(list, func(a, b signedParameter) int { return order(&a, &b) })
		return
	}
	for i := 1; i < len(list); i++ {
		for j := i; j > 0 && order(&list[j], &list[j-1]) < 0; j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
}

// appendJoined appends the parameters joined by &, with lead in front unless
// there are none or lead is 0.
func appendJoined(dst []byte, list []signedParameter, lead byte) []byte {
	for i := range list {
		if i > 0 {
			dst = append(dst, '&')
		} else if lead != 0 {
			dst = append(dst, lead)
		}
		dst = append(dst, list[i].name...)
		if list[i].hasValue {
			dst = append(append(dst, '='), list[i].value...)
		}
	}
	return dst
}

// reencode brings a part of a query to its strict form: decoded, then every
// byte outside the unreserved set encoded.
func reencode(part string) string {
	if isStrict(part) {
		return part
	}
	return wire.EscapeValue(wire.UnescapeQuery(part))
}

// isStrict reports whether part has its strict form already, as most have.
func isStrict(part string) bool {
	for i := 0; i < len(part); i++ {
		if unreserved[part[i]] {
			continue
		}
		if part[i] != '%' || i+2 >= len(part) {
			return false
		}
		high, low := upperHex(part[i+1]), upperHex(part[i+2])
		if high < 0 || low < 0 || unreserved[high<<4|low] {
			return false
		}
		i += 2
	}
	return true
}

// upperHex is the value of a hexadecimal digit as the strict form writes it,
// or -1.
func upperHex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

var unreserved = wire.NewEscapeSet("")
