// Package subject drives what is under test: a Go [Signer], an adapter process
// that speaks the protocol of countersign over its standard streams, and an
// SDK whose requests are captured on loopback.
//
// It guarantees that driving and judging stay apart: a subject is given
// inputs, never expected values, and what comes back is an [Observation] that
// says what was answered and what was seen on the wire, nothing about whether
// that was right. Observations have a published JSON form, so a recorded run
// can be judged again without the subject.
//
// Whatever an adapter does ([Process]), each question gets exactly one
// observation within its deadline, and the kinds of failure are not mixed up:
// an adapter that dies, hangs, floods its output or answers nonsense costs the
// question it happened to and not the run, nothing of it outlives the run, and
// the memory it can make us take is bounded.
package subject
