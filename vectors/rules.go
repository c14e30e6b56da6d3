package vectors

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// checkPlaces checks that files and ids say where they stand.
func (l *linter) checkPlaces() {
	for i := range l.set.Files {
		f := &l.set.Files[i]
		if place := fmt.Sprintf("%s/%s/%s.json", f.Scheme, f.Carrier, f.Theme); place != f.path {
			l.report(f.path, "", "place", "move the file or change scheme, carrier and theme", "what the file says of itself belongs to %s", place)
		}
		l.checkSize(f.path, len(f.Cases))
		for j := range f.Cases {
			l.checkID(f.path, f.Cases[j].ID)
		}
	}
	for i := range l.set.Operations {
		f := &l.set.Operations[i]
		if place := fmt.Sprintf("operations/%s.json", f.Theme); place != f.path {
			l.report(f.path, "", "place", "move the file or change theme", "what the file says of itself belongs to %s", place)
		}
		l.checkSize(f.path, len(f.Cases))
		for j := range f.Cases {
			l.checkID(f.path, f.Cases[j].ID)
		}
	}
}

func (l *linter) checkSize(file string, cases int) {
	if cases > maxCases {
		l.add(Problem{File: file, Rule: "size", Warning: true, Fix: "split the theme",
			Message: fmt.Sprintf("%d cases in one file; about 40 can be read in one go", cases)})
	}
}

func (l *linter) checkID(file, id string) {
	if want := strings.TrimSuffix(file, ".json"); path.Dir(id) != want {
		l.report(file, id, "place", "the id is the path of the file and a name", "the id does not begin with %s/", want)
	}
}

// checkRequirements checks that requirements stand in the file of their
// scheme.
func (l *linter) checkRequirements() {
	for _, id := range l.set.requirementIDs {
		r := l.set.Requirements[id]
		file := l.set.FileOf(id)
		scheme := strings.TrimSuffix(path.Base(file), ".json")
		own := operationFamily
		if list := families[scheme]; len(list) > 0 {
			own = list[len(list)-1]
		} else if scheme != "operations" {
			l.report(file, id, "place", "name the file after a scheme, or operations", "there is no scheme %s", scheme)
			continue
		}
		if r.family() != own {
			l.report(file, id, "place", "ids in this file begin with "+own+"-", "the requirement is not one of %s", scheme)
		}
	}
}

// checkCases checks signature vectors.
func (l *linter) checkCases() {
	for i := range l.set.Files {
		f := &l.set.Files[i]
		for j := range f.Cases {
			c := &f.Cases[j]
			l.checkWhy(f.path, c.ID, c.Why)
			l.checkLevel(f.path, c.ID, c.Level, c.Requirements)
			for _, id := range c.Requirements {
				if r, ok := l.set.Requirement(id); ok && !r.Binds(f.Scheme) {
					l.report(f.path, c.ID, "requirement", "requirements of this scheme begin with "+strings.Join(families[f.Scheme], " or "),
						"%s does not bind %s", id, f.Scheme)
				}
			}
			l.checkProvenance(f.path, c)
			l.checkControl(f.path, c)
			l.checkAlternatives(f.path, c)
			l.checkTarget(f.path, f, c)
			if l.recompute != nil && !l.faulty[c.ID] {
				if err := l.recompute(c); err != nil {
					l.report(f.path, c.ID, "expected", "correct the case, or the reference", "%v", err)
				}
			}
		}
	}
}

func (l *linter) checkWhy(file, id, why string) {
	if len(why) <= minWhy {
		l.report(file, id, "why", "say what a user would suffer from if this were wrong", "the why is too short to say anything: %q", why)
	}
}

// rank orders levels by strength.
func (v Level) rank() int { return 1 + slices.Index([]Level{May, Should, Must}, v) }

// checkLevel checks that a case does not ask for more than what it proves.
func (l *linter) checkLevel(file, id string, level Level, requirements []string) {
	strongest := Level("")
	for _, r := range requirements {
		known, ok := l.set.Requirement(r)
		if !ok {
			return // that has been told, and how strong it would be is not known
		}
		if known.Level.rank() > strongest.rank() {
			strongest = known.Level
		}
	}
	if level.rank() > strongest.rank() {
		l.report(file, id, "level", "lower the level or name the requirement that is broken", "the case is a %s, its strongest requirement a %s", level, strongest)
	}
}

