package mutants

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// SDKs that send for operations what their callers did not ask for.
var operations = slices.Concat(opSignature, opScheme, opAddressing, opKeys, opKeyCalls, opHeaders, opMetadata, opParameters, opCopy, opBodyTokenExpires)

var opSignature = []Mutant{
	{"OP-SIGNATURE-01", "type-added-behind", "lets the HTTP library add a Content-Type that is not signed", senders("header", "query"),
		onTheWay(func(_ *Plan, req *wire.Request) {
			if req.HeaderCount("Content-Type") == 0 && req.Body != "" {
				addTo(req, "Content-Type", "application/octet-stream")
			}
		})},
	{"OP-SIGNATURE-01", "metadata-added-behind", "adds metadata after signing", senders("header"),
		onTheWay(func(p *Plan, req *wire.Request) { addTo(req, p.Profile.Names.HeaderPrefix+"meta-sdk", "1.0") })},
	{"OP-SIGNATURE-01", "path-cleaned-behind", "lets the HTTP library remove dot segments after signing", senders("header", "query"),
		onTheWay(func(_ *Plan, req *wire.Request) { changePath(req, dotsRemoved) })},
	{"OP-SIGNATURE-01", "slashes-joined-behind", "lets a proxy join slashes after signing", senders("header", "query"),
		onTheWay(func(_ *Plan, req *wire.Request) { changePath(req, slashesJoined) })},
	{"OP-SIGNATURE-01", "blanks-signed", "signs values with the blanks that the HTTP library trims", senders("header", "query"),
		signedValues(func(v string) string { return v })},
	{"OP-SIGNATURE-01", "secret-with-line-feed", "signs with the line feed behind the secret in its file", senders("header", "query", "form"),
		plans(func(p *Plan) { p.Credentials.AccessKeySecret += "\n" })},
	{"OP-SIGNATURE-01", "old-date", "sends the authorization of the first attempt again with a new date", senders("header"),
		onTheWay(func(p *Plan, req *wire.Request) {
			for i, h := range req.Headers {
				if wire.EqualFold(h.Name, "Date") || wire.EqualFold(h.Name, p.Profile.Names.DateHeader) {
					req.Headers[i].Value = strings.NewReplacer("08:00:00", "08:00:05", "T080000", "T080005").Replace(h.Value)
				}
			}
		})},
	{"OP-SIGNATURE-01", "policy-written-anew", "signs one text of the policy and sends another", senders("form"),
		onTheWay(func(p *Plan, req *wire.Request) {
			req.Body = strings.Replace(req.Body, signature.EncodePolicy(p.Policy), signature.EncodePolicy(p.Policy+"\n"), 1)
		})},
	{"OP-SIGNATURE-02", "unsigned", "sends without authentication", senders("header"),
		onTheWay(func(_ *Plan, req *wire.Request) { dropFrom(req, "Authorization") })},
	{"OP-SIGNATURE-02", "reads-unsigned", "reads without authentication, as from a public bucket", senders("header"),
		onTheWay(func(_ *Plan, req *wire.Request) {
			if req.Method == "GET" {
				dropFrom(req, "Authorization")
			}
		})},
	{"OP-SIGNATURE-02", "heads-unsigned", "asks for the size of an object without authentication", senders("header"),
		onTheWay(func(_ *Plan, req *wire.Request) {
			if req.Method == "HEAD" {
				dropFrom(req, "Authorization")
			}
		})},
	{"OP-METHOD-01", "post-for-put", "sends POST for PUT", senders("header", "query"), anotherMethod("PUT", "POST")},
	{"OP-METHOD-01", "put-for-post", "sends PUT for POST", senders("header", "query"), anotherMethod("POST", "PUT")},
	{"OP-METHOD-01", "post-for-delete", "sends POST for DELETE", senders("header", "query"), anotherMethod("DELETE", "POST")},
	{"OP-METHOD-01", "get-for-head", "sends GET for HEAD", senders("header", "query"), anotherMethod("HEAD", "GET")},
	{"OP-METHOD-01", "get-signed-as-head", "signs URLs for HEAD whatever the method", senders("query"), anotherMethod("GET", "HEAD")},
}

