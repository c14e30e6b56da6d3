// Package interop runs the suite over the SDKs of adapters/, each in its own
// language and unmodified, and over the servers of servers/, and writes what came
// of it: a compliance report for each, the page of findings and the matrix.
//
// It guarantees:
//
//   - Each subject is installed, driven and judged in a process of its own
//     (where Linux lets it, in a network of its own too), with a time limit:
//     whatever one does, the others are judged all the same. On Linux no process
//     that it started outlives it, not even when the run is interrupted.
//   - A subject that sends also goes through the flows (internal/flows), at a
//     server that remembers. One that is not listed as known to fail turns the
//     run red, and so does a list that is out of date.
//   - No subject passes unseen. A toolchain that is missing, an installation or
//     a start that fails, a packet that was meant for anything but loopback:
//     each is named, counted, and an error where all subjects are asked for.
//   - A server is a process of its own on loopback, with keys and a folder that
//     are made for the run and gone after it.
//   - What a report says of a finding comes from the SDK's own run: the
//     failures that show it, and the smallest request, found by asking the SDK.
package interop
