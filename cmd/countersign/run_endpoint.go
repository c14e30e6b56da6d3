package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// endpointFlags are the flags of run that are about a live endpoint.
type endpointFlags struct {
	url, bucket, region, addressing string
	credentials, temporary          string
	dryRun                          bool
	maxWrong                        int
	rate                            float64
}

func (f *endpointFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.url, "endpoint", "", "judge the server at `URL`, http://HOST[:PORT] or https://…")
	flags.StringVar(&f.bucket, "bucket", "", "endpoint: the `BUCKET` it may read, and write below a prefix of its own")
	flags.StringVar(&f.region, "region", "", "endpoint: the `REGION` that V4 signatures name, without oss-")
	flags.StringVar(&f.addressing, "addressing", "", "endpoint: virtual-host, path, or any (each vector as it is); default: virtual-host, path where the host is an address")
	flags.StringVar(&f.credentials, "credentials", "", "endpoint: `FILE` with the access key, in place of the environment")
	flags.StringVar(&f.temporary, "temporary-credentials", "", "endpoint: `FILE` with a temporary access key, for the vectors that need one")
	flags.BoolVar(&f.dryRun, "dry-run", false, "endpoint: print what would be sent and what is left out, and send nothing")
	flags.IntVar(&f.maxWrong, "max-wrong-signatures", runner.DefaultWrongSignatures, "endpoint: send at most `N` wrong signatures; when given, they keep the pace of all requests")
	flags.Float64Var(&f.rate, "rate", runner.DefaultRate, "endpoint: send at most `N` requests a second; 0: as fast as it goes")
}

// stray names a flag that was given without --endpoint.
func (f *endpointFlags) stray(flags *pflag.FlagSet) error {
	if f.url != "" {
		return nil
	}
	for _, name := range []string{"bucket", "region", "addressing", "credentials", "temporary-credentials", "dry-run", "max-wrong-signatures", "rate"} {
		if flags.Changed(name) {
			return usageError("--%s goes with --endpoint URL", name)
		}
	}
	return nil
}

// endpoint makes the job that asks a server.
func (j *job) endpoint(env *environment, f *runFlags) error {
	e := &f.endpoint
	switch {
	case e.bucket == "":
		return usageError("--endpoint: name a bucket with --bucket; everything is written below a prefix of its own in it, and deleted")
	case e.maxWrong < 0:
		return usageError("--max-wrong-signatures is not negative")
	case !(e.rate >= 0):
		return usageError("--rate is not negative")
	}
	credentials, err := env.credentials(e.credentials)
	if err != nil {
		return err
	}
	var temporary signature.Credentials
	if e.temporary != "" {
		if temporary, err = env.credentials(e.temporary); err != nil {
			return err
		}
	}
	j.options.Endpoint = &subject.LiveOptions{
		URL: e.url, Bucket: e.bucket, Region: e.region, Addressing: signature.Addressing(e.addressing), Credentials: credentials, Temporary: temporary,
		Timeout: f.timeout, Rate: e.rate, MaxWrong: e.maxWrong,
	}
	if !f.changed("max-wrong-signatures") {
		j.options.Endpoint.WrongGap = runner.DefaultWrongGap
	}
	if _, err := subject.NewLive(*j.options.Endpoint); err != nil {
		return usageError("--%w", err)
	}
	j.options.Reproduce = func(id string) string {
		command := f.config.command() + " --endpoint " + quoteWord(e.url) + " --bucket " + quoteWord(e.bucket)
		if e.region != "" {
			command += " --region " + quoteWord(e.region)
		}
		if e.addressing != "" {
			command += " --addressing " + e.addressing
		}
		if dialect, ok := strings.CutPrefix(id, vectors.QuestionsProfile+"/"); ok {
			dialect, _, _ = strings.Cut(dialect, "/")
			command += " --profile " + vectors.QuestionsProfile + "/" + dialect
		}
		return command + " --select " + quoteWord(id)
	}
	return nil
}

// dryRun prints what would be sent, one line a request, and what would not.
func dryRun(env *environment, o runner.Options) error {
	plan, err := runner.PlanEndpoint(o)
	if err != nil {
		return exitOf(err)
	}
	for _, p := range plan.Requests {
		fmt.Fprintf(env.Stdout, "send  %s  %s %s://%s%s  expect %s\n", p.ID, p.Request.Method, p.Request.Transport, p.Request.Host(), wire.SplitTarget(p.Request.Target).String(), p.Expect)
	}
	for _, p := range plan.LeftOut {
		fmt.Fprintf(env.Stdout, "skip  %s  %s\n", p.ID, p.Reason)
	}
	for _, line := range plan.Summary() {
		fmt.Fprintln(env.Stderr, "note:", line)
	}
	if _, err := fmt.Fprintf(env.Stdout, "%s would be sent, %s left out\n", reports.Counted(len(plan.Requests), "request"), reports.Counted(len(plan.LeftOut), "vector")); err != nil {
		return notRunError("standard output: %w", err)
	}
	return nil
}
