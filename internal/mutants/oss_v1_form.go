package mutants

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// printableASCII are the bytes of ASCII that can be seen, and the blank.
var printableASCII = func() string {
	var b strings.Builder
	for c := byte(' '); c < 0x7f; c++ {
		b.WriteByte(c)
	}
	return b.String()
}()

// Browser uploads of OSS V1.
var ossV1Form = []Mutant{
	{"OSS1-FORM-01", "alphabet-for-urls", "writes the policy in the alphabet for URLs", form("oss-v1"), postsPolicy(replacing("+", "-", "/", "_"))},
	{"OSS1-FORM-01", "padding-cut", "leaves the padding of the policy out", form("oss-v1"), postsPolicy(func(text string) string { return strings.TrimRight(text, "=") })},
	{"OSS1-FORM-01", "padding-always", "puts an equals sign behind every policy", form("oss-v1"), postsPolicy(func(text string) string { return strings.TrimRight(text, "=") + "=" })},
	{"OSS1-FORM-01", "latin-1", "takes the UTF-8 of a policy for Latin-1", form("oss-v1"), policyBytes(latin1AsUTF8)},
	{"OSS1-FORM-01", "unit-by-unit", "encodes a policy unit by unit of UTF-16", form("oss-v1"), policyBytes(surrogatesApart)},
	{"OSS1-FORM-01", "posts-json", "posts the policy as JSON", form("oss-v1"),
		putInstead("policy", func(s *signature.Signing) string {
			json, _ := base64.StdEncoding.DecodeString(s.Policy)
			return string(json)
		})},
	{"OSS1-FORM-01", "reads-what-it-can", "lets in a policy that nobody can read", form("oss-v1"), pardonsSaying("does not meet the conditions")},
	{"OSS1-FORM-01", "reads-any-alphabet", "reads a policy in the alphabet for URLs", form("oss-v1"),
		pardons(func(r *wire.Request, said string) bool {
			return strings.Contains(said, "does not meet the conditions") && !strings.Contains(r.Body, `{"expiration"`)
		})},
	{"OSS1-FORM-02", "json-signed", "signs the JSON of the policy", form("oss-v1"),
		text(signature.StringToSign, func(built string) string {
			decoded, err := base64.StdEncoding.DecodeString(built)
			if err != nil {
				return built
			}
			return string(decoded)
		})},
	{"OSS1-FORM-02", "line-feed", "signs a line feed behind the policy", form("oss-v1"), text(signature.StringToSign, func(built string) string { return built + "\n" })},
	{"OSS1-FORM-02", "escaped", "signs the policy percent-encoded", form("oss-v1"), text(signature.StringToSign, wire.EscapeValue)},
	{"OSS1-FORM-02", "first-part", "signs the first 4,096 bytes of the policy", form("oss-v1"),
		text(signature.StringToSign, func(built string) string { return built[:min(4096, len(built))] })},
	{"OSS1-FORM-02", "lines-of-mail", "breaks a policy into the lines of mail when it is long", form("oss-v1"),
		postsPolicy(func(text string) string { return regexp.MustCompile(`.{998}`).ReplaceAllString(text, "$0\n") })},
	{"OSS1-FORM-03", "by-place", "finds the fields of a form by their place", form("oss-v1"),
		sees(func(r *wire.Request) {
			if strings.Index(r.Body, `name="OSSAccessKeyId"`) > strings.Index(r.Body, `name="Signature"`) {
				r.Body = strings.Replace(r.Body, `name="Signature"`, `name="ignored"`, 1)
			}
		})},
	{"OSS1-FORM-03", "names-of-the-url", "calls the token of a form as that of a URL", form("oss-v1"), tokenFieldCalled("security-token")},
	{"OSS1-FORM-03", "any-name-for-the-id", "finds the id of a form under the name of V2 too", form("oss-v1"),
		sees(func(r *wire.Request) { r.Body = strings.Replace(r.Body, "x-oss-access-key-id", "OSSAccessKeyId", 1) })},
	{"OSS1-FORM-03", "anybody", "lets in a form of an id nobody has", form("oss-v1"), pardonsEC("0002-00000902")},

	{"OSS1-FORM-04", "sorted", "sorts the members of a policy", form("oss-v1"), policyBytes(func(policy string) string {
		at := strings.LastIndex(policy, `,"expiration"`)
		if at < 0 {
			return policy
		}
		return "{" + strings.TrimSuffix(policy[at+1:], "}") + "," + policy[1:at] + "}"
	})},
	{"OSS1-FORM-04", "compacted", "prints a policy without blanks", form("oss-v1"), policyBytes(replacing(": ", ":", "\n  ", "", "\n", "", "  ", ""))},
	{"OSS1-FORM-04", "line-ends", "makes LF of the line ends of a policy", form("oss-v1"), policyBytes(replacing("\r\n", "\n"))},
	{"OSS1-FORM-04", "trimmed", "trims a policy", form("oss-v1"), policyBytes(strings.TrimSpace)},
	{"OSS1-FORM-04", "escapes-resolved", "writes the characters for the escapes of a policy", form("oss-v1"), policyBytes(resolvedEscapes(func(unit uint16) bool { return !utf16.IsSurrogate(rune(unit)) }))},
	{"OSS1-FORM-04", "pairs-joined", "joins the two escapes of a character in a policy", form("oss-v1"), policyBytes(resolvedEscapes(func(unit uint16) bool { return utf16.IsSurrogate(rune(unit)) }))},
	{"OSS1-FORM-04", "ascii-alone", "escapes what is not ASCII in a policy", form("oss-v1"), policyBytes(asciiAlone)},
	{"OSS1-FORM-04", "slashes-resolved", "takes the backslash from the slashes of a policy", form("oss-v1"), policyBytes(replacing(`\/`, "/"))},
	{"OSS1-FORM-04", "quotes-resolved", "takes the escapes from quotes and backslashes of a policy", form("oss-v1"), policyBytes(replacing(`\"`, `"`, `\\`, `\`))},
	{"OSS1-FORM-04", "for-pages", "escapes < > & of a policy", form("oss-v1"), policyBytes(replacing("<", `\u003c`, ">", `\u003e`, "&", `\u0026`))},
	{"OSS1-FORM-04", "floats", "prints large numbers of a policy by way of a float", form("oss-v1"), policyBytes(largeNumbers(func(n int64) string {
		return strings.Replace(strconv.FormatFloat(float64(n), 'E', -1, 64), "+", "", 1)
	}))},
	{"OSS1-FORM-04", "empty-lists-dropped", "leaves an empty list of conditions out", form("oss-v1"), policyBytes(replacing(`,"conditions":[]`, ""))},
	{"OSS1-FORM-04", "one-of-two", "keeps one of two equal conditions", form("oss-v1"),
		policyBytes(func(policy string) string {
			for _, c := range conditionsOf(policy) {
				policy = strings.Replace(policy, c+","+c, c, 1)
			}
			return policy
		})},
	{"OSS1-FORM-04", "milliseconds-added", "prints the expiration of a policy with milliseconds", form("oss-v1"), policyBytes(replacing(`:00:00Z"`, `:00:00.000Z"`))},
	{"OSS1-FORM-04", "signs-what-it-prints", "parses the policy and signs what it prints", form("oss-v1"),
		text(signature.StringToSign, func(built string) string {
			decoded, _ := base64.StdEncoding.DecodeString(built)
			var out strings.Builder
			if printed, err := compactedPolicy(decoded); err == nil {
				out.WriteString(printed)
				return signature.EncodePolicy(out.String())
			}
			return built
		})},
	{"OSS1-FORM-04", "signs-escapes", "escapes what is not ASCII for the signature", form("oss-v1"),
		text(signature.StringToSign, func(built string) string {
			decoded, err := base64.StdEncoding.DecodeString(built)
			if err != nil {
				return built
			}
			return signature.EncodePolicy(asciiAlone(string(decoded)))
		})},

	{"OSS1-FORM-05", "id-not-needed", "does not ask whose form it is", form("oss-v1"), pardonsEC("0002-00000706")},
	{"OSS1-FORM-05", "id-may-be-empty", "takes an empty id for one it does not know", form("oss-v1"), forgivingEC("0002-00000707")},
	{"OSS1-FORM-06", "any-signature", "takes any signature of a form", form("oss-v1"), pardonsEC("0002-00000705")},
	{"OSS1-FORM-07", "policy-not-needed", "does not ask for a policy", form("oss-v1"), pardonsField("policy", false)},
	{"OSS1-FORM-07", "policy-may-be-empty", "takes an empty policy for one without limits", form("oss-v1"), pardonsField("policy", true)},
	{"OSS1-FORM-07", "signature-not-needed", "does not ask for the signature of a form", form("oss-v1"), pardonsEC("0002-00000703")},
	{"OSS1-FORM-07", "signature-may-be-empty", "takes an empty signature of a form for a wrong one", form("oss-v1"), forgivingEC("0002-00000704")},

	{"OSS1-FORM-08", "never-ends", "never looks whether a policy has expired", form("oss-v1"), pardonsEC("0006-00000213")},
	{"OSS1-FORM-08", "hour-of-grace", "grants an hour behind the end of a policy", form("oss-v1"), clock(-time.Hour)},
	{"OSS1-FORM-08", "minute-early", "ends a policy a minute early", form("oss-v1"), clock(time.Minute)},
	{"OSS1-FORM-08", "no-end-needed", "takes a policy without expiration", form("oss-v1"), pardonsEC("0006-00000208")},
	{"OSS1-FORM-08", "milliseconds-needed", "reads an expiration with milliseconds alone", form("oss-v1"),
		refuses(func(r *wire.Request) bool {
			p := posted(r)
			return p.expiration != "" && !strings.Contains(p.expiration, ".")
		})},
	{"OSS1-FORM-10", "no-conditions", "does not read the conditions of a policy", form("oss-v1"), pardonsSaying("Policy Condition failed")},
	{"OSS1-FORM-10", "no-sizes", "does not look at the size of a file", form("oss-v1"), pardonsCondition(func(c *postedCondition) bool { return c.least > c.size || c.most < c.size })},
	{"OSS1-FORM-10", "no-lower-size", "looks at the upper limit of a size alone", form("oss-v1"), pardonsCondition(func(c *postedCondition) bool { return c.least > c.size })},
	{"OSS1-FORM-10", "no-bucket", "does not look at the bucket of a policy", form("oss-v1"),
		pardonsCondition(func(c *postedCondition) bool { return c.field == "bucket" && c.wanted != c.value })},
	{"OSS1-FORM-10", "absent-is-any", "takes a field that is not there for one that may be anything", form("oss-v1"),
		pardonsCondition(func(c *postedCondition) bool { return c.field != "" && c.field != "bucket" && !c.there })},
	{"OSS1-FORM-10", "any-beginning", "does not look at beginnings", form("oss-v1"),
		pardonsCondition(func(c *postedCondition) bool {
			return c.operator == "starts-with" && !strings.HasPrefix(c.value, c.wanted)
		})},
	{"OSS1-FORM-10", "beginning-is-all", "wants the beginning of a value to be all of it", form("oss-v1"),
		refusesCondition(func(c *postedCondition) bool {
			return c.operator == "starts-with" && c.wanted != "" && c.value != c.wanted
		})},
	{"OSS1-FORM-10", "below-the-limit", "wants a file to be shorter than the upper limit", form("oss-v1"),
		refusesCondition(func(c *postedCondition) bool { return c.operator == "content-length-range" && c.size == c.most })},
	{"OSS1-FORM-10", "names-as-written", "compares the names of fields with regard to case", form("oss-v1"),
		refusesCondition(func(c *postedCondition) bool { return c.written != strings.ToLower(c.written) && c.there })},

	{"OSS1-FORM-09", "method-signed", "signs the string of the header method for a form", form("oss-v1"),
		output(signature.StringToSign, func(s *signature.Signing, _ string) string {
			lines := []string{s.Request.Method, headerOf(s, "Content-MD5"), headerOf(s, "Content-Type"), headerOf(s, "Date"), slashed(s.Resource.Bucket)}
			return strings.Join(lines, "\n")
		})},
	{"OSS1-FORM-09", "key-signed", "signs the resource behind the policy", form("oss-v1"),
		output(signature.StringToSign, func(s *signature.Signing, built string) string {
			key, _ := s.Field("key")
			return built + "\n" + slashed(s.Resource.Bucket) + key
		})},
	{"OSS1-FORM-09", "path-signed", "signs the path of the POST unless it is a slash", form("oss-v1"),
		output(signature.StringToSign, func(s *signature.Signing, built string) string { return built + strings.TrimPrefix(s.Target.Path, "/") })},
	{"OSS1-FORM-09", "query-signed", "signs the query of the POST", form("oss-v1"),
		output(signature.StringToSign, func(s *signature.Signing, built string) string { return built + s.Target.Query })},
	{"OSS1-FORM-09", "headers-signed", "signs the x-oss- headers of the POST", form("oss-v1"),
		output(signature.StringToSign, func(s *signature.Signing, built string) string {
			value, _ := s.Request.Header("x-oss-meta-a")
			return built + value
		})},
	{"OSS1-FORM-09", "domain-signed", "signs a host that is none of the service's", form("oss-v1"),
		output(signature.StringToSign, func(s *signature.Signing, built string) string {
			if host := s.Request.Host(); !strings.HasSuffix(host, ".aliyuncs.com") {
				return built + host
			}
			return built
		})},
	{"OSS1-FORM-09", "metadata-signed", "signs fields of the visitor", form("oss-v1"),
		output(signature.StringToSign, func(s *signature.Signing, built string) string {
			value, _ := s.Field("x-oss-meta-visitor")
			return built + value
		})},
	{"OSS1-FORM-09", "owner-signed", "signs metadata that the policy asks for", form("oss-v1"),
		output(signature.StringToSign, func(s *signature.Signing, built string) string {
			value, _ := s.Field("x-oss-meta-owner")
			return built + value
		})},
	{"OSS1-FORM-09", "placeholder-signed", "signs a key that holds a placeholder", form("oss-v1"),
		output(signature.StringToSign, func(s *signature.Signing, built string) string {
			if key, _ := s.Field("key"); strings.Contains(key, "${") {
				return built + key
			}
			return built
		})},
	{"OSS1-FORM-09", "ascii-keys", "refuses a form whose key is not ASCII", form("oss-v1"),
		refuses(func(r *wire.Request) bool { return strings.Trim(posted(r).fields["key"], printableASCII) != "" })},
	{"OSS1-TOKEN-05", "name-of-the-url", "calls the token of a form security-token", form("oss-v1"), tokenFieldCalled("security-token")},
	{"OSS1-TOKEN-05", "left-out", "leaves the token out of a form", form("oss-v1"), putInstead("x-oss-security-token", func(*signature.Signing) string { return "" })},
	{"OSS1-TOKEN-05", "encoded", "posts the token percent-encoded", form("oss-v1"),
		putInstead("x-oss-security-token", func(s *signature.Signing) string { return wire.EscapeValue(s.Credentials.SecurityToken) })},
	{"OSS1-TOKEN-05", "not-asked-for", "lets in a form of a temporary key without its token", form("oss-v1"), pardonsEC("0002-00000003")},
	{"OSS1-TOKEN-05", "any-token", "lets in a form with any token", form("oss-v1"), pardonsEC("0002-00000006")},
}

// postsPolicy posts and signs another text for the policy.
func postsPolicy(change func(text string) string) Break {
	return putInstead("policy", func(s *signature.Signing) string {
		s.Policy = change(s.Policy)
		return s.Policy
	})
}

// policyBytes encodes other bytes than those of the policy.
func policyBytes(change func(policy string) string) Break {
	return postsPolicy(func(text string) string {
		policy, _ := base64.StdEncoding.DecodeString(text)
		return signature.EncodePolicy(change(string(policy)))
	})
}

func asciiAlone(text string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		if unit < 0x80 {
			b.WriteByte(byte(unit))
		} else {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}

// largeNumbers prints the numbers of a policy otherwise that 32 bits do not hold.
func largeNumbers(print func(n int64) string) func(policy string) string {
	return func(policy string) string {
		return sizes.ReplaceAllStringFunc(policy, func(text string) string {
			if n, err := strconv.ParseInt(text[1:], 10, 64); err == nil && n > math.MaxUint32 {
				return text[:1] + print(n)
			}
			return text
		})
	}
}

var sizes = regexp.MustCompile(`[ ,]\d+\b`)

var escapedUnits = regexp.MustCompile(`(\\u[0-9a-f]{4})+`)

// resolvedEscapes writes characters for runs of escapes whose first unit it is given.
func resolvedEscapes(which func(unit uint16) bool) func(policy string) string {
	return func(policy string) string {
		return escapedUnits.ReplaceAllStringFunc(policy, func(run string) string {
			var units []uint16
			for i := 0; i < len(run); i += 6 {
				var unit uint16
				fmt.Sscanf(run[i+2:i+6], "%x", &unit)
				units = append(units, unit)
			}
			if !which(units[0]) {
				return run
			}
			return string(utf16.Decode(units))
		})
	}
}

func compactedPolicy(policy []byte) (string, error) {
	var out strings.Builder
	var members map[string]json.RawMessage
	if err := json.Unmarshal(policy, &members); err != nil {
		return "", err
	}
	for _, name := range []string{"expiration", "conditions"} {
		if value, ok := members[name]; ok {
			fmt.Fprintf(&out, ",%q:%s", name, strings.NewReplacer(" ", "", "\n", "").Replace(string(value)))
		}
	}
	return "{" + strings.TrimPrefix(out.String(), ",") + "}", nil
}

// tokenFieldCalled gives the token of a form another name.
func tokenFieldCalled(name string) Break {
	return table(func(p *signature.Profile) {
		p.Names.Token = name
		for i := range p.Place {
			if p.Place[i].Name == "x-oss-security-token" {
				p.Place[i].Name = name
			}
		}
	})
}

// escapesResolved writes the characters for the escapes of a policy, those of
// slashes too.
func escapesResolved(policy string) string {
	return strings.ReplaceAll(resolvedEscapes(func(uint16) bool { return true })(policy), `\/`, "/")
}
