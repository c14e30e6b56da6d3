package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/countersign/countersign/internal/secret"
	"github.com/countersign/countersign/internal/version"
	"github.com/countersign/countersign/runner"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// importFlags are the flags of import as they were given.
type importFlags struct {
	sdk, version string
	credentials  string
	bucket       string
	cnames       []string
	endpoints    []string
	dir          string
	about        string
	one          vectors.About
	level        string
}

func newVectorsImportCommand(env *environment) *cobra.Command {
	var f importFlags
	cmd := vectorsImportPage.command(cobra.MinimumNArgs(1), func(cmd *cobra.Command, files []string) error {
		abouts, err := f.abouts(env, cmd.Context())
		if err != nil {
			return err
		}
		in := &importing{env: env, sdk: vectors.Implementation{Name: f.sdk, Version: f.version}}
		if err := in.read(cmd.Context(), &f, files); err != nil {
			return err
		}
		if len(abouts) == 0 {
			return in.list()
		}
		return in.add(cmd.Context(), f.dir, abouts)
	})
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.sdk, "sdk", "", "the `NAME` of the SDK that sent the requests; a recording knows it")
	flags.StringVar(&f.version, "sdk-version", "", "and its version `V`; a recording knows it")
	flags.StringVar(&f.credentials, "example-credentials", "", "`FILE` with the public example credentials that signed the requests; they become part of the vectors")
	flags.StringVar(&f.bucket, "bucket", "", "the `BUCKET` behind every host that is no known endpoint")
	flags.StringArrayVar(&f.cnames, "cname", nil, "the bucket behind a custom domain, as `HOST=BUCKET`; repeatable")
	flags.StringArrayVar(&f.endpoints, "endpoint", nil, "the `HOST` name of another endpoint; repeatable")
	flags.StringVar(&f.about, "about", "", "`FILE` that describes the requests to import")
	flags.StringVar(&f.one.Request, "request", "", "the `ID` of the one request to import, which the next flags describe")
	flags.StringVar(&f.one.Name, "name", "", "last `PART` of the vector's id")
	flags.StringVar(&f.one.Title, "title", "", "what is in the request, as `TEXT`")
	flags.StringVar(&f.one.Why, "why", "", "what a user would suffer from if this were wrong, as `TEXT`")
	flags.StringArrayVar(&f.one.Requirements, "requirement", nil, "`ID` of a requirement that the request proves; repeatable")
	flags.StringVar(&f.level, "level", "", "must, should or may, as `LEVEL`; that of the strongest requirement if not given")
	flags.StringArrayVar(&f.one.Flags, "flag", nil, "a `MARK` of the vector, of the list in the schema; repeatable")
	flags.StringVar(&f.dir, "dir", defaultVectorFolder, "the folder `DIR` of the vectors")
	return cmd
}

// abouts are the descriptions of what is to be imported; none where requests
// are only to be listed.
func (f *importFlags) abouts(env *environment, ctx context.Context) ([]vectors.About, error) {
	described := f.one.Name+f.one.Title+f.one.Why+f.level != "" || len(f.one.Requirements)+len(f.one.Flags) > 0
	switch {
	case f.about != "" && (f.one.Request != "" || described):
		return nil, usageError("--about describes requests in a file, --request and the flags behind it describe one: give one of both")
	case f.about != "":
		return readAbouts(env, ctx, f.about)
	case f.one.Request == "" && described:
		return nil, usageError("--title, --why, --requirement and the like describe one request: name it with --request ID")
	case f.one.Request == "":
		return nil, nil
	}
	f.one.Level = vectors.Level(f.level)
	if err := complete(&f.one); err != nil {
		return nil, usageError("%w", err)
	}
	return []vectors.About{f.one}, nil
}

func readAbouts(env *environment, ctx context.Context, name string) ([]vectors.About, error) {
	data, err := env.read(ctx, name)
	if err != nil {
		return nil, err
	}
	var abouts []vectors.About
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	err = dec.Decode(&abouts)
	if err == nil && dec.More() {
		err = errors.New("something follows the list")
	}
	if err != nil {
		return nil, usageError(`%s: it must be a list of {"request","name","title","why","requirements","level","flags"}: %w`, name, err)
	}
	if len(abouts) == 0 {
		return nil, usageError("%s describes no request", name)
	}
	for i := range abouts {
		if err := complete(&abouts[i]); err != nil {
			return nil, usageError("%s: description %d: %w", name, i+1, err)
		}
	}
	return abouts, nil
}

