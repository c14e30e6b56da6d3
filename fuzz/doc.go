// Package fuzz is the ground the fuzz targets stand on: how bytes become a
// request to sign, what a broken property looks like to an engine, and the
// world the requests play in.
//
// It guarantees:
//
//   - [Input] is total and deterministic. Any bytes, also none, are a
//     [signature.Input] for any profile, and equal bytes are equal inputs. A
//     byte is one choice and missing bytes are zero, so an engine that flips a
//     byte changes one thing, and cutting the end makes a request simpler.
//   - What [Input] returns reaches a signature and can be sent: nothing is in
//     it that HTTP/1.1 cannot carry in a line, and no authentication.
//   - A property that does not hold ends in a panic whose text is a constant
//     class and nothing else ([Run]): engines take two findings for one when
//     their texts are equal. What was wrong goes to standard error.
//
// Each target is a package below this one with one body, Check, in target.go,
// and thin entries to it: gofuzz.go for dvyukov/go-fuzz and libFuzzer, and a
// native FuzzXxx in its tests. All share the raw corpus in the target's folder
// corpus, one input a file, which plain `go test` replays.
//
//	wirebytes      the JSON form of byte strings keeps every byte
//	wirehttp       a raw HTTP request that was read is written as it was
//	wirehar        the HAR reader refuses in words, and what it reads can be sent
//	wirecurl       the same of the reader of curl command lines
//	wirecapture    the same of the reader of capture NDJSON
//	signverify     what a profile signs, the verifier calls verified
//	canonical      what no server sees a difference in changes nothing of what is signed
//	collision      two requests that mean different things never have one canonical form
//	authorization  any request gets a verdict, and a malformed one its faults
//	policy         no form is let in that breaks a condition of its policy
//	errordocument  an error document is read or refused, and agrees with itself
//	diagnosis      any evidence gets an answer in words, which agrees with itself
//	adapterlines   lines of the adapter protocol are read, and written again they say the same
//	differential   the reference and another signer agree on what goes over the wire
//
// Without an engine [Random] makes the inputs: the table of planted bugs is
// measured so, and countersign fuzz finds what an SDK signs otherwise (package
// internal/hunt).
//
// # Opponents
//
// The opponent of the target differential is a [subject.Subject], and nothing
// else is asked of it but to sign: see the package differential. Three kinds
// fulfil that.
//
//   - A signer written in Go: [subject.InProcess] of a [subject.Signer]. A
//     program in the module of an adapter links the SDK and has
//     differential.Against(opponent) made once, its method Check called by Fuzz.
//     The SDK is instrumented like the rest then.
//   - A mutant of the reference: differential.Mutant. Package planted measures
//     the grammar so.
//   - A process in any language: [subject.StartProcess]. It has a deadline for
//     each answer and is started again when it dies; both are findings.
package fuzz
