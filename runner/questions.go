package runner

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// ErrNothingAsked says that no open question came as far as being asked.
var ErrNothingAsked = errors.New("no open question could be asked")

// asksQuestions reports whether the run asks the open questions, and by that
// nothing else.
func (r *run) asksQuestions() bool {
	return slices.ContainsFunc(r.caps.Profiles, func(p string) bool { return strings.HasPrefix(p, vectors.QuestionsProfile+"/") })
}

// askedOf are the capabilities of a server as far as the options ask for them.
// The open questions are asked where a profile says so: open-questions/oss or
// open-questions/obs, or open-questions alone at a host whose service is known
// by its name. They go with no other profile: they have no verdict.
func (r *run) askedOf(live *subject.Live) (subject.Capabilities, error) {
	caps := live.Capabilities()
	var questions, others []string
	for _, p := range r.Profiles {
		if p == vectors.QuestionsProfile || strings.HasPrefix(p, vectors.QuestionsProfile+"/") {
			questions = append(questions, p)
		} else {
			others = append(others, p)
		}
	}
	switch {
	case len(questions) == 0:
		return caps, nil
	case len(others) > 0:
		return caps, fmt.Errorf("%w: --profile %s goes with no other profile: an open question is no part of a verdict", ErrSelection, questions[0])
	case len(questions) > 1:
		return caps, fmt.Errorf("%w: --profile %s and %s: a server is of one service", ErrSelection, questions[0], questions[1])
	}
	name := questions[0]
	if name == vectors.QuestionsProfile {
		dialect := dialectOf(caps.Identity.Name)
		if dialect == "" {
			return caps, fmt.Errorf("%w: --profile %s: %s does not tell which service it is: say %[2]s/oss or %[2]s/obs", ErrSelection, name, caps.Identity.Name)
		}
		name += "/" + dialect
	}
	if _, dialect, _ := strings.Cut(name, "/"); dialect != "oss" && dialect != "obs" {
		return caps, fmt.Errorf("%w: --profile %s: there are %[3]s/oss and %[3]s/obs", ErrSelection, name, vectors.QuestionsProfile)
	}
	caps.Profiles = []string{vectors.QuestionsProfile + "/oss", vectors.QuestionsProfile + "/obs"}
	r.Profiles = []string{name}
	return caps, nil
}

// dialectOf knows the public services by the names of their hosts.
func dialectOf(host string) string {
	name, _, _ := strings.Cut(strings.ToLower(host), ":")
	known, ok := signature.KnownEndpoint(name)
	switch labels := strings.Split(known, "."); {
	case ok && strings.HasSuffix(known, ".aliyuncs.com"):
		return "oss"
	case ok && labels[0] == "obs":
		return "obs"
	}
	return ""
}

// addQuestion adds the requests of a question, in the order in which they are
// sent as long as each is needed.
func (p *Plan) addQuestion(set *vectors.Set, live *subject.Live, q *vectors.Question) error {
	var out *vectors.LeftOut
	requests, err := live.Prepare(set, q)
	switch {
	case errors.As(err, &out):
		p.LeftOut = append(p.LeftOut, PlannedOmission{q.ID, out.Reason})
		return nil
	case err != nil:
		return fmt.Errorf("%s: %w", q.ID, err)
	}
	controls := [2]string{"accepted", "403 SignatureDoesNotMatch"}
	for i, req := range requests {
		planned := PlannedRequest{q.ID, req, "an answer"}
		if i < len(controls) {
			if slices.Contains(p.controls, q.Control) {
				continue
			}
			planned.ID, planned.Expect = q.Control, controls[i]
		}
		p.Requests = append(p.Requests, planned)
	}
	p.controls = append(p.controls, q.Control)
	for _, a := range q.Signed()[min(1, len(q.Signed())):] {
		last := p.Requests[len(p.Requests)-1]
		last.Expect = "an answer, signed as " + a.Name + ", if the others are refused and no string is shown"
		p.Requests = append(p.Requests, last)
	}
	return nil
}
