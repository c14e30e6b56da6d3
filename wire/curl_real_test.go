package wire_test

import (
	"bufio"
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/wire"
)

// sendWithCurl runs a bash command in which curl sends one request to ADDR, and
// returns the request as it arrived.
func sendWithCurl(t *testing.T, command string) (req *wire.Request, addr string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	addr = listener.Addr().String()

	arrived := make(chan *wire.Request, 1)
	go func() {
		defer close(arrived)
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(10 * time.Second))
		req, err := wire.ReadRequest(bufio.NewReader(conn), "http", wire.Limits{}, func(req *wire.Request) error {
			if _, ok := req.Header("Expect"); !ok {
				return nil
			}
			_, err := conn.Write([]byte("HTTP/1.1 100 Continue\r\n\r\n"))
			return err
		})
		if err != nil {
			t.Errorf("reading what curl sent: %v", err)
			return
		}
		conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
		arrived <- req
	}()

	// A file, because a command may be longer than an argument can be; an empty
	// home and environment, because curl has a configuration file and variables.
	dir := t.TempDir()
	script := filepath.Join(dir, "command")
	if err := os.WriteFile(script, []byte(strings.ReplaceAll(command, "ADDR", addr)), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("bash", script)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LC_ALL=C.UTF-8"}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		t.Errorf("%v: %s", err, &stderr)
		listener.Close()
	}
	return <-arrived, addr
}

// needCurl skips a test where there is no curl of the version that was studied:
// another one may write another head.
func needCurl(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("bash is not installed")
	}
	out, err := exec.Command("curl", "-q", "--version").Output()
	if err != nil {
		t.Skip("curl is not installed")
	}
	if !strings.HasPrefix(string(out), "curl 7.88.") {
		t.Skipf("curl is not version 7.88, which this package follows: %.20s", out)
	}
}

// varying is what depends on how curl was built.
var varying = regexp.MustCompile(`(User-Agent: curl/)[^\r]*|(Accept-Encoding: )deflate[^\r]*`)

