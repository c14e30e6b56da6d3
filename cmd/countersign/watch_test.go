package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/internal/secret"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

var watched = signature.Credentials{AccessKeyID: "LTAI5tExampleKeyId", AccessKeySecret: "ExampleSecretForVectorsOnly01", SecurityToken: "ExampleTokenExampleTokenExampleToken"}

// watching runs countersign watch and returns its exit code and outputs.
func watching(t *testing.T, args ...string) (code int, out, errOut string) {
	t.Helper()
	cmd := exec.Command("countersign", append([]string{"watch", "--ca", filepath.Join(t.TempDir(), "ca")}, args...)...)
	cmd.Env = append(os.Environ(), secret.EnvAccessKeyID+"="+watched.AccessKeyID, secret.EnvAccessKeySecret+"="+watched.AccessKeySecret, secret.EnvSecurityToken+"="+watched.SecurityToken)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	_ = cmd.Run() // the exit code says it all
	for _, s := range []string{watched.AccessKeySecret, watched.SecurityToken} {
		if form := leaked(stderr.String(), s); form != "" {
			t.Errorf("standard error holds the secret, %s:\n%s", form, stderr.String())
		}
	}
	return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
}

// curl is a command that sends a signed request.
func curl(t *testing.T, url, host, bucket, target string, addressing signature.Addressing, more ...string) []string {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		if os.Getenv("REQUIRE_ALL") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	req := &wire.Request{Transport: "http", Method: "GET", Target: target, Proto: "HTTP/1.1", Headers: []wire.Header{{Name: "Host", Value: host}}}
	signed, err := signature.OSSV4Header.Sign(&signature.Input{Request: req, Bucket: bucket, Addressing: addressing, Credentials: watched, Region: "cn-hangzhou", Time: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{"--", "curl", "-sS", "--max-time", "60", "-w", "%{http_code}\n", url + target}, more...)
	for _, h := range signed.Request().Headers {
		if h.Name != "Host" {
			args = append(args, "-H", h.Name+": "+h.Value)
		}
	}
	return args
}

const watchedHost = "examplebucket.oss-cn-hangzhou.aliyuncs.com"

func TestWatchJudgesWhatAProgramSends(t *testing.T) {
	for _, scheme := range []string{"http", "https"} {
		capture := filepath.Join(t.TempDir(), "capture.ndjson")
		args := append([]string{"--capture", capture}, curl(t, scheme+"://"+watchedHost, watchedHost, "examplebucket", "/k?acl", signature.VirtualHost)...)
		code, out, errOut := watching(t, args...)
		if code != exitAsExpected || !strings.HasSuffix(out, "200\n") || !strings.Contains(errOut, "1: verified  oss-v4/header  GET "+scheme+"://"+watchedHost+"/k  200\n") || !strings.Contains(errOut, "1 verified, 0 not, 0 not judged") {
			t.Errorf("%s: exit code %d\n%s\n%s", scheme, code, out, errOut)
		}
		if info, err := os.Stat(capture); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v %v", info, err)
		}
		verify := exec.Command("countersign", "verify", capture)
		verify.Env = append(os.Environ(), secret.EnvAccessKeyID+"="+watched.AccessKeyID, secret.EnvAccessKeySecret+"="+watched.AccessKeySecret)
		if text, err := verify.CombinedOutput(); err != nil || !strings.Contains(string(text), "1 verified") {
			t.Errorf("verify: %v\n%s", err, text)
		}
	}
}

func TestWatchSaysWhichSlipASignatureHas(t *testing.T) {
	args := curl(t, "http://"+watchedHost, watchedHost, "examplebucket", "/k?acl", signature.VirtualHost, "-H", "Content-Type: text/plain")
	code, out, errOut := watching(t, args...)
	if code != exitNonconformant || !strings.Contains(out, "SignatureDoesNotMatch") || !strings.Contains(errOut, "1: mismatch") || !strings.Contains(errOut, "content-type-unsigned") {
		t.Errorf("exit code %d\n%s\n%s", code, out, errOut)
	}
}

func TestWatchKeepsTheExitCodeOfTheProgram(t *testing.T) {
	args := curl(t, "http://"+watchedHost, watchedHost, "examplebucket", "/k", signature.VirtualHost)
	if code, _, errOut := watching(t, append([]string{"--", "sh", "-c", `"$@"; exit 7`, "sh"}, args[1:]...)...); code != 7 || !strings.Contains(errOut, "sh ended with exit code 7") {
		t.Errorf("exit code %d\n%s", code, errOut)
	}
}

func TestWatchSaysWhatToDoWhenNothingWasSeen(t *testing.T) {
	for _, program := range [][]string{{"countersign", "version"}, {"sh", "-c", "exit 5"}} {
		code, _, errOut := watching(t, append([]string{"--"}, program...)...)
		if code != exitNotRun || !strings.Contains(errOut, "no request to an object store was seen") || !strings.Contains(errOut, "WithProxyFromEnvironment(true)") || !strings.Contains(errOut, "Node 20") {
			t.Errorf("%v: exit code %d\n%s", program, code, errOut)
		}
	}
	if code, _, errOut := watching(t, "--", "no-such-program"); code != exitNotRun || !strings.Contains(errOut, "no-such-program") {
		t.Errorf("exit code %d\n%s", code, errOut)
	}
	if code, _, errOut := watching(t, "--answer", "--forward", "--", "true"); code != exitUsage {
		t.Errorf("exit code %d\n%s", code, errOut)
	}
	if code, _, errOut := watching(t, "--dialect", "s3", "--", "true"); code != exitUsage {
		t.Errorf("exit code %d\n%s", code, errOut)
	}
}

func TestWatchShowsWhereTheServerDiffers(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(403)
		fmt.Fprintf(w, "<Error><Code>SignatureDoesNotMatch</Code><Message>No.</Message><StringToSign>OSS4-HMAC-SHA256\n%s\nelsewhere</StringToSign></Error>", r.Header.Get("x-oss-date"))
	}))
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "http://")
	args := append([]string{"--forward"}, curl(t, server.URL, host, "examplebucket", "/examplebucket/k", signature.PathStyle)...)
	code, out, errOut := watching(t, args...)
	if code != exitNonconformant || !strings.Contains(out, "elsewhere") {
		t.Errorf("exit code %d\n%s\n%s", code, out, errOut)
	}
	for _, want := range []string{"1: verified  oss-v4/header", "the server answers SignatureDoesNotMatch: No.", "first other stage: stringToSign, byte 34", "»e«lsewhere", "»2«0"} {
		if !strings.Contains(errOut, want) {
			t.Errorf("%q is not in\n%s", want, errOut)
		}
	}
}

func TestWatchLeavesOtherHostsAlone(t *testing.T) {
	curl(t, "", "h", "b", "/", signature.VirtualHost) // is there curl?
	code, _, errOut := watching(t, "--", "curl", "-sS", "http://pages.example/")
	if code != exitNotRun || !strings.Contains(errOut, "1: not judged") || !strings.Contains(errOut, "0 verified, 0 not, 1 not judged") {
		t.Errorf("exit code %d\n%s", code, errOut)
	}
	if code, _, errOut := watching(t, "--endpoint", "pages.example", "--", "curl", "-sS", "http://pages.example/"); code != exitNonconformant || !strings.Contains(errOut, "1: unsigned") {
		t.Errorf("exit code %d\n%s", code, errOut)
	}
}
