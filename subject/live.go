package subject

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// LiveOptions say which server is asked, and how carefully.
type LiveOptions struct {
	URL         string // http://host[:port] or https://host[:port]
	Bucket      string
	Region      string               // for the schemes that sign it
	Addressing  signature.Addressing // "": virtual-host, or path where the host is an address; see [AnyAddressing]
	Credentials signature.Credentials
	Temporary   signature.Credentials // a second access key, for the cases that need one with a token; empty: there is none

	Timeout  time.Duration // for one answer; 0: DefaultTimeout
	Rate     float64       // requests a second; 0: as fast as it goes
	MaxWrong int           // wrong signatures in all; see [Live.Ask]
	WrongGap time.Duration // the least time from one wrong signature to the next

	TLS    *tls.Config // nil: the system's roots; verification cannot be switched off
	Now    func() time.Time
	Prefix string // for tests; "": a random one
}

// AnyAddressing is the addressing of a server that takes both: each case is sent
// as it stands.
const AnyAddressing signature.Addressing = "any"

// ErrEndpoint wraps what is wrong with the options of a live endpoint.
var ErrEndpoint = errors.New("endpoint")

// Live is a server that somebody runs. It is asked by what arrives of a case,
// moved to it ([vectors.Case.Rebind]), byte for byte, and never follows where it
// points. Its methods may be called concurrently.
type Live struct {
	opts    LiveOptions
	world   vectors.World
	address string
	client  endpoint.Client
	pace    pace
	asked   controls

	mu       sync.Mutex
	wrong    int              // signatures it called wrong, or was sent as wrong ones
	reserved int              // wrong signatures that are kept for those who need them, and those given away
	made     map[string]trace // by path and upload id: what may be there now
	loopback bool             // it is on this machine
	clock    *ClockError      // what an answer told of the clocks, if they are apart
}

