package diagnose_test

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"

	"github.com/countersign/countersign/signature"
	"github.com/countersign/countersign/wire"
)

// exchanges are all that the table is made of, by cause. Exchanges of real
// programs (curl, a browser, the HTTP clients of languages) are those of
// realExchanges.
func exchanges() []exchange {
	var all []exchange
	for _, group := range []func() []exchange{lineExchanges, headerExchanges, keyExchanges, queryExchanges, urlExchanges, v4Exchanges, codeExchanges, secretExchanges, realExchanges} {
		all = append(all, group()...)
	}
	return all
}

const object = "/examplebucket/folder/object"

func plain(method string, headers ...string) *wire.Request {
	return send(method, "/folder/object", ossHost, append([]string{"Date: " + date}, headers...)...)
}

func lineExchanges() []exchange {
	get := "GET\n\n\n" + date + "\n" + object
	urlText := "GET\n\n\n" + expires + "\n" + object
	put := func(md5, contentType string) string {
		return "PUT\n" + md5 + "\n" + contentType + "\n" + date + "\n" + object
	}
	body := "hello"
	return []exchange{
		{cause: "C01", name: "mini program adds Content-Type to a URL", signed: urlText, sent: send("GET", ossURL("/folder/object", urlText), ossHost),
			arrived: send("GET", ossURL("/folder/object", urlText), ossHost, "Content-Type: application/json"), seen: "client"},
		header("C01", "signed with a charset that is not sent", put("", "text/plain; charset=utf-8"), plain("PUT", "Content-Type: text/plain")),
		{cause: "C01", name: "OBS, browser adds Content-Type", service: "obs", seen: "client",
			signed:  "PUT\n\n\n" + date + "\n/examplebucket/folder/object",
			sent:    send("PUT", "/folder/object", obsHost, "Date: "+date, obs("PUT\n\n\n"+date+"\n/examplebucket/folder/object")),
			arrived: send("PUT", "/folder/object", obsHost, "Date: "+date, obs("PUT\n\n\n"+date+"\n/examplebucket/folder/object"), "Content-Type: application/x-www-form-urlencoded")},
		header("C09", "HEAD made GET by a CDN", "HEAD\n\n\n"+date+"\n"+object+"?objectMeta", send("HEAD", "/folder/object?objectMeta", ossHost, "Date: "+date)).
			tampered(func(r *wire.Request) *wire.Request { return withMethod(r, "GET") }),
		header("C09", "GET signed, HEAD sent", get, plain("HEAD")),
		header("C13", "clock read twice", "GET\n\n\nSat, 05 Dec 2026 08:30:01 GMT\n"+object, plain("GET")),
		{cause: "C13", name: "milliseconds signed", signed: urlText[:strings.Index(urlText, expires)] + expires + "000\n" + object,
			sent: send("GET", ossURL("/folder/object", "GET\n\n\n"+expires+"000\n"+object), ossHost)},
		header("C13", "Expires signed for Date", "GET\n\n\n"+expires+"\n"+object, plain("GET")),
		header("C13", "day without its zero", "GET\n\n\nSat, 5 Dec 2026 08:30:00 GMT\n"+object, plain("GET")),
		header("C13", "Date signed beside x-oss-date", "GET\n\n\nSat, 05 Dec 2026 08:29:00 GMT\nx-oss-date:"+date+"\n"+object,
			send("GET", "/folder/object", ossHost, "Date: Sat, 05 Dec 2026 08:29:00 GMT", "x-oss-date: "+date)),
		{cause: "C13", name: "OBS, x-obs-date in the date line", service: "obs", signed: "GET\n\n\n" + date + "\nx-obs-date:" + date + "\n" + object,
			sent: send("GET", "/folder/object", obsHost, "x-obs-date: "+date, obs("GET\n\n\n"+date+"\nx-obs-date:"+date+"\n"+object))},
		header("C22", "Content-MD5 sent, not signed", put("", "text/plain"), withBody(plain("PUT", "Content-Type: text/plain", "Content-MD5: "+md5Of(body)), body)),
		header("C22", "digest of an empty body signed", put(md5Of(""), "text/plain"), withBody(plain("PUT", "Content-Type: text/plain", "Content-MD5: "+md5Of(body)), body)),
		header("C25", "content-type in lower case is not found", put("", ""), withBody(plain("PUT", "content-type: text/plain"), body)),
		header("C29", "second attempt with the first signature", "PUT\n\n\nSat, 05 Dec 2026 08:29:13 GMT\n"+object, plain("PUT")),
		header("C31", "empty fields without lines", "GET\n"+date+"\n"+object, plain("GET")),
		header("C31", "CR LF", "GET\r\n\r\n\r\n"+date+"\r\n"+object, plain("GET")),
		header("C31", "line feed behind the resource", get+"\n", plain("GET")),
		header("C31", "type before digest", "PUT\ntext/plain\n"+md5Of(body)+"\n"+date+"\n"+object, withBody(plain("PUT", "Content-Type: text/plain", "Content-MD5: "+md5Of(body)), body)),
	}
}

