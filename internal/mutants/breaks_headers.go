package mutants

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Which headers are signed, from which headers a signature is built, and the
// lines of the canonical headers.

// signedHeader signs other headers.
func signedHeader(signed func(p *signature.Profile, s *signature.Signing, name string) bool) Break {
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		c := p.Clone()
		c.SignedHeader = func(s *signature.Signing, name string) bool { return signed(p, s, name) }
		return c
	}}
}

// onlyHeaders signs, of the headers that are signed, those whose lower-cased
// name is admitted.
func onlyHeaders(admitted func(name string) bool) Break {
	return signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
		return p.SignedHeader(s, name) && admitted(strings.ToLower(name))
	})
}

// unsignedHeaders leaves headers out that should be signed.
func unsignedHeaders(names ...string) Break {
	return onlyHeaders(func(name string) bool { return !slices.Contains(names, name) })
}

// alsoHeaders signs more headers, by their lower-cased names.
func alsoHeaders(more func(name string) bool) Break {
	return signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
		return p.SignedHeader(s, name) || more(strings.ToLower(name))
	})
}

// alsoPrefixed signs headers that begin so, too.
func alsoPrefixed(prefixes ...string) Break {
	return alsoHeaders(func(name string) bool {
		return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
	})
}

// alsoNamed signs some headers too.
func alsoNamed(names ...string) Break {
	return alsoHeaders(func(name string) bool { return slices.Contains(names, name) })
}

// headers builds every stage from other headers than were sent.
func headers(change func(h wire.Header) (changed wire.Header, keep bool)) Break {
	return input(func(r *wire.Request) {
		kept := r.Headers[:0]
		for _, h := range r.Headers {
			if h, keep := change(h); keep {
				kept = append(kept, h)
			}
		}
		r.Headers = kept
	})
}

// headerValue signs other header values; they come untrimmed.
func headerValue(change func(sent string) string) Break {
	return table(func(p *signature.Profile) { p.HeaderValue = change })
}

// headerAs signs another value of one header.
func headerAs(name string, change func(value string) string) Break {
	return headers(func(h wire.Header) (wire.Header, bool) {
		if wire.EqualFold(h.Name, name) {
			h.Value = change(h.Value)
		}
		return h, true
	})
}

// withoutHeaders signs as if headers were not there.
func withoutHeaders(names ...string) Break {
	return headers(func(h wire.Header) (wire.Header, bool) {
		return h, !slices.ContainsFunc(names, func(name string) bool { return wire.EqualFold(h.Name, name) })
	})
}

// onlySpelled finds a header in one spelling alone.
func onlySpelled(name string) Break {
	return headers(func(h wire.Header) (wire.Header, bool) { return h, h.Name == name || !wire.EqualFold(h.Name, name) })
}

// headerOf is the value of a header, or nothing.
func headerOf(s *signature.Signing, name string) string {
	value, _ := s.Request.Header(name)
	return value
}

// dropFrom takes the headers of a name out of a request.
func dropFrom(req *wire.Request, name string) {
	req.Headers = slices.DeleteFunc(slices.Clone(req.Headers), func(h wire.Header) bool { return wire.EqualFold(h.Name, name) })
}

// inHeaders edits the lines of the canonical headers, which come without their
// line feeds.
func inHeaders(edit func(s *signature.Signing, lines []string) []string) Break {
	return output(signature.CanonicalHeaders, func(s *signature.Signing, built string) string {
		if built == "" {
			return ""
		}
		var out strings.Builder
		for _, line := range edit(s, strings.Split(strings.TrimSuffix(built, "\n"), "\n")) {
			out.WriteString(line + "\n")
		}
		return out.String()
	})
}

// nameOf is the name of a header line or a pair of the query.
func nameOf(line string) string {
	if i := strings.IndexAny(line, ":="); i >= 0 {
		return line[:i]
	}
	return line
}

// inHeader edits the value of one canonical header.
func inHeader(name string, edit func(value string) string) Break {
	return inHeaders(func(_ *signature.Signing, lines []string) []string {
		return each(lines, func(n, value string) string {
			if n == name {
				value = edit(value)
			}
			return n + ":" + value
		})
	})
}

// headersSorted puts the canonical headers into another order, starting from
// that of their arrival; nil leaves them so.
func headersSorted(order func(a, b string) int) Break {
	return inHeaders(func(s *signature.Signing, lines []string) []string {
		lines = asArrived(s, lines)
		if order != nil {
			slices.SortStableFunc(lines, order)
		}
		return lines
	})
}

// sortedBy sorts the canonical headers by a key made of their names.
func sortedBy(key func(name string) string) Break {
	return headersSorted(func(a, b string) int { return strings.Compare(key(nameOf(a)), key(nameOf(b))) })
}

// asArrived puts the lines in the order of the headers on the wire.
func asArrived(s *signature.Signing, lines []string) []string {
	at := func(line string) int {
		return slices.IndexFunc(s.Request.Headers, func(h wire.Header) bool { return wire.EqualFold(h.Name, nameOf(line)) })
	}
	slices.SortStableFunc(lines, func(a, b string) int { return at(a) - at(b) })
	return lines
}

// repeated joins the headers of one name otherwise.
func repeated(join func(values []string) string) Break {
	return inHeaders(func(s *signature.Signing, lines []string) []string {
		return each(lines, func(name, value string) string {
			var values []string
			for _, h := range s.Request.Headers {
				if wire.EqualFold(h.Name, name) {
					values = append(values, wire.TrimBlanks(h.Value))
				}
			}
			if len(values) > 1 {
				value = join(values)
			}
			return name + ":" + value
		})
	})
}

// The ways to make one value of those of a name.

// firstValue takes the first of the values.
func firstValue(values []string) string { return values[0] }

// lastValue takes the last of the values.
func lastValue(values []string) string { return values[len(values)-1] }

// blankBehindComma joins the values with a comma and a blank.
func blankBehindComma(values []string) string { return strings.Join(values, ", ") }

// sortedValues sorts the values and joins them.
func sortedValues(values []string) string {
	slices.Sort(values)
	return strings.Join(values, ",")
}

// each writes every line anew from its name and value.
func each(lines []string, write func(name, value string) string) []string {
	for i, line := range lines {
		name, value, _ := strings.Cut(line, ":")
		lines[i] = write(name, value)
	}
	return lines
}

// asciiLower lower-cases letters of ASCII and leaves every other byte.
func asciiLower(text string) string {
	out := []byte(text)
	for i, c := range out {
		if 'A' <= c && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return string(out)
}
