package signature_test

import (
	"strings"
	"testing"

	"github.com/countersign/countersign/signature"
)

// found is a fault as the tables below write it.
type found struct {
	class  signature.Class
	where  string
	offset int
	ec     string
}

// bad is a fault of the Authorization header.
func bad(offset int, ec string) found {
	return found{signature.MalformedAuthorization, "header Authorization", offset, ec}
}

// checkFaults reports a verification that did not find just these faults.
func checkFaults(t *testing.T, name string, got *signature.Verification, want []found) {
	t.Helper()
	if got.Verdict != signature.Malformed {
		t.Errorf("%s: verdict %s, want malformed", name, got.Verdict)
	}
	for i := range max(len(got.Faults), len(want)) {
		if i < len(want) && got.Profile != nil && strings.HasPrefix(got.Profile.Scheme, "obs") {
			want[i].ec = "" // the codes of OSS, and OBS has none
		}
		switch {
		case i >= len(got.Faults):
			t.Errorf("%s: missing fault %v", name, want[i])
		case i >= len(want):
			t.Errorf("%s: unexpected fault %v", name, got.Faults[i])
		default:
			f := got.Faults[i]
			if (found{f.Class, f.Where, f.Offset, f.EC}) != want[i] || f.Rule == "" {
				t.Errorf("%s: fault %+v, want %+v", name, *f, want[i])
			}
		}
	}
	if len(got.Stages()) > 0 {
		t.Errorf("%s: a malformed request has stages", name)
	}
}

const (
	v4 = "OSS4-HMAC-SHA256 "
	s3 = "AWS4-HMAC-SHA256 "
)

var (
	ossScope = keyID + "/20261121/cn-hangzhou/oss/aliyun_v4_request"
	s3Scope  = keyID + "/20261121/cn-north-4/s3/aws4_request"
	someHex  = strings.Repeat("18", 32)
)

// position is that of something in the Authorization header of a case.
func position(header, part string) int { return strings.Index(header, part) }