func headerExchanges() []exchange {
	text := func(headers string) string { return "PUT\n\n\n" + date + "\n" + headers + object }
	return []exchange{
		header("C10", "CDN adds x-oss-range-behavior", "GET\n\n\n"+date+"\n"+object, plain("GET")).
			tampered(func(r *wire.Request) *wire.Request { return also(r, "x-oss-range-behavior: standard") }),
		header("C10", "a layer adds a vendor header", text("x-oss-meta-a:1\n"), plain("PUT", "x-oss-meta-a: 1")).
			tampered(func(r *wire.Request) *wire.Request { return also(r, "x-oss-storage-class: IA") }),
		header("C16", "token sent, not signed", text(""), plain("PUT", "x-oss-security-token: "+token)).as(tokenKey),
		header("C17", "blanks folded", text("x-oss-meta-a:a b\n"), plain("PUT", "x-oss-meta-a: a  b")),
		header("C17", "empty header left out", text(""), plain("PUT", "x-oss-meta-a: ")),
		header("C17", "only the last of two signed", text("x-oss-meta-a:2\n"), plain("PUT", "x-oss-meta-a: 1", "x-oss-meta-a: 2")),
		header("C18", "UTF-8 signed, Latin-1 sent", text("x-oss-meta-a:caf\u00e9\n"), plain("PUT", "x-oss-meta-a: caf\xe9")),
		header("C18", "question mark signed", text("x-oss-meta-a:caf?\n"), plain("PUT", "x-oss-meta-a: caf\u00e9")),
		header("C26", "headers in the order they came", text("x-oss-meta-b:2\nx-oss-meta-a:1\n"), plain("PUT", "x-oss-meta-b: 2", "x-oss-meta-a: 1")),
		header("C31", "names as written", text("X-Oss-Meta-A:1\n"), plain("PUT", "X-Oss-Meta-A: 1")),
		header("C11", "proxy rewrites a signed header", text("x-oss-meta-a:1\n"), plain("PUT", "x-oss-meta-a: 1")).
			tampered(func(r *wire.Request) *wire.Request { return withHeader(r, "x-oss-meta-a", "changed") }),
	}
}

// as is the same exchange with another access key.
func (x exchange) as(id string) exchange {
	for i, h := range x.sent.Headers {
		x.sent.Headers[i].Value = strings.Replace(h.Value, keyID+":", id+":", 1)
	}
	return x
}

