package mutants

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of the parameters that OSS V1 signs.
var ossV1Parameters = slices.Concat(
	unlistedEach("OSS1-PARAM-13", "%s-unsigned", "", header("oss-v1"), "acl append bucketInfo cname comp cors delete endTime img lifecycle live location logging objectMeta "+
		"partNumber position qos referer replication replicationLocation replicationProgress response-cache-control response-content-disposition "+
		"response-content-encoding response-content-language response-content-type response-expires security-token startTime status style "+
		"styleName symlink tagging uploadId uploads vod website x-oss-process"),
	unlistedEach("OSS1-PARAM-14", "%s-unsigned", "", header("oss-v1"), "accessPoint accessPointPolicy bucketArchiveDirectRead cleanRestoredObject cloudboxes continuation-token "+
		"encryption httpsConfig inventory inventoryId legalHold metaQuery objectWorm policy policyStatus publicAccessBlock redundancyTransition "+
		"requestPayment resourceGroup restore retention rtc transferAcceleration userDefinedLogFieldsConfig versioning worm wormExtend wormId"),
	unlistedEach("OSS1-PARAM-17", "%s-unsigned", "", header("oss-v1"), "callback callback-var regionList sequential stat versionId versions"),
	unlistedEach("OSS1-PARAM-19", "%s-unsigned", "", header("oss-v1"), "accessPointConfigForObjectProcess accessPointForObjectProcess accessPointPolicyForObjectProcess "+
		"overwriteConfig regions seal"),
	unlistedEach("OSS1-PARAM-20", "%s-unsigned", "", header("oss-v1"), "asyncFetch group link objectInfo processConfiguration qosInfo qosRequester requesterQosInfo resourcePool "+
		"resourcePoolBuckets resourcePoolInfo responseHeader udf udfApplication udfApplicationLog udfId udfImage udfImageDesc udfName vip vpcip "+
		"withHashContext"),
	unlistedEach("OSS1-PARAM-21", "%s-unsigned", "", header("oss-v1"), "x-oss-access-point-name x-oss-redundancy-transition-taskid x-oss-target-redundancy-type"),
	unlistedEach("OSS1-PARAM-22", "%s-unsigned", "", header("oss-v1"), "x-oss-ac-forward-allow x-oss-ac-source-ip x-oss-ac-subnet-mask x-oss-ac-vpc-id x-oss-async-process "+
		"x-oss-delete x-oss-dir x-oss-enable-md5 x-oss-enable-sha1 x-oss-enable-sha256 x-oss-hash-ctx x-oss-md5-ctx x-oss-rename "+
		"x-oss-request-payer x-oss-security-token x-oss-sign-origin-only x-oss-traffic-limit x-oss-write-get-object-response"),
	listedEach("OSS1-PARAM-01", "%s-signed", header("oss-v1"), "v start-after key-marker upload-id-marker part-number-marker Content-Type aclx OSSAccessKeyId request-source"),
	listedEach("OSS1-PARAM-02", "%s-signed", header("oss-v1"), "prefix delimiter marker max-keys encoding-type list-type"),
	listedEach("OSS1-PARAM-15", "%s-signed", header("oss-v1"), "accessmonitor category mode rule-id"),
	ossV1ParameterRules,
)

