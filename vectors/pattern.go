package vectors

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
)

// A PatternSet finds which of its patterns match an id, and remembers which of
// them ever did. A pattern is a list of parts separated by slashes: * stands
// for one part, or inside a part for any text ("oss-*"), ** as a part for any
// number of parts, none among them. All other text stands for itself.
//
// A PatternSet is safe for concurrent use.
type PatternSet struct {
	patterns []string
	matched  []atomic.Bool
	root     patternNode
}

// patternNode is what is left to match after the parts that lead to it.
type patternNode struct {
	literal  map[string]*patternNode
	globs    []patternEdge // parts with * in them
	deep     *patternNode  // **
	anywhere bool          // this is a deep node: any part leads back to it
	ends     []int         // the patterns that end here
}

type patternEdge struct {
	part string
	to   *patternNode
}

// NewPatternSet returns a set of patterns, or an error that names the first
// one that cannot match any id.
func NewPatternSet(patterns []string) (*PatternSet, error) {
	s := &PatternSet{patterns: slices.Clone(patterns), matched: make([]atomic.Bool, len(patterns))}
	for i, pattern := range patterns {
		if err := checkPattern(pattern); err != nil {
			return nil, err
		}
		n := &s.root
		for part := range strings.SplitSeq(pattern, "/") {
			n = n.add(part)
		}
		n.ends = append(n.ends, i)
	}
	return s, nil
}

// checkPattern refuses what no id can match.
func checkPattern(pattern string) error {
	for part := range strings.SplitSeq(pattern, "/") {
		switch {
		case part == "":
			return fmt.Errorf("pattern %q: a part between slashes is empty; write * for any one part", pattern)
		case part != "**" && strings.Contains(part, "**"):
			return fmt.Errorf("pattern %q: ** must be a part of its own, as in oss-v4/**", pattern)
		}
	}
	return nil
}

func (n *patternNode) add(part string) *patternNode {
	switch {
	case part == "**":
		if n.anywhere {
			return n // ** behind ** says nothing new
		}
		if n.deep == nil {
			n.deep = &patternNode{anywhere: true}
		}
		return n.deep
	case strings.Contains(part, "*"):
		for _, edge := range n.globs {
			if edge.part == part {
				return edge.to
			}
		}
		to := &patternNode{}
		n.globs = append(n.globs, patternEdge{part, to})
		return to
	}
	if n.literal == nil {
		n.literal = map[string]*patternNode{}
	}
	if n.literal[part] == nil {
		n.literal[part] = &patternNode{}
	}
	return n.literal[part]
}

// Find returns the indexes of the patterns that match id, in order.
func (s *PatternSet) Find(id string) []int {
	at := enter(nil, &s.root)
	for part := range strings.SplitSeq(id, "/") {
		var next []*patternNode
		for _, n := range at {
			if n.anywhere {
				next = enter(next, n)
			}
			if to := n.literal[part]; to != nil {
				next = enter(next, to)
			}
			for _, edge := range n.globs {
				if matchPart(edge.part, part) {
					next = enter(next, edge.to)
				}
			}
		}
		at = next
	}
	var found []int
	for _, n := range at {
		for _, i := range n.ends {
			found = append(found, i)
			s.matched[i].Store(true)
		}
	}
	slices.Sort(found)
	return found
}

// enter adds n to the places a match has come to, and what a ** behind it that
// stands for no part leads to.
func enter(at []*patternNode, n *patternNode) []*patternNode {
	if slices.Contains(at, n) {
		return at
	}
	at = append(at, n)
	if n.deep != nil {
		at = enter(at, n.deep)
	}
	return at
}

// matchPart matches one part; * stands for any text, the empty one too.
func matchPart(pattern, part string) bool {
	first, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == part
	}
	part, ok := strings.CutPrefix(part, first)
	if !ok {
		return false
	}
	for {
		middle, more, star := strings.Cut(rest, "*")
		if !star {
			return strings.HasSuffix(part, middle)
		}
		i := strings.Index(part, middle)
		if i < 0 {
			return false
		}
		part, rest = part[i+len(middle):], more
	}
}

// Match reports whether any pattern matches id.
func (s *PatternSet) Match(id string) bool { return len(s.Find(id)) > 0 }

// Len returns the number of patterns.
func (s *PatternSet) Len() int { return len(s.patterns) }

