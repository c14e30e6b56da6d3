package planted

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/countersign/countersign/fuzz"
	"github.com/countersign/countersign/fuzz/differential"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/wire"
)

// PastBug is a fault that an SDK really had, told by what triggered it. The
// corpus of the differential target has an input of each, so that the fault is
// met again wherever it comes back.
type PastBug struct {
	Name   string // of the trigger, in kebab case
	Source string // repository and commit or issue
	Shows  func(p *signature.Profile, in *signature.Input) bool
}

// Seed is the name of the bug's input in the corpus.
func (b *PastBug) Seed() string { return "past-" + b.Name }

// ShownBy reports whether an input of the differential target triggers the bug.
func (b *PastBug) ShownBy(data []byte) bool {
	p, in := everyProfile.Decode(data)
	if _, err := p.Sign(in); err != nil {
		return false
	}
	return b.Shows(p, in)
}

// everyProfile decodes as a duel does with an opponent that offers all.
var everyProfile = differential.MustAgainst(subject.InProcess(subject.Identity{Name: "reference"}, profileIDs(), subject.Reference{}))

func profileIDs() []string {
	var ids []string
	for _, p := range signature.Profiles {
		ids = append(ids, p.ID())
	}
	return ids
}

// PastBugs are those that a request can trigger. Faults of operations, of
// retries and of what is read from answers are no matter of this target.
var PastBugs = []PastBug{
	{"sorted-by-first-letter", "ali-sdk/ali-oss b3cc7a0d", func(_ *signature.Profile, in *signature.Input) bool {
		names := parameterNames(in)
		return len(names) >= 3 && names[0] > names[1] && names[0] != "" && names[1] != "" && names[0][0] == names[1][0]
	}},
	{"headers-in-reverse", "ali-sdk/ali-oss 60383ee3", func(p *signature.Profile, in *signature.Input) bool {
		names := prefixed(p, in)
		return len(names) >= 3 && !slices.IsSorted(names) && slices.IsSortedFunc(names, func(a, b string) int { return strings.Compare(b, a) })
	}},
	{"content-md5-in-other-letters", "ali-sdk/ali-oss 8e1adfdb", func(_ *signature.Profile, in *signature.Input) bool {
		return hasHeader(in, func(h wire.Header) bool {
			return strings.EqualFold(h.Name, "content-md5") && h.Name != "Content-MD5" && h.Name != "Content-Md5" && h.Value != ""
		})
	}},
	{"value-false-or-zero", "ali-sdk/ali-oss 2678db8d", func(_ *signature.Profile, in *signature.Input) bool {
		return hasParameter(in, func(name, value string, _ bool) bool { return name != "" && (value == "0" || value == "false") })
	}},
	{"marks-that-encode-uri-component-leaves", "ali-sdk/ali-oss 009c0b2d", func(_ *signature.Profile, in *signature.Input) bool {
		return hasParameter(in, func(_, value string, _ bool) bool { return strings.ContainsAny(value, "!'()*") })
	}},
	{"header-value-beyond-ascii", "ali-sdk/ali-oss 4b6f511d", func(p *signature.Profile, in *signature.Input) bool {
		return hasHeader(in, func(h wire.Header) bool { return ownHeader(p, h.Name) && beyondASCII(h.Value) })
	}},
	{"key-with-question-mark-beyond-ascii", "ali-sdk/ali-oss 615422b4", func(_ *signature.Profile, in *signature.Input) bool {
		return strings.Contains(in.Key, "?") && beyondASCII(in.Key)
	}},
	{"token-in-a-url", "aliyun/aliyun-oss-python-sdk 9f029e4", func(p *signature.Profile, in *signature.Input) bool {
		return p.Carrier == signature.InQuery && in.Credentials.SecurityToken != ""
	}},
	{"callback-and-its-variables", "aliyun/aliyun-oss-python-sdk c44342f", func(_ *signature.Profile, in *signature.Input) bool {
		return hasParameter(in, func(name, value string, _ bool) bool { return strings.HasPrefix(name, "callback") && value != "" })
	}},
	{"key-with-a-slash-in-front", "aliyun/aliyun-oss-python-sdk 2e234c5", func(_ *signature.Profile, in *signature.Input) bool {
		return strings.HasPrefix(in.Key, "/")
	}},
	{"slash-in-the-key-of-a-url", "aliyun/aliyun-oss-python-sdk c6b174b", func(p *signature.Profile, in *signature.Input) bool {
		return p.Carrier == signature.InQuery && strings.Contains(strings.Trim(in.Key, "/"), "/")
	}},
	{"order-that-encoding-changes", "aliyun/aliyun-oss-java-sdk c564383b", func(_ *signature.Profile, in *signature.Input) bool {
		names := parameterNames(in)
		encoded := make([]string, len(names))
		for i, name := range names {
			encoded[i] = string(wire.AppendEscaped(nil, name, wire.NewEscapeSet("")))
		}
		for i := range names {
			for j := range names {
				if names[i] < names[j] && encoded[i] > encoded[j] {
					return true
				}
			}
		}
		return false
	}},
	{"resource-group", "aliyun/aliyun-oss-java-sdk 63fcc9b3", func(_ *signature.Profile, in *signature.Input) bool {
		return slices.Contains(parameterNames(in), "resourceGroup")
	}},
	{"traffic-limit", "aliyun/aliyun-oss-java-sdk 1dc18545", func(p *signature.Profile, in *signature.Input) bool {
		return p.Carrier == signature.InQuery && slices.Contains(parameterNames(in), "x-oss-traffic-limit")
	}},
	{"policy-with-quotes", "aliyun/aliyun-oss-java-sdk 09448e0c", func(_ *signature.Profile, in *signature.Input) bool {
		return strings.Contains(in.Policy, `\"`) || strings.Contains(in.Policy, `\\`)
	}},
	{"metadata-beyond-ascii", "aliyun/aliyun-oss-java-sdk #456", func(_ *signature.Profile, in *signature.Input) bool {
		return hasHeader(in, func(h wire.Header) bool {
			return strings.Contains(strings.ToLower(h.Name), "-meta-") && strings.Contains(h.Value, "\u4e2d")
		})
	}},
	{"empty-query", "aliyun/aliyun-oss-go-sdk f673642", func(_ *signature.Profile, in *signature.Input) bool {
		return strings.HasSuffix(in.Request.Target, "?")
	}},
	{"url-with-additional-headers", "aliyun/alibabacloud-oss-go-sdk-v2, change log of 1.2.0", func(p *signature.Profile, in *signature.Input) bool {
		return p.Carrier == signature.InQuery && len(in.AdditionalHeaders) > 1
	}},
	{"two-question-marks-in-a-key", "aliyun/aliyun-oss-php-sdk 6381407", func(_ *signature.Profile, in *signature.Input) bool {
		return strings.Count(in.Key, "?") > 1
	}},
	{"empty-content-type", "aliyun/aliyun-oss-csharp-sdk 2e5d989", func(_ *signature.Profile, in *signature.Input) bool {
		return hasHeader(in, func(h wire.Header) bool { return strings.EqualFold(h.Name, "content-type") && h.Value == "" })
	}},
	{"dot-segments", "aliyun/aliyun-oss-c-sdk, change log of 3.4.0", func(_ *signature.Profile, in *signature.Input) bool {
		return strings.Contains("/"+in.Key+"/", "/./") || strings.Contains("/"+in.Key+"/", "/../")
	}},
	{"process", "aliyun/aliyun-oss-c-sdk 5fecb59", func(_ *signature.Profile, in *signature.Input) bool {
		return hasParameter(in, func(name, value string, _ bool) bool { return name == "x-oss-process" && value != "" })
	}},
	{"two-dates", "aliyun/aliyun-oss-cpp-sdk 53a113a", func(p *signature.Profile, in *signature.Input) bool {
		vendor := p.Names.DateHeader
		return vendor != "" && !strings.EqualFold(vendor, "date") && in.Request.HeaderCount("Date") == 1 && in.Request.HeaderCount(vendor) == 1
	}},
	{"control-characters-in-a-key", "aliyun/aliyun-oss-ruby-sdk c14fdbb", func(_ *signature.Profile, in *signature.Input) bool {
		return strings.ContainsFunc(in.Key, unicode.IsControl)
	}},
	{"percent-and-hash-in-a-key", "aliyun-beta/aliyun-oss-ruby-sdk #9", func(_ *signature.Profile, in *signature.Input) bool {
		return strings.Contains(in.Key, "%") && strings.Contains(in.Key, "#")
	}},
	{"bare-parameter", "apache/opendal-reqsign 8249754", func(_ *signature.Profile, in *signature.Input) bool {
		return hasParameter(in, func(name, _ string, equals bool) bool { return name == "delete" && !equals })
	}},
	{"unreserved-marks-in-a-value", "apache/opendal-reqsign 17c40c6", func(_ *signature.Profile, in *signature.Input) bool {
		return hasParameter(in, func(_, value string, _ bool) bool { return strings.ContainsAny(value, "-._~") })
	}},
	{"plus-and-slash-in-a-token", "apache/opendal-reqsign fc0c10f", func(_ *signature.Profile, in *signature.Input) bool {
		return strings.Contains(in.Credentials.SecurityToken, "+") && strings.Contains(in.Credentials.SecurityToken, "/")
	}},
	{"path-style", "apache/opendal-reqsign f2942b0", func(_ *signature.Profile, in *signature.Input) bool {
		return in.Addressing == signature.PathStyle && in.Key != ""
	}},
	{"obs-key-with-marks", "apache/opendal-reqsign 3707b08", func(p *signature.Profile, in *signature.Input) bool {
		return strings.HasPrefix(p.Scheme, "obs") && strings.ContainsAny(in.Key, "+%& ")
	}},
	{"path-encoded-by-the-caller", "apache/opendal-reqsign 195cd7a", func(_ *signature.Profile, in *signature.Input) bool {
		return strings.Contains(wire.SplitTarget(in.Request.Target).Path, "%7E")
	}},
	{"tilde-in-a-key", "huaweicloud/huaweicloud-sdk-python-obs, change log of 3.19.7.1", func(p *signature.Profile, in *signature.Input) bool {
		return strings.HasPrefix(p.Scheme, "obs") && strings.Contains(in.Key, "~")
	}},
	{"obs-token-in-a-url", "huaweicloud/huaweicloud-sdk-php-obs #37", func(p *signature.Profile, in *signature.Input) bool {
		return strings.HasPrefix(p.Scheme, "obs") && p.Carrier == signature.InQuery && in.Credentials.SecurityToken != ""
	}},
	{"parentheses-in-a-key", "huaweicloud/huaweicloud-sdk-java-obs #168", func(p *signature.Profile, in *signature.Input) bool {
		return strings.HasPrefix(p.Scheme, "obs") && strings.Contains(in.Key, "(")
	}},
}

