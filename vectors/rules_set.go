package vectors

import (
	"fmt"
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
)

// checkOperations checks operation vectors.
func (l *linter) checkOperations() {
	for i := range l.set.Operations {
		f := &l.set.Operations[i]
		for j := range f.Cases {
			c := &f.Cases[j]
			l.checkWhy(f.path, c.ID, c.Why)
			l.checkLevel(f.path, c.ID, c.Level, c.Requirements)
			profiles := l.checkProfiles(f.path, c)
			l.checkOperationRequirements(f.path, c, profiles)
			l.checkOperation(f.path, c, profiles)
		}
	}
}

// checkProfiles returns the profiles a case runs under.
func (l *linter) checkProfiles(file string, c *OperationCase) []string {
	patterns, err := NewPatternSet(c.Profiles)
	if err != nil {
		l.report(file, c.ID, "profiles", "a pattern is like oss-*/header", "%v", err)
		return nil
	}
	var profiles []string
	for _, id := range ProfileIDs() {
		if patterns.Match(id) {
			profiles = append(profiles, id)
		}
	}
	if err := patterns.UnmatchedError(ProfileIDs()); err != nil {
		l.report(file, c.ID, "profiles", "a pattern is like oss-*/header", "%v", err)
	}
	return profiles
}

func (l *linter) checkOperationRequirements(file string, c *OperationCase, profiles []string) {
	for _, id := range c.Requirements {
		r, ok := l.set.Requirement(id)
		if !ok || r.family() == operationFamily {
			continue
		}
		if !slices.ContainsFunc(profiles, func(p string) bool { return r.Binds(schemeOf(p)) }) {
			l.report(file, c.ID, "requirement", "name requirements of the schemes the case runs under, or OP-…", "%s binds none of the profiles of the case", id)
		}
	}
}

func schemeOf(profile string) string {
	scheme, _, _ := strings.Cut(profile, "/")
	return scheme
}

// checkOperation checks that the operation exists, where the case runs, and
// is given the bucket and key it needs.
func (l *linter) checkOperation(file string, c *OperationCase, profiles []string) {
	op, ok := l.set.Operation(c.Operation.Name)
	if !ok {
		names := make([]string, len(l.set.Names))
		for i, n := range l.set.Names {
			names[i] = n.Name
		}
		l.report(file, c.ID, "operation", "nearest: "+strings.Join(Nearest(c.Operation.Name, names, 3), ", "), "operations/names.json has no %s", c.Operation.Name)
		return
	}
	for _, p := range profiles {
		if !slices.Contains(op.Dialects, Dialect(p)) {
			l.report(file, c.ID, "operation", "narrow the profiles of the case", "%s has no %s, but the case runs under %s", strings.ToUpper(Dialect(p)), op.Name, p)
			break
		}
	}
	bucket, key := c.Operation.Bucket != "", c.Operation.Key != ""
	var wrong bool
	switch op.Level {
	case "service":
		wrong = bucket || key
	case "bucket": // a form or a list of deletions goes to the bucket and names keys
		wrong = !bucket
	case "object":
		wrong = !bucket || !key
	}
	if wrong {
		l.report(file, c.ID, "operation", "give what the level asks for and no more", "%s works on the %s level, but the case gives bucket %q and key %q",
			op.Name, op.Level, c.Operation.Bucket, c.Operation.Key)
	}
}

// checkErrata checks that ids are unique and that corrected values are carried
// by vectors that exist.
func (l *linter) checkErrata() {
	seen := map[string]bool{}
	for i := range l.set.Errata {
		e := &l.set.Errata[i]
		if seen[e.ID] {
			l.report(e.path, e.ID, "unique-id", "give one of them another id", "the erratum's id comes twice")
		}
		seen[e.ID] = true
		if e.Vector != "" {
			l.checkCarried(e)
		}
	}
}

// checkCarried checks that the vector of an erratum expects the corrected
// values.
func (l *linter) checkCarried(e *Erratum) {
	c, ok := l.set.Case(e.Vector)
	switch {
	case !ok && l.unread[e.Vector]:
		return
	case !ok:
		l.report(e.path, e.ID, "erratum", "nearest: "+strings.Join(Nearest(e.Vector, l.ids(), 3), ", "), "there is no vector %s to carry the corrected value", e.Vector)
		return
	case len(e.Correct) == 0:
		l.report(e.path, e.ID, "erratum", "add correct, or drop vector", "%s carries the corrected value, but none is given", e.Vector)
	}
	for _, stage := range signature.Stages {
		want, corrected := e.Correct[string(stage)]
		if got, pinned := c.Expect.Stages.Stage(stage); corrected && pinned && got != string(want) {
			l.report(e.path, e.ID, "erratum", "one of the two is wrong", "the corrected %s is not the one that %s expects", stage, e.Vector)
		}
	}
}

// checkTombstones checks that no withdrawn id is in use.
func (l *linter) checkTombstones() {
	seen := map[string]bool{}
	for _, t := range l.set.Withdrawn {
		if file := l.set.FileOf(t.ID); file != "" {
			l.report(file, t.ID, "tombstone", "choose another name; ids are never used again", "the id was withdrawn in %s: %s", t.Since, t.Why)
		}
		if seen[t.ID] {
			l.report("tombstones.json", t.ID, "unique-id", "", "the id is withdrawn twice")
		}
		seen[t.ID] = true
	}
}

// checkAttestations checks that attested vectors exist. One that has changed
// since is no problem, it is attested no longer: but it is worth asking again.
func (l *linter) checkAttestations() {
	for i := range l.set.Attestations {
		a := &l.set.Attestations[i]
		ended := 0
		check := func(id, digest string) {
			c, ok := l.set.Case(id)
			switch {
			case !ok && !l.unread[id]:
				l.report(a.path, id, "attestation", "attest again", "%s attests a vector that does not exist", a.Implementation.Name)
			case ok && c.Digest() != digest:
				ended++
			}
		}
		for _, p := range a.Produced {
			check(p.ID, p.Digest)
		}
		for _, d := range a.Differs {
			check(d.ID, d.Digest)
		}
		for _, o := range a.Observed {
			check(o.ID, o.Digest)
		}
		if ended > 0 {
			l.add(Problem{File: a.path, Rule: "attestation", Warning: true, Fix: "attest again",
				Message: fmt.Sprintf("vectors have changed since %s attested them: %d", a.Implementation.Name, ended)})
		}
	}
	l.checkCaptured()
}

// checkCaptured checks that the SDK that sent a captured request attests its
// vector as it is: the expected signature is the SDK's own and cannot be changed
// by hand.
func (l *linter) checkCaptured() {
	attested := map[string]bool{}
	for i := range l.set.Attestations {
		a := &l.set.Attestations[i]
		for _, p := range a.Produced {
			attested[a.Implementation.Name+" "+p.ID+" "+p.Digest] = true
		}
		for _, d := range a.Differs {
			attested[a.Implementation.Name+" "+d.ID+" "+d.Digest] = true
		}
	}
	for _, c := range l.set.cases {
		sdk, _, _ := strings.Cut(c.Source.Ref, " ")
		if c.Source.Kind == SourceCaptured && !attested[sdk+" "+c.ID+" "+c.Digest()] {
			l.report(l.set.FileOf(c.ID), c.ID, "captured", "import it again under another name, or make it a vector of our own",
				"the request is said to be captured from %s, which does not attest the vector as it is", sdk)
		}
	}
}
