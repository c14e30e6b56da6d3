package main

var reportDiffPage = page{
	use:   "diff [--json|--markdown] [--out FILE] A B",
	short: "say what became of each case from one run to another",
	about: `
Compares run B with run A. Each is a stream of results (run --report ndjson)
or a compliance report (run --report json); "-" is standard input.

  regressed      fails now and did not; or passed, and is offered no longer
  fixed          failed, and passes now
  changed        fails elsewhere than it did, or ends otherwise
  still failing  fails where it did
  new, removed   cases that only one of the runs has

A failure is a failure here whether it is expected or not. New and removed
cases that pass are counted and not listed.

A compliance report does not list what passed. A case that is not in it is
taken to have passed if its version of the suite had it: what cannot be told
counts against B. What makes a comparison less than it seems (another subject,
other vectors, a filter) is said as a note.`,
	exit: `
0    nothing regressed
1    something did
2    a file cannot be read, or is of no run that finished
3    the comparison cannot be written`,
	examples: `
# what a pull request changes
countersign report diff main.ndjson branch.ndjson

# against the report that was published with the last release
countersign report diff --markdown compliance.json results.ndjson >> "$GITHUB_STEP_SUMMARY"`,
}

var reportMergePage = page{
	use:   "merge [--report KIND=PATH]… [--json] STREAM…",
	short: "make one run of the shards of a run",
	about: `
Reads the streams (run --report ndjson) of all shards of a run, and says what
the run would have said without --shard: the same failures, table, reports and
exit code. With --json the merged stream is printed.

The shards must be of one run: nothing is merged where one is missing or there
twice, was interrupted or has no footer, or where they differ in their
subject, vectors, suite version, selection or list of expected failures.

Shards are judged one by one when they run. Only the merged run can tell that
a profile is not offered at all, or that a line of the list of expected
failures matches nothing: let its exit code decide.`,
	exit: `
0    the run is as expected
1    it is not
2    these are not all shards of one run
3    a report cannot be written`,
	examples: `
# two machines, and one that puts them together
countersign run --signer ./adapter --shard 1/2 --report ndjson=shard-1.ndjson
countersign run --signer ./adapter --shard 2/2 --report ndjson=shard-2.ndjson
countersign report merge --report junit=junit.xml --report html=report.html shard-*.ndjson`,
}
