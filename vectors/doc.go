// Package vectors holds the golden vectors and the requirements they prove,
// embedded, and loads, lints and formats them.
//
// It guarantees:
//
//   - What [Load] returns is unambiguous: every field is one its JSON Schema
//     knows and comes once, every byte string stands for bytes, ids are unique,
//     every requirement exists, and a StringToSign equals its bytes.
//   - What [Lint] passes follows every rule of the folder: the schemas, the
//     places and ids, levels, provenances, controls and targets.
//   - [FormatBytes] loses nothing, and formats its own result to itself.
//
// The schemas in the folder schema are the contract; the Go types follow them.
package vectors
