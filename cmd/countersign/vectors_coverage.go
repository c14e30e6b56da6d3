package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/countersign/countersign/internal/coverage"
	"github.com/countersign/countersign/internal/mutants"
	"github.com/countersign/countersign/vectors"
)

func newVectorsCoverageCommand(env *environment) *cobra.Command {
	var asJSON, matrix bool
	cmd := vectorsCoveragePage.command(cobra.ArbitraryArgs, func(cmd *cobra.Command, args []string) error {
		set, err := vectors.Load()
		if err != nil {
			return err
		}
		rows, err := coverageRows(set, args)
		if err != nil {
			return usageError("%w", err)
		}
		if ctx := cmd.Context(); ctx.Err() != nil {
			return context.Cause(ctx)
		}
		summary := coverage.Summarize(set, rows)
		switch {
		case asJSON:
			err = env.printCoverageJSON(rows)
		case matrix:
			env.printMutants(rows)
		default:
			env.printCoverage(rows)
		}
		if err != nil {
			return err
		}
		if !asJSON {
			env.printSummary(&summary)
		}
		if len(summary.Gaps) > 0 || summary.Killed < summary.Mutants {
			return errNonconformant
		}
		return nil
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one line of JSON a requirement")
	cmd.Flags().BoolVar(&matrix, "mutants", false, "list the mutants with the vectors that kill them instead")
	cmd.MarkFlagsMutuallyExclusive("json", "mutants")
	return cmd
}

// coverageRows returns the rows of the requirements that any pattern matches.
func coverageRows(set *vectors.Set, patterns []string) ([]coverage.Row, error) {
	if len(patterns) == 0 {
		return coverage.Rows(set, mutants.All), nil
	}
	parsed, err := vectors.ParsePatterns(patterns)
	if err != nil {
		return nil, err
	}
	wanted, err := vectors.NewPatternSet(parsed)
	if err != nil {
		return nil, err
	}
	ids := slices.DeleteFunc(slices.Clone(set.RequirementIDs()), func(id string) bool { return !wanted.Match(id) })
	if err := wanted.UnmatchedError(set.RequirementIDs()); err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("nothing is selected: the files of patterns hold no pattern")
	}
	breaking := slices.DeleteFunc(slices.Clone(mutants.All), func(m mutants.Mutant) bool { return !slices.Contains(ids, m.Requirement) })
	return slices.DeleteFunc(coverage.Rows(set, breaking), func(r coverage.Row) bool { return !slices.Contains(ids, r.Requirement.ID) }), nil
}

func (env *environment) printCoverage(rows []coverage.Row) {
	fmt.Fprintf(env.Stdout, "%-19s %-6s %-13s %-12s %5s %9s %7s\n", "requirement", "level", "status", "provenance", "valid", "rejecting", "mutants")
	for i := range rows {
		row := &rows[i]
		killed := 0
		for _, m := range row.Mutants {
			if len(m.Killers) > 0 {
				killed++
			}
		}
		rejecting := fmt.Sprint(len(row.Rejecting))
		if row.Senders() {
			rejecting = "n/a"
		}
		line := fmt.Sprintf("%-19s %-6s %-13s %-12s %5d %9s %7s", row.Requirement.ID, row.Requirement.Level, row.Requirement.Status,
			row.Best, len(row.Valid), rejecting, fmt.Sprintf("%d/%d", killed, len(row.Mutants)))
		if row.Requirement.Level == vectors.Must && len(row.Gaps()) > 0 {
			line = env.paint(env.Style.Bad, line)
		}
		fmt.Fprintln(env.Stdout, line)
	}
}

// mostKillers is how many vectors are named for a mutant; --json names all.
const mostKillers = 3

// printMutants prints the matrix: each mutant with vectors of its own
// requirement that kill it.
func (env *environment) printMutants(rows []coverage.Row) {
	for i := range rows {
		for _, m := range rows[i].Mutants {
			fmt.Fprintf(env.Stdout, "%s  %s\n", env.paint(env.Style.Strong, m.ID), m.About)
			if len(m.Killers) == 0 {
				fmt.Fprintf(env.Stdout, "  %s\n", env.paint(env.Style.Bad, "survives"))
			}
			for _, id := range m.Killers[:min(mostKillers, len(m.Killers))] {
				fmt.Fprintf(env.Stdout, "  %s\n", id)
			}
			if more := len(m.Killers) - mostKillers; more > 0 {
				fmt.Fprintf(env.Stdout, "  and %d more\n", more)
			}
		}
	}
}

func (env *environment) printSummary(s *coverage.Summary) {
	out := env.Stdout
	signatures := s.Provenance["published"] + s.Provenance["attested"] + s.Provenance["derived"]
	fmt.Fprintf(out, "\nrequirements       %d must, %d should, %d may\n", s.Levels[vectors.Must], s.Levels[vectors.Should], s.Levels[vectors.May])
	fmt.Fprintf(out, "signature vectors  %d: %d published, %d attested, %d derived; %d contested\n",
		signatures, s.Provenance["published"], s.Provenance["attested"], s.Provenance["derived"], s.Readings)
	fmt.Fprintf(out, "verifier cases     %d\n", s.Rejecting)
	fmt.Fprintf(out, "operation vectors  %d\n", s.Operations)
	fmt.Fprintf(out, "mutants            %d, %d killed by a vector of their own requirement\n", s.Mutants, s.Killed)
	if len(s.Contested) > 0 {
		fmt.Fprintf(out, "\ncontested rules: %d\n", len(s.Contested))
		for _, r := range s.Contested {
			fmt.Fprintf(out, "  %s  %s\n    %s\n", env.paint(env.Style.Strong, r.ID), r.Rule, env.plain(r.Evidence))
		}
	}
	if len(s.Derived) > 0 {
		fmt.Fprintf(out, "\nrequirements of level must that rest on derived values alone: %d\n  %s\n", len(s.Derived), strings.Join(s.Derived, " "))
	}
	fmt.Fprintf(out, "\nempty cells of requirements of level must: %d\n", len(s.Gaps))
	for _, g := range s.Gaps {
		fmt.Fprintf(out, "  %s lacks: %s\n", g.Requirement, strings.Join(g.Lacks, ", "))
	}
}

// coverageJSON is the published form of a row.
type coverageJSON struct {
	ID         string         `json:"id"`
	Level      vectors.Level  `json:"level"`
	Status     vectors.Status `json:"status"`
	Provenance string         `json:"provenance,omitempty"` // the best of its signature vectors
	Valid      []string       `json:"valid"`
	Rejecting  []string       `json:"rejecting"`
	Mutants    []mutantJSON   `json:"mutants"`
	Lacks      []string       `json:"lacks,omitempty"`
}

type mutantJSON struct {
	ID       string   `json:"id"`
	About    string   `json:"about"`
	KilledBy []string `json:"killedBy"`
}

func (env *environment) printCoverageJSON(rows []coverage.Row) error {
	for i := range rows {
		row := &rows[i]
		line := coverageJSON{
			row.Requirement.ID, row.Requirement.Level, row.Requirement.Status, row.Best,
			listOf(row.Valid), listOf(row.Rejecting), []mutantJSON{}, row.Gaps(),
		}
		for _, m := range row.Mutants {
			line.Mutants = append(line.Mutants, mutantJSON{m.ID, m.About, listOf(m.Killers)})
		}
		if err := env.printJSON(&line); err != nil {
			return err
		}
	}
	return nil
}

// listOf makes an empty list [] and not null.
func listOf(ids []string) []string { return append([]string{}, ids...) }
