package endpoint

import (
	"net/http"
	"time"

	"github.com/countersign/countersign/wire"
)

// The probes: requests that no SDK signs, because they are no operation.
const (
	ProbeNegotiation = "negotiation" // an OBS SDK asks which API the server has
	ProbePreflight   = "preflight"   // a browser asks whether it may send
	ProbeConnect     = "connect"     // a client takes the endpoint for a proxy to https
)

// ProbeOf names the probe that a request is, or returns "": a request that is
// not signed and not listed here is an unsigned operation.
func ProbeOf(req *wire.Request) string {
	if req.Method == http.MethodConnect {
		return ProbeConnect
	}
	if _, signed := req.Header("Authorization"); signed {
		return ""
	}
	switch req.Method {
	case http.MethodOptions:
		if _, ok := req.Header("Access-Control-Request-Method"); ok {
			return ProbePreflight
		}
	case http.MethodHead:
		params := wire.AppendParams(nil, wire.SplitTarget(req.Target).Query)
		if len(params) == 1 && params[0].Name == "apiversion" {
			return ProbeNegotiation
		}
	}
	return ""
}

// answerProbe answers a probe so that what follows is the real request:
// version 3.0 is the API that OBS SDKs sign with their own scheme for.
func answerProbe(probe string, req *wire.Request, now time.Time) Response {
	r := Response{Status: http.StatusOK}
	add := func(name, value string) { r.Headers = append(r.Headers, wire.Header{Name: name, Value: value}) }
	repeat := func(name, asked string) {
		if value, ok := req.Header(asked); ok {
			add(name, value)
		}
	}
	add("Date", now.UTC().Format(http.TimeFormat))
	add("Content-Length", "0")
	switch probe {
	case ProbeConnect:
		r.Status = http.StatusBadGateway
	case ProbeNegotiation:
		add("Server", obsDress.server)
		add("x-obs-api", "3.0")
	case ProbePreflight:
		add("Access-Control-Allow-Origin", "*")
		repeat("Access-Control-Allow-Methods", "Access-Control-Request-Method")
		repeat("Access-Control-Allow-Headers", "Access-Control-Request-Headers")
		add("Access-Control-Max-Age", "600")
	}
	return r
}
