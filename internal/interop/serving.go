package interop

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// serving is a server that runs, with a key that is known to nobody else.
type serving struct {
	*Server
	address string // where it listens, on loopback
	key     signature.Credentials
	process *exec.Cmd
	ended   chan struct{} // closed when the process is no more
	err     error         // what it ended with, once it has
}

// starting bounds the time until a server is ready, ending until it is gone.
const (
	starting = time.Minute
	ending   = 10 * time.Second
	pause    = 50 * time.Millisecond // between two looks
)

// start starts the server on a free port of loopback, with the folder for its
// data and a key that is made for it, and waits until it is ready. The server is
// in a process group of its own: who interrupts this process leaves it time to
// clean up there.
func (s *Server) start(ctx context.Context, folder string) (*serving, error) {
	address, err := freePort()
	if err != nil {
		return nil, err
	}
	r := &serving{Server: s, address: address, ended: make(chan struct{})}
	r.key = signature.Credentials{AccessKeyID: rand.Text()[:20], AccessKeySecret: rand.Text()}
	fill := strings.NewReplacer("{address}", address, "{folder}", folder, "{host}", s.Host, "{region}", s.Region, "{bucket}", s.Bucket,
		"{accessKeyId}", r.key.AccessKeyID, "{accessKeySecret}", r.key.AccessKeySecret)
	var words []string
	for _, word := range s.Command {
		words = append(words, fill.Replace(word))
	}
	r.process = exec.Command(words[0], words[1:]...)
	r.process.Dir, r.process.Stdout, r.process.Stderr = s.Dir, os.Stderr, os.Stderr
	r.process.Env = os.Environ()
	for _, name := range slices.Sorted(maps.Keys(s.Environment)) {
		r.process.Env = append(r.process.Env, name+"="+fill.Replace(s.Environment[name]))
	}
	ownGroup(r.process)
	if err := r.process.Start(); err != nil {
		return nil, fmt.Errorf("starting it: %w", err)
	}
	go func() {
		r.err = r.process.Wait()
		close(r.ended)
	}()
	if err := r.ready(ctx); err != nil {
		return nil, errors.Join(err, r.stop())
	}
	return r, nil
}

// freePort finds a port of loopback on which nobody listens. It is none of those
// that the system gives to whoever asks for any: another program would have it
// before the server does.
func freePort() (string, error) {
	for tries := 0; ; tries++ {
		listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(20_000+mathrand.IntN(12_000))))
		if err == nil {
			defer listener.Close()
			return listener.Addr().String(), nil
		}
		if tries == 100 {
			return "", fmt.Errorf("finding a free port of loopback: %w", err)
		}
	}
}

// url is where the server is asked: by the name it knows itself by.
func (r *serving) url() string { return "http://" + r.authority() }

func (r *serving) authority() string {
	_, port, _ := net.SplitHostPort(r.address)
	return net.JoinHostPort(r.Host, port)
}

// ready waits until the server says that it is ready, or has ended.
func (r *serving) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, starting, fmt.Errorf("it was not ready within %s", starting))
	defer cancel()
	every := time.NewTicker(pause)
	defer every.Stop()
	for {
		answer, err := endpoint.Send(ctx, r.address, r.request("GET", cmp.Or(r.Ready, "/"), ""))
		if err == nil && (answer.Status == http.StatusOK || r.Ready == "") {
			return nil
		}
		select {
		case <-r.ended:
			return fmt.Errorf("it ended before it was ready: %w", cmp.Or(r.err, errors.New("without an error")))
		case <-ctx.Done():
			return fmt.Errorf("starting it: %w", context.Cause(ctx))
		case <-every.C:
		}
	}
}

// stop ends the server, and does not return before it is gone.
func (r *serving) stop() error {
	select {
	case <-r.ended:
		return fmt.Errorf("it ended by itself: %w", cmp.Or(r.err, errors.New("without an error")))
	default:
	}
	defer killGroup(r.process) // what it may have started
	if err := interruptGroup(r.process); err == nil {
		select {
		case <-r.ended:
			return nil
		case <-time.After(ending):
		}
	}
	killGroup(r.process)
	<-r.ended
	return nil
}

func (r *serving) request(method, target, body string) *wire.Request {
	return &wire.Request{Transport: "http", Method: method, Target: target, Proto: "HTTP/1.1", Body: body,
		Headers: []wire.Header{{Name: "Host", Value: r.authority()}}}
}

// send signs a request with the scheme obs-v4, for a service of AWS, and sends it,
// again while the answer is that the server is not ready for it yet: parts of one
// may come up behind the rest. The answer is one of success.
func (r *serving) send(ctx context.Context, req *wire.Request, bucket, service string) (*endpoint.Response, error) {
	sum := sha256.Sum256([]byte(req.Body))
	req.Headers = append(req.Headers, wire.Header{Name: "x-amz-content-sha256", Value: hex.EncodeToString(sum[:])})
	signed, err := signature.OBSV4Header.Sign(&signature.Input{
		Request: req, Bucket: bucket, Addressing: signature.PathStyle, Credentials: r.key, Region: r.Region, Product: service, Time: time.Now().UTC(),
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, starting)
	defer cancel()
	for {
		answer, err := endpoint.Send(ctx, r.address, signed.Request())
		switch {
		case err != nil:
			return nil, err
		case answer.Status/100 == 2:
			return answer, nil
		case answer.Status != http.StatusServiceUnavailable:
			return nil, fmt.Errorf("it answered %d: %s", answer.Status, tail(answer.Body))
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("it answers %d: %s", answer.Status, tail(answer.Body))
		case <-time.After(pause):
		}
	}
}

// makeBucket makes the bucket, which must not be there.
func (r *serving) makeBucket(ctx context.Context) error {
	if _, err := r.send(ctx, r.request("PUT", "/"+r.Bucket, ""), r.Bucket, "s3"); err != nil {
		return fmt.Errorf("making the bucket %s: %w", r.Bucket, err)
	}
	return nil
}

// temporaryKey asks the server for a temporary key, if it gives any.
func (r *serving) temporaryKey(ctx context.Context) (signature.Credentials, error) {
	var key signature.Credentials
	if r.Temporary == "" {
		return key, nil
	}
	req := r.request("POST", "/", "Action=AssumeRole&Version=2011-06-15&DurationSeconds=3600")
	req.Headers = append(req.Headers, wire.Header{Name: "Content-Type", Value: "application/x-www-form-urlencoded"})
	answer, err := r.send(ctx, req, "", "sts")
	if err != nil {
		return key, fmt.Errorf("asking for a temporary access key: %w", err)
	}
	var given struct {
		Key struct {
			ID     string `xml:"AccessKeyId"`
			Secret string `xml:"SecretAccessKey"`
			Token  string `xml:"SessionToken"`
		} `xml:"AssumeRoleResult>Credentials"`
	}
	if err := xml.Unmarshal([]byte(answer.Body), &given); err != nil {
		return key, fmt.Errorf("asking for a temporary access key: its answer: %w", err)
	}
	key = signature.Credentials{AccessKeyID: given.Key.ID, AccessKeySecret: given.Key.Secret, SecurityToken: given.Key.Token}
	if key.AccessKeyID == "" || key.AccessKeySecret == "" || key.SecurityToken == "" {
		return key, errors.New("asking for a temporary access key: its answer has none")
	}
	return key, nil
}
