// Package endpoint is the server's side of a signed request: a loopback server
// that keeps every request as it arrived, authenticates it with
// [signature.Verifier] and answers as OSS or OBS would, and a client that sends
// a request byte for byte.
//
// It guarantees that nothing stands between the wire and the record: heads are
// read with package wire on the connection itself. It guarantees that an answer
// is a function of the dialect, the verification, the request and the time
// ([Answer]), and of the backend where there is one, that refusals have the
// elements of the services' own documents in their order, and that what a
// client sends, or fails to send, is bounded in bytes and in time. Without a
// [Backend] it keeps no objects: a request that verifies gets a document an SDK
// can read, not data. Package objects is the backend that keeps them.
//
// The documents, and the tables that say when which one is sent, are data under
// answers/, one folder for each dialect.
package endpoint
