package diagnose_test

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net/url"
	"strings"
	"time"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// The exchanges of the table are made by clients that are written out here,
// wrong ones, and by somebody between client and service; the service is the
// endpoint of this module. Nothing here uses what the search uses.

// exchange is one request that a service refused.
type exchange struct {
	cause, name string

	sent      *wire.Request // as the client sent it
	arrived   *wire.Request // as the service got it; nil: as it was sent
	signed    string        // what the client says it signed
	canonical string        // V4: its canonical request

	service endpoint.Dialect
	secret  string             // the secret the user has; "": that of the service
	hosts   signature.Hosts    // what the service knows of hosts
	seen    diagnose.Place     // where the request was seen
	said    *endpoint.Response // what the service said; nil: what it says to the authentication
	at      time.Time          // when it arrived; zero: serverTime
}

const (
	keyID     = "exampleid"
	keySecret = "examplesecret"
	ossHost   = "examplebucket.oss-cn-hangzhou.aliyuncs.com"
	obsHost   = "examplebucket.obs.cn-north-4.myhuaweicloud.com"
	date      = "Sat, 05 Dec 2026 08:30:00 GMT"
	isoTime   = "20261205T083000Z"
	expires   = "1796463000"
	tokenKey  = "STS.examplesession"
	token     = "CAISexampletoken+with/signs=="
)

var serverTime = time.Date(2026, 12, 5, 8, 30, 0, 0, time.UTC)

func mac(algorithm func() hash.Hash, key, text string) string {
	h := hmac.New(algorithm, []byte(key))
	h.Write([]byte(text))
	return string(h.Sum(nil))
}

// v1 is the signature of the V1 family.
func v1(secret, text string) string {
	return base64.StdEncoding.EncodeToString([]byte(mac(sha1.New, secret, text)))
}

func md5Of(body string) string {
	sum := md5.Sum([]byte(body))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// send writes a request line and its headers, "Name: value" each.
func send(method, target, host string, headers ...string) *wire.Request {
	req := &wire.Request{Transport: "http", Method: method, Target: target, Proto: "HTTP/1.1", Headers: []wire.Header{{Name: "Host", Value: host}}}
	return also(req, headers...)
}

// also is a request with more headers.
func also(req *wire.Request, headers ...string) *wire.Request {
	out := req.Clone(len(headers))
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		out.Headers = append(out.Headers, wire.Header{Name: name, Value: value})
	}
	return out
}

func withBody(req *wire.Request, body string) *wire.Request {
	out := req.Clone(0)
	out.Body = body
	return out
}

func withMethod(req *wire.Request, method string) *wire.Request {
	out := req.Clone(0)
	out.Method = method
	return out
}

func withTarget(req *wire.Request, target string) *wire.Request {
	out := req.Clone(0)
	out.Target = target
	return out
}

// withHeader is a request in which somebody wrote another value.
func withHeader(req *wire.Request, name, value string) *wire.Request {
	out := req.Clone(0)
	for i := range out.Headers {
		if out.Headers[i].Name == name {
			out.Headers[i].Value = value
		}
	}
	return out
}

func oss(text string) string { return "Authorization: OSS " + keyID + ":" + v1(keySecret, text) }
func obs(text string) string { return "Authorization: OBS " + keyID + ":" + v1(keySecret, text) }

// ossURL is a presigned URL of OSS V1 for a path, which may have a query.
func ossURL(path, text string) string {
	join := "?"
	if strings.Contains(path, "?") {
		join = "&"
	}
	return path + join + "OSSAccessKeyId=" + keyID + "&Expires=" + expires + "&Signature=" + url.QueryEscape(v1(keySecret, text))
}

// v4Client is a client of V4, and what it gets wrong.
type v4Client struct {
	algorithm, prefix, region, product, terminator, time string
}

var ossV4 = v4Client{"OSS4-HMAC-SHA256", "aliyun_v4", "cn-hangzhou", "oss", "aliyun_v4_request", isoTime}
var obsV4 = v4Client{"AWS4-HMAC-SHA256", "AWS4", "cn-north-4", "s3", "aws4_request", isoTime}

