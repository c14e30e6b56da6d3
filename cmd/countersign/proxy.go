package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/endpoint/livepage"
	"github.com/countersign/countersign/endpoint/proxy"
	"github.com/countersign/countersign/signature"
)

// proxyOptions say what a capture proxy does.
type proxyOptions struct {
	Listen  string // 127.0.0.1:0 when empty
	Own     signature.Credentials
	Hosts   signature.Hosts
	Dialect endpoint.Dialect
	Forward bool
	CADir   string         // "": countersign in the user's folder of settings
	Capture string         // a file, or ""
	JSON    bool           // tell of requests in JSON
	Page    *livepage.Page // for what it sees, or nil
	// Dial connects to servers; nil: as the system does.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// captureProxy is a running proxy and what it has seen.
type captureProxy struct {
	*proxy.Proxy
	*observer
	authority *proxy.Authority
	capture   *os.File
}

// startProxy starts a proxy that tells of every request on env.Stdout.
func startProxy(ctx context.Context, env *environment, o proxyOptions) (*captureProxy, error) {
	if o.Dialect != "" && o.Dialect != endpoint.OSS && o.Dialect != endpoint.OBS {
		return nil, usageError("--dialect is oss or obs, got %q", o.Dialect)
	}
	if o.CADir == "" {
		settings, err := os.UserConfigDir()
		if err != nil {
			return nil, notRunError("there is no folder for the certificate authority (%w); name one with --ca", err)
		}
		o.CADir = filepath.Join(settings, "countersign")
	}
	authority, err := proxy.OpenAuthority(o.CADir, time.Now())
	if errors.Is(err, proxy.ErrKeyExposed) {
		return nil, usageError("%w", err)
	}
	if err != nil {
		return nil, notRunError("%w; --ca names another folder", err)
	}
	p := &captureProxy{authority: authority}
	if o.Capture != "" {
		// Requests hold security tokens: the file is for its owner alone.
		if p.capture, err = os.OpenFile(o.Capture, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600); err != nil {
			return nil, notRunError("%w", err)
		}
	}
	verifier := signature.Verifier{
		Hosts:  o.Hosts,
		Secret: func(id string) (signature.Credentials, bool) { return o.Own, id == o.Own.AccessKeyID },
	}
	if !o.Forward { // a real server judges by its own clock
		verifier.Now, verifier.Grants = time.Now, true
	}
	p.observer = &observer{env: env, verification: verification{env: env, asJSON: o.JSON, own: o.Own, verifier: verifier}, captures: p.capture, page: o.Page, bugs: bugs{env: env}}
	p.Proxy, err = proxy.Start(ctx, orLoopback(o.Listen), proxy.Options{
		Verifier: &verifier, Dialect: o.Dialect, Forward: o.Forward, Authority: authority, Dial: o.Dial, Log: p.observe,
	})
	if err != nil {
		p.closeCapture()
		return nil, notRunError("%w", err)
	}
	if !p.Addr().IP.IsLoopback() {
		fmt.Fprintf(env.Stderr, "WARNING: the proxy listens on %s, which other machines can reach: whoever does can use it, and reads what it answers\n", p.Addr())
	}
	return p, nil
}

func (o *captureProxy) closeCapture() error {
	if o.capture == nil {
		return nil
	}
	return o.capture.Close()
}

func orLoopback(address string) string {
	if address == "" {
		return "127.0.0.1:0"
	}
	return address
}

// end ends the proxy and says whether the capture was written, and whether it
// met a bug.
func (o *captureProxy) end() error {
	o.Close()
	if err := o.bugs.err(); err != nil {
		o.closeCapture()
		return err
	}
	if err := errors.Join(o.writeErr, o.closeCapture()); err != nil {
		return notRunError("the capture: %w", err)
	}
	return nil
}

// runProxy is a standing proxy: it serves until ctx ends.
func runProxy(ctx context.Context, env *environment, o proxyOptions, web *pageFlags) error {
	if o.Page = web.new(env); o.Page != nil {
		defer o.Page.Close()
	}
	p, err := startProxy(ctx, env, o)
	if err != nil {
		return err
	}
	does := "answers as the services do, nothing leaves this machine"
	if o.Forward {
		does = "forwards requests to the servers they are for"
	}
	fmt.Fprintf(env.Stderr, proxyIsThere, p.Addr(), does, p.authority.CertificatePath())
	if err := web.open(env, o.Page, p.Addr().String(), fmt.Sprintf("Requests through the proxy at %s", p.Addr())); err != nil {
		p.end()
		return err
	}
	<-ctx.Done()
	err = p.end()
	fmt.Fprintf(env.Stderr, "%d verified, %d not, %d not judged\n", p.verified, p.wrong, p.passed)
	return err
}

// proxyIsThere says how to use a proxy.
const proxyIsThere = `proxy at http://%[1]s, which %[2]s; end with Ctrl-C
let programs use it:  export HTTP_PROXY=http://%[1]s HTTPS_PROXY=http://%[1]s http_proxy=http://%[1]s https_proxy=http://%[1]s
and trust its certificate:  %[3]s
`
