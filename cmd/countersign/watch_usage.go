package main

var watchPage = page{
	use:   "watch [OPTION]… -- CMD [ARG]…",
	short: "run a program and judge the requests it sends",
	about: `
Starts the program with the proxy variables of its environment set, so that
its requests pass through a capture proxy on a loopback port, and says of each
request what verify says: verified, mismatch (with what explains it, where
that can be told), malformed or unsigned. Unsigned requests to hosts that are
no known endpoint are not judged; --endpoint, --cname and --bucket
make hosts known. Requests inside https are seen too: the program is led to
trust a certificate authority of this machine, whose key stays in one file
with mode 0600 in the folder --ca.

The proxy answers as OSS or OBS would, by the clock of this machine, and
nothing leaves it. With --forward requests go on to the servers they are for,
byte for byte; when a server refuses one, its answer is diagnosed at once (see
countersign diagnose): the cause, what proves it, what to do, and the first
stage in which the string that the server signed differs.

Standard output is the program's alone. Verdicts go to standard error, between
what the program writes there. With --capture the requests are recorded as
NDJSON that verify reads; the file holds what was sent, security tokens
included, and has mode 0600.

The program gets HTTP_PROXY, HTTPS_PROXY, SSL_CERT_FILE, REQUESTS_CA_BUNDLE,
CURL_CA_BUNDLE, NODE_EXTRA_CA_CERTS, AWS_CA_BUNDLE, JAVA_TOOL_OPTIONS and the
like. Node 20, the official Go SDKs and some others do not heed them: when no
request was seen, what to do about it is said.

When every request was verified, the exit code is that of the program, or 128
and the number of the signal that ended it.`,
	exit: `
0    every request was verified, and the program ended with 0
1    a request was not verified, or a server refused how it was signed
2    wrong usage, or there are no credentials
3    no request was seen, or the program or the proxy could not be started
4    a request met a bug in Countersign
130  interrupted`,
	examples: `
# judge what a script of your own sends, without a network
countersign watch -- python3 upload.py

# the same against the real service, and keep the requests
countersign watch --forward --capture requests.ndjson -- ./backup --all

# a private endpoint
countersign watch --endpoint storage.example.internal -- curl -sS https://b.storage.example.internal/key`,
}
