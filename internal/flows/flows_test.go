package flows

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/vectors"
)

// start starts the client of that name.
func start(t *testing.T, name string) *subject.Process {
	t.Helper()
	patience := time.Minute
	if name == "hangs" {
		patience = 2 * time.Second
	}
	p, err := subject.StartProcess(t.Context(), subject.ProcessOptions{Command: []string{os.Args[0], "adapter", name}, Timeout: patience})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// results has a client go through the flows of these names; none: all.
func results(t *testing.T, name string, flows ...string) map[string]Result {
	t.Helper()
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	if len(flows) > 0 {
		all = slices.DeleteFunc(slices.Clone(all), func(f *Flow) bool { return !slices.Contains(flows, f.Name) })
	}
	list, err := run(t.Context(), start(t, name), all, 8)
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]Result{}
	for _, r := range list {
		byID[r.ID] = r
	}
	if len(byID) != len(list) || len(list) == 0 {
		t.Fatalf("%d results, %d ids", len(list), len(byID))
	}
	return byID
}

func TestAnSDKThatDoesEverythingRightPassesEveryFlow(t *testing.T) {
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for id, r := range results(t, "honest") {
		_, name, _ := strings.Cut(id, "/flows/")
		seen[name] = true
		if r.Outcome != reports.Pass {
			t.Errorf("%s: %s: %s", id, r.Outcome, r.Message)
		}
		if len(r.LeftOut) > 0 {
			t.Errorf("%s: left out %q", id, r.LeftOut)
		}
	}
	for _, f := range all {
		if !seen[f.Name] {
			t.Errorf("the flow %s ran under no profile", f.Name)
		}
	}
}

func TestEveryMisdeedIsSeen(t *testing.T) {
	for _, test := range []struct {
		client, flow string
		want         reports.Outcome
		says         string
	}{
		{"writes another body", "objects", reports.Fail, `the object "notes/readme.txt" has the content "hello\n"; it should have "hello"`},
		{"loses metadata", "objects", reports.Fail, "the metadata map[]"},
		{"loses the prefix", "lists", reports.Fail, `the list has the entries ["a/1" "a/2" "b" "c"]`},
		{"deletes what else", "objects", reports.Fail, `the bucket holds the keys ["notes/readme.txt"]; it should hold []`},
		{"deletes what else", "lists", reports.Fail, `step 15 of 17, DeleteObject of "b"`},
		{"copies something else", "copies", reports.Fail, "the answer is 404; it should be a success"},
		{"signs with another key", "objects", reports.Fail, "the signature is not the one of this request"},
		{"signs with another scheme", "objects", reports.Fail, "it was asked for oss-v1/header and signed oss-v4/header"},
		{"tells another status", "objects", reports.AdapterError, "it reports the status 200, and was answered 204"},
		{"is never content", "lists", reports.Fail, "the SDK makes an error of a good answer"},
		{"is never content", "lists", reports.Fail, "I wanted JSON"},
		{"sends nothing", "objects", reports.AdapterError, "no request arrived"},
		{"crashes", "objects", reports.Crash, "exit status 9"},
		{"hangs", "every-byte", reports.Timeout, "no answer within 2s"},
	} {
		t.Run(test.client+"/"+test.flow, func(t *testing.T) {
			t.Parallel()
			r := results(t, test.client, test.flow)["oss-v1/header/flows/"+test.flow]
			if r.Outcome != test.want || !strings.Contains(r.Message, test.says) {
				t.Errorf("%s: %s\nwant %s: %s", r.Outcome, r.Message, test.want, test.says)
			}
		})
	}
}

func TestAFailureTellsBothSides(t *testing.T) {
	r := results(t, "copies something else", "copies")["oss-v1/header/flows/copies"]
	for _, want := range []string{
		`step 2 of 8, CopyObject of "copy": `,
		"\nrequest: PUT /copy at oss-v1-header-copies.oss-cn-hangzhou.aliyuncs.com, answered 404",
		"\nserver:  CopyObject 404 ", "<Code>NoSuchKey</Code>", "\nSDK:     answered, 404",
	} {
		if !strings.Contains(r.Message, want) {
			t.Errorf("%q is not in\n%s", want, r.Message)
		}
	}
}

func TestWhatTheSDKHasNotIsLeftOut(t *testing.T) {
	left := results(t, "has no tagging", "tagging")["oss-v1/header/flows/tagging"]
	if left.Outcome != reports.Pass || left.Steps != 1 || len(left.LeftOut) != 2 || !strings.Contains(left.LeftOut[0], "PutObjectTagging") {
		t.Errorf("a step that changes something: %+v", left)
	}
	for _, name := range []string{"offers nothing", "reads only"} {
		list := results(t, name)
		var plain []reports.Result
		passed := 0
		for _, r := range list {
			plain = append(plain, r.Result)
			if r.Outcome == reports.Pass {
				passed++
			}
		}
		if r := list["oss-v1/header/flows/objects"]; r.Outcome != reports.Unsupported || r.Steps != 0 {
			t.Errorf("%s: %+v", name, r)
		}
		if footer := reports.Conclude(reports.Header{}, plain, nil, false); passed == 0 && footer.AsExpected {
			t.Errorf("%s: nothing was carried out, and all is as expected", name)
		}
	}
}

func TestWhoHasNoOperationsHasNoFlows(t *testing.T) {
	s := subject.InProcess(subject.Identity{Name: "signer"}, []string{"oss-v1/header"}, subject.Reference{})
	if list, err := Run(t.Context(), s, 1); err != nil || list != nil {
		t.Errorf("%v, %v", list, err)
	}
}

func TestFlowsFollowTheirSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("schema/flow.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	set, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob("*.json")
	if err != nil || len(names) == 0 {
		t.Fatal(err, names)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err == nil {
			err = schema.Validate(value)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if !slices.ContainsFunc(vectors.ProfileIDs(), f.RunsUnder) {
			t.Errorf("%s is for no profile", f.Name)
		}
		for i := range f.Steps {
			op := &f.Steps[i].Operation
			known, ok := set.Operation(op.Name)
			if !ok {
				t.Errorf("%s: there is no operation %s", f.Name, op.Name)
			}
			changes := newModel().apply(op)
			if reads := known.Method == "GET" || known.Method == "HEAD"; changes == reads {
				t.Errorf("%s: the model does not know what %s does", f.Name, op.Name)
			}
		}
	}
}

func TestTwoFlowsOfOneNameAreRefused(t *testing.T) {
	dir := t.TempDir()
	text := `{"$schema":"x","flows":[{"name":"a","steps":[]},{"name":"a","steps":[]}]}`
	if err := os.WriteFile(filepath.Join(dir, "a.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := load(os.DirFS(dir)); err == nil || !strings.Contains(err.Error(), `two flows "a"`) {
		t.Errorf("%v", err)
	}
}
