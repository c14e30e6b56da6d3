package mutants

import (
	"slices"
	"strconv"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// SDKs that change parameters.
var opParameters = slices.Concat([]Mutant{
	{"OP-PARAMETER-01", "raw-plus", "leaves plus signs of values raw", keySenders, rawInQuery("+")},
	{"OP-PARAMETER-01", "raw-percent", "leaves percent signs of values raw", keySenders, rawInQuery("%")},
	{"OP-PARAMETER-01", "raw-ampersand", "leaves ampersands of values raw", keySenders, rawInQuery("&")},
	{"OP-PARAMETER-01", "escaped-twice", "encodes values twice", keySenders, otherValue(wire.EscapeValue)},
	{"OP-PARAMETER-01", "path-cleaned", "cleans values like paths", keySenders, otherValue(dotsRemoved)},
	{"OP-PARAMETER-01", "leading-slashes-lost", "trims slashes in front of values", keySenders, otherValue(func(v string) string { return strings.TrimLeft(v, "/") })},
	{"OP-PARAMETER-01", "trimmed", "trims blanks from the ends of values", keySenders, otherValue(func(v string) string { return strings.Trim(v, " ") })},
	{"OP-PARAMETER-01", "tabs-and-line-ends-lost", "drops tabs and line ends", keySenders, otherValue(replacing("\t", "", "\r", "", "\n", ""))},
	{"OP-PARAMETER-01", "composed", "composes accents in values (NFC)", keySenders, otherValue(replacing("e\u0301", "\u00e9"))},
	{"OP-PARAMETER-01", "surrogates", "writes characters of four bytes as two surrogates", keySenders, otherValue(surrogatesApart)},
	{"OP-PARAMETER-01", "ascii-only", "writes question marks for what is not in Latin-1", keySenders, otherValue(func(v string) string {
		return strings.Map(func(r rune) rune {
			if r > 0xff {
				return '?'
			}
			return r
		}, v)
	})},
	{"OP-PARAMETER-01", "capital-escapes", "writes escapes in values with capital digits", keySenders, otherValue(upperEscapes)},
	{"OP-PARAMETER-01", "quotes-lost", "drops quotes", keySenders, otherValue(replacing("\"", ""))},
	{"OP-PARAMETER-01", "cut-at-semicolon", "ends values at a semicolon", keySenders, otherValue(upTo(";"))},
	{"OP-PARAMETER-01", "pipes-lost", "drops vertical bars", keySenders, otherValue(replacing("|", ""))},
	{"OP-PARAMETER-01", "padding-lost", "drops equals signs at the end of values", keySenders, otherValue(func(v string) string { return strings.TrimRight(v, "=") })},
	{"OP-PARAMETER-01", "base64-made-safe", "makes base64 safe for URLs", keySenders, otherValue(func(v string) string {
		if len(v) > 20 {
			return strings.NewReplacer("+", "-", "/", "_").Replace(v)
		}
		return v
	})},
	{"OP-PARAMETER-01", "marks-lost", "drops ~ * ' ( ) !", keySenders, otherValue(func(v string) string {
		return strings.NewReplacer("~", "", "*", "", "'", "", "(", "", ")", "", "!", "").Replace(v)
	})},
	{"OP-PARAMETER-01", "marks-but-parentheses-lost", "drops ~ * ' !", keySenders, otherValue(replacing("~", "", "*", "", "'", "", "!", ""))},
	{"OP-PARAMETER-01", "safe-base64-made-standard", "makes plus signs of hyphens in image processes", keySenders, otherParameter(func(n, v string) (string, string, bool) {
		if n == "x-oss-process" {
			v = strings.ReplaceAll(v, "-", "+")
		}
		return n, v, true
	})},
	{"OP-PARAMETER-01", "limit-lost", "leaves the limit of length out of the policy", senders("form"), policyLimit(func(least, most int64) (int64, int64, bool) { return 0, 0, false })},
	{"OP-PARAMETER-01", "limit-of-nothing-lost", "takes a limit that begins at 0 for none", senders("form"), policyLimit(func(least, most int64) (int64, int64, bool) { return least, most, least != 0 })},
	{"OP-PARAMETER-01", "limit-in-32-bits", "keeps the limit of length in 32 bits", senders("form"), policyLimit(func(least, most int64) (int64, int64, bool) { return least, int64(int32(most)), true })},
	{"OP-PARAMETER-01", "hyphens-lost", "writes underscores for hyphens in markers", keySenders, otherParameter(func(n, v string) (string, string, bool) {
		if n == "start-after" || n == "prefix" {
			v = strings.ReplaceAll(v, "-", "_")
		}
		return n, v, true
	})},
	{"OP-PARAMETER-01", "one-byte-delimiter", "knows delimiters of one byte", keySenders, otherParameter(func(n, v string) (string, string, bool) {
		if n == "delimiter" {
			v = v[:min(len(v), 1)]
		}
		return n, v, true
	})},
	{"OP-PARAMETER-01", "zero-lost", "drops parameters of value 0", keySenders, valueLost("0")},
	{"OP-PARAMETER-01", "false-lost", "drops parameters of value false", keySenders, valueLost("false")},
	{"OP-PARAMETER-01", "null-lost", "drops parameters of value null", keySenders, valueLost("null")},
	{"OP-PARAMETER-01", "empty-lost", "drops parameters with an empty value", keySenders, otherParameter(func(n, v string) (string, string, bool) {
		return n, v, v != "" || !strings.HasPrefix(n, "response-") && n != "prefix" && n != "marker" && n != "delimiter"
	})},
	{"OP-PARAMETER-01", "null-lost-on-delete", "deletes the newest version for the version null", senders("header"), plans(func(p *Plan) {
		if p.Request.Method == "DELETE" {
			p.Request.Target = strings.Replace(p.Request.Target, "?versionId=null", "", 1)
		}
	})},
	{"OP-PARAMETER-01", "numbers-as-doubles", "keeps numbers as floating point", keySenders, otherParameter(func(n, v string) (string, string, bool) {
		if f, err := strconv.ParseFloat(v, 64); err == nil && n == "position" {
			v = strconv.FormatFloat(f, 'f', 0, 64)
		}
		return n, v, true
	})},
	{"OP-PARAMETER-01", "ids-as-numbers", "takes an upload id of digits for a number", keySenders, otherParameter(func(n, v string) (string, string, bool) {
		if n == "uploadId" && strings.Trim(v, "0123456789") == "" {
			v = strings.TrimLeft(v, "0")
		}
		return n, v, true
	})},
	{"OP-PARAMETER-01", "four-digit-parts", "knows part numbers up to 9999", keySenders, partNumbers(9999)},
	{"OP-PARAMETER-01", "thousand-parts", "knows part numbers up to 1000", keySenders, partNumbers(1000)},
	{"OP-PARAMETER-01", "names-in-lower-case", "writes names in lower case", keySenders, otherParameter(func(n, v string) (string, string, bool) { return strings.ToLower(n), v, true })},
	{"OP-PARAMETER-01", "names-with-signs-lost", "drops names that must be encoded", keySenders, otherParameter(func(n, v string) (string, string, bool) {
		return n, v, wire.EscapeValue(n) == n
	})},
	{"OP-PARAMETER-01", "one-of-each-beginning", "sends one response-content parameter", keySenders, plans(func(p *Plan) {
		t := wire.SplitTarget(p.Request.Target)
		seen := false
		var kept []string
		for _, q := range strings.Split(t.Query, "&") {
			if strings.HasPrefix(q, "response-content-") {
				if seen {
					continue
				}
				seen = true
			}
			kept = append(kept, q)
		}
		t.Query = strings.Join(kept, "&")
		p.Request.Target = t.String()
	})},
	{"OP-PARAMETER-01", "override-lost-beside-version", "drops overrides beside a version", keySenders, plans(func(p *Plan) {
		t := wire.SplitTarget(p.Request.Target)
		if strings.Contains(t.Query, "versionId=") {
			kept := slices.DeleteFunc(strings.Split(t.Query, "&"), func(q string) bool { return strings.HasPrefix(q, "response-") })
			t.Query = strings.Join(kept, "&")
			p.Request.Target = t.String()
		}
	})},
	{"OP-PARAMETER-01", "listed-only", "drops parameters that it does not know", keySenders, otherParameter(func(n, v string) (string, string, bool) {
		return n, v, n != "utm" && n != "aclx" && n != "partNumberx"
	})},
	{"OP-PARAMETER-01", "known-by-their-beginning", "takes names that begin like a sub-resource for it", keySenders, otherParameter(func(n, v string) (string, string, bool) {
		return strings.TrimSuffix(n, "x"), v, true
	})},
	{"OP-PARAMETER-01", "commas-lost", "drops commas from image processes", keySenders, otherParameter(func(n, v string) (string, string, bool) {
		if strings.HasSuffix(n, "-process") {
			v = strings.ReplaceAll(v, ",", "")
		}
		return n, v, true
	})},
	{"OP-PARAMETER-02", "lost", "loses the sub-resource", keySenders, plans(func(p *Plan) { p.Request.Target = subresourceAs(p, "") })},
	{"OP-PARAMETER-02", "of-its-own-value", "writes the sub-resource as acl=acl", keySenders, plans(func(p *Plan) {
		for _, name := range p.Operation.Subresources {
			p.Request.Target = subresourceAs(p, name+"="+name)
		}
	})},
	{"OP-PARAMETER-02", "true", "writes the sub-resource as acl=true", senders("header"), plans(func(p *Plan) {
		for _, name := range p.Operation.Subresources {
			p.Request.Target = subresourceAs(p, name+"=true")
		}
	})},
	{"OP-PARAMETER-02", "in-capitals", "writes the sub-resource in capitals", senders("header"), plans(func(p *Plan) {
		for _, name := range p.Operation.Subresources {
			p.Request.Target = subresourceAs(p, strings.ToUpper(name))
		}
	})},
	{"OP-PARAMETER-02", "lost-beside-version", "loses the sub-resource beside a version", senders("header"), plans(func(p *Plan) {
		if strings.Contains(p.Request.Target, "versionId=") {
			p.Request.Target = subresourceAs(p, "")
		}
	})},
	{"OP-PARAMETER-02", "another-one", "asks for the ACL as well", senders("header"), plans(func(p *Plan) {
		if len(p.Operation.Subresources) > 0 && p.Operation.Subresources[0] != "acl" {
			p.Request.Target += "&acl"
		}
	})},
},
	parametersLost("response-content-type", "response-content-language", "response-expires", "response-cache-control", "response-content-disposition",
		"response-content-encoding", "x-oss-process", "x-image-process", "x-oss-traffic-limit", "callback-var", "versionId", "uploadId", "position",
		"prefix", "marker", "key-marker", "version-id-marker", "upload-id-marker", "max-keys", "max-uploads", "max-parts", "part-number-marker",
		"encoding-type", "start-after", "continuation-token", "fetch-owner"),
	inCalls("OP-PARAMETER-01", "plus-signs-raw", "leaves plus signs raw", senders("header"), rawInQueryPlan("+"),
		"UploadPart", "UploadPartCopy", "ListParts", "CompleteMultipartUpload", "AbortMultipartUpload", "ListObjects", "ListObjectsV2", "ListMultipartUploads", "ListObjectVersions", "HeadObject"),
	inCalls("OP-PARAMETER-01", "plus-signs-raw-in-the-url", "leaves plus signs raw in the URL", senders("query"), rawInQueryPlan("+"),
		"UploadPart", "UploadPartCopy", "ListParts", "HeadObject"),
	inCalls("OP-PARAMETER-01", "version-lost", "loses the version", senders("header"), queryLost("versionId"),
		"GetObject", "HeadObject", "DeleteObject", "GetObjectACL", "PutObjectACL", "GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging", "RestoreObject", "GetSymlink"),
	inCalls("OP-PARAMETER-02", "sub-resource-lost", "loses the sub-resource", senders("header"), plans(func(p *Plan) { p.Request.Target = subresourceAs(p, "") }),
		"GetBucketACL", "GetBucketLocation", "GetBucketLifecycle", "GetBucketCORS", "GetBucketLogging", "GetBucketWebsite", "GetBucketVersioning", "GetBucketPolicy",
		"ListObjectVersions", "ListMultipartUploads", "DeleteObjects", "AppendObject", "GetObjectACL", "PutObjectACL", "PutObjectTagging", "GetObjectTagging",
		"DeleteObjectTagging", "RestoreObject", "GetSymlink", "PutSymlink", "InitiateMultipartUpload"),
	inCalls("OP-METHOD-01", "another-method", "sends another method", senders("header"), plans(func(p *Plan) {
		p.Request.Method = map[string]string{"GET": "POST", "POST": "GET"}[p.Request.Method] + map[string]string{"PUT": "PATCH", "HEAD": "OPTIONS", "DELETE": "PATCH"}[p.Request.Method]
	}), "ListBuckets", "ListObjects", "ListObjectsV2", "ListMultipartUploads", "DeleteObjects", "GetObject", "PutObject", "HeadObject", "DeleteObject", "CopyObject", "AppendObject",
		"InitiateMultipartUpload", "UploadPart", "UploadPartCopy", "ListParts", "CompleteMultipartUpload", "AbortMultipartUpload", "DeleteObjectTagging"),
	inCalls("OP-TOKEN-01", "token-lost", "forgets the token", senders("header", "query"), anotherToken(func(string) string { return "" }),
		"DeleteObjects", "AppendObject", "CopyObject", "UploadPart", "ListObjects", "PutObject", "HeadObject", "DeleteObject"),
)

// SDKs that copy from elsewhere.
var opCopy = []Mutant{
	{"OP-COPY-01", "raw", "does not encode the source", senders("header"), sourceAs(func(s string) string { return "/" + s })},
	{"OP-COPY-01", "raw-in-urls", "does not encode the source of a signed URL", senders("query"), sourceAs(func(s string) string { return "/" + s })},
	{"OP-COPY-01", "like-a-whole-url", "encodes the source but for the bytes of a URL", senders("header"), sourceAs(func(s string) string {
		return "/" + strings.NewReplacer("%3F", "?", "%23", "#", "%26", "&", "%3D", "=", "%2B", "+", "%3A", ":", "%2C", ",", "%3B", ";", "%40", "@", "%24", "$").Replace(wire.EscapePath(s))
	})},
	{"OP-COPY-01", "escaped-twice", "encodes the source twice", keySenders, otherSource(wire.EscapePath)},
	{"OP-COPY-01", "escapes-kept", "takes a valid escape in the source for encoded", keySenders, sourceAs(func(s string) string { return "/" + escapesKept(wire.EscapePath(s)) })},
	{"OP-COPY-01", "looks-encoded", "leaves a source alone that looks encoded", keySenders, sourceAs(func(s string) string {
		if plain := wire.EscapePath(wire.Unescape(s)); strings.ReplaceAll(plain, "%2B", "") == strings.NewReplacer("%2B", "", "+", "").Replace(s) {
			return "/" + s
		}
		return "/" + wire.EscapePath(s)
	})},
	{"OP-COPY-01", "decoded", "decodes the source first", keySenders, otherSource(wire.Unescape)},
	{"OP-COPY-01", "decoded-as-query", "decodes the source as a query first", keySenders, otherSource(wire.UnescapeQuery)},
	{"OP-COPY-01", "cut-at-question-mark", "takes what stands behind a question mark for a version", keySenders, otherSource(upTo("?"))},
	{"OP-COPY-01", "version-cut-off", "takes ?versionId= at the end for a version", senders("header"), otherSource(upTo("?versionId="))},
	{"OP-COPY-01", "cut-at-hash", "ends the source at a number sign", senders("header"), otherSource(upTo("#"))},
	{"OP-COPY-01", "hash-first-lost", "ends the source at a number sign in front", senders("header"), otherSource(upTo("/#"))},
	{"OP-COPY-01", "slashes-joined", "joins slashes of the source", keySenders, otherSource(slashesJoined)},
	{"OP-COPY-01", "leading-slash-lost", "drops a slash in front of the source's key", keySenders, otherSource(func(s string) string {
		bucket, key, _ := strings.Cut(s, "/")
		return bucket + "/" + strings.TrimPrefix(key, "/")
	})},
	{"OP-COPY-01", "dot-segments-removed", "removes dot segments of the source", keySenders, otherSource(dotsRemoved)},
	{"OP-COPY-01", "trailing-slash-lost", "trims a slash from the end of the source", keySenders, otherSource(func(s string) string { return strings.TrimSuffix(s, "/") })},
	{"OP-COPY-01", "folders-lost", "keeps the last part of the source's key", keySenders, otherSource(func(s string) string {
		bucket, key, _ := strings.Cut(s, "/")
		return bucket + "/" + key[strings.LastIndexByte(strings.TrimRight(key, "/"), '/')+1:]
	})},
	{"OP-COPY-01", "bucket-cut-off-twice", "cuts the bucket off twice", keySenders, otherSource(func(s string) string {
		bucket, key, _ := strings.Cut(s, "/")
		return bucket + "/" + strings.TrimPrefix(key, bucket+"/")
	})},
	{"OP-COPY-01", "target-bucket", "copies from the bucket of the target", keySenders, otherSource(func(s string) string { return strings.Replace(s, "sourcebucket/", "examplebucket/", 1) })},
	{"OP-COPY-01", "bucket-of-letters", "knows buckets of letters only", keySenders, otherSource(func(s string) string { return strings.TrimLeft(s, "0123456789-") })},
	{"OP-COPY-01", "own-object-is-none", "leaves the source out where it is the target", keySenders, otherSource(func(s string) string { return strings.Replace(s, "examplebucket/notes/readme.txt", "", 1) })},
	{"OP-COPY-01", "trimmed", "trims the source", keySenders, otherSource(func(s string) string { return strings.TrimRight(s, " ") })},
	{"OP-COPY-01", "line-ends-lost", "drops line ends of the source", keySenders, otherSource(replacing("\r", "", "\n", ""))},
	{"OP-COPY-01", "latin-1-trimmed", "trims the bytes that Latin-1 takes for blanks", keySenders, otherSource(latin1BlanksTrimmed)},
	{"OP-COPY-01", "composed", "composes accents (NFC)", keySenders, otherSource(replacing("e\u0301", "\u00e9"))},
	{"OP-COPY-01", "surrogates", "writes characters of four bytes as two surrogates", keySenders, otherSource(surrogatesApart)},
	{"OP-COPY-01", "ascii-only", "writes question marks for what is not in Latin-1", keySenders, otherSource(func(s string) string {
		return strings.Map(func(r rune) rune {
			if r > 0xff {
				return '?'
			}
			return r
		}, s)
	})},
	{"OP-COPY-01", "quotes-lost", "drops quotes, brackets and backslashes", keySenders, otherSource(replacing("\"", "", "[", "", "]", "", "\\", ""))},
	{"OP-COPY-01", "marks-lost", "drops ~ * ' ( ) !", keySenders, otherSource(replacing("~", "", "*", "", "'", "", "(", "", ")", "", "!", ""))},
	{"OP-COPY-01", "split-at-commas", "ends the source at a comma or semicolon", keySenders, otherSource(upTo(","))},
	{"OP-COPY-01", "two-kilobytes", "ends the encoded source after two kilobytes", keySenders, sourceAs(func(s string) string {
		s = "/" + wire.EscapePath(s)
		return s[:min(len(s), 2048)]
	})},
	{"OP-COPY-01", "raw-in-parts", "does not encode the source of a part", senders("header"), rawSourceIn("UploadPartCopy")},
	{"OP-COPY-01", "part-slashes-joined", "joins slashes in the source of a part", senders("header"), inOperation("UploadPartCopy", plans(func(p *Plan) {
		name := p.Profile.Names.HeaderPrefix + "copy-source"
		value, _ := p.Request.Header(name)
		p.Request.SetHeader(name, slashesJoined(value))
	}))},
	{"OP-COPY-01", "lost-in-path-style", "loses the source with path style", senders("header"), plans(func(p *Plan) {
		if p.Addressing == signature.PathStyle {
			p.Request.SetHeader(p.Profile.Names.HeaderPrefix+"copy-source", "/")
		}
	})},
	{"OP-COPY-01", "lost-with-token", "loses the source beside a token", senders("header"), plans(func(p *Plan) {
		if p.Credentials.SecurityToken != "" {
			p.Request.SetHeader(p.Profile.Names.HeaderPrefix+"copy-source", "/")
		}
	})},
}

func rawSourceIn(operation string) Break {
	return inOperation(operation, plans(func(p *Plan) {
		p.Request.SetHeader(p.Profile.Names.HeaderPrefix+"copy-source", "/"+string(p.Case.Operation.CopySource))
	}))
}

// rawInQuery leaves a byte of values as it is.
func rawInQuery(char string) Break {
	return Break{Sends: func(s *Sender) {
		s.Value = func(v string) string { return strings.ReplaceAll(wire.EscapeValue(v), wire.EscapeValue(char), char) }
	}}
}

// rawInQueryPlan is rawInQuery behind the plan, for [inOperation].
func rawInQueryPlan(char string) Break {
	return plans(func(p *Plan) {
		t := wire.SplitTarget(p.Request.Target)
		t.Query = strings.ReplaceAll(t.Query, wire.EscapeValue(char), char)
		p.Request.Target = t.String()
	})
}

// queryLost does not send a parameter.
func queryLost(name string) Break {
	return otherParameter(func(n, v string) (string, string, bool) { return n, v, n != name })
}

// valueLost does not send the parameters of a value.
func valueLost(value string) Break {
	return otherParameter(func(n, v string) (string, string, bool) { return n, v, v != value })
}

func parametersLost(names ...string) []Mutant {
	var out []Mutant
	for _, name := range names {
		out = append(out, Mutant{"OP-PARAMETER-01", "lost-" + strings.ToLower(name), "has no option for " + name, keySenders, queryLost(name)})
	}
	return out
}

// policyLimit puts another limit of length into the policy, or none.
func policyLimit(change func(least, most int64) (int64, int64, bool)) Break {
	return plans(func(p *Plan) {
		var kept []Range
		for _, r := range p.Ranges {
			if least, most, keep := change(r.Least, r.Most); keep {
				kept = append(kept, Range{r.Name, least, most})
			}
		}
		p.Ranges = kept
	})
}

func partNumbers(most int) Break {
	return otherParameter(func(n, v string) (string, string, bool) {
		if number, err := strconv.Atoi(v); err == nil && n == "partNumber" {
			v = strconv.Itoa(min(number, most))
		}
		return n, v, true
	})
}

// inCalls are SDKs of which one call goes wrong.
func inCalls(requirement, name, about string, profiles []string, b Break, calls ...string) []Mutant {
	var out []Mutant
	for _, call := range calls {
		out = append(out, Mutant{requirement, name + "-in-" + strings.ToLower(call), about + " in " + call, profiles, inOperation(call, b)})
	}
	return out
}

// subresourceAs is the target with the operation's sub-resource written
// otherwise.
func subresourceAs(p *Plan, as string) string {
	t := wire.SplitTarget(p.Request.Target)
	var kept []string
	for _, q := range strings.Split(t.Query, "&") {
		switch {
		case !slices.Contains(p.Operation.Subresources, q):
			kept = append(kept, q)
		case as != "":
			kept = append(kept, as)
		}
	}
	t.Query = strings.Join(kept, "&")
	t.HasQuery = t.Query != ""
	return t.String()
}
