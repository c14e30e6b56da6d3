package signature_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// soundVerification reports what no verification may be, whatever was sent.
func soundVerification(t *testing.T, got *signature.Verification) {
	t.Helper()
	switch got.Verdict {
	case signature.Unsigned:
		if got.Profile != nil || got.Faults != nil {
			t.Errorf("unsigned with %v, %v", got.Profile, got.Faults)
		}
	case signature.Malformed:
		if len(got.Faults) == 0 || len(got.Stages()) > 0 {
			t.Errorf("malformed with faults %v and stages %q", got.Faults, got.Stages())
		}
	case signature.Verified, signature.Mismatch:
		same := got.Stage(signature.SignatureValue) == got.Provided
		if got.Profile == nil || len(got.Faults) > 0 || same != (got.Verdict == signature.Verified) {
			t.Errorf("%s with %v, %v, provided %q, computed %q", got.Verdict, got.Profile, got.Faults, got.Provided, got.Stage(signature.SignatureValue))
		}
	default:
		t.Errorf("verdict %q", got.Verdict)
	}
	for _, f := range got.Faults {
		if f.Class == "" || f.Where == "" || f.Rule == "" || f.Offset < -1 || strings.Contains(f.Error(), "\n") {
			t.Errorf("fault %+v: %s", *f, f.Error())
		}
	}
}

// Whatever bytes arrive, a verifier gives a sound verdict, by every reading.
func FuzzVerifyRawRequest(f *testing.F) {
	for _, p := range signature.Profiles {
		if p == signature.OSSRTMPQuery {
			continue // not HTTP; its target is fuzzed below
		}
		f.Add(onTheWire(f, p, fullInput(p)).AppendHTTP(nil))
	}
	f.Add([]byte("GET rtmp://b.oss-cn-hangzhou.aliyuncs.com/live/c?OSSAccessKeyId=" + keyID + "&Expires=1795253400&Signature=AAAA HTTP/1.1\r\n\r\n"))
	f.Add([]byte("GET /k?x-oss-signature-version=OSS9&Signature=a HTTP/1.1\r\nHost: [::1]:1\r\n\r\n"))
	f.Add([]byte("POST / HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; boundary=a\r\n\r\n--a\r\n\r\n--a--"))
	v := server()
	f.Fuzz(func(t *testing.T, raw []byte) {
		req, err := wire.ParseRequest(raw, "http")
		if err != nil {
			return
		}
		got := v.Verify(req)
		soundVerification(t, got)
		if got.Profile == nil {
			return
		}
		for _, r := range signature.Readings(got.Profile.ID()) {
			other := *v
			other.Reading = r.Apply
			soundVerification(t, other.Verify(req))
		}
	})
}

// Whatever stands in an Authorization header: faults come in order, lie within
// it, and the same text gives the same faults.
func FuzzReadAuthorization(f *testing.F) {
	requests := map[string]*wire.Request{}
	for _, p := range profilesOf(signature.InHeader) {
		req := onTheWire(f, p, fullInput(p))
		requests[p.Names.Version] = req
		value, _ := req.Header("Authorization")
		f.Add(value)
	}
	f.Add("OSS4-HMAC-SHA256 CredentialAK**ID/20221220/us-east-1/oss/aliyun_v4_request,Signature=18**0a,UnknownKey=1")
	f.Add("OSS4-HMAC-SHA256 Credential=a/b/c/d/e,, AdditionalHeaders=;host;,Signature= ,Signature=")
	f.Add("OSS2 AccessKeyId:a,AdditionalHeaders:,Signature:")
	v := server()
	f.Fuzz(func(t *testing.T, value string) {
		word, _, _ := strings.Cut(wire.TrimBlanks(value), " ")
		req, ok := requests[word]
		if !ok {
			req = requests["OSS"]
		}
		req = set(req, "Authorization", value)
		got := v.Verify(req)
		soundVerification(t, got)
		last := 0
		for _, fault := range got.Faults {
			if fault.Where != "header Authorization" || fault.Offset < 0 {
				last = len(value) + 1 // those without a position stand behind
				continue
			}
			if fault.Offset < last || fault.Offset > len(wire.TrimBlanks(value)) {
				t.Errorf("faults %v of %q", got.Faults, value)
			}
			last = fault.Offset
		}
		again := v.Verify(req)
		if again.Verdict != got.Verdict || !slices.EqualFunc(again.Faults, got.Faults, func(a, b *signature.Fault) bool { return *a == *b }) {
			t.Errorf("first %v, then %v", got.Faults, again.Faults)
		}
	})
}
