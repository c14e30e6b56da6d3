//! The adapter of reqsign's signer for Alibaba Cloud OSS. The signer is public
//! and signs any request of the `http` crate, for the time of now.

use std::time::Duration;

use countersign_adapter::{
    Adapter, Answer, Hello, Identity, Input, Refusal, Sign, clock, locked_version, rejected,
    request, run, unsupported,
};
use reqsign_aliyun_oss::{RequestSigner, SigningVersion, StaticCredentialProvider};
use reqsign_core::time::Timestamp;
use reqsign_core::{Context, Signer};

struct Reqsign;

/// A scheme in the signer's word, the word before the signature in the
/// Authorization header, and the parameter of the signature in a URL.
const SCHEMES: [(&str, SigningVersion, &str, &str); 3] = [
    ("oss-v1", SigningVersion::V1, ":", "Signature"),
    (
        "oss-v2",
        SigningVersion::V2,
        "Signature:",
        "x-oss-signature",
    ),
    (
        "oss-v4",
        SigningVersion::V4,
        "Signature=",
        "x-oss-signature",
    ),
];

impl Adapter for Reqsign {
    fn hello(&self) -> Hello {
        Hello {
            adapter: Identity {
                name: "reqsign-oss",
                version: locked_version(include_str!("../Cargo.lock"), "reqsign-aliyun-oss"),
                language: "rust",
                url: "https://github.com/apache/opendal-reqsign",
            },
            schemes: &[
                "oss-v1/header",
                "oss-v1/query",
                "oss-v2/header",
                "oss-v2/query",
                "oss-v4/header",
                "oss-v4/query",
            ],
            operations: vec![],
            features: &["sign", "clock", "bytes"],
        }
    }

    fn sign(&self, q: Sign) -> Answer {
        let (_, version, before, parameter) = SCHEMES
            .into_iter()
            .find(|(scheme, ..)| *scheme == q.scheme)
            .ok_or_else(|| unsupported(format!("the signer has no {}", q.scheme)))?;
        let input = &q.input;
        if input
            .product
            .as_deref()
            .is_some_and(|product| product != "oss")
        {
            return Err(unsupported("the product is always oss"));
        }
        // V2 signs these of itself, V4 every header there is.
        let chosen = ["range", "if-modified-since"];
        let listed = |name: &&str| q.carrier == "header" && chosen.contains(name);
        let present = input
            .request
            .headers
            .iter()
            .filter_map(|(name, _)| name.text().ok());
        let mut present = present
            .map(str::to_ascii_lowercase)
            .filter(|name| signs(&q, name));
        if let Some(name) = present.find(|name| q.scheme == "oss-v2" && !listed(&name.as_str())) {
            return Err(unsupported(format!(
                "V2 has no option to sign the header {name}"
            )));
        }
        let time = input
            .time
            .parse::<Timestamp>()
            .map_err(|err| Refusal::Error(err.to_string()))?;
        let expires_in = expires_in(&q, time.as_second())?;

        let mut request_signer =
            RequestSigner::new(input.bucket.text()?).with_signing_version(version);
        if let Some(region) = &input.region {
            request_signer = request_signer.with_region(region);
        }
        let signer = Signer::new(Context::new(), credentials(input)?, request_signer);
        let mut head = request::parts(&input.request, signs(&q, "host"))?;
        clock::at(time.as_second(), || {
            pollster::block_on(signer.sign(&mut head, expires_in))
        })
        .map_err(|err| rejected(format!("{:?}", err.kind()), err))?;

        let signature = match q.carrier.as_str() {
            "query" => request::parameter(&head.uri, parameter),
            _ => head
                .headers
                .get("authorization")
                .and_then(|value| Some(value.to_str().ok()?.rsplit_once(before)?.1.to_owned())),
        };
        let signature = signature.ok_or_else(|| Refusal::Error("no signature".into()))?;
        Ok(request::signed(
            &input.request,
            &head,
            &q.carrier,
            &signature,
        ))
    }
}

/// Says whether the caller wants a header signed that is not signed anyway.
fn signs(q: &Sign, name: &str) -> bool {
    q.input
        .additional_headers
        .iter()
        .any(|wanted| wanted.eq_ignore_ascii_case(name))
}

/// Returns how long a URL is valid: the signer takes a duration where V1 and V2
/// write a time.
fn expires_in(q: &Sign, now: i64) -> Result<Option<Duration>, Refusal> {
    match q.carrier.as_str() {
        "header" => return Ok(None),
        "query" => {}
        carrier => return Err(unsupported(format!("the signer has no {carrier}"))),
    }
    let expires = q
        .input
        .expires
        .ok_or_else(|| unsupported("the signer signs no URL without an expiry"))?;
    let seconds = if q.scheme == "oss-v4" {
        Some(expires)
    } else {
        expires.checked_sub(now)
    };
    seconds
        .and_then(|seconds| u64::try_from(seconds).ok())
        .map(|seconds| Some(Duration::from_secs(seconds)))
        .ok_or_else(|| unsupported("the signer takes a Duration, which is never negative"))
}

fn credentials(input: &Input) -> Result<StaticCredentialProvider, Refusal> {
    let given = &input.credentials;
    let provider = StaticCredentialProvider::new(given.id.text()?, given.secret.text()?);
    Ok(match &given.token {
        Some(token) => provider.with_security_token(token.text()?),
        None => provider,
    })
}

fn main() {
    run(&Reqsign);
}
