package dialog

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// told is the reply to a question.
func told(t *testing.T, question map[string]any) (reply, string) {
	t.Helper()
	asked, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	said := Answer(asked)
	var r reply
	if err := json.Unmarshal(said, &r); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return r, string(said)
}

// file is a file as the page sends it.
func file(t *testing.T, path string) map[string]any {
	t.Helper()
	data, err := os.ReadFile("../../../testdata/" + path)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{"name": path, "data": data}
}

func TestFilesOfEveryKindAreRead(t *testing.T) {
	for path, want := range map[string]string{
		"packets/refused.pcap":         "the error document in the answer to GET",
		"errors/004-unknown-key.xml":   "an error document, InvalidArgument, EC 0002-00000204",
		"logs/oss2-2.19.1-v1.log":      "oss2",
		"logs/curl-7.88.1-verbose.log": "as curl -v shows it",
	} {
		r, said := told(t, map[string]any{"files": []any{file(t, path)}})
		if r.Error != "" || !strings.Contains(strings.Join(r.Found, "\n"), want) && !strings.Contains(said, want) {
			t.Errorf("%s: %s", path, said)
		}
	}
}

func TestSecretsAreMaskedInTheReply(t *testing.T) {
	const secret, token = "ASecretThatStandsInTheEvidence01", "ATokenThatStandsInTheRequest/0123456789"
	text := "GET /" + secret + " HTTP/1.1\nHost: b.oss-cn-hangzhou.aliyuncs.com\nx-oss-security-token: " + token + "\nAuthorization: OSS id:x\n\n" +
		"<Error><Code>SignatureDoesNotMatch</Code><SignatureProvided>x</SignatureProvided><StringToSign>GET\n\n\n\nx-oss-security-token:" + token + "\n/b/" + secret + "</StringToSign></Error>"
	r, said := told(t, map[string]any{"text": text, "id": "id", "secret": secret})
	if len(r.Causes) == 0 || strings.Contains(said, secret) || strings.Contains(said, token) || strings.Contains(said, token[:16]) {
		t.Errorf("%s", said)
	}
}

func TestWhatCannotBeReadIsSaid(t *testing.T) {
	var r reply
	if err := json.Unmarshal(Answer([]byte("{")), &r); err != nil || r.Error == "" {
		t.Errorf("%v %+v", err, r)
	}
	if r, said := told(t, map[string]any{"files": []any{map[string]any{"name": "x.pcap\u202e", "data": []byte("\xd4\xc3\xb2\xa1broken")}}}); !strings.Contains(r.Error, "x.pcap") || strings.Contains(said, "\u202e") {
		t.Errorf("%+v", r)
	}
	if r, _ := told(t, map[string]any{"text": "what is this"}); r.Verdict != "unknown" || len(r.WouldHelp) == 0 {
		t.Errorf("%+v", r)
	}
}

// Bytes that cannot be seen, or that reorder what stands behind them, are
// written out, wherever they come from.
func TestNothingInAReplyActs(t *testing.T) {
	hostile := "\x1b[31m\u202e\u2066\u0000\ufeff<script>"
	r, said := told(t, map[string]any{
		"text":  "<Error><Code>SignatureDoesNotMatch" + hostile + "</Code><Message>" + hostile + "</Message><SignatureProvided>" + hostile + "</SignatureProvided><StringToSign>GET\n\n\n" + hostile + "\n/b/" + hostile + "</StringToSign></Error>" + hostile,
		"files": []any{map[string]any{"name": hostile, "data": []byte(hostile)}}, "redact": true,
	})
	if r.Error != "" {
		t.Fatal(r.Error)
	}
	var report map[string]json.RawMessage // holds bytes as they are; the page shows it escaped
	var all map[string]json.RawMessage
	if err := json.Unmarshal([]byte(said), &all); err != nil || json.Unmarshal(all["report"], &report) != nil {
		t.Fatal(err)
	}
	delete(all, "report")
	rest, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"\u202e", "\u2066", `\u001b`, `\u0000`, "\ufeff"} {
		if strings.Contains(string(rest), bad) {
			t.Errorf("%q is in %s", bad, rest)
		}
	}
}
