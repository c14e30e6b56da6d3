package runner

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/internal/version"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// Options say what to run and how. The zero value of each field is a sensible
// default; one of Start, Endpoint and Replay must be given.
type Options struct {
	Start    func(ctx context.Context) (subject.Subject, error) // starts the subject
	Endpoint *subject.LiveOptions                               // a server, asked instead of a subject
	Replay   *subject.Recording                                 // judged instead of a subject

	Profiles     []string // narrow what the subject declares; empty: all of it
	Select, Skip []string // patterns over ids
	LabelFilter  string   // a Ginkgo label filter
	SuiteVersion string   // run as this version of the suite did; empty: this one
	Shard        Shard
	Parallel     int // items asked about at a time; default 16

	Expected *ExpectedFailures // nil: every failure is red

	Judge     JudgeFunc           // default: in this process, without Ginkgo
	Recording func() io.Writer    // where to record observations; nil: nowhere. Called once there is something to record
	Reproduce func(string) string // the command that repeats one vector, by its id
	Progress  func(Progress)      // called from one goroutine at a time
	Note      func(string)        // for remarks that are no problem
	Now       func() time.Time
}

// JudgeFunc judges observations against their items, in order.
type JudgeFunc func(ctx context.Context, set *vectors.Set, items []*spec.Item, observations []*subject.Observation) ([]reports.Result, error)

// Shard is one part of a run that is split over several machines.
type Shard struct{ Index, Count int } // 1-based; the zero value is the whole

// Progress says how far a run is.
type Progress struct {
	Subject     subject.Identity
	Done, Total int
}

// ErrNotStarted wraps what kept a subject from starting: nothing was judged.
var ErrNotStarted = errors.New("the subject could not be started")

// ErrSelection wraps what is wrong with profiles, patterns, labels, shard or
// suite version.
var ErrSelection = errors.New("selection")

// ErrJudging wraps a fault of the judging itself, which is a bug.
var ErrJudging = errors.New("judging")

// Run runs the suite once over one subject and returns the stream of results.
//
// An error says that nothing was judged. When ctx ends the run is cut short:
// what was not reached is not-run, and the footer says aborted.
func Run(ctx context.Context, opts Options) (*reports.Stream, error) {
	opts.setDefaults()
	set, err := vectors.Load()
	if err != nil {
		return nil, err
	}
	r := &run{Options: opts, set: set}
	if err := r.observe(ctx); err != nil {
		return nil, err
	}
	return r.conclude(ctx)
}

func (o *Options) setDefaults() {
	if o.Parallel <= 0 {
		o.Parallel = subject.DefaultParallel
	}
	if o.Judge == nil {
		o.Judge = JudgeHere
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	if o.Note == nil {
		o.Note = func(string) {}
	}
	if o.SuiteVersion == "" {
		o.SuiteVersion = version.Suite
	}
}

// run is the state of one run.
type run struct {
	Options
	set          *vectors.Set
	caps         subject.Capabilities
	allIDs       []string // of everything the subject could be asked for
	items        []*spec.Item
	part         *reports.Part // what the items are of; nil: the whole
	observations []*subject.Observation
	mode         string
	problems     []string
	incomplete   string // replay: how much of what is selected the recording lacks
	cut          string // endpoint: how many wrong signatures are sent, if not all
}

// observe gets observations: from the subject, or from a recording.
func (r *run) observe(ctx context.Context) error {
	if r.Replay != nil {
		return r.replay()
	}
	if r.Endpoint != nil {
		return r.observeEndpoint(ctx)
	}
	s, err := r.Start(ctx)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotStarted, err)
	}
	r.caps = s.Capabilities()
	err = r.ask(ctx, s)
	if closed := s.Close(); closed != nil && err == nil && ctx.Err() == nil {
		r.problems = append(r.problems, "the subject did not end as it should: "+closed.Error())
	}
	return err
}

func (r *run) ask(ctx context.Context, s subject.Subject) error {
	if err := r.choose(); err != nil {
		return err
	}
	d := &driver{set: r.set, subject: s, caps: r.caps}
	d.ports = endpoint.NewPorts(endpoint.Options{})
	err := r.drive(ctx, d)
	r.leaveOut()
	r.mode = modeOf(r.items)
	return err
}

// drive asks about the items, counts aloud, and writes down what was observed.
func (r *run) drive(ctx context.Context, d *driver) error {
	done := 0
	ticks := make(chan struct{}, 256)
	counted := make(chan struct{})
	go func() {
		defer close(counted)
		for range ticks {
			done++
			r.Progress(Progress{r.caps.Identity, done, len(r.items)})
		}
	}()
	d.done = func() { ticks <- struct{}{} }
	r.observations = d.drive(ctx, r.items, r.Parallel)
	close(ticks)
	<-counted
	return r.record(ctx)
}

