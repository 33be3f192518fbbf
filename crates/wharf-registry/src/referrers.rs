//! Referrers of a manifest (endpoint end-12).

use axum::response::Response;
use http::{HeaderName, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use wharf_core::{Referrer, ReferrersFilter};
use wharf_model::{Digest, MediaType};

use crate::{
    error::Failure,
    registry::{Exchange, Registry},
    response::{json_of, set},
    token_service::url_pairs,
};

const FILTERS_APPLIED: HeaderName = HeaderName::from_static("oci-filters-applied");

/// An index of the manifests whose subject is `digest`; a `Link` leads to the next one where there is one.
pub(crate) async fn list(
    registry: &Registry,
    exchange: Exchange,
    digest: Digest,
) -> Result<Response, Failure> {
    let mut filter = ReferrersFilter::default();
    for (name, value) in url_pairs(exchange.parts.uri.query().unwrap_or_default()) {
        match name.as_str() {
            "artifactType" if !value.is_empty() => filter.artifact_type = Some(value),
            "last" => filter.last = Some(value.parse().map_err(Failure::digest)?),
            _ => {}
        }
    }
    let artifact_type = filter.artifact_type.clone();
    let (target, name) = (exchange.route.target, exchange.route.name);
    let found = registry.core.list_referrers(exchange.caller, target, digest.clone(), filter).await?;
    let manifests: Vec<_> = found.page.iter().map(descriptor).collect();
    let index = json!({"schemaVersion": 2, "mediaType": MediaType::OciIndex.name(), "manifests": manifests});
    let mut response = json_of(StatusCode::OK, &index);
    set(&mut response, header::CONTENT_TYPE, MediaType::OciIndex.name());
    if artifact_type.is_some() {
        set(&mut response, FILTERS_APPLIED, "artifactType");
    }
    if let Some(last) = found.page.last().filter(|_| found.more) {
        let filter = artifact_type
            .map(|kind| format!("artifactType={}&", utf8_percent_encode(&kind, NON_ALPHANUMERIC)));
        let filter = filter.unwrap_or_default();
        let next = format!("</v2/{name}/referrers/{digest}?{filter}last={}>; rel=\"next\"", last.digest);
        set(&mut response, header::LINK, &next);
    }
    Ok(response)
}

fn descriptor(referrer: &Referrer) -> Value {
    let mut descriptor = Map::new();
    descriptor.insert("mediaType".to_owned(), json!(referrer.media_type.name()));
    descriptor.insert("digest".to_owned(), json!(referrer.digest));
    descriptor.insert("size".to_owned(), json!(referrer.size));
    if let Some(artifact_type) = &referrer.artifact_type {
        descriptor.insert("artifactType".to_owned(), json!(artifact_type));
    }
    if let Some(annotations) =
        referrer.annotations.as_deref().and_then(|text| serde_json::from_str(text).ok())
    {
        descriptor.insert("annotations".to_owned(), annotations);
    }
    Value::Object(descriptor)
}
