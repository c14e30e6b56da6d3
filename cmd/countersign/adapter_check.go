package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

func newAdapterCheckCommand(env *environment) *cobra.Command {
	var signer string
	var timeout time.Duration
	cmd := adapterCheckPage.command(cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		if signer == "" {
			return usageError("--signer says how the adapter is started, such as --signer 'node adapter.js'")
		}
		command, err := splitCommand(signer)
		if err != nil {
			return usageError("--signer: %w", err)
		}
		if timeout <= 0 {
			return usageError("--timeout must be longer than nothing, got %s", timeout)
		}
		set, err := vectors.Load()
		if err != nil {
			return err
		}
		c := &adapterCheck{env: env, set: set}
		return c.run(cmd.Context(), subject.ProcessOptions{Command: command, Timeout: timeout, Parallel: 1, Line: c.line})
	})
	cmd.Flags().StringVar(&signer, "signer", "", "how to start the adapter: `'CMD ARG…'`")
	cmd.Flags().DurationVar(&timeout, "timeout", subject.DefaultTimeout, "wait `D` for one answer")
	return cmd
}

// adapterCheck is one conversation with an adapter.
type adapterCheck struct {
	env      *environment
	set      *vectors.Set
	problems int
	sends    bool // it carries out operations

	mu    sync.Mutex
	lines [][]byte // what the adapter wrote since they were last looked at
}

// line keeps a line of the adapter.
func (c *adapterCheck) line(line []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = append(c.lines, slices.Clone(line))
}

func (c *adapterCheck) written() [][]byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	lines := c.lines
	c.lines = nil
	return lines
}

func (c *adapterCheck) run(ctx context.Context, opts subject.ProcessOptions) error {
	p, err := subject.StartProcess(ctx, opts)
	if err != nil {
		return notRunError("%w", err)
	}
	caps := p.Capabilities()
	c.hello(&caps)
	if asksToSign(&caps) {
		c.sends = len(caps.Operations) > 0
		for _, profile := range caps.Profiles {
			c.ask(ctx, p, profile)
		}
	} else {
		c.note("it has no signer to be asked, so only hello was checked; countersign run asks it to send")
	}
	if ctx.Err() != nil {
		_ = p.Close() // it was stopped, which is no fault of its own
		return context.Cause(ctx)
	}
	if err := p.Close(); err != nil {
		c.problem("%v: at the end of its input an adapter answers what is open and ends", err)
	}
	if c.problems > 0 {
		fmt.Fprintf(c.env.Stderr, "problems: %d\n", c.problems)
		return errNonconformant
	}
	fmt.Fprintln(c.env.Stdout, c.env.paint(c.env.Style.Good, "the adapter speaks the protocol"))
	return nil
}

// asksToSign reports whether an adapter is asked to sign given requests.
func asksToSign(caps *subject.Capabilities) bool {
	return caps.Has("sign") || len(caps.Operations) == 0
}

func (c *adapterCheck) problem(format string, args ...any) {
	c.problems++
	c.say(c.env.paint(c.env.Style.Bad, "problem"), format, args...)
}

func (c *adapterCheck) note(format string, args ...any) {
	c.say(c.env.paint(c.env.Style.Notice, "note"), format, args...)
}

func (c *adapterCheck) say(kind, format string, args ...any) {
	fmt.Fprintf(c.env.Stdout, "%s: %s\n", kind, c.env.plain(fmt.Sprintf(format, args...)))
}

// knownFeatures are the features the suite acts on.
var knownFeatures = []string{"sign", "clock", "bytes"}

// hello prints what the adapter declares and looks for what does not exist.
func (c *adapterCheck) hello(caps *subject.Capabilities) {
	id := caps.Identity
	c.env.fields("",
		field{"adapter", id.Name + " " + id.Version}, field{"language", id.Language}, field{"url", id.URL},
		field{"schemes", strings.Join(caps.Profiles, " ")}, field{"operations", strings.Join(caps.Operations, " ")}, field{"features", strings.Join(caps.Features, " ")})
	c.checkLines("hello", func(map[string]any) string { return "helloAnswer" })
	var names []string
	for _, n := range c.set.Names {
		names = append(names, n.Name)
	}
	c.known("schemes", caps.Profiles, vectors.ProfileIDs())
	c.known("operations", caps.Operations, names)
	for _, f := range caps.Features {
		if !slices.Contains(knownFeatures, f) {
			c.note("the feature %q means nothing to the suite; it knows %s", f, strings.Join(knownFeatures, ", "))
		}
	}
	if !caps.Has("clock") && asksToSign(caps) {
		c.note("without the feature clock its signatures are recomputed from the requests it returns; an adapter that signs for the time it is given adds clock to features")
	}
}

// known reports declared names that do not exist.
func (c *adapterCheck) known(list string, declared, all []string) {
	for _, name := range declared {
		if !slices.Contains(all, name) {
			c.problem("hello: %s names %q, which does not exist; nearest: %s", list, name, strings.Join(vectors.Nearest(name, all, 3), ", "))
		}
	}
}

