package spec_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
	"github.com/onsi/gomega"

	"github.com/countersign/countersign/internal/liars"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// RunSpecs runs once a process, so the tests of what specs do run this binary
// again: "suite KIND REPORT" registers specs of a kind and writes what Ginkgo
// says about them, "liar NAME" is an adapter.
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) > 1 && os.Args[1] == "suite":
		if err := serveSuite(os.Args[2], os.Args[3]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	case len(os.Args) > 1 && os.Args[1] == "liar":
		liars.Main(strings.Join(os.Args[2:], " "))
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0") // else each child ends a second late under -race
	os.Exit(m.Run())
}

// suiteReport is what came of the specs.
type suiteReport struct {
	Emitted []string // ids of results, in order
	Started int      // how often the factory of Conformance was called
	Report  types.Report
}

var suites = map[string]func(emit func(reports.Result)) error{
	"outcomes":    registerOutcomes,
	"conformance": registerConformance(subject.Reference{}),
	"dry":         registerConformance(subject.Reference{}),
	"unsupported": registerConformance(incapable{}),
}

func serveSuite(kind, file string) error {
	var out suiteReport
	ginkgo.ReportAfterSuite("report", func(r types.Report) { out.Report = r })
	if err := suites[kind](func(r reports.Result) { out.Emitted = append(out.Emitted, r.ID) }); err != nil {
		return err
	}
	gomega.RegisterFailHandler(ginkgo.Fail)
	suite, reporter := ginkgo.GinkgoConfiguration()
	suite.DryRun = kind == "dry"
	suite.LabelFilter = "registered" // without the specs of conformance_test.go
	ginkgo.RunSpecs(noTest{}, kind, suite, reporter)
	out.Started = int(factoryCalls.Load())
	text, err := json.Marshal(out)
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}

type noTest struct{}

func (noTest) Fail() {}

