package main

// The manual pages, in the order of the verbs.

var rootPage = page{
	use:   "countersign VERB [OPTION]… [ARGUMENT]…",
	short: "prove that the two sides of a signed object-storage request agree",
	about: `
Countersign is a conformance test suite for the request signatures of Alibaba
Cloud OSS and Huawei Cloud OBS. Golden vectors drive signers (an SDK in any
language) and verify what they put on the wire; what is wrong is explained by
its first diverging stage, with both byte strings.

Results are written to standard output, everything else to standard error.
A terminal gets colour, a pipe gets none; NO_COLOR turns it off.

Credentials never stand on a command line. Verbs that need your own take them
from COUNTERSIGN_ACCESS_KEY_ID, COUNTERSIGN_ACCESS_KEY_SECRET and
COUNTERSIGN_SECURITY_TOKEN, or from a file named by --credentials. They are
masked in everything that is printed or written.`,
	exit: `
0    as expected
1    nonconformance: a failure, a mismatch, a problem found
2    wrong usage or configuration, or nothing selected
3    it could not be done
4    a bug in Countersign
130  interrupted`,
	examples: `
# judge an SDK through its adapter, and keep a report
countersign run --signer ./my-adapter --report html=report.html

# see every step of one signature
countersign sign request.json

# ask what a server would say to recorded requests
countersign verify traffic.har

# ask why a request was refused: paste what there is of it
countersign diagnose`,
}

var signPage = page{
	use:   "sign [--json] [--credentials FILE] [FILE|-]",
	short: "sign one request and show every stage",
	about: `
Reads one signing input as JSON from FILE, or from standard input, and prints
every stage on the way to the signature, in order, with the section of the
document that describes it. A line feed inside a value is shown as \n and
breaks the line, a blank is shown as a dot.

The input has scheme and carrier beside it:

  {"scheme": "oss-v4", "carrier": "header", "input": {"request": …}}

The members of input may also stand beside scheme and carrier directly. What
they are is described by the schema "case": see countersign vectors schema.
The output of countersign vectors show --json is such an input.

Credentials that the input does not hold are taken from the environment or
from the file; those are secrets, and they and the signing key made of them
are masked in the output. Credentials inside the input are taken for examples
and shown.

With --json the output is one object: scheme, carrier, stages, and the signed
request, or the url, or the form.`,
	exit: `
0    signed
2    the input cannot be read or lacks something, or there are no credentials`,
	examples: `
# every stage of a request in a file
countersign sign request.json

# the same for a golden vector
countersign vectors show --json oss-v4/header/basics/get-object-sts | countersign sign

# only the string to sign, with your own credentials
countersign sign --json --credentials ~/.countersign request.json | jq -r .stages.stringToSign`,
}

var signerPage = page{
	use:   "signer",
	short: "be the reference signer, as an adapter",
	about: `
Speaks the adapter protocol on standard input and output: one JSON object a
line. It answers hello with all schemes and carriers, and sign questions with
every stage and the signed request, url or form. It does not send.

It shows what an adapter looks like from outside, and it is the subject that
must pass every vector. At the end of the input it ends.`,
	exit: `
0    the input ended and every question is answered
3    the input is no question, or the answers cannot be written`,
	examples: `
# judge the reference itself
countersign run --signer 'countersign signer'

# one question by hand
echo '{"type":"hello","protocol":1}' | countersign signer`,
}

