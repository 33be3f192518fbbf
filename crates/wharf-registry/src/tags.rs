//! `tags/list` (endpoint end-8).

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::header;
use serde_json::json;

use crate::{
    error::{Code, Failure},
    registry::{Exchange, Registry},
    response::set,
    token_service::url_pairs,
};

/// Tags on a page where the client names no number, and at most.
const PAGE: u64 = 1000;

/// Tags in byte order, `n` at most, after `last`. A `Link` leads to the next page where there is one.
pub(crate) async fn list(registry: &Registry, exchange: Exchange) -> Result<Response, Failure> {
    let (mut limit, mut last) = (PAGE, None);
    for (name, value) in url_pairs(exchange.parts.uri.query().unwrap_or_default()) {
        match name.as_str() {
            "n" => limit = page_size(&value)?,
            "last" => last = Some(value),
            _ => {}
        }
    }
    let name = exchange.route.name;
    // One more than asked for tells whether there is a next page.
    let mut tags = registry.core.list_tags(exchange.caller, exchange.route.target, last, limit + 1).await?;
    let more = tags.len() as u64 > limit;
    tags.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let texts: Vec<_> = tags.iter().map(wharf_model::Tag::as_str).collect();
    let mut response = Json(json!({"name": name, "tags": texts})).into_response();
    if let Some(last) = texts.last().filter(|_| more) {
        let next = format!("</v2/{name}/tags/list?n={limit}&last={last}>; rel=\"next\"");
        set(&mut response, header::LINK, &next);
    }
    Ok(response)
}

fn page_size(text: &str) -> Result<u64, Failure> {
    let number: Option<u64> = text.parse().ok();
    let number = number
        .ok_or_else(|| Failure::bad_request(Code::Unsupported, format!("n is `{text}`, not a number")))?;
    Ok(number.min(PAGE))
}
