// Package objects keeps buckets and objects in memory behind an endpoint, so
// that what an SDK uploads it can list, copy and get again.
//
// It guarantees that what it holds is bounded in bytes, in number and for each
// object, and that a request that would go beyond is refused and changes
// nothing. It guarantees that an answer has the status, the headers and the
// document of the service's own operation ([endpoint.Task]), that no request
// sees another one half done, and that what was sent comes back byte for byte:
// content, metadata, keys that are no UTF-8.
//
// What an ACL makes public, anyone may read without a signature, and nothing
// else.
//
// There are no versions, no encryption and no lifecycle, and nothing is anyone's
// but the one owner's. The configuration of a bucket is kept and given back, and
// does nothing. What is asked for and not there is refused as NotImplemented
// rather than taken for something else.
package objects