var verifyPage = page{
	use:   "verify [--json] [--bucket B] [--cname HOST=BUCKET]… [--endpoint HOST]… [--credentials FILE] FILE…",
	short: "say what a server would make of recorded requests",
	about: `
Reads recorded requests and recomputes their signatures the way a server does
that follows the documents: from the bytes on the wire, the secret and the
names of hosts, and from nothing else. FILE is raw HTTP, a HAR file, a curl
command line, or capture NDJSON; "-" is standard input.

Bucket and key are found from the host. The public endpoints of OSS and OBS
are known. --endpoint names the host of another one, --cname the bucket behind
a custom domain, and --bucket the bucket behind every other host.

For each request it says one of

  verified   the signature is the one a server computes
  mismatch   it is not; the notes say whether another reading of a contested
             rule, or a mistake that is often made, explains it, and else
             which cause a short search proves (diagnose searches longer)
  malformed  a server refuses the request before it computes anything; every
             fault is named with its place and its rule
  unsigned   the request carries no authentication

and prints the string a server would sign. The time of a request is not
judged. A request with another access key id than that of the credentials is
malformed: the server that is asked knows only one.

With --json each request is one line:

  {"id", "scheme", "carrier", "verdict", "stages": {…}, "notes": […]}

The secret is taken from the environment or from the file. Security tokens
that are seen in the requests are masked in the output like the secret.`,
	exit: `
0    every request is verified
1    at least one is not
2    a file cannot be read or holds no request, or there are no credentials`,
	examples: `
# a request that a server refused, copied from a log
countersign verify request.http

# everything a browser sent, one line a request
countersign verify --json traffic.har

# behind a custom domain, and a private endpoint
countersign verify --cname static.example.com=assets --endpoint storage.example.internal requests.ndjson`,
}

var vectorsPage = page{
	use:   "vectors VERB",
	short: "look at the golden vectors, and check them",
	about: `
Golden vectors are JSON: a request, credentials and a time go in, and every
stage of the signature is expected to come out. They are part of this program;
lint and fmt also work on a folder of them.`,
	exit: `
0    as expected
1    a problem was found
2    no such vector, file or schema`,
	examples: `
# what there is for presigned URLs of OSS V4
countersign vectors list 'oss-v4/query/**'`,
}

var vectorsListPage = page{
	use:   "list [--json] [PATTERN…]",
	short: "list vectors",
	about: `
Lists the vectors that match any PATTERN, or all of them: id, kind, level,
provenance and title. The ids are those that run --select takes and that
reports name; an operation vector is listed under every profile it runs under.

A pattern is an id, with * for one part between slashes or for a piece of one,
and ** for any number of parts. @FILE reads patterns from a file, one a line.
A pattern that matches nothing is an error.

The provenance of an expected value is "published" where a document or an
SDK's own test prints it, "attested(n)" where n implementations produced it,
and else "derived".

With --json each vector is one line: id, kind (signature, verifier or
operation), title, level, provenance, since, flags, requirements and file.`,
	exit: `
0    listed
2    a pattern matches nothing or cannot be read`,
	examples: `
# everything about the header of OBS
countersign vectors list 'obs-*/header/**'

# ids of what the documents print
countersign vectors list --json | jq -r 'select(.provenance == "published").id'`,
}

var vectorsShowPage = page{
	use:   "show [--json] ID",
	short: "show one vector, or one requirement",
	about: `
Shows a vector: what it proves and who says so, what goes in, and what must
come out. ID may also be that of a requirement; then the rule, its source and
the vectors that prove it are shown. Of one that was withdrawn the reason is.

With --json the vector is printed as its file has it, with scheme and carrier
in front, so that it can be piped into countersign sign.`,
	exit: `
0    shown
2    there is no such vector, or none any more`,
	examples: `
# a vector that a report names
countersign vectors show oss-v4/header/basics/get-object-sts

# a rule, and what proves it
countersign vectors show OSS4-TOKEN-01`,
}

var vectorsLintPage = page{
	use:   "lint [DIR]",
	short: "check vectors against their schemas and all rules",
	about: `
Checks the vectors of this program, or of the folder DIR, which is laid out
like the folder vectors of the source: against their JSON Schemas, the rules
for ids, places, levels, provenances and controls, and by computing every
expected value anew. A value that the reference does not reproduce is a
problem, and so is a reading that does not differ from what is expected.

Problems are listed one a line: file, vector, what is wrong, the name of the
rule, and what to do. Warnings are listed too, but nothing fails for them.`,
	exit: `
0    no problem
1    at least one
2    DIR holds no vectors`,
	examples: `
# check the source of the vectors before a commit
countersign vectors lint vectors`,
}

