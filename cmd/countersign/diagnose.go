package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/countersign/countersign/diagnose/answer"
	web "github.com/countersign/countersign/diagnose/page"
	"github.com/countersign/countersign/diagnose/paste"
	"github.com/countersign/countersign/internal/localpage"
	"github.com/countersign/countersign/internal/secret"
	"github.com/countersign/countersign/signature"
)

func newDiagnoseCommand(env *environment) *cobra.Command {
	var f diagnoseFlags
	cmd := diagnosePage.command(cobra.MaximumNArgs(1), func(cmd *cobra.Command, args []string) error {
		if f.web {
			return env.serveDiagnosis(cmd, &f)
		}
		if cmd.Flags().Changed("listen") {
			return usageError("--listen is the address of the page: it needs --web")
		}
		return env.diagnose(cmd.Context(), &f, args)
	})
	flags := cmd.Flags()
	flags.BoolVar(&f.asJSON, "json", false, "print one line of JSON")
	flags.BoolVar(&f.web, "web", false, "serve a page that takes the evidence and shows the answer, until Ctrl-C")
	flags.StringVar(&f.listen, "listen", freeLoopback, "with --web: the loopback `ADDRESS` of the page")
	flags.BoolVar(&f.redact, "redact", false, "print a report that can be posted")
	flags.StringVar(&f.error, "error", "", "the error body or exception is in this `FILE`")
	flags.StringVar(&f.request, "request", "", "the request is in this `FILE`")
	flags.StringVar(&f.clientString, "client-string", "", "what the client says it signed is in this `FILE`")
	flags.StringVar(&f.har, "har", "", "the request and its answer are in this HAR `FILE[#N]`")
	flags.StringVar(&f.pcap, "pcap", "", "the request and its answer are in this packet capture `FILE`")
	flags.StringVar(&f.hosts.Bucket, "bucket", "", "the `BUCKET` behind every host that is no known endpoint")
	flags.StringArrayVar(&f.cnames, "cname", nil, "the bucket behind a custom domain, as `HOST=BUCKET`; repeatable")
	flags.StringArrayVar(&f.hosts.Endpoints, "endpoint", nil, "the `HOST` name of another endpoint; repeatable")
	addCredentialsFlag(cmd, &f.credentials)
	return cmd
}

// diagnoseFlags are the options of diagnose.
type diagnoseFlags struct {
	asJSON, redact, web                     bool
	error, request, clientString, har, pcap string
	credentials, listen                     string
	hosts                                   signature.Hosts
	cnames                                  []string
}

// diagnose answers for what the options and the argument name.
func (env *environment) diagnose(ctx context.Context, f *diagnoseFlags, args []string) error {
	var err error
	if f.hosts.CNAMEs, err = parseCNAMEs(f.cnames); err != nil {
		return err
	}
	own, err := env.credentials(f.credentials)
	if err != nil && !errors.Is(err, secret.ErrNone) {
		return err
	}
	sources, err := env.sources(ctx, f, args)
	if err != nil {
		return err
	}
	a, err := answer.To(answer.Question{Sources: sources, Credentials: own, Hosts: f.hosts, Redact: f.redact})
	if err != nil {
		return usageError("%w", err)
	}
	env.conceal(a.Tokens...)
	if f.asJSON {
		err = env.printJSON(a)
	} else {
		env.printAnswer(a)
	}
	if err == nil && !a.Proven() {
		return errNonconformant
	}
	return err
}

// serveDiagnosis serves the page until it is interrupted.
func (env *environment) serveDiagnosis(cmd *cobra.Command, f *diagnoseFlags) error {
	var others []string
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if flag.Name != "web" && flag.Name != "listen" {
			others = append(others, "--"+flag.Name)
		}
	})
	if others = append(others, cmd.Flags().Args()...); len(others) > 0 {
		return usageError("--web asks for everything on its page: leave out %s", strings.Join(others, " "))
	}
	if err := checkAddress("--listen", &f.listen, true); err != nil { // the page refuses what is not loopback
		return err
	}
	served, err := web.Listen(f.listen, log.New(env.Stderr, "countersign: the page: ", 0))
	if errors.Is(err, localpage.ErrNotLoopback) {
		return usageError("--listen: %w", err)
	} else if err != nil {
		return notRunError("%w", err)
	}
	defer served.Close()
	fmt.Fprintf(env.Stderr, "open %s in a browser; Ctrl-C ends it\n", served.URL())
	env.Stderr.Flush()
	<-cmd.Context().Done()
	return nil
}

// sources reads the files that are named, or what is pasted.
func (env *environment) sources(ctx context.Context, f *diagnoseFlags, args []string) (sources []paste.Source, err error) {
	har, entry := harEntry(f.har)
	named := []paste.Source{
		{Name: f.error, Kind: paste.ErrorBody}, {Name: f.request, Kind: paste.Request}, {Name: f.clientString, Kind: paste.ClientString},
		{Name: har, Kind: paste.HAR, Entry: entry}, {Name: f.pcap, Kind: paste.Exchanges},
	}
	for _, name := range args {
		named = append(named, paste.Source{Name: name})
	}
	stdin := 0
	for _, s := range named {
		if s.Name == "" {
			continue
		}
		if s.Name == "-" {
			if stdin++; stdin > 1 {
				return nil, usageError("standard input can be read once only")
			}
		}
		if s, err = env.source(ctx, s); err != nil {
			return nil, err
		}
		sources = append(sources, s)
	}
	if len(sources) > 0 {
		return sources, nil
	}
	if file, ok := env.Stdin.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		fmt.Fprintln(env.Stderr, "Paste what you have of the refused request: the error body, the request, a log. End with Ctrl-D on a line of its own.")
		env.Stderr.Flush()
	}
	s, err := env.source(ctx, paste.Source{Name: "-"})
	if err == nil && len(bytes.TrimSpace(s.Data)) == 0 {
		err = usageError("there is nothing on standard input: paste what you have of the refused request, or name a file")
	}
	return []paste.Source{s}, err
}

// source reads one file.
func (env *environment) source(ctx context.Context, s paste.Source) (paste.Source, error) {
	data, err := env.read(ctx, s.Name)
	if s.Name == "-" {
		s.Name = "standard input"
	}
	s.Data = data
	return s, err
}

// harEntry splits FILE#N, unless there is a file of that name.
func harEntry(name string) (file string, entry int) {
	file, number, ok := cutLast(name, "#")
	if !ok {
		return name, 0
	}
	if _, err := os.Stat(name); err == nil {
		return name, 0
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 {
		return name, 0
	}
	return file, n
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
