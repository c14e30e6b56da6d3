package mutants

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
)

// OBS in its own dress. The rules bind the AWS dress too.
var obsV2 = slices.Concat(
	obsV2String, obsV2Slots, obsV2Dates, obsV2Headers,
	obsV2Keys, obsV2Addressing, obsV2Parameters, obsV2Values, obsV2Names,
	obsV2Authorization, obsV2Query, obsV2Form,
)

const obsV2Scheme = "obs-v2"

// inString replaces the first occurrence of a text in the StringToSign.
func inString(old, new string) Break {
	return text(signature.StringToSign, func(built string) string { return strings.Replace(built, old, new, 1) })
}

// inResource replaces a text everywhere in the CanonicalizedResource.
func inResource(pairs ...string) Break {
	replacer := strings.NewReplacer(pairs...)
	return text(signature.CanonicalResource, replacer.Replace)
}

// inLines edits the first four lines of the StringToSign; the fifth item is
// all the rest.
func inLines(edit func(lines []string) []string) Break {
	return text(signature.StringToSign, func(built string) string {
		lines := strings.SplitN(built, "\n", 5)
		if len(lines) < 5 {
			return built
		}
		return strings.Join(edit(lines), "\n")
	})
}

// onlyWith makes a change of a profile for the requests that match alone; the
// others are signed by the reference's steps.
func onlyWith(matches func(s *signature.Signing) bool, name signature.Stage, edit func(built string) string) Break {
	return output(name, func(s *signature.Signing, built string) string {
		if matches(s) {
			return edit(built)
		}
		return built
	})
}
