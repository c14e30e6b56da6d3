package signature

import "slices"

// The documents of OBS have several lists of sub-resources, and the SDKs have
// theirs. A name that not all of them carry is signed by the reference if any
// edition of the document or most SDKs have it; each group of such names is a
// reading of its own.

func readingsOfOBSLists() []Reading {
	return []Reading{
		{
			"without-names-of-2024", "OBS2-PARAM-11",
			"the Chinese list of 2024 has these names, that of 2026 does not; most SDKs sign them",
			withoutParameters("append", "backtosource", "directcoldaccess", "x-image-process", "x-image-save-bucket", "x-image-save-object"),
		},
		{
			"without-request-payment", "OBS2-PARAM-12",
			"the list of 2026 has the name, the Chinese one of 2024 does not; eight of nine SDKs sign it",
			withoutParameters("requestPayment"),
		},
		{
			"without-sample-names", "OBS2-PARAM-18",
			"the Java samples have these names, the text of 2026 does not; four of nine SDKs or fewer sign them",
			withoutParameters("CDNNotifyConfiguration", "mirrorBackToSource", "obscompresspolicy", "orchestration"),
		},
		{
			"documented-names-only", "OBS2-PARAM-19",
			"five of nine SDKs sign these names, which are in no document",
			withoutParameters("bucketstatus", "obsalias", "obsbucketalias", "policystatus", "publicaccessblock"),
		},
		{
			"names-of-few-sdks", "OBS2-PARAM-21",
			"one to four of nine SDKs sign these names, which are in no document",
			func(p *Profile) *Profile {
				return alsoSigning(p, func(name string) bool { return slices.Contains(namesOfFewSDKs, name) })
			},
		},
	}
}

// namesOfFewSDKs are on the lists of one to four of nine SDKs and in no
// document. Those that begin with the prefix of a dress are another reading.
var namesOfFewSDKs = []string{
	"dispolicy", "fileinterface", "getcontentsummary", "ignore-sign-in-query", "listcontentsummary", "mirrorrefresh",
	"multilistcontentsummary", "obsworkflowtriggerpolicy", "readahead", "replication_progress", "select", "select-type",
	"sfsacl", "symlink", "template_name", "template_name_prefix", "x-workflow-category", "x-workflow-create",
	"x-workflow-execution-state", "x-workflow-execution-type", "x-workflow-forbid", "x-workflow-graph-name",
	"x-workflow-limit", "x-workflow-next-marker", "x-workflow-prefix", "x-workflow-start", "x-workflow-status",
	"x-workflow-template-name", "x-workflow-type",
}

// withoutParameters takes names off the list of signed parameters.
func withoutParameters(names ...string) func(*Profile) *Profile {
	return func(p *Profile) *Profile {
		c := p.Clone()
		c.SignedParameter = func(name string) bool { return !slices.Contains(names, name) && p.SignedParameter(name) }
		return c
	}
}
