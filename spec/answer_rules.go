package spec

import (
	"regexp"
	"strings"

	"github.com/countersign/countersign/diagnose"
)

// answerRules are the requirements that are about a server's answer: what is
// said of an answer that breaks one, or "".
var answerRules = map[string]func(*Answer, *diagnose.ErrorDocument) string{
	"OSS1-ERROR-01":   spellsItsString,
	"OSS1-ERROR-02":   agreesWithItself,
	"OSS1-ERROR-03":   tellsHEAD("x-oss-ec", "x-oss-err"),
	"OSS1-ERROR-04":   tellsTheSkew(true),
	"OSS1-ERROR-05":   has("Expires", "ServerTime"),
	"OSS1-ERROR-06":   has("OSSAccessKeyId"),
	"OSS2-ERROR-01":   showsItsString,
	"OSS4-ERROR-01":   showsItsCanonicalRequest,
	"OSS4-ERROR-03":   tellsHEAD("x-oss-ec", "x-oss-err"),
	"OBS2-DATE-04":    namesADateHeader,
	"OBS2-ERROR-01":   showsItsString,
	"OBS2-ERROR-03":   tellsOneOfHEAD("x-obs-error-code", "x-amz-error-code"),
	"OBS2-ERROR-04":   tellsTheSkew(false),
	"OBS4-ERROR-01":   spellsInSmallDigits,
	"OBSAWS2-AUTH-02": namesTheAWSKey,
	"OBSAWS2-DATE-02": namesBothDates("Date", "x-amz-date"),
}

// spelled is the form of StringToSignBytes: upper-case pairs, a blank behind
// each.
var spelled = regexp.MustCompile(`^([0-9A-F]{2} )+$`)

func spellsItsString(_ *Answer, doc *diagnose.ErrorDocument) string {
	if !spelled.MatchString(element(doc, "StringToSignBytes")) {
		return "the answer does not spell its StringToSign as upper-case hexadecimal pairs with a blank behind each"
	}
	return printsItsString(doc)
}

// spelledSmall is the form of StringToSignBytes in answers of OBS V4: lower-case
// pairs, a blank between two.
var spelledSmall = regexp.MustCompile(`^[0-9a-f]{2}( [0-9a-f]{2})*$`)

func spellsInSmallDigits(a *Answer, doc *diagnose.ErrorDocument) string {
	if !spelledSmall.MatchString(element(doc, "StringToSignBytes")) {
		return "the answer does not spell its StringToSign as lower-case hexadecimal pairs"
	}
	if complaint := namesTheAWSKey(a, doc); complaint != "" {
		return complaint
	}
	return printsItsString(doc)
}

// printsItsString wants the string itself: the document has it from the bytes
// where it is not printed.
func printsItsString(doc *diagnose.ErrorDocument) string {
	if element(doc, "StringToSign") == "" {
		return "the answer spells the bytes of its StringToSign and does not print it"
	}
	return showsItsString(nil, doc)
}

func showsItsString(_ *Answer, doc *diagnose.ErrorDocument) string {
	if doc.StringToSign == "" || doc.SignatureProvided == "" {
		return "the answer lacks StringToSign or SignatureProvided"
	}
	return ""
}

func showsItsCanonicalRequest(_ *Answer, doc *diagnose.ErrorDocument) string {
	if doc.CanonicalRequest == "" {
		return "the answer lacks CanonicalRequest"
	}
	return showsItsString(nil, doc)
}

func agreesWithItself(_ *Answer, doc *diagnose.ErrorDocument) string {
	if len(doc.Contradictions) > 0 {
		return "the answer contradicts itself: " + doc.Contradictions[0].String()
	}
	return ""
}

// tellsHEAD wants headers in the answer to HEAD, which has no body.
func tellsHEAD(names ...string) func(*Answer, *diagnose.ErrorDocument) string {
	return func(a *Answer, _ *diagnose.ErrorDocument) string {
		for _, name := range names {
			if a.Header(name) == "" {
				return "the answer to HEAD lacks the header " + name
			}
		}
		return ""
	}
}

func tellsOneOfHEAD(names ...string) func(*Answer, *diagnose.ErrorDocument) string {
	return func(a *Answer, _ *diagnose.ErrorDocument) string {
		for _, name := range names {
			if a.Header(name) != "" {
				return ""
			}
		}
		return "the answer to HEAD carries no error code"
	}
}

func namesTheAWSKey(_ *Answer, doc *diagnose.ErrorDocument) string {
	if doc.AccessKeyElement != "AWSAccessKeyId" {
		return "the answer does not name the access key in AWSAccessKeyId"
	}
	return ""
}

// namesBothDates wants the headers that a date can stand in named in the
// message; an answer to HEAD has none.
func namesBothDates(names ...string) func(*Answer, *diagnose.ErrorDocument) string {
	return func(a *Answer, doc *diagnose.ErrorDocument) string {
		for _, name := range names {
			if a.Body != "" && !strings.Contains(doc.Message, name) {
				return "the message does not name the header " + name
			}
		}
		return ""
	}
}

// namesADateHeader wants an answer to a missing or bad date to name the header
// of its dress.
func namesADateHeader(_ *Answer, doc *diagnose.ErrorDocument) string {
	if !strings.Contains(doc.Message, "x-obs-date") && !strings.Contains(doc.Message, "x-amz-date") {
		return "the answer does not name the date header it wants"
	}
	return ""
}

// has wants elements that are not empty in the answer.
func has(names ...string) func(*Answer, *diagnose.ErrorDocument) string {
	return func(_ *Answer, doc *diagnose.ErrorDocument) string {
		for _, name := range names {
			if element(doc, name) == "" {
				return "the answer lacks " + name
			}
		}
		return ""
	}
}

func element(doc *diagnose.ErrorDocument, name string) string {
	for _, f := range doc.Fields {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// milliseconds is the form of ServerTime.
var milliseconds = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)

// tellsTheSkew wants both clocks and the limit. OSS words the date of the
// request anew, OBS repeats it as it was sent.
func tellsTheSkew(reworded bool) func(*Answer, *diagnose.ErrorDocument) string {
	return func(a *Answer, doc *diagnose.ErrorDocument) string {
		if complaint := has("RequestTime", "ServerTime")(a, doc); complaint != "" {
			return complaint
		}
		switch {
		case element(doc, "MaxAllowedSkewMilliseconds") != "900000":
			return "the answer does not give 900000 as MaxAllowedSkewMilliseconds"
		case !milliseconds.MatchString(element(doc, "ServerTime")):
			return "ServerTime is not in ISO 8601 with milliseconds"
		case milliseconds.MatchString(element(doc, "RequestTime")) != reworded:
			return "RequestTime is not in the form the service gives it"
		}
		return ""
	}
}
