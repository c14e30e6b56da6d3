//! The adapter protocol for SDKs in Rust: questions come in on standard input,
//! answers go out on standard output, one JSON object a line, in the order of
//! the questions. An adapter implements [`Adapter`] and calls [`run`].

use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub mod bytes;
pub mod clock;
pub mod request;

pub use bytes::Bytes;

/// Headers, parameters or metadata, in order.
pub type Pairs = Vec<(Bytes, Bytes)>;

/// Who an adapter is and what it can do.
#[derive(Serialize)]
pub struct Hello {
    pub adapter: Identity,
    pub schemes: &'static [&'static str],
    pub operations: Vec<&'static str>,
    pub features: &'static [&'static str],
}

#[derive(Serialize)]
pub struct Identity {
    pub name: &'static str,
    pub version: String,
    pub language: &'static str,
    pub url: &'static str,
}

#[derive(Deserialize)]
pub struct Credentials {
    #[serde(rename = "accessKeyId")]
    pub id: Bytes,
    #[serde(rename = "accessKeySecret")]
    pub secret: Bytes,
    #[serde(rename = "securityToken")]
    pub token: Option<Bytes>,
}

/// A question to sign a request.
#[derive(Deserialize)]
pub struct Sign {
    pub scheme: String,
    pub carrier: String,
    pub input: Input,
}

#[derive(Deserialize)]
pub struct Input {
    pub request: Request,
    pub bucket: Bytes,
    pub addressing: String,
    pub credentials: Credentials,
    pub region: Option<String>,
    pub product: Option<String>,
    pub time: String,
    pub expires: Option<i64>,
    #[serde(default, rename = "additionalHeaders")]
    pub additional_headers: Vec<String>,
}

#[derive(Deserialize)]
pub struct Request {
    pub transport: String,
    pub method: Bytes,
    pub target: Bytes,
    #[serde(default)]
    pub headers: Pairs,
    #[serde(default)]
    pub body: Bytes,
}

impl Request {
    /// Returns the host of the request, without a port.
    pub fn host(&self) -> Result<&str, Refusal> {
        let host = self
            .headers
            .iter()
            .find(|(name, _)| name.0.eq_ignore_ascii_case(b"host"));
        let host = host.map_or(Ok(""), |(_, host)| host.text())?;
        Ok(host.split_once(':').map_or(host, |(name, _)| name))
    }
}

/// A question to carry out an operation.
#[derive(Deserialize)]
pub struct Send {
    pub carrier: String,
    pub connect: String,
    pub endpoint: String,
    pub operation: Operation,
    pub credentials: Credentials,
    pub addressing: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
pub struct Operation {
    pub name: String,
    pub bucket: Bytes,
    pub key: Bytes,
    pub headers: Pairs,
    pub metadata: Pairs,
    pub query: Pairs,
    pub body: Bytes,
    pub copy_source: Bytes,
    pub upload_id: Bytes,
    pub part_number: usize,
    pub expires: u64,
}

/// Why a question has no answer.
#[derive(Debug)]
pub enum Refusal {
    /// The SDK's public API does not offer it.
    Unsupported(String),
    /// The SDK refuses it.
    Rejected { class: String, message: String },
    /// The adapter itself has failed.
    Error(String),
}

/// Returns the refusal of what the SDK's public API does not offer.
pub fn unsupported(reason: impl Into<String>) -> Refusal {
    Refusal::Unsupported(reason.into())
}

/// Returns the refusal of the SDK itself.
pub fn rejected(class: impl Into<String>, message: impl ToString) -> Refusal {
    Refusal::Rejected {
        class: class.into(),
        message: message.to_string(),
    }
}

/// The fields of an answer, without its id. One that is null is not there.
pub type Answer = Result<Value, Refusal>;

pub trait Adapter {
    fn hello(&self) -> Hello;

    fn sign(&self, _: Sign) -> Answer {
        Err(unsupported("the SDK has no public signer"))
    }

    fn send(&self, _: Send) -> Answer {
        Err(unsupported("the SDK signs requests, it sends none"))
    }
}

/// Answers questions until standard input ends.
pub fn run(adapter: &impl Adapter) {
    // A panic of the SDK is an answer; what it prints is of no use to anybody.
    std::panic::set_hook(Box::new(|_| {}));
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { return };
        let mut answer = match serde_json::from_str(&line) {
            Ok(question) => respond(adapter, question),
            Err(err) => fields(Err(Refusal::Error(err.to_string()))),
        }
        .to_string();
        answer.push('\n');
        if out
            .write_all(answer.as_bytes())
            .and_then(|()| out.flush())
            .is_err()
        {
            return;
        }
    }
}

fn respond(adapter: &impl Adapter, question: Value) -> Value {
    let kind = question["type"].as_str().unwrap_or_default().to_owned();
    if kind == "hello" {
        let mut hello = json!(adapter.hello());
        hello["type"] = json!("hello");
        hello["protocol"] = json!(1);
        return hello;
    }
    let id = question["id"].clone();
    let part = |name: &str| question[name].as_str().unwrap_or_default();
    let profile = format!("{}/{}", part("scheme"), part("carrier"));
    let outcome = catch_unwind(AssertUnwindSafe(|| match kind.as_str() {
        "sign" | "send" if !adapter.hello().schemes.contains(&profile.as_str()) => {
            Err(unsupported(format!("the SDK does not offer {profile}")))
        }
        "sign" => read(question).and_then(|q| adapter.sign(q)),
        "send" => read(question).and_then(|q| adapter.send(q)),
        _ => Err(Refusal::Error(format!("no question {kind:?} is known"))),
    }));
    let mut answer = fields(outcome.unwrap_or_else(|panic| {
        let message = panic.downcast_ref::<String>().cloned();
        let message = message.or_else(|| panic.downcast_ref::<&str>().map(|s| s.to_string()));
        Err(rejected("panic", message.unwrap_or_default()))
    }));
    answer["id"] = id;
    answer
}

fn read<Q: serde::de::DeserializeOwned>(question: Value) -> Result<Q, Refusal> {
    serde_json::from_value(question).map_err(|err| Refusal::Error(err.to_string()))
}

fn fields(answer: Answer) -> Value {
    match answer {
        Ok(fields) => fields,
        Err(Refusal::Unsupported(reason)) => json!({ "unsupported": reason }),
        Err(Refusal::Rejected { class, message }) => {
            json!({"rejected": {"class": class, "message": message}})
        }
        Err(Refusal::Error(message)) => json!({"error": {"message": message}}),
    }
}

/// Returns the version of a package in a Cargo.lock, the one that was built.
pub fn locked_version(lock: &str, package: &str) -> String {
    let mut lines = lock
        .lines()
        .skip_while(|line| *line != format!("name = {package:?}"));
    let version = lines
        .nth(1)
        .and_then(|line| line.strip_prefix("version = "));
    version
        .expect("the package is in Cargo.lock")
        .trim_matches('"')
        .to_owned()
}