// complete checks that a description says what only a person can say.
func complete(about *vectors.About) error {
	var lacks []string
	for _, part := range []struct {
		name string
		ok   bool
	}{{"request", about.Request != ""}, {"title", about.Title != ""}, {"why", about.Why != ""}, {"requirement", len(about.Requirements) > 0}} {
		if !part.ok {
			lacks = append(lacks, part.name)
		}
	}
	if len(lacks) > 0 {
		return fmt.Errorf("a request to be imported is described by request, title, why and requirement; this one lacks %s", strings.Join(lacks, ", "))
	}
	return nil
}

// importing is one call of import.
type importing struct {
	env      *environment
	sdk      vectors.Implementation
	captured []vectors.Captured
}

// read reads the captured requests of all files.
func (in *importing) read(ctx context.Context, f *importFlags, files []string) error {
	hosts := signature.Hosts{Bucket: f.bucket, Endpoints: f.endpoints}
	var err error
	if hosts.CNAMEs, err = parseCNAMEs(f.cnames); err != nil {
		return err
	}
	example, err := f.exampleCredentials()
	if err != nil {
		return err
	}
	for _, name := range files {
		data, err := in.env.read(ctx, name)
		if err != nil {
			return err
		}
		if isRecording(data) {
			err = in.recording(name, data)
		} else {
			err = in.captures(sourceName(name), data, example, hosts)
		}
		if err != nil {
			return err
		}
	}
	if in.sdk.Name == "" || in.sdk.Version == "" || strings.ContainsAny(in.sdk.Name+in.sdk.Version, " \t\n") {
		return usageError("say which SDK sent the requests, without blanks: --sdk NAME --sdk-version V")
	}
	seen := map[string]bool{}
	for _, c := range in.captured {
		if seen[c.ID] {
			return usageError("two requests are called %s: import their files one by one", c.ID)
		}
		seen[c.ID] = true
	}
	return nil
}

// exampleCredentials reads credentials that may stand in a vector. Those of the
// environment are secret, and are never taken.
func (f *importFlags) exampleCredentials() (*signature.Credentials, error) {
	if f.credentials == "" {
		return nil, nil
	}
	c, err := secret.Load(f.credentials)
	if err != nil {
		return nil, usageError("%w", err)
	}
	for _, own := range []string{os.Getenv(secret.EnvAccessKeySecret), os.Getenv(secret.EnvSecurityToken)} {
		if own != "" && (own == c.AccessKeySecret || own == c.SecurityToken) {
			return nil, usageError("%s holds the credentials of the environment, which are secret: a vector would publish them", f.credentials)
		}
	}
	return &c, nil
}

// isRecording tells a recording of run from other files.
func isRecording(data []byte) bool {
	line, _, _ := bytes.Cut(bytes.TrimSpace(data), []byte("\n"))
	var head struct {
		Type string `json:"type"`
	}
	return json.Unmarshal(line, &head) == nil && head.Type == "recording"
}

func (in *importing) recording(name string, data []byte) error {
	rec, err := subject.ReadRecording(bytes.NewReader(data))
	if err != nil {
		return usageError("%s: %w", name, err)
	}
	set, err := vectors.Load()
	if err != nil {
		return err
	}
	who := vectors.Implementation(rec.Header.Subject)
	if in.sdk.Name != "" && in.sdk.Name != who.Name || in.sdk.Version != "" && in.sdk.Version != who.Version {
		return usageError("%s was recorded of %s %s, not of %s %s", name, who.Name, who.Version, in.sdk.Name, in.sdk.Version)
	}
	in.sdk = who
	in.captured = append(in.captured, runner.Captured(set, rec)...)
	return nil
}

