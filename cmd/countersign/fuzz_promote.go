package main

import (
	"context"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/vectors"
)

// promoting is one call of fuzz promote.
type promoting struct {
	env              *environment
	dir, theme, name string
	out              string
}

func newFuzzPromoteCommand(env *environment) *cobra.Command {
	p := promoting{env: env}
	cmd := fuzzPromotePage.command(cobra.MinimumNArgs(1), func(cmd *cobra.Command, files []string) error {
		return p.run(cmd.Context(), files)
	})
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&p.dir, "dir", defaultVectorFolder, "the folder `DIR` of the vectors")
	flags.StringVar(&p.theme, "theme", "", "put the vectors into the theme `T`; that of the finding if not given")
	flags.StringVar(&p.name, "name", "", "last `PART` of the vector's id, of one finding; that of the finding if not given")
	flags.StringVar(&p.out, "out", "", "write to `FILE`, and leave the folder as it is")
	return cmd
}

func (p *promoting) run(ctx context.Context, files []string) error {
	if _, err := vectorFolder(p.dir); err != nil {
		return err
	}
	cases, err := p.read(ctx, files)
	if err != nil {
		return err
	}
	addition, err := vectors.NewDerivedAddition(p.dir)
	if err != nil {
		return usageError("%w", err)
	}
	refused, err := p.refused(addition, cases)
	if err != nil {
		return usageError("%w", err)
	}
	if refused > 0 {
		fmt.Fprintf(p.env.Stderr, "refused: %d; nothing is written\n", refused)
		return errNonconformant
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	written, err := p.write(addition, cases)
	if err != nil {
		return notRunError("%w", err)
	}
	for i := range cases {
		c := &cases[i]
		fmt.Fprintln(p.env.Stdout, c.ID)
		if lacks := lacking(c); len(lacks) > 0 {
			fmt.Fprintf(p.env.Stderr, "%s: %s: %s\n", p.env.paint(p.env.Style.Notice, "to fill in"), c.ID, strings.Join(lacks, ", "))
		}
	}
	fmt.Fprintf(p.env.Stderr, "wrote %s\n", strings.Join(written, ", "))
	return nil
}

// refused adds the cases to the folder, says what is wrong with them, and counts
// that. Lint is asked about them as they will be when a person has filled them
// in: of a case that lacks something it says nothing else.
func (p *promoting) refused(addition *vectors.Addition, cases []vectors.Case) (int, error) {
	filled, err := vectors.NewDerivedAddition(p.dir)
	if err != nil {
		return 0, err
	}
	refused := 0
	for i := range cases {
		c := &cases[i]
		if known := addition.SamePoint(c); known != nil {
			p.say("refused", c.ID+": "+known.ID+" asks for the same")
			refused++
			continue
		}
		addition.AddCase(c)
		filled.AddCase(whole(addition.Set(), c))
	}
	problems, err := filled.Lint(vectors.LintOptions{Recompute: recomputed})
	for _, problem := range problems {
		p.say("problem", problem.Error())
	}
	return refused + len(problems), err
}

// lacking lists what only a person can say of a case and nobody has.
func lacking(c *vectors.Case) []string {
	var lacks []string
	if c.Why == "" {
		lacks = append(lacks, "why")
	}
	if len(c.Requirements) == 0 {
		lacks = append(lacks, "requirements")
	}
	return lacks
}

// whole is a case with something in the place of what it lacks.
func whole(set *vectors.Set, c *vectors.Case) *vectors.Case {
	out := *c
	if out.Why == "" {
		out.Why = "A person has yet to say what a user suffers from."
	}
	if len(out.Requirements) == 0 {
		out.Level = vectors.May
		for _, id := range set.RequirementIDs() {
			if r, _ := set.Requirement(id); r.Binds(strings.Split(c.ID, "/")[0]) {
				out.Requirements = []string{id}
				break
			}
		}
	}
	return &out
}

func (p *promoting) say(kind, text string) {
	fmt.Fprintf(p.env.Stdout, "%s: %s\n", p.env.paint(p.env.Style.Bad, kind), p.env.plain(text))
}

// read reads the findings and has the reference compute what is expected of
// them, whatever stands in the files.
func (p *promoting) read(ctx context.Context, files []string) ([]vectors.Case, error) {
	var cases []vectors.Case
	for _, name := range files {
		data, err := p.env.read(ctx, name)
		if err != nil {
			return nil, err
		}
		file, err := vectors.ParseFile(data)
		if err != nil {
			return nil, usageError("%s is no finding of countersign fuzz: %w", sourceName(name), err)
		}
		for _, c := range file.Cases {
			if c.IsVerifierCase() || c.Provenance == vectors.Published {
				return nil, usageError("%s: %s is no finding of countersign fuzz: promote takes requests to sign whose values are derived", sourceName(name), c.ID)
			}
			if err := c.Refresh(); err != nil {
				return nil, usageError("%s: %s: %w", sourceName(name), c.ID, err)
			}
			cases = append(cases, c)
		}
	}
	if p.name != "" && len(cases) > 1 {
		return nil, usageError("--name names one vector, and there are %d", len(cases))
	}
	for i := range cases {
		theme, name := path.Split(strings.TrimPrefix(cases[i].ID, cases[i].Profile()+"/"))
		theme = strings.TrimSuffix(theme, "/")
		if p.theme != "" {
			theme = p.theme
		}
		if p.name != "" {
			name = p.name
		}
		cases[i].ID = cases[i].Profile() + "/" + theme + "/" + name
	}
	return cases, nil
}

// write writes the folder, or the one file that was asked for.
func (p *promoting) write(addition *vectors.Addition, cases []vectors.Case) ([]string, error) {
	if p.out == "" {
		return addition.Write()
	}
	data, err := vectors.FormatCases(cases...)
	if err != nil {
		return nil, err
	}
	return []string{p.out}, reports.WriteAtomic(p.out, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}
