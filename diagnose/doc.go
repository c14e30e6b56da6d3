// Package diagnose says why a request was refused: which root cause, who is at
// fault, and what to do about it. [Explain] takes whatever [Evidence] there is.
//
// Its knowledge is data, each file with a published schema: the root causes
// (causes.json), the error codes of both services and what they point to
// (codes.json), everything that can go wrong between the string that is signed
// and the one the service makes, with the cause behind it (mistakes.json; the
// slips that [signature.Slips] knows are among them), and the clients: how each
// is recognised, how it logs what it signs, and the fix for a cause in its own
// words (clients.json).
//
// What people have in hand of a refused request is read by the packages below:
// paste reads text of any kind, packets reads packet captures.
//
// It guarantees:
//
//   - Every cause, code, mistake and client is in those files; none is known
//     to the code alone.
//   - A cause is proven only where a recomputed signature, or the hash of a
//     canonical request, is exactly the one that arrived, and no other way leads
//     there that does without the cause; where two strings of one exchange
//     differ; or where the answer of the service, the form of the signature or
//     the grammar of the request shows it. Everything else is a suspicion, and
//     worded as one.
//   - Where several readings fit, all of them are in the answer, and where
//     nothing can be told the answer says what would help.
//   - The search is bounded by what it tries, not by a clock: equal evidence
//     gives equal answers. What it left out is said.
//   - An error document is read by the names of its elements, never by their
//     order, and its values keep every byte. Nothing is repaired silently: what
//     is masked, damaged or contradicts itself is reported.
//   - No secret stands in an answer. Strings that were signed do, and with them
//     a security token that stands in one.
//   - No input makes it panic.
//
// What each kind of evidence tells of each cause is a table,
// testdata/table.txt, which the tests make with wrong clients and the answers
// of the package endpoint.
package diagnose
