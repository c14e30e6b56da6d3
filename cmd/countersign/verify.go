package main

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/internal/secret"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

func newVerifyCommand(env *environment) *cobra.Command {
	var asJSON bool
	var credentials string
	var cnames []string
	hosts := signature.Hosts{}
	cmd := verifyPage.command(cobra.MinimumNArgs(1), func(cmd *cobra.Command, files []string) error {
		var err error
		if hosts.CNAMEs, err = parseCNAMEs(cnames); err != nil {
			return err
		}
		own, err := env.credentials(credentials)
		if err != nil {
			return err
		}
		v := &verification{env: env, asJSON: asJSON, own: own, verifier: signature.Verifier{
			Hosts:  hosts,
			Secret: func(id string) (signature.Credentials, bool) { return own, id == own.AccessKeyID },
		}}
		return v.files(cmd, files)
	})
	flags := cmd.Flags()
	flags.BoolVar(&asJSON, "json", false, "print one line of JSON a request")
	flags.StringVar(&hosts.Bucket, "bucket", "", "the `BUCKET` behind every host that is no known endpoint")
	flags.StringArrayVar(&cnames, "cname", nil, "the bucket behind a custom domain, as `HOST=BUCKET`; repeatable")
	flags.StringArrayVar(&hosts.Endpoints, "endpoint", nil, "the `HOST` name of another endpoint; repeatable")
	addCredentialsFlag(cmd, &credentials)
	return cmd
}

func parseCNAMEs(pairs []string) (map[string]string, error) {
	cnames := map[string]string{}
	for _, pair := range pairs {
		host, bucket, ok := strings.Cut(pair, "=")
		if !ok || host == "" || bucket == "" {
			return nil, usageError("--cname is HOST=BUCKET, got %q", pair)
		}
		cnames[strings.ToLower(host)] = bucket
	}
	return cnames, nil
}

// verification is one call of verify.
type verification struct {
	env      *environment
	asJSON   bool
	own      signature.Credentials
	verifier signature.Verifier

	counts map[signature.Verdict]int
}

// files verifies what is in the files. One that cannot be read does not keep
// the others from being verified.
func (v *verification) files(cmd *cobra.Command, names []string) error {
	v.counts = map[signature.Verdict]int{}
	var unread error
	for _, name := range names {
		data, err := v.env.read(cmd.Context(), name)
		if err == nil {
			err = v.file(cmd.Context(), sourceName(name), data)
		}
		if cmd.Context().Err() != nil {
			return err
		}
		if err != nil {
			if unread != nil {
				fmt.Fprintf(v.env.Stderr, "%s: %v\n", cmd.CommandPath(), unread)
			}
			unread = err
		}
	}
	if !v.asJSON {
		fmt.Fprintln(v.env.Stderr, v.summary())
	}
	if unread != nil {
		return unread
	}
	for verdict, n := range v.counts {
		if verdict != signature.Verified && n > 0 {
			return errNonconformant
		}
	}
	return nil
}

func (v *verification) summary() string {
	var parts []string
	for _, verdict := range []signature.Verdict{signature.Verified, signature.Mismatch, signature.Malformed, signature.Unsigned} {
		if n := v.counts[verdict]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, verdict))
		}
	}
	if len(parts) == 0 {
		return "no request was verified"
	}
	return strings.Join(parts, ", ")
}

// file verifies the requests of one file. All that is secret in them is known
// to the redactor before the first of them is printed.
func (v *verification) file(ctx context.Context, name string, data []byte) error {
	captures, err := wire.ParseAny(name, data)
	if err != nil {
		return usageError("%w", err)
	}
	if len(captures) == 0 {
		return usageError("%s: there is no HTTP request in it", name)
	}
	requests := make([]*verifiedRequest, len(captures))
	var secrets []string
	for i, c := range captures {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		requests[i] = v.verify(c, received)
		secrets = append(secrets, secret.Tokens(c.Request)...)
		secrets = append(secrets, signingKeys(requests[i].found.Stages())...)
	}
	v.env.conceal(secrets...)
	for _, r := range requests {
		v.counts[r.found.Verdict]++
		if !v.asJSON {
			r.print(v.env)
		} else if err := v.env.printJSON(r.json()); err != nil {
			return err
		}
	}
	return nil
}