func parameterNames(in *signature.Input) []string {
	var names []string
	hasParameter(in, func(name, _ string, _ bool) bool { names = append(names, name); return false })
	return names
}

func hasParameter(in *signature.Input, is func(name, value string, equals bool) bool) bool {
	t := wire.SplitTarget(in.Request.Target)
	return t.HasQuery && slices.ContainsFunc(strings.Split(t.Query, "&"), func(piece string) bool {
		name, value, equals := strings.Cut(piece, "=")
		return is(wire.UnescapeQuery(name), wire.UnescapeQuery(value), equals)
	})
}

func hasHeader(in *signature.Input, is func(h wire.Header) bool) bool {
	return slices.ContainsFunc(in.Request.Headers, is)
}

func ownHeader(p *signature.Profile, name string) bool {
	return p.Names.HeaderPrefix != "" && strings.HasPrefix(strings.ToLower(name), p.Names.HeaderPrefix)
}

func prefixed(p *signature.Profile, in *signature.Input) []string {
	var names []string
	for _, h := range in.Request.Headers {
		if ownHeader(p, h.Name) {
			names = append(names, strings.ToLower(h.Name))
		}
	}
	return names
}

func beyondASCII(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII })
}

// SearchPast looks for the shortest input of a past bug.
func SearchPast(b *PastBug, budget int) ([]byte, error) {
	inputs := fuzz.NewRandom(1)
	for range budget {
		if data := inputs.Next(); b.ShownBy(data) {
			return fuzz.Shorten(slices.Clone(data), 4000, b.ShownBy), nil
		}
	}
	return nil, fmt.Errorf("the grammar makes no request that shows %s within %d inputs", b.Name, budget)
}
