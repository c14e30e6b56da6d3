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
//	authorization  any request gets a verdict, and a malformed one its faults
package fuzz
