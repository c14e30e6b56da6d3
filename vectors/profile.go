package vectors

import (
	"slices"
	"strings"
	"sync"

	"github.com/countersign/countersign/signature"
)

// ProfileIDs returns the profiles vectors exist for, such as "oss-v4/header",
// in the order reports list them.
var ProfileIDs = sync.OnceValue(func() []string {
	ids := make([]string, len(signature.Profiles))
	for i, p := range signature.Profiles {
		ids[i] = p.ID()
	}
	return ids
})

func isProfile(id string) bool { return slices.Contains(ProfileIDs(), id) }

// families says which requirements bind a scheme: the first parts of their
// ids. What an SDK owes its caller (OP) binds operation vectors only.
var families = map[string][]string{
	"oss-v1":     {"OSS1"},
	"oss-v2":     {"OSS2"},
	"oss-v4":     {"OSS4"},
	"oss-rtmp":   {"RTMP"},
	"obs-v2":     {"OBS2"},
	"obs-aws-v2": {"OBS2", "OBSAWS2"},
	"obs-v4":     {"OBS4"},
}

// operationFamily is the family of the requirements that hold for an SDK's
// requests whatever the scheme.
const operationFamily = "OP"

// family returns the first part of a requirement's id.
func (r *Requirement) family() string {
	family, _, _ := strings.Cut(r.ID, "-")
	return family
}

// Binds reports whether the requirement is one of the scheme.
func (r *Requirement) Binds(scheme string) bool {
	return slices.Contains(families[scheme], r.family())
}

// Profile returns scheme and carrier, such as "oss-v4/header".
func (c *Case) Profile() string {
	parts := strings.SplitN(c.ID, "/", 3)
	if len(parts) < 3 {
		return ""
	}
	return parts[0] + "/" + parts[1]
}

// IsVerifierCase reports whether the case is a rejection: for endpoints and
// verifiers, not for signers.
func (c *Case) IsVerifierCase() bool { return c.Expect.Rejected != nil }

// ForServers reports whether a server can be asked: the dates of some published
// examples are ones that every server refuses, which says nothing against the
// signature over them.
func (c *Case) ForServers() bool { return !slices.Contains(c.Flags, "signer-only") }

// IDUnder returns the id of the case under a profile:
// scheme/carrier/operations/theme/name.
func (c *OperationCase) IDUnder(profile string) string { return profile + "/" + c.ID }

// RunsUnder reports whether the case is meant for a profile.
func (c *OperationCase) RunsUnder(profile string) bool {
	patterns, err := NewPatternSet(c.Profiles)
	return err == nil && patterns.Match(profile)
}
