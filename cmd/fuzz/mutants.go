package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/countersign/countersign/fuzz/differential"
	"github.com/countersign/countersign/internal/campaign"
	"github.com/countersign/countersign/internal/mutants"
	"github.com/countersign/countersign/internal/planted"
	"github.com/countersign/countersign/vectors"
)

// mutantTable prints how many executions each planted bug took.
func mutantTable(ctx context.Context, args []string) error {
	o := flags("mutants", "differential", time.Minute)
	o.Lookup("engine").Value.Set("random")
	o.Lookup("engine").DefValue = "random"
	budget := o.Int("budget", 50_000, "")
	seed := o.Uint64("seed", 1, "")
	only := o.String("only", "", "")
	if err := o.parse(args); err != nil {
		return err
	}
	set, err := vectors.Load()
	if err != nil {
		return err
	}
	bugs := planted.Bugs(set)
	if *only != "" {
		bugs = slices.DeleteFunc(bugs, func(m *mutants.Mutant) bool { return m.ID() != *only })
		if len(bugs) == 0 {
			return &usageError{fmt.Errorf("there is no planted bug %q", *only)}
		}
	}
	var hunts []planted.Hunt
	switch {
	case o.Engine == "random":
		hunts = planted.Random(bugs, *budget, *seed)
	case *only == "":
		return &usageError{errors.New("an engine with a process of its own takes half a minute for each bug: name one with --only")}
	default:
		h, err := huntWithEngine(ctx, o, bugs[0])
		if err != nil {
			return err
		}
		hunts = []planted.Hunt{h}
	}
	return printHunts(hunts, o.Engine, *budget)
}

// huntWithEngine looks for one bug with an engine, from an empty corpus.
func huntWithEngine(ctx context.Context, o *options, m *mutants.Mutant) (planted.Hunt, error) {
	opts := o.Options
	opts.Empty, opts.First = true, true
	opts.Settings = []string{differential.OpponentVariable + "=mutant " + m.ID()}
	r, err := campaign.Run(ctx, opts)
	if err != nil {
		return planted.Hunt{}, err
	}
	h := planted.Hunt{Mutant: m, Executions: int(r.Executions)}
	if len(r.Classes) > 0 {
		h.Class = r.Classes[0].Name
	}
	return h, nil
}

func printHunts(hunts []planted.Hunt, engine string, budget int) error {
	fmt.Printf("%-58s %10s  %-9s %s\n", "planted bug", "executions", "engine", "class of the finding")
	var found []int
	missed := 0
	for _, h := range hunts {
		id, class := h.Mutant.ID(), h.Class
		switch why, excused := planted.ByDesign[id]; {
		case class != "":
			found = append(found, h.Executions)
		case excused:
			class = "NOT FOUND, by design: " + why
		default:
			class = "NOT FOUND"
			missed++
		}
		executions := strconv.Itoa(h.Executions)
		if h.Executions == 0 { // it was found before the engine printed its first figure
			executions = "few"
		}
		fmt.Printf("%-58s %10s  %-9s %s\n", id, executions, engine, class)
	}
	slices.Sort(found)
	fmt.Printf("\n%d of %d found", len(found), len(hunts))
	if n := len(found); n > 0 {
		fmt.Printf("; executions: median %d, nine of ten within %d, most %d", found[n/2], found[n*9/10], found[n-1])
	}
	if engine == "random" {
		fmt.Printf("; budget %d each", budget)
	}
	fmt.Println()
	if missed > 0 {
		return errFound
	}
	return nil
}
