package interop_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/internal/interop"
	"github.com/countersign/countersign/reports"
)

// serverOf makes the folder of a server: our own one, installed and started as
// anybody else's, with the given members in its server.json instead of the usual.
func serverOf(t *testing.T, members map[string]any) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "schema"), os.DirFS("../../servers/schema")); err != nil {
		t.Fatal(err)
	}
	here, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "countersign")
	server := map[string]any{
		"$schema": "../schema/server.schema.json", "name": "ours", "language": "go", "runtime": "go",
		"software": map[string]string{"package": "none", "url": "https://example.org"}, "version": []string{"echo", "v0"},
		"needs": []string{"go"}, "install": [][]string{{"go", "build", "-C", here, "-o", program, "./cmd/countersign"}},
		"command":     []string{program, "serve", "--dialect", "obs", "--listen", "{address}"},
		"environment": map[string]string{"COUNTERSIGN_ACCESS_KEY_ID": "{accessKeyId}", "COUNTERSIGN_ACCESS_KEY_SECRET": "{accessKeySecret}"},
		"host":        "127.0.0.1", "addressing": "path", "bucket": "countersign", "region": "cn-north-4", "profiles": []string{"obs-v4/query"},
	}
	for name, value := range members {
		server[name] = value
	}
	text, err := json.Marshal(server)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "ours", "server.json"), string(text))
	return dir
}

func runServers(t *testing.T, dir string) interop.Outcome {
	t.Helper()
	adapters, err := interop.Load("../../adapters")
	if err != nil {
		t.Fatal(err)
	}
	servers, err := adapters.LoadServers(dir)
	if err != nil {
		t.Fatal(err)
	}
	outcomes := interop.Run(t.Context(), interop.Options{
		Programs: []*interop.Program{&servers[0].Program}, Missing: adapters.Missing,
		Subject: []string{os.Args[0], "subject"}, Limit: 9 * time.Minute, Farewell: time.Second,
		Done: func(interop.Outcome) {}, Logs: t.TempDir(),
	})
	return outcomes[0]
}

func TestAServerIsStartedJudgedAndEnded(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds a server")
	}
	o := runServers(t, serverOf(t, map[string]any{"makeBucket": true}))
	if o.Judged == nil {
		t.Fatal(o.Err)
	}
	c := o.Judged.Compliance
	want := reports.Subject{Name: "ours", Version: "v0", Language: "go", URL: "https://example.org"}
	if c.Subject != want || !c.OfServer() || !c.AsExpected || c.Verdict != reports.Conformant || len(c.Profiles) != 1 {
		t.Errorf("%+v: server %t, as expected %t, %s: %q", c.Subject, c.OfServer(), c.AsExpected, c.Verdict, c.Problems)
	}
}

func TestWhyAServerIsNotJudged(t *testing.T) {
	for what, test := range map[string]struct {
		members map[string]any
		want    string
	}{
		"it ends":       {map[string]any{"command": []string{"sh", "-c", "echo no drive >&2; exit 4"}}, "it ended before it was ready: exit status 4"},
		"no version":    {map[string]any{"version": []string{"false"}}, "asking for its version"},
		"not installed": {map[string]any{"install": [][]string{{"sh", "-c", "echo checksum mismatch; exit 1"}}}, "checksum mismatch"},
		"no program":    {map[string]any{"command": []string{"no-such-program-anywhere"}}, "starting it"},
	} {
		members := map[string]any{"install": [][]string{}}
		for name, value := range test.members {
			members[name] = value
		}
		o := runServers(t, serverOf(t, members))
		if o.Judged != nil || o.Err == nil || !strings.Contains(o.Err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q in it", what, o.Err, test.want)
		}
	}
}

// A server that gives temporary keys and nothing else: what is asked of it, and
// what becomes of its answer.
func TestATemporaryKeyIsAskedForAsSTSWants(t *testing.T) {
	for answer, want := range map[string]string{
		"<AssumeRoleResponse/>": "its answer has none",
		"{}":                    "its answer: EOF",
	} {
		dir := serverOf(t, map[string]any{
			"install": [][]string{}, "temporary": "assume-role",
			"command":     []string{os.Args[0], "sts", "{address}"},
			"environment": map[string]string{"INTEROP_TEST_KEY": "{accessKeyId}", "INTEROP_TEST_STS": answer},
		})
		o := runServers(t, dir)
		if o.Err == nil || !strings.Contains(o.Err.Error(), want) {
			t.Errorf("%s: error %v, want %q in it", answer, o.Err, want)
		}
	}
}

// serveSTS answers every right question with what the environment says.
func serveSTS(address string) error {
	return http.ListenAndServe(address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scope := "Credential=" + os.Getenv("INTEROP_TEST_KEY") + "/" + time.Now().UTC().Format("20060102") + "/cn-north-4/sts/aws4_request"
		switch {
		case r.Method == "GET": // is it ready?
		case r.FormValue("Action") != "AssumeRole" || r.FormValue("Version") != "2011-06-15" || !strings.Contains(r.Header.Get("Authorization"), scope):
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprintf(w, "want AssumeRole and %s", scope)
		default:
			fmt.Fprint(w, os.Getenv("INTEROP_TEST_STS"))
		}
	}))
}

func TestEveryServerOfThisRepositoryHasItsPapers(t *testing.T) {
	adapters, err := interop.Load("../../adapters")
	if err != nil {
		t.Fatal(err)
	}
	servers, err := adapters.LoadServers("../../servers")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir("../../servers")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		known := slices.ContainsFunc(servers, func(s *interop.Server) bool { return s.Name == e.Name() })
		if e.IsDir() && !known && e.Name() != "schema" {
			t.Errorf("servers/%s has no server.json", e.Name())
		}
	}
	for _, s := range servers {
		if _, err := os.Stat(filepath.Join("../../reports/compliance", s.Name)); err != nil {
			t.Errorf("%s has no report; run `make interop-server`", s.Name)
		}
		// What is pinned is what was judged: the module's own version stands in
		// the report.
		version := exec.Command(s.Version[0], s.Version[1:]...)
		version.Dir = s.Dir
		said, err := version.Output()
		if err != nil {
			t.Errorf("%s: %v", s.Name, err)
			continue
		}
		report := filepath.Join("../../reports/compliance", s.Name, strings.TrimSpace(string(said))+".json")
		if _, err := os.Stat(report); err != nil {
			t.Errorf("%s: %v; run `make interop-server`", s.Name, err)
		}
	}
}