// NewLive prepares a server. Nothing is sent yet.
func NewLive(opts LiveOptions) (*Live, error) {
	if opts.Timeout == 0 {
		opts.Timeout = DefaultTimeout
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	l := &Live{opts: opts, made: map[string]trace{}}
	l.client = endpoint.Client{AnyAddress: true, TLS: opts.TLS, Limits: wire.Limits{}}
	if l.client.TLS == nil {
		l.client.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if l.client.TLS.InsecureSkipVerify {
		return nil, fmt.Errorf("%w: certificates are always verified", ErrEndpoint)
	}
	t := wire.SplitTarget(opts.URL)
	transport, _, _ := strings.Cut(opts.URL, "://")
	transport = strings.ToLower(transport)
	host := strings.ToLower(t.Authority)
	switch {
	case transport != "http" && transport != "https" || host == "" || strings.Contains(host, "@"):
		return nil, fmt.Errorf("%w: the URL is http://HOST[:PORT] or https://HOST[:PORT], got %q", ErrEndpoint, opts.URL)
	case t.Path != "" && t.Path != "/" || t.HasQuery:
		return nil, fmt.Errorf("%w: the URL has no path: give the bucket by its name", ErrEndpoint)
	case !bucketName(opts.Bucket):
		return nil, fmt.Errorf("%w: the bucket's name is 3 to 63 lower-case letters, digits, hyphens and dots, got %q", ErrEndpoint, opts.Bucket)
	case opts.Credentials.AccessKeyID == "" || opts.Credentials.AccessKeySecret == "":
		return nil, fmt.Errorf("%w: it needs an access key", ErrEndpoint)
	case opts.Temporary != signature.Credentials{} && (opts.Temporary.AccessKeyID == "" || opts.Temporary.AccessKeySecret == "" || opts.Temporary.SecurityToken == ""):
		return nil, fmt.Errorf("%w: a temporary access key has an id, a secret and a token", ErrEndpoint)
	}
	var err error
	if l.address, host, err = addressOf(transport, host); err != nil {
		return nil, err
	}
	if opts.Addressing == "" {
		opts.Addressing = signature.VirtualHost
		if name, _, err := net.SplitHostPort(l.address); err == nil && isAddress(name) {
			opts.Addressing = signature.PathStyle
		}
	}
	if !slices.Contains([]signature.Addressing{signature.VirtualHost, signature.PathStyle, AnyAddressing}, opts.Addressing) {
		return nil, fmt.Errorf("%w: the addressing is virtual-host, path or any, got %q", ErrEndpoint, opts.Addressing)
	}
	if opts.Prefix == "" {
		var random [8]byte
		if _, err := rand.Read(random[:]); err != nil {
			return nil, err
		}
		opts.Prefix = "countersign-" + hex.EncodeToString(random[:]) + "/"
	}
	l.world = vectors.World{Credentials: opts.Credentials, Transport: transport, Host: host, Bucket: opts.Bucket,
		Region: opts.Region, Addressing: opts.Addressing, Prefix: opts.Prefix}
	return l, nil
}

// addressOf is where to dial, and the authority without the port that the
// transport has anyhow.
func addressOf(transport, host string) (address, authority string, err error) {
	port := map[string]string{"http": "80", "https": "443"}[transport]
	name, given, err := net.SplitHostPort(host)
	switch {
	case err != nil && strings.Contains(strings.Trim(host, "[]"), ":") && !isAddress(host):
		return "", "", fmt.Errorf("%w: %q is no host", ErrEndpoint, host)
	case err != nil:
		return net.JoinHostPort(strings.Trim(host, "[]"), port), host, nil
	case given == port:
		return host, strings.TrimSuffix(host, ":"+port), nil
	}
	if name == "" || given == "" {
		return "", "", fmt.Errorf("%w: %q is no host and port", ErrEndpoint, host)
	}
	return host, host, nil
}

func isAddress(name string) bool {
	_, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return err == nil
}

func bucketName(s string) bool {
	return len(s) >= 3 && len(s) <= 63 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-.") == ""
}

// Capabilities are those of a server: every profile, no operation.
func (l *Live) Capabilities() Capabilities {
	return Capabilities{
		Identity: Identity{Name: l.world.Host, Version: "live", URL: l.world.Transport + "://" + l.world.Host},
		Profiles: vectors.ProfileIDs(), Features: []string{"endpoint"},
	}
}

// Loopback reports whether the server was reached on this machine, whatever its
// name. A recording says so by the feature [LoopbackFeature].
func (l *Live) Loopback() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.loopback
}

// BucketBeforeAddress is the host by which requests name the bucket in front of
// an IP address, which few servers read as a bucket, or "" where none does.
func (l *Live) BucketBeforeAddress() string {
	name, _, err := net.SplitHostPort(l.address)
	if err != nil || !isAddress(name) || l.world.Addressing == signature.PathStyle {
		return ""
	}
	return l.world.Bucket + "." + l.world.Host
}

// LoopbackFeature marks the recording of a server on this machine: it attests
// nothing.
const LoopbackFeature = "loopback"

// Prefix is what every key it is asked about begins with.
func (l *Live) Prefix() string { return l.world.Prefix }

// Move moves a case to the server as it is now. The error is a
// [*vectors.LeftOut] for one that is not for it.
func (l *Live) Move(c *vectors.Case, profile *signature.Profile) (*vectors.Case, error) {
	w := l.worldFor(c)
	w.Now = l.opts.Now()
	if profile.Names.Terminator != "" && w.Region == "" {
		return nil, &vectors.LeftOut{Reason: "it needs a region"}
	}
	moved, err := c.Rebind(profile, &w)
	for range secondsBack {
		var out *vectors.LeftOut
		if !errors.As(err, &out) || !out.Now {
			break
		}
		w.Now = w.Now.Add(-time.Second)
		moved, err = c.Rebind(profile, &w)
	}
	return moved, err
}

// worldFor is the server as a case meets it.
func (l *Live) worldFor(c *vectors.Case) vectors.World {
	w := l.world
	if w.Addressing == AnyAddressing {
		w.Addressing = c.Input.Addressing
	}
	if c.Input.Credentials.SecurityToken != "" && l.opts.Temporary.SecurityToken != "" {
		w.Credentials = l.opts.Temporary
	}
	return w
}

// secondsBack is how far back a request may be dated so that its signature has
// the characters that its case is about; limits are farther away than that.
const secondsBack = 24

// Reach connects once, so that a server that is not there is told from one that
// fails.
func (l *Live) Reach(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, l.opts.Timeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", l.address)
	if err != nil {
		return fmt.Errorf("reaching %s: %w", l.address, err)
	}
	if at, err := netip.ParseAddrPort(conn.RemoteAddr().String()); err == nil && at.Addr().Unmap().IsLoopback() {
		l.mu.Lock()
		l.loopback = true
		l.mu.Unlock()
	}
	return conn.Close()
}

// IsWrongSignature reports whether a case asks a server to find a signature
// wrong, which some count and lock the key for.
func IsWrongSignature(c *vectors.Case) bool {
	return c.Expect.Rejected != nil && (c.Expect.Rejected.Class == string(signature.SignatureMismatch) || c.Expect.Rejected.Class == string(signature.UnknownAccessKey))
}

// Ask sends what arrives of a case and keeps the answer.
// A valid request that the server does not implement is sent once more with
// a corrupted signature, as far as the limit of those allows.
//
// Wrong signatures are counted, those that were meant and those the server says
// it found. When there have been MaxWrong of them, cases that ask for one are
// NotRun; when there have been twice as many, which no careful run comes to,
// all are.
func (l *Live) Ask(ctx context.Context, c *vectors.Case, profile *signature.Profile) *Observation {
	o := &Observation{ID: c.ID, Mode: EndpointMode}
	meant := IsWrongSignature(c)
	if l.Clock() != nil {
		o.Kind, o.Message = NotRun, "the clocks are apart"
		return o
	}
	if why := l.spend(meant); why != "" {
		o.Kind, o.Message = NotRun, why
		return o
	}
	if err := l.pace.wait(ctx, l.opts.Rate, l.opts.WrongGap, meant); err != nil {
		o.Kind, o.Message = NotRun, "the run was interrupted"
		return o
	}
	moved, err := l.Move(c, profile)
	if err == nil {
		o.Request, err = moved.Arrival(profile)
	}
	if err != nil {
		o.Kind, o.Message = NotRun, "it cannot be moved to the endpoint: "+err.Error()
		return o
	}
	told, _ := moved.Found(profile)
	for _, s := range told {
		o.Told = append(o.Told, StageSeen{s.Stage, wire.Bytes(s.Value)})
	}
	l.exchange(ctx, o, moved, profile)
	if o.Kind == Answered && !meant && saysMismatch(o.Answer) {
		l.mu.Lock()
		l.wrong++
		l.mu.Unlock()
	}
	if o.Kind == Answered && !meant && o.Answer.Status == http.StatusNotImplemented && l.spare() {
		x := Exchange{Probe: WrongControlExchange}
		l.probe(ctx, &x, c.Corrupted(), profile, nil)
		o.Exchanges = append(o.Exchanges, x)
	}
	return o
}

// Reserve keeps wrong signatures of the limit for cases that ask for one.
func (l *Live) Reserve(cases int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reserved = cases
}

// spare takes a wrong signature that no case needs out of the limit, if there
// is one. With it a server is asked whether it looked at the signature of a
// request before it said that it does not offer what was asked for.
func (l *Live) spare() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.reserved >= l.opts.MaxWrong {
		return false
	}
	l.reserved++
	return true
}

