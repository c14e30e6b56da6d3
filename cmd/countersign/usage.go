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
countersign verify traffic.har`,
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
             rule, or a mistake that is often made, explains it
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
the vectors that prove it are shown.

With --json the vector is printed as its file has it, with scheme and carrier
in front, so that it can be piped into countersign sign.`,
	exit: `
0    shown
2    there is no such vector`,
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

var vectorsAttestPage = page{
	use:   "attest --signer 'CMD ARG…' [--profile P]… [--select PATTERN]… [--out PATH]",
	short: "take down which expected values an implementation comes to",
	about: `
Asks an implementation that nobody here wrote to sign the signature vectors of
the profiles it declares, and writes down what it came to, in
vectors/attestations/NAME.json for the name it has in its answer to hello. An
expected value that such an implementation produced is no longer the
reference's word alone: countersign vectors list shows it as "attested(n)".

  produced      it came to the signature of the vector, and to every stage it
                reports, byte for byte
  differs       it came to other bytes; the entry names the first stage that
                differs and, where one explains it, the reading of a contested
                rule or the known slip
  not attested  it does not offer this, refused or failed; or its signature is
                right for a time of its own, or for a header that it added,
                and says nothing about the bytes that are expected

An entry holds the digest of its vector. When input or expected stages of the
vector change, the entry counts no longer, and it is time to attest again.

A run replaces the entries of the vectors it asked about. What is known of
other vectors stays, if it is of the same version of the implementation; a run
of another version replaces the file. What an SDK was captured sending
(countersign vectors import) stays in any case, unless its signer now says
otherwise.

PATH is a folder, or a file whose name ends in .json; with - the attestation
of this run alone goes to standard output and the summary to standard error.
Vectors are those of this program: build it anew when they have changed.
The reference itself (countersign signer) attests nothing and is refused.`,
	exit: `
0    at least one vector was produced, and the file is written
1    the implementation produced no vector; nothing is written
2    wrong usage, nothing selected, or the reference was to attest
3    the adapter does not start, or the file cannot be written
130  interrupted; nothing is written`,
	examples: `
# the signers of an SDK that offers them as functions
countersign vectors attest --signer bin/oss-go-v2

# one scheme anew, and look before anything is written
countersign vectors attest --signer bin/oss-go-v2 --profile 'oss-v4/*' --out -`,
}

var vectorsImportPage = page{
	use: `import [--sdk NAME --sdk-version V] [--example-credentials FILE] [OPTION]…
       --about FILE | --request ID --title T --why W --requirement R…  FILE…`,
	short: "make vectors of requests that an SDK really sent",
	about: `
Reads requests that a real SDK sent and makes signature vectors of them whose
expected signature is the SDK's own. FILE is a recording (countersign run
--record), capture NDJSON, raw HTTP, a HAR file or a curl command line; "-" is
standard input.

The authentication is taken out of each request: what is left, with bucket,
key, time, region and whatever else the request says, is the input of the
vector. The reference must come to the SDK's signature from it. Where another
reading of a contested rule explains the signature, the vector gets it as an
alternative and the SDK is noted to differ; where nothing explains it, the
request is refused and nothing is written.

Vectors go to DIR/SCHEME/CARRIER/captured-NAME.json, below the id
SCHEME/CARRIER/captured-NAME/PART, and DIR/attestations/NAME.json says that
the SDK produced them. An id that was ever used before is refused, and so is
whatever countersign vectors lint would find wrong. Everything is written, or
nothing.

Which rule a request proves, and what a user would suffer if it were broken,
only a person can say: of one request with --request and the flags behind it,
of several with --about, a file with a list of

  {"request": ID, "name": PART, "title": TEXT, "why": TEXT,
   "requirements": [ID…], "level": LEVEL, "flags": [MARK…]}

where name, level and flags may be missing. Without a description the requests
are listed, with what the reference makes of them, and nothing is written.

A vector holds the credentials it is signed with, for everybody to read. Those
of a recording are those of its vectors and public already. For other files
they come from --example-credentials, and by that you say that they open
nothing and may be published: a JSON object with accessKeyId, accessKeySecret
and securityToken, or lines as in the environment. Credentials of the
environment are secret and never taken; a request with another token than that
of the file is refused. Record with invented credentials: no server is needed.

What a client says of itself and of its way (User-Agent, Cookie, Sec-… and the
like) is left out unless it is signed. A URL that does not say when it was
signed was signed when it was recorded, or else an hour before it ends.`,
	exit: `
0    the vectors are written, or the requests are listed
1    a request is refused, or lint finds a problem; nothing is written
2    a file cannot be read, or a description or the credentials are missing
3    a file cannot be written`,
	examples: `
# what could be imported
countersign run --signer bin/obs-go --record obs-go.ndjson
countersign vectors import obs-go.ndjson

# several requests, described in a file
countersign vectors import --about chosen.json obs-go.ndjson

# one request from a proxy, signed with invented credentials
countersign vectors import --sdk my-sdk --sdk-version 1.2.0 --example-credentials example.json --request put.http --name put-object --title 'PUT with a type' --why 'Uploads with a type would all be refused.' --requirement OSS1-TYPE-01 put.http`,
}

var vectorsSchemaPage = page{
	use:   "schema NAME",
	short: "print a published JSON Schema",
	about: `
Prints the JSON Schema of one of the formats that Countersign reads or writes:
vector files and their parts, the adapter protocol, recorded observations, the
stream of results, the compliance report. A wrong NAME lists the right ones.`,
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
2    the stream or the kind of report is wrong`,
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
Prints the version of the suite, the SHA-256 of the set of vectors and how
many there are, the version of the adapter protocol and of the stream of
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
