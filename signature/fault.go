package signature

import (
	"fmt"
	"strconv"
)

// Class names a kind of refusal. The words are those of the vectors.
type Class string

// The classes.
const (
	SignatureMismatch      Class = "signature-mismatch"
	MalformedAuthorization Class = "malformed-authorization"
	MalformedQuery         Class = "malformed-query"
	MalformedForm          Class = "malformed-form"
	UnknownKey             Class = "unknown-key"
	Expired                Class = "expired"
	NotYetValid            Class = "not-yet-valid"
	Skewed                 Class = "skewed"
	MissingDate            Class = "missing-date"
	BadDate                Class = "bad-date"
	WrongScope             Class = "wrong-scope"
	AuthenticatedTwice     Class = "authenticated-twice"
	UnknownAccessKey       Class = "unknown-access-key"
	TokenMissing           Class = "token-missing"  // a temporary key without its token
	TokenMismatch          Class = "token-mismatch" // or with another one
	PolicyRefused          Class = "policy-refused"
)

// Fault says what of a request's authentication breaks a rule, where, and
// which rule.
type Fault struct {
	Class  Class
	Where  string // `header Authorization`, `parameter x-oss-expires`, `field policy`
	Offset int    // byte position in the value, or -1
	Rule   string // the rule and its source
	EC     string // the error code OSS documents for it, or ""; OBS has none
	Got    string // the offending text, shortened; never a secret
}

func (f *Fault) Error() string {
	msg := f.Where
	if f.Offset >= 0 {
		msg += " at byte " + strconv.Itoa(f.Offset)
	}
	msg += ": " + f.Rule
	if f.Got != "" {
		got := f.Got
		if len(got) > 60 {
			got = got[:60] + "…"
		}
		msg += fmt.Sprintf(", got %q", got)
	}
	if f.EC != "" {
		msg += " (EC " + f.EC + ")"
	}
	return msg
}