var vectorsFmtPage = page{
	use:   "fmt [--check] [DIR|FILE…]",
	short: "bring vector files into their canonical form",
	about: `
Rewrites the vector files that are not in canonical form, and lists them.
Files are named, or found below a named folder; without a name, below the
folder vectors. Nothing is dropped or added, and a file is replaced in one
step. With --check nothing is written.`,
	exit: `
0    all files are in canonical form, or are now
1    with --check: at least one is not; or a file cannot be understood
2    no such file, or no vectors in it
3    a file cannot be written`,
	examples: `
# format all vectors
countersign vectors fmt vectors

# in a pipeline
countersign vectors fmt --check vectors`,
}

var vectorsCoveragePage = page{
	use:   "coverage [--json|--mutants] [PATTERN…]",
	short: "say what the vectors are worth",
	about: `
Lists the requirements, or those whose ids match any PATTERN, and for each of
them how many vectors prove it: valid ones that must be signed, sent or let in
so, rejecting ones that must be refused, and mutants. A mutant is the
reference with that one rule broken; 2/2 says that the suite failed two of two
over a vector of that requirement. The rules an SDK owes its caller (OP-…) are
put to no server, so nothing is rejected for them.

The provenance is the best one of the requirement's signature vectors.

Below the list stand the counts by provenance, every contested rule with who
reads it how, every requirement of level must that rests on values which only
the reference has computed, and the empty cells of musts.

With --mutants the mutants are listed instead, each with three of the vectors
that kill it. With --json each requirement is one line: id, level, status,
provenance, valid, rejecting, mutants (id, about, killedBy) and lacks.`,
	exit: `
0    no must has an empty cell, and every mutant is killed
1    one has, or one survives
2    a pattern matches nothing`,
	examples: `
# what there is for presigned URLs of OSS V4
countersign vectors coverage 'OSS4-QUERY-*'

# which vector would catch an SDK that takes Date in place of x-oss-date
countersign vectors coverage --mutants OSS1-DATE-02`,
}

var vectorsSchemaPage = page{
	use:   "schema NAME | --markdown",
	short: "print a published JSON Schema",
	about: `
Prints the JSON Schema of one of the formats that Countersign reads or writes:
vector files and their parts, the adapter protocol, recorded observations, the
stream of results, the compliance report, the comparison of two runs, the
configuration. A wrong NAME lists the right ones.

--markdown prints all of them in words, as they stand in docs/reference.md.`,
	exit: `
0    printed
2    there is no such schema`,
	examples: `
# what an adapter is asked and may answer
countersign vectors schema protocol`,
}

var reportPage = page{
	use:   "report VERB",
	short: "make reports of a finished run",
	about: `
Every report is made from the stream of results that run writes as NDJSON, and
from nothing else.`,
	exit: `
0    made
1    merge: the run is not as expected; diff: something regressed
2    a stream or the kind of report is wrong`,
	examples: `
# the page of a run that was kept
countersign report render --to html=report.html results.ndjson`,
}

var reportRenderPage = page{
	use:   "render --to KIND[=PATH]… FILE",
	short: "write reports of a stream of results",
	about: `
Reads the stream of results in FILE ("-" is standard input) and writes one
report for each --to: to PATH, or to standard output.

  ndjson  the stream itself, sorted by id
  json    compliance report, for machines
  junit   JUnit XML, for CI servers
  html    one page that needs no network
  md      Markdown, for a summary

A stream without its footer is of a run that did not finish: nothing is
rendered from it. The exit code says whether the report was made, not whether
the run was as expected.`,
	exit: `
0    made
2    no such kind, or the stream cannot be read or has no footer
3    a report cannot be written`,
	examples: `
# a page and a file for the CI server, from one run
countersign report render --to html=report.html --to junit=report.xml results.ndjson

# a summary in the middle of a pipeline
countersign report render --to md results.ndjson >> summary.md`,
}

