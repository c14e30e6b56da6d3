package paste

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/countersign/countersign/diagnose"
)

// logs holds what real programs printed when a server refused their request:
// they were given a wrong secret, so what they signed is what the server signed.
const logs = "../../testdata/logs"

func readLog(t testing.TB, name string) *Paste {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(logs, name))
	if err != nil {
		t.Fatal(err)
	}
	p, err := Read(Source{Name: name, Data: data})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheLogsOfRealPrograms(t *testing.T) {
	const signedAlike = "as the server"
	tests := []struct {
		name    string
		client  diagnose.Client
		ec      string
		signed  string // first line of what the client says, or that it is what the server says
		request string
	}{
		{"ali-oss-6.23.0-v1.log", diagnose.Client{ID: "ali-oss", Version: "6.23.0"}, "0002-00000040", "", "PUT /docs/a%20b.txt"},
		{"ali-oss-6.23.0-v4.log", diagnose.Client{ID: "ali-oss", Version: "6.23.0"}, "0002-00000201", "", "PUT /docs/a%20b.txt"},
		{"alibabacloud-oss-v2-1.4.1-v4.log", diagnose.Client{ID: "alibabacloud-oss-v2"}, "0002-00000201", "", ""},
		{"aliyun-sdk-oss-3.18.5-v1.log", diagnose.Client{ID: "aliyun-sdk-oss"}, "0002-00000040", "", ""},
		{"aliyun-sdk-oss-3.18.5-v4.log", diagnose.Client{ID: "aliyun-sdk-oss"}, "0002-00000201", "", ""},
		{"curl-7.88.1-include.log", diagnose.Client{}, "0002-00000040", "", ""},
		{"curl-7.88.1-verbose-head.log", diagnose.Client{ID: "curl", Version: "7.88.1"}, "0002-00000040", "", "HEAD /docs/a%20b.txt"},
		{"curl-7.88.1-verbose.log", diagnose.Client{ID: "curl", Version: "7.88.1"}, "0002-00000040", "", "PUT /docs/a%20b.txt"},
		{"esdk-obs-java-3.26.6-obs.log", diagnose.Client{ID: "esdk-obs-java"}, "", signedAlike, ""},
		{"esdk-obs-java-3.26.6-v4.log", diagnose.Client{ID: "esdk-obs-java"}, "", "AWS4-HMAC-SHA256", ""},
		{"esdk-obs-nodejs-3.26.8-obs.log", diagnose.Client{ID: "esdk-obs-nodejs", Version: "3.26.8"}, "", signedAlike, "PUT /docs/a%20b.txt"},
		{"esdk-obs-nodejs-3.26.8-v2.log", diagnose.Client{ID: "esdk-obs-nodejs", Version: "3.26.8"}, "", signedAlike, "PUT /docs/a%20b.txt"},
		{"esdk-obs-nodejs-3.26.8-v4.log", diagnose.Client{ID: "esdk-obs-nodejs", Version: "3.26.8"}, "", signedAlike, "PUT /docs/a%20b.txt"},
		{"esdk-obs-python-3.26.6-obs.log", diagnose.Client{ID: "esdk-obs-python"}, "", signedAlike, ""},
		{"obs-go-3.25.4-obs.log", diagnose.Client{ID: "obs-go"}, "", "PUT", ""},
		{"obs-go-3.25.4-v2.log", diagnose.Client{ID: "obs-go"}, "", "PUT", ""},
		{"obs-go-3.25.4-v4.log", diagnose.Client{ID: "obs-go"}, "", "", ""},
		{"oss-go-v1-3.0.2-v1.log", diagnose.Client{ID: "oss-go-v1", Version: "3.0.2"}, "0002-00000040", "PUT", ""},
		{"oss-go-v1-3.0.2-v4.log", diagnose.Client{ID: "oss-go-v1", Version: "3.0.2"}, "0002-00000201", "OSS4-HMAC-SHA256", ""},
		{"oss-go-v2-1.6.1-v1.log", diagnose.Client{ID: "oss-go-v2", Version: "1.6.1"}, "0002-00000040", "PUT", ""},
		{"oss-go-v2-1.6.1-v4.log", diagnose.Client{ID: "oss-go-v2", Version: "1.6.1"}, "0002-00000201", "OSS4-HMAC-SHA256", ""},
		{"oss2-2.19.1-http-client.log", diagnose.Client{ID: "oss2", Version: "2.19.1"}, "0002-00000201", "", "PUT /docs%2Fa%20b.txt"},
		{"oss2-2.19.1-v1.log", diagnose.Client{ID: "oss2", Version: "2.19.1"}, "0002-00000040", signedAlike, "PUT /docs%2Fa%20b.txt"},
		{"oss2-2.19.1-v2.log", diagnose.Client{ID: "oss2", Version: "2.19.1"}, "0002-00000101", signedAlike, "PUT /docs%2Fa%20b.txt"},
		{"oss2-2.19.1-v4.log", diagnose.Client{ID: "oss2", Version: "2.19.1"}, "0002-00000201", signedAlike, "PUT /docs%2Fa%20b.txt"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := readLog(t, test.name).Evidence
			if e.Client.ID != test.client.ID || e.Client.Version != test.client.Version {
				t.Errorf("the client is %+v, want %+v", e.Client, test.client)
			}
			if e.Error == nil || e.Error.Code != "SignatureDoesNotMatch" && !strings.Contains(test.name, "http-client") || e.Error.EC != test.ec || len(e.Error.Contradictions) > 0 || len(e.Error.Damaged) > 0 {
				t.Fatalf("the error is %+v", e.Error)
			}
			first, _, _ := strings.Cut(e.ClientString, "\n")
			switch {
			case test.signed == signedAlike && e.ClientString != e.Error.StringToSign:
				t.Errorf("the client signed %q, the server %q", e.ClientString, e.Error.StringToSign)
			case test.signed != signedAlike && first != test.signed:
				t.Errorf("the client signed %q, want %q first", e.ClientString, test.signed)
			}
			request := ""
			if e.Request != nil {
				request = e.Request.Method + " " + e.Request.Target
			}
			if request != test.request {
				t.Errorf("the request is %q, want %q", request, test.request)
			}
		})
	}
}