var opScheme = []Mutant{
	{"OP-SCHEME-01", "path-style-is-aws", "signs by the AWS scheme with path style", header("obs-v2"),
		anotherProfile(func(p *Plan) string { return profileWhen(p.Addressing == signature.PathStyle, "obs-aws-v2/header") })},
	{"OP-SCHEME-01", "address-is-aws", "signs by the AWS scheme for IP addresses", header("obs-v2"),
		anotherProfile(func(p *Plan) string { return profileWhen(isIP(p.Request.Host()), "obs-aws-v2/header") })},
	{"OP-SCHEME-01", "custom-domain-is-v1", "signs by V1 on custom domains", []string{"oss-v2/header", "oss-v4/header"},
		anotherProfile(func(p *Plan) string { return profileWhen(p.Addressing == signature.CNAME, "oss-v1/header") })},
	{"OP-CARRIER-01", "header-for-url", "signs a header where a URL was asked for", senders("query"),
		anotherProfile(func(p *Plan) string { return p.Profile.Scheme + "/header" })},
	{"OP-CARRIER-01", "url-and-header", "signs the URL and adds an Authorization header", senders("query"),
		onTheWay(func(p *Plan, req *wire.Request) {
			addTo(req, "Authorization", "OSS "+p.Credentials.AccessKeyID+":AAAAAAAAAAAAAAAAAAAAAAAAAAA=")
		})},
	{"OP-CARRIER-01", "form-and-header", "signs the form and adds an Authorization header", senders("form"),
		onTheWay(func(p *Plan, req *wire.Request) {
			addTo(req, "Authorization", "OSS "+p.Credentials.AccessKeyID+":AAAAAAAAAAAAAAAAAAAAAAAAAAA=")
		})},
	{"OP-CARRIER-01", "form-without-policy", "leaves the policy out of the form", senders("form"),
		onTheWay(func(_ *Plan, req *wire.Request) {
			req.Body = strings.Replace(req.Body, `name="policy"`, `name="x-policy"`, 1)
		})},
	{"OP-CARRIER-01", "policy-not-escaped", "puts values into the policy as they are", senders("form"),
		plans(func(p *Plan) { p.Policy = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(p.policy()) })},
	{"OP-CARRIER-01", "authentication-behind-the-file", "puts its own fields behind the file", senders("form"),
		onTheWay(func(_ *Plan, req *wire.Request) {
			head, rest, _ := strings.Cut(req.Body, "--x\r\nContent-Disposition: form-data; name=\"policy\"")
			_, file, _ := strings.Cut(rest, "--x\r\nContent-Disposition: form-data; name=\"file\"")
			rest = strings.TrimSuffix(rest, "--x\r\nContent-Disposition: form-data; name=\"file\""+file)
			req.Body = head + "--x\r\nContent-Disposition: form-data; name=\"file\"" + strings.TrimSuffix(file, "--x--\r\n") +
				"--x\r\nContent-Disposition: form-data; name=\"policy\"" + rest + "--x--\r\n"
		})},
}

