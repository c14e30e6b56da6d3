package fuzz

import (
	"strings"

	"github.com/countersign/countersign/signature"
)

// The world the requests of the grammar play in: one endpoint of each service,
// the buckets of the table, and a custom domain for each of them.

const (
	ossEndpoint = "oss-cn-hangzhou.aliyuncs.com"
	obsEndpoint = "obs.cn-north-4.myhuaweicloud.com"
)

func endpointOf(p *signature.Profile) string {
	if strings.HasPrefix(p.Scheme, "obs") {
		return obsEndpoint
	}
	return ossEndpoint
}

var hosts = func() signature.Hosts {
	h := signature.Hosts{Endpoints: []string{ossEndpoint, obsEndpoint}, CNAMEs: map[string]string{}}
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
