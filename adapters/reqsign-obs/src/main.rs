//! The adapter of reqsign's signer for Huawei Cloud OBS. The signer is public
//! and signs any request of the `http` crate, for the time of now.

use std::time::Duration;

use countersign_adapter::{
    Adapter, Answer, Hello, Identity, Input, Refusal, Sign, clock, locked_version, rejected,
    request, run, unsupported,
};
use reqsign_core::time::Timestamp;
use reqsign_core::{Context, Signer};
use reqsign_huaweicloud_obs::{RequestSigner, StaticCredentialProvider};

struct Reqsign;

impl Adapter for Reqsign {
    fn hello(&self) -> Hello {
        Hello {
            adapter: Identity {
                name: "reqsign-obs",
                version: locked_version(include_str!("../Cargo.lock"), "reqsign-huaweicloud-obs"),
                language: "rust",
                url: "https://github.com/apache/opendal-reqsign",
            },
            schemes: &["obs-v2/header", "obs-v2/query"],
            operations: vec![],
            features: &["sign", "clock", "bytes"],
        }
    }

    fn sign(&self, q: Sign) -> Answer {
        let input = &q.input;
        let time = input
            .time
            .parse::<Timestamp>()
            .map_err(|err| Refusal::Error(err.to_string()))?;
        let expires_in = expires_in(&q, time.as_second())?;

        let request_signer = RequestSigner::new(signed_bucket(input)?);
        let signer = Signer::new(Context::new(), credentials(input)?, request_signer);
        let mut head = request::parts(&input.request, false)?;
        clock::at(time.as_second(), || {
            pollster::block_on(signer.sign(&mut head, expires_in))
        })
        .map_err(|err| rejected(format!("{:?}", err.kind()), err))?;

        let signature = match q.carrier.as_str() {
            "query" => request::parameter(&head.uri, "Signature"),
            _ => head
                .headers
                .get("authorization")
                .and_then(|value| Some(value.to_str().ok()?.rsplit_once(':')?.1.to_owned())),
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

/// Returns what the signer calls the bucket: it puts that before the path. Of a
/// custom domain its users give the host instead, as OpenDAL does.
fn signed_bucket(input: &Input) -> Result<&str, Refusal> {
    match input.addressing.as_str() {
        "path" => Err(unsupported(
            "the signer always puts the bucket before the path",
        )),
        "cname" => input.request.host(),
        _ => input.bucket.text(),
    }
}

/// Returns how long a URL is valid: the signer takes a duration where the URL
/// has a time.
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
    expires
        .checked_sub(now)
        .and_then(|seconds| u64::try_from(seconds).ok())
        .map(|seconds| Some(Duration::from_secs(seconds)))
        .ok_or_else(|| unsupported("the signer takes a Duration, which is never negative"))
}

fn credentials(input: &Input) -> Result<StaticCredentialProvider, Refusal> {
    let given = &input.credentials;
    let (id, secret) = (given.id.text()?, given.secret.text()?);
    Ok(match &given.token {
        Some(token) => StaticCredentialProvider::with_security_token(id, secret, token.text()?),
        None => StaticCredentialProvider::new(id, secret),
    })
}

fn main() {
    run(&Reqsign);
}
