package vectors

import (
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Scene is the world an operation case plays in: what an SDK is configured
// with, and by that what its request may look like.
type Scene struct {
	Endpoint string // URL, as an SDK is configured with it
	Region   string
	Hosts    signature.Hosts
}

// The public services, so that an SDK does what it does there. Nothing is
// ever sent to them: every subject is told where to connect instead.
var services = map[string]Scene{
	"oss": {Endpoint: "http://oss-cn-hangzhou.aliyuncs.com", Region: "cn-hangzhou"},
	"obs": {Endpoint: "http://obs.cn-north-4.myhuaweicloud.com", Region: "cn-north-4"},
}

// Dialect returns "oss" or "obs", the service a scheme belongs to.
func Dialect(scheme string) string {
	dialect, _, _ := strings.Cut(scheme, "-")
	return dialect
}

// Scene returns the world of the case under a scheme. A case that names an
// endpoint of its own with CNAME addressing makes it a custom domain of its
// bucket.
func (c *OperationCase) Scene(scheme string) Scene {
	scene := services[Dialect(scheme)]
	scene.Hosts.Endpoints = []string{wire.SplitTarget(scene.Endpoint).Authority}
	if c.Endpoint != "" {
		scene.Endpoint = c.Endpoint
		host := wire.SplitTarget(c.Endpoint).Authority
		if c.Addressing == signature.CNAME {
			name, _, _ := strings.Cut(strings.ToLower(host), ":")
			scene.Hosts.CNAMEs = map[string]string{name: string(c.Operation.Bucket)}
		} else {
			scene.Hosts.Endpoints = append(scene.Hosts.Endpoints, host)
		}
	}
	return scene
}

// Verifier returns a verifier that knows the credentials and the hosts of the
// case under a scheme, and lets any time pass.
func (c *OperationCase) Verifier(scheme string) *signature.Verifier {
	return &signature.Verifier{
		Hosts: c.Scene(scheme).Hosts,
		Secret: func(id string) (signature.Credentials, bool) {
			return c.Credentials, id == c.Credentials.AccessKeyID
		},
	}
}
