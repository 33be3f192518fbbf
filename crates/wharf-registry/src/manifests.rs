//! Manifests (endpoints end-3 and end-7).

use axum::{
    body::{Body, to_bytes},
    response::Response,
};
use http::{Method, header};
use wharf_core::{Error, PutManifest};
use wharf_model::Reference;

use crate::{
    error::{Code, Failure},
    registry::{Exchange, Registry},
    response::{CONTENT_DIGEST, created, set},
};

/// The manifest of a tag or digest, byte for byte as it was put.
pub(crate) async fn get(
    registry: &Registry,
    exchange: Exchange,
    reference: Reference,
) -> Result<Response, Failure> {
    let manifest = registry.core.pull_manifest(exchange.caller, exchange.route.target, reference).await?;
    let length = manifest.content.len().to_string();
    let head = exchange.parts.method == Method::HEAD;
    let mut response = Response::new(if head { Body::empty() } else { Body::from(manifest.content) });
    set(&mut response, header::CONTENT_TYPE, manifest.media_type.name());
    set(&mut response, header::CONTENT_LENGTH, &length);
    set(&mut response, CONTENT_DIGEST, manifest.digest.as_str());
    Ok(response)
}

/// Takes in a manifest under a tag or its digest.
pub(crate) async fn put(
    registry: &Registry,
    exchange: Exchange,
    reference: Reference,
) -> Result<Response, Failure> {
    let content_type = exchange.parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type.unwrap_or_default().to_owned();
    let limit = registry.core.limits().manifest_size;
    let content = to_bytes(exchange.body, usize::try_from(limit).unwrap_or(usize::MAX)).await;
    let content = content.map_err(|error| body_failure(&error, limit))?;
    let name = exchange.route.name;
    let put =
        PutManifest { target: exchange.route.target, reference: reference.clone(), media_type, content };
    let digest = registry.core.push_manifest(exchange.caller, put).await?;
    Ok(created(&format!("/v2/{name}/manifests/{reference}"), &digest))
}

/// A body that is too long, or one that broke off.
fn body_failure(error: &axum::Error, limit: u64) -> Failure {
    let too_long =
        std::error::Error::source(error).is_some_and(|source| source.to_string().contains("length limit"));
    if too_long {
        return Error::ManifestTooLarge { limit }.into();
    }
    Failure::bad_request(Code::ManifestInvalid, "the request's body broke off")
}