func keyExchanges() []exchange {
	get := func(resource string) string { return "GET\n\n\n" + date + "\n" + resource }
	at := func(target string) *wire.Request { return send("GET", target, ossHost, "Date: "+date) }
	obsGet := func(cause, name, target, resource string) exchange {
		return exchange{cause: cause, name: name, service: "obs", signed: get(resource), sent: send("GET", target, obsHost, "Date: "+date, obs(get(resource)))}
	}
	cname := header("C08", "custom domain, its name signed as the bucket", get("/your.cname.com/folder/object"), send("GET", "/folder/object", "your.cname.com", "Date: "+date))
	cname.hosts = signature.Hosts{CNAMEs: map[string]string{"your.cname.com": "examplebucket"}}
	return []exchange{
		header("C03", "encoded key signed", get("/examplebucket/a%28b%29"), at("/a%28b%29")),
		header("C03", "letters beyond ASCII encoded", get("/examplebucket/%E4%B8%AD%20x"), at("/%E4%B8%AD%20x")),
		obsGet("C03", "OBS, decoded key signed", "/a%20b", "/examplebucket/a b"),
		obsGet("C03", "OBS, other characters encoded", "/a(b)", "/examplebucket/a%28b%29"),
		header("C04", "encoded twice on the wire", get("/examplebucket/a b"), at("/a%2520b")),
		header("C08", "bucket missing", get("/folder/object"), at("/folder/object")),
		header("C08", "endpoint holds the bucket", get("/examplebucket/examplebucket/folder/object"), at("/folder/object")),
		header("C08", "no slash behind the bucket", get("/examplebucket"), at("/")),
		cname,
		header("C23", "double slash folded by a proxy", get("/examplebucket/a//b"), at("/a//b")).
			tampered(func(r *wire.Request) *wire.Request { return withTarget(r, "/a/b") }),
		header("C23", "dot segments removed by the HTTP library", get("/examplebucket/a/./b"), at("/a/b")),
		header("C23", "slash at the end dropped by a proxy", get("/examplebucket/dir/"), at("/dir/")).
			tampered(func(r *wire.Request) *wire.Request { return withTarget(r, "/dir") }),
		header("C23", "slash in front of the key", get("/examplebucket//a"), at("//a")),
	}
}

func queryExchanges() []exchange {
	get := func(tail string) string { return "GET\n\n\n" + date + "\n" + object + tail }
	at := func(query string) *wire.Request { return send("GET", "/folder/object"+query, ossHost, "Date: "+date) }
	return []exchange{
		header("C14", "x-oss-process not signed", get(""), at("?x-oss-process=image%2Fresize%2Cw_100")),
		header("C14", "one of two not signed", get("?acl"), at("?acl&versionId=abc")),
		header("C14", "a listing parameter signed", get("?prefix=a"), at("?prefix=a")),
		header("C15", "value signed encoded", get("?response-content-type=text%2Fplain"), at("?response-content-type=text%2Fplain")),
		header("C15", "equals sign behind an empty value", get("?acl="), at("?acl")),
		header("C26", "parameters in the order of the URL", get("?uploadId=b&partNumber=1"), at("?uploadId=b&partNumber=1")),
		header("C04", "value encoded twice", get("?response-content-type=text/plain"), at("?response-content-type=text%252Fplain")),
	}
}

