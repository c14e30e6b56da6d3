package interop_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/internal/interop"
	"github.com/countersign/countersign/reports"
	"github.com/countersign/countersign/subject"
	"github.com/countersign/countersign/subject/adapter"
)

// The test binary is an adapter ("adapter NAME") and the process that judges one
// ("subject FOLDER RESULT"), as cmd/interop is. Neither runs the tests again.
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) > 2 && os.Args[1] == "adapter":
		serve(os.Args[2])
	case len(os.Args) > 2 && os.Args[1] == "sts":
		fmt.Fprintln(os.Stderr, serveSTS(os.Args[2]))
		os.Exit(1)
	case len(os.Args) > 3 && os.Args[1] == "subject":
		if err := judge(os.Args[2], os.Args[3]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func judge(folder, result string) error {
	if interop.IsServer(folder) {
		return judgeServer(folder, result)
	}
	all, err := interop.Load(filepath.Dir(folder))
	if err != nil {
		return err
	}
	chosen, err := all.Only([]string{filepath.Base(folder)})
	if err != nil {
		return err
	}
	network, err := interop.OwnNetwork()
	if err != nil {
		return err
	}
	judged, err := interop.Judge(context.Background(), chosen[0], network)
	if err != nil {
		return err
	}
	return reports.WriteAtomic(result, func(w io.Writer) error { return interop.WriteJSON(w, judged) })
}

func judgeServer(folder, result string) error {
	server, err := interop.LoadServer(folder)
	if err != nil {
		return err
	}
	network, err := interop.OwnNetwork()
	if err != nil {
		return err
	}
	judged, err := interop.JudgeServer(context.Background(), server, network, filepath.Dir(result))
	if err != nil {
		return err
	}
	return reports.WriteAtomic(result, func(w io.Writer) error { return interop.WriteJSON(w, judged) })
}

// serve is an adapter of one profile that signs rightly, but for what its name
// says.
func serve(name string) {
	switch name {
	case "crashing":
		os.Exit(7)
	case "hanging":
		time.Sleep(time.Hour)
	case "garbage":
		fmt.Println("Loading SDK…")
	case "forking":
		// A child in a session of its own, as browsers are started.
		child := exec.Command("setsid", "sh", "-c", "echo $$ > detached; sleep 600")
		if err := child.Start(); err != nil {
			panic(err)
		}
		time.Sleep(time.Hour)
	case "idle": // it says that it did everything
		a := &adapter.Adapter{
			Identity: subject.Identity{Name: name, Version: "1.0", Language: "go"}, Profiles: []string{"oss-v1/header"},
			Operations: []string{"PutObject", "GetObject"},
			Send: func(context.Context, *subject.SendQuestion) (*adapter.Answer, error) {
				return &adapter.Answer{Status: 200}, nil
			},
		}
		a.Main()
	case "settled":
		addresses, err := net.InterfaceAddrs()
		if err != nil {
			panic(err)
		}
		if err := os.WriteFile("addresses", fmt.Append(nil, addresses), 0o666); err != nil {
			panic(err)
		}
	case "straying":
		if conn, err := net.DialTimeout("tcp", "192.0.2.77:443", 100*time.Millisecond); err == nil {
			conn.Close()
		}
	}
	a := &adapter.Adapter{
		Identity: subject.Identity{Name: name, Version: "1.0", Language: "go"},
		Profiles: []string{"oss-rtmp/query"}, Features: []string{"clock"},
		Sign: func(ctx context.Context, q *subject.SignQuestion) (*adapter.Answer, error) {
			if name == "wrong" && strings.Contains(q.ID, "/channels/") {
				q.Input.Credentials.AccessKeySecret += "\n"
			}
			signed, err := subject.Reference{}.Sign(ctx, q.Scheme, q.Carrier, q.Input)
			if err != nil {
				return nil, err
			}
			return &adapter.Answer{Stages: signed.Stages, Request: signed.Request, URL: signed.URL, Form: signed.Form}, nil
		},
	}
	a.Main()
}

// folderOf makes a folder of adapters of these names, each with the given
// further members in its adapter.json.
func folderOf(t *testing.T, more map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "schema"), os.DirFS("../../adapters/schema")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "tools.json"), `{"$schema":"schema/tools.schema.json","tools":[
	  {"name":"here","version":["true"],"get":"nowhere"},{"name":"not-here","version":["no-such-program-anywhere"],"get":"the moon"}]}`)
	for name, members := range more {
		write(t, filepath.Join(dir, name, "adapter.json"), fmt.Sprintf(`{"$schema":"../schema/adapter.schema.json","name":%q,
		  "language":"go","runtime":"go","sdk":{"package":"none","url":"https://example.org"},"command":[%q,"adapter",%q],%s}`,
			name, os.Args[0], name, members))
	}
	return dir
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

