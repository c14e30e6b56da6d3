package proxy

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

func TestItAnswersSignedRequestsAsTheServiceWould(t *testing.T) {
	r := start(t, Options{})
	c := r.dial()
	good, bad := signed(t, "GET", "/k%20a?acl"), signed(t, "GET", "/k?acl")
	bad.Target = "/tampered?acl"
	c.send(absolute(good) + absolute(bad)) // pipelined
	if res, _ := c.receive("GET"); res.StatusCode != 200 {
		t.Errorf("status %d", res.StatusCode)
	}
	if res, body := c.receive("GET"); res.StatusCode != 403 || !strings.Contains(body, "<Code>SignatureDoesNotMatch</Code>") {
		t.Errorf("status %d\n%s", res.StatusCode, body)
	}
	c.Close()
	all := r.ended()
	if verdicts(all) != "verified mismatch" || all[0].ID != "1" || all[1].ID != "2" || all[1].Status != 403 {
		t.Fatalf("%s", verdicts(all))
	}
	if all[0].Request.Head() != absolute(good) {
		t.Errorf("kept\n%q\nof\n%q", all[0].Request.Head(), absolute(good))
	}
	// What was kept verifies again as a capture.
	replayed, err := wire.ParseCapture(strings.NewReader(string(wire.AppendCapture(nil, wire.Capture{ID: "1", Request: all[0].Request}))))
	if err != nil || verifier().Verify(replayed[0].Request).Verdict != signature.Verified {
		t.Errorf("replayed: %v", err)
	}
	if len(r.dialed) > 0 {
		t.Errorf("it dialed %q", r.dialed)
	}
}

func TestItForwardsTheBytesOfTheClient(t *testing.T) {
	var got string
	r := start(t, Options{Forward: true, Limits: wire.Limits{Head: 1 << 16, Body: 8}})
	r.toward = server(t, func(conn net.Conn, br *bufio.Reader) {
		buf := make([]byte, 4096)
		for !strings.HasSuffix(got, "0\r\nTrail: er\r\n\r\n") {
			n, err := br.Read(buf)
			if got += string(buf[:n]); err != nil {
				return
			}
		}
		io.WriteString(conn, "HTTP/1.1 200 Fine\r\nx-Odd:  kept \r\nTransfer-Encoding: chunked\r\n\r\n4;e=x\r\nwiki\r\n0\r\n\r\n")
	})
	body := "5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\nTrail: er\r\n\r\n"
	head := "PUT http://" + ossHost + "/a//b%2F?x HTTP/1.1\r\nHOST: other\r\nx-oss-A:\t v \r\nTransfer-Encoding: chunked\r\nProxy-Connection: keep-alive\r\nConnection: x-hop, host\r\nX-Hop: 1\r\nUpgrade: websocket\r\n\r\n"
	c := r.dial()
	c.send(head + body)
	want := "PUT /a//b%2F?x HTTP/1.1\r\nHOST: " + ossHost + "\r\nx-oss-A:\t v \r\nTransfer-Encoding: chunked\r\n\r\n" + body
	answer := make([]byte, len("HTTP/1.1 200 Fine\r\nx-Odd:  kept \r\nTransfer-Encoding: chunked\r\n\r\n4;e=x\r\nwiki\r\n0\r\n\r\n"))
	if _, err := io.ReadFull(c.br, answer); err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 200 Fine\r\nx-Odd:  kept \r\n") || !strings.HasSuffix(string(answer), "4;e=x\r\nwiki\r\n0\r\n\r\n") {
		t.Errorf("%v\n%q", err, answer)
	}
	if got != want {
		t.Errorf("the server got\n%q\nwant\n%q", got, want)
	}
	c.Close()
	all := r.ended()
	if len(all) != 1 || all[0].Request.Head() != head || all[0].Request.Body != "hello wo" || !all[0].Truncated || all[0].Err != nil {
		t.Errorf("%+v", all[0])
	}
	if len(r.dialed) != 1 || r.dialed[0] != ossHost+":80" {
		t.Errorf("dialed %q", r.dialed)
	}
}

