package proxy

import (
	"crypto/tls"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/wire"
)

// httpRequest is a signed request for Go's client.
func httpRequest(t testing.TB, scheme string) *http.Request {
	t.Helper()
	out, err := http.NewRequest("GET", scheme+"://"+ossHost+"/k%2Fa?acl", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range signed(t, "GET", "/k%2Fa?acl").Headers {
		if !wire.EqualFold(h.Name, "Host") {
			out.Header.Set(h.Name, h.Value)
		}
	}
	return out
}

func TestGosClientPassesThroughHTTPAndTunnels(t *testing.T) {
	for _, forward := range []bool{false, true} {
		for _, scheme := range []string{"http", "https"} {
			a := authority(t)
			r := start(t, Options{Forward: forward, Authority: a, Roots: a.Pool()})
			servers := a
			if scheme == "http" {
				servers = nil
			}
			r.toward = httpServer(t, servers, func(w http.ResponseWriter, req *http.Request) {
				if req.URL.EscapedPath() != "/k%2Fa" || req.Host != ossHost {
					t.Errorf("the server got %s %s", req.Host, req.URL)
				}
			})
			client := r.goClient(a)
			for range 3 {
				res, err := client.Do(httpRequest(t, scheme))
				if err != nil {
					t.Fatal(err)
				}
				res.Body.Close()
				if res.StatusCode != 200 || res.ProtoMajor != 1 {
					t.Errorf("%s, forward %t: %s %s", scheme, forward, res.Proto, res.Status)
				}
			}
			client.CloseIdleConnections()
			all := r.ended()
			if verdicts(all) != "verified verified verified" || all[0].Request.Transport != scheme {
				t.Errorf("%s, forward %t: %s", scheme, forward, verdicts(all))
			}
			if forward && !strings.HasPrefix(r.dialed[0], ossHost+":") {
				t.Errorf("dialed %q", r.dialed)
			}
		}
	}
}

func TestAClientThatDoesNotTrustTheAuthorityIsNoted(t *testing.T) {
	r := start(t, Options{Authority: authority(t)})
	if res, err := r.goClient(authority(t)).Do(httpRequest(t, "https")); err == nil {
		res.Body.Close()
		t.Fatal("it is trusted")
	}
	if all := r.ended(); len(all) != 1 || !errors.Is(all[0].Err, ErrTLSRefused) || all[0].Tunnel != ossHost+":443" || all[0].Request != nil {
		t.Errorf("%s", verdicts(all))
	}
}

func TestATunnelMayHoldPlainHTTPAndNothing(t *testing.T) {
	r := start(t, Options{})
	c := r.dial()
	c.send("CONNECT " + ossHost + ":80 HTTP/1.1\r\nHost: x\r\n\r\n")
	c.receive("CONNECT")
	c.send(string(signed(t, "GET", "/k").AppendHTTP(nil)))
	if res, _ := c.receive("GET"); res.StatusCode != 200 {
		t.Errorf("status %d", res.StatusCode)
	}
	c.Close()
	empty, secure := r.dial(), r.dial()
	empty.send("CONNECT h:443 HTTP/1.1\r\n\r\n")
	empty.receive("CONNECT")
	empty.Close()
	secure.send("CONNECT h:443 HTTP/1.1\r\n\r\n")
	secure.receive("CONNECT")
	if err := tls.Client(secure, &tls.Config{ServerName: "h"}).Handshake(); err == nil {
		t.Error("TLS without an authority")
	}
	for range 6000 {
		r.log.mu.Lock()
		n := len(r.log.all)
		r.log.mu.Unlock()
		if n == 3 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	all := r.ended()
	if len(all) != 3 || verdicts(all[:1]) != "verified" && !strings.Contains(verdicts(all), "verified") {
		t.Fatalf("%s", verdicts(all))
	}
	var nothing, none bool
	for _, x := range all {
		nothing = nothing || errors.Is(x.Err, ErrEmptyTunnel)
		none = none || errors.Is(x.Err, ErrNoAuthority)
	}
	if !nothing || !none {
		t.Errorf("%s", verdicts(all))
	}
}

// tool finds a program of the machine.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && os.Getenv("REQUIRE_ALL") == "1" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skip(err)
	}
	return path
}

const urllib = `
import sys, urllib.request
url, *headers = sys.argv[1:]
request = urllib.request.Request(url, headers=dict(h.split(": ", 1) for h in headers))
print(urllib.request.urlopen(request, timeout=10).status)
`

func TestRealClientsPassThrough(t *testing.T) {
	for name, command := range map[string]func(url string, headers []string) []string{
		"curl": func(url string, headers []string) []string {
			args := []string{"-sS", "--max-time", "10", "-o", os.DevNull, "-w", "%{http_code}", url}
			for _, h := range headers {
				args = append(args, "-H", h)
			}
			return args
		},
		"python3": func(url string, headers []string) []string {
			return append([]string{"-c", urllib, url}, headers...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			program := tool(t, name)
			for _, scheme := range []string{"http", "https"} {
				a := authority(t)
				r := start(t, Options{Authority: a})
				var headers []string
				for _, h := range signed(t, "GET", "/k?acl").Headers {
					if h.Name != "Host" {
						headers = append(headers, h.Name+": "+h.Value)
					}
				}
				cmd := exec.Command(program, command(scheme+"://"+ossHost+"/k?acl", headers)...)
				cmd.Env = append(os.Environ(), Environment(r.Addr(), a.CertificatePath(), a.CertificatePath())...)
				out, err := cmd.CombinedOutput()
				if err != nil || strings.TrimSpace(string(out)) != "200" {
					t.Errorf("%s: %v\n%s", scheme, err, out)
				}
				if all := r.ended(); verdicts(all) != "verified" || all[0].Request.Transport != scheme {
					t.Errorf("%s: %s", scheme, verdicts(all))
				}
			}
		})
	}
}

func TestTheTableOfTheEnvironmentSaysWhoReadsWhat(t *testing.T) {
	seen := map[string]bool{}
	for _, v := range Variables {
		if v.Name == "" || seen[v.Name] || len(v.Runtimes) == 0 || v.Source == "" || v.Value == "" && v.Name != "NO_PROXY" && v.Name != "no_proxy" {
			t.Errorf("%+v", v)
		}
		seen[v.Name] = true
	}
	for _, r := range Remedies {
		if r.Runtime == "" || r.Remedy == "" || r.Source == "" {
			t.Errorf("%+v", r)
		}
	}
}
