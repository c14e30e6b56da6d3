//! Requests between the protocol and the `http` crate, which signers in Rust
//! take and change.

use http::header::{HOST, HeaderName, HeaderValue};
use http::{Method, Uri, request::Parts};
use serde_json::{Value, json};

use crate::{Bytes, Pairs, Refusal, Request, unsupported};

/// Makes the head of a request as a user of the SDK would: the host stands in
/// its URI, and among its headers only if it is to be signed as one. What the
/// crate cannot hold is unsupported.
pub fn parts(request: &Request, host_signed: bool) -> Result<Parts, Refusal> {
    let refuse = |what: &str, err: &dyn std::fmt::Display| {
        unsupported(format!("the http crate cannot hold this {what}: {err}"))
    };
    let mut head = http::Request::new(()).into_parts().0;
    head.method = Method::from_bytes(&request.method.0).map_err(|err| refuse("method", &err))?;
    let mut uri = Vec::new();
    for (name, value) in &request.headers {
        let name = HeaderName::from_bytes(&name.0).map_err(|err| refuse("header name", &err))?;
        if name == HOST && !is_absolute(&request.target) {
            uri = format!("{}://", request.transport).into_bytes();
            uri.extend_from_slice(&value.0);
        }
        if name != HOST || host_signed {
            let value =
                HeaderValue::from_bytes(&value.0).map_err(|err| refuse("header value", &err))?;
            head.headers.append(name, value);
        }
    }
    uri.extend_from_slice(&request.target.0);
    head.uri = Uri::try_from(uri).map_err(|err| refuse("target", &err))?;
    Ok(head)
}

fn is_absolute(target: &Bytes) -> bool {
    target.0.starts_with(b"http://") || target.0.starts_with(b"https://")
}

/// Answers with a signature and the request that was signed. If the signature is
/// in its URL, that is the answer, with the headers that the signer has added.
pub fn signed(request: &Request, head: &Parts, carrier: &str, signature: &str) -> Value {
    let host = |name: &[u8]| name.eq_ignore_ascii_case(b"host");
    let mut headers: Pairs = request
        .headers
        .iter()
        .filter(|(name, _)| host(&name.0))
        .cloned()
        .collect();
    for (name, value) in &head.headers {
        if !host(name.as_ref()) {
            headers.push((name.as_str().as_bytes().into(), value.as_bytes().into()));
        }
    }
    let given = |name: &Bytes| {
        request
            .headers
            .iter()
            .any(|(given, _)| given.0.eq_ignore_ascii_case(&name.0))
    };
    let added: Pairs = headers
        .iter()
        .filter(|(name, _)| !given(name))
        .cloned()
        .collect();
    let target = match head.uri.path_and_query() {
        Some(target) if !is_absolute(&request.target) => target.to_string(),
        _ => head.uri.to_string(),
    };
    json!({
        "stages": {"signature": signature},
        "request": {
            "transport": request.transport,
            "method": request.method,
            "target": target,
            "headers": headers,
            "body": request.body,
        },
        "url": (carrier == "query").then(|| head.uri.to_string()),
        "headers": (carrier == "query").then_some(added),
    })
}

/// Returns a parameter of a URI, decoded.
pub fn parameter(uri: &Uri, name: &str) -> Option<String> {
    let pair = uri
        .query()?
        .split('&')
        .filter_map(|pair| pair.split_once('='));
    let value = pair.rev().find(|(key, _)| *key == name)?.1.as_bytes();
    let mut decoded = Vec::new();
    let mut bytes = value.iter();
    while let Some(&byte) = bytes.next() {
        let mut hex = || char::from(*bytes.next()?).to_digit(16);
        decoded.push(match byte {
            b'%' => (hex()? * 16 + hex()?) as u8,
            byte => byte,
        });
    }
    String::from_utf8(decoded).ok()
}
