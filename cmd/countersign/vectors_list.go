package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/countersign/countersign/vectors"
)

func newVectorsListCommand(env *environment) *cobra.Command {
	var asJSON bool
	cmd := vectorsListPage.command(cobra.ArbitraryArgs, func(_ *cobra.Command, args []string) error {
		set, err := vectors.Load()
		if err != nil {
			return err
		}
		listed, err := matching(listedVectors(set), args)
		if err != nil {
			return usageError("%w", err)
		}
		if !asJSON {
			env.printList(listed)
			return nil
		}
		for i := range listed {
			if err := env.printJSON(&listed[i]); err != nil {
				return err
			}
		}
		return nil
	})
	cmd.ValidArgsFunction = completeIDs
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one line of JSON a vector")
	return cmd
}

// listedVector is the published form of a line of list.
type listedVector struct {
	ID           string        `json:"id"`
	Kind         string        `json:"kind"` // signature, verifier, operation
	Title        string        `json:"title"`
	Level        vectors.Level `json:"level"`
	Provenance   string        `json:"provenance,omitempty"` // none for what has no expected value
	Since        string        `json:"since"`
	Flags        []string      `json:"flags,omitempty"`
	Requirements []string      `json:"requirements"`
	File         string        `json:"file"`
}

// listedVectors are all vectors under the ids that results have: an operation
// vector comes once for each of its profiles.
func listedVectors(set *vectors.Set) []listedVector {
	var out []listedVector
	for _, c := range set.Cases() {
		v := listedVector{c.ID, "signature", c.Title, c.Level, set.Provenance(c), c.Since, c.Flags, c.Requirements, set.FileOf(c.ID)}
		if c.IsVerifierCase() {
			v.Kind, v.Provenance = "verifier", ""
		}
		out = append(out, v)
	}
	for _, profile := range vectors.ProfileIDs() {
		for _, c := range set.OperationCases() {
			if c.RunsUnder(profile) {
				out = append(out, listedVector{c.IDUnder(profile), "operation", c.Title, c.Level, "", c.Since, c.Flags, c.Requirements, set.FileOf(c.ID)})
			}
		}
	}
	return out
}

// matching keeps the vectors that any pattern matches; no argument is no
// filter, but a file without a pattern matches nothing.
func matching(all []listedVector, args []string) ([]listedVector, error) {
	if len(args) == 0 {
		return all, nil
	}
	patterns, err := vectors.ParsePatterns(args)
	if err != nil {
		return nil, err
	}
	set, err := vectors.NewPatternSet(patterns)
	if err != nil {
		return nil, err
	}
	var kept []listedVector
	ids := make([]string, len(all))
	for i := range all {
		ids[i] = all[i].ID
		if set.Match(ids[i]) {
			kept = append(kept, all[i])
		}
	}
	if err := set.UnmatchedError(ids); err != nil {
		return nil, err
	}
	if len(kept) == 0 {
		return nil, fmt.Errorf("nothing is selected: the files of patterns hold no pattern")
	}
	return kept, nil
}

func (env *environment) printList(listed []listedVector) {
	width := 0
	for i := range listed {
		width = max(width, len(listed[i].ID))
	}
	for i := range listed {
		v := &listed[i]
		fmt.Fprintf(env.Stdout, "%s  %-9s  %-6s  %-11s  %s\n", env.paint(env.Style.Strong, fmt.Sprintf("%-*s", width, v.ID)), v.Kind, v.Level, v.Provenance, v.Title)
	}
}