// verifiedRequest is a request and what a server finds in it.
type verifiedRequest struct {
	id        string
	found     *signature.Verification
	notes     []string
	explained []explanation // of a mismatch
}

// received is what a server knows of a request, beside the request.
var received = diagnose.Evidence{Seen: diagnose.AtServer}

// verify judges a request, of which something may be known besides.
func (v *verification) verify(c wire.Capture, known diagnose.Evidence) *verifiedRequest {
	found := v.verifier.Verify(c.Request)
	r := &verifiedRequest{id: c.ID, found: found, notes: append([]string{}, found.Notes...)}
	for _, f := range found.Faults {
		text := f.Error()
		if f.Class == signature.UnknownAccessKey {
			text = fmt.Sprintf("the request is signed with the access key id %q and the credentials given are those of %q, so nothing is known of its signature", found.AccessKeyID, v.own.AccessKeyID)
		}
		r.notes = append(r.notes, fmt.Sprintf("%s: %s", f.Class, text))
	}
	switch found.Verdict {
	case signature.Unsigned:
		r.notes = append(r.notes, "there is no Authorization header, no signature among the parameters and none in a form")
	case signature.Mismatch:
		if host := found.Resource.Host; found.Resource.Addressing == signature.PathStyle && v.unknown(host) {
			r.notes = append(r.notes, fmt.Sprintf("nothing is known of the host %q, so the bucket was taken from the path (%q); say what it is with --bucket B, --cname %s=B or --endpoint %s", host, found.Resource.Bucket, host, host))
		}
		r.notes = append(r.notes, fmt.Sprintf("the signature of the request is %q, a server computes %q", found.Provided, found.Stage(signature.SignatureValue)))
		r.explained = v.explain(c.Request, found, known)
		for _, e := range r.explained {
			r.notes = append(r.notes, e.note)
		}
	}
	return r
}

// unknown reports whether neither the flags nor the tables say what a host is.
func (v *verification) unknown(host string) bool {
	name := strings.ToLower(host)
	if _, known := signature.KnownEndpoint(name); known {
		return false
	}
	if _, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil {
		return false
	}
	return !slices.ContainsFunc(v.verifier.Hosts.Endpoints, func(e string) bool {
		e = strings.ToLower(e)
		return name == e || strings.HasSuffix(name, "."+e)
	})
}

// explanation is what explains a signature, and what its signer then signed.
type explanation struct {
	note   string
	signed *signature.Verification // nil where no reading and no slip explains it
	proven *reports.Diagnosis      // nil where nothing is proven
}

// explain looks for what explains a signature: another reading of a contested
// rule, or else a slip that signers often make, or else a mistake of any kind. The
// last is also asked for where a service has answered: it knows the cause.
func (v *verification) explain(req *wire.Request, found *signature.Verification, known diagnose.Evidence) []explanation {
	profile := found.Profile.ID()
	verifies := func(apply func(*signature.Profile) *signature.Profile) (*signature.Verification, bool) {
		other := v.verifier
		other.Reading = apply
		signed := other.Verify(req)
		return signed, signed.Verdict == signature.Verified
	}
	var out []explanation
	for _, r := range signature.Readings(profile) {
		if signed, ok := verifies(r.Apply); ok {
			out = append(out, explanation{note: fmt.Sprintf("the reading %s of the contested rule %s explains the signature: %s", r.Name, r.Requirement, r.Why), signed: signed})
		}
	}
	slips := signature.Slips(profile)
	if len(out) > 0 {
		slips = nil
	}
	for _, s := range slips {
		if signed, ok := verifies(s.Apply); ok {
			out = append(out, explanation{note: fmt.Sprintf("the known slip %s explains the signature, first wrong in %s: %s", s.Name, s.Stage, s.Why), signed: signed})
		}
	}
	if len(out) == 0 || known.Error != nil {
		out = append(out, v.diagnosed(req, found, known)...)
	}
	if len(out) == 0 {
		out = append(out, explanation{note: "no other reading of a contested rule and no known slip explains the signature; compare the stages with those of the signer, or the secret is another one"})
	}
	return out
}

