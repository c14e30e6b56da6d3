package signature_test

import (
	"strings"
	"testing"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

func badQuery(name string, offset int, ec string) found {
	return found{signature.MalformedQuery, "parameter " + name, offset, ec}
}

func badField(name string, offset int, ec string) found {
	return found{signature.MalformedForm, "field " + name, offset, ec}
}

// change edits one parameter of a signed URL. A value of "-" drops it.
func change(req *wire.Request, name, value string) *wire.Request {
	t := wire.SplitTarget(req.Target)
	var kept []string
	for _, p := range wire.AppendParams(nil, t.Query) {
		switch {
		case p.Name != name:
			kept = append(kept, p.Name+"="+p.Value)
		case value != "-":
			kept = append(kept, name+"="+value)
		}
	}
	t.Query = strings.Join(kept, "&")
	return at(req, t.String())
}

func TestFaultsOfSignedURLs(t *testing.T) {
	for _, c := range []struct {
		id, name, value string
		want            []found
	}{
		{"oss-v1/query", "OSSAccessKeyId", "-", []found{badQuery("OSSAccessKeyId", -1, "0002-00000071")}},
		{"oss-v1/query", "OSSAccessKeyId", "", []found{badQuery("OSSAccessKeyId", 0, "0002-00000073")}},
		{"oss-v1/query", "Expires", "-", []found{badQuery("Expires", -1, "")}},
		{"oss-v1/query", "Expires", "", []found{badQuery("Expires", 0, "")}},
		{"oss-v1/query", "Expires", "12a4", []found{badQuery("Expires", 2, "0002-00000070")}},
		{"oss-v1/query", "Expires", "-5", []found{badQuery("Expires", 0, "0002-00000070")}},
		{"oss-v1/query", "Expires", "%2B5", []found{badQuery("Expires", 0, "0002-00000070")}},
		{"oss-v1/query", "Expires", "1.5", []found{badQuery("Expires", 1, "0002-00000070")}},
		{"oss-v1/query", "Expires", "99999999999999999999", []found{badQuery("Expires", 0, "0002-00000070")}},
		{"oss-v1/query", "Signature", "-", []found{badQuery("Signature", -1, "")}},
		{"oss-v1/query", "Signature", "", []found{badQuery("Signature", 0, "0002-00000065")}},
		{"oss-rtmp/query", "Expires", "soon", []found{badQuery("Expires", 0, "0002-00000070")}},
		{"oss-rtmp/query", "OSSAccessKeyId", "-", []found{badQuery("OSSAccessKeyId", -1, "0002-00000071")}},
		{"obs-v2/query", "Signature", "-", []found{badQuery("Signature", -1, "")}},
		{"obs-v2/query", "Expires", "soon", []found{badQuery("Expires", 0, "0002-00000070")}},
		{"obs-v2/query", "AccessKeyId", "", []found{badQuery("AccessKeyId", 0, "0002-00000073")}},
		{"obs-v2/query", "AccessKeyId", "-", []found{badQuery("OSSAccessKeyId", -1, "0002-00000071")}},
		{"obs-aws-v2/query", "AWSAccessKeyId", "", []found{badQuery("AWSAccessKeyId", 0, "0002-00000073")}},
		{"obs-aws-v2/query", "Expires", "-", []found{badQuery("Expires", -1, "")}},

		{"oss-v2/query", "x-oss-signature-version", "-", []found{badQuery("x-oss-signature-version", -1, "0002-00000066")}},
		{"oss-v2/query", "x-oss-signature-version", "OSS3", []found{badQuery("x-oss-signature-version", 0, "0002-00000066")}},
		{"oss-v2/query", "x-oss-access-key-id", "-", []found{badQuery("x-oss-access-key-id", -1, "0002-00000116")}},
		{"oss-v2/query", "x-oss-access-key-id", "", []found{badQuery("x-oss-access-key-id", 0, "0002-00000116")}},
		{"oss-v2/query", "x-oss-expires", "-", []found{badQuery("x-oss-expires", -1, "0002-00000113")}},
		{"oss-v2/query", "x-oss-expires", "", []found{badQuery("x-oss-expires", 0, "0002-00000114")}},
		{"oss-v2/query", "x-oss-expires", "1e9", []found{badQuery("x-oss-expires", 1, "0002-00000070")}},
		{"oss-v2/query", "x-oss-signature", "-", []found{badQuery("x-oss-signature", -1, "")}},
		{"oss-v2/query", "x-oss-signature", "", []found{badQuery("x-oss-signature", 0, "0002-00000118")}},
		{"oss-v2/query", "x-oss-additional-headers", "", []found{badQuery("x-oss-additional-headers", 0, "0002-00000076")}},
		{"oss-v2/query", "x-oss-additional-headers", "host%3B", []found{badQuery("x-oss-additional-headers", 5, "0002-00000076")}},
		{"oss-v2/query", "x-oss-additional-headers", "host;range", []found{badQuery("x-oss-additional-headers", 5, "0002-00000077")}},

		{"oss-v4/query", "x-oss-signature-version", "-", []found{badQuery("x-oss-signature-version", -1, "0002-00000066")}},
		{"oss-v4/query", "x-oss-signature-version", "OSS4-HMAC-SHA1", []found{badQuery("x-oss-signature-version", 0, "0002-00000066")}},
		{"oss-v4/query", "x-oss-signature-version", "", []found{badQuery("x-oss-signature-version", 0, "0002-00000066")}},
		{"oss-v4/query", "x-oss-credential", "-", []found{badQuery("x-oss-credential", -1, "0002-00000217")}},
		{"oss-v4/query", "x-oss-credential", "", []found{badQuery("x-oss-credential", 0, "0002-00000218")}},
		{"oss-v4/query", "x-oss-credential", "a%20b/20261121/cn-hangzhou/oss/aliyun_v4_request", []found{badQuery("x-oss-credential", 1, "0002-00000222")}},
		{"oss-v4/query", "x-oss-credential", "ab/2026112/cn-hangzhou/oss/aliyun_v4_request", []found{badQuery("x-oss-credential", 3, "0002-00000223")}},
		{"oss-v4/query", "x-oss-credential", "ab/20261121/cn-hangzhou/oss", []found{badQuery("x-oss-credential", 0, "0002-00000224")}},
		{"oss-v4/query", "x-oss-credential", "ab/20261121/cn-hangzhou/oss/aliyun_v4", []found{badQuery("x-oss-credential", 28, "0002-00000224")}},
		{"oss-v4/query", "x-oss-date", "-", []found{badQuery("x-oss-date", -1, "")}},
		{"oss-v4/query", "x-oss-date", "", []found{badQuery("x-oss-date", 0, "")}},
		{"oss-v4/query", "x-oss-date", "2026-11-21T08:30:00Z", []found{badQuery("x-oss-date", 0, "0002-00000502")}},
		{"oss-v4/query", "x-oss-expires", "-", []found{badQuery("x-oss-expires", -1, "0002-00000215")}},
		{"oss-v4/query", "x-oss-expires", "", []found{badQuery("x-oss-expires", 0, "0002-00000216")}},
		{"oss-v4/query", "x-oss-expires", "1h", []found{badQuery("x-oss-expires", 1, "0002-00000070")}},
		{"oss-v4/query", "x-oss-expires", "0", []found{badQuery("x-oss-expires", 0, "0002-00000232")}},
		{"oss-v4/query", "x-oss-expires", "604801", []found{badQuery("x-oss-expires", 0, "0002-00000232")}},
		{"oss-v4/query", "x-oss-signature", "-", []found{badQuery("x-oss-signature", -1, "0002-00000219")}},
		{"oss-v4/query", "x-oss-signature", "", []found{badQuery("x-oss-signature", 0, "")}},
		{"oss-v4/query", "x-oss-additional-headers", "", []found{badQuery("x-oss-additional-headers", 0, "")}},
		{"oss-v4/query", "x-oss-additional-headers", "range", []found{badQuery("x-oss-additional-headers", 0, "")}},

		{"obs-v4/query", "X-Amz-Algorithm", "AWS4-HMAC-SHA1", []found{badQuery("X-Amz-Algorithm", 0, "")}},
		{"obs-v4/query", "X-Amz-Algorithm", "-", []found{badQuery("X-Amz-Algorithm", -1, "")}},
		{"obs-v4/query", "X-Amz-SignedHeaders", "-", []found{badQuery("X-Amz-SignedHeaders", -1, "")}},
		{"obs-v4/query", "X-Amz-SignedHeaders", "host;x-amz-acl", []found{badQuery("X-Amz-SignedHeaders", 5, "")}},
		{"obs-v4/query", "X-Amz-Expires", "604801", []found{badQuery("X-Amz-Expires", 0, "0002-00000232")}},
	} {
		p := profile(t, c.id)
		in := inputFor(p)
		in.AdditionalHeaders = []string{"host"} // so that there is a list
		req := sign(t, p, in).Request()
		if !strings.Contains(req.Target, c.name+"=") {
			if p.Names.SignedHeaders != c.name {
				t.Errorf("%s: no parameter %s in %s", c.id, c.name, req.Target)
			}
			req = at(req, req.Target+"&"+c.name+"=")
		}
		checkFaults(t, c.id+" "+c.name+"="+c.value, server().Verify(change(req, c.name, c.value)), c.want)
	}
}

func TestManyFaultsOfASignedURL(t *testing.T) {
	req := at(sign(t, signature.OSSV4Query, inputFor(signature.OSSV4Query)).Request(),
		"/k?x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-credential=ab%2Ftoday%2Fcn%2Foss%2Fv4&x-oss-expires=1h&x-oss-additional-headers=range%3B")
	checkFaults(t, "many", server().Verify(req), []found{
		badQuery("x-oss-date", -1, ""), badQuery("x-oss-signature", -1, "0002-00000219"),
		badQuery("x-oss-credential", 3, "0002-00000223"), badQuery("x-oss-credential", 16, "0002-00000224"),
		badQuery("x-oss-additional-headers", 0, ""), badQuery("x-oss-additional-headers", 6, ""), badQuery("x-oss-expires", 1, "0002-00000070"),
	})
}

// The names of the parameters are read decoded, as a server reads them.
func TestParameterNamesOfSignedURLsAreDecoded(t *testing.T) {
	req := sign(t, signature.OSSV1Query, inputFor(signature.OSSV1Query)).Request()
	verdict(t, server(), swap(t, req, "OSSAccessKeyId=", "%4FSSAccessKeyId="), signature.Verified)
	req = sign(t, signature.OSSV4Query, inputFor(signature.OSSV4Query)).Request()
	verdict(t, server(), swap(t, req, "x-oss-signature=", "x%2Doss%2Dsignature="), signature.Verified)
}

func TestFaultsOfForms(t *testing.T) {
	for _, c := range []struct {
		id, field, value string
		want             []found
	}{
		{"oss-v1/form", "policy", "", []found{badField("policy", 0, "0006-00000205")}},
		{"oss-v1/form", "Signature", "-", []found{badField("Signature", -1, "0002-00000703")}},
		{"oss-v1/form", "Signature", "", []found{badField("Signature", 0, "0002-00000704")}},
		{"oss-v1/form", "OSSAccessKeyId", "-", []found{badField("OSSAccessKeyId", -1, "0002-00000706")}},
		{"oss-v1/form", "OSSAccessKeyId", "", []found{badField("OSSAccessKeyId", 0, "0002-00000707")}},
		{"oss-v2/form", "policy", "-", []found{badField("policy", -1, "0002-00000702")}},
		{"oss-v2/form", "x-oss-signature-version", "OSS5", []found{badField("x-oss-signature-version", 0, "0002-00000701")}},
		{"oss-v2/form", "x-oss-access-key-id", "-", []found{badField("x-oss-access-key-id", -1, "0002-00000706")}},
		{"oss-v2/form", "x-oss-signature", "-", []found{badField("x-oss-signature", -1, "0002-00000703")}},
		{"oss-v4/form", "policy", "-", []found{badField("policy", -1, "0002-00000702")}},
		{"oss-v4/form", "x-oss-signature-version", "", []found{badField("x-oss-signature-version", 0, "0002-00000701")}},
		{"oss-v4/form", "x-oss-credential", "-", []found{badField("x-oss-credential", -1, "0002-00000710")}},
		{"oss-v4/form", "x-oss-credential", "ab/21/cn-hangzhou/oss/aliyun_v4_request", []found{badField("x-oss-credential", 3, "0002-00000709")}},
		{"oss-v4/form", "x-oss-credential", "ab/20261121/cn-hangzhou/oss/v4", []found{badField("x-oss-credential", 28, "0002-00000710")}},
		{"oss-v4/form", "x-oss-date", "-", []found{badField("x-oss-date", -1, "")}},
		{"oss-v4/form", "x-oss-signature", "", []found{badField("x-oss-signature", 0, "0002-00000704")}},
		{"obs-v2/form", "policy", "-", []found{badField("policy", -1, "0002-00000702")}},
		{"obs-v2/form", "signature", "-", []found{badField("signature", -1, "0002-00000703")}},
		{"obs-aws-v2/form", "AWSAccessKeyId", "", []found{badField("AWSAccessKeyId", 0, "0002-00000707")}},
		{"obs-v4/form", "x-amz-signature", "-", []found{badField("x-amz-signature", -1, "0002-00000703")}},
		{"obs-v4/form", "x-amz-algorithm", "AWS4", []found{badField("x-amz-algorithm", 0, "")}},
	} {
		p := profile(t, c.id)
		signed := sign(t, p, inputFor(p))
		var fields [][2]string
		there := false
		for _, f := range signed.Form {
			if f[0] == c.field {
				there = true
				if f[1] = c.value; c.value == "-" {
					continue
				}
			}
			fields = append(fields, f)
		}
		if !there {
			t.Errorf("%s: no field %s", c.id, c.field)
		}
		checkFaults(t, c.id+" "+c.field+"="+c.value, server().Verify(upload(signed.Request(), fields)), c.want)
	}
}

func TestFaultsOfTheTokenField(t *testing.T) {
	signed := sign(t, signature.OBSV2Form, inputFor(signature.OBSV2Form))
	for _, value := range []string{"::", "a::c", ":b:c", "a:b:"} {
		checkFaults(t, value, server().Verify(upload(signed.Request(), [][2]string{{"token", value}})), []found{badField("token", 0, "")})
	}
	verdict(t, server(), upload(signed.Request(), [][2]string{{"token", "a:b"}}), signature.Unsigned)
}

func TestFaultsOfMultipartBodies(t *testing.T) {
	signed := sign(t, signature.OSSV1Form, inputFor(signature.OSSV1Form))
	whole := upload(signed.Request(), signed.Form)
	body := found{signature.MalformedForm, "body", -1, ""}
	for name, spoil := range map[string]func(*wire.Request) *wire.Request{
		"no boundary":      func(r *wire.Request) *wire.Request { return set(r, "Content-Type", "multipart/form-data") },
		"another boundary": func(r *wire.Request) *wire.Request { return set(r, "Content-Type", "multipart/form-data; boundary=x") },
		"cut off":          func(r *wire.Request) *wire.Request { r.Body = r.Body[:strings.Index(r.Body, "OSSAccess")+40]; return r },
		"part without a name": func(r *wire.Request) *wire.Request {
			r.Body = strings.Replace(r.Body, "; name=", "; nome=", 1)
			return r
		},
		"no empty line":   func(r *wire.Request) *wire.Request { r.Body = strings.Replace(r.Body, "\r\n\r\n", "\r\n", 1); return r },
		"bare line feeds": func(r *wire.Request) *wire.Request { r.Body = strings.ReplaceAll(r.Body, "\r\n", "\n"); return r },
		"empty":           func(r *wire.Request) *wire.Request { r.Body = ""; return r },
	} {
		checkFaults(t, name, server().Verify(spoil(whole.Clone(0))), []found{body})
	}
	// What browsers and libraries write otherwise is read all the same.
	for name, write := range map[string]func(*wire.Request) *wire.Request{
		"quoted boundary": func(r *wire.Request) *wire.Request {
			return set(r, "Content-Type", `Multipart/Form-Data; charset=utf-8; Boundary="`+boundary+`"`)
		},
		"preamble": func(r *wire.Request) *wire.Request { r.Body = "to be ignored\r\n" + r.Body; return r },
		"other part header": func(r *wire.Request) *wire.Request {
			r.Body = strings.ReplaceAll(r.Body, "Content-Disposition: form-data; name=", "Content-Length: 1\r\ncontent-disposition:form-data;name=")
			return r
		},
		"blanks behind": func(r *wire.Request) *wire.Request {
			r.Body = strings.ReplaceAll(r.Body, boundary+"\r\n", boundary+" \t\r\n")
			return r
		},
		"names unquoted": func(r *wire.Request) *wire.Request {
			r.Body = strings.Replace(r.Body, `name="policy"`, `name=policy`, 1)
			return r
		},
	} {
		if got := server().Verify(write(whole.Clone(0))); got.Verdict != signature.Verified || got.Key != "dir/a b.txt" {
			t.Errorf("%s: %s %v, key %q", name, got.Verdict, got.Faults, got.Key)
		}
	}
}

// Fields behind the file are not read (PostObject: the file is the last).
func TestFieldsBehindTheFileDoNotCount(t *testing.T) {
	signed := sign(t, signature.OSSV1Form, inputFor(signature.OSSV1Form))
	req := upload(signed.Request(), signed.Form[1:])
	late := "--" + boundary + "\r\nContent-Disposition: form-data; name=\"OSSAccessKeyId\"\r\n\r\n" + keyID + "\r\n--" + boundary + "--\r\n"
	req.Body = strings.Replace(req.Body, "--"+boundary+"--\r\n", late, 1)
	checkFaults(t, "late", server().Verify(req), []found{badField("OSSAccessKeyId", -1, "0002-00000706")})
	fields, err := signature.FormFields(req)
	if err != nil || fields[len(fields)-1] != [2]string{"file", "hello"} {
		t.Errorf("%q, %v", fields, err)
	}
}

func TestFormFieldsKeepTheirBytes(t *testing.T) {
	value := "a\r\nb \x00\xff--" + boundary + "\r\n\r\n=&%41"
	req := upload(inputFor(signature.OSSV1Form).Request, [][2]string{{"x-oss-meta-a", value}})
	fields, err := signature.FormFields(req)
	if err != nil || len(fields) != 3 || fields[0] != [2]string{"x-oss-meta-a", value} {
		t.Errorf("%q, %v", fields, err)
	}
	req = set(req, "Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	req.Body = "policy=a%2Bb+c%00&&key"
	if fields, err = signature.FormFields(req); err != nil || len(fields) != 2 || fields[0] != [2]string{"policy", "a+b c\x00"} || fields[1] != [2]string{"key", ""} {
		t.Errorf("%q, %v", fields, err)
	}
	if fields, err = signature.FormFields(set(req, "Content-Type", "application/xml")); err != nil || fields != nil {
		t.Errorf("%q, %v", fields, err)
	}
}