var opAddressing = []Mutant{
	{"OP-ADDRESSING-01", "path-for-host", "uses path style where the bucket belongs into the host name", senders("header", "query"),
		plans(func(p *Plan) {
			if p.Addressing == signature.VirtualHost && p.Bucket != "" {
				p.Addressing = signature.PathStyle
				p.Request.Target = "/" + p.Bucket + p.Request.Target
				p.Request.SetHeader("Host", strings.TrimPrefix(p.Request.Host(), p.Bucket+"."))
			}
		})},
	{"OP-ADDRESSING-01", "host-for-path", "puts the bucket into the host name where path style was asked for", senders("header", "query"),
		plans(func(p *Plan) {
			if p.Addressing == signature.PathStyle && p.Bucket != "" {
				p.Addressing = signature.VirtualHost
				p.Request.Target = strings.TrimPrefix(p.Request.Target, "/"+p.Bucket)
				p.Request.SetHeader("Host", p.Bucket+"."+p.Request.Host())
			}
		})},
	{"OP-ADDRESSING-01", "bucket-in-front-of-an-address", "puts the bucket in front of an IP address", senders("header", "query"),
		plans(func(p *Plan) {
			if p.Addressing == signature.PathStyle && isIP(p.Request.Host()) {
				p.Addressing = signature.VirtualHost
				p.Request.Target = strings.TrimPrefix(p.Request.Target, "/"+p.Bucket)
				p.Request.SetHeader("Host", p.Bucket+"."+p.Request.Host())
			}
		})},
	{"OP-ADDRESSING-01", "bucket-on-custom-domain", "puts the bucket in front of a custom domain", senders("header", "query"),
		plans(func(p *Plan) {
			if p.Addressing == signature.CNAME {
				p.Request.SetHeader("Host", p.Bucket+"."+p.Request.Host())
			}
		})},
	{"OP-ADDRESSING-01", "bucket-domain-is-virtual-host", "cuts the bucket off a custom domain that begins with it", senders("header", "query"),
		plans(func(p *Plan) {
			if p.Addressing == signature.CNAME && strings.HasPrefix(p.Request.Host(), p.Bucket+".") {
				p.Request.SetHeader("Host", strings.TrimPrefix(p.Request.Host(), p.Bucket+"."))
			}
		})},
	{"OP-ADDRESSING-01", "vendor-name-is-virtual-host", "takes every domain with aliyuncs in it for the vendor's", senders("header"),
		plans(func(p *Plan) {
			if p.Addressing == signature.CNAME && strings.Contains(p.Request.Host(), "aliyuncs.com") {
				p.Request.SetHeader("Host", p.Bucket+"."+p.Request.Host())
			}
		})},
	{"OP-ADDRESSING-01", "other-domain-is-cname", "takes every domain that is not the vendor's for a custom one", senders("header", "query"),
		plans(func(p *Plan) {
			host := p.Request.Host()
			if p.Addressing == signature.VirtualHost && !strings.Contains(host, "aliyuncs.com") && !strings.Contains(host, "myhuaweicloud.com") {
				p.Request.SetHeader("Host", strings.TrimPrefix(host, p.Bucket+"."))
			}
		})},
	{"OP-ADDRESSING-01", "port-lost", "sends a Host header without the port", senders("header"), anotherHost(hostAlone)},
	{"OP-ADDRESSING-01", "port-lost-in-urls", "signs URLs without the port", senders("query"), anotherHost(hostAlone)},
	{"OP-ADDRESSING-01", "port-lost-on-custom-domain", "loses the port of a custom domain", senders("header"), plans(func(p *Plan) {
		if p.Addressing == signature.CNAME {
			p.Request.SetHeader("Host", hostAlone(p.Request.Host()))
		}
	})},
	{"OP-ADDRESSING-01", "port-lost-in-path-style", "loses the port with path style", senders("header"), plans(func(p *Plan) {
		if p.Addressing == signature.PathStyle && !isIP(p.Request.Host()) {
			p.Request.SetHeader("Host", hostAlone(p.Request.Host()))
		}
	})},
	{"OP-ADDRESSING-01", "brackets-lost", "loses the brackets of an IPv6 address", senders("header"),
		anotherHost(replacing("[", "", "]", ""))},
	{"OP-ADDRESSING-01", "public-for-internal", "goes to the public endpoint for the internal one", senders("header", "query"),
		anotherHost(func(h string) string { return strings.Replace(h, "-internal.", ".", 1) })},
	{"OP-ADDRESSING-01", "service-always-public", "lists buckets at the public endpoint", senders("header"), plans(func(p *Plan) {
		if p.Bucket == "" {
			p.Request.SetHeader("Host", strings.Replace(p.Request.Host(), "-internal.", ".", 1))
		}
	})},
	{"OP-ADDRESSING-01", "region-for-acceleration", "goes to the region's endpoint for the accelerated one", senders("header", "query"),
		anotherHost(func(h string) string { return strings.Replace(h, "oss-accelerate.", "oss-cn-hangzhou.", 1) })},
	{"OP-ADDRESSING-01", "region-for-dual-stack", "makes the region's usual endpoint of its dual stack one", senders("header"),
		anotherHost(func(h string) string { return strings.Replace(h, "cn-hangzhou.oss.", "oss-cn-hangzhou.", 1) })},
	{"OP-ADDRESSING-01", "region-from-the-name", "signs for the region that it reads from the endpoint", []string{"oss-v4/header", "oss-v4/query"},
		plans(func(p *Plan) {
			labels := strings.Split(p.Request.Host(), ".")
			if i := slices.IndexFunc(labels, func(l string) bool { return strings.HasPrefix(l, "oss") }); i >= 0 {
				p.Region = strings.TrimPrefix(strings.TrimSuffix(labels[i], "-internal"), "oss-")
			}
		})},
	{"OP-ADDRESSING-01", "bucket-to-its-first-dot", "ends the name of the bucket at its first dot", senders("header", "query"), anotherBucket(upTo("."))},
	{"OP-ADDRESSING-01", "hyphens-trimmed", "keeps letters of a bucket only", senders("header"), anotherBucket(func(b string) string { return strings.Trim(b, "-0123456789") })},
	{"OP-ADDRESSING-01", "bucket-twice", "puts the bucket into the path as well", senders("header", "query"), plans(func(p *Plan) {
		if p.Bucket != "" {
			p.Request.Target = "/" + p.Bucket + p.Request.Target
		}
	})},
	{"OP-ADDRESSING-01", "bucket-level-without-host", "asks the service instead of the bucket", senders("header", "query"), plans(func(p *Plan) {
		if p.Operation.Level == "bucket" && p.Addressing == signature.VirtualHost {
			p.Request.SetHeader("Host", strings.TrimPrefix(p.Request.Host(), p.Bucket+"."))
			p.Bucket, p.Addressing = "", signature.PathStyle
		}
	})},
}

