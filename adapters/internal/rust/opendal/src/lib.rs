//! Carries out operations with an operator of OpenDAL, whatever its service.

use std::time::Duration;

use countersign_adapter::{Answer, Bytes, Operation, Pairs, Refusal, Send, rejected, unsupported};
use opendal::layers::CapabilityOverrideLayer;
use opendal::options::{DeleteOptions, ListOptions, ReadOptions, StatOptions, WriteOptions};
use opendal::raw::{PresignedRequest, Timestamp};
use opendal::{Buffer, Capability, Error, ErrorKind, HttpTransporter, Operator, OperatorInfo};
use serde_json::json;

mod exchange;
mod given;

use exchange::{Exchange, Wanted};
pub use given::Given;

/// Answers a question to send with the operator that build makes. build takes
/// the headers that its service has configuration for.
pub fn send(q: &Send, build: impl FnOnce(&mut Given) -> Result<Operator, Refusal>) -> Answer {
    let mut given = Given::new(&q.operation)?;
    let wanted = wanted(&q.operation, &mut given)?;
    let operator = build(&mut given)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|err| Refusal::Error(err.to_string()))?;
    match q.carrier.as_str() {
        "header" => {
            let exchange = Exchange::new(&q.connect, wanted)?;
            let transport = HttpTransporter::new(exchange.clone());
            let context = operator.base_context().with_http_transport(transport);
            let operator = operator.with_context(context).layer(small_parts());
            match runtime.block_on(call(&operator, &q.operation, given)) {
                Ok(result) => exchange.answer(result),
                Err(refusal) => Err(refusal),
            }
        }
        "query" => runtime.block_on(presign(&operator, &q.operation, given)),
        carrier => Err(unsupported(format!("OpenDAL builds no {carrier}"))),
    }
}

/// Has every write be a part of its own: operators keep them until there is
/// enough for the smallest part that the service takes.
fn small_parts() -> CapabilityOverrideLayer {
    CapabilityOverrideLayer::new(|capability| Capability {
        write_multi_min_size: None,
        ..capability
    })
}

/// Returns the request that an operation must bring about, and what leads
/// there: the size of the object to append to, the upload to which a part
/// belongs, the first page before the next.
fn wanted(op: &Operation, given: &mut Given) -> Result<Wanted, Refusal> {
    let mut wanted = Wanted {
        name: service_operation(&op.name)?,
        ..Wanted::default()
    };
    let upload_id = op.upload_id.text()?;
    wanted.body = match op.name.as_str() {
        "AppendObject" => {
            let position = given::parse(given.parameter(true, "position"))?;
            wanted.size = position.unwrap_or_default();
            String::new()
        }
        "ListObjects" => {
            let marker = given.parameter(true, "marker");
            page(&mut wanted, "marker", marker, "NextMarker", "")
        }
        "ListObjectsV2" => {
            let token = given.parameter(true, "continuation-token");
            page(
                &mut wanted,
                "continuation-token",
                token,
                "NextContinuationToken",
                "",
            )
        }
        "ListObjectVersions" => match given.parameter(true, "version-id-marker") {
            None => String::new(),
            version => {
                let key = given.parameter(true, "key-marker").unwrap_or_default();
                let key = format!("<NextKeyMarker>{}</NextKeyMarker>", escape(&key));
                page(
                    &mut wanted,
                    "version-id-marker",
                    version,
                    "NextVersionIdMarker",
                    &key,
                )
            }
        },
        _ => {
            if op.name == "UploadPart" {
                wanted.parameter = Some(("partNumber", op.part_number.to_string()));
            }
            let upload = escape(upload_id);
            format!(
                "<InitiateMultipartUploadResult><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>"
            )
        }
    };
    Ok(wanted)
}

