package diagnose

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// escapes are the sets of characters that programs leave as they are in a path.
var escapes = []*wire.EscapeSet{
	wire.NewEscapeSet("/"),                 // RFC 3986
	wire.NewEscapeSet("/!'()*"),            // encodeURIComponent and its like
	wire.NewEscapeSet("/!'()*;:@&=+$,#?"),  // encodeURI
	wire.NewEscapeSet("/*"),                // Java's URLEncoder, mended
	wire.NewEscapeSet("/$&+,:;=@!'()*[]|"), // url.URL of Go and others
	wire.NewEscapeSet(""),                  // a slash is encoded too
}

// encodings are the ways to write a decoded path.
func encodings(decoded string) []string {
	var out []string
	for _, set := range escapes {
		text := string(wire.AppendEscaped(nil, decoded, set))
		out = append(out, text, lowerEscapes(text), strings.ReplaceAll(text, "%20", "+"), strings.ReplaceAll(text, "~", "%7E"))
	}
	return append(out, decoded, strings.ReplaceAll(decoded, " ", "+"))
}

// lowerEscapes writes the digits of percent-encoding in lower case.
func lowerEscapes(text string) string {
	b := []byte(text)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:], strings.ToLower(string(b[i+1:i+3])))
		}
	}
	return string(b)
}

// bucketAndKey splits /bucket/key; the path of V4 for S3 clients may have the
// key alone.
func bucketAndKey(path string) (bucket, key string, ok bool) {
	rest, ok := strings.CutPrefix(path, "/")
	if !ok {
		return "", "", false
	}
	bucket, key, ok = strings.Cut(rest, "/")
	return bucket, key, ok
}

// signsDecoded reports whether the scheme signs the key decoded.
func (c *inquiry) signsDecoded() bool { return c.scheme == "oss-v1" }

// pathVariants are the paths a signer may have signed.
func (c *inquiry) pathVariants(path string, add func(string, ...made)) {
	detail := func(signed string) string { return fmt.Sprintf("signed %q, arrived %q", signed, path) }
	one := func(text, name string) { add(text, did(name, detail(text))) }
	if c.scheme == "oss-v2" {
		c.pathVariantsV2(path, one)
		return
	}
	bucket, key, ok := bucketAndKey(path)
	if !ok && c.scheme != "obs-v4" {
		one(path+"/", "bucket-slash")
		return
	}
	if c.scheme == "obs-v4" { // no bucket stands in front where the host has it
		bucket, key = "", strings.TrimPrefix(path, "/")
	}
	front := "/"
	if bucket != "" {
		front = "/" + bucket + "/"
	}
	c.keyVariants(front, key, one)
	c.bucketVariants(path, bucket, key, one)
	for _, text := range tidied(front, key) {
		one(text, "path-tidied")
	}
}

// pathVariantsV2 works on a path whose slashes are encoded.
func (c *inquiry) pathVariantsV2(path string, one func(text, name string)) {
	decoded := wire.Unescape(path)
	for _, text := range append([]string{decoded}, encodings(decoded)...) {
		one(text, "key-encoded-otherwise")
	}
	if bucket, key, ok := bucketAndKey(decoded); ok {
		one(string(wire.AppendEscaped(nil, "/"+key, escapes[5])), "bucket-missing")
		one(string(wire.AppendEscaped(nil, "/"+bucket+decoded, escapes[5])), "bucket-doubled")
	}
	if again := wire.Unescape(decoded); again != decoded {
		one(string(wire.AppendEscaped(nil, again, escapes[5])), "key-encoded-twice")
	}
}

