package keys

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/countersign/countersign/endpoint"
	"github.com/countersign/countersign/endpoint/objects"
	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := endpoint.Schemas.ReadFile("schema/credentials.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("file:///credentials", doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("file:///credentials")
}

// What the program reads is what the schema allows, and no error quotes it.
func TestParseAgreesWithTheSchema(t *testing.T) {
	compiled := schema(t)
	one := `"accessKeyId": "id", "accessKeySecret": "hunter2"`
	for text, good := range map[string]bool{
		`{"keys": [{` + one + `}]}`: true,
		`{"$schema": "x", "keys": [{` + one + `, "securityToken": "t", "expiration": "2030-01-31T12:00:00Z"}]}`: true,
		`{"keys": [{` + one + `, "policy": []}]}`: true,
		`{"keys": [{` + one + `, "policy": [{"effect": "allow", "actions": ["read", "PutObject"], "buckets": ["a*"], "prefixes": ["x/"]}]}]}`: true,
		`{"keys": []}`:                      false,
		`{}`:                                false,
		`[]`:                                false,
		`{"keys": [{"accessKeyId": "id"}]}`: false,
		`{"keys": [{"accessKeyId": "", "accessKeySecret": "hunter2"}]}`:                      false,
		`{"keys": [{` + one + `, "hunter2": 1}]}`:                                            false,
		`{"keys": [{` + one + `, "expiration": "2030-01-31T12:00:00Z"}]}`:                    false,
		`{"keys": [{` + one + `, "securityToken": "t", "expiration": "hunter2"}]}`:           false,
		`{"keys": [{` + one + `, "policy": [{}]}]}`:                                          false,
		`{"keys": [{` + one + `, "policy": [{"effect": "hunter2"}]}]}`:                       false,
		`{"keys": [{` + one + `, "policy": [{"effect": "allow", "actions": []}]}]}`:          false,
		`{"keys": [{` + one + `, "policy": [{"effect": "allow", "actions": ["hunter2"]}]}]}`: false,
		`{"keys": [{` + one + `, "policy": [{"effect": "allow", "buckets": ["Hunter2"]}]}]}`: false,
		`{"keys": [{` + one + `, "policy": [{"effect": "allow", "prefixes": [""]}]}]}`:       false,
		`{"keys": [{` + one + `, "policy": [{"effect": "allow", "prefixes": "hunter2"}]}]}`:  false,
	} {
		_, err := Parse([]byte(text))
		if (err == nil) != good {
			t.Errorf("%s: %v", text, err)
		}
		if err != nil && strings.Contains(strings.ToLower(err.Error()), "hunter2") {
			t.Errorf("the error quotes the file: %v", err)
		}
		doc, jsonErr := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if jsonErr != nil {
			t.Fatal(jsonErr)
		}
		if invalid := compiled.Validate(doc); (invalid == nil) != good {
			t.Errorf("the schema, %s: %v", text, invalid)
		}
	}
	for _, text := range []string{"", "{", `{"keys": [{` + one + `}]} hunter2`, `{"keys": [{` + one + `}, {` + one + `}]}`, `{"keys": [null]}`, `{"keys": [{"accessKeySecret": "hunter2`} {
		if _, err := Parse([]byte(text)); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestAFileOfKeysIsToldFromCredentials(t *testing.T) {
	for text, want := range map[string]bool{`{"keys": []}`: true, `{"accessKeyId": "keys"}`: false, "COUNTERSIGN_ACCESS_KEY_ID=keys": false} {
		if IsFile([]byte(text)) != want {
			t.Errorf("%s: %v", text, !want)
		}
	}
}

const file = `{"keys": [
  {"accessKeyId": "all", "accessKeySecret": "secret-of-all"},
  {"accessKeyId": "reader", "accessKeySecret": "secret-of-reader", "policy": [{"effect": "allow", "actions": ["read"]}, {"effect": "deny", "prefixes": ["private/"]}]},
  {"accessKeyId": "team", "accessKeySecret": "secret-of-team", "policy": [{"effect": "allow", "prefixes": ["team/"], "buckets": ["example*"]}, {"effect": "deny", "actions": ["DeleteObject"], "prefixes": ["team/kept"]}]},
  {"accessKeyId": "nothing", "accessKeySecret": "secret-of-nothing", "policy": []},
  {"accessKeyId": "STS.now", "accessKeySecret": "secret-of-now", "securityToken": "token", "expiration": "2026-11-21T09:00:00Z"},
  {"accessKeyId": "STS.over", "accessKeySecret": "secret-of-over", "securityToken": "token", "expiration": "2026-11-21T08:30:00Z"}
]}`

func TestAKeyMayDoWhatItsPolicySays(t *testing.T) {
	now := time.Date(2026, 11, 21, 8, 30, 0, 0, time.UTC)
	ring, err := Parse([]byte(file))
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
		key, method, target string
		more                string // the source of a copy, or the body
		status              int
		code                string
	}{
		{"all", "PUT", "/k", "", 200, ""},
		{"all", "PUT", "/private/k", "", 200, ""},
		{"all", "PUT", "/team/kept", "", 200, ""},
		{"reader", "GET", "/k", "", 200, ""},
		{"reader", "HEAD", "/k", "", 200, ""},
		{"reader", "GET", "/", "", 200, ""},
		{"reader", "GET", "/private/k", "", 403, "AccessDenied"},
		{"reader", "GET", "/?prefix=private%2F", "", 403, "AccessDenied"},
		{"reader", "PUT", "/k", "", 403, "AccessDenied"},
		{"reader", "POST", "/?delete", "<Delete><Object><Key>k</Key></Object></Delete>", 403, "AccessDenied"},
		{"team", "PUT", "/team/a", "", 200, ""},
		{"team", "PUT", "/other", "", 403, "AccessDenied"},
		{"team", "PUT", "/team/copy", "/examplebucket/k", 403, "AccessDenied"},
		{"team", "PUT", "/team/copy", "/examplebucket/team/a", 200, ""},
		{"team", "PUT", "/team/copy", "/elsewhere/team/a", 403, "AccessDenied"},
		{"team", "GET", "/?prefix=team%2F", "", 200, ""},
		{"team", "GET", "/", "", 403, "AccessDenied"},
		{"team", "GET", "/?cors", "", 403, "AccessDenied"},
		{"team", "POST", "/?delete", "<Delete><Object><Key>team/a</Key></Object><Object><Key>k</Key></Object></Delete>", 403, "AccessDenied"},
		{"team", "POST", "/?delete", "<Delete><Object><Key>team/kept</Key></Object></Delete>", 403, "AccessDenied"},
		{"team", "POST", "/?delete", "<Delete><Object><Key>team/a</Key></Object></Delete>", 200, ""},
		{"team", "GET", "/team/kept", "", 200, ""},
		{"nothing", "GET", "/k", "", 403, "AccessDenied"},
		{"STS.now", "GET", "/k", "", 200, ""},
		{"STS.over", "GET", "/k", "", 403, "SecurityTokenExpired"},
	} {
		credentials, ok := ring.Secret(c.key)
		if !ok {
			t.Fatal(c.key)
		}
		req := &wire.Request{Transport: "http", Method: c.method, Target: c.target, Proto: "HTTP/1.1", Headers: []wire.Header{{Name: "Host", Value: "examplebucket.oss-cn-hangzhou.aliyuncs.com"}}}
		if strings.HasPrefix(c.more, "/") {
			req.Headers = append(req.Headers, wire.Header{Name: "x-oss-copy-source", Value: c.more})
		} else {
			req.Body = c.more
		}
		signed, err := signature.OSSV4Header.Sign(&signature.Input{Request: req, Bucket: "examplebucket", Addressing: signature.VirtualHost, Credentials: credentials, Region: "cn-hangzhou", Time: now})
		if err != nil {
			t.Fatal(err)
		}
		r, err := endpoint.Send(context.Background(), server.Addr(), signed.Request())
		if err != nil {
			t.Fatal(err)
		}
		if r.Status != c.status || c.code != "" && !strings.Contains(r.Body, "<Code>"+c.code+"</Code>") {
			t.Errorf("%s: %s %s: %d, want %d %s\n%s", c.key, c.method, c.target, r.Status, c.status, c.code, r.Body)
		}
	}
}

// The name of the uploaded file stands in the key before the key is judged.
func TestAFormCannotHideItsKey(t *testing.T) {
	now := time.Date(2026, 11, 21, 8, 30, 0, 0, time.UTC)
	ring, err := Parse([]byte(`{"keys": [{"accessKeyId": "a", "accessKeySecret": "s", "policy": [{"effect": "allow"}, {"effect": "deny", "prefixes": ["private"]}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	credentials, _ := ring.Secret("a")
	req := &wire.Request{Transport: "http", Method: "POST", Target: "/", Proto: "HTTP/1.1", Headers: []wire.Header{{Name: "Host", Value: "examplebucket.oss-cn-hangzhou.aliyuncs.com"}, {Name: "Content-Type", Value: "multipart/form-data; boundary=b"}}}
	signed, err := signature.OSSV1Form.Sign(&signature.Input{Request: req, Bucket: "examplebucket", Addressing: signature.VirtualHost, Credentials: credentials, Time: now, Policy: `{"expiration":"2036-01-01T00:00:00Z","conditions":[["starts-with","$key",""]]}`})
	if err != nil {
		t.Fatal(err)
	}
	part := func(name, value string) string {
		return "--b\r\nContent-Disposition: form-data; name=" + name + "\r\n\r\n" + value + "\r\n"
	}
	body := part(`"key"`, "${filename}")
	for _, f := range signed.Form {
		body += part(`"`+f[0]+`"`, f[1])
	}
	server, err := endpoint.ListenAndServe("127.0.0.1:0", endpoint.ServerOptions{
		Backend:  ring.Guard(objects.New(objects.Options{})),
		Verifier: &signature.Verifier{Secret: ring.Secret, Now: func() time.Time { return now }},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	for name, want := range map[string]int{"private.txt": 403, "public.txt": 204} {
		req.Body = body + part(`"file"; filename="`+name+`"`, "x") + "--b--\r\n"
		if r, err := endpoint.Send(context.Background(), server.Addr(), req); err != nil || r.Status != want {
			t.Errorf("%s: %+v %v, want %d", name, r, err, want)
		}
	}
}