// What a client says of V4 holds together: the string ends in the hash of the
// canonical request.
func TestACanonicalRequestInALogIsKeptByteForByte(t *testing.T) {
	for _, name := range []string{"oss2-2.19.1-v4.log", "oss-go-v1-3.0.2-v4.log"} {
		e := readLog(t, name).Evidence
		sum := sha256.Sum256([]byte(e.ClientCanonical))
		if !strings.HasSuffix(e.ClientString, "\n"+hex.EncodeToString(sum[:])) {
			t.Errorf("%s: the string\n%q\ndoes not hold the hash of\n%q", name, e.ClientString, e.ClientCanonical)
		}
	}
}

// A client that masks its Authorization did not send asterisks.
func TestAMaskedAuthorizationIsLeftOut(t *testing.T) {
	p := readLog(t, "esdk-obs-nodejs-3.26.8-obs.log")
	if _, ok := p.Evidence.Request.Header("Authorization"); ok || p.Evidence.Seen != diagnose.AtClient {
		t.Errorf("the request is %q, seen %q", p.Evidence.Request.AppendHTTP(nil), p.Evidence.Seen)
	}
	if !said(p.Found, "its Authorization is masked and was left out") {
		t.Errorf("that is not said: %q", p.Found)
	}
}

func said(notes []Note, part string) bool {
	for _, n := range notes {
		if strings.Contains(n.String(), part) {
			return true
		}
	}
	return false
}

// http.client prints no bodies: what is known of the refusal is in the headers.
func TestWhatHTTPClientOfPythonPrints(t *testing.T) {
	e := readLog(t, "oss2-2.19.1-http-client.log").Evidence
	if e.Request.Body != "hello" || e.Status != 403 || len(e.Answer) < 5 || e.Seen != diagnose.AtClient {
		t.Errorf("%+v\nrequest %q", e, e.Request.AppendHTTP(nil))
	}
}