func TestItKeepsTheRefusalOfTheServer(t *testing.T) {
	for _, length := range []bool{true, false} {
		r := start(t, Options{Forward: true})
		r.toward = server(t, func(conn net.Conn, br *bufio.Reader) {
			if _, err := http.ReadRequest(br); err != nil {
				return
			}
			document := "<Error><Code>SignatureDoesNotMatch</Code></Error>"
			head := "HTTP/1.1 403 Forbidden\r\nContent-Type: application/xml\r\n"
			if length {
				head += fmt.Sprintf("Content-Length: %d\r\n", len(document))
			}
			io.WriteString(conn, head+"\r\n"+document)
		})
		c := r.dial()
		c.send(absolute(signed(t, "GET", "/k")))
		if res, body := c.receive("GET"); res.StatusCode != 403 || body != "<Error><Code>SignatureDoesNotMatch</Code></Error>" {
			t.Errorf("%d %q", res.StatusCode, body)
		}
		c.Close()
		all := r.ended()
		if verdicts(all) != "verified" || all[0].Refusal == nil || !strings.Contains(all[0].Refusal.Body, "SignatureDoesNotMatch") || all[0].Refusal.Status != 403 {
			t.Errorf("%s: %+v", verdicts(all), all[0])
		}
	}
}

func TestContinueIsTheServersWhereItForwardsAndItsOwnWhereItAnswers(t *testing.T) {
	for _, forward := range []bool{true, false} {
		r := start(t, Options{Forward: forward})
		r.toward = httpServer(t, nil, func(w http.ResponseWriter, req *http.Request) {
			body, _ := io.ReadAll(req.Body) // what Go's server answers with 100
			fmt.Fprintf(w, "%d", len(body))
		})
		c := r.dial()
		req := signed(t, "PUT", "/k", wire.Header{Name: "Content-Length", Value: "5"}, wire.Header{Name: "Expect", Value: "100-continue"})
		c.send(absolute(req))
		if res, _ := c.receive("PUT"); res.StatusCode != 100 {
			t.Fatalf("forward %t: status %d", forward, res.StatusCode)
		}
		c.send("hello")
		if res, _ := c.receive("PUT"); res.StatusCode != 200 {
			t.Errorf("forward %t: status %d", forward, res.StatusCode)
		}
		c.Close()
		if all := r.ended(); verdicts(all) != "verified" || all[0].Request.Body != "hello" {
			t.Errorf("forward %t: %s", forward, verdicts(all))
		}
	}
}

func TestAServerThatRefusesToContinueIsHeard(t *testing.T) {
	r := start(t, Options{Forward: true})
	r.toward = server(t, func(conn net.Conn, br *bufio.Reader) {
		if _, err := http.ReadRequest(br); err == nil {
			io.WriteString(conn, "HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n")
		}
	})
	c := r.dial()
	c.send(absolute(signed(t, "PUT", "/k", wire.Header{Name: "Content-Length", Value: "5"}, wire.Header{Name: "Expect", Value: "100-continue"})))
	if res, _ := c.receive("PUT"); res.StatusCode != 417 {
		t.Errorf("status %d", res.StatusCode)
	}
	if _, err := c.br.ReadByte(); !errors.Is(err, io.EOF) {
		t.Errorf("the connection goes on: %v", err)
	}
	if all := r.ended(); verdicts(all) != "verified" || all[0].Status != 417 || all[0].Err != nil {
		t.Errorf("%s %+v", verdicts(all), all[0])
	}
}

func TestAClientThatBreaksOffIsNotForwardedAsAWholeRequest(t *testing.T) {
	whole := make(chan error, 1)
	r := start(t, Options{Forward: true})
	r.toward = server(t, func(conn net.Conn, br *bufio.Reader) {
		req, err := http.ReadRequest(br)
		if err == nil {
			_, err = io.ReadAll(req.Body)
		}
		whole <- err
	})
	c := r.dial()
	c.send(absolute(signed(t, "PUT", "/k", wire.Header{Name: "Content-Length", Value: "5"})) + "he")
	c.Conn.(*net.TCPConn).CloseWrite()
	if err := <-whole; err == nil {
		t.Error("the server read a whole request")
	}
	io.Copy(io.Discard, c.br)
	if all := r.ended(); len(all) != 1 || !errors.Is(all[0].Err, io.ErrUnexpectedEOF) || all[0].Verification != nil {
		t.Errorf("%s", verdicts(all))
	}
}

