// Package proxy is an HTTP forward proxy that records and judges the requests
// of object storage clients which pass through it.
//
// It takes requests in absolute form (RFC 9112, section 3.2.2) and tunnels
// (CONNECT), in which it terminates TLS with certificates of a local
// [Authority]; ALPN offers http/1.1 alone. In a tunnel without TLS it reads
// plain HTTP: some SDKs open one for http too.
//
// It guarantees:
//
//   - The record is what the client sent: the head byte for byte, read with
//     package wire on the connection itself, in absolute form where it came so,
//     and the body without chunked framing, up to a limit.
//   - What is forwarded is what the client sent, the body of any length in its
//     own framing, but for what a proxy must change (RFC 9110, section 7.6, and
//     RFC 9112, section 3.2): an absolute target becomes its path and query,
//     Host becomes the authority of that target where it says another, and
//     Connection, the headers it names, Keep-Alive, Proxy-Connection,
//     Proxy-Authorization and Upgrade are left out. Answers are passed on
//     unchanged.
//   - No protocol is switched: a client that asks for an upgrade is answered in
//     HTTP/1.1, which is how a server declines.
//   - What a client or a server does, or fails to do, is bounded in memory and
//     in time, and [Proxy.Close] leaves no goroutine.
//
// Each forwarded request has a connection of its own to the server.
package proxy