const plain = `"needs":["here"],"install":[]`

func runAll(t *testing.T, dir string, limit time.Duration) map[string]interop.Outcome {
	t.Helper()
	return runUntil(t.Context(), t, dir, limit)
}

func runUntil(ctx context.Context, t *testing.T, dir string, limit time.Duration) map[string]interop.Outcome {
	t.Helper()
	all, err := interop.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	done, programs := 0, []*interop.Program{}
	for _, a := range all.All {
		programs = append(programs, &a.Program)
	}
	outcomes := interop.Run(ctx, interop.Options{
		Programs: programs, Missing: all.Missing, Subject: []string{os.Args[0], "subject"}, Limit: limit, Farewell: time.Second,
		Done: func(interop.Outcome) { done++ }, Logs: t.TempDir(),
	})
	if done != len(all.All) || len(outcomes) != done {
		t.Errorf("%d of %d subjects were told of", done, len(all.All))
	}
	byName := map[string]interop.Outcome{}
	for _, o := range outcomes {
		byName[o.Program.Name] = o
	}
	return byName
}

func TestWhatOneSubjectDoesNeverDisturbsTheOthers(t *testing.T) {
	dir := folderOf(t, map[string]string{
		"honest-a": plain, "honest-b": plain, "honest-c": plain, "crashing": plain, "garbage": plain,
		"hanging":  plain + `,"timeout":1`,
		"lacking":  `"needs":["here","not-here"],"install":[]`,
		"unbuilt":  `"needs":["here"],"install":[["true"],["sh","-c","echo cannot find it; exit 9"]]`,
		"straying": plain,
		"settled":  plain,
	})
	outcomes := runAll(t, dir, time.Minute)
	for _, name := range []string{"honest-a", "honest-b", "honest-c"} {
		if o := outcomes[name]; !o.AsExpected() || o.Judged.Compliance.Verdict != reports.Conformant {
			t.Errorf("%s: %+v, %v", name, o.Judged, o.Err)
		}
	}
	for name, want := range map[string]string{
		"crashing": "ended before it answered hello", "garbage": "hello", "hanging": "", "unbuilt": "cannot find it",
	} {
		if o := outcomes[name]; o.Err == nil || !strings.Contains(o.Err.Error(), want) || o.AsExpected() {
			t.Errorf("%s: error %v, want %q in it", name, o.Err, want)
		}
	}
	if o := outcomes["lacking"]; len(o.Missing) != 1 || o.Missing[0].Get != "the moon" || o.AsExpected() {
		t.Errorf("lacking: %+v", o)
	}
	stray := outcomes["straying"]
	if stray.Judged == nil {
		t.Fatalf("straying: %v", stray.Err)
	}
	if !stray.Judged.Isolated {
		t.Skip("this machine gives a process no network of its own")
	}
	want := "it sent a packet to another machine: 192.0.2.77:443/tcp"
	if c := stray.Judged.Compliance; c.AsExpected || !slices.Contains(c.Problems, want) {
		t.Errorf("straying: problems %q, want %q", c.Problems, want)
	}
	// Addresses that a link gives itself come late, and a browser that hears of a
	// new one breaks off what it does.
	addresses, err := os.ReadFile(filepath.Join(dir, "settled", "addresses"))
	if err != nil || !strings.Contains(string(addresses), "192.0.2.2/24") || strings.Contains(string(addresses), "fe80:") {
		t.Errorf("a network has the addresses %s, %v", addresses, err)
	}
}

func TestSummaryCountsEverySubjectOnce(t *testing.T) {
	outcomes := runAll(t, folderOf(t, map[string]string{
		"honest": plain, "wrong": plain, "crashing": plain, "lacking": `"needs":["not-here"],"install":[]`,
		"moody": plain + `,"notOn":{"days":[1,31],"finding":"calendar"}`,
	}), time.Minute)
	var list []interop.Outcome
	for _, o := range outcomes {
		list = append(list, o)
	}
	s := interop.Summarize(list)
	if s.AsExpected != 1 || s.Unexpected != 1 || s.NotJudged != 1 || s.Missing != 1 || s.Postponed != 1 || s.Languages != 1 {
		t.Errorf("summary %+v", s)
	}
}

func TestASubjectIsPostponedOnItsDaysOnly(t *testing.T) {
	a := interop.Program{NotOn: &interop.Days{Days: [2]int{1, 9}, Finding: "one-digit-day"}}
	for day, want := range map[int]bool{1: true, 9: true, 10: false, 30: false} {
		why := a.Postponed(time.Date(2026, 11, day, 23, 59, 0, 0, time.UTC))
		if (why != "") != want || want && !strings.Contains(why, "one-digit-day") {
			t.Errorf("day %d: %q", day, why)
		}
	}
	if why := new(interop.Program).Postponed(time.Now()); why != "" {
		t.Errorf("an adapter for every day: %q", why)
	}
}

