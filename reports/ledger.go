package reports

import (
	"maps"
	"slices"
	"strings"

	"github.com/countersign/countersign/vectors"
)

// ledger says what became of the cases of each requirement under each scheme,
// by one compliance report.
type ledger map[ruleUnder]*ruleCount

// ruleUnder is a requirement under a scheme.
type ruleUnder struct{ Scheme, Rule string }

type ruleCount struct {
	Passed, Failed, Flaky, Contested, Unsupported int

	Untold  bool  // how many passed cannot be told
	Example Entry // the first that failed, or else the first that is contested
}

// askedCase is a case as far as a ledger needs it.
type askedCase struct {
	id    string
	rules []string
}

// asker knows which cases a subject was asked.
type asker struct {
	set                    *vectors.Set
	signatures, operations map[string][]askedCase // by profile
}

func newAsker(set *vectors.Set, profiles []string) *asker {
	a := &asker{set: set, signatures: map[string][]askedCase{}, operations: map[string][]askedCase{}}
	for _, c := range set.Cases() {
		if !c.IsVerifierCase() {
			a.signatures[c.Profile()] = append(a.signatures[c.Profile()], askedCase{c.ID, c.Requirements})
		}
	}
	for _, c := range set.OperationCases() {
		for _, profile := range profiles {
			if c.RunsUnder(profile) {
				a.operations[profile] = append(a.operations[profile], askedCase{c.IDUnder(profile), c.Requirements})
			}
		}
	}
	return a
}

// asked are the cases of a profile that a subject was asked. A report lists no
// passes, but counts all results: by that they are the signature vectors of the
// profile, its operation vectors, or both. It is nil where that cannot be told:
// of a filtered run, of a server, or of other vectors than these.
func (a *asker) asked(c *Compliance, p *ProfileCompliance) []askedCase {
	if c.VectorSetSHA256 != a.set.SHA256() || len(c.Selection) > 0 || c.Aborted || c.OfServer() {
		return nil
	}
	results := 0
	for _, counts := range p.Counts {
		for _, n := range counts {
			results += n
		}
	}
	signatures, operations := a.signatures[p.Profile], a.operations[p.Profile]
	switch s, o := len(signatures), len(operations); {
	case results == s+o:
		return slices.Concat(signatures, operations)
	case s == o: // which of the two it was cannot be told
	case results == s:
		return signatures
	case results == o:
		return operations
	}
	return nil
}

// ledger reads a report requirement by requirement.
func (a *asker) ledger(c *Compliance) ledger {
	l := ledger{}
	for i := range c.Profiles {
		p := &c.Profiles[i]
		scheme, _, _ := strings.Cut(p.Profile, "/")
		told := map[string]bool{} // ids of what did not pass
		for _, entries := range [][]Entry{p.Failures, p.ExpectedFailures, p.ProvisionalFailures, p.Contested, p.Unsupported} {
			for _, e := range entries {
				id, _, _ := strings.Cut(e.ID, "@")
				told[id] = true
				for _, rule := range e.Requirements {
					l.at(scheme, rule).add(e)
				}
			}
		}
		asked := a.asked(c, p)
		for key, n := range l {
			n.Untold = n.Untold || key.Scheme == scheme && asked == nil
		}
		for _, asked := range asked {
			if told[asked.id] {
				continue
			}
			for _, rule := range asked.rules {
				l.at(scheme, rule).Passed++
			}
		}
	}
	return l
}

func (l ledger) at(scheme, rule string) *ruleCount {
	key := ruleUnder{scheme, rule}
	if l[key] == nil {
		l[key] = &ruleCount{}
	}
	return l[key]
}

func (n *ruleCount) add(e Entry) {
	switch e.Outcome {
	case Contested:
		if n.Contested++; n.red() == 0 && n.Contested == 1 {
			n.Example = e
		}
	case Unsupported:
		n.Unsupported++
	case Flaky:
		if n.Flaky++; n.red() == 1 {
			n.Example = e
		}
	default:
		if n.Failed++; n.Failed == 1 {
			n.Example = e
		}
	}
}

// red counts what a requirement is broken by.
func (n *ruleCount) red() int { return n.Failed + n.Flaky }

// plus adds up what two schemes say of a requirement.
func (n ruleCount) plus(other *ruleCount) *ruleCount {
	if n.red() == 0 && (other.red() > 0 || n.Contested == 0) {
		n.Example = other.Example
	}
	n.Passed += other.Passed
	n.Failed += other.Failed
	n.Flaky += other.Flaky
	n.Contested += other.Contested
	n.Unsupported += other.Unsupported
	n.Untold = n.Untold || other.Untold
	return &n
}

// byRule adds up the schemes of a ledger.
func (l ledger) byRule() map[string]*ruleCount {
	sums := map[string]*ruleCount{}
	keys := slices.SortedFunc(maps.Keys(l), func(a, b ruleUnder) int { return strings.Compare(a.Scheme, b.Scheme) })
	for _, key := range keys {
		if sums[key.Rule] == nil {
			sums[key.Rule] = &ruleCount{}
		}
		sums[key.Rule] = sums[key.Rule].plus(l[key])
	}
	return sums
}
