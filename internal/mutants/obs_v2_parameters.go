package mutants

import (
	"cmp"
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of the sub-resources: which are signed, in what order, and how.

// asSent are the signed parameters one for one, in order of arrival.
func asSent(s *signature.Signing) []string {
	var pieces []string
	for _, p := range s.Params {
		name, value := wire.UnescapeQuery(p.Name), wire.UnescapeQuery(p.Value)
		if s.Profile.SignedParameter(name) {
			if value != "" {
				name += "=" + value
			}
			pieces = append(pieces, name)
		}
	}
	return pieces
}

var obsV2Parameters = append([]Mutant{
	{"OBS2-PARAM-01", "all", "signs every parameter that is no part of the signature", requests(obsV2Scheme),
		signedParameter(func(p *signature.Profile, name string) bool {
			return p.SignedParameter(name) || !slices.Contains([]string{"AccessKeyId", "Expires", "Signature"}, name)
		})},
	{"OBS2-PARAM-01", "beginnings", "signs names that begin with a listed one", requests(obsV2Scheme),
		signedParameter(func(p *signature.Profile, name string) bool {
			return p.SignedParameter(name) || slices.ContainsFunc([]string{"acl", "versionId"}, func(l string) bool { return strings.HasPrefix(name, l) })
		})},
	{"OBS2-PARAM-03", "unsorted", "leaves sub-resources in order of arrival", requests(obsV2Scheme), inPieces(func(s *signature.Signing, _ []string) []string { return asSent(s) })},
	{"OBS2-PARAM-03", "first-character", "sorts by the first character alone", requests(obsV2Scheme),
		inPieces(func(s *signature.Signing, _ []string) []string {
			pieces := asSent(s)
			slices.SortStableFunc(pieces, byFirstByte)
			return pieces
		})},
	{"OBS2-PARAM-03", "ten-sorted", "sorts up to ten sub-resources", requests(obsV2Scheme),
		inPieces(func(s *signature.Signing, pieces []string) []string {
			if len(pieces) > 10 {
				return asSent(s)
			}
			return pieces
		})},
	{"OBS2-PARAM-03", "without-case", "sorts without regard to letter case", requests(obsV2Scheme),
		inPieces(func(_ *signature.Signing, pieces []string) []string {
			slices.SortStableFunc(pieces, func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) })
			return pieces
		})},
	{"OBS2-PARAM-03", "question-marks", "writes a question mark in front of each", requests(obsV2Scheme),
		inPieces(func(_ *signature.Signing, pieces []string) []string { return []string{strings.Join(pieces, "?")} })},
	{"OBS2-PARAM-03", "empty-parts", "signs empty parts of a query", requests(obsV2Scheme),
		output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
			if strings.Contains(s.Target.Query, "&&") {
				built += "&"
			}
			return built
		})},
	{"OBS2-PARAM-03", "question-mark-of-nothing", "writes a question mark where nothing is signed", requests(obsV2Scheme),
		output(signature.CanonicalResource, func(s *signature.Signing, built string) string {
			if s.Target.HasQuery && !strings.Contains(built, "?") {
				built += "?"
			}
			return built
		})},
	{"OBS2-PARAM-05", "equals-always", "writes an equals sign behind every bare name", requests(obsV2Scheme),
		inPieces(func(s *signature.Signing, pieces []string) []string {
			for i, p := range pieces {
				if !strings.Contains(p, "=") && !sentWithEquals(s, p) {
					pieces[i] = p + "="
				}
			}
			return pieces
		})},
	{"OBS2-PARAM-21", "one-sdk-followed", "signs every name that an SDK lists", header(obsV2Scheme), listed("x-workflow-start", "select", "select-type")},
	{"OBS2-PARAM-15", "equals-kept", "keeps the equals sign of an empty value", requests(obsV2Scheme),
		inPieces(func(s *signature.Signing, pieces []string) []string {
			for i, p := range pieces {
				if !strings.Contains(p, "=") && sentWithEquals(s, p) {
					pieces[i] = p + "="
				}
			}
			return pieces
		})},
	{"OBS2-PARAM-15", "left-out", "does not sign a sub-resource with an empty value", requests(obsV2Scheme),
		dropping(func(p wire.Param) bool { return p.HasValue && p.Value == "" })},
	{"OBS2-PARAM-06", "last", "takes the last of a repeated name", requests(obsV2Scheme), parameters(func(params []wire.Param) []wire.Param {
		slices.Reverse(params)
		return params
	})},
	{"OBS2-PARAM-06", "both", "signs a repeated name twice", requests(obsV2Scheme), inPieces(func(s *signature.Signing, _ []string) []string {
		pieces := asSent(s)
		slices.SortStableFunc(pieces, func(a, b string) int { return cmp.Compare(nameOf(a), nameOf(b)) })
		return pieces
	})},
	{"OBS2-PARAM-06", "empty-passed-over", "takes the first that has a value", requests(obsV2Scheme), parameters(func(params []wire.Param) []wire.Param {
		slices.SortStableFunc(params, func(a, b wire.Param) int { return boolInt(a.Value == "") - boolInt(b.Value == "") })
		return params
	})},
	{"OBS2-PARAM-06", "repeated-refused", "takes a request with a repeated parameter for malformed", requests(obsV2Scheme),
		Break{Profile: func(p *signature.Profile) *signature.Profile {
			c := p.Clone()
			c.Read = func(s *signature.Signing) []*signature.Fault {
				faults := p.Read(s)
				for i, param := range s.Params {
					if slices.ContainsFunc(s.Params[:i], func(q wire.Param) bool { return q.Name == param.Name }) {
						faults = append(faults, &signature.Fault{Class: signature.MalformedQuery, Where: "parameter " + param.Name})
					}
				}
				return faults
			}
			return c
		}}},
	{"OBS2-PARAM-07", "undecoded", "does not decode the response overrides", requests(obsV2Scheme), eachParameter(func(p *wire.Param) {
		if strings.HasPrefix(p.Name, "response-") {
			p.Value = strings.ReplaceAll(p.Value, "%", "%25")
		}
	})},
	{"OBS2-PARAM-08", "any-case", "looks names up without regard to letter case", requests(obsV2Scheme),
		signedParameter(func(p *signature.Profile, name string) bool {
			return p.SignedParameter(name) || slices.Contains([]string{"acl", "uploadid"}, strings.ToLower(name))
		})},
	{"OBS2-PARAM-08", "small-letters", "signs uploadid for uploadId", requests(obsV2Scheme), listed("uploadid")},
	{"OBS2-PARAM-09", "by-prefix", "signs every parameter with the prefix", requests(obsV2Scheme),
		signedParameter(func(p *signature.Profile, name string) bool {
			return p.SignedParameter(name) || strings.HasPrefix(name, "x-obs-")
		})},
	{"OBS2-PARAM-16", "lower-case", "writes names in lower case", requests(obsV2Scheme),
		inPieces(func(_ *signature.Signing, pieces []string) []string {
			for i, p := range pieces {
				name := nameOf(p)
				pieces[i] = strings.ToLower(name) + p[len(name):]
			}
			return pieces
		})},
}, unsignedNames()...)

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// sentWithEquals reports whether the first parameter of a name has an equals
// sign on the wire.
func sentWithEquals(s *signature.Signing, name string) bool {
	i := slices.IndexFunc(s.Params, func(p wire.Param) bool { return wire.UnescapeQuery(p.Name) == name })
	return i >= 0 && s.Params[i].HasValue
}