func TestALimitIsNamed(t *testing.T) {
	o := runAll(t, folderOf(t, map[string]string{"hanging": plain}), time.Second)["hanging"]
	if o.Err == nil || !strings.Contains(o.Err.Error(), "judging it: it took longer than 1s") {
		t.Errorf("error %v", o.Err)
	}
}

func TestEverySubjectIsListedWhenTheRunIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("somebody pressed a key"))
	for name, o := range runUntil(ctx, t, folderOf(t, map[string]string{
		"honest-a": plain, "honest-b": plain, "honest-c": plain, "lacking": `"needs":["not-here"],"install":[]`,
	}), time.Minute) {
		if o.Judged != nil || o.Err == nil || !strings.Contains(o.Err.Error(), "somebody pressed a key") {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

func TestOnlyKeepsEachOnce(t *testing.T) {
	all, err := interop.Load(folderOf(t, map[string]string{"sdk": plain, "sdk-v2": plain, "other": plain}))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		asked []string
		want  string
	}{{nil, "other sdk sdk-v2"}, {[]string{"sdk", "other", "sdk"}, "sdk other"}} {
		chosen, err := all.Only(test.asked)
		var names []string
		for _, a := range chosen {
			names = append(names, a.Name)
		}
		if got := strings.Join(names, " "); err != nil || got != test.want {
			t.Errorf("Only(%q): %s, %v; want %s", test.asked, got, err, test.want)
		}
	}
	if _, err := all.Only([]string{"sdk-v3"}); err == nil || !strings.Contains(err.Error(), "there are other, sdk, sdk-v2") {
		t.Errorf("a name that is none: %v", err)
	}
}

func TestPublishKeepsAReportThatSaysTheSame(t *testing.T) {
	dir := t.TempDir()
	report := &reports.Compliance{
		Schema: reports.SchemaVersion, Subject: reports.Subject{Name: "sdk", Version: "1.0"}, Verdict: reports.Conformant,
		Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Profiles: []reports.ProfileCompliance{},
	}
	name := filepath.Join(dir, "sdk", "1.0.json")
	published := func() string {
		t.Helper()
		if err := interop.Publish(dir, report); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	first := published()
	report.Time = report.Time.Add(time.Hour)
	if again := published(); again != first {
		t.Errorf("another time makes another report:\n%s", again)
	}
	report.Verdict = reports.Nonconformant
	if again := published(); !strings.Contains(again, "nonconformant") || !strings.Contains(again, "04:04:05") {
		t.Errorf("another verdict does not:\n%s", again)
	}
	write(t, name, "{ half a report")
	if again := published(); !strings.Contains(again, "nonconformant") {
		t.Errorf("what is no report is kept:\n%s", again)
	}
	for _, version := range []string{"", "..", "../2.0", "a/b"} {
		report.Subject.Version = version
		if err := interop.Publish(dir, report); err == nil {
			t.Errorf("version %q is the name of a file", version)
		}
	}
}

func TestReplaceTableWritesBetweenItsMarksAndNothingElse(t *testing.T) {
	const begin, end = "<!-- subjects: written by make interop -->", "<!-- end of subjects -->"
	page := filepath.Join(t.TempDir(), "README.md")
	write(t, page, "before\n"+begin+"\nold\n"+end+"\nafter\n")
	for range 2 {
		if err := interop.ReplaceTable(page, "| new |\n"); err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(page); err != nil || string(text) != "before\n"+begin+"\n\n| new |\n\n"+end+"\nafter\n" {
			t.Errorf("%q, %v", text, err)
		}
	}
	for _, text := range []string{"", begin, end + begin} {
		write(t, page, text)
		if err := interop.ReplaceTable(page, "| new |\n"); err == nil || !strings.Contains(err.Error(), begin) {
			t.Errorf("%q: %v", text, err)
		}
		if kept, err := os.ReadFile(page); err != nil || string(kept) != text {
			t.Errorf("a page without a place became %q, %v", kept, err)
		}
	}
	if err := interop.ReplaceTable(filepath.Join(t.TempDir(), "missing"), ""); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no page: %v", err)
	}
}

func TestFindingsComeFromTheRun(t *testing.T) {
	dir := folderOf(t, map[string]string{"wrong": plain})
	write(t, filepath.Join(dir, "wrong", "expected-failures.txt"), "oss-rtmp/query/channels/* signature # line-feed: reads its secret with the line feed behind it\n")
	write(t, filepath.Join(dir, "wrong", "findings.json"), `{"$schema":"../schema/findings.schema.json","findings":[{"id":"line-feed",
	  "title":"t","status":"documented","supports":"s","where":"w","experience":"e","workaround":"w","upstream":"u"}]}`)
	o := runAll(t, dir, time.Minute)["wrong"]
	if !o.AsExpected() {
		t.Fatalf("%+v, %v", o.Judged, o.Err)
	}
	findings := o.Judged.Compliance.Findings
	if len(findings) != 1 || findings[0].Shown == nil || findings[0].Shown.Input == nil || len(findings[0].Results) == 0 {
		t.Errorf("findings %+v", findings)
	}

	// A finding that is told of and not there is red.
	write(t, filepath.Join(dir, "wrong", "findings.json"), `{"$schema":"../schema/findings.schema.json","findings":[]}`)
	if o := runAll(t, dir, time.Minute)["wrong"]; o.AsExpected() || len(o.Judged.Compliance.Problems) == 0 {
		t.Errorf("a failure of no finding is as expected: %+v", o.Judged)
	}
}

func TestAFlowThatFailsAndIsNotListedIsRed(t *testing.T) {
	dir := folderOf(t, map[string]string{"idle": plain, "honest": plain})
	write(t, filepath.Join(dir, "idle", "expected-flow-failures.txt"), "oss-v1/header/flows/copies adapter-error # it sends nothing\noss-v1/header/flows/no-such adapter-error # nor this\n")
	outcomes := runAll(t, dir, time.Minute)
	o := outcomes["idle"]
	if o.Judged == nil {
		t.Fatal(o.Err)
	}
	flows := o.Judged.Flows
	problems := strings.Join(flows.Problems, "\n")
	for _, want := range []string{"oss-v1/header/flows/objects  adapter-error: step 1 of 10, PutObject", "no-such", "nothing was proven"} {
		if !strings.Contains(problems, want) {
			t.Errorf("%q is not in the problems:\n%s", want, problems)
		}
	}
	if strings.Contains(problems, "flows/copies  ") {
		t.Errorf("a flow that is known to fail is a problem:\n%s", problems)
	}
	if c := flows.Counts(); c.Known != 1 || c.Passed != 0 || c.Failed < 2 || c.Ran() != c.Known+c.Failed {
		t.Errorf("counts %+v", c)
	}
	good := *o.Judged
	good.Compliance.AsExpected = true
	if o := (interop.Outcome{Program: o.Program, Judged: &good}); o.AsExpected() {
		t.Error("vectors that are as expected make up for flows that are not")
	}
	if o := outcomes["honest"]; !o.AsExpected() || len(o.Judged.Flows.Results) != 0 {
		t.Errorf("who sends nothing has flows: %+v", o.Judged.Flows)
	}
}

func TestLoadNamesEverythingThatIsWrong(t *testing.T) {
	dir := folderOf(t, map[string]string{"one": `"needs":["unheard-of"],"install":[]`, "two": `"needs":["here"],"install":[],"more":1`})
	write(t, filepath.Join(dir, "three", "adapter.json"), "{")
	_, err := interop.Load(dir)
	for _, want := range []string{"unheard-of", "two", "three"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s in it", err, want)
		}
	}
	if _, err := interop.Load(t.TempDir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestEveryAdapterOfThisRepositoryHasItsPapers(t *testing.T) {
	all, err := interop.Load("../../adapters")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir("../../adapters")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		known := slices.ContainsFunc(all.All, func(a *interop.Adapter) bool { return a.Name == e.Name() })
		if e.IsDir() && !known && e.Name() != "schema" && e.Name() != "internal" {
			t.Errorf("adapters/%s has no adapter.json", e.Name())
		}
	}
	for _, a := range all.All {
		accounts, err := a.Accounts()
		if err != nil {
			t.Error(err)
		}
		told := map[string]bool{}
		for _, account := range accounts {
			told[account.ID] = true
		}
		if flows, err := os.ReadFile(a.KnownFlows()); err == nil {
			for line := range strings.Lines(string(flows)) {
				_, reason, _ := strings.Cut(line, " # ")
				if id, _, named := strings.Cut(reason, ": "); named && !strings.HasPrefix(line, "#") && !strings.Contains(id, " ") && !told[id] {
					t.Errorf("%s: the finding %q is not in findings.json: %s", a.KnownFlows(), id, line)
				}
			}
		}
		text, err := os.ReadFile(a.Expected())
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Error(err)
		}
		for line := range strings.Lines(string(text)) {
			pattern, reason, _ := strings.Cut(line, "#")
			if id := reports.FindingID(strings.TrimSpace(reason)); strings.TrimSpace(pattern) != "" && !told[id] {
				t.Errorf("%s: the finding %q is not in findings.json: %s", a.Expected(), id, line)
			}
		}
	}
}
