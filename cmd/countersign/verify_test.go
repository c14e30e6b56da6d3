package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/countersign/countersign/internal/secret"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

// TestVerifyAgreesWithEveryVector signs every vector, records the request as
// it goes out, and has verify find bucket, key and signature again from the
// wire, the secret and the names of hosts.
func TestVerifyAgreesWithEveryVector(t *testing.T) {
	set, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	clearCredentials(t)
	verified := 0
	for _, c := range set.Cases() {
		if c.IsVerifierCase() || c.Input.Credentials.AccessKeySecret == "" {
			continue
		}
		dir := t.TempDir()
		profile, err := signature.LookupID(c.Profile())
		if err != nil {
			t.Fatal(err)
		}
		signed, err := profile.Sign(&c.Input)
		if err != nil {
			t.Errorf("%s: %v", c.ID, err)
			continue
		}
		line := wire.AppendCapture(nil, wire.Capture{ID: c.ID, Request: outgoing(&c.Input, signed)})
		capture := writeFile(t, dir, "capture.ndjson", line)
		credentials, err := json.Marshal(map[string]wire.Bytes{
			"accessKeyId": wire.Bytes(c.Input.Credentials.AccessKeyID), "accessKeySecret": wire.Bytes(c.Input.Credentials.AccessKeySecret),
		})
		if err != nil {
			t.Fatal(err)
		}
		args := append([]string{"verify", "--json", "--credentials", writeFile(t, dir, "credentials.json", credentials)}, hostFlags(&c.Input)...)
		code, out, errOut := run(t, nil, append(args, capture)...)
		var got verifiedJSON
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Errorf("%s: exit code %d, %q, %s", c.ID, code, out, errOut)
			continue
		}
		if code != exitAsExpected || got.Verdict != signature.Verified || string(got.ID) != c.ID || got.Scheme+"/"+string(got.Carrier) != c.Profile() || len(got.Notes) > 0 {
			t.Errorf("%s: exit code %d, %s", c.ID, code, out)
		}
		token := c.Input.Credentials.SecurityToken
		for s, shortest := range map[string]int{c.Input.Credentials.AccessKeySecret: secret.ShortestSecret, token: secret.ShortestToken, signed.Stage(signature.SigningKey): 0} {
			if form := leaked(out+errOut, s); len(s) >= shortest && form != "" {
				t.Errorf("%s: the output holds the secret %q, %s", c.ID, s, form)
			}
		}
		for _, want := range c.Expect.Stages.Values {
			value, ok := got.Stages.Stage(want.Stage)
			if want.Stage == signature.SigningKey || want.Stage.Parsed() || len(token) >= secret.ShortestToken {
				continue // masked, or not built when verifying
			}
			if !ok || value != want.Value {
				t.Errorf("%s: %s is %q, want %q", c.ID, want.Stage, value, want.Value)
			}
		}
		verified++
	}
	if verified < 150 {
		t.Errorf("only %d vectors were verified", verified)
	}
}

// clearCredentials keeps the environment of the tester out.
func clearCredentials(t *testing.T) {
	for _, name := range []string{secret.EnvAccessKeyID, secret.EnvAccessKeySecret, secret.EnvSecurityToken} {
		t.Setenv(name, "")
	}
}

func writeFile(t *testing.T, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// outgoing is the request as a client sends it: a form has its fields in the
// body.
func outgoing(in *signature.Input, signed *signature.Signed) *wire.Request {
	if len(signed.Form) == 0 {
		return signed.Request()
	}
	req := in.Request.Clone(1)
	req.Method = "POST"
	var pairs []string
	for _, f := range signed.Form {
		pairs = append(pairs, wire.EscapeValue(f[0])+"="+wire.EscapeValue(f[1]))
	}
	req.Headers = append(req.Headers, wire.Header{Name: "Content-Type", Value: "application/x-www-form-urlencoded"})
	req.Body = strings.Join(pairs, "&")
	return req
}

// hostFlags say what a server knows of the host of a request.
func hostFlags(in *signature.Input) []string {
	host, _, _ := strings.Cut(in.Request.Host(), ":")
	switch in.Addressing {
	case signature.CNAME:
		return []string{"--cname", host + "=" + in.Bucket}
	case signature.VirtualHost:
		if endpoint, ok := strings.CutPrefix(strings.ToLower(host), in.Bucket+"."); ok && in.Bucket != "" {
			return []string{"--endpoint", endpoint}
		}
	}
	return []string{"--endpoint", host}
}