func runSuite(t *testing.T, kind string) suiteReport {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.json")
	said, err := exec.Command(os.Args[0], "suite", kind, file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out suiteReport
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	out.Report.SpecReports = slices.DeleteFunc(out.Report.SpecReports, func(r types.SpecReport) bool {
		return r.LeafNodeType != types.NodeTypeIt || !slices.Contains(r.Labels(), "registered")
	})
	return out
}

// One vector of each outcome that a spec tells apart.
var outcomesOf = []struct {
	vector string
	change change
	state  types.SpecState
}{
	{v4GetSTS, as(nil), types.SpecStatePassed},
	{v1PutACL, all(bare, stage(signature.SignatureValue, "wrong")), types.SpecStateFailed},
	{v4Presign, kind(subject.Unsupported), types.SpecStateSkipped},
	{v4Form, kind(subject.Crashed), types.SpecStateFailed},
	{obsForm, kind(subject.NotRun), types.SpecStateFailed},
	{rtmpContested, reading("token-signed"), types.SpecStatePassed},
}

func kind(k subject.Kind) change {
	return func(_ *testing.T, _ *spec.Item, o *subject.Observation) {
		o.Kind, o.Message = k, "because of "+string(k)
	}
}

func registerOutcomes(emit func(reports.Result)) error {
	set, err := vectors.Load()
	if err != nil {
		return err
	}
	changes := map[string]change{}
	var items []*spec.Item
	for _, o := range outcomesOf {
		item, err := spec.ItemByID(set, o.vector)
		if err != nil {
			return err
		}
		items = append(items, item)
		changes[item.ID] = o.change
	}
	ginkgo.Describe("", ginkgo.Label("registered"), func() {
		spec.Register(set, items, func(item *spec.Item) *subject.Observation {
			o := honest.Sign(context.Background(), item.Question())
			changes[item.ID](nil, item, o)
			return o
		}, emit)
	})
	return nil
}

func TestSpecsFailAndSkipAsTheResultsSay(t *testing.T) {
	out := runSuite(t, "outcomes")
	if len(out.Report.SpecReports) != len(outcomesOf) || len(out.Emitted) != len(outcomesOf) {
		t.Fatalf("%d specs and %d results for %d vectors", len(out.Report.SpecReports), len(out.Emitted), len(outcomesOf))
	}
	for _, want := range outcomesOf {
		i := slices.IndexFunc(out.Report.SpecReports, func(r types.SpecReport) bool {
			return slices.Contains(r.ContainerHierarchyTexts, theme(want.vector)) && strings.HasPrefix(r.LeafNodeText, name(want.vector)+": ")
		})
		if i < 0 {
			t.Errorf("no spec for %s", want.vector)
			continue
		}
		r := out.Report.SpecReports[i]
		if r.State != want.state {
			t.Errorf("%s: %s, want %s", want.vector, r.State, want.state)
		}
		item := itemOf(t, want.vector)
		for _, label := range []string{item.Profile.Scheme, string(item.Profile.Carrier), string(item.Level()), "sign", item.Requirements()[0]} {
			if !slices.Contains(r.Labels(), label) {
				t.Errorf("%s: no label %s among %q", want.vector, label, r.Labels())
			}
		}
		if contested := len(r.ReportEntries) == 1 && r.ReportEntries[0].Name == "contested"; contested != (want.vector == rtmpContested) {
			t.Errorf("%s: report entries %v", want.vector, r.ReportEntries)
		}
		if r.State == types.SpecStateSkipped && !strings.Contains(r.Failure.Message, "because of unsupported") {
			t.Errorf("skipped because %q", r.Failure.Message)
		}
		judged := strings.Contains(r.Failure.Message, want.vector+": fail") || strings.Contains(r.Failure.Message, want.vector+": rejected-wrongly")
		if r.State == types.SpecStateFailed && judged != strings.Contains(r.Failure.Message, item.Why()) {
			t.Errorf("%s: the failure does not say why it matters:\n%s", want.vector, r.Failure.Message)
		}
	}
}

func theme(id string) string { return id[:strings.LastIndexByte(id, '/')] }

func name(id string) string { return id[strings.LastIndexByte(id, '/')+1:] }

var factoryCalls atomic.Int32

func registerConformance(signer subject.Signer) func(emit func(reports.Result)) error {
	return func(emit func(reports.Result)) error {
		ginkgo.Describe("", ginkgo.Label("registered"), func() {
			spec.Conformance(func() subject.Signer {
				factoryCalls.Add(1)
				return signer
			}, spec.Options{Select: []string{"oss-v4/**"}, Skip: []string{"**/published-sdk/*"}, Emit: emit})
		})
		return nil
	}
}

// incapable offers nothing.
type incapable struct{}

func (incapable) Sign(context.Context, string, signature.Carrier, *signature.Input) (*subject.Signed, error) {
	return nil, subject.ErrUnsupported
}

// proofs takes out the specs that say of a profile that something of it passed.
func proofs(all []types.SpecReport) (vectors, proofs []types.SpecReport) {
	for _, r := range all {
		if strings.HasSuffix(r.LeafNodeText, ": at least one vector passes") {
			proofs = append(proofs, r)
		} else {
			vectors = append(vectors, r)
		}
	}
	return vectors, proofs
}

func TestConformanceStartsItsSignerOnceAndLate(t *testing.T) {
	out := runSuite(t, "conformance")
	ofVectors, ofProfiles := proofs(out.Report.SpecReports)
	if out.Started != 1 || len(out.Emitted) == 0 || len(out.Emitted) != len(ofVectors) || len(ofProfiles) != 3 {
		t.Errorf("started %d times for %d vectors of %d profiles, %d results", out.Started, len(ofVectors), len(ofProfiles), len(out.Emitted))
	}
	for _, r := range out.Report.SpecReports {
		if r.State != types.SpecStatePassed {
			t.Errorf("%s: %s: %s", r.FullText(), r.State, r.Failure.Message)
		}
	}
	for _, id := range out.Emitted {
		if !strings.HasPrefix(id, "oss-v4/") || strings.Contains(id, "/published-sdk/") {
			t.Errorf("%s is not selected", id)
		}
	}
	dry := runSuite(t, "dry")
	if dry.Started != 0 || len(dry.Emitted) != 0 || len(dry.Report.SpecReports) != len(out.Report.SpecReports) {
		t.Errorf("a dry run started it %d times, with %d specs of %d", dry.Started, len(dry.Report.SpecReports), len(out.Report.SpecReports))
	}
}

// A suite in which every vector is skipped must not be green.
func TestConformanceIsRedWhereNothingIsProven(t *testing.T) {
	out := runSuite(t, "unsupported")
	ofVectors, ofProfiles := proofs(out.Report.SpecReports)
	for _, r := range ofVectors {
		if r.State != types.SpecStateSkipped {
			t.Errorf("%s: %s", r.FullText(), r.State)
		}
	}
	for _, r := range ofProfiles {
		if r.State != types.SpecStateFailed || !strings.Contains(r.Failure.Message, "nothing was proven") {
			t.Errorf("%s: %s: %s", r.FullText(), r.State, r.Failure.Message)
		}
	}
	if len(ofVectors) == 0 || len(ofProfiles) == 0 {
		t.Errorf("%d vectors of %d profiles", len(ofVectors), len(ofProfiles))
	}
}
