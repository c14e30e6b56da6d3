package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/endpoint/proxy"
	"github.com/countersign/countersign/reports"
)

func newWatchCommand(env *environment) *cobra.Command {
	var o proxyOptions
	var credentials, dialect string
	var cnames []string
	var answer bool
	cmd := watchPage.command(cobra.MinimumNArgs(1), func(cmd *cobra.Command, args []string) error {
		if answer && o.Forward {
			return usageError("--answer and --forward exclude each other")
		}
		o.Dialect = endpoint.Dialect(dialect)
		var err error
		if o.Hosts.CNAMEs, err = parseCNAMEs(cnames); err != nil {
			return err
		}
		if o.Own, err = env.credentials(credentials); err != nil {
			return err
		}
		return watch(cmd.Context(), env, o, args)
	})
	flags := cmd.Flags()
	flags.SetInterspersed(false) // what follows the program is its own
	flags.BoolVar(&answer, "answer", false, "answer requests as the service would (the default)")
	flags.BoolVar(&o.Forward, "forward", false, "forward requests to the servers they are for")
	flags.StringVar(&o.Capture, "capture", "", "record every request in this `FILE`, for verify")
	flags.StringVar(&dialect, "dialect", "", "answer as `oss` or obs; by default as the scheme of a request asks for")
	flags.StringArrayVar(&o.Hosts.Endpoints, "endpoint", nil, "the `HOST` name of another endpoint; repeatable")
	flags.StringVar(&o.Hosts.Bucket, "bucket", "", "the `BUCKET` behind every host that is no known endpoint")
	flags.StringArrayVar(&cnames, "cname", nil, "the bucket behind a custom domain, as `HOST=BUCKET`; repeatable")
	flags.StringVar(&o.CADir, "ca", "", "the `DIR` of the certificate authority; by default countersign in your folder of settings")
	addCredentialsFlag(cmd, &credentials)
	return cmd
}

// watch runs a program through a proxy. Standard output is the program's:
// verdicts are told on standard error.
func watch(ctx context.Context, env *environment, o proxyOptions, args []string) error {
	told := *env
	told.Stdout, told.Style = env.Stderr, reports.Style{}
	if env.Interactive && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" {
		told.Style = colours
	}
	if _, err := exec.LookPath(args[0]); err != nil {
		return notRunError("%w", err)
	}
	p, err := startProxy(ctx, &told, o)
	if err != nil {
		return err
	}
	code, err := runWatched(ctx, env, p, args)
	if ended := p.end(); err == nil {
		err = ended
	}
	if err != nil {
		return err
	}
	return p.outcome(&told, args[0], code)
}

// runWatched runs the program and returns its exit code.
func runWatched(ctx context.Context, env *environment, p *captureProxy, args []string) (int, error) {
	bundle, err := p.authority.BundlePath(systemRoots())
	if err != nil {
		return 0, notRunError("%w", err)
	}
	fmt.Fprintf(env.Stderr, "watching through http://%s, certificate %s\n", p.Addr(), p.authority.CertificatePath())
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), proxy.Environment(p.Addr(), p.authority.CertificatePath(), bundle)...)
	// The program meets the same files, so that a terminal is one for it too.
	cmd.Stdin, cmd.Stdout, cmd.Stderr = env.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second // then it is killed
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return 0, context.Cause(ctx)
	case errors.As(err, &exit):
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			return 128 + int(status.Signal()), nil // as a shell says it
		}
		return exit.ExitCode(), nil
	case errors.Is(err, exec.ErrWaitDelay):
		return 0, nil
	case err != nil:
		return 0, notRunError("%w", err)
	}
	return 0, nil
}

// outcome sums up, and decides the exit code: that of what was seen, or else
// that of the program.
func (p *captureProxy) outcome(env *environment, program string, code int) error {
	fmt.Fprintf(env.Stderr, "%d verified, %d not, %d not judged; %s ended with exit code %d\n", p.verified, p.wrong, p.passed, env.plain(program), code)
	switch {
	case p.wrong > 0:
		return errNonconformant
	case p.verified == 0:
		p.unseen(env, program)
		return &exitError{code: exitNotRun}
	case code != 0:
		return &exitError{code: code}
	}
	return nil
}

// unseen says what may be done about a program that sent nothing to judge.
func (p *captureProxy) unseen(env *environment, program string) {
	if p.distrusted {
		fmt.Fprintf(env.Stderr, "no request was seen: the program came to the proxy and does not trust its certificate; let it trust %s\n", p.authority.CertificatePath())
	} else {
		fmt.Fprintln(env.Stderr, "no request to an object store was seen: the program sent none, or does not heed the proxy variables of its environment")
	}
	for _, remedy := range proxy.RemediesFor(program, p.Addr(), p.authority.CertificatePath()) {
		fmt.Fprintf(env.Stderr, "  - %s\n", remedy)
	}
}

// systemRoots are the certificates the system trusts, where they stand in one
// file. The first places are those of the environment; the others are those
// that Go's crypto/x509 looks into.
func systemRoots() []byte {
	for _, name := range []string{
		os.Getenv("SSL_CERT_FILE"), os.Getenv("CURL_CA_BUNDLE"), os.Getenv("REQUESTS_CA_BUNDLE"),
		"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
		"/etc/ssl/cert.pem", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
	} {
		if data, err := os.ReadFile(name); name != "" && err == nil {
			return data
		}
	}
	return nil
}
