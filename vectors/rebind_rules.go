package vectors

import (
	"crypto/md5"
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// reasonToLeaveOut says why a case is not for somebody's own server, or "".
func (c *Case) reasonToLeaveOut(profile *signature.Profile, w *World) string {
	for _, reason := range []func(*Case, *signature.Profile, *World) string{aboutAnotherPlace, harmful, costly, onTheEdge, lacking} {
		if why := reason(c, profile, w); why != "" {
			return why
		}
	}
	return ""
}

// standing are the hosts that cases have when they are not about the host.
var standing = []string{"oss-cn-hangzhou.aliyuncs.com", "obs.cn-north-4.myhuaweicloud.com"}

// Ordinary reports whether a case has nothing of its own in what moving it takes
// away: its access key, token, bucket, region and time are those that cases have
// when they are not about them. Of any other case nobody can say, once it is
// moved, that what it is about was still there.
func (c *Case) Ordinary() bool {
	in := &c.Input
	return in.Credentials.AccessKeyID == "TESTACCESSKEYID00001" && in.Credentials.AccessKeySecret == "testAccessKeySecret0000000001" &&
		slices.Contains([]string{"", "CAISexample+token/with=padding=="}, in.Credentials.SecurityToken) &&
		in.Bucket == "examplebucket" && slices.Contains([]string{"", "cn-hangzhou", "cn-north-4"}, in.Region) &&
		in.Time.UTC().Format(time.RFC3339) == "2024-05-20T08:00:00Z"
}

// aboutAnotherPlace leaves out what is about a name that the world does not
// have.
func aboutAnotherPlace(c *Case, profile *signature.Profile, w *World) string {
	in := &c.Input
	host := in.Request.Host()
	if in.Addressing == signature.VirtualHost {
		host = strings.TrimPrefix(host, in.Bucket+".")
	}
	switch {
	case profile.Scheme == "oss-rtmp":
		return "it is sent over RTMP"
	case in.Addressing == signature.CNAME:
		return "it is about a custom domain"
	case in.Bucket == "":
		return "it is about the service, not about a bucket"
	case !slices.Contains(standing, host) || wire.SplitTarget(in.Request.Target).Authority != "":
		return "it is about another host"
	case in.Addressing == signature.PathStyle && w.Addressing != signature.PathStyle:
		return "it is about path-style addressing"
	case in.Product != "" && in.Product != profile.Names.Service:
		return "it is about another product"
	}
	for _, t := range c.Expect.Tamper {
		if strings.HasSuffix(t.Op, "-header") && (wire.EqualFold(t.Target, "Host") || wire.EqualFold(string(t.Value), "Host")) {
			return "it is about another host"
		}
		if profile.Names.Terminator != "" && w.Region != in.Region && strings.Contains(string(t.Value), w.Region) {
			return "its wrong region is the one of the endpoint"
		}
	}
	return ""
}

// harmful leaves out what may destroy, change more than objects below the
// prefix, or show them to others.
func harmful(c *Case, profile *signature.Profile, _ *World) string {
	methods := []string{c.Input.Request.Method}
	for _, t := range c.Expect.Tamper {
		if t.Op == "set-method" {
			methods = append(methods, string(t.Value))
		}
	}
	for _, method := range methods {
		reads := slices.Contains([]string{"GET", "HEAD"}, strings.ToUpper(method))
		switch {
		case strings.EqualFold(method, "DELETE"):
			return "it deletes"
		case !reads && !slices.Contains([]string{"PUT", "POST"}, strings.ToUpper(method)):
			return "its method is not one of reading and writing objects"
		case !reads && c.Input.Key == "":
			return "it writes to the bucket itself"
		case strings.EqualFold(method, "POST") && profile.Carrier != signature.InForm && !c.names("uploads"):
			return "it is more than a read or a write of an object"
		}
	}
	for _, name := range []string{"callback", "callback-var", "x-oss-async-process", "x-oss-callback", "restore", "policy", "fetch", "asyncFetch"} {
		if c.names(name) {
			return "it has the server do more than read or write an object"
		}
	}
	switch {
	case strings.Contains(c.Input.Policy, "callback"):
		return "it has the server do more than read or write an object"
	case strings.Contains(c.Input.Policy, "success_action_redirect"):
		return "it asks to be redirected"
	}
	for _, h := range c.headers() {
		name, value := strings.ToLower(h.Name), strings.ToLower(h.Value)
		switch {
		case strings.HasSuffix(name, "-acl") && strings.HasPrefix(value, "public"), strings.Contains(name, "-grant-"):
			return "it would show an object to others"
		case strings.HasSuffix(name, "-copy-source"):
			return "it copies an object that is not its own"
		case strings.HasSuffix(name, "callback") || strings.HasSuffix(name, "callback-var"):
			return "it has the server do more than read or write an object"
		}
	}
	if acl := regexp.MustCompile(`"(\$?x-(oss-object|obs|amz)-acl|\$?acl)"[^}\]]*public`); acl.MatchString(c.Input.Policy) {
		return "it would show an object to others"
	}
	return ""
}

// costly leaves out what is billed for long, and what a server refuses before
// or after it looks at a signature.
func costly(c *Case, _ *signature.Profile, _ *World) string {
	for _, h := range c.headers() {
		name := strings.ToLower(h.Name)
		switch {
		case strings.HasSuffix(name, "-storage-class") && !strings.EqualFold(h.Value, "Standard"):
			return "its object would be billed for long"
		case strings.Contains(name, "server-side-") || strings.Contains(name, "-sse") || strings.Contains(name, "encryption"):
			return "it wants keys for encryption"
		case strings.Contains(name, "object-lock") || strings.Contains(name, "-worm") || strings.Contains(name, "retention"):
			return "its object could not be deleted"
		case name == "content-md5" && c.writes():
			if sum := md5.Sum([]byte(c.Input.Request.Body)); h.Value != base64.StdEncoding.EncodeToString(sum[:]) && c.Expect.Rejected == nil {
				return "its Content-MD5 is not that of its body"
			}
		case name == "content-length" || name == "transfer-encoding" || name == "expect" || name == "connection":
			return "it is about how the body is sent"
		}
	}
	return ""
}

func (c *Case) writes() bool {
	return c.Input.Request.Method == "PUT" || c.Input.Request.Method == "POST"
}

// margin is the time that clocks may be apart and requests under way.
const margin = 30 * time.Second

var policyEnd = regexp.MustCompile(`"expiration"\s*:\s*"([^"]*)"`)

// onTheEdge leaves out what depends on seconds.
func onTheEdge(c *Case, profile *signature.Profile, _ *World) string {
	if !c.ForServers() {
		return "no server takes its date"
	}
	after := time.Duration(c.Expect.ReceivedAfter) * time.Second
	life := time.Duration(c.Input.Expires) * time.Second
	if profile.Names.Terminator == "" {
		life = time.Unix(c.Input.Expires, 0).Sub(c.Input.Time)
	}
	edges := []time.Duration{signature.MaxSkew, -signature.MaxSkew, signature.MaxLifetime}
	if c.Input.Expires != 0 {
		edges = append(edges, life)
	}
	if end := policyEnd.FindStringSubmatch(c.Input.Policy); end != nil {
		if at, err := time.Parse(time.RFC3339, end[1]); err == nil {
			edges = append(edges, at.Sub(c.Input.Time))
		}
	}
	for _, edge := range edges {
		if d := after - edge; d >= -margin && d <= margin {
			return "it is within seconds of a limit"
		}
	}
	return ""
}

// lacking leaves out what needs something the user does not have.
func lacking(c *Case, _ *signature.Profile, w *World) string {
	temporary := c.Input.Credentials.SecurityToken != ""
	switch {
	case temporary && w.Credentials.SecurityToken == "":
		return "it needs a temporary access key"
	case !temporary && w.Credentials.SecurityToken != "" && slices.ContainsFunc(c.Flags, func(f string) bool { return f == "token" }):
		return "it needs an access key without a token"
	}
	return ""
}

// headers are those that are sent at first, and those that are put in.
func (c *Case) headers() []wire.Header {
	all := slices.Clone(c.Input.Request.Headers)
	for _, t := range c.Expect.Tamper {
		if t.Op == "set-header" || t.Op == "add-header" {
			all = append(all, wire.Header{Name: t.Target, Value: string(t.Value)})
		}
	}
	return all
}

// names reports whether the query has a parameter, at first or put in.
func (c *Case) names(parameter string) bool {
	for _, p := range wire.AppendParams(nil, wire.SplitTarget(c.Input.Request.Target).Query) {
		if wire.UnescapeQuery(p.Name) == parameter {
			return true
		}
	}
	return slices.ContainsFunc(c.Expect.Tamper, func(t Tamper) bool {
		return strings.HasSuffix(t.Op, "-parameter") && t.Target == parameter
	})
}
