package paste

import (
	"regexp"
	"strings"

	"github.com/countersign/countersign/diagnose"
	"github.com/countersign/countersign/wire"
)

// signedURL finds a URL that carries a signature.
var signedURL = regexp.MustCompile(`(?i)\bhttps?://[^\s"'<>` + "`" + `]+`)

var signatureParameter = regexp.MustCompile(`(?i)[?&;]((?:x-oss-|x-amz-)?signature)=`)

// ampersands are the ways in which pages and JSON write the & of a URL.
var ampersands = strings.NewReplacer("&amp;", "&", `\u0026`, "&", `\/`, "/")

// urls reads the presigned URLs of a text.
func (c *collection) urls(t *text) {
	if !strings.Contains(t.all, "ignature") {
		return
	}
	for _, m := range signedURL.FindAllStringIndex(t.all, -1) {
		if !t.free(m[0]) {
			continue
		}
		written := strings.TrimRight(t.all[m[0]:m[1]], `.,;)]}\`)
		url := ampersands.Replace(written)
		if len(url) > wire.DefaultLimits.Head || !signatureParameter.MatchString(url) {
			continue
		}
		req := requestTo("", url)
		if req == nil {
			continue
		}
		where := t.note(m[0], m[1], "the presigned URL "+summary(req))
		if url != written {
			where.Text += `; its &amp; or \u0026 were read as &. If that is how the program was given it, that is the cause: it was damaged on its way (C06)`
		}
		t.take(m[0], m[0]+len(written))
		c.addExchange(Exchange{Request: req, Where: where})
		if len(c.exchanges) == maxFinds {
			return
		}
	}
}

// requestTo is the request for a URL, as far as the URL tells: its only header
// is Host.
func requestTo(method, url string) *wire.Request {
	url, _, _ = strings.Cut(url, "#")
	target := wire.SplitTarget(url)
	transport := strings.ToLower(target.Scheme)
	authority := target.Authority[strings.LastIndexByte(target.Authority, '@')+1:]
	if authority == "" || transport != "http" && transport != "https" {
		return nil
	}
	target.Scheme, target.Authority = "", ""
	if target.Path == "" {
		target.Path = "/"
	}
	return &wire.Request{Transport: transport, Method: method, Target: target.String(), Headers: []wire.Header{{Name: "Host", Value: authority}}}
}

// agents finds clients by what a text says of them.
func (c *collection) agents(t *text) {
	for _, client := range diagnose.ClientsIn(t.all) {
		c.clients = append(keep(c.clients, new(int)), client)
	}
}
