package signature

// Stage names one intermediate value on the way from a request to its
// signature. The names are part of the published JSON contracts.
type Stage string

// The stages, in the order they are built. A scheme has those that apply.
const (
	CanonicalHeaders  Stage = "canonicalHeaders"
	CanonicalQuery    Stage = "canonicalQuery"
	CanonicalResource Stage = "canonicalResource"
	CanonicalRequest  Stage = "canonicalRequest"
	StringToSign      Stage = "stringToSign"
	SigningKey        Stage = "signingKey" // lower-case hexadecimal
	SignatureValue    Stage = "signature"  // before percent-encoding
	Authorization     Stage = "authorization"
	URL               Stage = "url"
	Form              Stage = "form" // name=value pairs joined by &, percent-encoded
)

// Stages holds all stages in order.
var Stages = []Stage{
	CanonicalHeaders, CanonicalQuery, CanonicalResource, CanonicalRequest, StringToSign,
	SigningKey, SignatureValue, Authorization, URL, Form,
}

// Parsed reports whether values of the stage are compared by what they say and
// not byte by byte: the order of Authorization pairs, of URL parameters and of
// form fields is free.
func (s Stage) Parsed() bool { return s == Authorization || s == URL || s == Form }

// StageValue is what a stage came to.
type StageValue struct {
	Stage Stage
	Value string
}

// FirstOther returns the first stage in which two lists of the same stages
// differ, and whether there is one.
func FirstOther(a, b []StageValue) (Stage, bool) {
	for i := range a {
		if i < len(b) && a[i].Value != b[i].Value {
			return a[i].Stage, true
		}
	}
	return "", false
}
