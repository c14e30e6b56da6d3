package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

func newVectorsShowCommand(env *environment) *cobra.Command {
	var asJSON bool
	cmd := vectorsShowPage.command(cobra.ExactArgs(1), func(_ *cobra.Command, args []string) error {
		set, err := vectors.Load()
		if err != nil {
			return err
		}
		shown, err := find(set, args[0])
		if err != nil {
			return err
		}
		if asJSON {
			return env.printJSON(shown.json())
		}
		shown.print(env, set)
		return nil
	})
	cmd.ValidArgsFunction = completeFirst(completeIDs)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the vector as its file has it, scheme and carrier in front")
	return cmd
}

// shownVector is what show was asked for: one of the three is set.
type shownVector struct {
	id          string
	profile     string // of an operation vector, where the id names one
	signature   *vectors.Case
	operation   *vectors.OperationCase
	requirement *vectors.Requirement
}

// find looks an id up as it stands in a file, or as results have it: with a
// profile in front of an operation, with a reading behind.
func find(set *vectors.Set, id string) (*shownVector, error) {
	plain, _, _ := strings.Cut(id, "@")
	if c, ok := set.Case(plain); ok {
		return &shownVector{id: plain, signature: c}, nil
	}
	if r, ok := set.Requirement(plain); ok {
		return &shownVector{id: plain, requirement: &r}, nil
	}
	profile, name := "", plain
	if i := strings.Index(plain, "/operations/"); i >= 0 {
		profile, name = plain[:i], plain[i+1:]
	}
	if c, ok := set.OperationCase(name); ok && (profile == "" || c.RunsUnder(profile)) {
		return &shownVector{id: plain, profile: profile, operation: c}, nil
	}
	for _, id := range []string{plain, name} {
		if t, ok := set.Tombstone(id); ok {
			return nil, usageError("%s was withdrawn in %s: %s", id, t.Since, t.Why)
		}
	}
	ids := slices.Clone(set.RequirementIDs())
	for _, v := range listedVectors(set) {
		ids = append(ids, v.ID)
	}
	return nil, usageError("there is no vector and no requirement %q; nearest: %s", id, strings.Join(vectors.Nearest(plain, ids, 3), ", "))
}

// json is the vector as its file has it. A vector of a scheme has scheme and
// carrier in front, so that sign can read it.
func (v *shownVector) json() any {
	switch {
	case v.requirement != nil:
		return v.requirement
	case v.operation != nil:
		return v.operation
	}
	scheme, carrier, _ := strings.Cut(v.signature.Profile(), "/")
	return struct {
		Scheme  string `json:"scheme"`
		Carrier string `json:"carrier"`
		*vectors.Case
	}{scheme, carrier, v.signature}
}

func (v *shownVector) print(env *environment, set *vectors.Set) {
	switch {
	case v.requirement != nil:
		v.printRequirement(env, set)
	case v.operation != nil:
		c := v.operation
		env.heading(v.id, "")
		env.fields("  ", about(c.Title, c.Why, c.Level, c.Flags, c.Since, &c.Source, set.FileOf(c.ID))...)
		env.printRequirements(set, c.Requirements)
		fmt.Fprintln(env.Stdout)
		env.heading("operation", "an SDK is asked for this; runs under "+strings.Join(c.Profiles, " "))
		env.fields("  ", operationFields(&c.Operation)...)
	default:
		v.printSignature(env, set)
	}
}

// about are the fields that say what a vector is.
func about(title, why string, level vectors.Level, flags []string, since string, source *vectors.Source, file string) []field {
	from := source.Kind + ": " + source.Ref
	if source.ID != "" {
		from += " (" + source.ID + ")"
	}
	return []field{
		{"title", title}, {"why", why}, {"level", string(level)}, {"flags", strings.Join(flags, " ")},
		{"since", since}, {"source", from}, {"note", source.Note}, {"file", file},
	}
}

func (env *environment) printRequirements(set *vectors.Set, ids []string) {
	fmt.Fprintln(env.Stdout)
	env.heading("requirements", "")
	for _, id := range ids {
		r, _ := set.Requirement(id)
		fmt.Fprintf(env.Stdout, "  %s  %s, %s: %s\n", env.paint(env.Style.Strong, id), r.Level, r.Status, r.Rule)
		fmt.Fprintf(env.Stdout, "    %s\n", env.paint(env.Style.Faint, r.Source))
	}
}

func (v *shownVector) printSignature(env *environment, set *vectors.Set) {
	c := v.signature
	env.heading(c.ID, set.Provenance(c))
	env.fields("  ", about(c.Title, c.Why, c.Level, c.Flags, c.Since, &c.Source, set.FileOf(c.ID))...)
	env.fields("  ", field{"agreed by", strings.Join(set.AgreedBy(c), ", ")})
	env.printRequirements(set, c.Requirements)
	fmt.Fprintln(env.Stdout)
	env.printInput(&c.Input)
	env.printArrival(c)
	if r := c.Expect.Rejected; r != nil {
		fmt.Fprintln(env.Stdout)
		env.heading("rejected", "its valid twin is "+c.Expect.Control)
		env.fields("  ", field{"class", r.Class}, field{"status", fmt.Sprint(r.Status)}, field{"code", r.Code}, field{"ec", r.EC})
		return
	}
	env.printStages("expected", &c.Expect.Stages)
	for i := range c.Alternatives {
		env.printStages("or, by the reading "+c.Alternatives[i].Reading, &c.Alternatives[i].Stages)
	}
}

