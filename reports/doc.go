// Package reports owns the stream of results of a run and everything that is
// rendered from it: NDJSON, compliance JSON, JUnit XML, Markdown, one
// self-contained HTML page, and the tables on the console. It puts the parts of
// a run together, and compares runs.
//
// It guarantees:
//
//   - A stream is header, results, footer. A stream without a footer is not a
//     run, and nothing is rendered from it.
//   - Console verdict, exit code and every report come from one function over
//     that stream, [Conclude], so they cannot disagree. [Read] refuses a stream
//     whose footer does not follow from its results.
//   - [Merge] makes of the shards of a run the stream that the run would have
//     made without shards, and refuses what is not all of one run. [Compare] says
//     what became of each case from one run to another; what cannot be told counts
//     against the second.
//   - Rendering is deterministic: results are sorted by id, time comes from the
//     header.
//   - Every byte survives: what is not printable is shown escaped, never
//     replaced. In the stream itself the byte strings of a request are
//     [wire.Bytes].
//   - Escaping changes how a secret looks. It is taken out of the stream by
//     [Stream.Redact] before anything is rendered; a redacting writer behind
//     the renderer is the second net, not the first.
package reports
