// Package paste reads what people have in hand of a refused request: error
// bodies and exceptions, requests and answers, debug logs and the strings that
// a client says it signed, each in the forms it takes on its way to a bug
// report, several in one text.
//
// It guarantees:
//
//   - Nothing is repaired silently. What was unescaped, decoded or cut off, and
//     what stays unknown, is said in a [Note] with the lines it is about.
//   - What is not recognised is reported as such. Random text yields no evidence.
//   - No input makes it panic, and time grows with the length of the input, not
//     with its square. A source over [MaxSize] is refused.
//
// Packet captures are read by the package packets, which needs a library that
// nothing else does.
package paste