// keyVariants write the key otherwise.
func (c *inquiry) keyVariants(front, key string, one func(text, name string)) {
	decoded := wire.Unescape(key)
	if c.signsDecoded() {
		if decoded != key { // it still holds %XX
			one(front+decoded, "key-encoded-twice")
			one(front+wire.Unescape(decoded), "key-encoded-twice")
		}
		for _, text := range encodings(key) {
			one(front+text, "key-as-sent")
		}
	} else {
		if again := wire.Unescape(decoded); again != decoded {
			for _, text := range encodings(again) {
				one(front+text, "key-encoded-twice")
			}
		}
		if c.dialect == OBS && !c.isHex() {
			one(front+decoded, "key-decoded")
		}
		for _, text := range encodings(decoded) {
			if text != decoded || wire.Unescape(decoded) == decoded {
				one(front+text, "key-encoded-otherwise")
			}
		}
		one(front+wire.EscapePath(key), "key-encoded-otherwise")
	}
	for _, bytes := range byteForms(decoded) {
		one(front+bytes, "key-encoded-otherwise")
	}
	if c.Request != nil {
		path := wire.SplitTarget(c.Request.Target).Path
		if c.found != nil && c.found.Resource.RawKey != "" {
			path = c.found.Resource.RawKey
		}
		if sent := strings.TrimPrefix(path, "/"); wire.Unescape(sent) == decoded || wire.Unescape(sent) == key {
			one(front+sent, "path-as-sent")
		}
	}
}

// bucketVariants put another bucket in front of the key, or none.
func (c *inquiry) bucketVariants(path, bucket, key string, one func(text, name string)) {
	own := bucket
	if own == "" {
		own = c.bucketOfHost()
	}
	if bucket != "" {
		one("/"+key, "bucket-missing")
		one(key, "bucket-missing")
	}
	if own != "" {
		one("/"+own+path, "bucket-doubled")
	}
	if key == "" {
		one("/"+bucket, "bucket-slash")
		one("/", "bucket-missing")
	} else {
		one(path+"/", "path-tidied")
	}
	if first, rest, ok := strings.Cut(key, "/"); ok && first == bucket {
		one("/"+bucket+"/"+rest, "bucket-doubled")
	}
	for _, host := range c.otherHosts("") {
		if bucket != "" {
			one("/"+host+"/"+key, "bucket-other")
			one("/"+host+path, "bucket-other")
		}
		if label, _, dotted := strings.Cut(host, "."); dotted && label != bucket {
			one("/"+label+"/"+key, "bucket-other")
			one("/"+label+path, "bucket-other")
		}
	}
}

// pathStyle reports whether the host is that of an endpoint alone, so that the
// bucket stands in the path.
func (c *inquiry) pathStyle() bool {
	host := hostname(c.hostOfRequest())
	endpoint, known := signature.KnownEndpoint(host)
	return known && endpoint == host
}

// bucketOfHost is the bucket that the name of the host begins with.
func (c *inquiry) bucketOfHost() string {
	for _, host := range []string{c.doc.HostID, c.hostOfRequest()} {
		if endpoint, ok := signature.KnownEndpoint(hostname(host)); ok {
			return strings.TrimSuffix(strings.TrimSuffix(hostname(host), endpoint), ".")
		}
	}
	return ""
}

func (c *inquiry) hostOfRequest() string {
	if c.Request == nil {
		return ""
	}
	return c.Request.Host()
}

// otherHosts are the names under which a client may know the service.
func (c *inquiry) otherHosts(sent string) []string {
	var out []string
	put := func(host string) {
		if host != "" && host != sent && strings.Contains(host, ".") && !slices.Contains(out, host) {
			out = append(out, host)
		}
	}
	known := []string{c.hostOfRequest(), sent}
	if c.dialect == OSS {
		known = append(known, c.doc.HostID)
	}
	for domain := range c.Hosts.CNAMEs {
		known = append(known, domain)
	}
	slices.Sort(known)
	known = append(known, c.Hosts.Endpoints...)
	for _, host := range known {
		name := hostname(host)
		put(host)
		put(name)
		if host != "" {
			put(name + ":80")
			put(name + ":443")
		}
		endpoint, ok := signature.KnownEndpoint(name)
		if !ok {
			continue
		}
		put(endpoint)
		bucket := strings.TrimSuffix(name, endpoint)
		region, domain, _ := strings.Cut(endpoint, ".")
		put(bucket + strings.TrimSuffix(region, "-internal") + "." + domain)
		put(bucket + strings.TrimSuffix(region, "-internal") + "-internal." + domain)
		put(bucket + "oss-accelerate." + domain)
	}
	return out
}