func (env *environment) printInput(in *signature.Input) {
	env.heading("request", "over "+in.Request.Transport+", without authentication")
	env.requestHead("  ", in.Request)
	fmt.Fprintln(env.Stdout)
	env.heading("input", "beside the request")
	fields := []field{
		{"bucket", in.Bucket}, {"key", in.Key}, {"addressing", string(in.Addressing)},
		{"key id", in.Credentials.AccessKeyID}, {"secret", in.Credentials.AccessKeySecret}, {"token", in.Credentials.SecurityToken},
		{"region", in.Region}, {"product", in.Product}, {"headers", strings.Join(in.AdditionalHeaders, " ")}, {"policy", in.Policy},
	}
	if !in.Time.IsZero() {
		fields = append(fields, field{"time", in.Time.Format(time.RFC3339)})
	}
	if in.Expires != 0 {
		fields = append(fields, field{"expires", fmt.Sprint(in.Expires)})
	}
	env.fields("  ", fields...)
}

func (env *environment) printStages(title string, stages *vectors.ExpectedStages) {
	for _, s := range stages.Values {
		fmt.Fprintln(env.Stdout)
		env.heading(string(s.Stage), title)
		env.value("  ", s.Value)
		if s.Stage == signature.StringToSign {
			fmt.Fprintf(env.Stdout, "  %s\n", env.paint(env.Style.Faint, stages.StringToSignBytes))
		}
	}
}

func (v *shownVector) printRequirement(env *environment, set *vectors.Set) {
	r := v.requirement
	env.heading(r.ID, set.FileOf(r.ID))
	env.fields("  ", field{"rule", r.Rule}, field{"level", string(r.Level)}, field{"source", r.Source}, field{"status", string(r.Status)}, field{"evidence", r.Evidence})
	fmt.Fprintln(env.Stdout)
	env.heading("vectors", "that prove it")
	for _, c := range set.Cases() {
		if slices.Contains(c.Requirements, r.ID) {
			fmt.Fprintf(env.Stdout, "  %s\n", c.ID)
		}
	}
	for _, c := range set.OperationCases() {
		if slices.Contains(c.Requirements, r.ID) {
			fmt.Fprintf(env.Stdout, "  %s\n", c.ID)
		}
	}
}

// operationFields are what an SDK is asked for.
func operationFields(o *vectors.Operation) []field {
	fields := []field{
		{"name", o.Name}, {"bucket", string(o.Bucket)}, {"key", string(o.Key)}, {"copy source", string(o.CopySource)}, {"upload id", string(o.UploadID)},
	}
	pairs := func(name, between string, list [][2]wire.Bytes) {
		for _, pair := range list {
			fields = append(fields, field{name, string(pair[0]) + between + string(pair[1])})
		}
	}
	pairs("header", ": ", o.Headers)
	pairs("metadata", ": ", o.Metadata)
	pairs("query", "=", o.Query)
	if o.PartNumber != 0 {
		fields = append(fields, field{"part number", fmt.Sprint(o.PartNumber)})
	}
	if o.Expires != 0 {
		fields = append(fields, field{"expires", fmt.Sprintf("%d seconds", o.Expires)})
	}
	return append(fields, field{"body", string(o.Body)})
}

// printArrival shows what is done to a request on its way to a server, and what
// arrives there. A request that is let in as it was signed needs no such lines.
func (env *environment) printArrival(c *vectors.Case) {
	if fields := onTheWay(&c.Expect); len(fields) > 0 {
		fmt.Fprintln(env.Stdout)
		env.heading("on the way", "what is done to the request")
		env.fields("  ", fields...)
	} else if !c.IsVerifierCase() {
		return
	}
	profile, err := signature.LookupID(c.Profile())
	if err != nil {
		return
	}
	if req, err := c.Arrival(profile); err == nil {
		fmt.Fprintln(env.Stdout)
		env.heading("arrives", "signed, as a server gets it")
		env.requestHead("  ", req)
		if req.Body != "" {
			fmt.Fprintln(env.Stdout)
			env.value("  ", req.Body)
		}
	}
}

// onTheWay is what is done to the request of a case, a field for each change.
func onTheWay(e *vectors.Expect) []field {
	var fields []field
	for _, t := range e.Tamper {
		what := strings.TrimSpace(t.Op + " " + t.Target)
		if t.Old != "" {
			what += " " + oneLine(t.Old) + " →"
		}
		fields = append(fields, field{t.When, strings.TrimSpace(what + " " + oneLine(t.Value))})
	}
	switch after := e.ReceivedAfter; {
	case after > 0:
		fields = append(fields, field{"received", fmt.Sprintf("%d seconds after its time", after)})
	case after < 0:
		fields = append(fields, field{"received", fmt.Sprintf("%d seconds before its time", -after)})
	}
	return fields
}

// oneLine is a value as it is, or, where that would break the line, as it is
// shown in a stage.
func oneLine(value wire.Bytes) string {
	if strings.ContainsFunc(string(value), unicode.IsControl) {
		return reports.Show(value)
	}
	return string(value)
}
