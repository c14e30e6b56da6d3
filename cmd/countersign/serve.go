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
}

func newServeCommand(env *environment) *cobra.Command {
	var f serveFlags
	cmd := servePage.command(cobra.NoArgs, func(cmd *cobra.Command, _ []string) error { return f.serve(cmd.Context(), env) })
	flags := cmd.Flags()
	flags.StringVar(&f.listen, "listen", "127.0.0.1:9000", "the `ADDRESS` to listen at; port 0 lets the system choose")
	flags.BoolVar(&f.remote, "allow-remote", false, "listen where other machines reach it, too")
	flags.StringVar(&f.dialect, "dialect", "", "answer as `oss|obs`, whatever requests are signed for")
	flags.StringVar(&f.region, "region", "", "take V4 signatures of OSS for this `REGION` alone, such as cn-hangzhou; by default for any")
	flags.StringArrayVar(&f.endpoints, "endpoint", nil, "a `HOST` name this server has, so that bucket.HOST is a bucket; repeatable")
	flags.StringArrayVar(&f.cnames, "cname", nil, "the bucket behind a custom domain, as `HOST=BUCKET`; repeatable")
	flags.StringArrayVar(&f.buckets, "bucket", nil, "there is this `BUCKET` and no other until it is made; repeatable")
	flags.StringVar(&f.credentials, "credentials", "", "take access keys from this `FILE`: several as the schema \"credentials\" has them, or one as other verbs take it")
	flags.StringVar(&f.capture, "capture", "", "write every request to this `FILE`, as verify reads it")
	flags.Int64Var(&f.memory, "memory", objects.DefaultLimits.Bytes>>20, "hold at most this many `MIB` of objects")
	flags.BoolVar(&f.asJSON, "json", false, "print one line of JSON a request")
	return cmd
}

// serve serves until ctx ends, which is how it is meant to end.
func (f *serveFlags) serve(ctx context.Context, env *environment) error {
	verifier, ring, err := f.verifier(env)
	if err != nil {
		return err
	}
	if f.memory < 1 || f.memory > 1<<20 {
		return usageError("--memory is a number of MiB, from 1 on, got %d", f.memory)
	}
	if err := f.checkAddress(); err != nil {
		return err
	}
	j := newJournal(env, f.asJSON, *verifier)
	if f.capture != "" {
		// It holds what the requests hold, security tokens among it.
		if j.capture, err = os.OpenFile(f.capture, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600); err != nil {
			return usageError("--capture: %w", err)
		}
	}
	store := objects.New(objects.Options{Buckets: f.buckets, Limits: objects.Limits{Bytes: f.memory << 20}})
	server, err := endpoint.ListenAndServe(f.listen, endpoint.ServerOptions{
		Verifier: verifier, Dialect: endpoint.Dialect(f.dialect), Backend: ring.Guard(store), AnyAddress: f.remote, Log: j.note,
	})
	if err != nil {
		return notRunError("%w", err)
	}
	f.announce(env, server.Addr(), ring)
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
	switch endpoint.Dialect(f.dialect) {
	case "", endpoint.OSS, endpoint.OBS:
	default:
		return nil, nil, usageError("--dialect is oss or obs, got %q", f.dialect)
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

// checkAddress refuses what is no address, and what others reach unless that is
// asked for.
func (f *serveFlags) checkAddress() error {
	f.listen = strings.Replace(f.listen, "localhost:", "127.0.0.1:", 1)
	at, err := netip.ParseAddrPort(f.listen)
	switch {
	case err != nil:
		return usageError("--listen is an address and a port such as 127.0.0.1:9000, got %q", f.listen)
	case !at.Addr().IsLoopback() && !f.remote:
		return usageError("--listen %s: other machines can reach this address; say --allow-remote if they are meant to", f.listen)
	}
	return nil
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
