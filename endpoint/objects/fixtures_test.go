package objects

import (
	"context"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

var (
	someTime    = time.Date(2026, 11, 21, 8, 30, 0, 0, time.UTC)
	credentials = signature.Credentials{AccessKeyID: "exampleid", AccessKeySecret: "examplesecret"}
)

// shop is a store behind a server, and a client of it.
type shop struct {
	t       testing.TB
	store   *Store
	server  *endpoint.Server
	profile *signature.Profile
	now     time.Time
}

func open(t testing.TB, p *signature.Profile, opts Options) *shop {
	t.Helper()
	return openAs(t, "", p, opts)
}

// openAs is open for a server that answers as one service, whatever requests are
// signed for.
func openAs(t testing.TB, dialect endpoint.Dialect, p *signature.Profile, opts Options) *shop {
	t.Helper()
	s := &shop{t: t, store: New(opts), profile: p, now: someTime}
	server, err := endpoint.ListenAndServe("127.0.0.1:0", endpoint.ServerOptions{
		Backend: s.store, Dialect: dialect,
		Verifier: &signature.Verifier{
			Secret: func(id string) (signature.Credentials, bool) { return credentials, id == credentials.AccessKeyID },
			Now:    func() time.Time { return s.now },
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	s.server = server
	return s
}

func (s *shop) host() string {
	if strings.HasPrefix(s.profile.Scheme, "oss") {
		return "examplebucket.oss-cn-hangzhou.aliyuncs.com"
	}
	return "examplebucket.obs.cn-north-4.myhuaweicloud.com"
}

// do sends a signed request. Headers whose name begins with * get the prefix of
// the service.
func (s *shop) do(method, target, body string, headers ...string) *endpoint.Response {
	s.t.Helper()
	return s.at("", method, target, body, headers...)
}

// at is do for another bucket than examplebucket.
func (s *shop) at(bucket, method, target, body string, headers ...string) *endpoint.Response {
	s.t.Helper()
	host, addressing := s.host(), signature.VirtualHost
	switch bucket {
	case "":
		bucket = "examplebucket"
	case "/":
		bucket, addressing = "", signature.PathStyle
		host = strings.TrimPrefix(host, "examplebucket.")
	default:
		host = bucket + strings.TrimPrefix(host, "examplebucket")
	}
	req := &wire.Request{Transport: "http", Method: method, Target: target, Proto: "HTTP/1.1", Body: body, Headers: []wire.Header{{Name: "Host", Value: host}}}
	for i := 0; i < len(headers); i += 2 {
		req.Headers = append(req.Headers, wire.Header{Name: strings.Replace(headers[i], "*", s.profile.Names.HeaderPrefix, 1), Value: headers[i+1]})
	}
	in := &signature.Input{Request: req, Bucket: bucket, Addressing: addressing, Credentials: credentials, Region: "cn-hangzhou", Time: s.now, Expires: 3600}
	if s.profile.Names.Terminator == "" {
		in.Expires = s.now.Add(time.Hour).Unix()
	}
	signed, err := s.profile.Sign(in)
	if err != nil {
		s.t.Fatal(err)
	}
	r, err := endpoint.Send(context.Background(), s.server.Addr(), signed.Request())
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, target, err)
	}
	return r
}

// want is do with the status, and the code of an error, it must come to.
func (s *shop) want(status int, code, method, target, body string, headers ...string) *endpoint.Response {
	s.t.Helper()
	r := s.do(method, target, body, headers...)
	if got := text(r.Body, "Code"); r.Status != status || code != "" && got != code {
		s.t.Errorf("%s: %s %s: %d %s, want %d %s\n%s", s.profile.ID(), method, target, r.Status, got, status, code, r.Body)
	}
	return r
}

// has fails unless the response has the headers. A name that begins with * gets
// the prefix of the service.
func (s *shop) has(r *endpoint.Response, headers ...string) {
	s.t.Helper()
	for i := 0; i < len(headers); i += 2 {
		name := strings.Replace(headers[i], "*", s.profile.Names.HeaderPrefix, 1)
		if got, _ := r.Header(name); got != headers[i+1] {
			s.t.Errorf("%s: %s: %q, want %q", s.profile.ID(), name, got, headers[i+1])
		}
	}
}

// texts returns the texts of all elements of that name, at any depth.
func texts(document, name string) []string {
	var out []string
	d := xml.NewDecoder(strings.NewReader(document))
	inside := false
	for {
		token, err := d.Token()
		if err != nil {
			return out
		}
		switch token := token.(type) {
		case xml.StartElement:
			if inside = token.Name.Local == name; inside {
				out = append(out, "")
			}
		case xml.CharData:
			if inside {
				out[len(out)-1] += string(token)
			}
		case xml.EndElement:
			inside = false
		}
	}
}

func text(document, name string) string {
	if all := texts(document, name); len(all) > 0 {
		return all[0]
	}
	return ""
}

// services are a header and a URL profile of each.
var services = []*signature.Profile{signature.OSSV1Header, signature.OSSV4Header, signature.OSSV4Query, signature.OBSV2Header, signature.OBSAWSV2Query, signature.OBSV4Header}

// everywhere runs a test at each service.
func everywhere(t *testing.T, opts Options, test func(s *shop)) {
	for _, p := range services {
		t.Run(p.ID(), func(t *testing.T) { test(open(t, p, opts)) })
	}
}

func (s *shop) oss() bool { return strings.HasPrefix(s.profile.Scheme, "oss") }

// said puts values into one line, with blanks between them.
func said(values ...any) string { return strings.TrimSuffix(fmt.Sprintln(values...), "\n") }
