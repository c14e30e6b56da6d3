package mutants

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Of OBS in its AWS dress.

var obsAWSV2 = slices.Concat(obsAWSV2Parameters(), obsAWSV2Headers, obsAWSV2Dates, obsAWSV2Auth,
	methodsTaken("OBS2-VERB-01", "aws-", " under AWS", requests("obs-aws-v2"), "HEAD", "GET", "PUT", "POST", "POST", "PUT", "DELETE", "POST", "OPTIONS", "GET"),
	obsAWSV2Shared)

// obsAWSV2Parameters forget one name of the list each.
func obsAWSV2Parameters() []Mutant {
	both := requests("obs-aws-v2")
	var out []Mutant
	for _, name := range []string{
		"acl", "deletebucket", "lifecycle", "location", "logging", "notification", "partNumber", "policy", "quota",
		"storageinfo", "storagePolicy", "uploadId", "uploads", "versionId", "versioning", "versions", "website",
	} {
		out = append(out, Mutant{"OBSAWS2-PARAM-01", "without-" + kebab(name), "does not sign " + name, both, unlisted(name)})
	}
	for _, name := range []string{"cors", "delete", "tagging", "restore", "encryption", "replication", "storageClass", "response-content-disposition"} {
		out = append(out, Mutant{"OBSAWS2-PARAM-01", "obs-name-" + kebab(name), "signs " + name + " in capitals", both, inCapitals(name)})
	}
	return append(out,
		Mutant{"OBSAWS2-PARAM-01", "values-dropped", "signs the names alone", both, parameters(func(p []wire.Param) []wire.Param {
			for i := range p {
				if p[i].Name != "x-amz-security-token" {
					p[i].Value = ""
				}
			}
			return p
		})},
		Mutant{"OBSAWS2-PARAM-01", "bare-dropped", "takes a bare name for none", both, dropping(func(p wire.Param) bool { return !p.HasValue })},
		Mutant{"OBSAWS2-PARAM-01", "empty-dropped", "takes an empty value for none", both, dropping(func(p wire.Param) bool { return p.HasValue && p.Value == "" })},
		Mutant{"OBSAWS2-PARAM-01", "all-signed", "signs every parameter", both, signedParameter(func(p *signature.Profile, name string) bool {
			return name != "AWSAccessKeyId" && name != "Expires" && name != "Signature" && name != "x-obs-security-token"
		})},
		Mutant{"OBSAWS2-PARAM-01", "in-order-of-arrival", "signs sub-resources as they stand in the URL", both, inPieces(func(s *signature.Signing, p []string) []string {
			at := func(pair string) int {
				name, _, _ := strings.Cut(pair, "=")
				return slices.IndexFunc(s.Params, func(p wire.Param) bool { return p.Name == name })
			}
			slices.SortStableFunc(p, func(a, b string) int { return at(a) - at(b) })
			return p
		})},
		Mutant{"OBSAWS2-PARAM-01", "without-letter-case", "sorts sub-resources without regard to letter case", both, inPieces(func(_ *signature.Signing, p []string) []string {
			slices.SortStableFunc(p, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
			return p
		})},
		Mutant{"OBSAWS2-PARAM-01", "encoded-values", "signs values as they are encoded in the URL", both, parameters(func(p []wire.Param) []wire.Param {
			for i := range p {
				if p[i].Name != "x-amz-security-token" {
					p[i].Value = strings.ReplaceAll(p[i].Value, "%", "%25")
				}
			}
			return p
		})},
		Mutant{"OBSAWS2-PARAM-01", "last-counts", "takes the last of a repeated name", both, parameters(func(p []wire.Param) []wire.Param { return distinct(p, true) })},
		Mutant{"OBSAWS2-PARAM-02", "other-token-listed", "signs x-obs-security-token", both, listed("x-obs-security-token")},
		Mutant{"OBSAWS2-PARAM-02", "other-token-pushes-out", "lets x-obs-security-token take the place of what stands behind it", both, parameters(func(p []wire.Param) []wire.Param {
			if i := slices.IndexFunc(p, func(p wire.Param) bool { return p.Name == "x-obs-security-token" }); i >= 0 && i+1 < len(p) {
				return append(p[:i+1], p[i+2:]...)
			}
			return p
		})},
		Mutant{"OBSAWS2-TOKEN-01", "parameter-unsigned", "does not sign x-amz-security-token in a URL", both, unlisted("x-amz-security-token")},
		Mutant{"OBSAWS2-TOKEN-01", "parameter-encoded", "signs the token as it is encoded in the URL", both, parameters(func(p []wire.Param) []wire.Param {
			for i := range p {
				if p[i].Name == "x-amz-security-token" {
					p[i].Value = strings.ReplaceAll(p[i].Value, "%", "%25")
				}
			}
			return p
		})},
		Mutant{"OBSAWS2-TOKEN-01", "parameter-first", "puts the token before the other sub-resources", both, inPieces(func(_ *signature.Signing, p []string) []string {
			slices.SortStableFunc(p, func(a, b string) int {
				return strings.Compare(strings.Replace(a, "x-amz-", "-", 1), strings.Replace(b, "x-amz-", "-", 1))
			})
			return p
		})},
	)
}
