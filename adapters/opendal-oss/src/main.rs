//! The adapter of OpenDAL's service for Alibaba Cloud OSS.

use countersign_adapter::{Adapter, Answer, Hello, Identity, Refusal, Send, rejected, run};
use countersign_opendal::{Given, send};
use opendal::{Operator, raw::VERSION, services::Oss};

struct OpenDal;

impl Adapter for OpenDal {
    fn hello(&self) -> Hello {
        Hello {
            adapter: Identity {
                name: "opendal-oss",
                version: VERSION.to_owned(),
                language: "rust",
                url: "https://github.com/apache/opendal",
            },
            schemes: &["oss-v1/header", "oss-v1/query"],
            operations: vec![
                "ListObjectsV2",
                "ListObjectVersions",
                "DeleteObjects",
                "GetObject",
                "PutObject",
                "HeadObject",
                "DeleteObject",
                "CopyObject",
                "AppendObject",
                "InitiateMultipartUpload",
                "UploadPart",
                "CompleteMultipartUpload",
                "AbortMultipartUpload",
            ],
            features: &["bytes"],
        }
    }

    fn send(&self, q: Send) -> Answer {
        send(&q, |given| operator(&q, given))
    }
}

fn operator(q: &Send, given: &mut Given) -> Result<Operator, Refusal> {
    let stores = ["PutObject", "CopyObject", "InitiateMultipartUpload"];
    let stores = stores.contains(&q.operation.name.as_str());
    let mut encryption = |name| given.header(stores, name).unwrap_or_default();
    let mut service = Oss::default()
        .bucket(q.operation.bucket.text()?)
        .endpoint(&q.endpoint)
        .addressing_style(match q.addressing.as_str() {
            "virtual-host" => "virtual",
            style => style,
        })
        .access_key_id(q.credentials.id.text()?)
        .access_key_secret(q.credentials.secret.text()?)
        .server_side_encryption(&encryption("x-oss-server-side-encryption"))
        .server_side_encryption_key_id(&encryption("x-oss-server-side-encryption-key-id"));
    if let Some(token) = &q.credentials.token {
        service = service.security_token(token.text()?);
    }
    Operator::new(service).map_err(|err| rejected(err.kind().to_string(), err))
}

fn main() {
    run(&OpenDal);
}