var opBodyTokenExpires = []Mutant{
	{"OP-BODY-01", "no-body", "sends no body", senders("header", "query", "form"), anotherBody(func(string) string { return "" })},
	{"OP-BODY-01", "as-text", "sends the body as text: what is no UTF-8 is replaced", senders("header", "query", "form"),
		anotherBody(func(b string) string { return strings.ToValidUTF8(b, "\ufffd") })},
	{"OP-BODY-01", "line-ends", "writes line ends as CR LF", senders("header", "query"), anotherBody(replacing("\n", "\r\n"))},
	{"OP-BODY-01", "to-the-first-zero", "ends the body at its first zero byte", senders("header", "query", "form"), anotherBody(upTo("\x00"))},
	{"OP-BODY-01", "in-chunks", "writes the body in signed chunks that nobody asked for", senders("header"),
		anotherBody(func(b string) string { return strconv.FormatInt(int64(len(b)), 16) + ";chunk-signature=0\r\n" + b })},

	{"OP-TOKEN-01", "lost", "does not send the token", senders("header", "query", "form"), anotherToken(func(string) string { return "" })},
	{"OP-TOKEN-01", "unsigned", "adds the token after signing", senders("header", "query"), Break{Sends: func(s *Sender) {
		s.Plan = func(p *Plan) { p.Credentials.SecurityToken = "" }
		s.Sent = func(p *Plan, req *wire.Request) {
			switch token := p.Case.Credentials.SecurityToken; {
			case token == "":
			case p.Profile.Carrier == signature.InHeader:
				addTo(req, p.Profile.Names.HeaderPrefix+"security-token", token)
			default:
				req.Target += "&" + p.Profile.Names.Token + "=" + wire.EscapeValue(token)
			}
		}
	}}},
	{"OP-TOKEN-01", "header-beside-url", "sends the token of a signed URL in a header", senders("query"), Break{Sends: func(s *Sender) {
		s.Plan = func(p *Plan) { p.Credentials.SecurityToken = "" }
		s.Sent = func(p *Plan, req *wire.Request) {
			if token := p.Case.Credentials.SecurityToken; token != "" {
				addTo(req, p.Profile.Names.HeaderPrefix+"security-token", token)
			}
		}
	}}},
	{"OP-TOKEN-01", "decoded", "decodes the token", senders("header", "query", "form"), anotherToken(wire.Unescape)},
	{"OP-TOKEN-01", "plus-is-a-blank", "decodes the token as a form does", senders("header", "query", "form"), anotherToken(wire.UnescapeQuery)},
	{"OP-TOKEN-01", "kilobyte", "ends the token after 1000 bytes", senders("header", "query"), anotherToken(func(t string) string { return t[:min(len(t), 1000)] })},
	{"OP-TOKEN-01", "four-kilobytes", "ends the token before 4096 bytes", senders("header", "query"), anotherToken(func(t string) string { return t[:min(len(t), 4095)] })},
	{"OP-TOKEN-01", "padding-trimmed", "trims the padding of the token", senders("header", "query", "form"), anotherToken(func(t string) string { return strings.TrimRight(t, "=") })},
	{"OP-TOKEN-01", "base64-only", "keeps the bytes of base64 only", senders("header", "query"), anotherToken(func(t string) string {
		return strings.Map(func(r rune) rune {
			if strings.ContainsRune("._~-", r) {
				return -1
			}
			return r
		}, t)
	})},
	{"OP-TOKEN-01", "digits-lost", "keeps letters and + / = of the token only", senders("header", "query", "form"), anotherToken(func(t string) string {
		return strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return -1
			}
			return r
		}, t)
	})},
	{"OP-TOKEN-01", "lost-on-custom-domain", "forgets the token on custom domains", senders("header", "query"), tokenLost(func(p *Plan) bool { return p.Addressing == signature.CNAME })},
	{"OP-TOKEN-01", "lost-in-path-style", "forgets the token with path style", senders("header", "query"), tokenLost(func(p *Plan) bool { return p.Addressing == signature.PathStyle })},
	{"OP-TOKEN-01", "lost-with-sub-resource", "forgets the token beside an empty sub-resource", senders("header", "query"), tokenLost(func(p *Plan) bool { return len(p.Operation.Subresources) > 0 })},
	{"OP-TOKEN-01", "lost-with-version", "forgets the token beside a version", senders("query"), tokenLost(func(p *Plan) bool { return strings.Contains(p.Request.Target, "versionId") })},
	{"OP-TOKEN-01", "lost-at-service-level", "forgets the token when it lists buckets", senders("header"), tokenLost(func(p *Plan) bool { return p.Bucket == "" })},
	{"OP-TOKEN-01", "lost-with-metadata", "forgets the token beside metadata", senders("header", "query"), tokenLost(func(p *Plan) bool { return len(p.Case.Operation.Metadata) > 0 })},
	{"OP-TOKEN-01", "lost-with-type", "forgets the token beside a Content-Type", senders("header", "query"), tokenLost(func(p *Plan) bool { return p.Request.HeaderCount("Content-Type") > 0 })},

	{"OP-EXPIRES-01", "always-an-hour", "signs every URL for an hour", senders("query"), anotherLifetime(func(int64) int64 { return 3600 })},
	{"OP-EXPIRES-01", "whole-hours", "rounds lifetimes up to hours", senders("query"), anotherLifetime(func(s int64) int64 { return (s + 3599) / 3600 * 3600 })},
	{"OP-EXPIRES-01", "at-most-a-day", "signs no URL for more than a day", senders("query"), anotherLifetime(func(s int64) int64 { return min(s, 86400) })},
	{"OP-EXPIRES-01", "at-most-a-week", "signs no URL for more than a week", query("oss-v1"), anotherLifetime(func(s int64) int64 { return min(s, 604800) })},
	{"OP-EXPIRES-01", "milliseconds", "takes seconds for milliseconds", senders("query"), anotherLifetime(func(s int64) int64 { return max(1, s/1000) })},
	{"OP-EXPIRES-01", "at-least-three-minutes", "signs no URL for less than three minutes", senders("query"), anotherLifetime(func(s int64) int64 { return max(s, 180) })},
	{"OP-EXPIRES-01", "ends-in-32-bits", "keeps the end in 32 bits", []string{"oss-v1/query", "obs-v2/query", "obs-aws-v2/query"},
		plans(func(p *Plan) { p.Expires = int64(int32(p.Expires)) })},
}

// addTo and dropFrom change the headers of a request that was signed.

func profileWhen(applies bool, profile string) string {
	if applies {
		return profile
	}
	return ""
}

func isIP(host string) bool {
	_, err := netip.ParseAddr(strings.Trim(hostAlone(host), "[]"))
	return err == nil
}

func hostAlone(host string) string {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		return host[:i]
	}
	return host
}
