package mutants

import (
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
)

// Of the policies and tokens of both schemes of S3 clients.

var obsV4Forms = append(obsPolicies("OBS4-FORM-08", "OBS4-FORM-09", "OBS4-FORM-10", "OBS4-FORM-03", "obs-v4", ""),
	obsPolicies("OBS2-FORM-05", "OBS2-FORM-06", "OBS2-FORM-06", "OBSAWS2-TOKEN-01", "obs-aws-v2", "aws-")...)

func obsPolicies(conditions, expiration, expired, token, scheme, prefix string) []Mutant {
	mutants := []Mutant{
		{conditions, prefix + "not-looked-at", "does not look at policies", form(scheme), server(func(v *signature.Verifier) { v.Grants = false })},
		{conditions, prefix + "fields-without-conditions", "takes fields that are no conditions", form(scheme), neededFields(func(string) bool { return false })},
		{conditions, prefix + "ignored-not-ignored", "wants a condition for x-ignore- fields", form(scheme), neededFields(func(field string) bool { return strings.HasPrefix(field, "x-ignore-") })},
		{conditions, prefix + "key-not-compared", "does not compare a key with the one of the policy", form(scheme), anyValue("eq", "key")},
		{conditions, prefix + "prefix-not-compared", "does not compare the beginning of a key", form(scheme), anyValue("starts-with", "key")},
		{conditions, prefix + "size-not-measured", "does not measure the file", form(scheme), anySize()},
		{conditions, prefix + "bucket-not-compared", "does not compare the bucket", form(scheme), anyValue("eq", "bucket")},
		{conditions, prefix + "starts-with-refused", "knows no starts-with for the key", form(scheme), rewording(`"starts-with","$key"`, `"begins-with","$key"`)},
		{conditions, prefix + "largest-size-refused", "refuses a file of the largest size", form(scheme), sizesAs(func(_, most *any) {
			if size, ok := (*most).(float64); ok {
				*most = size - 1
			}
		})},
		{expiration, prefix + "zone-not-needed", "takes an expiration without its zone", form(scheme), expirationOfLayout("2006-01-02T15:04:05")},
		{expiration, prefix + "offset-taken", "takes an expiration with an offset", form(scheme), expirationOfLayout("2006-01-02T15:04:05-07:00")},
		{expiration, prefix + "expiration-not-needed", "takes a policy without an expiration", form(scheme), expirationNotNeeded()},
		{expiration, prefix + "no-fraction", "refuses milliseconds", form(scheme), demanding(func(s *signature.Signing) bool {
			policy := decodedPolicy(s.Policy)
			return !strings.Contains(policy, ".500Z")
		})},
		{expiration, prefix + "fraction-wanted", "refuses whole seconds", form(scheme), demanding(func(s *signature.Signing) bool {
			return !strings.Contains(decodedPolicy(s.Policy), ":00Z")
		})},
		{expired, prefix + "a-second-early", "lets a policy expire a second early", form(scheme), clock(time.Second)},
		{expired, prefix + "never", "never lets a policy expire", form(scheme), everLater()},
		{token, prefix + "form-token-not-compared", "does not look at the token of a form", form(scheme), anyToken()},
	}
	if scheme == "obs-v4" {
		mutants = append(mutants,
			Mutant{conditions, "credential-needs-none", "wants no condition for the credential", form(scheme), neededFields(func(field string) bool {
				return field == "x-amz-acl" || field == "key"
			})},
			Mutant{conditions, "strict-json", "takes no comma behind the last condition", form(scheme), table(func(p *signature.Profile) {
				if p.Policy != nil {
					rules := *p.Policy
					rules.TrailingComma = false
					p.Policy = &rules
				}
			})})
	}
	return mutants
}
