package signature_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

func TestProfilesAreThePublishedOnes(t *testing.T) {
	var ids []string
	for _, p := range signature.Profiles {
		ids = append(ids, p.ID())
	}
	want := "oss-v1/header oss-v1/query oss-v1/form oss-v2/header oss-v2/query oss-v2/form oss-v4/header oss-v4/query oss-v4/form " +
		"oss-rtmp/query obs-v2/header obs-v2/query obs-v2/form obs-aws-v2/header obs-aws-v2/query obs-aws-v2/form obs-v4/header obs-v4/query obs-v4/form"
	if got := strings.Join(ids, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := fmt.Sprint(signature.OSSV4Query); got != "oss-v4/query" {
		t.Errorf("a profile prints as %s", got)
	}
	for _, s := range signature.Stages {
		if want := s == signature.Authorization || s == signature.URL || s == signature.Form; s.Parsed() != want {
			t.Errorf("%s: parsed %v", s, s.Parsed())
		}
	}
	for _, id := range []string{"oss-v3/header", "oss-rtmp/header", "oss-v1", ""} {
		if _, err := signature.LookupID(id); !errors.Is(err, signature.ErrUnknownProfile) {
			t.Errorf("LookupID(%q): %v", id, err)
		}
	}
}

// What is signed is told from the request alone and verifies, with every way
// to name a bucket, at every level, with and without a token.
func TestWhatIsSignedVerifies(t *testing.T) {
	for _, p := range signature.Profiles {
		for _, c := range scenes(p) {
			for _, securityToken := range []string{"", token} {
				t.Run(fmt.Sprintf("%s/%s/token=%v", p.ID(), c.name, securityToken != ""), func(t *testing.T) {
					in := inputFor(p)
					c.set(in)
					in.Credentials.SecurityToken = securityToken
					got := verdict(t, server(), onTheWire(t, p, in), signature.Verified)
					if got.Profile != p || got.AccessKeyID != keyID || got.Token != securityToken {
						t.Errorf("profile %v, key id %q, token %q", got.Profile, got.AccessKeyID, got.Token)
					}
					if got.Resource.Bucket != in.Bucket || got.Resource.Addressing != c.seenAs {
						t.Errorf("bucket %q by %s, want %q by %s", got.Resource.Bucket, got.Resource.Addressing, in.Bucket, c.seenAs)
					}
					if want := c.key; got.Key != want {
						t.Errorf("key %q, want %q", got.Key, want)
					}
				})
			}
		}
	}
}

type scene struct {
	name   string
	set    func(*signature.Input)
	seenAs signature.Addressing
	key    string
}

// scenes are the ways a request can name what it is about.
func scenes(p *signature.Profile) []scene {
	object := scene{"virtual host", func(*signature.Input) {}, signature.VirtualHost, "dir/a b.txt"}
	if p == signature.OSSRTMPQuery {
		object.key = "live/camera"
		return []scene{object}
	}
	if p.Carrier == signature.InForm {
		return []scene{object}
	}
	place := func(host, target string, bucket string, addressing signature.Addressing) func(*signature.Input) {
		return func(in *signature.Input) {
			in.Request.Headers[0].Value, in.Request.Target = host, target
			in.Bucket, in.Addressing = bucket, addressing
		}
	}
	endpoint := endpointOf(p)
	return []scene{
		object,
		{"virtual host with a port", place("examplebucket."+endpoint+":8080", "/k", "examplebucket", signature.VirtualHost), signature.VirtualHost, "k"},
		{"absolute-form target", place("elsewhere", "https://examplebucket."+endpoint+"/k?acl", "examplebucket", signature.VirtualHost), signature.VirtualHost, "k"},
		{"path", place(endpoint, "/examplebucket/dir/a%20b.txt?acl", "examplebucket", signature.PathStyle), signature.PathStyle, "dir/a b.txt"},
		{"path to an address", place("127.0.0.1:9000", "/examplebucket/k", "examplebucket", signature.PathStyle), signature.PathStyle, "k"},
		{"cname", place("img.example.com", "/dir/a%20b.txt", "examplebucket", signature.CNAME), signature.CNAME, "dir/a b.txt"},
		{"bucket by virtual host", place("examplebucket."+endpoint, "/?acl", "examplebucket", signature.VirtualHost), signature.VirtualHost, ""},
		{"bucket by path", place(endpoint, "/examplebucket?acl", "examplebucket", signature.PathStyle), signature.PathStyle, ""},
		{"bucket by path with a slash", place(endpoint, "/examplebucket/?acl", "examplebucket", signature.PathStyle), signature.PathStyle, ""},
		{"bucket by cname", place("img.example.com", "/", "examplebucket", signature.CNAME), signature.CNAME, ""},
		{"service", place(endpoint, "/", "", signature.PathStyle), signature.PathStyle, ""},
		{"service with parameters", place(endpoint, "/?prefix=a&max-keys=2", "", signature.PathStyle), signature.PathStyle, ""},
	}
}

// OSS signs the bucket whatever host it is called by; OBS signs a custom domain
// in its place (obs_04_0010, table 7).
func TestResourceUnderEachAddressing(t *testing.T) {
	for _, c := range []struct{ id, scene, want string }{
		{"oss-v1/header", "virtual host", "/examplebucket/dir/a b.txt"},
		{"oss-v1/header", "path", "/examplebucket/dir/a b.txt?acl"},
		{"oss-v1/header", "cname", "/examplebucket/dir/a b.txt"},
		{"oss-v1/query", "bucket by path", "/examplebucket/?acl"},
		{"oss-v1/header", "bucket by cname", "/examplebucket/"},
		{"oss-v1/header", "service", "/"},
		{"oss-v1/header", "service with parameters", "/"},
		{"oss-v2/header", "cname", "%2Fexamplebucket%2Fdir%2Fa%20b.txt"},
		{"oss-v2/header", "bucket by virtual host", "%2Fexamplebucket%2F?acl"},
		{"oss-v2/header", "service", "%2F"},
		{"oss-v4/header", "virtual host", "/examplebucket/dir/a%20b.txt"},
		{"oss-v4/query", "path", "/examplebucket/dir/a%20b.txt"},
		{"oss-v4/header", "bucket by cname", "/examplebucket/"},
		{"oss-v4/header", "service", "/"},
		{"oss-rtmp/query", "virtual host", "/examplebucket/camera"},
		{"obs-v2/header", "virtual host", "/examplebucket/dir/a%20b.txt"},
		{"obs-v2/header", "path", "/examplebucket/dir/a%20b.txt?acl"},
		{"obs-v2/header", "bucket by path", "/examplebucket/?acl"},
		{"obs-v2/query", "cname", "/img.example.com/dir/a%20b.txt"},
		{"obs-aws-v2/header", "bucket by cname", "/img.example.com/"},
		{"obs-aws-v2/header", "virtual host with a port", "/examplebucket/k"},
		{"obs-v2/header", "service", "/"},
		{"obs-v4/header", "virtual host", "/dir/a%20b.txt"},
		{"obs-v4/header", "path", "/examplebucket/dir/a%20b.txt"},
		{"obs-v4/query", "bucket by path", "/examplebucket"},
		{"obs-v4/query", "service", "/"},
	} {
		p := profile(t, c.id)
		found := false
		for _, s := range scenes(p) {
			if s.name != c.scene {
				continue
			}
			found = true
			in := inputFor(p)
			s.set(in)
			if got := sign(t, p, in).Stage(signature.CanonicalResource); got != c.want {
				t.Errorf("%s, %s: %q, want %q", c.id, c.scene, got, c.want)
			}
		}
		if !found {
			t.Errorf("no scene %q", c.scene)
		}
	}
}

// The port of a custom domain is not signed.
func TestCustomDomainIsSignedWithoutItsPort(t *testing.T) {
	in := request(signature.OBSV2Header, "GET", "/k")
	in.Request.Headers[0].Value, in.Addressing = "img.example.com:8443", signature.CNAME
	if got := sign(t, signature.OBSV2Header, in).Stage(signature.CanonicalResource); got != "/img.example.com/k" {
		t.Errorf("resource %q", got)
	}
}

// One field token = id:signature:policy stands for three and wins over them.
func TestTokenFieldOfOBSFormsWins(t *testing.T) {
	for _, p := range []*signature.Profile{signature.OBSV2Form, signature.OBSAWSV2Form} {
		in := inputFor(p)
		signed := sign(t, p, in)
		all := strings.Join([]string{keyID, signed.Stage(signature.SignatureValue), signed.Stage(signature.StringToSign)}, ":")
		alone := upload(signed.Request(), [][2]string{{"token", all}})
		verdict(t, server(), alone, signature.Verified)
		beside := upload(signed.Request(), [][2]string{{p.Names.AccessKey, "other"}, {"policy", "other"}, {"signature", "other"}, {"token", all}})
		verdict(t, server(), beside, signature.Verified)
		wrong := upload(signed.Request(), append(signed.Form, [2]string{"token", keyID + ":AAAA:" + base64.StdEncoding.EncodeToString([]byte(in.Policy))}))
		verdict(t, server(), wrong, signature.Mismatch)
	}
}

func TestSignNeverChangesTheInput(t *testing.T) {
	for _, p := range signature.Profiles {
		in, same := inputFor(p), inputFor(p)
		for _, i := range []*signature.Input{in, same} {
			i.Request.Headers = append(make([]wire.Header, 0, 32), append(i.Request.Headers, h("X-Oss-Meta-B", " 2 "), h("x-obs-meta-a", "1"))...)
			i.AdditionalHeaders = []string{"Host", "absent", "host"}
		}
		sign(t, p, in)
		if !reflect.DeepEqual(in, same) {
			t.Errorf("%s changed its input to\n%+v", p.ID(), in)
		}
		if spare := in.Request.Headers[:cap(in.Request.Headers)]; !reflect.DeepEqual(spare[len(in.Request.Headers)], wire.Header{}) {
			t.Errorf("%s wrote behind the headers of its input: %q", p.ID(), spare[len(in.Request.Headers)])
		}
	}
}

func TestVerifyNeverChangesTheRequest(t *testing.T) {
	for _, p := range signature.Profiles {
		req := onTheWire(t, p, inputFor(p))
		same := *req.Clone(0)
		verdict(t, server(), req, signature.Verified)
		if !reflect.DeepEqual(*req.Clone(0), same) {
			t.Errorf("%s: %q", p.ID(), req.AppendHTTP(nil))
		}
	}
}

// Nothing of one request reaches another: many goroutines sign and verify with
// all profiles, and every result is that of a signature made alone.
func TestSignaturesMadeAtOnceDoNotMix(t *testing.T) {
	type job struct {
		p    *signature.Profile
		in   *signature.Input
		want []signature.StageValue
	}
	var jobs []job
	for n := range 5 {
		for _, p := range signature.Profiles {
			in := inputFor(p)
			in.Credentials.AccessKeySecret = strings.Repeat("s", n+1)
			in.Policy += strings.Repeat(" ", 3000*n)
			in.Request.Headers = append(in.Request.Headers, h(p.Names.HeaderPrefix+"meta-n", strings.Repeat("v", 500*n)))
			jobs = append(jobs, job{p, in, sign(t, p, in).Stages()})
		}
	}
	var wait sync.WaitGroup
	for worker := range 8 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := range jobs {
				j := jobs[(i*7+worker*13)%len(jobs)]
				signed, err := j.p.Sign(j.in)
				if err != nil || !reflect.DeepEqual(signed.Stages(), j.want) {
					t.Errorf("%s: %v, stages %q, want %q", j.p.ID(), err, signed.Stages(), j.want)
					return
				}
				v := server()
				v.Secret = func(string) (signature.Credentials, bool) { return j.in.Credentials, true }
				if j.p.Carrier != signature.InForm {
					if got := v.Verify(signed.Request()); got.Verdict != signature.Verified {
						t.Errorf("%s: %s %v", j.p.ID(), got.Verdict, got.Faults)
						return
					}
				}
			}
		}()
	}
	wait.Wait()
}