var ossV1ParameterRules = []Mutant{
	{"OSS1-PARAM-01", "all", "signs every parameter", requests("oss-v1"),
		signedParameter(func(p *signature.Profile, name string) bool {
			return name != "Signature" && name != "OSSAccessKeyId" && name != "Expires"
		})},
	{"OSS1-PARAM-01", "beginnings", "signs names that begin with a signed one", header("oss-v1"),
		signedParameter(func(p *signature.Profile, name string) bool {
			return p.SignedParameter(name) || slices.ContainsFunc(signature.SignedParameters("oss-v1").Names,
				func(l signature.ListedParameter) bool { return strings.HasPrefix(name, l.Name) })
		})},
	{"OSS1-PARAM-01", "none", "signs no parameter", requests("oss-v1"),
		signedParameter(func(*signature.Profile, string) bool { return false })},
	{"OSS1-PARAM-03", "as-sent", "signs values as they are on the wire", requests("oss-v1"),
		resourceParameters(func(p *param) { p.value = p.sentValue })},
	{"OSS1-PARAM-03", "names-as-sent", "looks for names as they are on the wire", requests("oss-v1"),
		dropping(func(p wire.Param) bool { return strings.Contains(p.Name, "%") })},
	{"OSS1-PARAM-03", "twice", "decodes values twice", requests("oss-v1"),
		resourceParameters(func(p *param) { p.value = wire.UnescapeQuery(p.value) })},
	{"OSS1-PARAM-03", "encoded-strictly", "encodes decoded values again", requests("oss-v1"),
		resourceParameters(func(p *param) { p.value = wire.EscapeValue(p.value) })},
	{"OSS1-PARAM-03", "small-digits-stay", "decodes %2F and not %2f", requests("oss-v1"),
		resourceParameters(func(p *param) {
			if strings.ToUpper(p.sentValue) != p.sentValue && strings.Contains(p.sentValue, "%2f") {
				p.value = p.sentValue
			}
		})},
	{"OSS1-PARAM-03", "cut-at-equals", "cuts a value at an equals sign", requests("oss-v1"),
		resourceParameters(func(p *param) { p.value, _, _ = strings.Cut(p.value, "=") })},
	{"OSS1-PARAM-03", "not-utf-8-replaced", "replaces what is no UTF-8 in a value", header("oss-v1"),
		resourceParameters(func(p *param) { p.value = strings.ToValidUTF8(p.value, "\uFFFD") })},
	{"OSS1-PARAM-03", "latin-1", "takes the bytes of a value for Latin-1", header("oss-v1"),
		resourceParameters(func(p *param) { p.value = latin1AsUTF8(p.value) })},
	{"OSS1-PARAM-03", "trimmed", "trims blanks of a value", header("oss-v1"),
		resourceParameters(func(p *param) { p.value = strings.Trim(p.value, " ") })},
	{"OSS1-PARAM-03", "line-feeds-lost", "takes line feeds out of a value", header("oss-v1"),
		resourceParameters(func(p *param) { p.value = strings.NewReplacer("\r", "", "\n", "").Replace(p.value) })},
	{"OSS1-PARAM-03", "semicolon-separates", "parts the query at semicolons too", header("oss-v1"),
		input(func(r *wire.Request) {
			t := wire.SplitTarget(r.Target)
			t.Query = strings.ReplaceAll(t.Query, ";", "&")
			r.Target = t.String()
		}, signature.CanonicalResource)},
	{"OSS1-PARAM-04", "plus-stays", "keeps a raw plus sign of a value", requests("oss-v1"),
		resourceParameters(func(p *param) { p.value = wire.Unescape(p.sentValue) })},
	{"OSS1-PARAM-04", "encoded-plus-too", "makes a blank of %2B too", header("oss-v1"),
		resourceParameters(func(p *param) { p.value = strings.ReplaceAll(p.value, "+", " ") })},
	{"OSS1-PARAM-05", "as-sent", "keeps the order of the wire", requests("oss-v1"), resourceOrder(func(a, b *param) int { return 0 })},
	{"OSS1-PARAM-05", "backwards", "sorts backwards", requests("oss-v1"), resourceOrder(func(a, b *param) int { return strings.Compare(b.name, a.name) })},
	{"OSS1-PARAM-06", "first-letter", "sorts by the first letter of a name", requests("oss-v1"),
		resourceOrder(func(a, b *param) int { return byFirstByte(a.name, b.name) })},
	{"OSS1-PARAM-06", "any-case", "sorts without regard to letter case", requests("oss-v1"),
		resourceOrder(func(a, b *param) int { return strings.Compare(strings.ToLower(a.name), strings.ToLower(b.name)) })},
	{"OSS1-PARAM-06", "whole-pairs", "sorts name=value as one text", requests("oss-v1"),
		resourceOrder(func(a, b *param) int { return strings.Compare(a.pair(), b.pair()) })},
	{"OSS1-PARAM-06", "before-decoding", "sorts before it decodes", header("oss-v1"),
		resourceOrder(func(a, b *param) int { return strings.Compare(a.sentName, b.sentName) })},
	{"OSS1-PARAM-06", "dashes-ignored", "sorts as a dictionary does, without dashes", requests("oss-v1"),
		resourceOrder(func(a, b *param) int {
			return strings.Compare(strings.ReplaceAll(a.name, "-", ""), strings.ReplaceAll(b.name, "-", ""))
		})},
	{"OSS1-PARAM-06", "longer-first", "puts a name behind a longer one that begins with it", requests("oss-v1"),
		resourceOrder(func(a, b *param) int { return strings.Compare(a.name+"\x7f", b.name+"\x7f") })},
	{"OSS1-PARAM-06", "by-length", "sorts by length first", header("oss-v1"),
		resourceOrder(func(a, b *param) int {
			if len(a.name) != len(b.name) {
				return len(a.name) - len(b.name)
			}
			return strings.Compare(a.name, b.name)
		})},
	{"OSS1-PARAM-06", "numbers", "sorts numbers in names as numbers", header("oss-v1"),
		resourceOrder(func(a, b *param) int { return compareNumbers(a.name, b.name) })},
	{"OSS1-PARAM-07", "with-equals", "signs a bare name with an equals sign", requests("oss-v1"),
		resourceParameters(func(p *param) { p.equals = p.equals || !p.sentEquals })},
	{"OSS1-PARAM-07", "dropped", "does not sign a bare name", requests("oss-v1"),
		dropping(func(p wire.Param) bool { return !p.HasValue })},
	{"OSS1-PARAM-08", "with-equals", "signs an empty value with its equals sign", requests("oss-v1"),
		resourceParameters(func(p *param) { p.equals = p.equals || p.sentEquals })},
	{"OSS1-PARAM-08", "dropped", "does not sign a name whose value is empty", requests("oss-v1"),
		dropping(func(p wire.Param) bool { return p.HasValue && p.Value == "" })},
	{"OSS1-PARAM-09", "zero-is-nothing", "signs the value 0 as if there were none", requests("oss-v1"),
		resourceParameters(func(p *param) { p.equals = p.equals && p.value != "0" })},
	{"OSS1-PARAM-09", "false-is-nothing", "signs the value false as if there were none", header("oss-v1"),
		resourceParameters(func(p *param) { p.equals = p.equals && p.value != "false" })},
	{"OSS1-PARAM-10", "no-question-mark", "puts an ampersand before the first parameter", requests("oss-v1"),
		text(signature.CanonicalResource, func(built string) string { return strings.Replace(built, "?", "&", 1) })},
	{"OSS1-PARAM-10", "question-mark-always", "puts a question mark behind the path always", requests("oss-v1"),
		output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
			for _, p := range s.Params {
				if s.Profile.SignedParameter(wire.UnescapeQuery(p.Name)) {
					return built
				}
			}
			return built + "?"
		})},
	{"OSS1-PARAM-10", "semicolons", "joins parameters by semicolons", requests("oss-v1"), resourceJoined(";")},
	{"OSS1-PARAM-10", "lines", "joins parameters by line feeds", header("oss-v1"), resourceJoined("\n")},
	{"OSS1-PARAM-11", "any-case", "looks names up without regard to letter case", requests("oss-v1"),
		signedParameter(func(p *signature.Profile, name string) bool {
			return p.SignedParameter(name) || slices.ContainsFunc(signature.SignedParameters("oss-v1").Names,
				func(l signature.ListedParameter) bool { return strings.EqualFold(l.Name, name) })
		})},
	{"OSS1-PARAM-11", "lower-case", "signs names in lower case", requests("oss-v1"),
		resourceParameters(func(p *param) { p.name = strings.ToLower(p.name) })},
	{"OSS1-PARAM-11", "prefix-in-any-case", "looks the prefix x-oss- up without regard to letter case", header("oss-v1"),
		signedParameter(func(p *signature.Profile, name string) bool {
			return p.SignedParameter(name) || strings.HasPrefix(strings.ToLower(name), "x-oss-")
		})},
	{"OSS1-PARAM-12", "encoded", "signs the values of response- overrides percent-encoded", requests("oss-v1"),
		resourceParameters(func(p *param) {
			if strings.HasPrefix(p.name, "response-") {
				p.value = wire.EscapeValue(p.value)
			}
		})},
	{"OSS1-PARAM-12", "left-out", "does not sign response- overrides", requests("oss-v1"),
		signedParameter(func(p *signature.Profile, name string) bool {
			return p.SignedParameter(name) && !strings.HasPrefix(name, "response-")
		})},
	{"OSS1-PARAM-16", "list-alone", "signs no x-oss- parameter that the list does not name", requests("oss-v1"),
		signedParameter(func(p *signature.Profile, name string) bool {
			_, listed := signature.SignedParameters("oss-v1").Lookup(name)
			return listed && p.SignedParameter(name)
		})},
	{"OSS1-PARAM-16", "without-the-dash", "signs every name that begins with x-oss", header("oss-v1"),
		signedParameter(func(p *signature.Profile, name string) bool {
			return p.SignedParameter(name) || strings.HasPrefix(name, "x-oss")
		})},
	{"OSS1-PARAM-18", "first-alone", "signs the first of two parameters of one name", requests("oss-v1"),
		resourceList(func(list []param) []param {
			return slices.CompactFunc(list, func(a, b param) bool { return a.name == b.name })
		})},
	{"OSS1-PARAM-18", "joined", "joins the values of one name by a comma", requests("oss-v1"),
		resourceList(valuesJoined)},
	{"OSS1-PARAM-18", "values-sorted", "sorts the values of one name", requests("oss-v1"),
		resourceOrder(func(a, b *param) int { return strings.Compare(a.name+"\x00"+a.value, b.name+"\x00"+b.value) })},
}
