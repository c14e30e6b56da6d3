package mutants

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

var ossRTMP = []Mutant{
	{"RTMP-URL-01", "live-left-out", "leaves /live out of the push URL", query("oss-rtmp"),
		text(signature.URL, func(url string) string { return strings.Replace(url, "/live/", "/", 1) })},
	{"RTMP-URL-01", "port-left-out", "leaves the port out of the push URL", query("oss-rtmp"),
		text(signature.URL, func(url string) string { return strings.Replace(url, ":1935", "", 1) })},
	{"RTMP-URL-01", "signature-not-needed", "does not ask for the signature of a push URL", query("oss-rtmp"), forgivingEC("")},
	{"RTMP-URL-01", "id-not-needed", "does not ask whose push URL it is", query("oss-rtmp"), pardonsEC("0002-00000071")},
	{"RTMP-URL-02", "plus-raw", "leaves the plus signs of a signature raw", query("oss-rtmp"),
		text(signature.URL, inSignature(replacing("%2B", "+")))},
	{"RTMP-URL-02", "slash-not-understood", "wants the slashes of a signature encoded", query("oss-rtmp"),
		sees(signatureParameter(upTo("/")))},
	{"RTMP-URL-02", "plus-guessed", "takes a raw plus sign in a signature for a plus sign", query("oss-rtmp"),
		sees(signatureParameter(replacing("+", "%2B")))},
	{"RTMP-STRING-01", "lines-of-v1", "signs the first lines of V1 for a push URL", query("oss-rtmp"),
		text(signature.StringToSign, func(built string) string { return "GET\n\n\n" + built })},
	{"RTMP-STRING-01", "line-feed-left-out", "leaves out the line feed behind Expires", query("oss-rtmp"),
		text(signature.StringToSign, func(built string) string { return strings.Replace(built, "\n", "", 1) })},
	{"RTMP-STRING-01", "resource-first", "signs the parameters behind the resource", query("oss-rtmp"),
		stage(signature.StringToSign, func(s *signature.Signing, dst []byte) ([]byte, error) {
			dst = append(append(dst, s.Expires+"\n"...), s.Bytes(signature.CanonicalResource)...)
			lead := "?"
			for _, line := range strings.Fields(string(s.Bytes(signature.CanonicalQuery))) {
				dst = append(dst, lead+strings.Replace(line, ":", "=", 1)...)
				lead = "&"
			}
			return dst, nil
		})},
	{"RTMP-STRING-02", "sha-256", "signs a push URL with SHA-256", query("oss-rtmp"),
		stage(signature.SignatureValue, func(s *signature.Signing, dst []byte) ([]byte, error) {
			mac := hmac.New(sha256.New, []byte(s.Credentials.AccessKeySecret))
			mac.Write(s.Bytes(signature.StringToSign))
			return base64.StdEncoding.AppendEncode(dst, mac.Sum(nil)), nil
		})},
	{"RTMP-STRING-02", "alphabet-for-urls", "writes the signature in the alphabet for URLs", query("oss-rtmp"),
		text(signature.SignatureValue, replacing("+", "-", "/", "_"))},
	{"RTMP-STRING-02", "any-signature", "takes any signature of a push URL", query("oss-rtmp"), pardonsEC("0002-00000040")},
	{"RTMP-EXPIRES-01", "thirty-two-bits", "keeps Expires in 32 bits", query("oss-rtmp"),
		expiresText(func(text string) string { return numberText(text, func(n int64) int64 { return int64(int32(n)) }) })},
	{"RTMP-EXPIRES-01", "float", "prints Expires by way of a float", query("oss-rtmp"),
		expiresText(func(text string) string {
			n, _ := strconv.ParseFloat(text, 64)
			if short := strconv.FormatFloat(n, 'g', -1, 64); len(short) <= len(text) {
				return short
			}
			return text
		})},
	{"RTMP-EXPIRES-01", "unsigned", "does not sign the end of a push URL", query("oss-rtmp"),
		dateLine(func(*signature.Signing) string { return "" })},
	{"RTMP-EXPIRES-01", "never", "never looks whether a push URL has expired", query("oss-rtmp"), limits(nil)},
	{"RTMP-EXPIRES-01", "minute-early", "ends a push URL a minute early", query("oss-rtmp"),
		urlEnds(func(end, now int64) bool { return now > end-60 })},
	{"RTMP-EXPIRES-01", "no-number-needed", "takes a text for the end of a push URL", query("oss-rtmp"), pardonsEC("0002-00000070")},
	{"RTMP-PARAM-01", "unsorted", "leaves the lines of parameters as they come", query("oss-rtmp"), pushLines(nil, ":")},
	{"RTMP-PARAM-01", "as-lines", "sorts finished lines", query("oss-rtmp"),
		pushLines(func(a, b wire.Param) int { return strings.Compare(a.Name+":"+a.Value, b.Name+":"+b.Value) }, ":")},
	{"RTMP-PARAM-01", "case-blind", "sorts without regard to case", query("oss-rtmp"),
		pushLines(func(a, b wire.Param) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) }, ":")},
	{"RTMP-PARAM-01", "by-number", "sorts numbers within names as numbers", query("oss-rtmp"),
		pushLines(func(a, b wire.Param) int {
			return cmp.Or(strings.Compare(strings.TrimRight(a.Name, "0123456789"), strings.TrimRight(b.Name, "0123456789")), cmp.Compare(len(a.Name), len(b.Name)), byWholeName(a, b))
		}, ":")},
	{"RTMP-PARAM-01", "equals", "writes an equals sign for the colon", query("oss-rtmp"), pushLines(byWholeName, "=")},
	{"RTMP-PARAM-01", "bare-names", "writes a bare name where there is no value", query("oss-rtmp"),
		text(signature.CanonicalQuery, replacing(":\n", "\n"))},
	{"RTMP-PARAM-01", "list-of-v1", "signs the sub-resources of V1 alone", query("oss-rtmp"),
		signedParameter(func(p *signature.Profile, name string) bool {
			return p.SignedParameter(name) && signature.SignedParameters("oss-v1").Signed(name)
		})},
	{"RTMP-PARAM-01", "colon-escaped", "escapes a colon in a value", query("oss-rtmp"),
		pushValues(replacing(":", "%3A"))},
	{"RTMP-PARAM-01", "values-unsigned", "signs the names of parameters without their values", query("oss-rtmp"),
		pushValues(func(string) string { return "" })},
	{"RTMP-PARAM-01", "any-flag", "takes any value of a flag for true", query("oss-rtmp"),
		sees(inParameter("audioOnly", func(string) string { return "true" }))},
	{"RTMP-PARAM-02", "own-signed", "signs OSSAccessKeyId and Expires as lines", query("oss-rtmp"), listed("OSSAccessKeyId", "Expires")},
	{"RTMP-PARAM-02", "expire-signed", "signs a parameter called Expire", query("oss-rtmp"), listed("Expire")},
	{"RTMP-PARAM-02", "any-case", "takes its own names in any case", query("oss-rtmp"),
		signedParameter(func(p *signature.Profile, name string) bool {
			return p.SignedParameter(name) && !slices.Contains([]string{"ossaccesskeyid", "expires", "signature"}, strings.ToLower(name))
		})},
	{"RTMP-PARAM-02", "other-parameters-too", "leaves audioOnly out", query("oss-rtmp"),
		signedParameter(func(p *signature.Profile, name string) bool { return p.SignedParameter(name) && name != "audioOnly" })},
	{"RTMP-PARAM-03", "first-counts", "overlooks a key that comes again", query("oss-rtmp"), parameters(firstOfEach(func(name string) string { return name }))},
	{"RTMP-PARAM-03", "any-case", "takes two keys for one without regard to case", query("oss-rtmp"), parameters(firstOfEach(strings.ToLower))},
	{"RTMP-PARAM-04", "as-sent", "signs values as they are sent", query("oss-rtmp"),
		stage(signature.CanonicalQuery, func(s *signature.Signing, dst []byte) ([]byte, error) {
			return appendPushLines(dst, pushParams(s, func(raw string) string { return raw }), byWholeName, ":"), nil
		})},
	{"RTMP-PARAM-04", "plus-kept", "keeps a raw plus sign of a value", query("oss-rtmp"),
		stage(signature.CanonicalQuery, func(s *signature.Signing, dst []byte) ([]byte, error) {
			return appendPushLines(dst, pushParams(s, wire.Unescape), byWholeName, ":"), nil
		})},
	{"RTMP-PARAM-04", "names-not-decoded", "does not decode the names of parameters", query("oss-rtmp"),
		eachParameter(func(p *wire.Param) { p.Name = strings.ReplaceAll(p.Name, "%", "%25") })},
	{"RTMP-RESOURCE-01", "live-kept", "keeps /live in the resource", query("oss-rtmp"),
		output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
			return strings.Replace(built, s.Resource.Bucket+"/", s.Resource.Bucket+"/live/", 1)
		})},
	{"RTMP-RESOURCE-01", "every-live-removed", "removes every /live of the path", query("oss-rtmp"),
		text(signature.CanonicalResource, replacing("/live/", "/"))},
	{"RTMP-RESOURCE-01", "last-live-removed", "removes a channel called live", query("oss-rtmp"),
		text(signature.CanonicalResource, func(built string) string { return strings.TrimSuffix(built, "/live") })},
	{"RTMP-RESOURCE-01", "letters-of-live", "removes the letters of live in front of a channel", query("oss-rtmp"),
		output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
			before, channel, _ := strings.Cut(built, s.Resource.Bucket+"/")
			return before + s.Resource.Bucket + "/" + strings.TrimLeft(channel, "live")
		})},
	{"RTMP-RESOURCE-01", "encoded", "signs the channel percent-encoded", query("oss-rtmp"),
		text(signature.CanonicalResource, wire.EscapePath)},
	{"RTMP-RESOURCE-01", "plus-is-blank", "takes a plus sign of a channel for a blank", query("oss-rtmp"),
		text(signature.CanonicalResource, replacing("+", " "))},
	{"RTMP-RESOURCE-01", "internal-kept", "keeps the word internal in the bucket", query("oss-rtmp"),
		resource(func(r *signature.Resource) {
			if strings.Contains(r.Host, "-internal.") {
				r.Bucket += "-internal"
			}
		}, signature.CanonicalResource)},
	{"RTMP-RESOURCE-01", "channel-unsigned", "signs the bucket alone", query("oss-rtmp"),
		resource(func(r *signature.Resource) { r.RawKey = "live/" }, signature.CanonicalResource)},
	{"RTMP-TOKEN-01", "bare-name", "signs the name of the token without its value", query("oss-rtmp"),
		output(signature.CanonicalQuery, func(s *signature.Signing, built string) string {
			if _, ok := s.Param("security-token"); ok {
				return built + "security-token:\n"
			}
			return built
		})},
	{"RTMP-TOKEN-01", "documented-name-bare", "signs the name SecurityToken without its value", query("oss-rtmp"),
		output(signature.CanonicalQuery, func(s *signature.Signing, built string) string {
			if _, ok := s.Param("SecurityToken"); ok {
				return built + "SecurityToken:\n"
			}
			return built
		})},
}

