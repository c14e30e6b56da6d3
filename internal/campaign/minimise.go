package campaign

import (
	"context"
	"os"
	"path/filepath"
)

// Covers begins the names of inputs that were chosen for what they cover.
const Covers = "covers-"

// Minimised is what came of choosing from the inputs that campaigns have found.
type Minimised struct {
	Target string
	Seeds  int // inputs that were committed before; all of them stay, each is named for what it shows
	Found  int // inputs that campaigns have kept under Out
	Added  int // of those: the few that cover what nothing else does
}

// Minimise adds to the committed corpus of a target the fewest and shortest
// inputs that cover, of all that its campaigns have found, what the corpus does
// not. libFuzzer chooses them.
func Minimise(ctx context.Context, opts Options) (*Minimised, error) {
	opts.Engine = "libfuzzer"
	c, err := begin(opts)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(c.tmp)
	seeds, err := inputsOf(c.Seeds)
	if err != nil {
		return nil, err
	}
	found, err := inputsOf(c.kept("corpus"))
	if err != nil {
		return nil, err // no campaign, nothing to choose from
	}
	m := &Minimised{Target: c.Target, Seeds: len(seeds), Found: len(found)}
	program, err := buildLibFuzzer(ctx, c)
	if err != nil {
		return nil, err
	}
	merged := filepath.Join(c.tmp, "merged")
	if err := addInputs(merged, seeds); err != nil {
		return nil, err
	}
	// One counter a place, however often it is come to: loops would make an input
	// of every length worth its file.
	out, err := c.command(ctx, c.tmp, program, "-merge=1", "-use_counters=0", merged, c.kept("corpus"))
	if err != nil {
		return nil, saying(err, out)
	}
	chosen, err := inputsOf(merged)
	if err != nil {
		return nil, err
	}
	committed := map[string]bool{}
	for _, data := range seeds {
		committed[nameOf(data)] = true
	}
	for _, data := range chosen {
		if committed[nameOf(data)] {
			continue
		}
		m.Added++
		if err := os.WriteFile(filepath.Join(c.Seeds, Covers+nameOf(data)), data, 0o644); err != nil {
			return nil, err
		}
	}
	return m, nil
}
