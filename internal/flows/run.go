package flows

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// Result is what came of one flow under one profile. Its outcome is Unsupported
// if nothing of it could be carried out.
type Result struct {
	reports.Result
	Steps   int      // that were carried out
	LeftOut []string // what was not, with the reason
}

// DefaultParallel is how many flows of a subject go on at a time.
const DefaultParallel = 4

// Run has a subject go through every flow of every profile it declares, parallel
// at a time, each in a bucket of its own. The results are in the order of
// profiles and flows. A subject without operations has none.
//
// When ctx ends, the flows that were not through are NotRun.
func Run(ctx context.Context, s subject.Subject, parallel int) ([]Result, error) {
	all, err := All()
	if err != nil {
		return nil, err
	}
	return run(ctx, s, all, parallel)
}

func run(ctx context.Context, s subject.Subject, all []*Flow, parallel int) ([]Result, error) {
	set, err := vectors.Load()
	if err != nil {
		return nil, err
	}
	caps := s.Capabilities()
	if len(caps.Operations) == 0 {
		return nil, nil
	}
	var courses []*course
	var buckets []string
	for _, id := range caps.Profiles {
		profile, err := signature.LookupID(id)
		if err != nil {
			return nil, fmt.Errorf("the subject declares %q: %w", id, err)
		}
		for _, f := range all {
			if f.RunsUnder(id) {
				bucket := strings.ReplaceAll(id, "/", "-") + "-" + f.Name
				buckets = append(buckets, bucket)
				courses = append(courses, &course{set: set, subject: s, caps: &caps, flow: f, profile: profile, bucket: bucket,
					model: newModel(), texts: map[string]string{"Bucket": bucket}})
			}
		}
	}
	if len(courses) == 0 {
		return nil, nil
	}
	store := newLedger(buckets)
	ports := endpoint.NewPorts(endpoint.Options{Backend: store})
	results := make([]Result, len(courses))
	next := make(chan int)
	var workers sync.WaitGroup
	if parallel <= 0 {
		parallel = DefaultParallel
	}
	for range min(parallel, len(courses)) {
		workers.Go(func() {
			for i := range next {
				c := courses[i]
				c.store, c.ports = store, ports
				results[i] = c.run(ctx)
			}
		})
	}
	for i := range courses {
		next <- i
	}
	close(next)
	workers.Wait()
	return results, nil
}

// course is one flow on its way.
type course struct {
	set     *vectors.Set
	subject subject.Subject
	caps    *subject.Capabilities
	flow    *Flow
	profile *signature.Profile
	bucket  string
	store   *ledger
	ports   *endpoint.Ports
	model   *model
	texts   map[string]string // of the documents so far
}

// run takes the steps until one fails.
func (c *course) run(ctx context.Context) Result {
	id := c.flow.IDUnder(c.profile.ID())
	out := Result{Result: reports.Result{Type: "result", ID: id, Title: c.flow.Title, Outcome: reports.Pass}}
	for i := range c.flow.Steps {
		s := &c.flow.Steps[i]
		where := fmt.Sprintf("step %d of %d, %s", i+1, len(c.flow.Steps), s.title())
		if ctx.Err() != nil {
			out.Outcome, out.Message = reports.NotRun, where+": the run was interrupted"
			return out
		}
		t := c.take(ctx, fmt.Sprintf("%s/%d", id, i+1), s)
		if t.leftOut != "" {
			out.LeftOut = append(out.LeftOut, where+": "+t.leftOut)
			if !c.looksOnly(s) {
				out.LeftOut = append(out.LeftOut, fmt.Sprintf("the %d steps behind it need it", len(c.flow.Steps)-i-1))
				break
			}
			continue
		}
		out.Steps++
		if t.verdict.Outcome != reports.Pass {
			v := t.verdict
			out.Outcome, out.Stage, out.Divergence, out.Diagnosis = v.Outcome, v.Stage, v.Divergence, v.Diagnosis
			out.Message = where + ": " + v.Message + t.account()
			return out
		}
	}
	if out.Steps == 0 {
		out.Outcome, out.Message = reports.Unsupported, strings.Join(out.LeftOut, "; ")
	}
	return out
}

// looksOnly reports whether the steps behind can do without a step.
func (c *course) looksOnly(s *Step) bool {
	op := s.Operation
	return s.Status != 0 || !newModel().apply(&op)
}

func (s *Step) title() string {
	if s.Operation.Key == "" {
		return s.Operation.Name
	}
	return fmt.Sprintf("%s of %q", s.Operation.Name, string(s.Operation.Key))
}

// offers reports whether the subject declares an operation.
func (c *course) offers(name string) bool { return slices.Contains(c.caps.Operations, name) }
