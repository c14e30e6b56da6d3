package spec_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/spec"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/wire"
)

func TestItemsAreWhatASubjectDeclares(t *testing.T) {
	set := load(t)
	items := func(caps subject.Capabilities) (ids []string) {
		list, err := spec.Items(set, &caps)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range list {
			ids = append(ids, item.ID)
		}
		return ids
	}
	signs := items(subject.Capabilities{Profiles: []string{"oss-v4/query"}})
	sends := items(subject.Capabilities{Profiles: []string{"oss-v4/query"}, Operations: []string{"GetObject"}})
	for _, id := range sends {
		item := itemOf(t, id)
		if item.ID != id || item.Profile.ID() != "oss-v4/query" || !strings.HasPrefix(id, "oss-v4/query/") {
			t.Errorf("%s is of %s", id, item.Profile.ID())
		}
		if sign := item.Mode() == subject.SignMode; sign != slices.Contains(signs, id) || sign != (item.Case != nil) || sign == (item.Operation != nil) {
			t.Errorf("%s is of mode %s", id, item.Mode())
		}
		if item.Title() == "" || item.Why() == "" || item.Since() == "" || len(item.Requirements()) == 0 {
			t.Errorf("%s says too little of itself", id)
		}
	}
	if len(signs) == 0 || len(sends) <= len(signs) {
		t.Errorf("%d vectors to sign, %d with operations", len(signs), len(sends))
	}
	if _, err := spec.Items(set, &subject.Capabilities{Profiles: []string{"oss-v4/query", "oss-v9/query"}}); err == nil || !strings.Contains(err.Error(), "oss-v9/query") {
		t.Errorf("a profile that does not exist: error is %v", err)
	}
}

func TestItemByIDKnowsNoOtherVectors(t *testing.T) {
	for _, id := range []string{"", "oss-v4/header", "oss-v4/header/basics/gone", "operations/keys/space", "oss-v4/header/operations/keys/gone", "oss-v9/header/operations/keys/space"} {
		if item, err := spec.ItemByID(load(t), id); err == nil {
			t.Errorf("%s is %+v", id, item)
		}
	}
	if _, err := spec.ItemByID(load(t), "oss-v4/header/basics/gone"); !errors.Is(err, spec.ErrUnknownItem) {
		t.Errorf("error is %v", err)
	}
}

func TestLabelsSelectItems(t *testing.T) {
	set := load(t)
	items, err := spec.Items(set, &subject.Capabilities{Profiles: profiles(), Operations: []string{"GetObject"}})
	if err != nil {
		t.Fatal(err)
	}
	for expression, keep := range map[string]func(item *spec.Item) bool{
		"sign":           func(item *spec.Item) bool { return item.Case != nil },
		"send && obs-v4": func(item *spec.Item) bool { return item.Operation != nil && item.Profile.Scheme == "obs-v4" },
		"must && !form":  func(item *spec.Item) bool { return item.Level() == "must" && item.Profile.Carrier != "form" },
		"OP-KEY-01 || RTMP-TOKEN-01": func(item *spec.Item) bool {
			return slices.Contains(item.Requirements(), "OP-KEY-01") || slices.Contains(item.Requirements(), "RTMP-TOKEN-01")
		},
		"basics": func(item *spec.Item) bool { return strings.Contains(item.ID, "/basics/") },
		"":       func(*spec.Item) bool { return true },
	} {
		kept, err := spec.SelectLabels(items, expression)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
		}
		want := slices.DeleteFunc(slices.Clone(items), func(item *spec.Item) bool { return !keep(item) })
		if !slices.Equal(kept, want) || len(want) == 0 {
			t.Errorf("%q keeps %d items, want %d", expression, len(kept), len(want))
		}
	}
}

func TestConformMatchesAPassAndExplainsTheRest(t *testing.T) {
	expected, observed := wire.Bytes("GET\n/a b"), wire.Bytes("GET\n/a%20b")
	failure := reports.Result{
		ID: "oss-v1/header/keys/blank", Outcome: reports.Fail, Stage: "canonicalResource", Message: "canonicalResource differs",
		Expected: &expected, Observed: &observed, Why: "Files with blanks cannot be read.", Rule: "OSS1-RESOURCE-02: decoded.",
		Source: "31951", Status: "documented", AgreedBy: []string{"oss2 2.18", "ali-oss 6"},
	}
	matcher := spec.Conform()
	if ok, err := matcher.Match(reports.Result{Outcome: reports.Pass}); !ok || err != nil {
		t.Errorf("a pass does not match: %v", err)
	}
	for _, outcome := range reports.Outcomes[1:] {
		failure := failure
		failure.Outcome = outcome
		if ok, err := matcher.Match(failure); ok || err != nil {
			t.Errorf("%s matches: %v", outcome, err)
		}
	}
	want := "oss-v1/header/keys/blank: fail at canonicalResource\n" +
		"  canonicalResource differs\n" +
		"  expected  " + reports.Show(expected) + "\n" +
		"  observed  " + reports.Show(observed) + "\n" +
		"  they differ at byte 6\n" +
		"  why       Files with blanks cannot be read.\n" +
		"  rule      OSS1-RESOURCE-02: decoded.\n" +
		"  source    31951\n" +
		"  status    documented\n" +
		"  agreed by oss2 2.18, ali-oss 6\n"
	if got := matcher.FailureMessage(failure); got != want {
		t.Errorf("message is\n%s\nwant\n%s", got, want)
	}
	crash := matcher.FailureMessage(reports.Result{ID: "a/b/c", Outcome: reports.Crash, Message: "exit status 3"})
	if crash != "a/b/c: crash\n  exit status 3\n" {
		t.Errorf("message of a crash is %q", crash)
	}
	half := matcher.FailureMessage(reports.Result{ID: "a/b/c", Outcome: reports.Fail, Stage: "url", Message: "no URL", Expected: &expected})
	if half != "a/b/c: fail at url\n  no URL\n" {
		t.Errorf("message with nothing observed is %q", half)
	}
	if got := matcher.NegatedFailureMessage(failure); !strings.Contains(got, "not expected") || !strings.Contains(got, failure.ID) {
		t.Errorf("negated message is %q", got)
	}
	if _, err := matcher.Match("pass"); err == nil || !strings.Contains(err.Error(), "reports.Result") {
		t.Errorf("what is no result: error is %v", err)
	}
}