func urlExchanges() []exchange {
	text := "GET\n\n\n" + expires + "\n" + object
	raw := v1(keySecret, text)
	at := func(query string) *wire.Request { return send("GET", "/folder/object?"+query, ossHost) }
	own := "OSSAccessKeyId=" + keyID + "&Expires=" + expires + "&Signature="
	var plus, plusSignature string
	for n := 0; ; n++ { // a key whose signature has a plus sign
		plus = "/plus" + strings.Repeat("x", n)
		if plusSignature = v1(keySecret, "GET\n\n\n"+expires+"\n/examplebucket"+plus); strings.Contains(plusSignature, "+") {
			break
		}
	}
	x := func(cause, name string, req *wire.Request) exchange {
		return exchange{cause: cause, name: name, signed: text, sent: req}
	}
	later := x("C27", "image process appended", at(own+url.QueryEscape(raw)))
	second := x("C27", "a second question mark", at(own+url.QueryEscape(raw)))
	form := "eyJleHBpcmF0aW9uIjoiMjAzNi0wMS0wMVQwMDowMDowMFoiLCJjb25kaXRpb25zIjpbWyJzdGFydHMtd2l0aCIsIiRrZXkiLCIiXV19"
	wrapped := form[:76] + "\n" + form[76:]
	json, _ := base64.StdEncoding.DecodeString(form)
	return []exchange{
		{cause: "C05", name: "plus sign in the URL", signed: "GET\n\n\n" + expires + "\n/examplebucket" + plus, sent: send("GET", plus+"?"+own+plusSignature, ossHost)},
		x("C04", "signature encoded twice", at(own+url.QueryEscape(url.QueryEscape(raw)))),
		x("C06", "signature cut", at(own+url.QueryEscape(raw)[:20])),
		x("C06", "URL in lower case", at(own+strings.ToLower(url.QueryEscape(raw)))),
		x("C06", "ampersands escaped", at(strings.ReplaceAll(own, "&", "&amp;")+url.QueryEscape(raw))),
		later.tampered(func(r *wire.Request) *wire.Request { return withTarget(r, r.Target+"&x-oss-process=style%2Fa") }),
		second.tampered(func(r *wire.Request) *wire.Request { return withTarget(r, r.Target+"&response-expires=0") }),
		{cause: "C24", name: "wrapped policy signed", signed: wrapped, sent: upload(form, v1(keySecret, wrapped))},
		{cause: "C24", name: "JSON signed, not its Base64", signed: string(json), sent: upload(form, v1(keySecret, string(json)))},
		{cause: "C28", name: "presigned URL called with credentials", signed: text, sent: also(at(own+url.QueryEscape(raw)), "Date: "+date, oss("GET\n\n\n"+date+"\n"+object))},
	}
}

// upload is a form with a policy.
func upload(policy, sign string) *wire.Request {
	var body strings.Builder
	for _, f := range [][2]string{{"key", "folder/object"}, {"OSSAccessKeyId", keyID}, {"policy", policy}, {"Signature", sign}, {"file", "hello"}} {
		body.WriteString("--frontier\r\nContent-Disposition: form-data; name=\"" + f[0] + "\"\r\n\r\n" + f[1] + "\r\n")
	}
	req := send("POST", "/", ossHost, "Content-Type: multipart/form-data; boundary=frontier")
	req.Body = body.String() + "--frontier--\r\n"
	return req
}

