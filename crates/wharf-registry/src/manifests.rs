//! Manifests (endpoints end-3, end-7, end-9).

use std::sync::Arc;

use axum::{body::Body, response::Response};
use http::{HeaderName, Method, StatusCode, header, request::Parts};
use wharf_core::{Caller, Error, PutManifest, StoredManifest, Target};
use wharf_model::{Actions, Manifest, Reference, Tag};

use crate::{
    accept::wants_image_for_index,
    body,
    conditions::{entity_tag, not_modified},
    error::Failure,
    registry::{Exchange, Registry},
    response::{CONTENT_DIGEST, created, empty, set},
    token_service::url_pairs,
};

const SUBJECT: HeaderName = HeaderName::from_static("oci-subject");
const TAG: HeaderName = HeaderName::from_static("oci-tag");

/// The manifest of a tag or digest, byte for byte as it was put.
pub(crate) async fn get(
    registry: &Registry,
    exchange: Exchange,
    reference: Reference,
) -> Result<Response, Failure> {
    let Exchange { caller, route, parts, .. } = exchange;
    let manifest = find(registry, caller, route.target, &reference, &parts).await?;
    if let Some(response) = not_modified(&parts.headers, &manifest.digest) {
        return Ok(response);
    }
    let is_head = parts.method == Method::HEAD;
    if !is_head {
        registry.core.count_pull(&manifest, &reference);
    }
    let length = manifest.content.len().to_string();
    let mut response =
        Response::new(if is_head { Body::empty() } else { Body::from(manifest.content.clone()) });
    set(&mut response, header::CONTENT_TYPE, manifest.media_type.name());
    set(&mut response, header::CONTENT_LENGTH, &length);
    set(&mut response, header::ETAG, &entity_tag(&manifest.digest));
    set(&mut response, CONTENT_DIGEST, manifest.digest.as_str());
    Ok(response)
}

/// Finds a manifest. A client of before indexes that asks for a tag gets the index's default image.
async fn find(
    registry: &Registry,
    caller: Caller,
    target: Target,
    reference: &Reference,
    parts: &Parts,
) -> Result<Arc<StoredManifest>, Failure> {
    let manifest = registry.core.pull_manifest(caller.clone(), target.clone(), reference.clone()).await?;
    let is_tag = matches!(reference, Reference::Tag(_));
    if !(is_tag && manifest.media_type.is_index() && wants_image_for_index(&parts.headers)) {
        return Ok(manifest);
    }
    let Some(image) = Manifest::default_image(&manifest.content) else { return Ok(manifest) };
    match registry.core.pull_manifest(caller, target, Reference::Digest(image)).await {
        Err(Error::ManifestNotFound { .. }) => Ok(manifest),
        found => Ok(found?),
    }
}

/// Takes in a manifest under a tag or its digest, and points the tags of the query at it too.
pub(crate) async fn put(
    registry: &Registry,
    exchange: Exchange,
    reference: Reference,
) -> Result<Response, Failure> {
    let Exchange { caller, route, parts, body } = exchange;
    registry.core.check_access(caller.clone(), route.target.clone(), Actions::PUSH).await?;
    let tags = tags(&parts)?;
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type.unwrap_or_default().to_owned();
    let limit = registry.core.limits().manifest_size;
    let too_large = || Error::ManifestTooLarge { limit }.into();
    let content = body::whole(body, registry.settings.body_idle, limit, too_large).await?;
    let put = PutManifest {
        target: route.target,
        reference: reference.clone(),
        tags: tags.clone(),
        media_type,
        content,
    };
    let pushed = registry.core.push_manifest(caller, put).await?;
    let mut response = created(&format!("/v2/{}/manifests/{reference}", route.name), &pushed.digest);
    if let Some(subject) = pushed.subject {
        set(&mut response, SUBJECT, subject.as_str());
    }
    if !tags.is_empty() {
        let tags: Vec<_> = tags.iter().map(Tag::as_str).collect();
        set(&mut response, TAG, &tags.join(", "));
    }
    Ok(response)
}

/// Removes a tag, or a manifest with its tags.
pub(crate) async fn delete(
    registry: &Registry,
    exchange: Exchange,
    reference: Reference,
) -> Result<Response, Failure> {
    registry.core.delete_manifest(exchange.caller, exchange.route.target, reference).await?;
    Ok(empty(StatusCode::ACCEPTED))
}

fn tags(parts: &Parts) -> Result<Vec<Tag>, Failure> {
    let pairs = url_pairs(parts.uri.query().unwrap_or_default());
    let tags = pairs.filter(|(name, _)| name == "tag").map(|(_, value)| value.parse());
    tags.collect::<Result<_, _>>().map_err(|error| Failure::tag(&error))
}
