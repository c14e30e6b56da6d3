package main

var runPage = page{
	use:   "run --signer 'CMD ARG…' … | --endpoint URL --bucket B | --replay FILE  [OPTION]…",
	short: "judge a signer, an SDK or a server, and write reports",
	about: `
Drives a subject over the golden vectors, judges what it did, and prints what
failed and a table of verdicts. The subject is an adapter: a program that
speaks Countersign's protocol over its standard streams (see README). It is
asked to sign given requests, and, if it declares operations, to carry them
out: then its requests are captured on a loopback port and judged as they were
on the wire. With a --signer nothing is ever sent anywhere else.

With --endpoint the subject is a server. The vectors are moved to it, with the
access key of the environment or --credentials, its bucket, region and clock,
and sent byte for byte; its answers are judged by the vectors alone. Vectors
about tokens need a temporary key: as the only one, or beside the other with
--temporary-credentials. It is careful: it reads the bucket and writes below a
prefix countersign-<random>/ of its own, deletes what it wrote, also when
interrupted, sends no other destructive request, at most 20 wrong signatures
(--max-wrong-signatures), one a second, follows no redirection, and verifies
certificates. What cannot be moved is counted by reason; --dry-run prints all
requests, and why others are left out. Beyond the limit of wrong signatures a
verdict is partial. Where the clocks of both sides are more than a minute
apart, nothing is judged.

--profile open-questions asks a server what documents and SDKs leave open: a
question is one small request or a few, with every answer there is and what
follows from it. open-questions/oss and open-questions/obs say of which
service; at a public endpoint the host tells. An answer is told by a signature
that is let in, by the string that the server shows byte for byte, or by what
it says; a control that must be let in, and refused with another signature,
comes first. A signature by the wrong reading is a wrong signature and counts.
An open question is no failure, whatever the answer; what cannot be told is
said to be unanswered. If nothing could be asked, the exit code is 3.

Several --signer are run one behind the other; {subject} and {version} in a
path stand for the subject's name and version.

Patterns of --select, --skip and --profile are parts joined by slashes; * is
any text inside one part, ** any number of parts. A pattern that matches
nothing is an error.

An expected-failures file lists what is known to fail, one line each:
  PATTERN  PIN  # reason, link
The pin is where it fails: a stage (stringToSign), a kind of divergence
(scheme carrier addressing key header parameter token body unsigned) or an
outcome (rejected-wrongly). A listed case that passes, or fails elsewhere, and
a pattern that matches nothing turn the run red.

On a terminal the first failures are shown in full and the others in a line;
a pipe or a file gets all of them. --quiet leaves the verdict table alone. An
interrupted run judges what was answered by then, writes its reports, and says
in each of them that it was not whole.

What is the same every time can stand in countersign.yaml in the current
folder (--config FILE names another; no other folder is searched). Its
settings are flags by their names, below run:
  run:
    signer: node adapter.js
    expected-failures: expected-failures.txt
    report: {junit: out/junit.xml, md: out/summary.md}
A flag that is given wins, and --signer, --endpoint or --replay sets aside
what the file says of its subject. It holds no secrets. countersign vectors
schema config prints its schema.

A recording (--record) can be judged again with --replay, without the subject.

--shard i/n asks about every vector of one of n parts; each vector is in one
of them, the same in every run. countersign report merge makes one run of the
streams of all parts.
`,
	exit: `
0    all is as expected
1    something is not
2    wrong usage, a wrong file, one that cannot be written, or nothing selected
3    nothing could be run, asked or judged, or writing a file failed in the end
4    a bug in Countersign
130  interrupted
`,
	examples: `
# judge an adapter, with a page to look at
countersign run --signer 'node adapter.js' --report html=report.html

# one profile, without the cases about odd keys
countersign run --signer ./adapter --profile oss-v4/header --skip '**/keys/*'

# in CI: what is known to fail does not fail the build, what is new does
countersign run --signer ./adapter --expected-failures expected-failures.txt --report junit=junit.xml

# one vector, as a failure tells to repeat it
countersign run --signer ./adapter --select 'oss-v1/header/operations/keys/space'

# a server: look first, then ask, then ask everything
countersign run --endpoint https://oss-cn-hangzhou.aliyuncs.com --bucket my-test --region cn-hangzhou --profile 'oss-v4/*' --dry-run
countersign run --endpoint http://127.0.0.1:9000 --bucket test --region us-east-1 --profile 'obs-v4/*' --max-wrong-signatures 1000 --rate 0

# what only a server can say, in a minute
countersign run --endpoint https://obs.cn-north-4.myhuaweicloud.com --bucket my-test --region cn-north-4 --profile open-questions --max-wrong-signatures 40 --report md=answers.md

# on four machines at once; then countersign report merge shard-*.ndjson
countersign run --signer ./adapter --shard 2/4 --report ndjson=shard-2.ndjson

# record once, judge again later
countersign run --signer ./adapter --record run.ndjson
countersign run --replay run.ndjson
`,
}