// A profile is a value: clones share nothing that can be changed.
func TestCloneAndReplaceLeaveTheOriginalAlone(t *testing.T) {
	for _, p := range signature.Profiles {
		before := sign(t, p, inputFor(p)).Stages()
		c := p.Clone()
		for i := range c.Steps {
			c.Steps[i] = signature.Step{}
		}
		for i := range c.Place {
			c.Place[i] = signature.Placement{}
		}
		c.Names = signature.Names{}
		r := p.Replace(signature.StringToSign, func(_ *signature.Signing, dst []byte) ([]byte, error) { return append(dst, "other"...), nil })
		if got := sign(t, r, inputFor(p)).Stage(signature.StringToSign); got != "other" {
			t.Errorf("%s: the replaced step gives %q", p.ID(), got)
		}
		if after := sign(t, p, inputFor(p)).Stages(); !reflect.DeepEqual(after, before) {
			t.Errorf("%s: %q, was %q", p.ID(), after, before)
		}
	}
}

func TestSignRefusesIncompleteInput(t *testing.T) {
	v4 := signature.OSSV4Header
	for _, c := range []struct {
		name  string
		p     *signature.Profile
		spoil func(*signature.Input)
		want  string
	}{
		{"no request", v4, func(in *signature.Input) { in.Request = nil }, "no request"},
		{"no key", v4, func(in *signature.Input) { in.Credentials.AccessKeyID = "" }, "no accessKeyId"},
		{"no region", v4, func(in *signature.Input) { in.Region = "" }, "no region"},
		{"no time", v4, func(in *signature.Input) { in.Time = time.Time{} }, "no time"},
		{"no expiry", signature.OSSV1Query, func(in *signature.Input) { in.Expires = 0 }, "no expires"},
		{"no policy", signature.OBSV2Form, func(in *signature.Input) { in.Policy = "" }, "no policy"},
		{"signed already", v4, func(in *signature.Input) {
			in.Request.Headers = append(in.Request.Headers, h("authorization", "OSS a:b"))
		}, "already has an Authorization"},
		{"signed URL", signature.OSSV4Query, func(in *signature.Input) { in.Request.Target += "?x-oss-signature=ab" }, "already has the parameter x-oss-signature"},
		{"another key in the URL", signature.OSSV1Query, func(in *signature.Input) { in.Request.Target += "?OSSAccessKeyId=other" }, "already has the parameter OSSAccessKeyId"},
		{"another credential in the URL", signature.OSSV4Query, func(in *signature.Input) { in.Request.Target += "?x-oss-credential=other" }, "already has the parameter x-oss-credential"},
		{"another list in the URL", signature.OSSV4Query, func(in *signature.Input) { in.Request.Target += "?x-oss-additional-headers=host" }, "already has the parameter x-oss-additional-headers"},
		{"another token in the URL", signature.OBSV2Query, func(in *signature.Input) {
			in.Request.Target += "?x-obs-security-token=other"
			in.Credentials.SecurityToken = token
		}, "already has the parameter x-obs-security-token"},
		{"an empty time", v4, func(in *signature.Input) { in.Request.Headers = append(in.Request.Headers, h("x-oss-date", "")) }, "empty header x-oss-date"},
		{"no host under S3", signature.OBSV4Header, func(in *signature.Input) { in.Request.Headers = nil }, "no Host header"},
		{"other bucket in the path", v4, func(in *signature.Input) { in.Addressing, in.Request.Target = signature.PathStyle, "/other/k" }, `"examplebucket"`},
		{"no slash", v4, func(in *signature.Input) { in.Request.Target = "k" }, "begin with a slash"},
	} {
		in := inputFor(c.p)
		c.spoil(in)
		_, err := c.p.Sign(in)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), c.p.ID()+": ") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// Times that already stand in a request are signed as they stand.
