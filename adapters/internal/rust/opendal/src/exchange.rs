//! The HTTP transport of an operator: OpenDAL's own, which reaches one loopback
//! address and nothing else.

use std::sync::{Arc, Mutex};

use countersign_adapter::{Answer, Refusal, request, unsupported};
use http::header::{CONTENT_LENGTH, ETAG};
use http::{Request, Response, Uri};
use opendal::raw::ServiceOperation;
use opendal::{Buffer, Error, ErrorKind, HttpBody, HttpTransport};
use opendal_http_transport_reqwest::ReqwestTransport;
use serde_json::json;

/// What one call of an operator does on the network. One call can make several
/// requests; the one that was asked for goes out, what comes before it is
/// answered here, and nothing comes after it.
#[derive(Clone)]
pub struct Exchange {
    transport: ReqwestTransport,
    wanted: Wanted,
    state: Arc<Mutex<State>>,
}

/// The request that goes out: its name in OpenDAL and, of several with that
/// name, a parameter and its value. An answer to one that comes before it leads
/// there.
#[derive(Clone, Default)]
pub struct Wanted {
    pub name: &'static str,
    pub parameter: Option<(&'static str, String)>,
    pub size: u64,
    pub body: String,
}

#[derive(Default)]
struct State {
    other: Option<&'static str>,
    sent: bool,
    cut: bool, // it wanted to send more
    status: Option<u16>,
}

impl Exchange {
    /// Returns an exchange that connects to a loopback host:port, as to a proxy,
    /// for every host: so the client resolves no name.
    pub fn new(connect: &str, wanted: Wanted) -> Result<Self, Refusal> {
        let fail = |err: reqwest::Error| Refusal::Error(err.to_string());
        let client = reqwest::Client::builder()
            .proxy(reqwest::Proxy::http(format!("http://{connect}")).map_err(fail)?)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .build()
            .map_err(fail)?;
        Ok(Self {
            transport: client.into(),
            wanted,
            state: Arc::default(),
        })
    }

    /// Answers with the status of the request that went out, and the error that
    /// came of its answer, or says why none did.
    pub fn answer(&self, result: Result<(), Error>) -> Answer {
        let state = self.state.lock().unwrap();
        let wanted = self.wanted.name;
        match (state.status, state.other, result) {
            (Some(status), _, Err(err)) if !state.cut => {
                Ok(json!({"status": status, "failure": err.to_string()}))
            }
            (Some(status), ..) => Ok(json!({"status": status})),
            (None, _, Err(err)) if state.sent => Err(Refusal::Error(err.to_string())),
            (None, Some(other), _) => Err(unsupported(format!(
                "OpenDAL makes a {other} of this, and no {wanted}"
            ))),
            (None, None, Err(err)) => Err(crate::refusal(err)),
            (None, None, Ok(())) => Err(unsupported(format!("OpenDAL makes no {wanted} of this"))),
        }
    }

    fn is_wanted(&self, name: &str, uri: &Uri) -> bool {
        let right =
            |(name, value): &(&str, String)| request::parameter(uri, name).as_ref() == Some(value);
        name == self.wanted.name && self.wanted.parameter.as_ref().is_none_or(right)
    }

    fn answer_here(&self, name: &str) -> opendal::Result<Response<HttpBody>> {
        let mut response = Response::builder();
        let mut body = self.wanted.body.clone();
        if name == "HeadObject" {
            response = response.header(CONTENT_LENGTH, self.wanted.size);
            body.clear();
        }
        let body = futures::stream::iter([Ok(Buffer::from(body))]);
        response
            .header(ETAG, "\"5d41402abc4b2a76b9719d911017c592\"")
            .body(HttpBody::new(body, None))
            .map_err(|err| Error::new(ErrorKind::Unexpected, "no response").set_source(err))
    }
}

impl HttpTransport for Exchange {
    async fn fetch(&self, req: Request<Buffer>) -> opendal::Result<Response<HttpBody>> {
        let name = req
            .extensions()
            .get::<ServiceOperation>()
            .map_or("", |operation| operation.0);
        if self.state.lock().unwrap().sent {
            self.state.lock().unwrap().cut = true;
            return Err(Error::new(
                ErrorKind::Unexpected,
                "what was asked for has been sent",
            ));
        }
        if !self.is_wanted(name, req.uri()) {
            self.state.lock().unwrap().other = Some(name);
            return self.answer_here(name);
        }
        self.state.lock().unwrap().sent = true;
        let response = self.transport.fetch(req).await?;
        self.state.lock().unwrap().status = Some(response.status().as_u16());
        Ok(response)
    }
}