func TestParseCurlSendsWhatCurlSends(t *testing.T) {
	needCurl(t)
	for _, command := range []string{
		`curl ADDR`,
		`curl http://ADDR`,
		`curl HTTP://ADDR?x=1`,
		`curl http:/ADDR/a`,
		`curl 'http://ADDR/a?'`,
		`curl 'http://ADDR/a?x#f?y'`,
		`curl 'http://ADDR#f'`,
		`curl --connect-to ::ADDR http://Ex-Ample_1.COM:80/`,
		`curl --connect-to ::ADDR http://Example.COM:0443/`,
		`curl --connect-to ::ADDR http://example.com:/`,
		`curl --connect-to ::ADDR -g 'http://[0:0::1]:81/'`,
		`curl --connect-to ::ADDR 'http://[FE80::1%25eth0]/'`,
		`curl 'http://ADDR/%41%zz%/%2e%2e/é|^"<>\a?é=%41|^"<>\a'`,
		`curl -g 'http://ADDR/a{b}[c]?x={1}[2]'`,
		`curl 'http://ADDR/a/../../b/./c//../d/..'`,
		`curl 'http://ADDR/..a/.../.b./x/.?a/../b'`,
		`curl --path-as-is 'http://ADDR/a/../../b/./c//../é/..'`,
		`curl --path-as-is --no-path-as-is 'http://ADDR/a/../b'`,
		`curl --request-target '*' -X OPTIONS http://ADDR/a`,
		`curl --request-target $'http://other/ a?#\xff' http://ADDR/a`,

		`curl -I http://ADDR/a`,
		`curl -X DELETE -I http://ADDR/a`,
		`curl -XPUT -sSkd x http://ADDR/a`,
		`curl -X get http://ADDR/a`,
		`curl -0 -d x http://ADDR/a`,
		`curl --http1.1 http://ADDR/a`,

		`curl http://ADDR/ -d x=1 --data y --data-raw @z --data-binary '' --data-ascii '&'`,
		`curl http://ADDR/ -d '' -d a`,
		`curl http://ADDR/ -d ''`,
		`curl http://ADDR/ --data-urlencode 'a b=c d/é~*%' --data-urlencode '=e f' --data-urlencode ' '`,
		`curl http://ADDR/ --json '{"a":1' --json '}' -d x`,
		`curl http://ADDR/ --json '{}' -H 'Content-Type: x/y' -H 'accept:'`,
		`curl http://ADDR/ -X PUT -H 'Content-Length: 0'`,
		`curl http://ADDR/ -d abc -H 'content-type: b' -H 'Content-Type: c'`,
		`curl http://ADDR/ -d abc -H 'Content-Type:'`,
		`curl http://ADDR/ -d abc -H 'Content-Type;'`,
		`curl http://ADDR/ -d abc -H 'Transfer-Encoding: Chunked'`,
		`curl http://ADDR/ -d '' -H 'Transfer-Encoding: chunked'`,
		`curl http://ADDR/ -d a -H 'Transfer-Encoding:'`,
		`curl http://ADDR/ -d a -H 'Expect: 100-continue'`,
		`curl http://ADDR/ -T -`,
		`printf 'a\000b' | curl http://ADDR/a/ -T - -b a=b -H 'X: y' -X POST`,
		`printf 'a\000b' | curl http://ADDR/ -T . -H 'Expect:'`,
		`printf '%%\134\055\x41\n' | curl http://ADDR/ --data-binary @- -d x`,

		`curl -G -d x=1 -d y 'http://ADDR/a?z'`,
		`curl -G -d x=1 'http://ADDR?z&#f'`,
		`curl -G -d '' http://ADDR/a`,
		`curl -G -d '' 'http://ADDR/a?b'`,
		`curl -G -d '#' http://ADDR/a`,
		`curl -G -d 'x=%2F%3A%zz#y' --path-as-is 'http://ADDR/%2F/../%4A?y=%2F'`,
		`curl -G --data-urlencode 'x=/: é' http://ADDR/é`,
		`curl -G http://ADDR/a/./b --path-as-is`,
		`curl -GI -d x http://ADDR/a`,

		`curl http://ADDR/ -H 'X-A: 1' -H 'x-a:2' -H 'X-A:   3  ' -H 'X-Empty;' -H 'X-Gone:' -H 'X-Gone:  ' -H 'no' -H ';;' -H ': x' -H ''`,
		`curl http://ADDR/ -H $'X-Odd: \xff\x01\xc3\xa9;'`,
		`curl http://ADDR/ -H 'host: a' -H 'Host: b' -H 'X: c'`,
		`curl http://ADDR/ -H 'X: c' -H 'Host:   a  '`,
		`curl http://ADDR/ -H 'Host:'`,
		`curl http://ADDR/ -H 'host:'`,
		`curl http://ADDR/ -H 'Host;'`,
		`curl http://ADDR/ -H 'Host:' -H 'X: c' -H 'hOst: a' -H 'Host: b'`,
		`curl http://ADDR/ -H 'Accept:' -H 'Accept: x' -H 'User-Agent;'`,
		`curl http://ADDR/ -A agent -e ref -b a=b -b 'c=d; e=f' -r 0-9 -u me:p:w --compressed -H 'X: y'`,
		`curl http://ADDR/ -A '' -e ''`,
		`curl http://ADDR/ -A ' x ' -e ';auto'`,
		`curl http://ADDR/ -A x -e 'y;auto' -H 'User-Agent:' -H 'Referer: z'`,
		`curl http://ADDR/ -b a=b -r 1-2 --compressed -H 'cookie: c' -H 'range:' -H 'accept-encoding: gzip'`,
		`curl http://ADDR/ -u a:b -u c:d`,
		`curl http://ADDR/ -u a:b -H 'authorization: OSS x:y'`,
		`curl http://ADDR/ -u a:b -H 'Authorization:'`,
		`curl http://us%40er:p%2Fw@ADDR/`,
		`curl http://@ADDR/ -H 'Date: x'`,
		`curl http://user:pw@ADDR/ -u a:b`,
	} {
		real, addr := sendWithCurl(t, command)
		if real == nil {
			t.Errorf("%s: curl sent nothing", command)
			continue
		}
		parsed, err := wire.ParseCurl(strings.ReplaceAll(command, "ADDR", addr))
		if err != nil {
			t.Errorf("%s: %v", command, err)
			continue
		}
		want := varying.ReplaceAllString(real.Head(), "$1$2")
		if got := varying.ReplaceAllString(parsed.Head(), "$1$2"); got != want {
			t.Errorf("%s\n got %q\nwant %q", command, got, want)
		}
		if parsed.Body != real.Body {
			t.Errorf("%s: body %q, want %q", command, parsed.Body, real.Body)
		}
	}
}

func TestParseCurlExpectsContinueForLargeBodies(t *testing.T) {
	needCurl(t)
	for _, size := range []int{1 << 20, 1<<20 + 1} {
		command := `printf '` + strings.Repeat("x", size) + `' | curl http://ADDR/ --data-binary @-`
		real, addr := sendWithCurl(t, command)
		if real == nil {
			t.Fatal("curl sent nothing")
		}
		parsed, err := wire.ParseCurl(strings.ReplaceAll(command, "ADDR", addr))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := varying.ReplaceAllString(parsed.Head(), "$1$2"), varying.ReplaceAllString(real.Head(), "$1$2"); got != want {
			t.Errorf("%d bytes:\n got %q\nwant %q", size, got, want)
		}
	}
}

func TestParseCurlNamesUploadedFileLikeCurl(t *testing.T) {
	needCurl(t)
	for _, command := range []string{
		`>'f n+é%'; curl --path-as-is 'http://ADDR/%2F/../é/?x=%2F#y' -T 'f n+é%'`,
		`>file; curl http://ADDR?a/ -T ./file`,
		`>file; curl --path-as-is http://ADDR/a/../b -T file -X POST`,
	} {
		real, addr := sendWithCurl(t, command)
		if real == nil {
			t.Errorf("%s: curl sent nothing", command)
			continue
		}
		_, curl, _ := strings.Cut(strings.ReplaceAll(command, "ADDR", addr), ";")
		parsed, err := wire.ParseCurl(curl)
		if err != nil || parsed.Method != real.Method || parsed.Target != real.Target || parsed.Body != "" {
			t.Errorf("%s: got %+v, %v; want %s %s", command, parsed, err, real.Method, real.Target)
		}
	}
}

