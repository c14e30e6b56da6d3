// Package signature is what the documents say about request signatures of
// Alibaba Cloud OSS and Huawei Cloud OBS, executable.
//
// Each scheme has a file of its own that reads like its document: a [Profile]
// is a value of ordered [Step]s and of tables, and each step names the section
// it comes from. A profile is one scheme with one carrier, such as
// "oss-v4/header"; [Profiles] lists them all.
//
// The package guarantees:
//
//   - [Profile.Sign] and [Verifier.Verify] run the same steps over the same
//     bytes, so what one builds the other recomputes.
//   - A profile is never changed by signing or verifying, and neither is the
//     request it is given. A profile with one step or one table replaced
//     ([Profile.Clone]) is a profile like any other: readings of contested
//     rules and mutants are made so.
//   - Malformed authentication is a [*Fault] that names the header, parameter
//     or field, the position, and the rule. Nothing is repaired silently.
//   - No secret appears in an error, and signatures are compared in constant
//     time.
package signature
