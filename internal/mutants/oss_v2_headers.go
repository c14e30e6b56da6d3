package mutants

import (
	"bytes"
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of the canonical headers of OSS V2 and the list of additional ones.
var ossV2Headers = []Mutant{
	{"OSS2-HEADER-01", "metadata-alone", "signs no x-oss- header but metadata", requests("oss-v2"),
		signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
			name = strings.ToLower(name)
			return p.SignedHeader(s, name) && (!strings.HasPrefix(name, "x-oss-") || strings.HasPrefix(name, "x-oss-meta"))
		})},
	{"OSS2-HEADER-01", "metadata-unsigned", "signs no metadata", requests("oss-v2"),
		signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
			return p.SignedHeader(s, name) && !strings.HasPrefix(strings.ToLower(name), "x-oss-meta-")
		})},
	{"OSS2-HEADER-01", "known-alone", "signs the x-oss- headers it knows", requests("oss-v2"),
		signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
			name = strings.ToLower(name)
			return p.SignedHeader(s, name) && name != "x-oss-future-feature" && name != "x-oss-range-behavior"
		})},
	{"OSS2-HEADER-01", "one-acl", "leaves x-oss-object-acl out", requests("oss-v2"), unsignedHeaders("x-oss-object-acl")},
	{"OSS2-HEADER-01", "http-headers", "signs the headers of HTTP itself", requests("oss-v2"),
		alsoHeaders(func(name string) bool {
			return slices.Contains([]string{"cache-control", "content-disposition", "content-encoding"}, name)
		})},
	{"OSS2-HEADER-01", "short-prefix", "signs every name that begins with x-oss", requests("oss-v2"),
		alsoHeaders(func(name string) bool { return strings.HasPrefix(name, "x-oss") })},
	{"OSS2-HEADER-01", "other-vendors", "signs the headers of other vendors too", requests("oss-v2"),
		alsoHeaders(func(name string) bool { return strings.HasPrefix(name, "x-amz-") || strings.HasPrefix(name, "x-obs-") })},
	{"OSS2-HEADER-01", "agents", "signs User-Agent, Accept and Via", requests("oss-v2"),
		alsoHeaders(func(name string) bool { return slices.Contains([]string{"user-agent", "accept", "via"}, name) })},
	{"OSS2-HEADER-01", "underscores", "signs headers with an underscore", requests("oss-v2"),
		alsoHeaders(func(name string) bool { return strings.Contains(name, "_") })},
	{"OSS2-HEADER-01", "candidates", "signs Range and If-Match without naming them", requests("oss-v2"),
		alsoHeaders(func(name string) bool { return name == "range" || name == "if-match" })},
	{"OSS2-HEADER-01", "additional-unsigned", "lists additional headers and does not sign them", requests("oss-v2"),
		signedHeader(func(p *signature.Profile, s *signature.Signing, name string) bool {
			return p.SignedHeader(s, name) && strings.HasPrefix(strings.ToLower(name), "x-oss-")
		})},

	{"OSS2-HEADER-02", "names-as-sent", "signs names in the letter case they were sent in", requests("oss-v2"),
		headerBlockLines(func(_ *signature.Signing, lines []blockLine) []blockLine { return lines }, func(l blockLine) string { return l.sent })},
	{"OSS2-HEADER-02", "unsorted", "keeps the order of arrival", requests("oss-v2"), blockSorted(nil)},
	{"OSS2-HEADER-02", "sorted-up-to-ten", "sorts no more than ten headers", requests("oss-v2"),
		headerBlockLines(func(_ *signature.Signing, lines []blockLine) []blockLine {
			if len(lines) > 10 {
				slices.SortFunc(lines, func(a, b blockLine) int { return a.at - b.at })
			}
			return lines
		}, blockName)},
	{"OSS2-HEADER-02", "sorted-as-sent", "sorts names before it lower-cases them", requests("oss-v2"),
		blockSorted(func(a, b blockLine) int { return strings.Compare(a.sent, b.sent) })},
	{"OSS2-HEADER-02", "sorted-as-lines", "sorts whole lines", requests("oss-v2"),
		blockSorted(func(a, b blockLine) int { return strings.Compare(a.name+":"+a.value, b.name+":"+b.value) })},
	{"OSS2-HEADER-02", "sorted-by-first-letters", "compares the first twelve letters", requests("oss-v2"),
		blockSorted(func(a, b blockLine) int {
			return strings.Compare(a.name[:min(12, len(a.name))], b.name[:min(12, len(b.name))])
		})},
	{"OSS2-HEADER-02", "sorted-by-culture", "skips hyphens when it sorts", requests("oss-v2"),
		blockSorted(func(a, b blockLine) int {
			return strings.Compare(strings.ReplaceAll(a.name, "-", ""), strings.ReplaceAll(b.name, "-", ""))
		})},
	{"OSS2-HEADER-02", "sorted-naturally", "sorts numbers in names by value", requests("oss-v2"),
		blockSorted(func(a, b blockLine) int { return compareNumbers(a.name, b.name) })},
	{"OSS2-HEADER-02", "additional-last", "puts additional headers behind the x-oss- ones", requests("oss-v2"),
		blockSorted(func(a, b blockLine) int {
			if x, y := strings.HasPrefix(a.name, "x-oss-"), strings.HasPrefix(b.name, "x-oss-"); x != y {
				if x {
					return -1
				}
				return 1
			}
			return strings.Compare(a.name, b.name)
		})},
	{"OSS2-HEADER-02", "token-last", "puts the token behind all others", header("oss-v2"),
		blockSorted(func(a, b blockLine) int {
			if x, y := a.name == "x-oss-security-token", b.name == "x-oss-security-token"; x != y {
				if y {
					return -1
				}
				return 1
			}
			return strings.Compare(a.name, b.name)
		})},
	{"OSS2-HEADER-02", "blank-behind-colon", "writes a blank behind the colon", requests("oss-v2"),
		headerBlockLines(func(_ *signature.Signing, lines []blockLine) []blockLine {
			for i := range lines {
				lines[i].value = " " + lines[i].value
			}
			return lines
		}, blockName)},
	{"OSS2-HEADER-02", "value-cut-at-colon", "cuts values at a colon", requests("oss-v2"),
		headerValue(upTo("://"))},
	{"OSS2-HEADER-02", "values-lower-case", "lower-cases x-oss- values", requests("oss-v2"),
		headerBlockLines(func(_ *signature.Signing, lines []blockLine) []blockLine {
			for i := range lines {
				if strings.HasPrefix(lines[i].name, "x-oss-") && lines[i].name != "x-oss-security-token" && lines[i].name != "x-oss-date" {
					lines[i].value = strings.ToLower(lines[i].value)
				}
			}
			return lines
		}, blockName)},
	{"OSS2-HEADER-04", "bare-line-feed", "signs an empty value as a name without colon", requests("oss-v2"),
		text(signature.CanonicalHeaders, replacing(":\n", "\n"))},
	{"OSS2-HEADER-05", "joined-with-blank", "joins headers of one name by a comma and a blank", header("oss-v2"),
		repeated(blankBehindComma)},
	{"OSS2-HEADER-05", "names-by-case", "takes names in two letter cases for two", header("oss-v2"),
		headerBlockLines(func(s *signature.Signing, lines []blockLine) []blockLine {
			var out []blockLine
			for _, h := range s.Request.Headers {
				if name := strings.ToLower(h.Name); s.Profile.SignedHeader(s, h.Name) {
					if i := slices.IndexFunc(out, func(l blockLine) bool { return l.sent == h.Name }); i >= 0 {
						out[i].value += "," + h.Value
					} else {
						out = append(out, blockLine{len(out), name, h.Name, h.Value})
					}
				}
			}
			slices.SortStableFunc(out, func(a, b blockLine) int { return strings.Compare(a.name, b.name) })
			return out
		}, blockName)},
	{"OSS2-HEADER-06", "blanks-folded", "folds runs of blanks", header("oss-v2"),
		headerValue(func(sent string) string { return strings.ReplaceAll(wire.TrimBlanks(sent), "  ", " ") })},
	{"OSS2-HEADER-06", "tabs-as-blanks", "makes blanks of tabs", header("oss-v2"),
		headerValue(func(sent string) string { return strings.ReplaceAll(wire.TrimBlanks(sent), "\t", " ") })},
	{"OSS2-HEADER-07", "values-decoded", "percent-decodes values", requests("oss-v2"),
		headerValue(func(sent string) string { return wire.Unescape(wire.TrimBlanks(sent)) })},
	{"OSS2-HEADER-07", "latin-1", "signs values in ISO-8859-1", requests("oss-v2"),
		headerValue(func(sent string) string {
			if sent = wire.TrimBlanks(sent); strings.ToValidUTF8(sent, "") != sent {
				return sent
			}
			return latin1(sent)
		})},
	{"OSS2-HEADER-07", "replacement-character", "puts U+FFFD where bytes are no UTF-8", requests("oss-v2"),
		headerValue(func(sent string) string { return strings.ToValidUTF8(wire.TrimBlanks(sent), "\ufffd") })},

	{"OSS2-ADDITIONAL-01", "unsorted", "keeps the list in the order of arrival", requests("oss-v2"), namesLine(func(s *signature.Signing, names []string) []string {
		var out []string
		for _, h := range s.Request.Headers {
			if name := strings.ToLower(h.Name); slices.Contains(names, name) && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
		return out
	}, ";")},
	{"OSS2-ADDITIONAL-01", "names-as-sent", "lists names in the letter case they were sent in", requests("oss-v2"), namesLine(func(s *signature.Signing, names []string) []string {
		out := slices.Clone(names)
		for i := range out {
			for _, h := range s.Request.Headers {
				if wire.EqualFold(h.Name, out[i]) {
					out[i] = h.Name
				}
			}
		}
		return out
	}, ";")},
	{"OSS2-ADDITIONAL-01", "commas", "joins the names by commas", requests("oss-v2"), namesLine(func(_ *signature.Signing, names []string) []string { return names }, ",")},
	{"OSS2-ADDITIONAL-01", "never-host", "lists no host", requests("oss-v2"), notNamed("host")},
	{"OSS2-ADDITIONAL-01", "never-content-type", "takes content-type for covered already", requests("oss-v2"), unsignedHeaders("content-type")},
	{"OSS2-ADDITIONAL-01", "duplicates", "lists a header as often as it is asked for", requests("oss-v2"),
		namesLine(func(_ *signature.Signing, names []string) []string {
			if len(names) == 1 && names[0] == "range" {
				return []string{"range", "range"}
			}
			return names
		}, ";")},
	{"OSS2-ADDITIONAL-01", "list-unsigned", "leaves the line of names empty", requests("oss-v2"),
		namesLine(func(*signature.Signing, []string) []string { return nil }, ";")},
	{"OSS2-ADDITIONAL-02", "no-line", "leaves the line out when it is empty", requests("oss-v2"),
		inParts(func(first, headers, names, resource string) string {
			if names == "\n" {
				names = ""
			}
			return first + headers + names + resource
		})},
	{"OSS2-ADDITIONAL-05", "empty-pair", "writes AdditionalHeaders: with nothing behind it", header("oss-v2"),
		text(signature.Authorization, func(s string) string {
			if strings.Contains(s, "AdditionalHeaders:") {
				return s
			}
			return strings.Replace(s, ",Signature", ",AdditionalHeaders:,Signature", 1)
		})},
	{"OSS2-TOKEN-01", "unsigned", "sends the token and does not sign it", header("oss-v2"), unsignedHeaders("x-oss-security-token")},
	{"OSS2-TOKEN-01", "other-header", "sends the token in the header of S3", header("oss-v2"),
		table(func(p *signature.Profile) {
			for i := range p.Place {
				p.Place[i].Name = strings.Replace(p.Place[i].Name, "x-oss-security-token", "x-amz-security-token", 1)
			}
		})},
	{"OSS2-TOKEN-01", "cut", "signs the first 1000 bytes of a token", header("oss-v2"),
		headerBlockLines(func(_ *signature.Signing, lines []blockLine) []blockLine {
			for i := range lines {
				lines[i].value = lines[i].value[:min(len(lines[i].value), 1000)]
			}
			return lines
		}, blockName)},
	{"OSS2-TOKEN-01", "percent-encoded", "signs the token percent-encoded", header("oss-v2"),
		headerBlockLines(func(_ *signature.Signing, lines []blockLine) []blockLine {
			for i := range lines {
				if lines[i].name == "x-oss-security-token" {
					lines[i].value = wire.EscapeValue(lines[i].value)
				}
			}
			return lines
		}, blockName)},
}