// The faults of document 004 and all their relatives.
func TestFaultsOfV4Authorization(t *testing.T) {
	good := v4 + "Credential=" + ossScope + ",Signature=" + someHex
	credential := len(v4 + "Credential=")
	list := good + ",AdditionalHeaders="
	for _, c := range []struct {
		name, header string
		want         []found
	}{
		{"the page's example: Credential without its equals sign and an unknown key",
			v4 + "CredentialAK**ID/20221220/us-east-1/oss/aliyun_v4_request,Signature=18**0a,UnknownKey=1",
			[]found{bad(17, "0002-00000202"), {signature.UnknownKey, "header Authorization", 92, "0002-00000204"}, bad(-1, "0002-00000205")}},
		{"unknown key", good + ",UnknownKey=1", []found{{signature.UnknownKey, "header Authorization", len(good) + 1, "0002-00000204"}}},
		{"SignedHeaders is the key of another vendor", good + ",SignedHeaders=host", []found{{signature.UnknownKey, "header Authorization", len(good) + 1, "0002-00000204"}}},
		{"keys are compared with their letter case", v4 + "credential=" + ossScope + ",Signature=" + someHex,
			[]found{{signature.UnknownKey, "header Authorization", 17, "0002-00000204"}, bad(-1, "0002-00000205")}},
		{"no Credential", v4 + "AdditionalHeaders=host,Signature=" + someHex, []found{bad(-1, "0002-00000205")}},
		{"empty Credential", v4 + "Credential=,Signature=" + someHex, []found{bad(credential, "0002-00000213")}},
		{"colons in place of equals signs", v4 + "Credential:" + ossScope + ",Signature:" + someHex,
			[]found{bad(17, "0002-00000202"), bad(17+len("Credential:"+ossScope+","), "0002-00000202"), bad(-1, "0002-00000205"), bad(-1, "0002-00000202")}},
		{"a blank in place of the comma", v4 + "Credential=" + ossScope + " Signature=" + someHex,
			[]found{bad(credential+len(ossScope)-len("aliyun_v4_request"), "0002-00000213"), bad(credential+len(ossScope), "0002-00000202"), bad(-1, "0002-00000202")}},
		{"nothing in place of the comma", v4 + "Credential=" + ossScope + "Signature=" + someHex,
			[]found{bad(credential+len(ossScope)-len("aliyun_v4_request"), "0002-00000213"), bad(-1, "0002-00000202")}},
		{"a semicolon in place of the comma", v4 + "Credential=" + ossScope + ";Signature=" + someHex,
			[]found{bad(credential+len(ossScope)-len("aliyun_v4_request"), "0002-00000213"), bad(-1, "0002-00000202")}},
		{"empty AdditionalHeaders", list, []found{bad(len(list), "0002-00000209")}},
		{"empty item behind", list + "host;", []found{bad(len(list)+5, "0002-00000210")}},
		{"empty item in front", list + ";host", []found{bad(len(list), "0002-00000210")}},
		{"empty item between", list + "host;;date", []found{bad(len(list)+5, "0002-00000210")}},
		{"absent header", list + "host;range", []found{bad(len(list)+5, "0002-00000211")}},
		{"absent header written with a comma", list + "range", []found{bad(len(list), "0002-00000211")}},
		{"header with an underscore", list + "host;my_header", []found{bad(len(list)+5, "0002-00000211")}},
		{"a comma in the list", list + "host,date", []found{bad(len(list)+5, "0002-00000202")}},
		{"Signature missing", v4 + "Credential=" + ossScope, []found{bad(-1, "0002-00000202")}},
		{"Signature without its equals sign", v4 + "Credential=" + ossScope + ",Signature",
			[]found{bad(credential+len(ossScope)+1, "0002-00000202"), bad(-1, "0002-00000202")}},
		{"Signature empty", v4 + "Credential=" + ossScope + ",Signature=", []found{bad(credential+len(ossScope+",Signature="), "0002-00000208")}},
		{"Credential twice", good + ",Credential=" + ossScope, []found{bad(len(good)+1, "0002-00000202")}},
		{"Signature twice", good + ",Signature=" + someHex, []found{bad(len(good)+1, "0002-00000202")}},
		{"comma at the end", good + ",", []found{bad(len(good)+1, "0002-00000202")}},
		{"comma at the start", v4 + "," + good[17:], []found{bad(17, "0002-00000202")}},
		{"two commas", v4 + "Credential=" + ossScope + ",,Signature=" + someHex, []found{bad(credential+len(ossScope)+1, "0002-00000202")}},
		{"two blanks behind the version", v4 + " " + good[17:], []found{{signature.UnknownKey, "header Authorization", 17, "0002-00000204"}, bad(-1, "0002-00000205")}},
		{"blank at the end of a value", strings.Replace(good, ",", " ,", 1),
			[]found{bad(credential+len(ossScope)-len("aliyun_v4_request"), "0002-00000213"), bad(credential+len(ossScope), "0002-00000202")}},
		{"day with hyphens", strings.Replace(good, "20261121", "2026-11-21", 1), []found{bad(credential+len(keyID)+1, "0002-00000212")}},
		{"day that does not exist", strings.Replace(good, "20261121", "20261131", 1), []found{bad(credential+len(keyID)+1, "0002-00000212")}},
		{"time in place of the day", strings.Replace(good, "20261121", "20261121T083000Z", 1), []found{bad(credential+len(keyID)+1, "0002-00000212")}},
		{"terminator of another vendor", strings.Replace(good, "aliyun_v4_request", "aws4_request", 1), []found{bad(credential+len(ossScope)-len("aliyun_v4_request"), "0002-00000213")}},
		{"scope too short", strings.Replace(good, "/oss/", "/", 1), []found{bad(credential, "0002-00000213")}},
		{"no access key id", strings.Replace(good, keyID, "", 1), []found{bad(credential, "0002-00000206")}},
		{"blank in the access key id", strings.Replace(good, "KEYID", "KEY ID", 1), []found{bad(credential+13, "0002-00000202"), bad(credential+13, "0002-00000206")}},
		{"byte above ASCII in the access key id", strings.Replace(good, "KEYID", "KEY\xffD", 1), []found{bad(credential+13, "0002-00000206")}},
		{"version with a colon", "OSS4-HMAC-SHA256:" + good[17:], []found{bad(0, "0002-00000202")}},
		{"version of another hash", "OSS4-HMAC-SHA1 " + good[17:], []found{bad(0, "0002-00000202")}},
		{"version in small letters", "oss4-hmac-sha256 " + good[17:], []found{bad(0, "0002-00000061")}},
		{"a tab behind the version", "OSS4-HMAC-SHA256\t" + good[17:], []found{bad(0, "0002-00000202")}},
		{"version alone", "OSS4-HMAC-SHA256", []found{bad(0, "0002-00000202")}},
		{"V2 separators under the V4 word", v4 + "AccessKeyId:" + keyID, []found{bad(17, "0002-00000202"), bad(-1, "0002-00000205"), bad(-1, "0002-00000202")}},
		{"many at once, in order of position", v4 + "Credential=" + keyID + "/today/cn-hangzhou/oss/v4,AdditionalHeaders=range;,Signature=,Extra=1,",
			[]found{bad(49, "0002-00000212"), bad(71, "0002-00000213"), bad(92, "0002-00000211"), bad(98, "0002-00000210"), bad(109, "0002-00000208"),
				{signature.UnknownKey, "header Authorization", 110, "0002-00000204"}, bad(118, "0002-00000202")}},
	} {
		req := sign(t, signature.OSSV4Header, inputFor(signature.OSSV4Header)).Request()
		req = set(set(req, "Date", "Sat, 21 Nov 2026 08:30:00 GMT"), "my_header", "1")
		checkFaults(t, c.name, server().Verify(set(req, "Authorization", c.header)), c.want)
	}
}

