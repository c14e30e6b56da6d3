package diagnose

import "strings"

// Dialect names the service whose words are spoken. The zero value stands for
// a service that could not be told.
type Dialect string

// The dialects.
const (
	OSS Dialect = "oss"
	OBS Dialect = "obs"
)

// dialectOf returns the service a profile belongs to.
func dialectOf(profileID string) Dialect {
	for _, d := range []Dialect{OSS, OBS} {
		if strings.HasPrefix(profileID, string(d)+"-") {
			return d
		}
	}
	return ""
}

// A clue is a trait of a document that only one service's documents have.
type clue struct {
	dialect Dialect
	holds   func(d *ErrorDocument) bool
}

// clues are asked in order, the strong ones first.
var clues = []clue{
	{OSS, hasElement("OSSAccessKeyId")},
	{OSS, hasElement("EC")},
	{OSS, hasElement("RecommendDoc")},
	{OSS, func(d *ErrorDocument) bool { return strings.HasSuffix(d.HostID, ".aliyuncs.com") }}, // OSS repeats the host called
	{OSS, func(d *ErrorDocument) bool { return strings.HasPrefix(d.StringToSign, "OSS4-") }},
	{OSS, func(d *ErrorDocument) bool { return strings.Contains(d.StringToSign, "\nx-oss-") }},
	{OBS, func(d *ErrorDocument) bool { return strings.Contains(d.StringToSign, "\nx-obs-") }},
	{OSS, func(d *ErrorDocument) bool { return strings.Contains(" "+d.Message, " OSS ") }},
	{OBS, func(d *ErrorDocument) bool { return strings.Contains(" "+d.Message, " OBS ") }},
	{OBS, hasElement("AccessKeyId")},
}

func hasElement(name string) func(d *ErrorDocument) bool {
	return func(d *ErrorDocument) bool { _, ok := d.Field(name); return ok }
}

// tellDialect finds the service that wrote the document. The declaration of OBS
// has a standalone that those of OSS and AWS lack.
func (d *ErrorDocument) tellDialect(prolog string) Dialect {
	for _, c := range clues {
		if c.holds(d) {
			return c.dialect
		}
	}
	if strings.Contains(prolog, `standalone="yes"`) {
		return OBS
	}
	return ""
}
