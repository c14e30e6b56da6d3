package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"github.com/countersign/countersign/internal/version"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// JudgeHere judges in this process with [spec.Diagnosed] alone.
func JudgeHere(_ context.Context, set *vectors.Set, items []*spec.Item, observations []*subject.Observation) ([]reports.Result, error) {
	results := make([]reports.Result, len(items))
	for i, item := range items {
		results[i] = spec.Diagnosed(set, item, observations[i])
	}
	return results, nil
}

// JudgeWithGinkgo judges in a child process that runs the Ginkgo specs:
// Ginkgo's RunSpecs runs once a process, writes to stdout and handles signals
// itself, none of which a run can live with. command starts a process that
// calls [ServeJudge] with the two file names that are appended to it.
func JudgeWithGinkgo(command ...string) JudgeFunc {
	return func(ctx context.Context, set *vectors.Set, items []*spec.Item, observations []*subject.Observation) ([]reports.Result, error) {
		dir, err := os.MkdirTemp("", "countersign-judge-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		in, out := filepath.Join(dir, "observations.ndjson"), filepath.Join(dir, "results.ndjson")
		if err := writeObservations(in, items, observations); err != nil {
			return nil, err
		}
		cmd := exec.CommandContext(ctx, command[0], append(append([]string{}, command[1:]...), in, out)...)
		apartFromTerminal(cmd)
		said, err := cmd.CombinedOutput()
		if err != nil {
			return nil, fmt.Errorf("the judging process: %w\n%s", err, said)
		}
		results, err := readResults(out)
		if err != nil {
			return nil, err
		}
		if len(results) != len(items) {
			return nil, fmt.Errorf("the judging process gave %d results for %d observations\n%s", len(results), len(items), said)
		}
		return results, nil
	}
}

// ServeJudge is the other side of [JudgeWithGinkgo]: it reads observations
// from one file, judges each in a Ginkgo spec, and writes the results to the
// other. It must be called once in a process at most.
//
// It returns nil when every observation was judged, whatever the judgements.
func ServeJudge(observationsFile, resultsFile string) error {
	set, err := vectors.Load()
	if err != nil {
		return err
	}
	file, err := os.Open(observationsFile)
	if err != nil {
		return err
	}
	defer file.Close()
	recording, err := subject.ReadRecording(file)
	if err != nil {
		return err
	}
	items := make([]*spec.Item, len(recording.Observations))
	caps := recording.Header.Capabilities()
	byID := make(map[string]*subject.Observation, len(items))
	for i, o := range recording.Observations {
		if items[i], err = spec.ItemByID(set, o.ID); err != nil {
			return err
		}
		items[i].Clock = caps.Has("clock")
		items[i].Live = o.Mode == subject.EndpointMode
		byID[o.ID] = o
	}
	results := runSpecs(set, items, func(item *spec.Item) *subject.Observation { return byID[item.ID] })
	if len(results) != len(items) {
		return fmt.Errorf("%d of %d specs ran", len(results), len(items))
	}
	return writeResults(resultsFile, results)
}

// verdicts satisfies Ginkgo, which tells a test of a failure so. Here a
// failure is a result like any other.
type verdicts struct{}

func (verdicts) Fail() {}

func runSpecs(set *vectors.Set, items []*spec.Item, observe spec.Observe) []reports.Result {
	var mu sync.Mutex
	var results []reports.Result
	gomega.RegisterFailHandler(ginkgo.Fail)
	spec.Register(set, items, observe, func(r reports.Result) {
		mu.Lock()
		defer mu.Unlock()
		results = append(results, r)
	})
	suite, reporter := ginkgo.GinkgoConfiguration()
	reporter.Succinct, reporter.NoColor = true, true
	ginkgo.GinkgoWriter.ClearTeeWriters()
	ginkgo.RunSpecs(verdicts{}, "Countersign", suite, reporter)
	return results
}

func writeObservations(name string, items []*spec.Item, observations []*subject.Observation) (err error) {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	header := &subject.RecordingHeader{Subject: subject.Identity{Name: "judging", Version: version.Suite}, SuiteVersion: version.Suite}
	if slices.ContainsFunc(items, func(it *spec.Item) bool { return it.Clock }) {
		header.Features = []string{"clock"}
	}
	recorder, err := subject.NewRecorder(file, header)
	if err != nil {
		return err
	}
	for _, o := range observations {
		if err := recorder.Record(o); err != nil {
			return err
		}
	}
	return recorder.Close()
}

// The results travel as a stream like any other, so that one form of lines is
// enough. Counting is the parent's: this footer only says that all is there.

func writeResults(name string, results []reports.Result) error {
	return reports.WriteAtomic(name, func(w io.Writer) error {
		s := &reports.Stream{Results: results, Header: reports.Header{
			Type: "header", Subject: reports.Subject{Name: "judging", Version: version.Suite},
			SuiteVersion: version.Suite, Protocol: subject.Protocol, Schema: reports.SchemaVersion,
		}}
		s.Footer = reports.Conclude(s.Header, results, nil, false)
		return s.Write(w)
	})
}

func readResults(name string) ([]reports.Result, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	s, err := reports.Read(file)
	if err != nil {
		return nil, err
	}
	return s.Results, nil
}
