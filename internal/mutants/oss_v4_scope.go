package mutants

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/countersign/countersign/signature"
)

// String to sign, signing key and scope of OSS V4.
var ossV4Scope = []Mutant{
	{"OSS4-STRING-01", "canonical-request-itself", "signs the canonical request in place of its hash", requests("oss-v4"), output(signature.StringToSign, func(s *signature.Signing, built string) string {
		return built[:strings.LastIndexByte(built, '\n')+1] + string(s.Bytes(signature.CanonicalRequest))
	})},
	{"OSS4-STRING-01", "hash-in-capitals", "writes the hash in capital digits", requests("oss-v4"), textLine(signature.StringToSign, 3, strings.ToUpper)},
	{"OSS4-STRING-01", "algorithm-of-aws", "begins with AWS4-HMAC-SHA256", requests("oss-v4"), textLine(signature.StringToSign, 0, func(string) string { return "AWS4-HMAC-SHA256" })},
	{"OSS4-STRING-01", "scope-left-out", "leaves the scope out of the string", requests("oss-v4"), textLine(signature.StringToSign, 2, func(string) string { return "" })},
	{"OSS4-STRING-01", "line-feed-at-the-end", "ends the string in a line feed", requests("oss-v4"), text(signature.StringToSign, func(built string) string { return built + "\n" })},

	{"OSS4-KEY-01", "prefix-left-out", "derives from the bare secret", carriers("oss-v4"), derived(func(c *keyChain) { c.prefix = "" })},
	{"OSS4-KEY-01", "prefix-of-aws", "puts AWS4 in front of the secret", carriers("oss-v4"), derived(func(c *keyChain) { c.prefix = "AWS4" })},
	{"OSS4-KEY-01", "closing-word-left-out", "leaves out the last step", carriers("oss-v4"), derived(func(c *keyChain) { c.steps = c.steps[:3] })},
	{"OSS4-KEY-01", "closing-word-of-aws", "ends in aws4_request", carriers("oss-v4"), derived(func(c *keyChain) { c.steps[3] = "aws4_request" })},
	{"OSS4-KEY-01", "day-and-region-exchanged", "begins with the region", carriers("oss-v4"), derived(func(c *keyChain) { c.steps[0], c.steps[1] = c.steps[1], c.steps[0] })},
	{"OSS4-KEY-01", "product-left-out", "leaves the product out of the chain", carriers("oss-v4"), derived(func(c *keyChain) { c.steps = append(c.steps[:2], c.steps[3]) })},
	{"OSS4-KEY-01", "secret-trimmed", "trims the secret", requests("oss-v4"), derived(func(c *keyChain) { c.secret = strings.TrimSpace(c.secret) })},
	{"OSS4-KEY-01", "secret-decoded", "percent-decodes the secret", header("oss-v4"), derived(func(c *keyChain) { c.secret = strings.NewReplacer("%2F", "/", "+", " ").Replace(c.secret) })},
	{"OSS4-KEY-01", "block-of-64", "cuts prefix and secret at one block of the hash", header("oss-v4"), derived(func(c *keyChain) { c.secret = c.secret[:min(len(c.secret), 64-len(c.prefix))] })},
	{"OSS4-KEY-01", "full-block-hashed", "hashes a key that fills a block exactly", header("oss-v4"), derived(func(c *keyChain) {
		if len(c.prefix)+len(c.secret) == 64 {
			sum := sha256.Sum256([]byte(c.prefix + c.secret))
			c.prefix, c.secret = "", string(sum[:])
		}
	})},
	{"OSS4-KEY-01", "latin-1", "takes the bytes of ISO 8859-1 of the secret", header("oss-v4"), derived(func(c *keyChain) { c.secret = strings.ReplaceAll(c.secret, "\u00e9", "\xe9") })},
	{"OSS4-KEY-01", "region-of-its-author", "derives for cn-hangzhou whatever the region is", carriers("oss-v4"), derived(func(c *keyChain) { c.steps[1] = "cn-hangzhou" })},

	{"OSS4-KEY-02", "capitals", "writes the signature in capital digits", requests("oss-v4"), text(signature.SignatureValue, strings.ToUpper)},
	{"OSS4-KEY-02", "base64", "writes the signature in Base64", requests("oss-v4"), text(signature.SignatureValue, func(built string) string {
		b, _ := hex.DecodeString(built)
		return base64.StdEncoding.EncodeToString(b)
	})},
	{"OSS4-KEY-02", "key-as-digits", "takes the digits of the signing key for the key", requests("oss-v4"), signedWith(func(s *signature.Signing) string { return string(s.Bytes(signature.SigningKey)) })},
	{"OSS4-KEY-02", "secret-alone", "signs with the secret itself", requests("oss-v4"), signedWith(func(s *signature.Signing) string { return s.Credentials.AccessKeySecret })},
	{"OSS4-KEY-02", "capitals-accepted", "takes a signature in capital digits", requests("oss-v4"), reads(func(s *signature.Signing) { s.Provided = strings.ToLower(s.Provided) })},

	{"OSS4-SCOPE-01", "day-left-out", "leaves the day out of the scope that is signed", requests("oss-v4"), scopeLine(func(parts []string) []string { return parts[1:] })},
	{"OSS4-SCOPE-01", "closing-word-left-out", "leaves the closing word out of the scope that is signed", requests("oss-v4"), scopeLine(func(parts []string) []string { return parts[:3] })},
	{"OSS4-SCOPE-01", "region-and-product-exchanged", "puts the product in front of the region", requests("oss-v4"), scopeLine(func(parts []string) []string { return []string{parts[0], parts[2], parts[1], parts[3]} })},
	{"OSS4-SCOPE-01", "slash-in-front", "begins the scope that is signed with a slash", requests("oss-v4"), scopeLine(func(parts []string) []string { return append([]string{""}, parts...) })},
	{"OSS4-SCOPE-01", "exchanged-in-the-credential", "reads region and product in the other order where it knows them", header("oss-v4"), reads(func(s *signature.Signing) {
		if s.Scope.Region == "oss" {
			s.Scope.Region, s.Scope.Product = s.Scope.Product, s.Scope.Region
		}
	})},

	{"OSS4-SCOPE-02", "any-region", "takes every region", requests("oss-v4"), server(func(v *signature.Verifier) { v.Region = "" })},
	{"OSS4-SCOPE-02", "prefix-taken-off", "takes oss- off the region", requests("oss-v4"), reads(func(s *signature.Signing) { s.Scope.Region = strings.TrimPrefix(s.Scope.Region, "oss-") })},
	{"OSS4-SCOPE-02", "any-letter-case", "takes the region in capitals", header("oss-v4"), reads(func(s *signature.Signing) { s.Scope.Region = strings.ToLower(s.Scope.Region) })},
	{"OSS4-SCOPE-02", "own-region-for-an-empty-one", "takes an empty region for its own", header("oss-v4"), Break{Server: func(v *signature.Verifier) {
		own, reading := v.Region, v.Reading
		v.Reading = func(p *signature.Profile) *signature.Profile {
			return reads(func(s *signature.Signing) {
				if s.Scope.Region == "" {
					s.Scope.Region = own
				}
			}).Profile(reading(p))
		}
	}}},
	{"OSS4-SCOPE-02", "signature-first", "looks at the region only when the signature differs", header("oss-v4"), Break{Server: func(v *signature.Verifier) {
		if v.Region == "cn-hangzhou" {
			v.Region = ""
		}
	}}},
	{"OSS4-SCOPE-02", "characters-taken-off", "takes the characters o, s and - off the begin of the region", requests("oss-v4"), scoped(func(s *signature.Scope) { s.Region = strings.TrimLeft(s.Region, "os-") })},
	{"OSS4-SCOPE-02", "two-words", "cuts the region behind its second word", requests("oss-v4"), scoped(func(s *signature.Scope) {
		if parts := strings.Split(s.Region, "-"); len(parts) > 2 && parts[0] == "cn" {
			s.Region = parts[0] + "-" + parts[1]
		}
	})},
	{"OSS4-SCOPE-02", "region-of-its-author", "signs for cn-hangzhou whatever the region is", carriers("oss-v4"), scoped(func(s *signature.Scope) { s.Region = "cn-hangzhou" })},
	{"OSS4-SCOPE-02", "region-from-the-host", "takes the region from the host", header("oss-v4"), regionOfHost(func(label string) string { return label })},
	{"OSS4-SCOPE-02", "region-from-the-host-without-internal", "takes the region from the host, and knows internal endpoints", header("oss-v4"), regionOfHost(func(label string) string { return strings.TrimSuffix(label, "-internal") })},
	{"OSS4-SCOPE-03", "any-product", "takes every product", requests("oss-v4"), server(func(v *signature.Verifier) { v.Product = "" })},
	{"OSS4-SCOPE-03", "any-letter-case", "takes the product in capitals", header("oss-v4"), reads(func(s *signature.Signing) { s.Scope.Product = strings.ToLower(s.Scope.Product) })},
	{"OSS4-SCOPE-03", "s3", "takes the product of AWS for its own", requests("oss-v4"), reads(func(s *signature.Signing) {
		if s.Scope.Product == "s3" {
			s.Scope.Product = "oss"
		}
	})},
	{"OSS4-SCOPE-03", "constant-s3", "signs for the product s3", requests("oss-v4"), scoped(func(s *signature.Scope) { s.Product = "s3" })},
	{"OSS4-SCOPE-04", "always-oss", "signs for the product oss at a cloud box", carriers("oss-v4"), scoped(func(s *signature.Scope) { s.Product = "oss" })},
	{"OSS4-SCOPE-04", "oss-served-at-a-cloud-box", "takes the product oss at a cloud box", carriers("oss-v4"), reads(func(s *signature.Signing) {
		if strings.HasPrefix(s.Scope.Region, "cb-") && s.Scope.Product == "oss" {
			s.Scope.Product = "oss-cloudbox"
		}
	})},
	{"OSS4-SCOPE-04", "cloud-box-in-public", "takes the product of cloud boxes everywhere", header("oss-v4"), reads(func(s *signature.Signing) {
		if s.Scope.Product == "oss-cloudbox" && !strings.HasPrefix(s.Scope.Region, "cb-") {
			s.Scope.Product = "oss"
		}
	})},
	{"OSS4-SCOPE-04", "region-of-the-city", "takes the region of the city from the host of a cloud box", requests("oss-v4"), scoped(func(s *signature.Scope) {
		if strings.HasPrefix(s.Region, "cb-") {
			s.Region = "cn-shanghai"
		}
	})},
	{"OSS4-SCOPE-04", "any-region-at-a-cloud-box", "takes every region at a cloud box", header("oss-v4"), server(func(v *signature.Verifier) {
		if v.Product == "oss-cloudbox" {
			v.Region = ""
		}
	})},
	{"OSS4-SCOPE-05", "any-closing-word", "takes every closing word", requests("oss-v4"), forgiving(func(f *signature.Fault) bool {
		return strings.HasSuffix(f.Got, "_request") || strings.HasSuffix(f.Got, "_REQUEST")
	})},
	{"OSS4-SCOPE-05", "closing-word-of-aws", "takes the closing word of AWS", requests("oss-v4"), forgiving(func(f *signature.Fault) bool { return f.Got == "aws4_request" })},
	{"OSS4-SCOPE-05", "any-day", "takes every day", carriers("oss-v4"), forgivingRule("the day of a credential")},
	{"OSS4-SCOPE-05", "days-with-hyphens", "takes a day with hyphens", carriers("oss-v4"), forgiving(func(f *signature.Fault) bool {
		return strings.HasPrefix(f.Rule, "the day of a credential") && strings.Contains(f.Got, "-")
	})},
	{"OSS4-SCOPE-05", "eight-digits", "takes eight digits for a day", requests("oss-v4"), forgiving(func(f *signature.Fault) bool {
		return strings.HasPrefix(f.Rule, "the day of a credential") && len(f.Got) == 8 && isNumber(f.Got)
	})},
	{"OSS4-SCOPE-05", "four-parts", "takes a credential of four parts", carriers("oss-v4"), forgiving(func(f *signature.Fault) bool {
		return strings.HasPrefix(f.Rule, "a credential is") && strings.Contains(f.Got, "/")
	})},
}

