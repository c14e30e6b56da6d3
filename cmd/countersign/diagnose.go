package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/diagnose/packets"
	"github.com/countersign/countersign/diagnose/paste"
	"github.com/countersign/countersign/internal/secret"
	"github.com/countersign/countersign/signature"
)

func newDiagnoseCommand(env *environment) *cobra.Command {
	var f diagnoseFlags
	cmd := diagnosePage.command(cobra.MaximumNArgs(1), func(cmd *cobra.Command, args []string) error {
		return env.diagnose(cmd.Context(), &f, args)
	})
	flags := cmd.Flags()
	flags.BoolVar(&f.asJSON, "json", false, "print one line of JSON")
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
	asJSON, redact                          bool
	error, request, clientString, har, pcap string
	credentials                             string
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
	sources, notes, err := env.sources(ctx, f, args)
	if err != nil {
		return err
	}
	read, err := paste.Read(sources...)
	if err != nil {
		return usageError("%w", err)
	}
	read.Unused = append(read.Unused, notes...)
	read.Evidence.Hosts, read.Evidence.Credentials = f.hosts, own
	if read.Evidence.Request != nil {
		env.conceal(secret.Tokens(read.Evidence.Request)...)
	}
	a := answerTo(read)
	if f.redact {
		a.redact(diagnose.NewRedaction(&read.Evidence), read.Evidence.Error)
	}
	if f.asJSON {
		err = env.printJSON(a)
	} else {
		env.printAnswer(a)
	}
	if err == nil && !a.proven() {
		return errNonconformant
	}
	return err
}

// sources reads the files that are named, or what is pasted.
func (env *environment) sources(ctx context.Context, f *diagnoseFlags, args []string) (sources []paste.Source, notes []paste.Note, err error) {
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
				return nil, nil, usageError("standard input can be read once only")
			}
		}
		s, more, err := env.source(ctx, s)
		if err != nil {
			return nil, nil, err
		}
		sources, notes = append(sources, s), append(notes, more...)
	}
	if len(sources) > 0 {
		return sources, notes, nil
	}
	if file, ok := env.Stdin.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		fmt.Fprintln(env.Stderr, "Paste what you have of the refused request: the error body, the request, a log. End with Ctrl-D on a line of its own.")
		env.Stderr.Flush()
	}
	s, notes, err := env.source(ctx, paste.Source{Name: "-"})
	if err == nil && len(bytes.TrimSpace(s.Data)) == 0 && s.Kind != paste.Exchanges {
		err = usageError("there is nothing on standard input: paste what you have of the refused request, or name a file")
	}
	return []paste.Source{s}, notes, err
}

// source reads one file. A packet capture is known by its first bytes.
func (env *environment) source(ctx context.Context, s paste.Source) (paste.Source, []paste.Note, error) {
	data, err := env.read(ctx, s.Name)
	if err != nil {
		return s, nil, err
	}
	if s.Name == "-" {
		s.Name = "standard input"
	}
	if s.Kind == paste.Exchanges || (s.Kind == paste.Anything || s.Kind == paste.Request) && packets.Is(data) {
		s, notes, err := packets.Read(s.Name, data)
		if err != nil {
			return s, nil, usageError("%w", err)
		}
		return s, notes, nil
	}
	s.Data = data
	return s, nil, nil
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
