package main

var servePage = page{
	use:   "serve [--listen ADDRESS] [--dialect oss|obs] [--bucket B]… [--credentials FILE] [--capture FILE] [--json]  [OPTION]…",
	short: "be OSS or OBS for a program under test",
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
taken for any region, unless --region names the one that the server is in.

For each request one line tells its number, its verdict (see countersign
verify), what it asked for, the status and code of the answer, and for a
signature that does not match what explains it. With --json the line is

  {"id", "time", "verdict", "scheme", "carrier", "method", "host", "target",
   "bucket", "key", "operation", "accessKeyId", "status", "code", "ec",
   "milliseconds", "stages": {…}, "notes": […]}

where verdict may also be probe or unreadable, and stages are those a server
computes for a signature that does not match.

The access key is that of the environment or of a file, like that of other
verbs. A file may also hold several keys, temporary ones that expire, and what
each may do: see countersign vectors schema credentials. Secrets and security
tokens are masked in what is printed. A capture is not masked: it holds the
requests byte for byte.

It listens on loopback alone unless --allow-remote is given. It speaks plain
HTTP. Connections, requests and objects are bounded; what is over a limit is
refused. When it ends, the objects are gone.`,
	exit: `
0    ended by the user
2    wrong usage, or there are no credentials
3    it cannot listen there, or the capture could not be written`,
	examples: `
# a server for the tests of an SDK, and what they sent
countersign serve --capture traffic.ndjson
countersign verify traffic.ndjson

# OBS alone, with two buckets and several access keys
countersign serve --dialect obs --bucket photos --bucket backups --credentials keys.json

# is a server what the documents say? this one is
countersign serve --dialect oss --region cn-hangzhou
countersign run --endpoint http://127.0.0.1:9000 --bucket photos --region cn-hangzhou --profile 'oss-*/*'

# virtual hosts under a name of your own
countersign serve --listen 127.0.0.1:8080 --endpoint store.test`,
}