// What the grammar leaves open is taken (EC page 0002-00000204; observed,
// F-OSS-V4-13).
func TestV4AuthorizationInAnyOrder(t *testing.T) {
	in := inputFor(signature.OSSV4Header)
	in.AdditionalHeaders = []string{"host"}
	req := sign(t, signature.OSSV4Header, in).Request()
	value, _ := req.Header("Authorization")
	parts := strings.Split(strings.TrimPrefix(value, v4), ",")
	if len(parts) != 3 {
		t.Fatalf("pairs %q", parts)
	}
	for _, order := range [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		for _, comma := range []string{",", ", "} {
			header := v4 + parts[order[0]] + comma + parts[order[1]] + comma + parts[order[2]]
			verdict(t, server(), set(req, "Authorization", header), signature.Verified)
		}
	}
	verdict(t, server(), set(req, "Authorization", " \t"+value+"\t "), signature.Verified)
	verdict(t, server(), set(req, "authorization", strings.Replace(value, "=host,", "=HOST,", 1)), signature.Verified)
}

func TestFaultsOfV4Requests(t *testing.T) {
	req := sign(t, signature.OSSV4Header, inputFor(signature.OSSV4Header)).Request()
	noDate := found{signature.MissingDate, "header Date", -1, "0002-00000503"}
	v := server()
	v.Now = nil
	checkFaults(t, "no date at all", v.Verify(without(req, "x-oss-date")), []found{noDate})
	hash := found{signature.MalformedAuthorization, "header x-oss-content-sha256", 0, "0002-00000214"}
	checkFaults(t, "a payload hash", v.Verify(set(req, "x-oss-content-sha256", someHex)), []found{hash})
	value, _ := req.Header("Authorization")
	both := set(without(set(req, "x-oss-content-sha256", someHex), "x-oss-date"), "Authorization", value+",X=1")
	checkFaults(t, "header and request", v.Verify(both), []found{{signature.UnknownKey, "header Authorization", len(value) + 1, "0002-00000204"}, noDate, hash})

	url := set(sign(t, signature.OSSV4Query, inputFor(signature.OSSV4Query)).Request(), "x-oss-content-sha256", someHex)
	checkFaults(t, "a payload hash beside a URL", v.Verify(url), []found{hash})

	s3 := without(sign(t, signature.OBSV4Header, inputFor(signature.OBSV4Header)).Request(), "x-amz-date")
	value, _ = s3.Header("Authorization")
	s3 = set(s3, "Authorization", strings.Replace(value, ";x-amz-date", "", 1))
	checkFaults(t, "no date for OBS", v.Verify(s3), []found{noDate})
}

