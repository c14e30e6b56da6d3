package signature_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// Every byte of an input survives JSON.
func TestInputRoundTripsThroughJSON(t *testing.T) {
	var all [256]byte
	for i := range all {
		all[i] = byte(i)
	}
	noLineBreaks := strings.NewReplacer("\r", "", "\n", "", "\x00", "").Replace(string(all[:]))
	full := &signature.Input{
		Request: &wire.Request{Transport: "https", Method: "PUT", Target: "/a%20b?x=1&y=<>&" + string(all[128:]), Body: string(all[:]),
			Headers: []wire.Header{h("Host", "h"), h("x-oss-meta-a", noLineBreaks), h("X-Oss-Meta-A", "\u00e9")}},
		Bucket: "b", Key: "a b" + string(all[:]), Addressing: signature.CNAME,
		Credentials: signature.Credentials{AccessKeyID: "id\xff", AccessKeySecret: "secret\x00\xfe", SecurityToken: "token&"},
		Region:      "cn-hangzhou", Product: "oss-cloudbox", Time: time.Date(2026, 11, 21, 8, 30, 1, 0, time.UTC), Expires: 3600,
		AdditionalHeaders: []string{"host", "Range"}, Policy: "{\"a\":\"\xff\"}\n",
	}
	inputs := []*signature.Input{full, {Request: &wire.Request{Method: "GET", Target: "/"}}}
	for _, p := range signature.Profiles {
		inputs = append(inputs, inputFor(p))
	}
	for _, in := range inputs {
		data, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		var back signature.Input
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		if !reflect.DeepEqual(&back, in) {
			t.Errorf("got  %#v %q\nwant %#v %q\n%s", back, back.Request, *in, in.Request, data)
		}
	}
}

func TestInputNamesOfJSONAreThePublishedOnes(t *testing.T) {
	text := `{"request":{"transport":"http","method":"GET","target":"/","headers":[["Host","h"]],"body":""},"bucket":"b","key":"k","addressing":"path",` +
		`"credentials":{"accessKeyId":"a","accessKeySecret":"s","securityToken":"t"},"region":"r","product":"p","time":"2026-11-21T09:30:00+01:00","expires":5,` +
		`"additionalHeaders":["host"],"policy":{"hex":"ff"}}`
	var in signature.Input
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		t.Fatal(err)
	}
	want := signature.Input{
		Request: &wire.Request{Transport: "http", Method: "GET", Target: "/", Headers: []wire.Header{h("Host", "h")}},
		Bucket:  "b", Key: "k", Addressing: signature.PathStyle, Credentials: signature.Credentials{AccessKeyID: "a", AccessKeySecret: "s", SecurityToken: "t"},
		Region: "r", Product: "p", Time: moment, Expires: 5, AdditionalHeaders: []string{"host"}, Policy: "\xff",
	}
	if !reflect.DeepEqual(in, want) {
		t.Errorf("got %+v", in)
	}
	for _, spoiled := range []string{
		strings.Replace(text, `"2026-11-21T09:30:00+01:00"`, `"21 Nov 2026"`, 1),
		strings.Replace(text, `[["Host","h"]]`, `[["Host"]]`, 1),
		strings.Replace(text, `"expires":5`, `"expires":"5"`, 1),
		text[:len(text)-1],
	} {
		if err := json.Unmarshal([]byte(spoiled), &in); err == nil {
			t.Errorf("read %s", spoiled)
		}
	}
}

// secretForms are the ways a secret could show itself.
func secretForms(s string) []string {
	return []string{s, base64.StdEncoding.EncodeToString([]byte(s)), url.QueryEscape(s), fmt.Sprintf("%x", s)}
}

func TestSecretsShowNowhere(t *testing.T) {
	show := func(name string, values ...any) {
		t.Helper()
		for _, value := range values {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
				text := fmt.Sprintf(verb, value)
				for _, form := range append(secretForms(secret), secretForms(token)...) {
					if strings.Contains(text, form) {
						t.Errorf("%s with %s shows a secret: %s", name, verb, text)
					}
				}
			}
		}
	}
	credentials := signature.Credentials{AccessKeyID: keyID, AccessKeySecret: secret, SecurityToken: token}
	show("Credentials", credentials, &credentials, []signature.Credentials{credentials}, map[string]signature.Credentials{"a": credentials}, struct{ C signature.Credentials }{credentials})
	if got := fmt.Sprint(credentials); !strings.Contains(got, keyID) {
		t.Errorf("the key id is no secret: %s", got)
	}
	for _, p := range signature.Profiles {
		in := inputFor(p)
		in.Credentials = credentials
		show(p.ID()+" input", in, *in)
		spy := p.Replace(p.Steps[0].Stage, func(s *signature.Signing, dst []byte) ([]byte, error) {
			show(p.ID()+" state", s, *s)
			return nil, errors.New("the step fails")
		})
		_, err := spy.Sign(in)
		if err == nil {
			t.Fatalf("%s: signed", p.ID())
		}
		show(p.ID()+" error", err)
		in.Region, in.Time = "", time.Time{}
		if _, err = p.Sign(in); err != nil {
			show(p.ID()+" error", err)
		}
	}
	for _, p := range signature.Profiles {
		req := onTheWire(t, p, inputFor(p))
		v := server()
		v.Now = func() time.Time { return moment.AddDate(1, 0, 0) }
		v.Secret = func(string) (signature.Credentials, bool) { return credentials, true }
		for _, fault := range v.Verify(req).Faults {
			show(p.ID()+" fault", fault, *fault)
		}
	}
	var in signature.Input
	for _, value := range []string{`"` + secret + `\ud800"`, `"` + secret + "\xff" + `"`, `"` + secret, `["` + secret + `"]`, `{"hex":"` + secret + `"}`} {
		err := json.Unmarshal([]byte(`{"credentials":{"accessKeyId":"a","accessKeySecret":`+value+`}}`), &in)
		if err == nil {
			t.Errorf("read %s", value)
		}
		show("JSON error", err)
	}
}
