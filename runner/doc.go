// Package runner runs the suite: it selects vectors, drives a subject over
// them, has the observations judged, and hands on a stream of results.
//
// It guarantees:
//
//   - Driving and judging are apart. Observations are complete before the
//     first is judged; a recorded run is judged the same way.
//   - Nothing is green without proof: a selection that matches nothing, a
//     subject that could not start, an expected-failures file with a stale
//     line, and a run in which nothing passed are all red or an error.
//   - Every vector is in exactly one shard of a run, the same whatever else is
//     selected; what a shard cannot decide alone is left to [reports.Merge].
//   - Results come out sorted by id, whatever the order of the answers.
package runner