func TestFaultsOfS3Authorization(t *testing.T) {
	good := s3 + "Credential=" + s3Scope + ", SignedHeaders=host, Signature=" + someHex
	credential := len(s3 + "Credential=")
	req := sign(t, signature.OBSV4Header, inputFor(signature.OBSV4Header)).Request()
	for _, c := range []struct {
		name, header string
		want         []found
	}{
		{"AdditionalHeaders is the key of another vendor", strings.Replace(good, "Signed", "Additional", 1),
			[]found{{signature.UnknownKey, "header Authorization", position(good, "SignedHeaders"), ""}, bad(-1, "")}},
		{"SignedHeaders missing", strings.Replace(good, " SignedHeaders=host,", "", 1), []found{bad(-1, "")}},
		{"SignedHeaders empty", strings.Replace(good, "=host", "=", 1), []found{bad(position(good, "host"), "")}},
		{"signed header absent", strings.Replace(good, "=host", "=host;range", 1), []found{bad(position(good, "host")+5, "")}},
		{"terminator of another vendor", strings.Replace(good, "aws4_request", "aliyun_v4_request", 1), []found{bad(credential+len(s3Scope)-len("aws4_request"), "0002-00000213")}},
		{"Signature empty", strings.Replace(good, someHex, "", 1), []found{bad(position(good, someHex), "")}},
	} {
		checkFaults(t, c.name, server().Verify(set(req, "Authorization", c.header)), c.want)
	}
	in := request(signature.OBSV4Header, "GET", "/k", h("x-amz-meta-a_b", "1"))
	verdict(t, server(), sign(t, signature.OBSV4Header, in).Request(), signature.Verified) // the rule on underscores is one of OSS
}

func TestFaultsOfV1Authorization(t *testing.T) {
	for _, c := range []struct {
		name, id, header string
		want             []found
	}{
		{"no colon", "oss-v1/header", "OSS " + keyID, []found{bad(4, "0002-00000062")}},
		{"no id", "oss-v1/header", "OSS :AAAA", []found{bad(4, "0002-00000063")}},
		{"no id and no signature", "oss-v1/header", "OSS :", []found{bad(4, "0002-00000063"), bad(5, "0002-00000065")}},
		{"no signature", "oss-v1/header", "OSS ab:", []found{bad(7, "0002-00000065")}},
		{"blank in the id", "oss-v1/header", "OSS a b:AAAA", []found{bad(5, "0002-00000064")}},
		{"two blanks", "oss-v1/header", "OSS  ab:AAAA", []found{bad(4, "0002-00000064")}},
		{"control character in the id", "oss-v1/header", "OSS a\x01:AAAA", []found{bad(5, "0002-00000064")}},
		{"V4 pairs under the V1 word", "oss-v1/header", "OSS Credential=ab:AAAA", []found{bad(14, "0002-00000064")}},
		{"illegal id and no signature", "oss-v1/header", "OSS a,b:", []found{bad(5, "0002-00000064"), bad(8, "0002-00000065")}},
		{"no blank", "oss-v1/header", "OSS:" + keyID + ":AAAA", []found{bad(0, "0002-00000061")}},
		{"the word alone", "oss-v1/header", "OSS", []found{bad(0, "0002-00000061")}},
		{"small letters", "oss-v1/header", "oss ab:AAAA", []found{bad(0, "0002-00000061")}},
		{"another word", "oss-v1/header", "Bearer ab:AAAA", []found{bad(0, "0002-00000061")}},
		{"no colon for OBS", "obs-v2/header", "OBS ab", []found{bad(4, "0002-00000062")}},
		{"no id in the AWS dress", "obs-aws-v2/header", "AWS :AAAA", []found{bad(4, "0002-00000063")}},
	} {
		p := profile(t, c.id)
		checkFaults(t, c.name, server().Verify(set(sign(t, p, inputFor(p)).Request(), "Authorization", c.header)), c.want)
	}
}