// pushLines writes the lines of a push URL otherwise.
func pushLines(order func(a, b wire.Param) int, colon string) Break {
	return stage(signature.CanonicalQuery, func(s *signature.Signing, dst []byte) ([]byte, error) {
		return appendPushLines(dst, pushParams(s, wire.UnescapeQuery), order, colon), nil
	})
}

// pushValues writes other values into the lines.
func pushValues(change func(value string) string) Break {
	return stage(signature.CanonicalQuery, func(s *signature.Signing, dst []byte) ([]byte, error) {
		list := pushParams(s, func(raw string) string { return change(wire.UnescapeQuery(raw)) })
		return appendPushLines(dst, list, byWholeName, ":"), nil
	})
}

// pushParams are the signed parameters of a push URL, in order of arrival.
func pushParams(s *signature.Signing, value func(raw string) string) []wire.Param {
	var list []wire.Param
	for _, p := range s.Params {
		if name := wire.UnescapeQuery(p.Name); s.Profile.SignedParameter(name) {
			list = append(list, wire.Param{Name: name, Value: value(p.Value)})
		}
	}
	return list
}

// appendPushLines writes parameters as lines.
func appendPushLines(dst []byte, list []wire.Param, order func(a, b wire.Param) int, colon string) []byte {
	if order != nil {
		slices.SortStableFunc(list, order)
	}
	for _, p := range list {
		dst = append(dst, p.Name+colon+p.Value+"\n"...)
	}
	return dst
}

// firstOfEach drops a parameter whose name was there before.
func firstOfEach(same func(name string) string) func(params []wire.Param) []wire.Param {
	return func(params []wire.Param) []wire.Param {
		seen := map[string]bool{}
		return slices.DeleteFunc(params, func(p wire.Param) bool {
			name := same(wire.UnescapeQuery(p.Name))
			twice := seen[name]
			seen[name] = true
			return twice
		})
	}
}
