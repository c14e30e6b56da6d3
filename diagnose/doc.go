// Package diagnose says why a request was refused: which root cause, who is at
// fault, and what to do about it.
//
// Its knowledge is data, each file with a published schema: the root causes
// (causes.json), the error codes of both services and what they point to
// (codes.json), the cause behind each slip that [signature.Slips] knows
// (slips.json), and the clients: how each is recognised, how it logs what it
// signs, and the fix for a cause in its own words (clients.json).
//
// What people have in hand of a refused request is read by the packages below:
// paste reads text of any kind, packets reads packet captures.
//
// It guarantees:
//
//   - Every cause, code, slip and client is in those files; none is known
//     to the code alone.
//   - An explanation is a proof only where a recomputed signature equals the one
//     that was sent. A code says what its service documents or was seen to mean,
//     and which of the two.
//   - An error document is read by the names of its elements, never by their
//     order, and its values keep every byte. Nothing is repaired silently: what
//     is masked, damaged or contradicts itself is reported.
//   - No input makes it panic.
package diagnose
