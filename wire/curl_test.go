package wire_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/wire"
)

// What curl makes of a command line is checked against curl itself in
// TestParseCurlSendsWhatCurlSends; here stands what needs no server.

func TestParseCurlReadsWhatBrowsersCopy(t *testing.T) {
	const chrome = `curl 'https://b.oss-cn-hangzhou.aliyuncs.com/a%20b?x-oss-process=image/resize,w_100' \
  -X 'PUT' \
  -H 'accept: */*' \
  -H 'accept-language: zh-CN,zh;q=0.9' \
  -H 'authorization: OSS key:c2ln' \
  -H $'x-oss-meta-a: it\'s \u0021\u4e2d' \
  -H 'x-empty;' \
  --data-raw $'line\r\n\'two\'' \
  --compressed`
	req, err := wire.ParseCurl(chrome)
	if err != nil {
		t.Fatal(err)
	}
	want := []wire.Header{
		{"Host", "b.oss-cn-hangzhou.aliyuncs.com"},
		{"User-Agent", "curl/7.88.1"},
		{"Accept-Encoding", "deflate, gzip, br, zstd"},
		{"accept", "*/*"},
		{"accept-language", "zh-CN,zh;q=0.9"},
		{"authorization", "OSS key:c2ln"},
		{"x-oss-meta-a", "it's !\u4e2d"},
		{"x-empty", ""},
		{"Content-Length", "11"},
		{"Content-Type", "application/x-www-form-urlencoded"},
	}
	if !slices.Equal(req.Headers, want) {
		t.Errorf("headers are\n%q, want\n%q", req.Headers, want)
	}
	if req.Transport != "https" || req.Method != "PUT" || req.Target != "/a%20b?x-oss-process=image/resize,w_100" || req.Body != "line\r\n'two'" {
		t.Errorf("got %+v", req)
	}
}

