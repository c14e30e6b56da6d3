package signature_test

import (
	"strings"
	"testing"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

func TestRequestsWithoutAuthenticationAreUnsigned(t *testing.T) {
	form := upload(inputFor(signature.OSSV1Form).Request, [][2]string{{"x-oss-object-acl", "private"}})
	for name, req := range map[string]*wire.Request{
		"plain":                   inputFor(signature.OSSV1Header).Request,
		"with parameters":         at(inputFor(signature.OSSV1Header).Request, "/k?Expires=1&x-oss-process=a&security-token=b"),
		"with vendor headers":     set(set(inputFor(signature.OSSV1Header).Request, "x-oss-date", "20261121T083000Z"), "x-oss-security-token", token),
		"an empty Authorization":  set(inputFor(signature.OSSV1Header).Request, "Authorization", " "),
		"a form without a policy": form,
		"a push URL":              at(inputFor(signature.OSSRTMPQuery).Request, "rtmp://b.oss-cn-hangzhou.aliyuncs.com/live/c?playlistName=a"),
		"the fields under a PUT": func() *wire.Request {
			r := onTheWire(t, signature.OSSV1Form, inputFor(signature.OSSV1Form))
			r.Method = "PUT"
			return r
		}(),
		"an XML body under a POST": func() *wire.Request {
			r := set(inputFor(signature.OSSV1Form).Request, "Content-Type", "application/xml")
			r.Body = "<a/>"
			return r
		}(),
		"names in other letter case": at(inputFor(signature.OSSV1Header).Request, "/k?ossaccesskeyid=a&signature=b"),
	} {
		got := verdict(t, server(), req, signature.Unsigned)
		if got.Profile != nil || got.Faults != nil || len(got.Stages()) != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// A request is signed in one place only.
func TestTwoSignaturesAreRefused(t *testing.T) {
	for _, header := range profilesOf(signature.InHeader) {
		for _, query := range profilesOf(signature.InQuery) {
			if query == signature.OSSRTMPQuery {
				continue
			}
			url := sign(t, query, inputFor(query)).Request()
			value, _ := sign(t, header, inputFor(header)).Request().Header("Authorization")
			got := server().Verify(set(url, "Authorization", value))
			if got.Profile != header || got.Verdict != signature.Malformed || got.Faults[0].Class != signature.AuthenticatedTwice ||
				got.Faults[0].Where != "header Authorization and parameter "+query.Names.SignatureField {
				t.Errorf("%s and %s: %v %s %v", header.ID(), query.ID(), got.Profile, got.Verdict, got.Faults)
			}
		}
	}
	for _, p := range profilesOf(signature.InHeader) {
		signed := sign(t, p, inputFor(p)).Request()
		twice := found{signature.AuthenticatedTwice, "header Authorization and parameter Signature", -1, ""}
		checkFaults(t, p.ID()+" beside a Signature alone", server().Verify(at(signed, signed.Target+"?Signature=AAAA")), []found{twice})

		value, _ := signed.Header("Authorization")
		signed.Headers = append(signed.Headers, h("AUTHORIZATION", value))
		checkFaults(t, p.ID()+" with two headers", server().Verify(signed), []found{{signature.AuthenticatedTwice, "header Authorization", -1, ""}})
	}
}

// It is the signature that stands twice, not what goes with it.
func TestOtherParametersOfASignedURLAreNoSecondSignature(t *testing.T) {
	for _, p := range []*signature.Profile{signature.OSSV1Header, signature.OBSV2Header, signature.OBSAWSV2Header} {
		signed := sign(t, p, inputFor(p)).Request()
		verdict(t, server(), at(signed, signed.Target+"?OSSAccessKeyId=a&AWSAccessKeyId=b&Expires=1"), signature.Verified)
	}
}

// A token stands in the URL or in a header (EC 0002-00000010).
func TestTokenInURLAndHeaderIsRefused(t *testing.T) {
	for id, parameter := range map[string]string{
		"oss-v1/query": "security-token", "oss-v2/query": "security-token", "oss-v4/query": "x-oss-security-token",
		"oss-v1/header": "security-token", "oss-v2/header": "security-token", "oss-v4/header": "x-oss-security-token",
	} {
		p := profile(t, id)
		in := inputFor(p)
		in.Credentials.SecurityToken = token
		if p.Carrier == signature.InHeader {
			in.Request.Target += "?" + parameter + "=a"
		} else {
			in.Request.Headers = append(in.Request.Headers, h("X-Oss-Security-Token", token))
		}
		want := found{signature.AuthenticatedTwice, "header x-oss-security-token and parameter " + parameter, -1, "0002-00000010"}
		checkFaults(t, id, server().Verify(sign(t, p, in).Request()), []found{want})
	}
	// The rule is one of OSS.
	in := inputFor(signature.OBSV2Query)
	in.Credentials.SecurityToken = token
	in.Request.Headers = append(in.Request.Headers, h("x-obs-security-token", token))
	verdict(t, server(), sign(t, signature.OBSV2Query, in).Request(), signature.Verified)
}

func TestUnknownSchemeWords(t *testing.T) {
	req := inputFor(signature.OSSV1Header).Request
	for _, value := range []string{"Basic dTpw", "OSS3 a:b", "AWS5-HMAC-SHA256 Credential=a", "OBS:a:b", "oss a:b", "a:b", "\xff"} {
		got := server().Verify(set(req, "Authorization", value))
		if got.Profile != nil {
			t.Errorf("%q: profile %s", value, got.Profile.ID())
		}
		checkFaults(t, value, got, []found{bad(0, "0002-00000061")})
	}
}

// The key id that is not known, and the scope that is not the server's, are
// refused before any signature is compared.
func TestRefusalsBeforeTheSignature(t *testing.T) {
	for _, p := range signature.Profiles {
		in := inputFor(p)
		in.Credentials.AccessKeyID = "ANOTHERKEY"
		checkFaults(t, p.ID(), server().Verify(onTheWire(t, p, in)), []found{{signature.UnknownAccessKey, "access key id", -1, "0002-00000902"}})
	}
	for id, where := range map[string]string{
		"oss-v4/header": "header Authorization", "oss-v4/query": "parameter x-oss-credential", "oss-v4/form": "field x-oss-credential",
	} {
		p := profile(t, id)
		req := onTheWire(t, p, inputFor(p))
		region := "0002-00000226"
		if p.Carrier == signature.InForm {
			region = "0002-00000715"
		}
		v := server()
		v.Region, v.Product = "cn-hangzhou", "oss"
		verdict(t, v, req, signature.Verified)
		v.Region = "cn-beijing"
		checkFaults(t, id+" region", v.Verify(req), []found{{signature.WrongScope, where, -1, region}})
		v.Region = ""
		prefixed := inputFor(p)
		prefixed.Region = "oss-cn-hangzhou"
		checkFaults(t, id+" region with oss- in front", v.Verify(onTheWire(t, p, prefixed)), []found{{signature.WrongScope, where, -1, region}})
		v.Product = "oss-cloudbox"
		checkFaults(t, id+" product", v.Verify(req), []found{{signature.WrongScope, where, -1, "0002-00000227"}})
	}
	// OBS takes the word of the credential (observed, F-OBS-01).
	v := server()
	v.Region, v.Product = "cn-north-4", "oss"
	verdict(t, v, onTheWire(t, signature.OBSV4Header, inputFor(signature.OBSV4Header)), signature.Verified)
}

// A server stops at one fault: the page of EC 0002-00000204 gives that code to
// a header that has another fault in front.
func TestFaultThatAServerAnswersWith(t *testing.T) {
	req := sign(t, signature.OSSV4Header, inputFor(signature.OSSV4Header)).Request()
	for value, want := range map[string]string{
		"OSS4-HMAC-SHA256 CredentialAK**ID/20221220/us-east-1/oss/aliyun_v4_request,Signature=18**0a,UnknownKey=1": "0002-00000204",
		"OSS4-HMAC-SHA256 Credential=,AdditionalHeaders=,Signature=":                                               "0002-00000213",
		"OSS4-HMAC-SHA256": "0002-00000202",
	} {
		if f := server().Verify(set(req, "Authorization", value)).Fault(); f == nil || f.EC != want {
			t.Errorf("%s: %v", value, f)
		}
	}
	if f := server().Verify(req).Fault(); f != nil {
		t.Errorf("a verified request has %v", f)
	}
}

// A path-style host with another bucket is another resource, which the caller
// who knows it can say.
func TestResolveReplacesTheMapOfHosts(t *testing.T) {
	in := request(signature.OSSV1Header, "GET", "/k")
	in.Request.Headers[0].Value = "cdn.example.org"
	req := sign(t, signature.OSSV1Header, in).Request()
	verdict(t, server(), req, signature.Mismatch)
	v := server()
	v.Resolve = func(target wire.Target, host string) (signature.Resource, error) {
		if host != "cdn.example.org" {
			t.Errorf("host %q", host)
		}
		return signature.ResourceOf(target, host, signature.CNAME, "examplebucket")
	}
	verdict(t, v, req, signature.Verified)
	v.Resolve = func(target wire.Target, host string) (signature.Resource, error) {
		return signature.ResourceOf(target, host, signature.PathStyle, "examplebucket")
	}
	got := v.Verify(req)
	checkFaults(t, "not the bucket of the path", got, []found{{signature.MalformedAuthorization, "request target", -1, ""}})
	if !strings.Contains(got.Faults[0].Rule, `"examplebucket"`) {
		t.Errorf("rule %q", got.Faults[0].Rule)
	}
}
