package main

var diagnosePage = page{
	use:   "diagnose [--json] [--redact] [--error FILE] [--request FILE] [--client-string FILE] [--har FILE[#N]] [--pcap FILE] [OPTION]… [FILE|-]",
	short: "say why a request was refused",
	about: `
Says why a service refused a request: the cause, whether that is proven and by
what, where the string of the service and that of the client differ, who can
have changed it, and what to do, in the words of the SDK in use where it is
known.

It takes whatever there is of the request. FILE may hold anything, several
things at once, in the form in which they are passed on: the error body as it
was served, escaped, behind lines of a log or inside an exception; the output
of curl -v or curl -i; a curl command, raw HTTP, a HAR file, capture NDJSON, a
packet capture of plain HTTP, or a presigned URL; the debug log of an SDK, or
the string that it signs. Without FILE it reads standard input, and on a
terminal asks for a paste. What was recognised, what was done to read it, and
what was not understood is listed with its lines.

An option says what its file is, so that nothing has to be found out:

  --error          the error body, or the exception
  --request        the request
  --client-string  what the client says it signed; if it is in no known form,
                   the whole file, byte for byte
  --har            a HAR file: the entry that failed, or with #N the N-th
  --pcap           a packet capture, pcap or pcapng

With the secret more can be proven. It is taken from the environment or from a
file, is never sent anywhere, and does not appear in the output.

With --redact the report can be posted: access key ids are shortened,
signatures and tokens taken out, buckets and custom domains renamed, keys,
prefixes and metadata reduced to their shape, folders taken off the names of
files, and the error body is printed in the same manner, its StringToSignBytes
included.

With --web it serves a page on loopback that takes the same evidence, pasted
or as files, and shows the answer; what is typed there stays on this machine.

With --json it is one line:

  {"dialect", "scheme", "carrier", "client", "causes": [{"id", "name",
   "confidence", "evidence", "fix", "changedBy"}], "contradictions": […],
   "compared": {"names", "strings", "offset", "field"}, "readings": […],
   "wouldHelp": […], "found": […], "unused": […]}`,
	exit: `
0    a cause is proven; --web was interrupted
1    none is proven: there are suspicions, or nothing can be told
2    a file cannot be read, or is not what its option says
3    standard input cannot be read, or --listen is taken`,
	examples: `
# paste an error body, end with Ctrl-D
countersign diagnose

# a debug log of an SDK, its exception in it
countersign diagnose upload.log

# everything there is, the secret in the environment
countersign diagnose --error body.xml --request request.http --client-string signed.txt

# a page for all that, in the browser
countersign diagnose --web

# the third entry of a HAR file, as a report for a public issue
countersign diagnose --redact --har 'trace.har#3'`,
}
