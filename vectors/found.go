package vectors

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Found returns the stages that a server which follows the documents finds in
// the arrival of a case, up to the StringToSign, and whether the vector tells
// them. They are those of the reference signing what arrives: changes behind the
// signer's back are made before it signs, and a mistake of the signer is left
// out. Nothing is verified for it.
//
// A vector does not tell them where the change is one of the authentication
// itself and reaches beyond the signature.
func (c *Case) Found(profile *signature.Profile) ([]signature.StageValue, bool) {
	in := c.Input.Clone()
	policy, changed := "", false
	for i := range c.Expect.Tamper {
		t := &c.Expect.Tamper[i]
		switch {
		case t.Op == "set-stage", t.Op == "corrupt-signature":
		case t.ofSignature(profile):
		case strings.HasSuffix(t.Op, "-field"):
			if t.Target == profile.Names.Policy {
				if t.Op != "set-field" {
					return nil, false
				}
				policy, changed = string(t.Value), true
			}
		case t.ofAuthentication(profile):
			return nil, false
		default:
			if t.change(in.Request) != nil {
				return nil, false
			}
		}
	}
	if in.Request.Host() != c.Input.Request.Host() { // it may name another bucket
		hosts := c.hosts()
		r, err := hosts.Resolve(wire.SplitTarget(in.Request.Target), in.Request.Host())
		if err != nil {
			return nil, false
		}
		in.Bucket, in.Addressing = r.Bucket, r.Addressing
	}
	signed, err := profile.Sign(in)
	if err != nil {
		return nil, false
	}
	var found []signature.StageValue
	for _, s := range signed.Stages() {
		if s.Stage == signature.StringToSign && changed {
			s.Value = policy
		}
		found = append(found, s)
		if s.Stage == signature.StringToSign {
			return found, true
		}
	}
	return nil, false
}

// ofSignature reports whether a change is one of the signature alone.
func (t *Tamper) ofSignature(p *signature.Profile) bool {
	switch {
	case t.When == "before-signing":
		return false
	case strings.HasSuffix(t.Op, "-parameter") && p.Carrier == signature.InQuery, strings.HasSuffix(t.Op, "-field"):
		return t.Target == p.Names.SignatureField && !strings.HasPrefix(t.Op, "add-")
	}
	return false
}

// ofAuthentication reports whether a change is one of what the signer adds.
func (t *Tamper) ofAuthentication(p *signature.Profile) bool {
	n := &p.Names
	switch {
	case strings.HasSuffix(t.Op, "-header") && t.When == "after-signing":
		return slices.ContainsFunc([]string{"Authorization", n.PayloadHeader}, func(name string) bool { return wire.EqualFold(t.Target, name) && name != "" }) ||
			strings.HasPrefix(t.Op, "rename-") && wire.EqualFold(string(t.Value), "Authorization")
	case strings.HasSuffix(t.Op, "-parameter") && p.Carrier == signature.InQuery && t.When == "after-signing":
		if t.Op == "set-parameter" && (t.Target == n.Expires || t.Target == n.Date) {
			return false // it is signed as it stands
		}
		return slices.Contains([]string{n.VersionField, n.AccessKey, n.Credential, n.Date, n.Expires, n.SignedHeaders, n.Token, n.SignatureField}, t.Target)
	}
	return false
}