// leaveOut leaves out what the subject has no signer for, and says so. A shard
// keeps it: whether there is a signer may show in another one.
func (r *run) leaveOut() {
	items, observations, note := withoutMode(&r.caps, r.items, r.observations)
	switch {
	case note == "":
	case r.part != nil:
		r.Note("this shard keeps what the merged run may leave out: " + note)
	default:
		r.items, r.observations = items, observations
		r.Note(note)
	}
}

// choose makes the list of items from what the subject declares and what the
// options ask for.
func (r *run) choose() error {
	caps := r.caps
	all, err := spec.Items(r.set, &caps)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotStarted, err)
	}
	for _, item := range all {
		r.allIDs = append(r.allIDs, item.ID)
	}
	if caps.Profiles, err = narrow(caps.Profiles, r.Profiles); err != nil {
		return fmt.Errorf("%w: %w", ErrSelection, err)
	}
	r.caps.Profiles = caps.Profiles
	items, err := spec.Items(r.set, &caps)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotStarted, err)
	}
	if items, err = r.filter(items); err != nil {
		return fmt.Errorf("%w: %w", ErrSelection, err)
	}
	r.items = items
	return nil
}

func (r *run) filter(items []*spec.Item) ([]*spec.Item, error) {
	if len(items) == 0 {
		return nil, fmt.Errorf("%w: the subject declares no profile that has vectors", spec.ErrNothingSelected)
	}
	if err := notLater(r.SuiteVersion); err != nil {
		return nil, err
	}
	items, err := ofVersion(items, r.SuiteVersion)
	if err != nil {
		return nil, err
	}
	if items, err = spec.Select(items, r.Select, r.Skip); err != nil {
		return nil, err
	}
	if items, err = spec.SelectLabels(items, r.LabelFilter); err != nil {
		return nil, err
	}
	if r.Shard.Count > 0 && r.Replay == nil && r.Endpoint == nil { // those depend on more than their vectors
		r.part = &reports.Part{Index: r.Shard.Index, Count: r.Shard.Count, Cases: len(items), Offer: offerOf(&r.caps)}
	}
	return r.Shard.of(items)
}

// narrow keeps the profiles that are both declared and wanted.
func narrow(declared, wanted []string) ([]string, error) {
	if len(wanted) == 0 {
		return declared, nil
	}
	set, err := vectors.NewPatternSet(wanted)
	if err != nil {
		return nil, err
	}
	var kept []string
	for _, p := range declared {
		if set.Match(p) {
			kept = append(kept, p)
		}
	}
	if err := set.UnmatchedError(declared); err != nil {
		return nil, fmt.Errorf("--profile: the subject declares %s: %w", strings.Join(declared, " "), err)
	}
	return kept, nil
}

// of keeps the part of the items that falls to the shard. An id falls to the
// same shard whatever else is selected.
func (s Shard) of(items []*spec.Item) ([]*spec.Item, error) {
	if s.Count == 0 {
		return items, nil
	}
	if s.Index < 1 || s.Index > s.Count {
		return nil, fmt.Errorf("shard %d/%d: the first number is 1 to %d", s.Index, s.Count, s.Count)
	}
	kept := slices.DeleteFunc(slices.Clone(items), func(item *spec.Item) bool {
		h := fnv.New32a()
		io.WriteString(h, item.ID)
		return int(h.Sum32()%uint32(s.Count)) != s.Index-1
	})
	if len(kept) == 0 {
		return nil, fmt.Errorf("%w in shard %d/%d, which of so few vectors gets none: use fewer shards", spec.ErrNothingSelected, s.Index, s.Count)
	}
	return kept, nil
}

// String is i/n, or "" for the whole.
func (s Shard) String() string {
	if s.Count == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.Index, s.Count)
}

func modeOf(items []*spec.Item) string {
	var modes []string
	for _, m := range []subject.Mode{subject.SignMode, subject.SendMode} {
		if slices.ContainsFunc(items, func(it *spec.Item) bool { return it.Mode() == m }) {
			modes = append(modes, string(m))
		}
	}
	return strings.Join(modes, "+")
}