func (in *importing) captures(name string, data []byte, example *signature.Credentials, hosts signature.Hosts) error {
	if example == nil {
		return usageError("%s: a vector holds the credentials it is signed with, for everybody to read; name a file with public example credentials with --example-credentials FILE", name)
	}
	captures, err := wire.ParseAny(name, data)
	if err != nil {
		return usageError("%w", err)
	}
	for _, c := range captures {
		in.captured = append(in.captured, vectors.Captured{ID: c.ID, Request: c.Request, Credentials: *example, Hosts: hosts})
	}
	return nil
}

// list says of every request whether it could be imported.
func (in *importing) list() error {
	if len(in.captured) == 0 {
		return usageError("there is no request in it")
	}
	env := in.env
	for i := range in.captured {
		found, err := in.captured[i].Examine(nil)
		profile := "-"
		if found.Profile != nil {
			profile = found.Profile.ID()
		}
		verdict := env.paint(env.Style.Good, "reproduced")
		switch {
		case err != nil:
			verdict = env.paint(env.Style.Bad, "no") + ": " + env.plain(err.Error())
		case found.Reading != nil:
			verdict = env.paint(env.Style.Notice, "reading "+found.Reading.Name) + " of " + found.Reading.Requirement
		}
		fmt.Fprintf(env.Stdout, "%s  %s  %s\n", env.plain(in.captured[i].ID), profile, verdict)
	}
	fmt.Fprintln(env.Stderr, "nothing is written: describe what is to be imported with --about FILE, or with --request ID")
	return nil
}

// add makes vectors of the described requests, checks the folder as it would be
// with them, and writes them if nothing is wrong with it.
func (in *importing) add(ctx context.Context, dir string, abouts []vectors.About) error {
	if _, err := vectorFolder(dir); err != nil {
		return err
	}
	addition, err := vectors.NewAddition(dir, in.sdk)
	if err != nil {
		return usageError("%w", err)
	}
	refused := 0
	for i := range abouts {
		about := &abouts[i]
		captured, err := in.called(about.Request)
		if err != nil {
			return usageError("%s: %w", about.Request, err)
		}
		t, err := in.transcribe(addition.Set(), captured, about)
		if err != nil {
			fmt.Fprintf(in.env.Stdout, "%s: %s: %s\n", in.env.paint(in.env.Style.Bad, "refused"), about.Request, in.env.plain(err.Error()))
			refused++
			continue
		}
		addition.Add(t)
	}
	if refused > 0 {
		fmt.Fprintf(in.env.Stderr, "refused: %d; nothing is written\n", refused)
		return errNonconformant
	}
	return in.write(ctx, addition)
}

// called finds a captured request by its id.
func (in *importing) called(id string) (*vectors.Captured, error) {
	ids := make([]string, len(in.captured))
	for i := range in.captured {
		if ids[i] = in.captured[i].ID; ids[i] == id {
			return &in.captured[i], nil
		}
	}
	if len(ids) == 0 {
		return nil, errors.New("there is no such request; the files hold none at all")
	}
	return nil, fmt.Errorf("there is no such request; nearest: %s", strings.Join(vectors.Nearest(id, ids, 3), ", "))
}

func (in *importing) transcribe(set *vectors.Set, captured *vectors.Captured, about *vectors.About) (*vectors.Transcribed, error) {
	found, err := captured.Examine(about.Requirements)
	if err != nil {
		return nil, err
	}
	return found.Transcribe(in.sdk, about, version.Suite, set.Strongest(about.Requirements))
}

func (in *importing) write(ctx context.Context, addition *vectors.Addition) error {
	problems, err := addition.Lint(vectors.LintOptions{Recompute: recomputed})
	if err != nil {
		return usageError("%w", err)
	}
	for _, p := range problems {
		fmt.Fprintf(in.env.Stdout, "%s: %s\n", in.env.paint(in.env.Style.Bad, "problem"), in.env.plain(p.Error()))
	}
	if len(problems) > 0 {
		fmt.Fprintf(in.env.Stderr, "problems: %d; nothing is written\n", len(problems))
		return errNonconformant
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	files, err := addition.Write()
	if err != nil {
		return notRunError("%w", err)
	}
	for _, id := range addition.Added() {
		fmt.Fprintln(in.env.Stdout, id)
	}
	fmt.Fprintf(in.env.Stderr, "wrote %s\n", strings.Join(files, ", "))
	return nil
}