// unsignedNames are signers that sign a parameter which is on no list.
func unsignedNames() []Mutant {
	var family []Mutant
	for _, g := range []struct {
		requirement string
		names       []string
	}{
		{"OBS2-PARAM-01", []string{"apiversion", "utm-source", "security-token", "x-amz-security-token"}},
		{"OBS2-PARAM-02", []string{"prefix", "marker", "max-keys", "delimiter", "encoding-type", "key-marker", "version-id-marker", "max-uploads", "upload-id-marker", "max-parts", "part-number-marker"}},
		{"OBS2-PARAM-09", []string{"x-obs-callback"}},
	} {
		for _, name := range g.names {
			family = append(family, Mutant{g.requirement, "signs-" + name, "signs " + name, requests(obsV2Scheme), listed(name)})
		}
	}
	return family
}

// obsV2Names are signers whose list lacks one name.
var obsV2Names = func() []Mutant {
	groups := []struct {
		requirement string
		names       []string
	}{
		{"OBS2-PARAM-07", []string{"response-cache-control", "response-content-disposition", "response-content-encoding", "response-content-language", "response-content-type", "response-expires"}},
		{"OBS2-PARAM-11", []string{"append", "backtosource", "directcoldaccess", "x-image-process", "x-image-save-bucket", "x-image-save-object"}},
		{"OBS2-PARAM-12", []string{"requestPayment"}},
		{"OBS2-PARAM-13", []string{"x-oss-process"}},
		{"OBS2-PARAM-17", []string{"attname", "customdomain", "deletebucket", "encryption", "inventory", "length", "metadata", "modify", "name", "object-lock", "rename", "retention", "truncate"}},
		{"OBS2-PARAM-18", []string{"CDNNotifyConfiguration", "mirrorBackToSource", "obscompresspolicy", "orchestration"}},
		{"OBS2-PARAM-19", []string{"bucketstatus", "obsalias", "obsbucketalias", "policystatus", "publicaccessblock"}},
		{"OBS2-PARAM-10", []string{"acl", "cors", "delete", "lifecycle", "location", "logging", "notification", "partNumber", "policy", "position", "quota", "replication", "restore", "storageClass",
			"storageinfo", "storagePolicy", "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning", "versions", "website"}},
	}
	var family []Mutant
	for _, g := range groups {
		for _, name := range g.names {
			family = append(family, Mutant{g.requirement, "without-" + strings.ToLower(name), "does not sign " + name, requests(obsV2Scheme), unlisted(name)})
		}
	}
	return family
}()

