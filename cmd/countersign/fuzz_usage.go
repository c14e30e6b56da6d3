package main

var fuzzPage = page{
	use:   "fuzz [run] --signer 'CMD ARG…' [--scheme S | --profile P]… [OPTION]…",
	short: "look for requests that a signer signs otherwise than the reference",
	about: `
Makes up requests, has an adapter sign them, and compares what would go over
the wire with the reference. The requests are made of random bytes by a
grammar that knows where canonicalization goes wrong: every byte is one
choice, so that nearly every request reaches the signature. No Go toolchain
and no network is needed. The adapter is the one of countersign run.

A finding has a class in words that never change: scheme and carrier, the
first stage that differs, else the kind of divergence, else the outcome; and
the id of the cause where it is proven, else the part of the request that it
comes from. One is oss-v4/header/canonicalRequest/by-value-of-parameter.
Each class is told once, brought down to the smallest request that shows it:
first its bytes, then its request. It is printed with both strings, the byte
that differs, the rule where one is known, and what signs the same: the
reference with one rule broken. The folder of --out gets, by class,

  oss-v4-header-canonicalRequest-by-parameter.json   a vector file
  oss-v4-header-canonicalRequest-by-parameter.input  the bytes, for a corpus

What the adapter answers with "unsupported" is left out before anything is
compared. One that refuses, dies, stays silent or answers nonsense is a
finding too; it is started again, though not for ever. Another reading of a
contested rule is told and is no fault.

A list of classes that are known goes with --known, one line each:
  PATTERN  # reason, link
A class that a pattern matches is passed over and counted. A pattern without a
part, such as oss-v4/*/stringToSign, is for all parts.

The same --seed and --executions find the same, in the same order. A limit of
time is looked at between requests. On a terminal progress is shown.
`,
	exit: `
0    no new class was found
1    one was, or nothing could be compared
2    wrong usage, or a wrong file
3    the signer could not be started or asked, or a file could not be written
4    a bug in Countersign
130  interrupted; what was found until then is kept
`,
	examples: `
# a minute for an SDK
countersign fuzz --signer 'node adapter.js'

# in CI: the same requests each time, and what is known is no news
countersign fuzz --signer ./adapter --scheme oss-v4 --executions 100000 --known fuzz-known.txt

# one class again, as it tells to repeat it
countersign fuzz --signer ./adapter --replay out/fuzz/oss-v4-header-canonicalRequest-by-parameter.json
`,
}

var fuzzPromotePage = page{
	use:   "promote [--dir DIR] [--theme T] [--name PART] [--out FILE] FILE…",
	short: "make golden vectors of findings",
	about: `
Reads vector files that countersign fuzz has written and adds their requests
to the folder of the vectors, DIR/SCHEME/CARRIER/THEME.json, so that every
suite in every language replays them. What is expected is computed by the
reference, whatever stands in FILE, and is "derived" until an implementation
that nobody here wrote produces the same. What the signer answered stands in
the note of the source.

Why it matters is left for you to write, and so are the requirements where no
single one explains the difference: countersign vectors lint names the place
and fails until they are there. Both may be written into FILE before.

A request that an existing vector asks for is refused, and so is an id that is
in use or was withdrawn, and whatever else lint finds wrong, also with what
stands in the same file already. Everything is written, or nothing.
`,
	exit: `
0    written
1    a finding is refused; nothing is written
2    a file is no finding, or there is no folder of vectors
3    a file cannot be written
`,
	examples: `
# a finding becomes a vector, lint says what is missing
countersign fuzz promote out/fuzz/oss-v4-header-canonicalRequest-by-parameter.json
countersign vectors lint vectors

# under a name that says what it is about
countersign fuzz promote --theme parameters --name plus-in-value out/fuzz/oss-v1-query-stringToSign-by-parameters.json
`,
}
