package vectors

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/countersign/countersign/signature"
)

func TestSpellBytesIsTheServersForm(t *testing.T) {
	// As printed in EC 0002-00000040, without the blank at the end.
	got := SpellBytes("PUT\n\n\nTue, 23 May 2023 15:24:55 GMT\n/dinary/?acl")
	want := "50 55 54 0A 0A 0A 54 75 65 2C 20 32 33 20 4D 61 79 20 32 30 32 33 20 31 35 3A 32 34 3A 35 35 20 47 4D 54 0A 2F 64 69 6E 61 72 79 2F 3F 61 63 6C"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if SpellBytes("") != "" || SpellBytes("\x00\xff") != "00 FF" {
		t.Error("edge bytes are spelled wrong")
	}
}

func TestExpectedStagesComeInOrderAndKeepBytes(t *testing.T) {
	const in = `{"signature":"c2ln","stringToSignBytes":"47 0A FF","stringToSign":{"hex":"470aff"},"canonicalQuery":"<&>\u00e9"}`
	var e ExpectedStages
	if err := json.Unmarshal([]byte(in), &e); err != nil {
		t.Fatal(err)
	}
	want := []signature.StageValue{
		{Stage: signature.CanonicalQuery, Value: "<&>é"},
		{Stage: signature.StringToSign, Value: "G\n\xff"},
		{Stage: signature.SignatureValue, Value: "c2ln"},
	}
	for i := range want {
		if e.Values[i] != want[i] {
			t.Errorf("stage %d is %q, want %q", i, e.Values[i], want[i])
		}
	}
	if v, ok := e.Stage(signature.URL); ok {
		t.Errorf("a stage that is not pinned has the value %q", v)
	}
	out, err := e.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	const canonical = `{"canonicalQuery":"<&>\u00e9","stringToSign":{"hex":"470aff"},"stringToSignBytes":"47 0A FF","signature":"c2ln"}`
	if string(out) != canonical {
		t.Errorf("got  %s\nwant %s", out, canonical)
	}
}

func TestExpectedStagesAreStrict(t *testing.T) {
	for in, want := range map[string]string{
		`{"stringTosign":"a"}`:              `"stringTosign" is no stage`,
		`{"signature":"a","signature":"b"}`: "comes twice",
		`{"signature":1}`:                   "signature",
		`{"signature":"\ud800"}`:            "lone surrogate",
		`["signature"]`:                     "want an object",
	} {
		err := json.Unmarshal([]byte(in), new(ExpectedStages))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got error %v, want one that says %q", in, err, want)
		}
	}
}

func TestNoStagesAreLeftOutOfJSON(t *testing.T) {
	out, err := json.Marshal(Expect{Rejected: &Rejection{Class: "expired", Status: 403, Code: "AccessDenied"}, Control: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), "stages") {
		t.Errorf("a rejection has stages: %s", out)
	}
}