// replay takes observations from a recording. Those that name a vector this
// suite no longer has are a problem, not a silent loss.
func (r *run) replay() error {
	r.caps = r.Replay.Header.Capabilities()
	if err := r.choose(); err != nil {
		return err
	}
	recorded := make(map[string]*subject.Observation, len(r.Replay.Observations))
	for _, o := range r.Replay.Observations {
		if _, err := spec.ItemByID(r.set, o.ID); err != nil {
			r.problems = append(r.problems, fmt.Sprintf("the recording holds %s, which this suite does not have", o.ID))
			continue
		}
		recorded[o.ID] = o
	}
	signs := r.caps.Has("sign") || len(r.caps.Operations) == 0 ||
		slices.ContainsFunc(r.Replay.Observations, func(o *subject.Observation) bool { return o.Mode == subject.SignMode })
	var items []*spec.Item
	missing := 0
	for _, item := range r.items {
		if o := recorded[item.ID]; o != nil {
			items, r.observations = append(items, item), append(r.observations, o)
		} else if signs || item.Mode() == subject.SendMode { // see withoutMode
			missing++
		}
	}
	if missing > 0 {
		r.incomplete = fmt.Sprintf("recording without %d of %d vectors", missing, missing+len(items))
		if len(items) > 0 {
			r.Note(fmt.Sprintf("the recording holds %d of the %d vectors: the others were not asked when it was made", len(items), missing+len(items)))
		}
	}
	if len(items) == 0 {
		return fmt.Errorf("%w: %w: the recording holds none of the selected vectors", ErrSelection, spec.ErrNothingSelected)
	}
	r.items, r.mode = items, "replay"
	r.leaveOut()
	return nil
}

// record writes the observations down. What was interrupted is no whole
// recording and gets no end line.
func (r *run) record(ctx context.Context) error {
	if r.Recording == nil {
		return nil
	}
	recorder, err := subject.NewRecorder(r.Recording(), &subject.RecordingHeader{
		Subject: r.caps.Identity, Profiles: r.caps.Profiles, Operations: r.caps.Operations, Features: r.caps.Features,
		SuiteVersion: r.SuiteVersion, VectorSetSHA256: r.set.SHA256(),
	})
	if err != nil {
		return fmt.Errorf("recording: %w", err)
	}
	for _, o := range r.observations {
		if err := recorder.Record(o); err != nil {
			return fmt.Errorf("recording: %w", err)
		}
	}
	if ctx.Err() != nil {
		return recorder.Flush()
	}
	return recorder.Close()
}

// conclude judges and counts. A run whose every case was asked is whole: an
// interruption while it is judged takes nothing from it.
func (r *run) conclude(ctx context.Context) (*reports.Stream, error) {
	aborted := ctx.Err() != nil
	// What was observed is worth judging, also where the interruption comes late.
	results, err := r.Judge(context.WithoutCancel(ctx), r.set, r.items, r.observations)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrJudging, err)
	}
	r.finish(results)
	if r.Expected != nil {
		r.problems = append(r.problems, r.expectedProblems(results)...)
	}
	header := reports.Header{
		Type: "header", SuiteVersion: r.SuiteVersion, VectorSetSHA256: r.set.SHA256(), Protocol: subject.Protocol,
		Subject: reports.Subject(r.caps.Identity),
		Schema:  reports.SchemaVersion, Mode: r.mode, Time: r.Now().UTC(), Selection: r.selection(), Profiles: r.caps.Profiles,
		Part: r.part,
	}
	return &reports.Stream{Header: header, Results: results, Footer: reports.Conclude(header, results, r.problems, aborted)}, nil
}

// expectedProblems applies the list of expected failures. A line must match a
// result; in a filtered or sharded run, at least a vector that the subject
// could be asked for.
func (r *run) expectedProblems(results []reports.Result) []string {
	narrowed := r.selection()
	if len(narrowed) > 0 || len(r.Profiles) > 0 {
		r.Expected.know(r.allIDs)
	}
	problems := r.Expected.Apply(results)
	if r.part != nil {
		r.part.List, r.part.Patterns = r.Expected.Name, r.Expected.Patterns()
		if len(narrowed) > 1 || len(r.Profiles) > 0 { // by more than the shard
			r.part.Patterns = r.Expected.set.Unmatched()
		}
	}
	return problems
}

// finish fills in what only a run knows, and sorts.
func (r *run) finish(results []reports.Result) {
	oldest := oldestVersion(r.set)
	since := make(map[string]string, len(r.items))
	for _, item := range r.items {
		since[item.ID] = item.Since()
	}
	for i := range results {
		res := &results[i]
		id := withoutReading(res.ID)
		res.Provisional = since[id] != oldest && sameMinor(since[id], r.SuiteVersion)
		if res.Outcome != reports.Pass && r.Reproduce != nil {
			res.Reproduce = r.Reproduce(id)
		}
	}
	slices.SortStableFunc(results, func(a, b reports.Result) int { return strings.Compare(a.ID, b.ID) })
}

// selection names the filters that cut cases inside a profile.
func (r *run) selection() []string {
	var out []string
	for _, p := range r.Select {
		out = append(out, "select "+p)
	}
	for _, p := range r.Skip {
		out = append(out, "skip "+p)
	}
	if r.LabelFilter != "" {
		out = append(out, "label-filter "+r.LabelFilter)
	}
	if s := r.Shard.String(); s != "" {
		out = append(out, "shard "+s)
	}
	if r.cut != "" {
		out = append(out, r.cut)
	}
	if r.incomplete != "" {
		out = append(out, r.incomplete)
	}
	return out
}
