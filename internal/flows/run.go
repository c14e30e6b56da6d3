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
	store := newLedger()
	world := &world{set: set, subject: s, caps: &caps, store: store, ports: endpoint.NewPorts(endpoint.Options{Backend: store})}
	var courses []*course
	for _, id := range caps.Profiles {
		profile, err := signature.LookupID(id)
		if err != nil {
			return nil, fmt.Errorf("the subject declares %q: %w", id, err)
		}
		for _, f := range all {
			if f.RunsUnder(id) {
				courses = append(courses, world.course(f, profile, nil))
			}
		}
	}
	if len(courses) == 0 {
		return nil, nil
	}
	results := make([]Result, len(courses))
	next := make(chan int)
	var workers sync.WaitGroup
	if parallel <= 0 {
		parallel = DefaultParallel
	}
	for range min(parallel, len(courses)) {
		workers.Go(func() {
			for i := range next {
				results[i] = courses[i].runAsRead(ctx)
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

// world is what the flows of a subject share.
type world struct {
	set     *vectors.Set
	subject subject.Subject
	caps    *subject.Capabilities
	store   *ledger
	ports   *endpoint.Ports
}

// course is one flow on its way.
type course struct {
	*world
	flow    *Flow
	profile *signature.Profile
	reading *signature.Reading // of a contested rule, by which the server verifies; nil: as the suite does
	bucket  string
	model   *model
	texts   map[string]string // of the documents so far
}

func (w *world) course(f *Flow, p *signature.Profile, reading *signature.Reading) *course {
	bucket := strings.ReplaceAll(p.ID(), "/", "-") + "-" + f.Name
	if reading != nil {
		bucket += "-r"
	}
	return &course{world: w, flow: f, profile: p, reading: reading, bucket: bucket, model: newModel(), texts: map[string]string{"Bucket": bucket}}
}

// runAsRead runs a flow, and where it ends because the subject follows another
// reading of a contested rule, once more at a server that follows it too.
func (c *course) runAsRead(ctx context.Context) Result {
	first := c.run(ctx)
	if first.Outcome != reports.Contested {
		return first
	}
	_, name, _ := strings.Cut(first.ID, "@")
	for _, r := range signature.Readings(c.profile.ID()) {
		if r.Name == name {
			return c.world.course(c.flow, c.profile, &r).run(ctx)
		}
	}
	return first
}

// run takes the steps until one fails.
func (c *course) run(ctx context.Context) Result {
	id := c.flow.IDUnder(c.profile.ID())
	if c.reading != nil {
		id += "@" + c.reading.Name
	}
	out := Result{Result: reports.Result{Type: "result", ID: id, Title: c.flow.Title, Outcome: reports.Pass}}
	for i := range c.flow.Steps {
		s := &c.flow.Steps[i]
		where := fmt.Sprintf("step %d of %d, %s", i+1, len(c.flow.Steps), s.title())
		if ctx.Err() != nil {
			out.Outcome, out.Message = reports.NotRun, where+": the run was interrupted"
			return out
		}
		t := c.take(ctx, fmt.Sprintf("%s/%d", c.bucket, i+1), s)
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
			if _, reading, ok := strings.Cut(v.ID, "@"); ok && c.reading == nil {
				out.ID += "@" + reading
			}
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
