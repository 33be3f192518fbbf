//! Blobs (endpoints end-2, end-10).

use axum::{body::Body, response::Response};
use http::{StatusCode, header, request::Parts};
use wharf_core::{Blob, Error, Outlet, PulledBlob};
use wharf_model::Digest;

use crate::{
    conditions::{entity_tag, not_modified, range},
    content_range::{Wanted, wanted},
    error::{Code, Failure},
    registry::{Exchange, Registry},
    response::{CONTENT_DIGEST, empty, set},
};

/// What a blob is, without its bytes.
pub(crate) async fn head(
    registry: &Registry,
    exchange: Exchange,
    digest: Digest,
) -> Result<Response, Failure> {
    let size = registry.core.stat_blob(exchange.caller, exchange.route.target, digest.clone()).await?;
    if let Some(response) = not_modified(&exchange.parts.headers, &digest) {
        return Ok(response);
    }
    let mut response = empty(StatusCode::OK);
    describe(&mut response, &digest, size);
    Ok(response)
}

/// A blob's bytes, or the range of them that the request names (RFC 9110, section 14), or where the client gets them from.
pub(crate) async fn get(
    registry: &Registry,
    exchange: Exchange,
    digest: Digest,
) -> Result<Response, Failure> {
    let Exchange { caller, route, parts, .. } = exchange;
    let pulled = registry.core.pull_blob(caller, route.target, digest.clone()).await?;
    if let Some(response) = not_modified(&parts.headers, &digest) {
        return Ok(response);
    }
    match pulled {
        PulledBlob::Here(blob) => Ok(content(&parts, &digest, blob).await?),
        PulledBlob::Elsewhere(address) => {
            let mut response = empty(StatusCode::TEMPORARY_REDIRECT);
            set(&mut response, header::LOCATION, &address);
            set(&mut response, CONTENT_DIGEST, digest.as_str());
            // The address is good for a while only.
            set(&mut response, header::CACHE_CONTROL, "no-store");
            Ok(response)
        }
    }
}

async fn content(parts: &Parts, digest: &Digest, blob: Blob) -> Result<Response, Error> {
    let size = blob.size();
    // The connection's own, where it can send files by itself.
    let outlet = parts.extensions.get::<Outlet>().cloned();
    match wanted(range(&parts.headers, digest), size) {
        Wanted::Everything => {
            let mut response = Response::new(Body::from_stream(blob.read(0, size, outlet).await?));
            describe(&mut response, digest, size);
            Ok(response)
        }
        Wanted::Part { first, last } => {
            let length = last - first + 1;
            let mut response = Response::new(Body::from_stream(blob.read(first, length, outlet).await?));
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            describe(&mut response, digest, length);
            set(&mut response, header::CONTENT_RANGE, &format!("bytes {first}-{last}/{size}"));
            Ok(response)
        }
        Wanted::Outside => {
            let message = format!("the blob has {size} bytes, none of which are in the range");
            let failure = Failure::new(StatusCode::RANGE_NOT_SATISFIABLE, Code::SizeInvalid, message);
            let mut response = failure.into_response();
            set(&mut response, header::CONTENT_RANGE, &format!("bytes */{size}"));
            Ok(response)
        }
    }
}

/// Takes a blob away from a repository.
pub(crate) async fn delete(
    registry: &Registry,
    exchange: Exchange,
    digest: Digest,
) -> Result<Response, Failure> {
    registry.core.delete_blob(exchange.caller, exchange.route.target, digest).await?;
    Ok(empty(StatusCode::ACCEPTED))
}

fn describe(response: &mut Response, digest: &Digest, length: u64) {
    set(response, header::CONTENT_TYPE, "application/octet-stream");
    set(response, header::CONTENT_LENGTH, &length.to_string());
    set(response, header::ACCEPT_RANGES, "bytes");
    set(response, header::ETAG, &entity_tag(digest));
    set(response, CONTENT_DIGEST, digest.as_str());
}