func TestTimesGivenInTheRequestAreSigned(t *testing.T) {
	in := request(signature.OSSV1Query, "GET", "/k?Expires=1795300000")
	signed := sign(t, signature.OSSV1Query, in)
	if got := signed.Stage(signature.StringToSign); got != "GET\n\n\n1795300000\n/examplebucket/k" {
		t.Errorf("StringToSign %q", got)
	}
	verdict(t, server(), signed.Request(), signature.Verified)

	in = request(signature.OSSV4Query, "GET", "/k?x-oss-date=20261121T082000Z&x-oss-expires=1800")
	signed = sign(t, signature.OSSV4Query, in)
	if got := signed.Stage(signature.StringToSign); !strings.Contains(got, "\n20261121T082000Z\n") {
		t.Errorf("StringToSign %q", got)
	}
	got := verdict(t, server(), signed.Request(), signature.Verified)
	if got.Expires != "1800" || strings.Count(signed.Request().Target, "x-oss-expires") != 1 {
		t.Errorf("expires %q in %s", got.Expires, signed.Request().Target)
	}
}

// What a signer would place, and a token of the caller's own, may stand there
// already.
func TestAuthenticationOfTheSameHandMayStandInTheURL(t *testing.T) {
	p := signature.OSSV1Query
	alone := sign(t, p, request(p, "GET", "/k?OSSAccessKeyId="+keyID+"&security-token=own"))
	if got := alone.Stage(signature.StringToSign); got != "GET\n\n\n1795253400\n/examplebucket/k?security-token=own" {
		t.Errorf("StringToSign %q", got)
	}
	if got := verdict(t, server(), alone.Request(), signature.Verified); got.Token != "own" || strings.Count(alone.Request().Target, "OSSAccessKeyId") != 1 {
		t.Errorf("token %q in %s", got.Token, alone.Request().Target)
	}
}