func TestFaultsOfV2Authorization(t *testing.T) {
	good := "OSS2 AccessKeyId:" + keyID + ",Signature:AAAA"
	id := len("OSS2 AccessKeyId:")
	for _, c := range []struct {
		name, header string
		want         []found
	}{
		{"unknown key", good + ",Extra:1", []found{{signature.UnknownKey, "header Authorization", len(good) + 1, "0002-00000104"}}},
		{"V4 separators", strings.ReplaceAll(good, ":", "="), []found{bad(5, "0002-00000102"), bad(position(good, "Signature"), "0002-00000102"), bad(-1, "0002-00000105"), bad(-1, "0002-00000108")}},
		{"V1 form under the V2 word", "OSS2 ab:AAAA", []found{{signature.UnknownKey, "header Authorization", 5, "0002-00000104"}, bad(-1, "0002-00000105"), bad(-1, "0002-00000108")}},
		{"no AccessKeyId", "OSS2 Signature:AAAA", []found{bad(-1, "0002-00000105")}},
		{"empty AccessKeyId", strings.Replace(good, keyID, "", 1), []found{bad(id, "0002-00000105")}},
		{"illegal AccessKeyId", strings.Replace(good, "KEYID", "KEY=D", 1), []found{bad(id+13, "0002-00000107")}},
		{"no Signature", good[:position(good, ",")], []found{bad(-1, "0002-00000108")}},
		{"empty Signature", strings.TrimSuffix(good, "AAAA"), []found{bad(len(good)-4, "0002-00000108")}},
		{"empty AdditionalHeaders", good + ",AdditionalHeaders:", []found{bad(len(good)+19, "0002-00000110")}},
		{"empty item", good + ",AdditionalHeaders:host;", []found{bad(len(good)+24, "0002-00000111")}},
		{"absent header", good + ",AdditionalHeaders:range", []found{bad(len(good)+19, "0002-00000112")}},
		{"comma at the end", good + ",", []found{bad(len(good)+1, "0002-00000102")}},
		{"the word alone", "OSS2", []found{bad(0, "0002-00000102")}},
	} {
		req := sign(t, signature.OSSV2Header, inputFor(signature.OSSV2Header)).Request()
		checkFaults(t, c.name, server().Verify(set(req, "Authorization", c.header)), c.want)
	}
}

func TestFaultTextNamesPlacePositionRuleAndWhatWasThere(t *testing.T) {
	f := signature.Fault{Class: signature.UnknownKey, Where: "header Authorization", Offset: 90, Rule: "the rule", EC: "0002-00000204", Got: "Key\n" + strings.Repeat("x", 100)}
	want := "header Authorization at byte 90: the rule, got \"Key\\n" + strings.Repeat("x", 56) + "…\" (EC 0002-00000204)"
	if got := f.Error(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	f = signature.Fault{Where: "request target", Offset: -1, Rule: "the rule"}
	if got := f.Error(); got != "request target: the rule" {
		t.Errorf("got %s", got)
	}
}