// Unmatched returns the patterns that have matched no id so far, in order.
func (s *PatternSet) Unmatched() []string {
	var out []string
	for i := range s.patterns {
		if !s.matched[i].Load() {
			out = append(out, s.patterns[i])
		}
	}
	return out
}

// UnmatchedError returns nil when every pattern has matched an id, else an
// error that names, for each that has not, the nearest of the given ids.
func (s *PatternSet) UnmatchedError(ids []string) error {
	var errs []error
	for _, pattern := range s.Unmatched() {
		errs = append(errs, &UnmatchedError{pattern, Nearest(pattern, ids, 3)})
	}
	return errors.Join(errs...)
}

// UnmatchedError is a pattern that matches nothing.
type UnmatchedError struct {
	Pattern string
	Nearest []string // the ids most like it
}

func (e *UnmatchedError) Error() string {
	if len(e.Nearest) == 0 {
		return fmt.Sprintf("pattern %q matches nothing: there are no ids to match", e.Pattern)
	}
	return fmt.Sprintf("pattern %q matches nothing; nearest: %s", e.Pattern, strings.Join(e.Nearest, ", "))
}

// Nearest returns up to limit of the ids, the one with the smallest edit
// distance to the pattern first; a * in it stands for any text at no cost.
func Nearest(pattern string, ids []string, limit int) []string {
	type candidate struct {
		id       string
		distance int
	}
	candidates := make([]candidate, len(ids))
	for i, id := range ids {
		candidates[i] = candidate{id, editDistance(strings.ToLower(pattern), strings.ToLower(id))}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int {
		if a.distance != b.distance {
			return a.distance - b.distance
		}
		return strings.Compare(a.id, b.id)
	})
	var out []string
	for _, c := range candidates[:min(limit, len(candidates))] {
		out = append(out, c.id)
	}
	return out
}

// editDistance counts insertions, deletions and substitutions of bytes.
func editDistance(pattern, id string) int {
	row := make([]int, len(id)+1)
	for j := range row {
		row[j] = j
	}
	for i := 0; i < len(pattern); i++ {
		free := pattern[i] == '*'
		diagonal := row[0]
		if !free {
			row[0]++
		}
		for j := 1; j <= len(id); j++ {
			above := row[j]
			switch {
			case free:
				row[j] = min(above, row[j-1])
			case pattern[i] == id[j-1]:
				row[j] = diagonal
			default:
				row[j] = 1 + min(diagonal, above, row[j-1])
			}
			diagonal = above
		}
	}
	return row[len(id)]
}

// ParsePatterns returns the patterns of command line arguments: each is a
// pattern, or @FILE for a file of them, one a line, with comments from # on
// and empty lines. All are merged in order; a pattern that comes again is
// left out. An error names the file and line.
//
// A file may hold no pattern. Whoever selects by patterns must not take that
// for no selection: it selects nothing.
func ParsePatterns(args []string) ([]string, error) {
	var out []string
	add := func(pattern string) error {
		if !slices.Contains(out, pattern) {
			out = append(out, pattern)
		}
		return checkPattern(pattern)
	}
	for _, arg := range args {
		name, isFile := strings.CutPrefix(arg, "@")
		if !isFile {
			if err := add(arg); err != nil {
				return nil, err
			}
			continue
		}
		if err := readPatterns(name, add); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func readPatterns(name string, add func(string) error) error {
	file, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("pattern file: %w", err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for number := 1; lines.Scan(); number++ {
		text := lines.Text()
		if number == 1 {
			text = strings.TrimPrefix(text, "\ufeff") // editors put it in front, and nobody sees it
		}
		pattern, _, _ := strings.Cut(text, "#")
		pattern = strings.TrimSpace(pattern)
		switch {
		case pattern == "":
			continue
		case pattern[0] == '@':
			return fmt.Errorf("%s:%d: a pattern file cannot name another one, got %s", name, number, pattern)
		case strings.ContainsAny(pattern, " \t"):
			return fmt.Errorf("%s:%d: one pattern a line, and a comment begins with #, got %q", name, number, pattern)
		}
		if err := add(pattern); err != nil {
			return fmt.Errorf("%s:%d: %w", name, number, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("pattern file %s: %w", name, err)
	}
	return nil
}
