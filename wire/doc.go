// Package wire holds an HTTP/1.1 request as the bytes a server sees.
//
// It guarantees:
//
//   - Nothing is normalised. The request target, header names and header
//     values are the bytes that were read: header order, repetition and letter
//     case survive, percent-encoding is not touched, and bytes that are not
//     UTF-8 stay as they are. Only SP and HT around a header value are removed
//     (RFC 9110, section 5.5), never Unicode blanks.
//   - No byte passes through encoding/json strings or net/url on its way in or
//     out. In JSON, bytes are written by [Bytes], which refuses what it cannot
//     represent instead of replacing it.
//   - A reader that cannot make sense of its input returns a [*SyntaxError]
//     that says where, and which rule was broken. It does not guess.
//
// The package reads raw HTTP ([ParseRequest], [ReadRequest]), HAR files
// ([ParseHAR]), curl command lines ([ParseCurl]) and capture NDJSON
// ([ParseCapture]), or finds out which of them it is given ([ParseAny]). It
// prints requests as raw HTTP, capture NDJSON or a curl command.
package wire
