package mutants

import (
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

var ossV1 = []Mutant{
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