// signedWith signs with another key than the derived one.
func signedWith(key func(s *signature.Signing) string) Break {
	return stage(signature.SignatureValue, func(s *signature.Signing, dst []byte) ([]byte, error) {
		return hex.AppendEncode(dst, mac(sha256.New, []byte(key(s)), string(s.Bytes(signature.StringToSign)))), nil
	})
}

// scopeLine writes the scope in the string to sign otherwise.
func scopeLine(change func(parts []string) []string) Break {
	return textLine(signature.StringToSign, 2, func(text string) string { return strings.Join(change(strings.Split(text, "/")), "/") })
}

// regionOfHost signs for a region that it takes from the label of the endpoint.
func regionOfHost(region func(label string) string) Break {
	return Break{Profile: func(p *signature.Profile) *signature.Profile {
		for _, name := range signature.Stages {
			p = rebuilt(p, name, func(s *signature.Signing, dst []byte, build builder) ([]byte, error) {
				scope := s.Scope
				if _, after, ok := strings.Cut(s.Resource.Host, "oss-"); ok && s.Scope.Product == "oss" {
					label, _, _ := strings.Cut(after, ".")
					s.Scope.Region = region(label)
				}
				out, err := build(s, dst)
				s.Scope = scope
				return out, err
			})
		}
		return p
	}}
}
