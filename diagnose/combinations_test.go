package diagnose_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/diagnose"
)

// lines is what a client signs, line by line, before it gets something wrong.
type lines struct{ method, md5, contentType, date, headers, path, query, laidOut string }

func (l *lines) String() string {
	head := []string{l.method, l.md5, l.contentType, l.date}
	if l.laidOut == "without empty lines" {
		head = slices.DeleteFunc(head, func(s string) bool { return s == "" })
	}
	text := strings.Join(head, "\n") + "\n" + l.headers + l.path + l.query
	switch l.laidOut {
	case "in CR LF":
		return strings.ReplaceAll(text, "\n", "\r\n")
	case "with a line feed behind":
		return text + "\n"
	}
	return text
}

// slipsOfHand are mistakes as somebody makes them who signs by hand, each with
// its cause. They use nothing of the search.
var slipsOfHand = []struct {
	cause, name string
	do          func(l *lines)
}{
	{"C09", "other verb", func(l *lines) { l.method = "DELETE" }},
	{"C22", "digest unsigned", func(l *lines) { l.md5 = "" }},
	{"C01", "type unsigned", func(l *lines) { l.contentType = "" }},
	{"C01", "other type", func(l *lines) { l.contentType = "application/octet-stream" }},
	{"C13", "second reading", func(l *lines) { l.date = strings.Replace(l.date, "08:30:00", "08:30:01", 1) }},
	{"C13", "no date", func(l *lines) { l.date = "" }},
	{"C17", "blanks folded", func(l *lines) { l.headers = strings.ReplaceAll(l.headers, "  ", " ") }},
	{"C18", "Latin-1", func(l *lines) { l.headers = strings.ReplaceAll(l.headers, "\u00e9", "\xe9") }},
	{"C11", "other value", func(l *lines) { l.headers = strings.Replace(l.headers, "meta-a:", "meta-a:z", 1) }},
	{"C19", "x-amz-", func(l *lines) { l.headers = strings.ReplaceAll(l.headers, "x-oss-", "x-amz-") }},
	{"C08", "no bucket", func(l *lines) { l.path = strings.TrimPrefix(l.path, "/examplebucket") }},
	{"C08", "bucket twice", func(l *lines) { l.path = "/examplebucket" + l.path }},
	{"C03", "encoded key", func(l *lines) { l.path = (&url.URL{Path: l.path}).EscapedPath() }},
	{"C23", "slashes folded", func(l *lines) { l.path = strings.ReplaceAll(l.path, "//", "/") }},
	{"C14", "query unsigned", func(l *lines) { l.query = "" }},
	{"C15", "encoded value", func(l *lines) { l.query = strings.ReplaceAll(strings.ReplaceAll(l.query, "+", "%2B"), "/", "%2F") }},
	{"C15", "equals sign", func(l *lines) { l.query = strings.Replace(l.query, "?acl", "?acl=", 1) }},
	{"C31", "CR LF", func(l *lines) { l.laidOut = "in CR LF" }},
	{"C31", "line feed behind", func(l *lines) { l.laidOut = "with a line feed behind" }},
	{"C31", "no empty lines", func(l *lines) { l.laidOut = "without empty lines" }},
}

// Whoever makes two or three mistakes at once, with a key or a value that is hard
// to sign, is not told of another one: neither by the client's own string nor
// with the secret.
func TestNoCombinationOfMistakesProvesAnother(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	compared := 0
	for range 400 {
		key := pick("folder/object", "", "examplebucket/a", "a b", "a//b", "a(b)", "a%20b", "\u4e2d", "a+b", "a?b", "a#b", "a?acl", "dir/", "x-oss-meta-a:1", "a\r\nb")
		right := lines{method: pick("GET", "PUT", "HEAD"), date: date, path: "/examplebucket/" + key}
		right.contentType, right.headers = pick("", "text/plain", "text/plain;charset=utf-8"), pick("", "x-oss-meta-a:a  b\n", "x-oss-meta-a:caf\u00e9\nx-oss-meta-b:1,2\n", "x-oss-meta-ab:1\n")
		right.query = pick("", "", "?acl", "?response-content-type=text/plain", "?uploadId=a+b")
		if right.method == "PUT" {
			right.md5 = pick("", md5Of("hello"))
		}
		signed, causes, names := right, []string{}, []string{}
		for _, i := range random.Perm(len(slipsOfHand)) {
			before := signed
			if slipsOfHand[i].do(&signed); signed == before || signed.laidOut != before.laidOut && before.laidOut != "" {
				signed = before
				continue
			}
			causes, names = append(causes, allowed(slipsOfHand[i].cause)...), append(names, slipsOfHand[i].name)
			if len(names) == 1+random.IntN(3) {
				break
			}
		}
		target := (&url.URL{Path: "/" + key}).EscapedPath()
		if name, value, has := strings.Cut(right.query, "="); has {
			target += name + "=" + url.QueryEscape(value)
		} else {
			target += name
		}
		request := send(right.method, strings.ReplaceAll(target, "+", "%2B"), ossHost, "Date: "+date)
		for name, value := range map[string]string{"Content-MD5": right.md5, "Content-Type": right.contentType} {
			if value != "" {
				request = also(request, name+": "+value)
			}
		}
		for line := range strings.Lines(right.headers) {
			name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
			request = also(request, name+": "+value)
		}
		x := header("", strings.Join(names, ", "), signed.String(), withBody(request, "hello"))
		if x.answer().Status < 400 {
			continue // it came to the same
		}
		compared++
		what := fmt.Sprintf("%s of %q", x.name, right.String())
		d := diagnose.Explain(x.withClient(x.body(t)))
		byClient := d.Proven()
		d = diagnose.Glance(x.withSecret(x.body(t)))
		for how, proven := range map[string][]string{"the client's string": byClient, "the secret": d.Proven()} {
			for _, id := range proven {
				if !slices.Contains(causes, id) {
					t.Errorf("%s: %s proves %s: %+v", what, how, id, d.Readings)
				}
			}
		}
	}
	if compared < 200 {
		t.Errorf("only %d were refused", compared)
	}
}