func (l *linter) checkProvenance(file string, c *Case) {
	if c.Provenance != Published {
		return
	}
	printed := []string{"document", "sdk-test", "third-party-test"}
	if !slices.Contains(printed, c.Source.Kind) {
		l.report(file, c.ID, "provenance", "published is for values that one of "+strings.Join(printed, ", ")+" prints; make it derived",
			"the value is said to be published, but its source is of kind %s", c.Source.Kind)
	} else if strings.TrimSpace(c.Source.ID+c.Source.Ref) == "" {
		l.report(file, c.ID, "provenance", "name the page or the test", "the value is said to be published, but not where")
	}
}

// checkControl checks that a rejection has a valid twin: without it a
// subject that rejects everything would pass.
func (l *linter) checkControl(file string, c *Case) {
	if !c.IsVerifierCase() {
		return
	}
	control, ok := l.set.Case(c.Expect.Control)
	switch {
	case !ok && l.unread[c.Expect.Control]:
	case !ok:
		l.report(file, c.ID, "control", "nearest: "+strings.Join(Nearest(c.Expect.Control, l.ids(), 3), ", "), "there is no case %q to be the control", c.Expect.Control)
	case control.IsVerifierCase():
		l.report(file, c.ID, "control", "name a case that is accepted", "the control %s is a rejection itself", control.ID)
	case control.Profile() != c.Profile():
		l.report(file, c.ID, "control", "name a case of the same profile", "the control %s is of another scheme or carrier", control.ID)
	}
}

func (l *linter) ids() []string {
	ids := make([]string, len(l.set.cases))
	for i, c := range l.set.cases {
		ids[i] = c.ID
	}
	return ids
}

// checkAlternatives checks that readings differ and that their rule is
// contested: everything else has one right answer.
func (l *linter) checkAlternatives(file string, c *Case) {
	if len(c.Alternatives) == 0 {
		return
	}
	contested := slices.ContainsFunc(c.Requirements, func(id string) bool {
		r, ok := l.set.Requirement(id)
		return ok && r.Status == Contested
	})
	if !contested {
		l.report(file, c.ID, "alternatives", "name the contested requirement, or drop the alternatives", "there are other readings, but no requirement of the case is contested")
	}
	seen := map[string]bool{}
	for i := range c.Alternatives {
		a := &c.Alternatives[i]
		if seen[a.Reading] {
			l.report(file, c.ID, "alternatives", "", "the reading %s comes twice", a.Reading)
		}
		seen[a.Reading] = true
		if slices.Equal(a.Stages.Values, c.Expect.Stages.Values) {
			l.report(file, c.ID, "alternatives", "drop the reading", "the reading %s comes to the same stages as expect", a.Reading)
		}
	}
	if c.IsVerifierCase() {
		l.report(file, c.ID, "alternatives", "make two cases", "a rejection cannot have other readings")
	}
}

// checkTarget checks that bucket and key are what the request target and the
// addressing say.
func (l *linter) checkTarget(file string, f *File, c *Case) {
	in := &c.Input
	if in.Request == nil {
		return // the schema has said so
	}
	host := in.Request.Host()
	if host == "" {
		l.report(file, c.ID, "target", "add a Host header; a request is complete but for its authentication", "the request says nowhere which host it is for")
		return
	}
	if in.Addressing == signature.VirtualHost && in.Bucket != "" && !strings.HasPrefix(strings.ToLower(host), in.Bucket+".") {
		l.report(file, c.ID, "target", "correct bucket, host or addressing", "the host %s does not begin with the bucket %s and a dot", host, in.Bucket)
	}
	resource, err := signature.ResourceOf(wire.SplitTarget(in.Request.Target), host, in.Addressing, in.Bucket)
	if err != nil {
		l.report(file, c.ID, "target", "correct bucket, target or addressing", "%v", err)
		return
	}
	key := resource.Key()
	switch {
	case f.Carrier == signature.InForm:
		if key != "" {
			l.report(file, c.ID, "target", "post the form to the bucket", "a form names its key in a field, but the path names %q", key)
		}
		return
	case f.Scheme == "oss-rtmp" && in.Key != key:
		key = strings.TrimPrefix(key, "live/")
	}
	if key != in.Key {
		l.report(file, c.ID, "target", "correct key, target or addressing", "the request target names the key %q, the input %q", key, in.Key)
	}
	if in.Bucket == "" && key != "" {
		l.report(file, c.ID, "target", "name the bucket", "there is a key, but no bucket")
	}
}
