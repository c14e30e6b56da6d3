package differential

import (
	"encoding/json"
	"strings"

	"github.com/countersign/countersign/signature"
)

// mayBeRefused reports whether a signer does right that refuses an input: one
// that no service would take, whatever its signature. The grammar makes them
// for the signers that take them, which must sign them like any other.
//
//   - An empty secret is nobody's.
//   - A policy is JSON ("PostObject", and that of OBS).
//   - OSS takes letters, digits and hyphens in the name of a bucket ("Bucket
//     naming conventions").
//   - OSS takes keys of up to 1023 bytes that begin with neither a slash nor a
//     backslash ("Object naming conventions", EC 0016-00000002 and
//     0016-00000005), and channels with a name.
func mayBeRefused(p *signature.Profile, in *signature.Input) bool {
	if in.Credentials.AccessKeySecret == "" || p.Carrier == signature.InForm && !json.Valid([]byte(in.Policy)) {
		return true
	}
	if !strings.HasPrefix(p.Scheme, "oss") {
		return false
	}
	const longestKey = 1023
	return strings.Contains(in.Bucket, ".") ||
		len(in.Key) > longestKey || strings.HasPrefix(in.Key, "/") || strings.HasPrefix(in.Key, `\`) ||
		p == signature.OSSRTMPQuery && in.Key == ""
}
