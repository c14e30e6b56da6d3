package spec_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/signature"
)

// TestSpecs is red for whoever lies, also where every spec is skipped.
func TestSpecsJudgeWhatTheEnvironmentNames(t *testing.T) {
	for _, test := range []struct {
		signer string
		passes bool
		says   string
	}{
		{"liar honest", true, ""},
		{"liar unsupported-all", false, "nothing was proven"},
		{"liar accept-all", false, "signature differs"},
		{"liar drops-header", false, "a header is lost"},
		{"liar crash-before-hello", false, "cannot find module"},
		{"liar 'no such liar'", false, `no liar is called "no such liar"`},
		{"'unfinished", false, "without closing quote"},
	} {
		t.Run(test.signer, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.run=^TestSpecs$", "-test.count=1")
			cmd.Env = append(os.Environ(), "COUNTERSIGN_SIGNER="+os.Args[0]+" "+test.signer)
			said, err := cmd.CombinedOutput()
			if (err == nil) != test.passes {
				t.Errorf("it ended with %v:\n%s", err, said)
			}
			if !strings.Contains(string(said), test.says) {
				t.Errorf("it does not say %q:\n%s", test.says, said)
			}
		})
	}
}

// So it is for a server, which is asked over a real connection.
func TestSpecsJudgeTheServerThatTheEnvironmentNames(t *testing.T) {
	key := signature.Credentials{AccessKeyID: "LTAIownkey0000000042", AccessKeySecret: "own-secret-of-this-world"}
	serve := func(reading func(*signature.Profile) *signature.Profile) string {
		server, err := endpoint.ListenAndServe("127.0.0.1:0", endpoint.ServerOptions{Dialect: endpoint.OSS, Verifier: &signature.Verifier{
			Secret: func(id string) (signature.Credentials, bool) { return key, id == key.AccessKeyID },
			Region: "cn-hangzhou", Product: "oss", Grants: true, Now: time.Now, Reading: reading,
		}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { server.Close() })
		return "http://" + server.Addr()
	}
	forgetful := func(p *signature.Profile) *signature.Profile { // as a mutant: it signs no header of its own
		c := p.Clone()
		c.SignedHeader = func(*signature.Signing, string) bool { return false }
		return c
	}
	for _, test := range []struct {
		name, url, more string
		passes          bool
		says            string
	}{
		{"reference", serve(nil), "", true, "vectors left out"},
		{"mutant", serve(forgetful), "", false, "it refused a valid request"},
		{"no bucket", serve(nil), "COUNTERSIGN_BUCKET=", false, "the bucket's name"},
		{"two subjects", serve(nil), "COUNTERSIGN_SIGNER=" + os.Args[0] + " liar honest", false, "name two subjects"},
		{"nobody", "http://127.0.0.1:1", "", false, "reaching 127.0.0.1:1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.run=^TestSpecs$", "-test.count=1", "-test.v")
			cmd.Env = append(os.Environ(), "COUNTERSIGN_ENDPOINT="+test.url, "COUNTERSIGN_BUCKET=my-own-bucket", "COUNTERSIGN_REGION=cn-hangzhou",
				"COUNTERSIGN_ACCESS_KEY_ID="+key.AccessKeyID, "COUNTERSIGN_ACCESS_KEY_SECRET="+key.AccessKeySecret, "COUNTERSIGN_PROFILE=oss-v4/form", test.more)
			if test.name == "mutant" {
				cmd.Env = append(cmd.Env, "COUNTERSIGN_PROFILE=oss-v2/query")
			}
			said, err := cmd.CombinedOutput()
			if (err == nil) != test.passes {
				t.Errorf("it ended with %v:\n%s", err, said)
			}
			if !strings.Contains(string(said), test.says) {
				t.Errorf("it does not say %q:\n%s", test.says, said)
			}
			if strings.Contains(string(said), key.AccessKeySecret) {
				t.Error("it says the secret")
			}
		})
	}
}
