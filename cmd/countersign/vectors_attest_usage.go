package main

var vectorsAttestPage = page{
	use:   "attest --signer 'CMD ARG…' [--profile P]… [--select PATTERN]… | --replay FILE --server NAME --server-version V  [--out PATH]",
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
other vectors stays, if it is of the same version of the implementation, and
so does what is known of those for which the adapter crashed, hung or wrote
what is no answer; a run of another version replaces the file. What an SDK was
captured sending (countersign vectors import) stays in any case, unless its
signer now says otherwise.

With --replay a server attests: FILE is the recording of a live run (as with
countersign run --endpoint … --record FILE), and NAME and V say what answered
there. An entry is then observed, and says by which rules the server went:

  accepted      it let in the signature of the vector, moved to its own
                bucket, key, region and time, and refused wrong signatures of
                the same profile in the same run
  echoed        it refused a wrong signature and showed the string it signs,
                which is, byte for byte, what the rules of the vector give

That attests the rule and not the bytes of the vector, and raises no
provenance; of a vector that is about an access key, a bucket, a region or a
time of its own nothing is said. It rests on your word for what the server is.
A server that was reached on this machine attests nothing, and neither does
countersign serve.

PATH is a folder, or a file whose name ends in .json; with - the attestation
of this run alone goes to standard output and the summary to standard error.
Vectors are those of this program: build it anew when they have changed.
The reference itself (countersign signer) attests nothing and is refused.`,
	exit: `
0    at least one vector was produced or observed, and the file is written
1    the implementation produced no vector; nothing is written
2    wrong usage, nothing selected, or the reference was to attest
3    the adapter does not start, or the file cannot be written
130  interrupted; nothing is written`,
	examples: `
# the signers of an SDK that offers them as functions
countersign vectors attest --signer bin/oss-go-v2

# what a real server was seen to do
countersign run --endpoint https://oss-cn-hangzhou.aliyuncs.com --bucket my-test --region cn-hangzhou --profile 'oss-*/*' --record oss.ndjson
countersign vectors attest --replay oss.ndjson --server aliyun-oss-cn-hangzhou --server-version 2026-11-22

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
