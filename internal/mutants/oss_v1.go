package mutants

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// What OSS V1 says of requests signed in their header and, where the rules are
// the same, in their URL.
var ossV1 = slices.Concat(ossV1Strings, ossV1Parameters)

var ossV1Strings = []Mutant{
	{"OSS1-VERB-01", "lower-case", "signs the method in lower case", requests("oss-v1"),
		input(func(r *wire.Request) { r.Method = strings.ToLower(r.Method) }, signature.StringToSign)},
	{"OSS1-DATE-02", "date-wins", "takes Date although x-oss-date is there", header("oss-v1"),
		dateLine(func(s *signature.Signing) string {
			if date, ok := s.Request.Header("Date"); ok {
				return date
			}
			date, _ := s.Request.Header("x-oss-date")
			return date
		})},
}
