package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/countersign/countersign/internal/hunt"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// fuzzTelling prints what a hunt finds, and writes it.
type fuzzTelling struct {
	env      *environment
	flags    *fuzzFlags
	subject  subject.Identity
	progress *fuzzProgress
	began    time.Time
}

// found tells of one class. One that is new is written as a vector; one that was
// replayed is there already.
func (t *fuzzTelling) found(f *hunt.Finding) error {
	t.progress.clear()
	env := t.env
	if f.Contested() {
		env.heading(env.plain(f.Class), "contested, not red")
		env.fields("    ", field{"what", f.Result.Reason()}, field{"rule", f.Result.Rule})
		fmt.Fprintln(env.Stdout)
		return env.Stdout.Flush()
	}
	file := t.flags.replay
	if file == "" {
		var err error
		if file, err = t.write(f); err != nil {
			return err
		}
	}
	env.heading(env.paint(env.Style.Bad, "CLASS")+" "+env.plain(f.Class), fuzzOccasion(f))
	r := f.Result.Redact(env.Redactor.String)
	r.Reproduce = t.reproduce(file)
	s := &reports.Stream{Results: []reports.Result{r}}
	if err := reports.WriteFailures(env.Stdout, s, reports.FailureOptions{Layout: reports.Layout{Width: env.Width, Style: env.Style}}); err != nil {
		return notRunError("standard output: %w", err)
	}
	t.request(f)
	return env.Stdout.Flush()
}

// request prints what the signer was asked for, and what signs the same.
func (t *fuzzTelling) request(f *hunt.Finding) {
	env, in := t.env, f.Input
	env.heading("    asked for", "")
	env.requestHead("      ", in.Request)
	expires := ""
	if in.Expires != 0 {
		expires = fmt.Sprint(in.Expires)
	}
	env.fields("      ", field{"with bucket", in.Bucket}, field{"key", in.Key}, field{"addressing", string(in.Addressing)},
		field{"token", in.Credentials.SecurityToken}, field{"region", in.Region}, field{"product", in.Product},
		field{"time", in.Time.Format(time.RFC3339)}, field{"expires", expires},
		field{"additional", strings.Join(in.AdditionalHeaders, ", ")}, field{"policy", in.Policy})
	for i, m := range f.Like {
		if i == mostLike {
			fmt.Fprintf(env.Stdout, "      %-12s %d more ways to break a rule sign the same\n", "", len(f.Like)-i)
			break
		}
		name := ""
		if i == 0 {
			name = "signs like"
		}
		fmt.Fprintf(env.Stdout, "      %-12s %s: one that %s\n", name, m.ID(), env.plain(m.About))
	}
	fmt.Fprintln(env.Stdout)
}

// mostLike is how many mutants are named that sign as the signer does.
const mostLike = 3

// write writes the vector and the bytes of a class and returns the name of the
// first.
func (t *fuzzTelling) write(f *hunt.Finding) (string, error) {
	vector, input := t.flags.files(f.Class)
	data, err := vectors.FormatCases(f.Case)
	if err != nil {
		return "", fmt.Errorf("%s: %w", f.Class, err)
	}
	for name, data := range map[string][]byte{vector: data, input: f.Bytes} {
		err := reports.WriteAtomic(name, func(w io.Writer) error {
			_, err := w.Write(data)
			return err
		})
		if err != nil {
			return "", notRunError("--out: %w", err)
		}
	}
	return vector, nil
}

func (t *fuzzTelling) reproduce(file string) string {
	return "countersign fuzz --signer " + quoteWord(t.flags.signer) + " --replay " + quoteWord(file)
}

// fuzzProgress is a line on a terminal, on standard error, and nothing
// elsewhere.
type fuzzProgress struct {
	env   *environment
	limit int
	bar   *progressbar.ProgressBar
}

func newFuzzProgress(env *environment, executions int) *fuzzProgress {
	return &fuzzProgress{env: env, limit: executions}
}

func (p *fuzzProgress) show(t hunt.Tally) {
	if !p.env.Interactive {
		return
	}
	if p.bar == nil {
		limit := p.limit
		if limit == 0 {
			limit = -1
		}
		p.bar = progressbar.NewOptions(limit, progressbar.OptionSetWriter(p.env.Stderr), progressbar.OptionShowCount(), progressbar.OptionShowIts(),
			progressbar.OptionSetItsString("executions"), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond))
	}
	p.bar.Describe(fmt.Sprintf("classes: %d new, %d known", t.New, t.Known))
	_ = p.bar.Set(t.Executions)
}

// clear makes room for a finding; the line comes back with the next progress.
func (p *fuzzProgress) clear() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}

func (p *fuzzProgress) finish() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}

// fuzzOccasion says when a class was found and how far it was minimised.
func fuzzOccasion(f *hunt.Finding) string {
	switch {
	case f.At == 0:
		return "replayed"
	case !f.Steady:
		return fmt.Sprintf("execution %d; it did not come back when it was asked again", f.At)
	}
	return fmt.Sprintf("execution %d; %d bytes show it", f.At, len(f.Bytes))
}
