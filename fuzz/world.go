package fuzz

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
)

// The world the requests of the grammar play in: some endpoints of each
// service, the buckets of the table, and a custom domain for each of them.

// The plain endpoints stand there often, so that the others are rare.
var (
	ossEndpoints = []string{
		"oss-cn-hangzhou.aliyuncs.com", "oss-cn-hangzhou.aliyuncs.com", "oss-cn-hangzhou.aliyuncs.com", "oss-cn-hangzhou-internal.aliyuncs.com",
		"oss-accelerate.aliyuncs.com", "cb-f8z7yvzgwfkl9q0h.cn-hangzhou.oss-cloudbox.aliyuncs.com", "192.0.2.10", "[2001:db8::1]",
	}
	obsEndpoints = []string{
		"obs.cn-north-4.myhuaweicloud.com", "obs.cn-north-4.myhuaweicloud.com", "obs.cn-north-4.myhuaweicloud.com", "obs.myhuaweicloud.com",
		"192.0.2.10", "[2001:db8::1]",
	}
)

func endpointsOf(p *signature.Profile) []string {
	if strings.HasPrefix(p.Scheme, "obs") {
		return obsEndpoints
	}
	return ossEndpoints
}

// isAddress reports whether an endpoint is an IP address, in front of which no
// bucket can stand.
func isAddress(endpoint string) bool { return endpoint[0] == '[' || endpoint[0] == '1' }

var hosts = func() signature.Hosts {
	h := signature.Hosts{Endpoints: append(slices.Clone(ossEndpoints), obsEndpoints...), CNAMEs: map[string]string{}}
	for _, b := range buckets {
		h.CNAMEs[b.domain] = b.name
	}
	return h
}()

// Verifier returns a verifier that knows this world and one pair of
// credentials, and lets any time pass. It has nothing else of an input: bucket
// and key must come from the wire.
func Verifier(credentials signature.Credentials) *signature.Verifier {
	return &signature.Verifier{
		Hosts:  hosts,
		Secret: func(id string) (signature.Credentials, bool) { return credentials, id == credentials.AccessKeyID },
	}
}