func TestParseCurlReadsShellWords(t *testing.T) {
	for _, test := range []struct{ words, want string }{
		{`plain`, "plain"},
		{`'a'"b"\c$'d'`, "abcd"},
		{`'\n$x` + "`" + `"'`, "\\n$x`\""},
		{`"a\"b\\c\$d\` + "`" + `e\fg"`, "a\"b\\c$d`e\\fg"},
		{`"it's"\ 'x y'`, "it's x y"},
		{`$'\a\b\e\E\f\n\r\t\v\\\'\"\?'`, "\a\b\x1b\x1b\f\n\r\t\v\\'\"?"},
		{`$'\x41\x4a4\xg\101\1012\777\q'`, "AJ4\\xgAA2\xff\\q"},
		{`$'\u41\u00e9\u4e2d\U1F600\ud83d'`, "A\u00e9\u4e2d\U0001f600\xed\xa0\xbd"},
		{`$"locale"`, "locale"},
		{"'a\r\nb'\"c\r\nd\"", "a\r\nbc\r\nd"},
		{"'a\\\nb'\"c\\\nd\"e\\\nf", "a\\\nbcdef"},
		{`{a}{x}{`, "{a}{x}{"},
		{`'{a,b}'{}\{a,b}`, "{a,b}{}{a,b}"},
		{`*?[a]~`, "*?[a]~"},
		{`"#"#x`, "##x"},
		{`''`, ""},
	} {
		req, err := wire.ParseCurl("curl http://h/ --data-raw " + test.words)
		if err != nil || req.Body != test.want {
			t.Errorf("%s is read as %q, %v; want %q", test.words, body(req), err, test.want)
		}
	}
}

func body(req *wire.Request) string {
	if req == nil {
		return ""
	}
	return req.Body
}

func TestParseCurlTakesBodyFromPrintf(t *testing.T) {
	for _, test := range []struct{ command, want string }{
		{`printf '\000a\7\x41%%\\\n' | curl --data-binary @- http://h/`, "\x00a\aA%\\\n"},
		{`printf 'a' | curl -d x --data-binary @- http://h/ | xmllint --format -`, "x&a"},
		{`printf 'a' | curl -T - http://h/ >/dev/null 2>&1`, "a"},
		{`printf 'unused' | curl -d x http://h/`, "x"},
	} {
		req, err := wire.ParseCurl(test.command)
		if err != nil || req.Body != test.want {
			t.Errorf("%s: body %q, %v; want %q", test.command, body(req), err, test.want)
		}
	}
}

func TestParseCurlIgnoresWhatSendsNothing(t *testing.T) {
	plain, err := wire.ParseCurl("curl http://h/")
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{
		`/usr/bin/curl -sSkvifL -o out -w '%{http_code}' --max-time 5 --retry 3 http://h/`,
		`curl -sovr http://h/`, // out is written to "vr"
		`curl --url http://h/ --no-buffer -N -#4 -D - --cacert ca.pem --resolve h:80:127.0.0.1 --connect-to ::h:1`,
		`curl -H X-Gone: -H nothing -H 'a;b' http://h/ # a comment`,
		`curl -s http://h/ | grep -c x > count`,
		"curl http://h/ \\",
		"curl \\\r\n  http://h/\r\n",
		`curl -- http://h/`,
	} {
		req, err := wire.ParseCurl(command)
		if err != nil {
			t.Errorf("%s: %v", command, err)
		} else if req.Head() != plain.Head() || req.Body != "" {
			t.Errorf("%s sends %q, want %q", command, req.AppendHTTP(nil), plain.Head())
		}
	}
}

func TestParseCurlIgnoresProxyOnlyForTLS(t *testing.T) {
	for _, option := range []string{"-x p:1", "--proxy p:1", "--preproxy p:1", "--http2"} {
		if _, err := wire.ParseCurl("curl " + option + " https://h/"); err != nil {
			t.Errorf("%s with https: %v", option, err)
		}
		_, err := wire.ParseCurl("curl " + option + " http://h/")
		checkSyntaxError(t, option+" with http", err, "line 1, column 6", "http:// URL")
	}
}

func TestParseCurlNamesTheFault(t *testing.T) {
	for _, test := range []struct{ command, where, rule string }{
		{"", "command line", "no command"},
		{"# only a comment", "command line", "no command"},
		{"wget http://h/", "command line", "must be curl"},
		{"curl", "command line", "URL is missing"},
		{"curl http://h/ 'open", "line 1, column 16", "not a bash command line"},
		{"curl http://h/ \xff", "line 1, column 16", "UTF-8"},
		{"curl http://h/?a=b&c=d", "line 1, column 19", "in quotes"},
		{"curl http://h/; rm x", "line 1, column 15", "one command"},
		{"curl http://h/\ncurl http://h/", "line 2, column 1", "one command"},
		{"curl http://h/ && echo", "line 1, column 1", "one command"},
		{"! curl http://h/", "line 1, column 1", "plain command"},
		{"if x; then curl http://h/; fi", "line 1, column 1", "plain command"},
		{"A=b curl http://h/", "line 1, column 1", "assignment"},
		{"curl http://h/ -d @- <body", "line 1, column 22", "redirection"},
		{"curl http://h/ -d @- <<< body", "line 1, column 22", "redirection"},
		{"curl http://h/$KEY", "line 1, column 6", "a variable is not expanded"},
		{`curl \` + "\n" + `  "http://h/${KEY}"`, "line 2, column 3", "a variable"},
		{"curl http://h/ -H \"Date: $(date)\"", "line 1, column 19", "a command substitution"},
		{"curl http://h/ -H \"Date: `date`\"", "line 1, column 19", "a command substitution"},
		{"curl http://h/$((1+1))", "line 1, column 6", "arithmetic"},
		{"curl ${ date;}", "line 1, column 6", "a command substitution"},
		{"curl http://h/@(a|b)", "line 1, column 6", "a file pattern"},
		{`curl "$x" | cat`, "line 1, column 6", "a variable"},
		{"curl <(x)", "line 1, column 6", "a command substitution"},
		{"curl http://h/{a,b}", "line 1, column 6", "bash expands"},
		{"curl http://h/{1..3}", "line 1, column 6", "bash expands"},
		{`curl http://h/ -d {"a":1,"b":2}`, "line 1, column 19", "bash expands"},
		{`curl http://h/ -d $'a\0b'`, "line 1, column 19", "NUL"},
		{`curl http://h/ -d $'\U00110000'`, "line 1, column 19", "not a character"},
		{`curl http://h/ -d $'\ca'`, "line 1, column 19", "not understood"},
		{"curl http://h/ -d a\x00b", "byte 19", "NUL"},
		{"printf '%s' x | curl http://h/ -d @-", "command line", "must be curl"},
		{" printf '%s' | curl http://h/ -d @-", "byte 1", "only %%"},
		{`printf '\u00e9' | curl http://h/ -d @-`, "byte 0", "only"},
		{"\nprintf 'a\nb' | curl http://h/ \\\n -d @-", "line 4, column 5", "files are not read"},
		{"\nprintf 'a\nb' | curl http://h/ -d @-", "line 3, column 24", "files are not read"},
		{"printf 'a' | curl http://h/ -d a\x00b", "byte 32", "NUL"},
		{"printf 'a' || curl http://h/", "line 1, column 1", "one command"},
		{"curl " + strings.Repeat("(", 1<<17), "command line", "raw HTTP"},
		{strings.Repeat("(", 1<<15), "line 1, column 32768", "not a bash command line"},
		{"cat f | curl http://h/ -d @-", "command line", "must be curl"},

		{"curl http://h/ --unknown", "line 1, column 16", "not understood"},
		{"curl http://h/ -sS@", "line 1, column 16", "-@ is not understood"},
		{"curl http://h/ --header='X: y'", "line 1, column 16", "not understood"},
		{"curl http://h/ --no-header", "line 1, column 16", "not understood"},
		{"curl http://h/ -", "line 1, column 16", "no option -"},
		{"curl http://h/ -sSH", "line 1, column 16", "--header needs an argument"},
		{"curl http://h/ --data", "line 1, column 16", "--data needs an argument"},
		{"curl http://h/ -sF a=b", "line 1, column 16", "give the request as raw HTTP"},
		{"curl http://h/ --aws-sigv4 x", "line 1, column 16", "time of the call"},
		{"curl http://h/ -K f", "line 1, column 16", "reads a file"},
		{"curl http://h/ -: http://h/", "line 1, column 16", "another request"},
		{"curl http://h/ --digest", "line 1, column 16", "answer of the server"},
		{"curl http://h/ -d @file", "line 1, column 19", "files are not read"},
		{"curl http://h/ --data-binary @-", "line 1, column 30", "files are not read"},
		{"curl http://h/ --json @file", "line 1, column 23", "files are not read"},
		{"curl http://h/ --data-urlencode x@file", "line 1, column 33", "files are not read"},
		{"curl http://h/ -H @file", "line 1, column 19", "files are not read"},
		{"curl http://h/ -b jar", "line 1, column 19", "files are not read"},
		{"curl http://h/ -u user", "line 1, column 19", "user:password"},
		{"curl http://h/ -X ''", "line 1, column 19", "one word"},
		{"curl http://h/ -X 'GET /'", "line 1, column 19", "one word"},
		{"curl http://h/ -H 'a b: c'", "line 1, column 19", "name holds no blank"},
		{"curl http://h/ -H $'a: b\\nc: d'", "line 1, column 19", "CR, LF or NUL"},
		{"curl http://h/ -A $'a\\r\\nb: c'", "line 1, column 19", "CR, LF or NUL"},
		{"curl http://h/ -b $'a=\\n'", "line 1, column 19", "CR, LF or NUL"},
		{"curl http://h/ --request-target ''", "line 1, column 33", "not empty"},

		{"curl http://h/ http://h/2", "line 1, column 16", "one URL only"},
		{"curl http://h/ -T f -d x", "line 1, column 19", "-T with -d"},
		{"curl http://h/ -I -d x", "line 1, column 22", "-I with -d"},
		{"curl http://h/ -0 -T -", "line 1, column 22", "HTTP/1.0"},
		{"curl http://h/ -r 0-1 -d x", "line 1, column 19", "range"},
		{"curl http://h/ -G -d 'a b'", "line 1, column 22", "--data-urlencode"},
		{"curl 'http://h/a b'", "line 1, column 6", "no blank"},
		{"curl 'http://h/[1-3]'", "line 1, column 6", "--globoff"},
		{"curl 'http://h/{a}'", "line 1, column 6", "--globoff"},
		{"curl ftp://h/", "line 1, column 6", "http or https"},
		{"curl ftp.h.example/", "line 1, column 6", "another protocol"},
		{"curl http:////h/", "line 1, column 6", "slashes"},
		{"curl http:///", "line 1, column 6", "no host"},
		{"curl ''", "line 1, column 6", "no host"},
		{"curl http://h:x/", "line 1, column 6", "port"},
		{"curl http://h:65536/", "line 1, column 6", "port"},
		{"curl http://127.1/", "line 1, column 6", "in full"},
		{"curl http://0x7f.0.0.1/", "line 1, column 6", "in full"},
		{"curl http://h%41/", "line 1, column 6", "host name"},
		{"curl http://\u4e2d/", "line 1, column 6", "host name"},
		{"curl -g http://[::x]/", "line 1, column 9", "IPv6"},
	} {
		_, err := wire.ParseCurl(test.command)
		checkSyntaxError(t, test.command, err, test.where, test.rule)
	}
	long := strings.Repeat("x", 1000)
	_, err := wire.ParseCurl("curl http://h/ --" + long)
	if err == nil || len(err.Error()) > 300 || !strings.Contains(err.Error(), "--xxx") {
		t.Errorf("the option is not named in short: %v", err)
	}
}
