package keys

import (
	"context"
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/endpoint/objects"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// What is refused for a key is refused in the words of the service, with the EC
// of OSS's page where OSS answers, and after the signature only for what a key may
// do: EC pages 0002-00000902, 003, 006, 007 and 0003-00000001; obs-signatures,
// section 4.
func TestKeysAreRefusedInTheWordsOfTheService(t *testing.T) {
	now := time.Date(2026, 11, 21, 8, 30, 0, 0, time.UTC)
	ring, err := Parse([]byte(`{"keys": [
	  {"accessKeyId": "long", "accessKeySecret": "s1", "policy": [{"effect": "allow"}, {"effect": "deny", "actions": ["write"], "prefixes": ["kept/"]}, {"effect": "allow", "prefixes": ["kept/"]}]},
	  {"accessKeyId": "STS.now", "accessKeySecret": "s2", "securityToken": "token", "expiration": "2026-11-21T08:30:01Z"},
	  {"accessKeyId": "STS.over", "accessKeySecret": "s3", "securityToken": "token", "expiration": "2026-11-21T08:30:00Z"}
	]}`))
	if err != nil {
		t.Fatal(err)
	}
	server, err := endpoint.ListenAndServe("127.0.0.1:0", endpoint.ServerOptions{
		Backend:  ring.Guard(objects.New(objects.Options{})),
		Verifier: &signature.Verifier{Secret: ring.Secret, Now: func() time.Time { return now }, Grants: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	for _, c := range []struct {
		name, key, secret, token string
		path                     string
		ec, oss, obs             string // "" for a success
	}{
		{"a key that may", "long", "s1", "", "/free", "", "", ""},
		{"an allow behind a deny", "long", "s1", "", "/kept/k", "0003-00000001", "AccessDenied", "AccessDenied"},
		{"an unknown key", "short", "s1", "", "/free", "0002-00000902", "InvalidAccessKeyId", "InvalidAccessKeyId"},
		{"an unknown key whose letters differ in case", "LONG", "s1", "", "/free", "0002-00000902", "InvalidAccessKeyId", "InvalidAccessKeyId"},
		{"a temporary key", "STS.now", "s2", "token", "/free", "", "", ""},
		{"a temporary key without its token", "STS.now", "s2", "", "/free", "0002-00000003", "InvalidAccessKeyId", "InvalidAccessKeyId"},
		{"a temporary key with another token", "STS.now", "s2", "Token", "/free", "0002-00000006", "InvalidSecurityToken", "InvalidSecurity"},
		{"a temporary key that is over", "STS.over", "s3", "token", "/free", "0002-00000007", "SecurityTokenExpired", "InvalidSecurity"},
	} {
		for p, wrong := range map[*signature.Profile]string{signature.OSSV1Header: "0002-00000040", signature.OSSV4Header: "0002-00000201", signature.OBSV2Header: "", signature.OBSAWSV2Header: "", signature.OBSV4Header: ""} {
			host, want, oss := "examplebucket.obs.cn-north-4.myhuaweicloud.com", c.obs, strings.HasPrefix(p.Scheme, "oss")
			if oss {
				host, want = "examplebucket.oss-cn-hangzhou.aliyuncs.com", c.oss
			}
			put := func(secret string) (code, ec string) {
				t.Helper()
				req := &wire.Request{Transport: "http", Method: "PUT", Target: c.path, Proto: "HTTP/1.1", Headers: []wire.Header{{Name: "Host", Value: host}}}
				signed, err := p.Sign(&signature.Input{Request: req, Bucket: "examplebucket", Addressing: signature.VirtualHost, Region: "cn-hangzhou", Time: now,
					Credentials: signature.Credentials{AccessKeyID: c.key, AccessKeySecret: secret, SecurityToken: c.token}})
				if err != nil {
					t.Fatal(err)
				}
				r, err := endpoint.Send(context.Background(), server.Addr(), signed.Request())
				if err != nil {
					t.Fatal(err)
				}
				var document struct{ Code, EC string }
				if r.Status != 200 {
					if err := xml.Unmarshal([]byte(r.Body), &document); err != nil || r.Status != 403 {
						t.Errorf("%s, %s: %d %s %v", p.ID(), c.name, r.Status, r.Body, err)
					}
				}
				return document.Code, document.EC
			}
			code, ec := put(c.secret)
			if wantEC := c.ec; code != want || oss && ec != wantEC || !oss && ec != "" {
				t.Errorf("%s, %s: %s %s, want %s %s", p.ID(), c.name, code, ec, want, wantEC)
			}
			// A policy and an expiry are looked at once the signature is right.
			if policy := c.ec == "0003-00000001" || c.ec == "0002-00000007"; policy || want == "" {
				if code, ec := put(c.secret + "x"); code != "SignatureDoesNotMatch" || ec != wrong {
					t.Errorf("%s, %s, with another secret: %s %s", p.ID(), c.name, code, ec)
				}
			}
		}
	}
}
