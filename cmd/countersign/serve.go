package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/endpoint/keys"
	"github.com/countersign/countersign/endpoint/objects"
	"github.com/countersign/countersign/signature"
)

// serveFlags are what the command line says of a server.
type serveFlags struct {
	listen      string
	remote      bool
	dialect     string
	region      string
	endpoints   []string
	cnames      []string
	buckets     []string
	credentials string
	capture     string
	memory      int64 // MiB
	asJSON      bool
	web         pageFlags

	proxy   bool
	forward bool
	ca      string
}

func newServeCommand(env *environment) *cobra.Command {
	var f serveFlags
	cmd := servePage.command(cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		if err := f.check(cmd); err != nil {
			return err
		}
		if f.proxy {
			return f.serveProxy(cmd.Context(), env)
		}
		return f.serve(cmd.Context(), env, func(b endpoint.Backend) endpoint.Backend { return b })
	})
	cmd.Annotations[endsKey] = "interrupt"
	flags := cmd.Flags()
	flags.StringVar(&f.listen, "listen", "127.0.0.1:9000", "the `ADDRESS` to listen at; port 0 lets the system choose")
	flags.BoolVar(&f.remote, "allow-remote", false, "listen where other machines reach it, too")
	flags.StringVar(&f.dialect, "dialect", "", "answer as `oss|obs`, whatever requests are signed for")
	flags.StringVar(&f.region, "region", "", "take V4 signatures of OSS for this `REGION` alone, such as cn-hangzhou; by default for any")
	flags.StringArrayVar(&f.endpoints, "endpoint", nil, "a `HOST` name this server has, so that bucket.HOST is a bucket; repeatable")
	flags.StringArrayVar(&f.cnames, "cname", nil, "the bucket behind a custom domain, as `HOST=BUCKET`; repeatable")
	flags.StringArrayVar(&f.buckets, "bucket", nil, "there is this `BUCKET` and no other until it is made; repeatable. Of a proxy: the one behind every host that is no known endpoint")
	flags.StringVar(&f.credentials, "credentials", "", "take access keys from this `FILE`: several as the schema \"credentials\" has them, or one as other verbs take it")
	flags.StringVar(&f.capture, "capture", "", "write every request to this `FILE`, as verify reads it")
	flags.Int64Var(&f.memory, "memory", objects.DefaultLimits.Bytes>>20, "hold at most this many `MIB` of objects")
	flags.BoolVar(&f.asJSON, "json", false, "print one line of JSON a request")
	flags.StringVar(&f.web.at, "web", "", "the `ADDRESS` of the page that shows the requests; \"off\" for none (default the port behind that of --listen, on loopback, or a free one)")
	flags.BoolVar(&f.proxy, "proxy", false, "be a proxy that judges the requests passing through it")
	flags.BoolVar(&f.forward, "forward", false, "as a proxy, forward requests to the servers they are for")
	flags.StringVar(&f.ca, "ca", "", "as a proxy, the `DIR` of the certificate authority; by default countersign in your folder of settings")
	return cmd
}

// Flags that only make sense with --proxy, and only without it.
var (
	ofProxy  = []string{"forward", "ca"}
	ofServer = []string{"memory", "region"}
)

// check refuses what does not go together, and what is no address.
func (f *serveFlags) check(cmd *cobra.Command) error {
	for _, name := range ofProxy {
		if cmd.Flags().Changed(name) && !f.proxy {
			return usageError("--%s is for a proxy: say --proxy, too", name)
		}
	}
	for _, name := range ofServer {
		if cmd.Flags().Changed(name) && f.proxy {
			return usageError("--%s is not for a proxy: it goes without --proxy", name)
		}
	}
	if f.proxy && len(f.buckets) > 1 {
		return usageError("--bucket is given once with --proxy: it is the bucket behind every host that is no known endpoint")
	}
	switch endpoint.Dialect(f.dialect) {
	case "", endpoint.OSS, endpoint.OBS:
	default:
		return usageError("--dialect is oss or obs, got %q", f.dialect)
	}
	if f.memory < 1 || f.memory > 1<<20 {
		return usageError("--memory is a number of MiB, from 1 on, got %d", f.memory)
	}
	if err := checkAddress("--listen", &f.listen, f.remote); err != nil {
		return err
	}
	f.web.remote = f.remote
	return f.web.check()
}