// obsV2Values read the value of a sub-resource otherwise.
var obsV2Values = append([]Mutant{
	{"OBS2-PARAM-04", "undecoded", "does not decode values", requests(obsV2Scheme), valuesTravel(replacing("%", "%25"))},
	{"OBS2-PARAM-04", "decoded-twice", "decodes values twice", requests(obsV2Scheme), eachParameter(func(p *wire.Param) { p.Value = wire.UnescapeQuery(p.Value) })},
	{"OBS2-PARAM-04", "dropped", "signs names alone", requests(obsV2Scheme), inPieces(func(_ *signature.Signing, pieces []string) []string {
		for i, p := range pieces {
			pieces[i] = nameOf(p)
		}
		return pieces
	})},
	{"OBS2-PARAM-04", "zero-dropped", "takes 0 for no value", requests(obsV2Scheme), inPieces(func(_ *signature.Signing, pieces []string) []string {
		for i, p := range pieces {
			pieces[i] = strings.TrimSuffix(p, "=0")
		}
		return pieces
	})},
	{"OBS2-PARAM-04", "last-equals", "cuts a value at its last equals sign", requests(obsV2Scheme), eachParameter(func(p *wire.Param) {
		if at := strings.LastIndexByte(p.Value, '='); at >= 0 {
			p.Value = p.Value[at+1:]
		}
	})},
	{"OBS2-PARAM-04", "question-mark-cut", "cuts a value at a question mark", requests(obsV2Scheme), valuesTravel(upTo("?"))},
	{"OBS2-PARAM-04", "semicolon-cut", "parts parameters at semicolons", requests(obsV2Scheme), valuesTravel(upTo(";"))},
	{"OBS2-PARAM-04", "nul-cut", "cuts a value at its NUL", requests(obsV2Scheme), valuesTravel(upTo("%00"))},
	{"OBS2-PARAM-04", "fragment-cut", "cuts a value at its hash sign", requests(obsV2Scheme), valuesTravel(upTo("%23"))},
	{"OBS2-PARAM-04", "no-utf-8-replaced", "replaces bytes that are no UTF-8", requests(obsV2Scheme), valuesTravel(replacing("%FF", "%EF%BF%BD"))},
	{"OBS2-PARAM-04", "raw-utf-8-encoded", "encodes raw UTF-8", requests(obsV2Scheme), valuesTravel(replacing("\u00e9", "%25C3%25A9"))},
	{"OBS2-PARAM-04", "raw-slash-encoded", "encodes what stands raw", requests(obsV2Scheme), valuesTravel(replacing("/", "%252F"))},
	{"OBS2-PARAM-04", "utf-8-undecoded", "does not decode what is not ASCII", requests(obsV2Scheme), valuesTravel(replacing("%E5", "%25E5"))},
	{"OBS2-PARAM-14", "plus-kept", "keeps a plus sign", requests(obsV2Scheme), valuesTravel(replacing("+", "%2B"))},
}, undecoded()...)

// undecoded are decoders that leave one encoded byte as it is, as decodeURI and
// its like do.
func undecoded() []Mutant {
	var family []Mutant
	for _, b := range []struct{ name, escape string }{
		{"blank", "%20"}, {"plus", "%2B"}, {"slash", "%2F"}, {"small-digits", "%2f"}, {"percent", "%25"}, {"ampersand", "%26"}, {"line-feed", "%0A"}, {"tilde", "%7E"}, {"exclamation-mark", "%21"},
	} {
		family = append(family, Mutant{"OBS2-PARAM-04", "keeps-" + b.name, "does not decode " + b.escape, requests(obsV2Scheme), valuesTravel(replacing(b.escape, "%25"+b.escape[1:]))})
	}
	return family
}