func v4Exchanges() []exchange {
	get := func(path, query, headers, listed string) string {
		return "GET\n" + path + "\n" + query + "\n" + headers + v4Headers + "\n" + listed + "\nUNSIGNED-PAYLOAD"
	}
	at := func(target string, headers ...string) *wire.Request { return send("GET", target, ossHost, headers...) }
	other := ossV4
	other.region = "oss-cn-hangzhou"
	canonical := get(object, "", "", "")
	region := v4("C19", "V4, key derived for a region with oss-", at("/folder/object"), canonical)
	region.sent = withHeader(region.sent, "Authorization", strings.TrimPrefix(other.authorization(ossV4, keySecret, canonical, ""), "Authorization: "))
	region.signed = other.stringToSign(canonical)
	prefix := v4("C32", "V4, key derived with AWS4", at("/folder/object"), canonical)
	aws := ossV4
	aws.prefix = "AWS4"
	prefix.sent = withHeader(prefix.sent, "Authorization", strings.TrimPrefix(aws.authorization(ossV4, keySecret, canonical, ""), "Authorization: "))
	obsCanonical := "GET\n/folder/object\n\nhost:" + obsHost + "\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:" + isoTime + "\n\nhost;x-amz-content-sha256;x-amz-date\nUNSIGNED-PAYLOAD"
	return []exchange{
		v4("C07", "V4, host changed by a proxy", at("/folder/object"), get(object, "", "host:"+ossHost+"\n", "host")).
			tampered(func(r *wire.Request) *wire.Request {
				return withHeader(r, "Host", "examplebucket.oss-cn-hangzhou-internal.aliyuncs.com")
			}),
		v4("C01", "V4, Content-Type added", at("/folder/object"), canonical).
			tampered(func(r *wire.Request) *wire.Request { return also(r, "Content-Type: application/json") }),
		v4("C11", "V4, proxy rewrites a listed header", at("/folder/object", "Accept-Encoding: identity"), get(object, "", "accept-encoding:identity\n", "accept-encoding")).
			tampered(func(r *wire.Request) *wire.Request { return withHeader(r, "Accept-Encoding", "gzip") }),
		v4("C10", "V4, CDN adds x-oss-range-behavior", at("/folder/object"), canonical).
			tampered(func(r *wire.Request) *wire.Request { return also(r, "x-oss-range-behavior: standard") }),
		v4("C03", "V4, parentheses not encoded", at("/a(b)"), get("/examplebucket/a(b)", "", "", "")),
		v4("C04", "V4, key encoded twice", at("/a%2520b"), get("/examplebucket/a%20b", "", "", "")),
		v4("C08", "V4, bucket missing", at("/folder/object"), get("/folder/object", "", "", "")),
		v4("C09", "V4, HEAD made GET", withMethod(at("/folder/object"), "HEAD"), strings.Replace(canonical, "GET", "HEAD", 1)).
			tampered(func(r *wire.Request) *wire.Request { return withMethod(r, "GET") }),
		v4("C14", "V4, parameter not signed", at("/folder/object?acl"), canonical),
		v4("C15", "V4, value not encoded", at("/folder/object?prefix=a%2Fb"), get(object, "prefix=a/b", "", "")),
		v4("C21", "V4, another payload hash signed", at("/folder/object"), strings.Replace(canonical, "\nUNSIGNED-PAYLOAD", "\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 1)),
		v4("C23", "V4, double slash folded by a proxy", at("/a//b"), get("/examplebucket/a//b", "", "", "")).
			tampered(func(r *wire.Request) *wire.Request { return withTarget(r, "/a/b") }),
		region, prefix,
		obsV4Exchange("C31", "OBS V4, the empty line of the query left out", "/folder/object", strings.Replace(obsCanonical, "\n\n", "\n", 1)),
		obsV4Exchange("C08", "OBS V4, bucket signed that the host has", "/object", strings.Replace(obsCanonical, "/folder", "/examplebucket", 1)),
		{cause: "C07", name: "OBS V4, host changed by a proxy", service: "obs", canonical: obsCanonical, signed: obsV4.stringToSign(obsCanonical), seen: "client",
			sent: send("GET", "/folder/object", obsHost, "x-amz-content-sha256: UNSIGNED-PAYLOAD", "x-amz-date: "+isoTime, obsV4.authorization(obsV4, keySecret, obsCanonical, ",SignedHeaders=host;x-amz-content-sha256;x-amz-date")),
			arrived: send("GET", "/folder/object", "examplebucket.obs.cn-north-4.myhuaweicloud.com:443", "x-amz-content-sha256: UNSIGNED-PAYLOAD", "x-amz-date: "+isoTime,
				obsV4.authorization(obsV4, keySecret, obsCanonical, ",SignedHeaders=host;x-amz-content-sha256;x-amz-date"))},
	}
}

func codeExchanges() []exchange {
	get := func(at string) string { return "GET\n\n\n" + at + "\n" + object }
	late := "Sat, 05 Dec 2026 16:30:00 GMT"
	expired := "GET\n\n\n1796458600\n" + object
	v4Unknown := v4("C20", "V4, unknown key (document 004)", send("GET", "/folder/object", ossHost), "GET\n"+object+"\n\n"+v4Headers+"\n\nUNSIGNED-PAYLOAD")
	v4Unknown.sent = withHeader(v4Unknown.sent, "Authorization", mustHeader(v4Unknown.sent, "Authorization")+",UnknownKey=1")
	wrongRegion := ossV4
	wrongRegion.region = "cn-beijing"
	canonical := "GET\n" + object + "\n\n" + v4Headers + "\n\nUNSIGNED-PAYLOAD"
	payload := strings.Replace(canonical, "sha256:UNSIGNED-PAYLOAD", "sha256:STREAMING-AWS4-HMAC-SHA256-PAYLOAD", 1)
	return []exchange{
		header("C12", "clock eight hours off", get(late), send("GET", "/folder/object", ossHost, "Date: "+late)),
		{cause: "C12", name: "URL expired", signed: expired, sent: send("GET", "/folder/object?OSSAccessKeyId="+keyID+"&Expires=1796458600&Signature="+url.QueryEscape(v1(keySecret, expired)), ossHost)},
		{cause: "C12", name: "OBS, clock off", service: "obs", signed: get(late), sent: send("GET", "/folder/object", obsHost, "Date: "+late, obs(get(late)))},
		header("C13", "no date at all", get(""), send("GET", "/folder/object", ossHost)),
		header("C16", "temporary key without its token", get(date), plain("GET")).as(tokenKey),
		{cause: "C16", name: "token in URL and header", signed: get(date), sent: send("GET", "/folder/object?security-token=x", ossHost, "Date: "+date, "x-oss-security-token: x", oss(get(date)))},
		{cause: "C19", name: "OBS header at OSS", service: "oss", signed: get(date), sent: plain("GET", obs(get(date)))},
		{cause: "C19", name: "V4, wrong region", signed: wrongRegion.stringToSign(canonical), canonical: canonical,
			sent: send("GET", "/folder/object", ossHost, "x-oss-date: "+isoTime, "x-oss-content-sha256: UNSIGNED-PAYLOAD", wrongRegion.authorization(wrongRegion, keySecret, canonical, ""))},
		header("C19", "x-amz- headers in an OSS signature", "PUT\n\n\n"+date+"\nx-amz-meta-a:1\n"+object, plain("PUT", "x-oss-meta-a: 1")),
		v4Unknown,
		{cause: "C20", name: "key id with a control character", signed: get(date), sent: plain("GET", "Authorization: OSS4-HMAC-SHA256 Credential=example\x01id/20261205/cn-hangzhou/oss/aliyun_v4_request,Signature=00")},
		{cause: "C20", name: "no colon", signed: get(date), sent: plain("GET", "Authorization: OSS "+keyID)},
		{cause: "C21", name: "V4, streaming payload", canonical: payload, signed: ossV4.stringToSign(payload),
			sent: send("GET", "/folder/object", ossHost, "x-oss-date: "+isoTime, "x-oss-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD", ossV4.authorization(ossV4, keySecret, payload, ""))},
		{cause: "C30", name: "no right", sent: plain("GET")},
	}
}

func mustHeader(req *wire.Request, name string) string {
	value, ok := req.Header(name)
	if !ok {
		panic("no header " + name)
	}
	return value
}

func secretExchanges() []exchange {
	text := "GET\n\n\n" + date + "\n" + object
	signedWith := func(cause, name, secret, sign string) exchange {
		return exchange{cause: cause, name: name, signed: text, secret: secret, sent: plain("GET", "Authorization: OSS "+keyID+":"+sign)}
	}
	sha256Sum := base64.StdEncoding.EncodeToString([]byte(mac(sha256.New, keySecret, text)))
	digits := hex.EncodeToString([]byte(mac(sha1.New, keySecret, text)))
	exchanged := base64.StdEncoding.EncodeToString([]byte(mac(sha1.New, text, keySecret)))
	return []exchange{
		signedWith("C02", "secret of another key", "anothersecret", v1("anothersecret", text)),
		signedWith("C02", "line feed behind the secret", keySecret, v1(keySecret+"\n", text)),
		signedWith("C02", "secret cut short", keySecret, v1(keySecret[:7], text)),
		signedWith("C02", "key id and secret exchanged", keySecret, v1(keyID, text)),
		signedWith("C02", "URL-encoded secret", "a+b/c==", v1("a%2Bb%2Fc%3D%3D", text)),
		signedWith("C32", "HMAC-SHA256", "", sha256Sum),
		signedWith("C32", "hexadecimal", "", digits),
		signedWith("C32", "Base64 of hexadecimal", "", base64.StdEncoding.EncodeToString([]byte(digits))),
		signedWith("C32", "percent-encoded in the header", "", url.QueryEscape(v1(keySecret, text))),
		signedWith("C32", "key and text exchanged", "", exchanged),
	}
}