func (v v4Client) scope() string {
	return v.time[:8] + "/" + v.region + "/" + v.product + "/" + v.terminator
}

func (v v4Client) stringToSign(canonical string) string {
	sum := sha256.Sum256([]byte(canonical))
	return v.algorithm + "\n" + v.time + "\n" + v.scope() + "\n" + hex.EncodeToString(sum[:])
}

func (v v4Client) signature(secret, canonical string) string {
	key := v.prefix + secret
	for _, part := range []string{v.time[:8], v.region, v.product, v.terminator} {
		key = mac(sha256.New, key, part)
	}
	return hex.EncodeToString([]byte(mac(sha256.New, key, v.stringToSign(canonical))))
}

// authorization claims the scope of claim.
func (v v4Client) authorization(claim v4Client, secret, canonical, more string) string {
	return "Authorization: " + v.algorithm + " Credential=" + keyID + "/" + claim.scope() + more + ",Signature=" + v.signature(secret, canonical)
}

// v4 is an exchange in which a client of OSS V4 signs canonical and sends req.
func v4(cause, name string, req *wire.Request, canonical string) exchange {
	signedList := ""
	if list := strings.Split(canonical, "\n"); list[len(list)-2] != "" {
		signedList = ",AdditionalHeaders=" + list[len(list)-2]
	}
	return exchange{
		cause: cause, name: name, canonical: canonical, signed: ossV4.stringToSign(canonical),
		sent: also(req, "x-oss-date: "+isoTime, "x-oss-content-sha256: UNSIGNED-PAYLOAD", ossV4.authorization(ossV4, keySecret, canonical, signedList)),
	}
}

// obsV4Exchange is one in which a client of OBS V4 signs canonical and gets path.
func obsV4Exchange(cause, name, path, canonical string) exchange {
	return exchange{
		cause: cause, name: name, service: "obs", canonical: canonical, signed: obsV4.stringToSign(canonical),
		sent: send("GET", path, obsHost, "x-amz-content-sha256: UNSIGNED-PAYLOAD", "x-amz-date: "+isoTime,
			obsV4.authorization(obsV4, keySecret, canonical, ",SignedHeaders=host;x-amz-content-sha256;x-amz-date")),
	}
}

const v4Headers = "x-oss-content-sha256:UNSIGNED-PAYLOAD\nx-oss-date:" + isoTime + "\n"

// header is an exchange in which a client of OSS V1 signs text in the header.
func header(cause, name, text string, req *wire.Request) exchange {
	return exchange{cause: cause, name: name, signed: text, sent: also(req, oss(text))}
}

func (x exchange) tampered(by func(req *wire.Request) *wire.Request) exchange {
	x.arrived = by(x.sent)
	return x
}

// answer is what the service says.
func (x exchange) answer() endpoint.Response {
	if x.said != nil {
		return *x.said
	}
	return endpoint.Answer(x.service, x.verification(), x.got(), x.now())
}

// now is the time of the service.
func (x exchange) now() time.Time {
	if x.at.IsZero() {
		return serverTime
	}
	return x.at
}

// verification is what the service finds in the request.
func (x exchange) verification() *signature.Verification {
	keys := map[string]signature.Credentials{
		keyID:    {AccessKeyID: keyID, AccessKeySecret: keySecret},
		tokenKey: {AccessKeyID: tokenKey, AccessKeySecret: keySecret, SecurityToken: token},
	}
	verifier := signature.Verifier{
		Hosts: x.hosts, Now: x.now, Grants: true, Region: "cn-hangzhou", Product: "oss",
		Secret: func(id string) (signature.Credentials, bool) { c, ok := keys[id]; return c, ok },
	}
	return verifier.Verify(x.got())
}

func (x exchange) got() *wire.Request {
	if x.arrived != nil {
		return x.arrived
	}
	return x.sent
}

func (x exchange) credentials() signature.Credentials {
	c := signature.Credentials{AccessKeyID: keyID, AccessKeySecret: keySecret}
	if x.secret != "" {
		c.AccessKeySecret = x.secret
	}
	return c
}
