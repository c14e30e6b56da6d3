// Package flows has an SDK use a bucket: put objects and get them back, list,
// copy, upload in parts, set tags and rights, by signed requests, signed URLs
// and forms, one step after the other against one store.
//
// A vector judges one request at a server that answers everything alike. A flow
// judges what comes of several at a server that remembers, and both sides of it.
//
// It guarantees:
//
//   - Every request of a step is one the SDK sent for it, signed rightly by the
//     scheme and the carrier that were asked for. Whether it says what its caller
//     said is told by what comes of it.
//   - A step passes if the server answers as the flow says, the SDK ends without
//     an error where the answer is a success, what was answered is what the flow
//     says, and the bucket then holds what it must and nothing else.
//   - What must be held is worked out of the operations by a model that knows
//     nothing of the server ([model]).
//   - A step that the SDK has no operation for is left out with the reason. If
//     it would have changed the bucket, so is what follows. A flow of which
//     nothing was carried out is no pass.
package flows
