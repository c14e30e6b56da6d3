package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/internal/secret"
	"github.com/countersign/countersign/signature"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"countersign": main, "liar": liar, "mutant": mutant})
}

// TestScripts runs the command line as its users do. The scripts have three
// commands of their own:
//
//	exit N CMD ARG…   runs CMD, which must end with exit code N. Neither of its
//	                  outputs may hold a secret.
//	nosecret FILE…    the same for files
//	send STATUS SCHEME/CARRIER METHOD TARGET [BODY]
//	                  sends a request to the server at 127.0.0.1:$PORT, as soon
//	                  as there is one; STATUS must be that of the answer, whose
//	                  body is standard output. It is signed with the access key
//	                  of the environment, with - it is not signed.
//
// What is secret is in the variables COUNTERSIGN_ACCESS_KEY_SECRET and
// COUNTERSIGN_SECURITY_TOKEN, and in SECRETS, separated by blanks.
func TestScripts(t *testing.T) {
	testdata, err := filepath.Abs(filepath.Join("..", "..", "testdata"))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(env *testscript.Env) error {
			env.Setenv("TESTDATA", testdata)
			env.Setenv("PORT", freePort(t))
			return startEndpoint(env)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exit":     cmdExit,
			"nosecret": cmdNoSecret,
			"send":     cmdSend,
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// startEndpoint serves the key of the scripts on loopback and puts the URL into
// ENDPOINT.
func startEndpoint(env *testscript.Env) error {
	key := signature.Credentials{AccessKeyID: "LTAIownkey0000000042", AccessKeySecret: "own-secret-of-this-world"}
	lease, err := endpoint.NewPorts(endpoint.Options{}).Lease(context.Background(), endpoint.LeaseOptions{
		Dialect: endpoint.OSS,
		Verifier: &signature.Verifier{
			Hosts:  signature.Hosts{Endpoints: []string{"127.0.0.1"}},
			Secret: func(id string) (signature.Credentials, bool) { return key, id == key.AccessKeyID },
			Region: "cn-hangzhou", Product: "oss", Grants: true, Now: time.Now,
		},
	})
	if err != nil {
		return err
	}
	env.Defer(func() { lease.Close() })
	env.Setenv("ENDPOINT", "http://"+lease.Addr())
	return nil
}

func cmdExit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exit N CMD ARG…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
	cmdNoSecret(ts, false, []string{"stdout", "stderr"})
}

func cmdNoSecret(ts *testscript.TestScript, neg bool, files []string) {
	if neg || len(files) == 0 {
		ts.Fatalf("usage: nosecret FILE…")
	}
	secrets := strings.Fields(ts.Getenv("SECRETS"))
	secrets = append(secrets, ts.Getenv(secret.EnvAccessKeySecret), ts.Getenv(secret.EnvSecurityToken))
	for _, file := range files {
		text := ts.ReadFile(file)
		for _, s := range secrets {
			if form := leaked(text, s); form != "" {
				ts.Fatalf("%s holds the secret %q, %s", file, s, form)
			}
		}
	}
}

// leaked says in which form text holds a secret, or returns "". It shares
// nothing with the redactor.
func leaked(text, secret string) string {
	if secret == "" {
		return ""
	}
	raw := []byte(secret)
	marshalled, _ := json.Marshal(secret) // a string always has a JSON form
	forms := map[string]string{
		"raw": secret, "percent-encoded": url.QueryEscape(secret), "percent-encoded as a path": url.PathEscape(secret),
		"escaped in JSON": strings.Trim(string(marshalled), `"`),
		"in hexadecimal":  hex.EncodeToString(raw),
		"in Base64":       base64.RawStdEncoding.EncodeToString(raw), "in Base64 for URLs": base64.RawURLEncoding.EncodeToString(raw),
	}
	for form, value := range forms {
		if strings.Contains(text, value) || strings.Contains(strings.ToLower(text), strings.ToLower(value)) {
			return form
		}
	}
	// Inside a longer text in Base64.
	for _, word := range strings.FieldsFunc(text, func(r rune) bool {
		return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_", r)
	}) {
		word = strings.NewReplacer("-", "+", "_", "/").Replace(word)
		decoded, _ := base64.RawStdEncoding.DecodeString(word[:len(word)/4*4])
		if strings.Contains(string(decoded), secret) {
			return "in Base64 inside a longer text"
		}
	}
	return ""
}

// run runs one command line in this process.
func run(t *testing.T, extra func(env *environment) *cobra.Command, args ...string) (code int, out, errOut string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	redactor := &secret.Redactor{}
	env := &environment{Stdin: strings.NewReader(""), Stdout: redactor.Writer(&stdout), Stderr: redactor.Writer(&stderr), Redactor: redactor}
	root := newRootCommand(env)
	if extra != nil {
		root.AddCommand(extra(env))
	}
	code = execute(context.Background(), root, env, args)
	env.Stdout.Flush()
	env.Stderr.Flush()
	return code, stdout.String(), stderr.String()
}

func TestAPanicIsABugOfCountersign(t *testing.T) {
	code, out, errOut := run(t, func(env *environment) *cobra.Command {
		env.Redactor.Add("the-secret-of-the-user")
		return &cobra.Command{Use: "panic", Run: func(*cobra.Command, []string) { panic("index out of range, near the-secret-of-the-user") }}
	}, "panic")
	if code != exitBug || out != "" {
		t.Errorf("exit code %d, standard output %q", code, out)
	}
	for _, want := range []string{"a bug in Countersign", "index out of range", "Please report it", "main_test.go"} {
		if !strings.Contains(errOut, want) {
			t.Errorf("%q is not in the message:\n%s", want, errOut)
		}
	}
	if form := leaked(errOut, "the-secret-of-the-user"); form != "" {
		t.Errorf("the message holds the secret, %s", form)
	}
}
