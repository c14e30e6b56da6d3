package adapter

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/wire"
)

// HTTPRequest is the request of a signing input as net/http has it, for SDKs
// that sign those: the raw path and query stay as they are given, and Host
// stands in its own field.
func HTTPRequest(in *signature.Input) *http.Request {
	host := in.Request.Host()
	target := wire.SplitTarget(in.Request.Target)
	req := &http.Request{
		Method: in.Request.Method, Host: host, Header: make(http.Header),
		URL: &url.URL{
			Scheme: in.Request.Transport, Host: host,
			Path: wire.Unescape(target.Path), RawPath: target.Path, RawQuery: target.Query,
		},
	}
	for _, h := range in.Request.Headers {
		if !wire.EqualFold(h.Name, "Host") {
			req.Header.Add(h.Name, h.Value)
		}
	}
	return req
}

// CheckHeaderNames returns an error that says unsupported for a header that
// net/http does not send: its name is no token (RFC 9110, section 5.1).
func CheckHeaderNames(in *signature.Input) error {
	for _, h := range in.Request.Headers {
		if h.Name == "" || strings.ContainsFunc(h.Name, isNoTokenRune) {
			return fmt.Errorf("%w: net/http sends no header with the name %q", subject.ErrUnsupported, h.Name)
		}
	}
	return nil
}

func isNoTokenRune(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"(),/:;<=>?@[\\]{}", r)
}
