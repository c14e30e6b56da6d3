package signature_test

import (
	"testing"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

func TestHostsResolve(t *testing.T) {
	const virtual, path, cname = signature.VirtualHost, signature.PathStyle, signature.CNAME
	plain := signature.Hosts{}
	rich := signature.Hosts{
		Endpoints: []string{"oss.internal:8080", "storage.example.com"},
		CNAMEs:    map[string]string{"img.example.com": "photos", "Files.Example.com:8443": "files"},
	}
	given := signature.Hosts{Bucket: "given"}
	for _, c := range []struct {
		name       string
		hosts      signature.Hosts
		host, path string
		addressing signature.Addressing
		bucket     string
		rawKey     string
	}{
		{"OSS virtual host", plain, "b.oss-cn-hangzhou.aliyuncs.com", "/a/b", virtual, "b", "a/b"},
		{"with a port", plain, "b.oss-cn-hangzhou.aliyuncs.com:443", "/a", virtual, "b", "a"},
		{"in capitals", plain, "B.OSS-cn-hangzhou.Aliyuncs.COM", "/a", virtual, "b", "a"},
		{"internal", plain, "b.oss-cn-hangzhou-internal.aliyuncs.com", "/a", virtual, "b", "a"},
		{"accelerated", plain, "b.oss-accelerate.aliyuncs.com", "/a", virtual, "b", "a"},
		{"accelerated overseas", plain, "b.oss-accelerate-overseas.aliyuncs.com", "/", virtual, "b", ""},
		{"dual stack", plain, "b.cn-hangzhou.oss.aliyuncs.com", "/a", virtual, "b", "a"},
		{"dual stack by path", plain, "cn-hangzhou.oss.aliyuncs.com", "/b/a", path, "b", "a"},
		{"the first endpoint there was", plain, "b.oss.aliyuncs.com", "/a", virtual, "b", "a"},
		{"cloud box", plain, "b.cb-123.cn-hangzhou.oss-cloudbox.aliyuncs.com", "/a", virtual, "b", "a"},
		{"cloud box control", plain, "b.cb-123.cn-hangzhou.oss-cloudbox-control.aliyuncs.com", "/a", virtual, "b", "a"},
		{"cloud box by path", plain, "cb-123.cn-hangzhou.oss-cloudbox.aliyuncs.com", "/b/a", path, "b", "a"},
		{"OSS by path", plain, "oss-cn-hangzhou.aliyuncs.com", "/b/a/c", path, "b", "a/c"},
		{"bucket by path", plain, "oss-cn-hangzhou.aliyuncs.com", "/b", path, "b", ""},
		{"bucket by path with a slash", plain, "oss-cn-hangzhou.aliyuncs.com", "/b/", path, "b", ""},
		{"service", plain, "oss-cn-hangzhou.aliyuncs.com", "/", path, "", ""},
		{"another service of the vendor", plain, "ecs.aliyuncs.com", "/b/a", path, "b", "a"},
		{"OBS virtual host", plain, "b.obs.cn-north-4.myhuaweicloud.com", "/a", virtual, "b", "a"},
		{"OBS of another operator", plain, "b.obs.eu-de.otc.t-systems.com:443", "/a", virtual, "b", "a"},
		{"OBS by path", plain, "obs.cn-north-4.myhuaweicloud.com", "/b/a", path, "b", "a"},
		{"a bucket called obs", plain, "obs.obs.cn-north-4.myhuaweicloud.com", "/a", virtual, "obs", "a"},
		{"a bucket with dots", plain, "a.b.obs.cn-north-4.myhuaweicloud.com", "/a", virtual, "a.b", "a"},
		{"localhost", plain, "localhost:9000", "/b/a", path, "b", "a"},
		{"below localhost", plain, "b.localhost:9000", "/a", virtual, "b", "a"},
		{"IPv4", plain, "127.0.0.1:9000", "/b/a", path, "b", "a"},
		{"IPv6", plain, "[::1]:9000", "/b/a", path, "b", "a"},
		{"IPv6 without a port", plain, "[::1]", "/b/a", path, "b", "a"},
		{"a host nobody knows", plain, "minio.example.com", "/b/a", path, "b", "a"},
		{"no host", plain, "", "/b/a", path, "b", "a"},
		{"an encoded bucket", plain, "127.0.0.1", "/%62/a", path, "b", "a"},
		{"slashes behind the bucket", plain, "127.0.0.1", "/b//a", path, "b", "/a"},

		{"own endpoint", rich, "b.oss.internal", "/a", virtual, "b", "a"},
		{"own endpoint by path", rich, "OSS.internal:80", "/b/a", path, "b", "a"},
		{"the end of another name", rich, "bucketoss.internal", "/b/a", path, "b", "a"},
		{"custom domain", rich, "img.example.com", "/a", cname, "photos", "a"},
		{"custom domain with a port, in capitals", rich, "IMG.example.com:80", "/a", cname, "photos", "a"},
		{"custom domain given with a port", rich, "files.example.com", "/", cname, "files", ""},
		{"a public endpoint all the same", rich, "b.oss-cn-hangzhou.aliyuncs.com", "/a", virtual, "b", "a"},

		{"unknown domain of the given bucket", given, "cdn.example.com", "/a", cname, "given", "a"},
		{"unknown endpoint of the given bucket", given, "given.storage.example.com", "/a", virtual, "given", "a"},
		{"an address", given, "192.0.2.1:80", "/b/a", path, "b", "a"},
		{"IPv6 with a zone", given, "[fe80::1%25eth0]", "/b/a", path, "b", "a"},
		{"a known endpoint", given, "oss-cn-hangzhou.aliyuncs.com", "/b/a", path, "b", "a"},
		{"a known virtual host", given, "b.oss-cn-hangzhou.aliyuncs.com", "/a", virtual, "b", "a"},
	} {
		got, err := c.hosts.Resolve(wire.Target{Path: c.path}, c.host)
		if err != nil || got.Addressing != c.addressing || got.Bucket != c.bucket || got.RawKey != c.rawKey || got.RawPath != c.path {
			t.Errorf("%s: %s%s: %+v, %v; want %s, bucket %q, key %q", c.name, c.host, c.path, got, err, c.addressing, c.bucket, c.rawKey)
		}
	}
	if got, err := plain.Resolve(wire.Target{Path: "*"}, "127.0.0.1"); err == nil {
		t.Errorf("path *: %+v", got)
	}
}

func TestKnownEndpoint(t *testing.T) {
	for host, want := range map[string]string{
		"b.oss-cn-hangzhou.aliyuncs.com":               "oss-cn-hangzhou.aliyuncs.com",
		"b.cn-hangzhou.oss.aliyuncs.com":               "cn-hangzhou.oss.aliyuncs.com",
		"b.cb-1.cn-hangzhou.oss-cloudbox.aliyuncs.com": "cb-1.cn-hangzhou.oss-cloudbox.aliyuncs.com",
		"b.obs.cn-north-4.myhuaweicloud.com":           "obs.cn-north-4.myhuaweicloud.com",
		"a.b.localhost":                                "localhost",
		"obs":                                          "",
		"aliyuncs.com":                                 "",
		"oss-cn-hangzhou.aliyuncs.com.example.com":     "",
		"img.example.com":                              "",
		"":                                             "",
	} {
		if got, ok := signature.KnownEndpoint(host); got != want || ok != (want != "") {
			t.Errorf("%q: %q %v, want %q", host, got, ok, want)
		}
	}
}

func TestResourceKeyIsDecoded(t *testing.T) {
	r, err := signature.ResourceOf(wire.Target{Path: "/examplebucket/a%2Fb+c"}, "127.0.0.1", signature.PathStyle, "examplebucket")
	if err != nil || r.Key() != "a/b+c" || r.Host != "127.0.0.1" {
		t.Errorf("%+v, key %q, %v", r, r.Key(), err)
	}
}