// blockLine is a line of the block with what it was before.
type blockLine struct {
	at    int // of the first header of that name
	name  string
	sent  string // the name as it was sent
	value string
}

func blockName(l blockLine) string { return l.name }

// headerBlockLines writes the block otherwise: change is given its lines in order.
func headerBlockLines(change func(s *signature.Signing, lines []blockLine) []blockLine, name func(blockLine) string) Break {
	return output(signature.CanonicalHeaders, func(s *signature.Signing, built string) string {
		var lines []blockLine
		for _, text := range strings.Split(strings.TrimSuffix(built, "\n"), "\n") {
			n, value, ok := strings.Cut(text, ":")
			if !ok {
				continue
			}
			at := slices.IndexFunc(s.Request.Headers, func(h wire.Header) bool { return wire.EqualFold(h.Name, n) })
			lines = append(lines, blockLine{at, n, s.Request.Headers[at].Name, value})
		}
		var out bytes.Buffer
		for _, l := range change(s, lines) {
			out.WriteString(name(l) + ":" + l.value + "\n")
		}
		return out.String()
	})
}

// blockSorted sorts the block otherwise; nil keeps the order of arrival.
func blockSorted(order func(a, b blockLine) int) Break {
	return headerBlockLines(func(_ *signature.Signing, lines []blockLine) []blockLine {
		slices.SortFunc(lines, func(a, b blockLine) int { return a.at - b.at })
		if order != nil {
			slices.SortStableFunc(lines, order)
		}
		return lines
	}, blockName)
}

// namesLine writes the line of additional headers otherwise.
func namesLine(choose func(s *signature.Signing, names []string) []string, separator string) Break {
	return output(signature.StringToSign, func(s *signature.Signing, built string) string {
		resource := string(s.Bytes(signature.CanonicalResource))
		names := strings.Join(s.SignedHeaders, ";") + "\n"
		return strings.TrimSuffix(built, names+resource) + strings.Join(choose(s, s.SignedHeaders), separator) + "\n" + resource
	})
}

// notNamed never chooses a header.
func notNamed(name string) Break {
	return table(func(p *signature.Profile) {
		choose := p.ChooseHeaders
		p.ChooseHeaders = func(s *signature.Signing) []string {
			return slices.DeleteFunc(choose(s), func(n string) bool { return n == name })
		}
	})
}
