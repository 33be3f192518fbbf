//! Upload sessions (endpoints end-4, end-5, end-6, end-11, end-13, end-14).

use axum::response::Response;
use http::{HeaderName, StatusCode, header, request::Parts};
use wharf_core::{Begun, UploadStatus};
use wharf_model::{Algorithm, Digest};

use crate::{
    body::pieces,
    content_range::chunk_start,
    error::{Code, Failure},
    registry::{Exchange, Registry},
    response::{created, empty, set},
    route::target,
    token_service::url_pairs,
};

/// The session's id in a header of its own, as clients of Docker expect it.
const UPLOAD_UUID: HeaderName = HeaderName::from_static("docker-upload-uuid");

/// Begins a session; with `digest`, takes the whole blob in at once; with `mount`, makes a blob of another repository
/// readable here, or begins a session where that cannot be.
pub(crate) async fn begin(registry: &Registry, exchange: Exchange) -> Result<Response, Failure> {
    let wanted = Wanted::of(&exchange.parts)?;
    let Exchange { caller, route, parts, body } = exchange;
    if let Some(mount) = wanted.mount {
        let host = registry.instance_of_host(&parts.uri, &parts.headers);
        let from = wanted.from.map(|from| target(&from, host)).transpose()?;
        return match registry.core.mount_blob(caller, route.target, mount, from).await? {
            Begun::Mounted(digest) => Ok(blob_created(&route.name, &digest)),
            Begun::Session(status) => Ok(accepted(StatusCode::ACCEPTED, &route.name, &status)),
        };
    }
    let algorithm = wanted.digest.as_ref().map_or(wanted.algorithm, Digest::algorithm);
    let status = registry.core.begin_upload(caller.clone(), route.target.clone(), algorithm).await?;
    let Some(digest) = wanted.digest else { return Ok(accepted(StatusCode::ACCEPTED, &route.name, &status)) };
    let body = pieces(body, registry.settings.body_idle);
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
    let body = pieces(body, registry.settings.body_idle);
    let outcome = registry.core.append_upload(caller, route.target, id.clone(), start, body).await;
    match outcome.map_err(Failure::from) {
        Ok(status) => Ok(accepted(StatusCode::ACCEPTED, &route.name, &status)),
        Err(failure) => out_of_order(failure, &route.name, id),
    }
}

/// Takes in the last chunk, if there is one, and makes the blob.
pub(crate) async fn finish(registry: &Registry, exchange: Exchange, id: String) -> Result<Response, Failure> {
    let missing = || Failure::bad_request(Code::DigestInvalid, "the parameter `digest` is missing");
    let digest = Wanted::of(&exchange.parts)?.digest.ok_or_else(missing)?;
    let start = start(&exchange.parts)?;
    let Exchange { caller, route, body, .. } = exchange;
    let body = pieces(body, registry.settings.body_idle);
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

/// What the query of an upload asks for.
struct Wanted {
    digest: Option<Digest>,
    mount: Option<Digest>,
    from: Option<String>,
    algorithm: Algorithm,
}

impl Wanted {
    fn of(parts: &Parts) -> Result<Self, Failure> {
        let mut wanted = Self { digest: None, mount: None, from: None, algorithm: Algorithm::Sha256 };
        for (name, value) in url_pairs(parts.uri.query().unwrap_or_default()) {
            match name.as_str() {
                "digest" => wanted.digest = Some(value.parse().map_err(Failure::digest)?),
                "mount" => wanted.mount = Some(value.parse().map_err(Failure::digest)?),
                "from" => wanted.from = Some(value),
                "digest-algorithm" => wanted.algorithm = algorithm(&value)?,
                _ => {}
            }
        }
        Ok(wanted)
    }
}

fn algorithm(name: &str) -> Result<Algorithm, Failure> {
    let unknown = || format!("`{name}` is no digest algorithm of this registry: sha256 or sha512");
    Algorithm::named(name).ok_or_else(|| Failure::bad_request(Code::DigestInvalid, unknown()))
}

fn start(parts: &Parts) -> Result<Option<u64>, Failure> {
    let header = |name| parts.headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
    let length = header(header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
    chunk_start(header(header::CONTENT_RANGE), length)
}