// spend takes a wrong signature out of the budget, or says why there is none.
func (l *Live) spend(meant bool) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case meant && l.wrong >= l.opts.MaxWrong:
		return fmt.Sprintf("the limit of %d wrong signatures is used up; --max-wrong-signatures raises it", l.opts.MaxWrong)
	case l.wrong >= 2*l.opts.MaxWrong+2:
		return fmt.Sprintf("the server called %d signatures wrong: are the access key, its secret and the region right?", l.wrong)
	case meant:
		l.wrong++
	}
	return ""
}

func saysMismatch(a *ServerAnswer) bool {
	return says(a, "SignatureDoesNotMatch") || a.Header("x-oss-ec") == "0002-00000040"
}

// says reports whether an answer has an error code, in its body or, to HEAD, in
// its headers.
func says(a *ServerAnswer, code string) bool {
	return strings.Contains(a.Body, code) || a.Header("x-obs-error-code") == code || a.Header("x-amz-error-code") == code
}

// exchange sends one request and fills in what came of it.
func (l *Live) exchange(ctx context.Context, o *Observation, moved *vectors.Case, profile *signature.Profile) {
	l.note(o.Request, moved, profile)
	timed, cancel := context.WithTimeout(ctx, l.opts.Timeout)
	defer cancel()
	began, sent := time.Now(), l.opts.Now()
	response, err := l.client.Send(timed, l.address, o.Request)
	o.Duration = time.Since(began)
	var broken *wire.SyntaxError
	switch {
	case err == nil:
		o.Kind = Answered
		o.Answer = &ServerAnswer{Status: response.Status, Headers: response.Headers, Body: response.Body}
		l.answered(o.Request, o.Answer)
		l.checkClock(o.Answer, moved, sent, l.opts.Now())
	case ctx.Err() != nil:
		o.Kind, o.Message = NotRun, "the run was interrupted"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		o.Kind, o.Message = TimedOut, fmt.Sprintf("no answer within %s", l.opts.Timeout)
	case errors.As(err, &broken), errors.Is(err, wire.ErrTooLarge):
		o.Kind, o.Message = ProtocolError, "its answer is not HTTP: "+err.Error()
	default:
		o.Kind, o.Message = Crashed, "it gave no answer: "+err.Error()
	}
}

// pace spreads requests over time.
type pace struct {
	mu          sync.Mutex
	next, wrong time.Time
}

// wait waits for the turn of a request.
func (p *pace) wait(ctx context.Context, rate float64, gap time.Duration, wrong bool) error {
	p.mu.Lock()
	at := time.Now()
	if rate > 0 {
		if p.next.After(at) {
			at = p.next
		}
		p.next = at.Add(time.Duration(float64(time.Second) / rate))
	}
	if wrong && gap > 0 {
		if p.wrong.After(at) {
			at = p.wrong
		}
		p.wrong = at.Add(gap)
	}
	p.mu.Unlock()
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return ctx.Err()
	}
}