// serveProxy is a proxy until ctx ends.
func (f *serveFlags) serveProxy(ctx context.Context, env *environment) error {
	o := proxyOptions{
		Listen: f.listen, Dialect: endpoint.Dialect(f.dialect), Forward: f.forward, CADir: f.ca, Capture: f.capture, JSON: f.asJSON,
		Hosts: signature.Hosts{Endpoints: f.endpoints},
	}
	if len(f.buckets) == 1 {
		o.Hosts.Bucket = f.buckets[0]
	}
	var err error
	if o.Hosts.CNAMEs, err = parseCNAMEs(f.cnames); err != nil {
		return err
	}
	if data, err := os.ReadFile(f.credentials); err == nil && keys.IsFile(data) {
		return usageError("credentials: %s holds several access keys, and a proxy takes one", f.credentials)
	}
	if o.Own, err = env.credentials(f.credentials); err != nil {
		return err
	}
	return runProxy(ctx, env, o, &f.web)
}

// serve serves until ctx ends, which is how it is meant to end. Its backend is
// what around makes of the one it has.
func (f *serveFlags) serve(ctx context.Context, env *environment, around func(endpoint.Backend) endpoint.Backend) error {
	verifier, ring, err := f.verifier(env)
	if err != nil {
		return err
	}
	j := newJournal(env, f.asJSON, *verifier)
	if f.capture != "" {
		// It holds what the requests hold, security tokens among it.
		if j.capture, err = os.OpenFile(f.capture, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600); err != nil {
			return usageError("--capture: %w", err)
		}
	}
	if j.page = f.web.new(env); j.page != nil {
		defer j.page.Close()
	}
	store := objects.New(objects.Options{Buckets: f.buckets, Limits: objects.Limits{Bytes: f.memory << 20}})
	server, err := endpoint.ListenAndServe(f.listen, endpoint.ServerOptions{
		Verifier: verifier, Dialect: endpoint.Dialect(f.dialect), Backend: around(ring.Guard(store)), AnyAddress: f.remote, Log: j.note,
	})
	if err != nil {
		return notRunError("%w", err)
	}
	f.announce(env, server.Addr(), ring)
	if err := f.web.open(env, j.page, server.Addr(), "Requests to the server at "+server.Addr()); err != nil {
		server.Close()
		j.close()
		return err
	}
	<-ctx.Done()
	server.Close()
	err = j.close()
	fmt.Fprintln(env.Stderr, j.summary(store.Usage()))
	return err
}

// verifier is a server that knows the keys and hosts of the command line.
func (f *serveFlags) verifier(env *environment) (*signature.Verifier, *keys.Ring, error) {
	cnames, err := parseCNAMEs(f.cnames)
	if err != nil {
		return nil, nil, err
	}
	ring, err := env.keys(f.credentials)
	if err != nil {
		return nil, nil, err
	}
	return &signature.Verifier{
		Hosts:  signature.Hosts{Endpoints: f.endpoints, CNAMEs: cnames},
		Secret: ring.Secret, Now: time.Now, Grants: true,
		Region: f.region, Product: signature.OSSV4Header.Names.Service,
	}, ring, nil
}

// keys loads the access keys of a server: those of a file of several, or the
// user's own. They are known to the redactor from then on.
func (env *environment) keys(file string) (*keys.Ring, error) {
	if file != "" {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, usageError("credentials: %w", err)
		}
		if keys.IsFile(data) {
			ring, err := keys.Parse(data)
			if err != nil {
				return nil, usageError("credentials: %s: %w", file, err)
			}
			env.conceal(ring.Secrets()...)
			return ring, nil
		}
	}
	own, err := env.credentials(file)
	if err != nil {
		return nil, err
	}
	return keys.Of(own), nil
}

func (f *serveFlags) announce(env *environment, addr string, ring *keys.Ring) {
	if at, err := netip.ParseAddrPort(addr); err == nil && !at.Addr().IsLoopback() {
		fmt.Fprintf(env.Stderr, "%s\n", env.paint(env.Style.Bad, "WARNING: listening at "+addr+": every machine that reaches this one can send requests,\nand who has one of the access keys can read and write. It is plain HTTP: objects and tokens can be seen on the way."))
	}
	as := "OSS and OBS, each request as the service it is signed for"
	if f.dialect != "" {
		as = strings.ToUpper(f.dialect)
	}
	buckets := "every bucket exists"
	if len(f.buckets) > 0 {
		buckets = "buckets: " + strings.Join(f.buckets, ", ")
	}
	fmt.Fprintf(env.Stderr, "listening on http://%s as %s; access keys: %d; %s; end with Ctrl-C\n", addr, as, ring.Len(), buckets)
}

// errCapture is returned when a capture is not whole.
var errCapture = errors.New("the capture is not whole")