// curlRequests are requests of all kinds that curl can send.
var curlRequests = []wire.Request{
	{Method: "GET", Target: "/", Headers: []wire.Header{{"Host", "h"}}},
	{Method: "GET", Target: "/"},
	{Method: "HEAD", Target: "/a?b", Headers: []wire.Header{{"Host", "h:81"}, {"User-Agent", "x"}, {"Accept", "y"}}},
	{Method: "HEAD", Target: "/", Headers: []wire.Header{{"Host", "h"}, {"Content-Length", "1"}}, Body: "b"},
	{Method: "PUT", Target: "/a%2F/../%zz//./é b#c?d#e", Headers: []wire.Header{{"Host", "h"}, {"Content-Length", "0"}}},
	{Method: "DELETE", Target: `/a[1-2]{b,c}\'"$!*?x=[]{}'&y`, Headers: []wire.Header{{"Host", "h"}}},
	{Method: "OPTIONS", Target: "*", Headers: []wire.Header{{"Host", "h"}}},
	{Method: "GET", Target: "http://other.example:80/a?b", Headers: []wire.Header{{"Host", "h"}}},
	{Method: "GET", Target: "no/slash \xff\x01", Headers: []wire.Header{{"Host", "h"}}},
	{Method: "get", Target: "/", Proto: "HTTP/1.0", Headers: []wire.Header{{"Host", "not a host/@"}}},
	{Method: "~M'\x01\xff", Target: "/", Proto: "HTTP/1.1", Headers: []wire.Header{{"Host", ""}}},
	{Method: "GET", Target: "/", Headers: []wire.Header{{"X", "1"}, {"host", "h"}, {"Y", "2"}}},
	{Method: "GET", Target: "/", Headers: []wire.Header{{"Host", "h"}, {"X", "1"}, {"Host", "i"}}},
	{Method: "GET", Target: "/", Headers: []wire.Header{{"Host", "h"}, {"x-a", "2"}, {"X-A", "1"}, {"X-A", ""}, {"x-a", "2"},
		{"~odd;name", "it's \xff\x01 \\ \"$x\" `y` !"}, {"accept", ""}, {"Cookie", "a=b"}, {"Authorization", "OSS a:b="}, {"Range", "bytes=0-1"},
		{"Referer", "r"}, {"Accept-Encoding", "identity"}, {"Connection", "close"}}},
	{Method: "POST", Target: "/?uploads", Headers: []wire.Header{{"Host", "h"}, {"content-type", "application/xml"}, {"Content-Length", "4"}}, Body: "'\n\r\t"},
	{Method: "PUT", Target: "/", Headers: []wire.Header{{"Host", "h"}, {"Content-Length", "6"}}, Body: "@a\xff\x00%\\"},
	{Method: "PUT", Target: "/", Headers: []wire.Header{{"Host", "h"}, {"Content-Length", "2"}}, Body: "-\x00"},
	{Method: "PUT", Target: "/", Headers: []wire.Header{{"Host", "h"}, {"Content-Length", "200000"}}, Body: strings.Repeat("'\xff", 100000)},
	{Method: "PUT", Target: "/", Headers: []wire.Header{{"Host", "h"}, {"Content-Length", "1500000"}}, Body: strings.Repeat("x", 1500000)},
	{Method: "GET", Target: "/", Headers: []wire.Header{{"Host", "h"}, {"Expect", "100-continue"}, {"Content-Length", "1"}}, Body: "x"},
	{Method: "PUT", Target: "/", Headers: []wire.Header{{"Host", "h"}, {"Transfer-Encoding", "chunked"}}, Body: "abc"},
	{Method: "PUT", Target: "/", Headers: []wire.Header{{"Host", "h"}, {"Transfer-Encoding", "chunked"}}},
}

func TestCurlCommandSendsTheRequest(t *testing.T) {
	needCurl(t)
	for i, req := range curlRequests {
		command := req.CurlCommand()
		toLoopback := strings.Replace(command, "curl --path-as-is", "curl -sS --max-time 5 --connect-to ::ADDR --path-as-is", 1)
		real, _ := sendWithCurl(t, toLoopback)
		if real == nil {
			t.Errorf("request %d: curl sent nothing: %.200s", i, command)
			continue
		}
		if real.Method != req.Method || real.Target != req.Target || real.Body != req.Body || !slices.Equal(real.Headers, req.Headers) {
			t.Errorf("request %d: %.200s\nsent %.200q\nwant %.200q", i, command, real.AppendHTTP(nil), req.AppendHTTP(nil))
		}
		if proto := req.Proto; proto != "" && real.Proto != proto {
			t.Errorf("request %d: %.200s\nsent %s, want %s", i, command, real.Proto, proto)
		}
	}
}