func TestServersThatFailAreAnsweredForByTheProxy(t *testing.T) {
	for name, test := range map[string]struct {
		answer string
		status int
	}{
		"nothing":  {"", 502},
		"garbage":  {"SSH-2.0-x\r\n\r\n", 502},
		"switches": {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", 502},
		"smuggles": {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 502},
	} {
		r := start(t, Options{Forward: true})
		r.toward = server(t, func(conn net.Conn, br *bufio.Reader) {
			if _, err := http.ReadRequest(br); err == nil {
				io.WriteString(conn, test.answer)
			}
		})
		c := r.dial()
		c.send(absolute(signed(t, "GET", "/k")))
		if res, _ := c.receive("GET"); res.StatusCode != test.status {
			t.Errorf("%s: status %d", name, res.StatusCode)
		}
		c.Close()
		if all := r.ended(); verdicts(all) != "verified" || !errors.Is(all[0].Err, ErrUpstream) {
			t.Errorf("%s: %s %v", name, verdicts(all), all[0].Err)
		}
	}
	r := start(t, Options{Forward: true})
	r.toward = "192.0.2.1:80" // which the dialer of these tests refuses
	c := r.dial()
	c.send(absolute(signed(t, "GET", "/k")))
	if res, body := c.receive("GET"); res.StatusCode != 502 || !strings.Contains(body, "cannot be reached") {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	c.Close()
	if all := r.ended(); verdicts(all) != "verified" {
		t.Errorf("%s", verdicts(all))
	}
}

func TestASilentServerIsNotWaitedForWithoutEnd(t *testing.T) {
	r := start(t, Options{Forward: true, Upstream: 50 * time.Millisecond})
	r.toward = server(t, func(conn net.Conn, br *bufio.Reader) { io.Copy(io.Discard, br) })
	c := r.dial()
	c.send(absolute(signed(t, "GET", "/k")))
	if res, _ := c.receive("GET"); res.StatusCode != 504 {
		t.Errorf("status %d", res.StatusCode)
	}
	c.Close()
	if all := r.ended(); !errors.Is(all[0].Err, os.ErrDeadlineExceeded) {
		t.Errorf("%v", all[0].Err)
	}
}

func TestCloseCutsWhatIsUnderWay(t *testing.T) {
	r := start(t, Options{Forward: true})
	asked := make(chan bool, 1)
	r.toward = server(t, func(conn net.Conn, br *bufio.Reader) {
		asked <- true
		io.Copy(io.Discard, br)
	})
	c := r.dial()
	c.send(absolute(signed(t, "GET", "/k")))
	idle, half := r.dial(), r.dial()
	half.send("GET http://")
	<-asked
	for busy := 0; busy < 2; time.Sleep(time.Millisecond) { // until half a request has been read
		busy = 0
		r.mu.Lock()
		for c := range r.connections {
			if !c.idle {
				busy++
			}
		}
		r.mu.Unlock()
	}
	began := time.Now()
	if all := r.ended(); time.Since(began) > 30*time.Second || len(all) != 2 {
		t.Errorf("%v: %s", time.Since(began), verdicts(all))
	}
	for _, c := range []*client{idle, half, c} {
		if _, err := io.Copy(io.Discard, c.br); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error("a connection is open")
		}
	}
}

func TestARequestThatArrivedIsRecordedAlthoughTheProxyIsClosed(t *testing.T) {
	for range 20 {
		r := start(t, Options{})
		c := r.dial()
		c.send(absolute(signed(t, "GET", "/k")))
		c.Close()
		if all := r.ended(); len(all) != 1 || all[0].Verification == nil {
			t.Fatalf("%d exchanges", len(all))
		}
	}
}

// late is a connection whose reader does not get the processor until its deadline
// has passed, several times: it is told so without having looked.
type late struct {
	net.Conn
	times int
}

func (c *late) Read(p []byte) (int, error) {
	if c.times > 0 {
		c.times--
		time.Sleep(2 * linger)
		return 0, os.ErrDeadlineExceeded
	}
	return c.Conn.Read(p)
}

func TestAClosingProxyThatIsKeptFromLookingLooksAgain(t *testing.T) {
	r := start(t, Options{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	from, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	to, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	if _, err := io.WriteString(from, absolute(signed(t, "GET", "/k"))); err != nil {
		t.Fatal(err)
	}
	r.stop()
	if err := newConnection(r.Proxy, &late{to, 3}).await(); err != nil {
		t.Errorf("the request that had arrived is not seen: %v", err)
	}
	if err := newConnection(r.Proxy, &late{to, 0}).await(); err == nil {
		t.Error("where nothing had arrived it sees something")
	}
}

func TestWhatIsNoRequestToAProxyIsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		raw    string
		status int
	}{
		"origin form":      {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
		"another protocol": {"GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n", 400},
		"version 2":        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
		"two framings":     {"PUT http://h/ HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
		"two lengths":      {"PUT http://h/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
		"CONNECT nowhere":  {"CONNECT nowhere HTTP/1.1\r\n\r\n", 400},
		"TLS":              {"\x16\x03\x01\x00\x05hello\r\n\r\n", 400},
		"a long head":      {"GET http://h/" + strings.Repeat("a", 1<<12) + " HTTP/1.1\r\n\r\n", 431},
	} {
		r := start(t, Options{Forward: true, Limits: wire.Limits{Head: 1 << 11, Body: 1}})
		c := r.dial()
		c.send(test.raw)
		if res, _ := c.receive("GET"); res.StatusCode != test.status {
			t.Errorf("%s: status %d", name, res.StatusCode)
		}
		c.Close()
		if all := r.ended(); len(all) != 1 || all[0].Err == nil || len(r.dialed) > 0 {
			t.Errorf("%s: %s, dialed %q", name, verdicts(all), r.dialed)
		}
	}
}

func TestABodyBeyondTheLimitIsRefusedWhereItAnswers(t *testing.T) {
	r := start(t, Options{Limits: wire.Limits{Head: 1 << 16, Body: 4}})
	c := r.dial()
	c.send(absolute(signed(t, "PUT", "/k", wire.Header{Name: "Content-Length", Value: "5"})) + "hello")
	if res, body := c.receive("PUT"); res.StatusCode != 413 || !strings.Contains(body, "EntityTooLarge") {
		t.Errorf("%d %s", res.StatusCode, body)
	}
}

func TestProbesAreAnsweredAndNotJudged(t *testing.T) {
	r := start(t, Options{})
	c := r.dial()
	c.send("HEAD http://" + ossHost + "/?apiversion HTTP/1.1\r\nHost: " + ossHost + "\r\n\r\n")
	if res, _ := c.receive("HEAD"); res.Header.Get("x-obs-api") != "3.0" {
		t.Errorf("%v", res.Header)
	}
	c.Close()
	if all := r.ended(); verdicts(all) != endpoint.ProbeNegotiation {
		t.Errorf("%s", verdicts(all))
	}
}

// Who tells of the exchanges may be slow, and clients that open a connection for
// each request are then more than there is room for. They wait.
func TestAClientForWhomThereIsNoRoomYetIsAnsweredLater(t *testing.T) {
	slow := make(chan struct{})
	r := start(t, Options{Log: func(*Exchange) { <-slow }})
	request := absolute(signed(t, "GET", "/k"))
	for range mostConnections {
		c := r.dial()
		c.send(request)
		if res, _ := c.receive("GET"); res.StatusCode != 200 {
			t.Fatalf("status %d", res.StatusCode)
		}
		c.Close()
	}
	c := r.dial()
	c.send(request)
	time.Sleep(20 * time.Millisecond) // a proxy that turned it away would have done so
	close(slow)
	if res, _ := c.receive("GET"); res.StatusCode != 200 {
		t.Errorf("status %d", res.StatusCode)
	}
}

func TestAProxyNeedsAVerifier(t *testing.T) {
	if _, err := Start(t.Context(), "127.0.0.1:0", Options{}); !errors.Is(err, ErrNoVerifier) {
		t.Error(err)
	}
}
