package mutants

import (
	"slices"

	"github.com/countersign/countersign/signature"
)

// OBS in its own dress. The rules bind the AWS dress too.
var obsV2 = slices.Concat(
	obsV2String, obsV2Slots, obsV2Dates, obsV2Headers,
	obsV2Keys, obsV2Addressing, obsV2Parameters, obsV2Values, obsV2Names,
	obsV2Authorization, obsV2Query, obsV2Form,
)

const obsV2Scheme = "obs-v2"

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
