package main

var servePage = page{
	use:   "serve [--proxy [--forward]] [--listen ADDRESS] [--web ADDRESS|off] [--dialect oss|obs] [--bucket B]… [--capture FILE]  [OPTION]…",
	short: "be OSS or OBS for a program under test, or a proxy in front of them",
	about: `
Listens on this machine, authenticates every request the way OSS and OBS do,
from the bytes on the wire, and answers as they do: with the objects it keeps
in memory, or with the error document of the service. SDKs put, get, copy,
list, delete and upload in parts; presigned URLs and browser forms work.

Each request is answered as the service whose scheme it is signed with,
--dialect chooses one for all. Buckets are found from the host as verify does
it: --endpoint names a host of this server, --cname one that stands for a
bucket, and an IP address is path style. Every bucket exists, unless --bucket
names those that do; then others must be made first. V4 signatures of OSS are
taken for any region, unless --region names the one that the server is in; V4
signatures of OBS are taken for any: OBS does not compare the region.

For each request one line tells its number, its verdict (see countersign
verify), what it asked for, the status and code of the answer, and for a
signature that does not match what explains it. With --json the line is

  {"id", "time", "verdict", "scheme", "carrier", "method", "host", "target",
   "bucket", "key", "operation", "accessKeyId", "status", "code", "ec",
   "milliseconds", "stages": {…}, "notes": […]}

where verdict may also be probe or unreadable, and stages are those a server
computes for a signature that does not match.

A web page shows the same, live: the last 1,000 requests, each with every
stage a server computes and, for a signature that does not match, what a
server signs beside what the client signed, where that is known. It is at the
port behind that of --listen (9001), or at a free one if somebody is there;
--web names another address, --web off leaves it away. It needs no network,
and other web pages cannot read it.

With --proxy it is an HTTP proxy: it judges the requests of object storage
clients that pass through it, those inside https too, once the programs trust
its certificate (see countersign watch, which sets up a program by itself). It
answers as the services would, without objects, and nothing leaves the
machine. With --forward requests go on to the servers they are for, byte for
byte; when a server refuses one, its answer is diagnosed (see countersign
diagnose): the cause, what proves it, what to do, and the first stage in which
the string that the server signed differs. With --json the line is that of the
server; verdict may also be "not judged", and operation is empty. Here
--bucket is the one bucket behind every host that is no known endpoint, as
verify has it; --memory and --region are for the server.

A request that meets a bug in Countersign is answered with status 500; the bug
is reported at once, the others are served on, and the exit code tells.

The access key is that of the environment or of a file, like that of other
verbs. For the server a file may also hold several keys, temporary ones that
expire, and what each may do: see countersign vectors schema credentials.
Secrets and security tokens are masked in what is printed. A capture is not
masked: it holds the requests byte for byte.

It listens on loopback alone unless --allow-remote is given. It speaks plain
HTTP. Connections, requests and objects are bounded; what is over a limit is
refused. In a flood of mismatches some are told without being explained:
answering goes first. When it ends, the objects are gone.`,
	exit: `
0    ended by the user
2    wrong usage, or there are no credentials
3    it cannot listen there, or the capture could not be written
4    a request met a bug in Countersign`,
	examples: `
# a server for the tests of an SDK, and what they sent
countersign serve --capture traffic.ndjson
countersign verify traffic.ndjson

# OBS alone, with two buckets and several access keys
countersign serve --dialect obs --bucket photos --bucket backups --credentials keys.json

# is a server what the documents say? this one is
countersign serve --dialect oss --region cn-hangzhou
countersign run --endpoint http://127.0.0.1:9000 --bucket photos --region cn-hangzhou --profile 'oss-*/*'

# what a backup really sends to the real service, live at http://127.0.0.1:9001
countersign serve --proxy --forward --capture requests.ndjson

# virtual hosts under a name of your own
countersign serve --listen 127.0.0.1:8080 --endpoint store.test`,
}