// ask puts one sign question for a profile. An adapter that sends too may have
// no signer for every one.
func (c *adapterCheck) ask(ctx context.Context, s subject.Subject, profile string) {
	vector := c.example(profile)
	if vector == nil || ctx.Err() != nil {
		return // a profile that does not exist has been reported
	}
	p, err := signature.LookupID(profile)
	if err != nil {
		return
	}
	o := s.Sign(ctx, &subject.SignQuestion{ID: vector.ID, Scheme: p.Scheme, Carrier: p.Carrier, Input: &vector.Input})
	where := "sign " + profile
	before := c.problems
	c.checkLines(where, answerPart)
	if o.Kind == subject.Unsupported && c.sends {
		c.note("%s: it signs no given request (%s); countersign run asks it to send", where, o.Message)
		return
	}
	switch o.Kind {
	case subject.Answered:
		c.answered(where, p, o)
	case subject.Unsupported:
		c.problem("%s: it declares %s and answers unsupported (%s); take it out of schemes in hello, or sign it", where, profile, o.Message)
	case subject.Rejected:
		c.problem("%s: it refuses an ordinary request (%s); rejected is for inputs that the SDK itself refuses", where, o.Message)
	case subject.AdapterError:
		c.problem("%s: it answers with an error of its own: %s", where, o.Message)
	case subject.Crashed:
		c.problem("%s: an adapter lives until its input ends, and answers what it cannot do with error or unsupported: %s", where, o.Message)
	case subject.TimedOut:
		c.problem("%s: %s; write each answer on one line and flush it, or give it more time with --timeout", where, o.Message)
	case subject.ProtocolError:
		if c.problems == before {
			c.problem("%s: %s", where, o.Message)
		}
	default:
		c.problem("%s: %s", where, o.Message)
	}
	if c.problems == before {
		fmt.Fprintf(c.env.Stdout, "%s: answered with %s\n", where, stageList(o))
	}
}

// example is the first ordinary vector of a profile.
func (c *adapterCheck) example(profile string) *vectors.Case {
	for _, v := range c.set.Cases() {
		if v.Profile() == profile && !v.IsVerifierCase() && v.Level == vectors.Must {
			return v
		}
	}
	return nil
}

// answered looks for what makes an answer less useful than it could be.
func (c *adapterCheck) answered(where string, p *signature.Profile, o *subject.Observation) {
	carried, field := false, "request"
	switch p.Carrier {
	case signature.InHeader:
		carried = o.Request != nil
	case signature.InQuery:
		carried, field = o.URL != "" || o.Request != nil, "url"
	case signature.InForm:
		carried, field = len(o.Form) > 0 || o.Request != nil, "form"
	}
	if !carried {
		c.note("%s: the answer has no %q, so only the signature of exactly this input can pass; with it, an SDK that adds headers or parameters of its own is judged by what it signed", where, field)
	}
}

func stageList(o *subject.Observation) string {
	names := make([]string, len(o.Stages))
	for i, s := range o.Stages {
		names[i] = string(s.Stage)
	}
	return strings.Join(names, ", ")
}

// checkLines checks the lines that the adapter has written: each against the
// part of the schema of the protocol that its members call for, and for names
// the suite would ignore.
func (c *adapterCheck) checkLines(where string, partOf func(members map[string]any) string) {
	for _, line := range c.written() {
		members, document := withoutNulls(line)
		if members == nil {
			c.problem("%s: it wrote a line that is no JSON object: %.80q; the log of an adapter belongs on standard error", where, line)
			continue
		}
		part := partOf(members)
		if part == "" {
			continue // that an answer says nothing is reported as the fault of the question
		}
		for _, wrong := range violations(compileSchema("subject/schema/protocol.schema.json#/$defs/"+part), document) {
			c.problem("%s: %s (countersign vectors schema protocol)", where, wrong)
		}
		if part != "helloAnswer" {
			c.ignoredNames(where, members)
		}
	}
}

// withoutNulls reads an object, and returns its members and its text without
// those that are null: they count as missing. It returns nil for what is no
// object.
func withoutNulls(line []byte) (map[string]any, []byte) {
	var members map[string]any
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	if decoder.Decode(&members) != nil {
		return nil, nil
	}
	dropNulls(members)
	document, err := json.Marshal(members)
	if err != nil {
		panic(err) // it has just been decoded
	}
	return members, document
}

func dropNulls(members map[string]any) {
	for name, value := range members {
		if inner, ok := value.(map[string]any); ok {
			dropNulls(inner)
		} else if value == nil {
			delete(members, name)
		}
	}
}

// answerPart names the part of the schema that describes an answer to sign
// with these members, or "" when they are no answer.
func answerPart(members map[string]any) string {
	for _, name := range []string{"unsupported", "rejected", "error"} {
		if _, ok := members[name]; ok {
			return name
		}
	}
	for _, name := range answerMembers {
		if _, ok := members[name]; ok && name != "id" {
			return "signed"
		}
	}
	return ""
}

// answerMembers are the members an answer may have.
var answerMembers = []string{"id", "stages", "request", "url", "headers", "form", "status", "unsupported", "rejected", "error"}

// ignoredNames finds members of an answer, and stages, that the suite ignores:
// misspelt ones, mostly.
func (c *adapterCheck) ignoredNames(where string, answer map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(answer)) {
		if !slices.Contains(answerMembers, name) {
			c.note("%s: the suite ignores %q in an answer; it reads %s", where, name, strings.Join(answerMembers, ", "))
		}
	}
	stages, _ := answer["stages"].(map[string]any) // if it is none, the schema has said so
	for _, name := range slices.Sorted(maps.Keys(stages)) {
		if !slices.Contains(signature.Stages, signature.Stage(name)) {
			all := make([]string, len(signature.Stages))
			for i, s := range signature.Stages {
				all[i] = string(s)
			}
			c.problem("%s: there is no stage %q; nearest: %s", where, name, strings.Join(vectors.Nearest(name, all, 3), ", "))
		}
	}
}
