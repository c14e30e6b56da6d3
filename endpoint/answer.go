package endpoint

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// answer is one answer while it is made.
type answer struct {
	dress
	v         *signature.Verification
	req       *wire.Request
	now       time.Time
	params    []wire.Param
	resource  signature.Resource
	key       string           // decoded
	fault     *signature.Fault // when the request is refused for one
	requestID string
	foreign   bool    // the service does not know the scheme of the request
	values    *Values // of the request's object, in place of those of the example
}

// Answer returns what the service says to a request after that verification:
// for a verified one the document of its operation, for every other one the
// error document. now is the server's clock; it should be the one the verifier
// judged by. Equal arguments give equal answers, request ids included.
//
// The response lacks only the Connection header. It has no body for HEAD.
func Answer(dialect Dialect, v *signature.Verification, req *wire.Request, now time.Time) Response {
	return answerFrom(nil, dialect, v, req, now)
}

// answerFrom is [Answer] with a backend, or nil, for what is verified.
func answerFrom(backend Backend, dialect Dialect, v *signature.Verification, req *wire.Request, now time.Time) Response {
	a := newAnswer(dialect, v, req, now)
	switch a.v.Verdict {
	case signature.Verified:
		t := newTask(a)
		if backend == nil {
			return t.Example()
		}
		r := backend.Answer(t)
		r.operation = t.Operation()
		return r
	case signature.Unsigned:
		if open, ok := backend.(OpenBackend); ok && (req.Method == http.MethodGet || req.Method == http.MethodHead) {
			r := open.AnswerUnsigned(newTask(a))
			r.foreign = a.foreign
			return r
		}
		return a.refuse(unsigned, nil)
	case signature.Mismatch:
		return a.refuse(signature.SignatureMismatch, nil)
	}
	if fault := a.v.Fault(); fault != nil {
		return a.refuse(fault.Class, fault)
	}
	return a.refuse(signature.MalformedAuthorization, nil)
}

func newAnswer(dialect Dialect, v *signature.Verification, req *wire.Request, now time.Time) *answer {
	claimed := v.Profile
	dialect, v = asSeenBy(dialect, v)
	a := &answer{foreign: claimed != nil && !dialect.understands(claimed.Scheme), dress: dressFor(dialect, v), v: v, req: req, now: now.UTC(), resource: v.Resource, key: v.Key}
	t := wire.SplitTarget(req.Target)
	a.params = wire.AppendParams(nil, t.Query)
	if a.resource == (signature.Resource{}) { // an unsigned request, or one refused before it was located
		a.resource, _ = new(signature.Hosts).Resolve(t, req.Host())
		a.key = a.resource.Key()
	}
	a.requestID = a.newRequestID()
	return a
}

// newRequestID makes an id in the service's form: OSS has 24 upper-case
// hexadecimal digits that begin with the time in seconds, OBS has 32 that begin
// with it in milliseconds. The rest is a hash of the request and the time.
func (a *answer) newRequestID() string {
	h := fnv1a(fnvBasis^uint64(a.now.UnixNano()), a.req.Method)
	h = fnv1a(h, a.req.Target)
	for i := range a.req.Headers {
		h = fnv1a(h, a.req.Headers[i].Name)
		h = fnv1a(h, a.req.Headers[i].Value)
	}
	if a.dialect == OSS {
		return fmt.Sprintf("%08X%016X", uint32(a.now.Unix()), h)
	}
	return fmt.Sprintf("%016X%016X", uint64(a.now.UnixMilli()), h)
}

const fnvBasis = 14695981039346656037

// fnv1a adds a text and its end to a hash. That of package hash/fnv copies
// every string it is given.
func fnv1a(h uint64, text string) uint64 {
	const prime = 1099511628211
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * prime
	}
	return (h ^ 0xff) * prime
}

// hostID is what the documents call HostId: OSS repeats the host that was
// called (field evidence, section 4), OBS has an opaque word that stands in its
// id-2 header too.
func (a *answer) hostID() string {
	if a.dialect == OSS {
		return a.req.Host()
	}
	sum := sha256.Sum256([]byte(a.requestID))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// param returns the decoded value of the first query parameter of that name.
func (a *answer) param(name string) (string, bool) {
	for i := range a.params {
		if wire.UnescapeQuery(a.params[i].Name) == name {
			return wire.UnescapeQuery(a.params[i].Value), true
		}
	}
	return "", false
}

// ServedBy is the header by which every answer of this package can be told from
// one of the service it speaks like: nobody must take it for a witness.
const ServedBy = "X-Served-By"

// level says what a request is about.
type level string

const (
	serviceLevel level = "service"
	bucketLevel  level = "bucket"
	objectLevel  level = "object"
)

func (a *answer) level() level {
	switch {
	case a.resource.Bucket == "":
		return serviceLevel
	case a.key == "":
		return bucketLevel
	}
	return objectLevel
}

// respond puts the headers every answer has around what is particular to one.
// The order is that of a recorded answer (FAQ "signatures", response headers).
func (a *answer) respond(status int, contentType, body string, headers []wire.Header) Response {
	r := Response{Status: status, Body: body, Headers: make([]wire.Header, 0, len(headers)+10)} // those below, and Connection
	add := func(name, value string) { r.Headers = append(r.Headers, wire.Header{Name: name, Value: value}) }
	add("Server", a.server)
	add(ServedBy, "countersign")
	add("Date", a.now.Format(http.TimeFormat))
	if contentType != "" {
		add("Content-Type", contentType)
	}
	if status != http.StatusNoContent {
		add("Content-Length", strconv.Itoa(len(body)))
	}
	add(a.prefix+"request-id", a.requestID)
	if a.dialect == OBS {
		add(a.prefix+"id-2", a.hostID())
	}
	r.Headers = append(r.Headers, headers...)
	if a.dialect == OSS {
		add("x-oss-server-time", "1") // milliseconds
	}
	if _, browser := a.req.Header("Origin"); browser {
		add("Access-Control-Allow-Origin", "*")
		add("Access-Control-Expose-Headers", strings.Join([]string{"ETag", "Content-MD5", a.prefix + "request-id", a.prefix + "next-append-position", "x-oss-hash-crc64ecma"}, ", "))
	}
	if a.req.Method == "HEAD" {
		r.Body = ""
	}
	return r
}
