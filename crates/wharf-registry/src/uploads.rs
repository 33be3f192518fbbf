//! Upload sessions (endpoints end-4, end-5, end-6, end-13, end-14).

use axum::response::Response;
use http::{HeaderName, StatusCode, header, request::Parts};
use wharf_core::UploadStatus;
use wharf_model::Digest;

use crate::{
    content_range::chunk_start,
    error::{Code, Failure},
    registry::{Exchange, Registry},
    response::{created, empty, set},
    token_service::url_pairs,
};

/// The session's id in a header of its own, as clients of Docker expect it.
const UPLOAD_UUID: HeaderName = HeaderName::from_static("docker-upload-uuid");

/// Begins a session; with `digest`, takes the whole blob in at once. A mount that cannot be had begins a session too.
pub(crate) async fn begin(registry: &Registry, exchange: Exchange) -> Result<Response, Failure> {
    let digest = digest(&exchange.parts)?;
    let Exchange { caller, route, body, .. } = exchange;
    let status = registry.core.begin_upload(caller.clone(), route.target.clone()).await?;
    let Some(digest) = digest else { return Ok(accepted(StatusCode::ACCEPTED, &route.name, &status)) };
    let body = body.into_data_stream();
    let finished = registry.core.finish_upload(caller, route.target, status.id, None, body, digest).await?;
    Ok(blob_created(&route.name, &finished.digest))
}

/// How far a session got.
pub(crate) async fn status(registry: &Registry, exchange: Exchange, id: String) -> Result<Response, Failure> {
    let Exchange { caller, route, .. } = exchange;
    let status = registry.core.upload_status(caller, route.target, id).await?;
    Ok(accepted(StatusCode::NO_CONTENT, &route.name, &status))
}

/// Takes in a chunk.
pub(crate) async fn append(registry: &Registry, exchange: Exchange, id: String) -> Result<Response, Failure> {
    let start = start(&exchange.parts)?;
    let Exchange { caller, route, body, .. } = exchange;
    let body = body.into_data_stream();
    let outcome = registry.core.append_upload(caller, route.target, id.clone(), start, body).await;
    match outcome.map_err(Failure::from) {
        Ok(status) => Ok(accepted(StatusCode::ACCEPTED, &route.name, &status)),
        Err(failure) => out_of_order(failure, &route.name, id),
    }
}

/// Takes in the last chunk, if there is one, and makes the blob.
pub(crate) async fn finish(registry: &Registry, exchange: Exchange, id: String) -> Result<Response, Failure> {
    let missing = || Failure::bad_request(Code::DigestInvalid, "the parameter `digest` is missing");
    let digest = digest(&exchange.parts)?.ok_or_else(missing)?;
    let start = start(&exchange.parts)?;
    let Exchange { caller, route, body, .. } = exchange;
    let body = body.into_data_stream();
    let outcome = registry.core.finish_upload(caller, route.target, id.clone(), start, body, digest).await;
    match outcome.map_err(Failure::from) {
        Ok(finished) => Ok(blob_created(&route.name, &finished.digest)),
        Err(failure) => out_of_order(failure, &route.name, id),
    }
}

/// Gives a session up.
pub(crate) async fn cancel(registry: &Registry, exchange: Exchange, id: String) -> Result<Response, Failure> {
    registry.core.cancel_upload(exchange.caller, exchange.route.target, id).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

fn blob_created(name: &str, digest: &Digest) -> Response {
    created(&format!("/v2/{name}/blobs/{digest}"), digest)
}

fn accepted(status: StatusCode, name: &str, upload: &UploadStatus) -> Response {
    let mut response = empty(status);
    describe(&mut response, name, upload);
    response
}

/// Where the session is and how far it got: the last byte's position, which is 0 before the first byte too.
fn describe(response: &mut Response, name: &str, upload: &UploadStatus) {
    set(response, header::LOCATION, &format!("/v2/{name}/blobs/uploads/{}", upload.id));
    set(response, header::RANGE, &format!("0-{}", upload.received.saturating_sub(1)));
    set(response, UPLOAD_UUID, &upload.id);
}

/// A chunk out of order is told where the session stands.
fn out_of_order(failure: Failure, name: &str, id: String) -> Result<Response, Failure> {
    let Some(received) = failure.received() else { return Err(failure) };
    let mut response = failure.into_response();
    describe(&mut response, name, &UploadStatus { id, received });
    Ok(response)
}

fn digest(parts: &Parts) -> Result<Option<Digest>, Failure> {
    let pairs = url_pairs(parts.uri.query().unwrap_or_default());
    let digest = pairs.into_iter().find(|(name, _)| name == "digest").map(|(_, value)| value);
    digest.map(|digest| digest.parse().map_err(Failure::digest)).transpose()
}

fn start(parts: &Parts) -> Result<Option<u64>, Failure> {
    let header = |name| parts.headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
    let length = header(header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
    chunk_start(header(header::CONTENT_RANGE), length)
}
