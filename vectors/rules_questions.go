package vectors

import (
	"fmt"
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
)

// checkQuestions checks the open questions.
func (l *linter) checkQuestions() {
	for i := range l.set.QuestionFiles {
		f := &l.set.QuestionFiles[i]
		if place := "questions/" + f.Dialect + ".json"; place != f.path {
			l.report(f.path, "", "place", "move the file or change dialect", "what the file says of itself belongs to %s", place)
		}
		for j := range f.Questions {
			q := &f.Questions[j]
			l.checkRequirementsExist(f.path, q.ID, q.Requirements)
			if q.Dialect() != f.Dialect || Dialect(q.Profile) != f.Dialect {
				l.report(f.path, q.ID, "place", "", "id and profile are of %s", f.Dialect)
			}
			if err := l.set.checkQuestion(q); err != nil && !l.faulty[q.ID] {
				l.report(f.path, q.ID, "question", "", "%v", err)
			}
		}
	}
}

// checkQuestion checks that a question can be asked, and that each of its
// answers can be told from the others.
func (s *Set) checkQuestion(q *Question) error {
	profile, err := signature.LookupID(q.Profile)
	if err != nil {
		return err
	}
	if valid, _, err := s.ControlsOf(q); err != nil {
		return err
	} else if valid.Profile() != q.Profile {
		return fmt.Errorf("its control %s is of another profile", q.Control)
	}
	var probes []string
	for i := range q.Probes {
		c, err := s.CaseOf(q, &q.Probes[i])
		if err != nil {
			return err
		}
		if _, err := c.Arrival(profile); err != nil {
			return err
		}
		if slices.Contains(probes, q.Probes[i].Name) {
			return fmt.Errorf("two probes are called %s", q.Probes[i].Name)
		}
		probes = append(probes, q.Probes[i].Name)
	}
	var names []string
	for i := range q.Answers {
		a := &q.Answers[i]
		if slices.Contains(names, a.Name) {
			return fmt.Errorf("two answers are called %s", a.Name)
		}
		names = append(names, a.Name)
		for _, w := range a.When {
			if !slices.Contains(probes, w.Probe) {
				return fmt.Errorf("answer %s is about a probe %s, which there is not", a.Name, w.Probe)
			}
		}
	}
	signed := q.Signed()
	if len(signed) == 0 {
		return nil
	}
	if len(q.Probes) != 1 {
		return fmt.Errorf("answers that are told by a string are about one probe")
	}
	c, err := s.CaseOf(q, &q.Probes[0])
	if err != nil {
		return err
	}
	_, err = q.Strings(c, profile)
	return err
}

// StringOf is what an answer says the server signs.
type StringOf struct {
	Answer *PossibleAnswer
	Stages []signature.StageValue // up to the StringToSign
}

// Strings returns what a server signs of the one probe of a question, answer by
// answer. No two are equal: else nothing could be told. What is changed behind
// the signer's back must leave the string alone, as the spelling of a list in
// Authorization does.
func (q *Question) Strings(c *Case, profile *signature.Profile) ([]StringOf, error) {
	if at := slices.IndexFunc(c.Expect.Tamper, func(t Tamper) bool { return t.Op != "replace-in-header" || t.Target != "Authorization" }); at >= 0 {
		return nil, fmt.Errorf("%s: %s changes more than Authorization", c.ID, c.Expect.Tamper[at].Op)
	}
	var out []StringOf
	seen := map[string]string{}
	for _, a := range q.Signed() {
		reading, err := a.Signs.Apply(profile)
		if err != nil {
			return nil, fmt.Errorf("answer %s: %w", a.Name, err)
		}
		signed, err := reading.Sign(&c.Input)
		if err != nil {
			return nil, fmt.Errorf("answer %s: %w", a.Name, err)
		}
		text := signed.Stage(signature.StringToSign)
		if other, twice := seen[text]; twice {
			return nil, fmt.Errorf("answers %s and %s come to the same string: %q", other, a.Name, strings.ReplaceAll(text, "\n", `\n`))
		}
		seen[text] = a.Name
		s := StringOf{Answer: a}
		for _, v := range signed.Stages() {
			s.Stages = append(s.Stages, v)
			if v.Stage == signature.StringToSign {
				break
			}
		}
		out = append(out, s)
	}
	return out, nil
}