// The URL stage is the whole URL, the request holds its target.
func TestSignedURLAndTarget(t *testing.T) {
	for _, c := range []struct{ transport, target, url, sent string }{
		{"https", "/k", "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/k?OSSAccessKeyId=", "/k?OSSAccessKeyId="},
		{"", "/k?", "http://examplebucket.oss-cn-hangzhou.aliyuncs.com/k?OSSAccessKeyId=", "/k?OSSAccessKeyId="},
		{"http", "//k?a", "http://examplebucket.oss-cn-hangzhou.aliyuncs.com//k?a&OSSAccessKeyId=", "//k?a&OSSAccessKeyId="},
		{"http", "https://other.example.com/k", "https://other.example.com/k?OSSAccessKeyId=", "https://other.example.com/k?OSSAccessKeyId="},
	} {
		in := request(signature.OSSV1Query, "GET", c.target)
		in.Request.Transport = c.transport
		signed := sign(t, signature.OSSV1Query, in)
		if url := signed.Stage(signature.URL); !strings.HasPrefix(url, c.url) || !strings.HasSuffix(url, signed.Request().Target) {
			t.Errorf("%s: url %s, target %s", c.target, url, signed.Request().Target)
		}
		if !strings.HasPrefix(signed.Request().Target, c.sent) {
			t.Errorf("%s: target %s", c.target, signed.Request().Target)
		}
	}
}