/// Wants the page after a marker and returns the page before it.
fn page(
    wanted: &mut Wanted,
    parameter: &'static str,
    marker: Option<String>,
    element: &str,
    more: &str,
) -> String {
    let next = marker.as_deref().map(escape).unwrap_or_default();
    wanted.parameter = marker.map(|marker| (parameter, marker));
    format!(
        "<ListResult><Name/><Prefix/><IsTruncated>true</IsTruncated>{more}<{element}>{next}</{element}></ListResult>"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// Returns what OpenDAL calls the request of an operation.
fn service_operation(name: &str) -> Result<&'static str, Refusal> {
    const NAMES: [&str; 13] = [
        "ListObjects",
        "ListObjectsV2",
        "ListObjectVersions",
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
    ];
    match name {
        "DeleteObjects" => Ok("DeleteMultipleObjects"),
        _ => NAMES
            .into_iter()
            .find(|known| *known == name)
            .ok_or_else(|| unsupported(format!("an operator of OpenDAL has no {name}"))),
    }
}

/// Calls the operator. The inner result is the operator's own.
async fn call(
    operator: &Operator,
    op: &Operation,
    mut given: Given,
) -> Result<Result<(), Error>, Refusal> {
    let info = operator.info();
    let capability = info.capability();
    let (key, body) = (op.key.text()?, Buffer::from(op.body.0.clone()));
    Ok(match op.name.as_str() {
        "ListObjects" | "ListObjectsV2" | "ListObjectVersions" => {
            let prefix = given.parameter(true, "prefix").unwrap_or_default();
            let options = list_options(&mut given, op.name == "ListObjectVersions")?;
            given.done()?;
            operator.list_options(&prefix, options).await.map(drop)
        }
        "GetObject" => {
            let options = read_options(&mut given, &info)?;
            operator.read_options(key, options).await.map(drop)
        }
        "HeadObject" => {
            let options = stat_options(&mut given, &capability)?;
            operator.stat_options(key, options).await.map(drop)
        }
        "PutObject" if key.ends_with('/') && op.body.is_empty() => {
            given.done()?;
            operator.create_dir(key).await
        }
        "PutObject" => {
            let options = write_options(&mut given, &capability)?;
            operator.write_options(key, body, options).await.map(drop)
        }
        "DeleteObject" => {
            let version = given.parameter(capability.delete_with_version, "versionId");
            given.done()?;
            operator
                .delete_options(
                    key,
                    DeleteOptions {
                        version,
                        ..Default::default()
                    },
                )
                .await
        }
        "DeleteObjects" => {
            given.done()?;
            // One alone would be deleted by DeleteObject.
            operator
                .delete_iter([key.to_owned(), format!("{key}~")])
                .await
        }
        "CopyObject" => {
            given.done()?;
            let source = op.copy_source.text()?.split_once('/').unwrap_or_default();
            if source.0 != op.bucket.text()? {
                return Err(unsupported(
                    "an operator of OpenDAL copies within its bucket",
                ));
            }
            operator.copy(source.1, key).await.map(drop)
        }
        _ => {
            let mut options = write_options(&mut given, &capability)?;
            options.append = op.name == "AppendObject";
            upload(operator, op, options).await
        }
    })
}

/// Writes to an object by a writer, so that one request of it is the one that
/// was asked for. What is not of the part that was asked for is no matter.
async fn upload(operator: &Operator, op: &Operation, options: WriteOptions) -> Result<(), Error> {
    let mut writer = operator
        .writer_options(op.key.text().unwrap_or_default(), options)
        .await?;
    for _ in 1..op.part_number {
        writer.write("another part").await?;
    }
    writer.write(op.body.0.clone()).await?;
    if op.name != "AppendObject" {
        // Of one part alone it would make a PutObject, and it keeps the last.
        for _ in 0..2 {
            writer.write("another part").await?;
        }
    }
    match op.name.as_str() {
        "AbortMultipartUpload" => writer.abort().await,
        _ => writer.close().await.map(drop),
    }
}

async fn presign(operator: &Operator, op: &Operation, mut given: Given) -> Answer {
    let info = operator.info();
    let capability = info.capability();
    let (key, expires) = (op.key.text()?, Duration::from_secs(op.expires));
    let signed = match op.name.as_str() {
        "GetObject" => {
            operator
                .presign_read_options(key, expires, read_options(&mut given, &info)?)
                .await
        }
        "HeadObject" => {
            operator
                .presign_stat_options(key, expires, stat_options(&mut given, &capability)?)
                .await
        }
        "PutObject" => {
            operator
                .presign_write_options(key, expires, write_options(&mut given, &capability)?)
                .await
        }
        "DeleteObject" => operator.presign_delete(key, expires).await,
        name => return Err(unsupported(format!("OpenDAL presigns no {name}"))),
    };
    let signed: PresignedRequest = signed.map_err(refusal)?;
    let headers: Pairs = signed
        .header()
        .iter()
        .map(|(name, value)| {
            (
                name.as_str().as_bytes().into(),
                Bytes::from(value.as_bytes()),
            )
        })
        .collect();
    Ok(json!({"url": signed.uri().to_string(), "headers": headers}))
}

fn list_options(given: &mut Given, versions: bool) -> Result<ListOptions, Refusal> {
    let recursive = match given.parameter(true, "delimiter").as_deref() {
        None => true,
        Some("/") => false,
        Some(_) => return Err(unsupported("the one delimiter of OpenDAL is the slash")),
    };
    Ok(ListOptions {
        recursive,
        versions,
        limit: given::parse(given.parameter(true, "max-keys"))?,
        start_after: given.parameter(
            true,
            if versions {
                "key-marker"
            } else {
                "start-after"
            },
        ),
        ..Default::default()
    })
}

fn read_options(given: &mut Given, info: &OperatorInfo) -> Result<ReadOptions, Refusal> {
    let capability = info.capability();
    // Its capabilities do not say so, but OSS has this override, and OBS has not.
    let disposition = info.scheme() == "oss";
    // This comes with a range by itself.
    let _ = given.header(true, "x-oss-range-behavior");
    let options = ReadOptions {
        range: given::parse(given.header(true, "range"))?.unwrap_or_default(),
        if_match: given.header(capability.read_with_if_match, "if-match"),
        if_none_match: given.header(capability.read_with_if_none_match, "if-none-match"),
        if_modified_since: time(
            given.header(capability.read_with_if_modified_since, "if-modified-since"),
        )?,
        if_unmodified_since: time(given.header(
            capability.read_with_if_unmodified_since,
            "if-unmodified-since",
        ))?,
        version: given.parameter(capability.read_with_version, "versionId"),
        override_content_disposition: given.parameter(disposition, "response-content-disposition"),
        ..Default::default()
    };
    given.done()?;
    Ok(options)
}

fn stat_options(given: &mut Given, capability: &Capability) -> Result<StatOptions, Refusal> {
    let options = StatOptions {
        if_match: given.header(capability.stat_with_if_match, "if-match"),
        if_none_match: given.header(capability.stat_with_if_none_match, "if-none-match"),
        version: given.parameter(capability.stat_with_version, "versionId"),
        ..Default::default()
    };
    given.done()?;
    Ok(options)
}

fn write_options(given: &mut Given, capability: &Capability) -> Result<WriteOptions, Refusal> {
    let options = WriteOptions {
        content_type: given.header(capability.write_with_content_type, "content-type"),
        content_disposition: given.header(
            capability.write_with_content_disposition,
            "content-disposition",
        ),
        content_encoding: given.header(capability.write_with_content_encoding, "content-encoding"),
        cache_control: given.header(capability.write_with_cache_control, "cache-control"),
        user_metadata: given.metadata(capability.write_with_user_metadata),
        if_not_exists: given::parse(given.header(
            capability.write_with_if_not_exists,
            "x-oss-forbid-overwrite",
        ))?
        .unwrap_or_default(),
        ..Default::default()
    };
    given.done()?;
    Ok(options)
}

fn time(header: Option<String>) -> Result<Option<Timestamp>, Refusal> {
    let parse = |text: String| Timestamp::parse_rfc2822(&text);
    header.map(parse).transpose().map_err(refusal)
}

fn refusal(err: Error) -> Refusal {
    match err.kind() {
        ErrorKind::Unsupported => unsupported(err.to_string()),
        kind => rejected(kind.to_string(), err),
    }
}
