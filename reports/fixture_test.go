package reports

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/countersign/countersign/vectors"
	"github.com/countersign/countersign/wire"
)

func raw(s string) *wire.Bytes { b := wire.Bytes(s); return &b }

func header() Header {
	return Header{
		Type:    "header",
		Subject: Subject{Name: "alibabacloud-oss-go-sdk-v2", Version: "1.3.0", Language: "go", URL: "https://github.com/aliyun/alibabacloud-oss-go-sdk-v2"},

		SuiteVersion: "0.1.0", VectorSetSHA256: "4c1f6d6a0b3f3f0b7bb0a0a1a8b8d9c5e2f71c0d9e8f7a6b5c4d3e2f1a0b9c8d",
		Protocol: 1, Schema: 1, Mode: "send",
		Time:     time.Date(2026, 3, 9, 14, 5, 6, 0, time.UTC),
		Profiles: []string{"oss-v4/header", "oss-v1/header", "oss-v4/query"},
	}
}

func passing(id string) Result {
	return Result{Type: "result", ID: id, Level: "must", Outcome: Pass, DurationNS: 1_250_000}
}

// plusInKey fails at the StringToSign: the SDK signs the key percent-encoded.
func plusInKey() Result {
	return Result{
		Type: "result", ID: "oss-v1/header/operations/keys/get-plus", Title: "A key with a plus sign",
		Requirements: []string{"OSS1-RES-03"}, Level: "must", Outcome: Fail, Stage: "stringToSign",
		Expected: raw("GET\n\n\nMon, 09 Mar 2026 14:05:06 GMT\nx-oss-security-token:t\n/examplebucket/a+b c.txt"),
		Observed: raw("GET\n\n\nMon, 09 Mar 2026 14:05:06 GMT\nx-oss-security-token:t\n/examplebucket/a%2Bb c.txt"),
		Message:  "the resource holds %2B where the key has a plus sign",
		Why:      "Every request for an object whose key has a plus sign is refused with SignatureDoesNotMatch.",
		Rule:     "OSS1-RES-03: The resource is built from the key as it is, not as it is encoded in the URL.",
		Source:   "002_7846fe820f9f4d27.txt, step 6", Status: "documented",
		AgreedBy:   []string{"oss-python-sdk 2.19.1", "oss-java-sdk 3.18.1"},
		Wire:       raw("GET /a%2Bb%20c.txt HTTP/1.1\r\nHost: examplebucket.oss-cn-hangzhou.aliyuncs.com\r\nAuthorization: OSS LTAI5tExample:c2lnbmF0dXJl\r\n\r\n"),
		Reproduce:  "countersign run --signer 'oss-go-v2-adapter' --select oss-v1/header/operations/keys/get-plus",
		Diagnosis:  &Diagnosis{Contradictions: []string{}, Causes: []Cause{{ID: "C03", Name: "Key encoding", Confidence: "proof", Evidence: "one decode of the resource gives the signature.", Fix: "sign the decoded key."}}},
		DurationNS: 2_000_000,
	}
}

func expectedFailure() Result {
	return Result{
		Type: "result", ID: "oss-v4/header/operations/headers/blank-around-value", Level: "must", Outcome: Fail, Divergence: "header",
		Expected: raw("a b"), Observed: raw("a  b"), Message: "the value of x-oss-meta-note has two blanks",
		Expectation: &Expectation{Pattern: "oss-v4/header/operations/headers/*", Pin: "header", Reason: "net/http trims, issue 25", Met: true},
	}
}

func resultsOfARun() []Result {
	return []Result{
		plusInKey(),
		passing("oss-v4/header/published/put-object"),
		passing("oss-v4/header/published/get-object"),
		passing("oss-v1/header/published/put-object"),
		passing("oss-v4/query/operations/presign/get"),
		expectedFailure(),
		{Type: "result", ID: "oss-v4/query/operations/presign/put", Level: "must", Outcome: Unsupported, Message: "the SDK has no presigned PUT"},
		{Type: "result", ID: "oss-v4/header/edge/additional-headers@lower", Level: "should", Outcome: Contested, Message: "follows the reading lower", Dispute: &Dispute{Reading: "lower", Rule: "OSS4-ADDITIONAL-01", Known: "two SDKs of three sort so"}, Stage: "canonicalRequest", Expected: raw("a"), Observed: raw("b")},
		{Type: "result", ID: "oss-v4/header/edge/new-case", Level: "must", Outcome: Fail, Stage: "canonicalQuery", Message: "new", Provisional: true},
		{Type: "result", ID: "oss-v4/query/operations/presign/crash", Level: "must", Outcome: Crash, Message: "exit status 2: \x1b[31mpanic\x1b[0m \xff\x00"},
	}
}

func streamOf(results ...Result) *Stream {
	h := header()
	return &Stream{Header: h, Results: results, Footer: Conclude(h, results, nil, false)}
}

func aRun() *Stream { return streamOf(resultsOfARun()...) }

// manyFailures is a run of n results, half of them failures with long strings.
func manyFailures(n int) *Stream {
	results := make([]Result, n)
	for i := range results {
		r := plusInKey()
		if i%2 == 0 {
			r = passing("")
		}
		r.ID = fmt.Sprintf("oss-v1/header/operations/keys/a-rather-long-name-of-a-case-%05d", i)
		results[i] = r
	}
	return streamOf(results...)
}

var loaded = sync.OnceValues(vectors.Load)

func set(t testing.TB) *vectors.Set {
	t.Helper()
	s, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return s
}
