//! The adapter of OpenDAL's service for Huawei Cloud OBS.

use countersign_adapter::{
    Adapter, Answer, Hello, Identity, Refusal, Send, rejected, run, unsupported,
};
use countersign_opendal::send;
use opendal::{Operator, raw::VERSION, services::Obs};

struct OpenDal;

impl Adapter for OpenDal {
    fn hello(&self) -> Hello {
        Hello {
            adapter: Identity {
                name: "opendal-obs",
                version: VERSION.to_owned(),
                language: "rust",
                url: "https://github.com/apache/opendal",
            },
            schemes: &["obs-v2/header", "obs-v2/query"],
            operations: vec![
                "ListObjects",
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
        send(&q, |_| operator(&q))
    }
}

fn operator(q: &Send) -> Result<Operator, Refusal> {
    if q.addressing == "path" {
        return Err(unsupported("the service of OpenDAL has no path style"));
    }
    let (id, secret) = (q.credentials.id.text()?, q.credentials.secret.text()?);
    let mut service = Obs::default()
        .bucket(q.operation.bucket.text()?)
        .endpoint(&q.endpoint);
    match &q.credentials.token {
        None => service = service.access_key_id(id).secret_access_key(secret),
        // Its configuration has no place for a token, its environment has one.
        Some(token) => unsafe {
            // No other thread runs.
            std::env::set_var("HUAWEI_CLOUD_ACCESS_KEY_ID", id);
            std::env::set_var("HUAWEI_CLOUD_SECRET_ACCESS_KEY", secret);
            std::env::set_var("HUAWEI_CLOUD_SECURITY_TOKEN", token.text()?);
        },
    }
    Operator::new(service).map_err(|err| rejected(err.kind().to_string(), err))
}

fn main() {
    run(&OpenDal);
}
