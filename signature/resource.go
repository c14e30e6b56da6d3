package signature

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/countersign/countersign/wire"
)

// Resource is what a request is about, taken from its wire form.
type Resource struct {
	Bucket     string     // empty at service level
	RawPath    string     // the whole path as on the wire
	RawKey     string     // the key as on the wire, without the slash in front
	Host       string     // the authority without its port
	Addressing Addressing //
}

// ResourceOf takes the resource of a request whose bucket and addressing are
// known. host is the authority of the request, port included.
//
// With path-style addressing and a bucket, the path must name that bucket.
func ResourceOf(t wire.Target, host string, addressing Addressing, bucket string) (Resource, error) {
	r := Resource{Bucket: bucket, RawPath: t.Path, Host: withoutPort(host), Addressing: addressing}
	if t.Path != "" && t.Path[0] != '/' {
		return r, fmt.Errorf("request target %q: the path must begin with a slash", t.String())
	}
	rest := strings.TrimPrefix(t.Path, "/")
	if addressing == PathStyle && bucket != "" {
		first, key, _ := strings.Cut(rest, "/")
		if wire.Unescape(first) != bucket {
			return r, fmt.Errorf("request target %q: with path-style addressing the path begins with the bucket %q", t.String(), bucket)
		}
		rest = key
	}
	r.RawKey = rest
	return r, nil
}

// Key returns the key decoded; it is empty at bucket and service level.
func (r *Resource) Key() string { return wire.Unescape(r.RawKey) }

func withoutPort(host string) string {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		return host[:i]
	}
	return host
}

// Hosts maps the host of a request to a bucket: all a server knows besides the
// request itself.
type Hosts struct {
	// Endpoints are host names of the service itself. bucket.endpoint is then a
	// virtual host, and the endpoint alone is path style. Endpoints of the
	// public services need not be named: see KnownEndpoint.
	Endpoints []string
	// CNAMEs maps custom domains to their buckets.
	CNAMEs map[string]string
	// Bucket stands behind hosts that say nothing, such as an unknown custom
	// domain. If it is empty such a host is path style.
	Bucket string
}

// Resolve finds bucket and key of a request.
func (h *Hosts) Resolve(t wire.Target, host string) (Resource, error) {
	name := strings.ToLower(withoutPort(host))
	for domain, bucket := range h.CNAMEs {
		if wire.EqualFold(withoutPort(domain), name) {
			return ResourceOf(t, host, CNAME, bucket)
		}
	}
	endpoint := name
	if known, ok := h.endpointOf(name); ok {
		endpoint = known
	} else if h.Bucket != "" {
		if strings.HasPrefix(name, strings.ToLower(h.Bucket)+".") {
			return ResourceOf(t, host, VirtualHost, h.Bucket)
		}
		if !isAddress(name) {
			return ResourceOf(t, host, CNAME, h.Bucket)
		}
	}
	if bucket := strings.TrimSuffix(strings.TrimSuffix(name, endpoint), "."); bucket != "" {
		return ResourceOf(t, host, VirtualHost, bucket)
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(t.Path, "/"), "/")
	return ResourceOf(t, host, PathStyle, wire.Unescape(first))
}

func (h *Hosts) endpointOf(name string) (string, bool) {
	for _, e := range h.Endpoints {
		e = strings.ToLower(withoutPort(e))
		if name == e || strings.HasSuffix(name, "."+e) {
			return e, true
		}
	}
	return KnownEndpoint(name)
}

func isAddress(name string) bool {
	_, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return err == nil
}

// KnownEndpoint returns the part of a host name that is the endpoint of a
// public service, and whether there is one:
//
//   - OSS: one label before aliyuncs.com that begins with "oss"
//     (oss-cn-hangzhou, oss-cn-hangzhou-internal, oss-accelerate), with dual
//     stack region.oss.aliyuncs.com, and for cloud boxes
//     cb-….region.oss-cloudbox.aliyuncs.com.
//   - OBS: from the label "obs" on (obs.cn-north-4.myhuaweicloud.com).
//   - localhost, so that bucket.localhost works on a test machine.
func KnownEndpoint(host string) (string, bool) {
	labels := strings.Split(host, ".")
	from := func(i int) (string, bool) { return strings.Join(labels[i:], "."), true }
	n := len(labels)
	switch {
	case n >= 5 && strings.HasPrefix(labels[n-3], "oss-cloudbox") && labels[n-2] == "aliyuncs" && labels[n-1] == "com":
		return from(n - 5)
	case n >= 4 && labels[n-3] == "oss" && labels[n-2] == "aliyuncs" && labels[n-1] == "com" && isRegion(labels[n-4]):
		return from(n - 4)
	case n >= 3 && strings.HasPrefix(labels[n-3], "oss") && labels[n-2] == "aliyuncs" && labels[n-1] == "com":
		return from(n - 3)
	case labels[n-1] == "localhost":
		return from(n - 1)
	}
	for i := n - 3; i >= 0; i-- {
		if labels[i] == "obs" {
			return from(i)
		}
	}
	return "", false
}

// isRegion reports whether a label is a region of OSS rather than a bucket: it
// begins with the area, as cn-hangzhou does.
func isRegion(label string) bool {
	area, _, ok := strings.Cut(label, "-")
	return ok && slices.Contains([]string{"cn", "ap", "us", "eu", "me", "na", "rg"}, area)
}