// diagnosed asks for mistakes that no SDK is known for, such as a header that was
// added after signing. What is not proven is told where a service has answered
// alone: without its answer anything can be suspected.
func (v *verification) diagnosed(req *wire.Request, found *signature.Verification, known diagnose.Evidence) []explanation {
	key, ok := v.verifier.Secret(found.AccessKeyID)
	if !ok && known.Error == nil || len(req.Head()) > longestShown {
		return nil
	}
	if ok {
		known.Credentials = key
	}
	known.Request, known.Hosts = req, v.verifier.Hosts
	known.Client, _ = diagnose.RecogniseClient(userAgent(req))
	d := diagnose.Glance(known)
	told := slices.DeleteFunc(slices.Clone(d.Causes), func(c reports.Cause) bool { return c.Confidence != reports.Proof })
	proven := len(told) > 0
	if !proven && known.Error != nil {
		told = d.Causes[:min(len(d.Causes), suspicions)]
	}
	var out []explanation
	for i := range told {
		out = append(out, explanation{note: causeNote(&told[i])})
	}
	if known.Error != nil {
		for _, text := range d.Contradictions {
			out = append(out, explanation{note: "the evidence contradicts itself: " + text})
		}
	}
	if proven {
		out[0].proven = &d
	}
	return out
}

// suspicions is how many of them are told, the strongest first, where nothing is
// proven. Countersign diagnose tells all.
const suspicions = 3

// causeNote is a cause in one line.
func causeNote(c *reports.Cause) string {
	perhaps := ""
	if c.Confidence != reports.Proof {
		perhaps = "perhaps "
	}
	return fmt.Sprintf("%s%s, %s: %s. %s", perhaps, c.ID, c.Name, strings.TrimSuffix(c.Evidence, "."), c.Fix)
}

func userAgent(req *wire.Request) string {
	name, _ := req.Header("User-Agent")
	return name
}

// verifiedJSON is the published form of what verify prints.
type verifiedJSON struct {
	ID      wire.Bytes             `json:"id"`
	Scheme  string                 `json:"scheme"`
	Carrier signature.Carrier      `json:"carrier"`
	Verdict signature.Verdict      `json:"verdict"`
	Stages  vectors.ExpectedStages `json:"stages"`
	Notes   []string               `json:"notes"`
}

func (r *verifiedRequest) json() *verifiedJSON {
	out := &verifiedJSON{ID: wire.Bytes(r.id), Verdict: r.found.Verdict, Stages: vectors.ExpectedStages{Values: r.found.Stages()}, Notes: r.notes}
	if p := r.found.Profile; p != nil {
		out.Scheme, out.Carrier = p.Scheme, p.Carrier
	}
	return out
}

// verdict gives a verdict its colour.
func (env *environment) verdict(v signature.Verdict) string {
	return env.paint(env.paintOf(v), string(v))
}

func (env *environment) paintOf(v signature.Verdict) reports.Paint {
	switch v {
	case signature.Verified:
		return env.Style.Good
	case signature.Unsigned:
		return env.Style.Notice
	}
	return env.Style.Bad
}

func (r *verifiedRequest) print(env *environment) {
	scheme := ""
	if r.found.Profile != nil {
		scheme = "  " + r.found.Profile.ID()
	}
	fmt.Fprintf(env.Stdout, "%s: %s%s\n", env.paint(env.Style.Strong, env.plain(r.id)), env.verdict(r.found.Verdict), scheme)
	if at := r.found.Resource; at.Host != "" {
		fmt.Fprintf(env.Stdout, "  bucket %q, key %q, %s addressing\n", env.Redactor.String(at.Bucket), env.Redactor.String(r.found.Key), at.Addressing)
	}
	for _, s := range r.found.Stages() {
		if s.Stage == signature.CanonicalRequest || s.Stage == signature.StringToSign {
			fmt.Fprintf(env.Stdout, "  %s\n", env.paint(env.Style.Faint, "a server computes this "+string(s.Stage)+":"))
			env.value("    ", s.Value)
		}
	}
	for _, note := range r.notes {
		fmt.Fprintf(env.Stdout, "  - %s\n", env.plain(note))
	}
}
