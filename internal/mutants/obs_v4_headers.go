package mutants

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of the canonical headers of OBS V4, the tokens and the payload words.

func obsV4Headers() []Mutant {
	both := requests("obs-v4")
	lines := func(requirement, name, about string, change func(lines []string) []string) Mutant {
		return Mutant{requirement, name, about, both, text(signature.CanonicalHeaders, func(b string) string {
			return strings.Join(change(strings.Split(strings.TrimSuffix(b, "\n"), "\n")), "\n") + "\n"
		})}
	}
	values := func(requirement, name, about string, change func(value string) string) Mutant {
		return Mutant{requirement, name, about, both, headerValue(func(v string) string { return change(wire.TrimBlanks(v)) })}
	}
	without := func(requirement, name, about string, drop string) Mutant {
		return Mutant{requirement, name, about, both, headers(func(h wire.Header) (wire.Header, bool) { return h, !strings.EqualFold(h.Name, drop) })}
	}
	out := []Mutant{
		without("OBS4-HEADER-01", "host-unsigned", "leaves host out of the block", "host"),
		without("OBS4-HEADER-01", "content-type-unsigned", "leaves Content-Type out of the block", "content-type"),
		without("OBS4-HEADER-01", "acl-unsigned", "signs no x-amz-acl", "x-amz-acl"),
		without("OBS4-HEADER-01", "date-asked-for-unsigned", "leaves out a Date that was asked for", "date"),
		{"OBS4-HEADER-01", "all-that-arrive", "as a server takes every header for signed", both, signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
			return p.SignedHeader(s, name) || s.Provided != "" && (strings.EqualFold(name, "Via") || strings.EqualFold(name, "User-Agent"))
		})},
		{"OBS4-HEADER-01", "port-dropped", "signs host without its port", both, hostSigned(upTo(":"))},
		{"OBS4-HEADER-01", "default-port-dropped", "signs host without the port 443", both, hostSigned(func(v string) string { return strings.TrimSuffix(v, ":443") })},
		{"OBS4-HEADER-01", "endpoint-for-custom-domain", "signs the endpoint for host under a custom domain", both, inHeaders(func(s *signature.Signing, l []string) []string {
			return each(l, func(name, value string) string {
				if name == "host" && s.Resource.Addressing == signature.CNAME {
					value = s.Resource.Bucket + ".obs." + s.Scope.Region + ".myhuaweicloud.com"
				}
				return name + ":" + value
			})
		})},
		{"OBS4-HEADER-01", "address-replaced", "signs a name for the address in Host", both, hostSigned(func(v string) string {
			name, _, _ := strings.Cut(v, ":")
			if _, err := netip.ParseAddr(name); err == nil {
				v = strings.Replace(v, name, "localhost", 1)
			}
			return v
		})},
		{"OBS4-HEADER-08", "host-lowered", "signs host in lower case", both, hostSigned(strings.ToLower)},
		lines("OBS4-HEADER-02", "unsorted", "has the lines in reverse", func(l []string) []string { slices.Reverse(l); return l }),
		lines("OBS4-HEADER-02", "bad-sort-above-ten", "sorts badly above ten headers", func(l []string) []string {
			if len(l) > 10 {
				slices.Reverse(l)
			}
			return l
		}),
		lines("OBS4-HEADER-02", "without-punctuation", "sorts names without their dashes", func(l []string) []string {
			slices.SortStableFunc(l, func(a, b string) int {
				return strings.Compare(strings.ReplaceAll(a, "-", ""), strings.ReplaceAll(b, "-", ""))
			})
			return l
		}),
		lines("OBS4-HEADER-02", "numbers-by-value", "sorts meta-9 before meta-10", func(l []string) []string {
			slices.SortStableFunc(l, func(a, b string) int {
				if strings.HasPrefix(a, "x-amz-meta-") && strings.HasPrefix(b, "x-amz-meta-") && len(a) != len(b) {
					return len(a) - len(b)
				}
				return strings.Compare(a, b)
			})
			return l
		}),
		lines("OBS4-HEADER-02", "host-first", "puts host before all others", func(l []string) []string {
			slices.SortStableFunc(l, func(a, b string) int { return hostFirst(a) - hostFirst(b) })
			return l
		}),
		lines("OBS4-HEADER-02", "token-last", "appends the token behind the block", func(l []string) []string {
			slices.SortStableFunc(l, func(a, b string) int { return tokenLast(a) - tokenLast(b) })
			return l
		}),
		lines("OBS4-HEADER-02", "blank-behind-colon", "writes a blank behind the colon", func(l []string) []string {
			for i := range l {
				l[i] = strings.Replace(l[i], ":", ": ", 1)
			}
			return l
		}),
		lines("OBS4-HEADER-02", "cut-at-colon", "ends a value at its second colon", func(l []string) []string {
			for i := range l {
				if strings.HasPrefix(l[i], "x-amz-meta-") && strings.Count(l[i], ":") > 1 {
					l[i] = l[i][:strings.LastIndexByte(l[i], ':')]
				}
			}
			return l
		}),
		{"OBS4-HEADER-02", "names-as-sent", "writes names in the letter case of the request", both, output(signature.CanonicalHeaders, func(s *signature.Signing, b string) string {
			for _, h := range s.Request.Headers {
				b = strings.Replace(b, strings.ToLower(h.Name)+":", h.Name+":", 1)
			}
			return b
		})},
		lines("OBS4-HEADER-03", "folded", "makes one blank of a run", func(l []string) []string {
			for i := range l {
				l[i] = strings.Join(strings.Fields(l[i]), " ")
			}
			return l
		}),
		values("OBS4-HEADER-03", "tab-as-blank", "makes a blank of a tab", replacing("\t", " ")),
		values("OBS4-HEADER-03", "blanks-removed", "removes the second of two blanks", replacing("  ", " ")),
		{"OBS4-HEADER-05", "list-in-reverse", "lists the headers in reverse", both, namesSigned(func(names []string) []string { slices.Reverse(names); return names })},
		{"OBS4-HEADER-05", "list-by-commas", "joins the list by commas", both, namesSigned(func(names []string) []string { return []string{strings.Join(names, ",")} })},
		{"OBS4-HEADER-05", "list-in-capitals", "lists the names as they were asked for", both, namesSigned(func(names []string) []string {
			for i := range names {
				if names[i] == "range" {
					names[i] = "Range"
				}
			}
			return names
		})},
		{"OBS4-HEADER-05", "content-type-last", "appends what was asked for", both, namesSigned(func(names []string) []string {
			slices.SortStableFunc(names, func(a, b string) int { return askedFor(a) - askedFor(b) })
			return names
		})},
		{"OBS4-HEADER-06", "first-counts", "takes the first header of a name", both, repeated(firstValue)},
		{"OBS4-HEADER-06", "last-counts", "takes the last header of a name", both, repeated(lastValue)},
		{"OBS4-HEADER-06", "sorted-values", "sorts the values of a name", both, repeated(sortedValues)},
		{"OBS4-HEADER-06", "blank-behind-comma", "joins by a comma and a blank", both, repeated(blankBehindComma)},
		lines("OBS4-HEADER-07", "empty-left-out", "leaves a header with an empty value out", func(l []string) []string {
			return slices.DeleteFunc(l, func(line string) bool { return strings.HasSuffix(line, ":") })
		}),
		values("OBS4-HEADER-08", "latin-1", "reads values as Latin-1", latin1),
		values("OBS4-HEADER-08", "decoded", "percent-decodes values", wire.Unescape),
		values("OBS4-HEADER-08", "plus-decoded", "takes a plus sign for a blank", replacing("+", " ")),
		values("OBS4-HEADER-08", "lowered", "lowers values", func(v string) string { return strings.Replace(v, "STANDARD_IA", "standard_ia", 1) }),
		{"OBS4-HEADER-09", "absent-listed", "lists headers that were asked for and are not there", both, table(func(p *signature.Profile) {
			choose := p.ChooseHeaders
			p.ChooseHeaders = func(s *signature.Signing) []string {
				names := append(slices.Clone(s.SignedHeaders), choose(s)...)
				slices.Sort(names)
				return slices.Compact(names)
			}
		})},
		{"OBS4-HEADER-09", "absent-accepted", "as a server signs an absent header as none", both, forgiving(func(f *signature.Fault) bool { return f.Rule == "a listed header must be in the request" })},
		{"OBS4-QUERY-07", "range-unsigned", "does not sign a range of a URL", query("obs-v4"), headers(func(h wire.Header) (wire.Header, bool) { return h, !strings.EqualFold(h.Name, "Range") })},
		{"OBS4-QUERY-07", "type-unsigned", "does not sign the type of a URL", query("obs-v4"), headers(func(h wire.Header) (wire.Header, bool) { return h, !strings.EqualFold(h.Name, "Content-Type") })},
		{"OBS4-QUERY-07", "acl-unsigned", "does not sign the permissions of a URL", query("obs-v4"), headers(func(h wire.Header) (wire.Header, bool) { return h, !strings.EqualFold(h.Name, "x-amz-acl") })},
		{"OBS4-TOKEN-01", "unsigned", "does not sign the token", header("obs-v4"), headers(func(h wire.Header) (wire.Header, bool) { return h, !strings.EqualFold(h.Name, "x-amz-security-token") })},
		{"OBS4-TOKEN-01", "encoded", "signs the token percent-encoded", header("obs-v4"), headers(func(h wire.Header) (wire.Header, bool) {
			if strings.EqualFold(h.Name, "x-amz-security-token") {
				h.Value = wire.EscapeValue(h.Value)
			}
			return h, true
		})},
		{"OBS4-TOKEN-01", "name-of-other-dress", "sends the token as x-obs-security-token", header("obs-v4"), placedAs("x-amz-security-token", "x-obs-security-token")},
		{"OBS4-TOKEN-01", "any-token", "does not look at the token of a header", header("obs-v4"), anyToken()},
		{"OBS4-TOKEN-02", "any-token", "does not look at the token of a URL", query("obs-v4"), anyToken()},
		{"OBS4-TOKEN-02", "unsigned", "appends the token behind the signature", query("obs-v4"), dropping(func(p wire.Param) bool { return p.Name == "X-Amz-Security-Token" })},
		{"OBS4-TOKEN-02", "name-of-obs", "sends the token as x-obs-security-token", query("obs-v4"), placedAs("X-Amz-Security-Token", "x-obs-security-token")},
		{"OBS4-TOKEN-03", "unasked", "does not look at the token", carriers("obs-v4"), server(func(v *signature.Verifier) { v.Grants = false })},
		{"OBS4-TOKEN-02", "raw", "signs the token as it is", query("obs-v4"), text(signature.CanonicalQuery, inURL("X-Amz-Security-Token", wire.Unescape))},
	}
	for _, word := range []string{"gzip", "no-cache", "chunked", "identity", "keep-alive", "bytes", "close"} {
		out = append(out, values("OBS4-HEADER-04", word, "signs "+word+" in capitals", func(v string) string {
			if v == word {
				return strings.ToUpper(v)
			}
			return v
		}))
	}
	return out
}

func hostFirst(line string) int {
	if strings.HasPrefix(line, "host:") {
		return 0
	}
	return 1
}

func tokenLast(line string) int {
	if strings.HasPrefix(line, "x-amz-security-token:") {
		return 1
	}
	return 0
}

func askedFor(name string) int {
	if name == "content-type" || name == "accept" || name == "content-md5" {
		return 1
	}
	return 0
}

// hostSigned signs another host.
func hostSigned(change func(host string) string) Break {
	return headers(func(h wire.Header) (wire.Header, bool) {
		if strings.EqualFold(h.Name, "Host") {
			h.Value = change(h.Value)
		}
		return h, true
	})
}

// namesSigned writes another list of signed headers into the canonical request.
func namesSigned(change func(names []string) []string) Break {
	return inLines(signature.CanonicalRequest, func(_ *signature.Signing, l []string) {
		at := len(l) - 2
		l[at] = strings.Join(change(strings.Split(l[at], ";")), ";")
	})
}
