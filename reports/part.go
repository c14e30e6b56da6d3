package reports

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Part says which part of a run a stream holds, and what [Merge] has to know
// to make the whole of all parts.
type Part struct {
	Index int `json:"index"` // from 1
	Count int `json:"count"`
	Cases int `json:"cases"` // of all parts together: what the run without parts asks about

	// Offer decides which results the whole leaves out. A part cannot: whether
	// there is a signer for a profile may show in another one.
	Offer Offer `json:"offer"`

	// List is the name of the expected-failures file, and Patterns are those of
	// its patterns that must match a result of the whole.
	List     string   `json:"list,omitempty"`
	Patterns []string `json:"patterns,omitempty"`
}

// String is i/n.
func (p Part) String() string { return fmt.Sprintf("%d/%d", p.Index, p.Count) }

// selection is the entry of a part in the selection of a header.
func (p Part) selection() string { return "shard " + p.String() }

// partLine says of which run a stream is only a part, and what makes the whole;
// "" where it is one.
func (s *Stream) partLine() string {
	p := s.Header.Part
	if p == nil {
		return ""
	}
	return fmt.Sprintf("part %s of a run: %d of its %s; countersign report merge makes the whole of the streams of all parts", p, s.Footer.Results, Counted(p.Cases, "case"))
}

// check holds a part to what the header says beside it.
func (p *Part) check(h Header) error {
	switch {
	case p == nil:
		return nil
	case p.Index < 1 || p.Index > p.Count:
		return fmt.Errorf("header: part %s: the first number is 1 to %d", p, p.Count)
	case !slices.Contains(h.Selection, p.selection()):
		return errors.New("header: the selection does not name the part " + p.String())
	}
	return nil
}

func (p *Part) mapped(f func(string) string) *Part {
	if p == nil {
		return nil
	}
	out := *p
	out.List, out.Patterns = f(p.List), mapAll(p.Patterns, f)
	return &out
}

// Offer is what a subject says it does beside the profiles it declares.
type Offer struct {
	Sends bool `json:"sends"` // it declares operations
	Signs bool `json:"signs"` // it says that it has a signer to be asked
}

// Reply is what became of one vector, as far as an [Offer] is judged by it.
type Reply struct {
	Profile     string
	Sent        bool // an operation vector; else a signature vector
	Unsupported bool
}

// Without returns the profiles whose signature vectors are left out, because
// the subject has no signer for them: it declares operations, sends for the
// profile, and says "unsupported" to every signature vector of it. One that
// says it signs must do so for some profile, else its answers stay for all to
// see; and so do those about a profile that it declares and neither signs nor
// sends for.
func (o Offer) Without(replies []Reply) []string {
	asked, signs, sends := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, r := range replies {
		switch {
		case r.Sent:
			sends[r.Profile] = true
		case !r.Unsupported:
			signs[r.Profile] = true
		default:
			asked[r.Profile] = true
		}
	}
	if !o.Sends || o.Signs != (len(signs) > 0) {
		return nil
	}
	var without []string
	for profile := range asked {
		if sends[profile] && !signs[profile] {
			without = append(without, profile)
		}
	}
	slices.Sort(without)
	return without
}

// operationsTheme begins the name of every operation vector.
const operationsTheme = "operations/"

// reply is the result as an [Offer] is judged by it.
func (r Result) reply() Reply {
	return Reply{Profile: r.Profile(), Sent: strings.HasPrefix(r.Name(), operationsTheme), Unsupported: r.Outcome == Unsupported}
}
