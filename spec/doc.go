// Package spec judges what subjects did, requirement by requirement.
//
// It guarantees:
//
//   - [Judge] is a pure function from a vector and an observation to a result.
//     It reads no clock, no file and no network, so a recorded run is judged
//     again with the same outcome, for ever.
//   - The Ginkgo specs do nothing but call it: [Register] wraps each item in an
//     It, and the events they emit are those of [Judge].
//   - Nothing passes without proof. A subject that answered with a request of
//     its own making passes only if the signature is recomputed from that
//     request and everything it was given is still in it.
//   - A contested rule fails nobody who follows a reading of it: a signature
//     that another reading explains is contested, and the result names the
//     reading. A signature that no reading explains fails.
//
// In a Go SDK's own suite, [Conformance] is all there is to call.
package spec