var reportFindingsPage = page{
	use:   "findings [--out FILE] COMPLIANCE…",
	short: "write the findings of many compliance reports as one page",
	about: `
Reads compliance reports (files, or folders of them) and writes their findings
as Markdown: each distinct defect of an SDK with its rule, the smallest
request that shows it, both strings with the differing byte, what a user
meets, a way around it, and the text of a report to the SDK's project. At the
end stand the rules whose sources disagree, with who follows which reading.

A compliance report has findings when the run that made it was given them: see
adapters/<name>/findings.json.`,
	exit: `
0    written
2    no compliance report there, or one that cannot be read
3    the page cannot be written`,
	examples: `
# the page of this project
countersign report findings --out reports/findings.md reports/compliance`,
}

var reportMatrixPage = page{
	use:   "matrix [--markdown] [--out FILE] COMPLIANCE…",
	short: "write one page about many subjects",
	about: `
Reads compliance reports (files, or folders of them) and writes one HTML page
that needs no network: every subject under every profile, who breaks which
requirement, where SDKs disagree and who does what, the findings, and for a
subject with reports of several versions what each of them changed: keep the
compliance report (--report json=FILE) of each version, and give the folder of
all of them. The newest version stands for its subject. With --markdown only
the table of subjects is written, for a README.`,
	exit: `
0    written
2    no compliance report there, or one that cannot be read
3    the page cannot be written`,
	examples: `
# the page of this project
countersign report matrix --out reports/matrix.html reports/compliance

# two versions of your own SDK, and what the newer one changed
countersign report matrix --out matrix.html old.json new.json`,
}

var adapterPage = page{
	use:   "adapter VERB",
	short: "help for authors of adapters",
	about: `
An adapter is a small program in the language of an SDK that answers the
questions of the suite on its standard input. countersign vectors schema
protocol prints what they look like.`,
	exit: `
0    as expected
1    the adapter does something wrong
2    wrong usage
3    the adapter does not start`,
	examples: `
# try a new adapter
countersign adapter check --signer 'node adapter.js'`,
}

var adapterCheckPage = page{
	use:   "check [--timeout D] --signer 'CMD ARG…'",
	short: "say whether an adapter speaks the protocol",
	about: `
Starts the adapter, prints what it declares, asks it for one signature with
each scheme and carrier, and checks every line it writes against the schema of
the protocol. What is wrong is said with what to do about it.

Whether signatures are right is not judged: that is what run is for. An
adapter that only sends is asked nothing but hello.

CMD is split into words with the quoting of a shell, and is started without
one.`,
	exit: `
0    the adapter speaks the protocol
1    it does not
2    CMD cannot be understood
3    it does not start or does not answer hello`,
	examples: `
# the reference is an adapter too
countersign adapter check --signer 'countersign signer'

# a virtual machine that takes its time
countersign adapter check --timeout 1m --signer 'java -jar adapter.jar'`,
}

var versionPage = page{
	use:   "version",
	short: "print versions",
	about: `
Prints the version of the suite, what the program was built from (the tag of a
release or the commit of a checkout), the SHA-256 of the set of vectors and
how many there are, the version of the adapter protocol and of the stream of
results, and the Go version it was built with.`,
	exit: `
0    printed`,
	examples: `
# for a bug report
countersign version`,
}

var helpPage = page{
	use:   "help [VERB]…",
	short: "show the manual page of a verb",
	about: `
Shows the manual page of a verb, as --help does behind it.`,
	exit: `
0    shown
2    there is no such verb`,
	examples: `
# how to verify requests
countersign help verify`,
}

var completionPage = page{
	short: "print a completion script for a shell",
	about: `
Prints a script that makes a shell complete verbs and options. The page of
each shell says where to put it.`,
	examples: `
# for the running bash
source <(countersign completion bash)`,
}