// tidied are the paths before, or after, somebody folded slashes and dots.
func tidied(front, key string) []string {
	var out []string
	if strings.Count(key, "/") > 64 {
		return nil
	}
	for at := 0; at < len(key); at++ {
		if key[at] == '/' {
			out = append(out, front+key[:at]+"/"+key[at:], front+key[:at]+"/."+key[at:], front+key[:at+1]+"../"+lastSegment(key[:at])+key[at:])
		}
	}
	out = append(out, front+"/"+key, front+"./"+key)
	folded := key
	for strings.Contains(folded, "//") {
		folded = strings.ReplaceAll(folded, "//", "/")
	}
	out = append(out, front+folded, front+strings.TrimLeft(key, "/"), front+withoutDots(folded), front+withoutDots(key))
	for _, slash := range []string{"%2F", "%2f"} {
		out = append(out, front+strings.ReplaceAll(key, slash, "/"))
		for at := 0; at < len(key); at++ {
			if key[at] == '/' {
				out = append(out, front+key[:at]+slash+key[at+1:])
			}
		}
	}
	if trimmed, ok := strings.CutSuffix(key, "/"); ok {
		out = append(out, front+trimmed)
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == front+key })
}

func lastSegment(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

func withoutDots(path string) string {
	var out []string
	for segment := range strings.SplitSeq(path, "/") {
		switch {
		case segment == ".":
		case segment == ".." && len(out) > 0:
			out = out[:len(out)-1]
		case segment == "..":
		default:
			out = append(out, segment)
		}
	}
	return strings.Join(out, "/")
}

// slashes are those that are one to whoever tidies a path.
var slashes = regexp.MustCompile("/+")

// longestTwice is the length up to which two mistakes at once are looked for in
// one path.
const longestTwice = 512

// twoOfPath are the pairs of mistakes that lead from one path to the other.
func (c *inquiry) twoOfPath(server, signed string) [][]made {
	if len(server)+len(signed) > longestTwice {
		return nil
	}
	var ways [][]made
	same := func(a, b made) bool { return a.Cause == b.Cause }
	c.pathVariants(server, func(text string, first ...made) {
		if first[0].Cause == "C08" { // what would be taken for the bucket of that?
			return
		}
		c.pathVariants(text, func(again string, second ...made) {
			two := slices.Concat(first, second)
			if again == signed && !slices.ContainsFunc(ways, func(had []made) bool { return slices.EqualFunc(had, two, same) }) {
				ways = append(ways, two)
			}
		})
	})
	return ways
}

// classifyPath names what is seen in two paths.
func (c *inquiry) classifyPath(server, signed string) [][]made {
	detail := fmt.Sprintf("signed %q, arrived %q", signed, server)
	one := func(name string) [][]made { return [][]made{{did(name, detail)}} }
	full := func(s string) string {
		for n := 0; n < 8 && wire.Unescape(s) != s; n++ {
			s = wire.Unescape(s)
		}
		return s
	}
	tidy := func(s string) string { return withoutDots(strings.Trim(slashes.ReplaceAllString(full(s), "/"), "/")) }
	_, serverKey, _ := bucketAndKey(server)
	_, signedKey, _ := bucketAndKey(signed)
	if c.scheme == "obs-v4" && !c.pathStyle() { // the whole path is the key
		serverKey, signedKey = strings.TrimPrefix(server, "/"), ""
	}
	switch {
	case full(server) == full(signed):
		return one("key-encoded-otherwise")
	case tidy(server) == tidy(signed):
		return one("path-tidied")
	case serverKey != "" && (serverKey == signedKey || strings.HasSuffix(signed, "/"+serverKey) || signed == serverKey && c.scheme != "obs-v4"):
		return one("bucket-other")
	}
	if ways := c.twoOfPath(server, signed); len(ways) > 0 {
		return ways
	}
	return one("path-other")
}
