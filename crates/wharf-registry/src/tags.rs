//! `tags/list` (endpoint end-8).

use axum::response::Response;
use http::{StatusCode, header};
use serde_json::json;
use wharf_model::Tag;

use crate::{
    error::Failure,
    page::Page,
    registry::{Exchange, Registry},
    response::{json_of, set},
};

/// Tags in byte order, `n` at most, after `last`. A `Link` leads to the next page where there is one.
pub(crate) async fn list(registry: &Registry, exchange: Exchange) -> Result<Response, Failure> {
    let Page { limit, last } = Page::of(&exchange.parts)?;
    let name = exchange.route.name;
    // One more than asked for tells whether there is a next page.
    let mut tags = registry.core.list_tags(exchange.caller, exchange.route.target, last, limit + 1).await?;
    let more = tags.len() as u64 > limit;
    tags.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let texts: Vec<_> = tags.iter().map(Tag::as_str).collect();
    let mut response = json_of(StatusCode::OK, &json!({"name": name, "tags": texts}));
    if let Some(last) = texts.last().filter(|_| more) {
        let next = format!("</v2/{name}/tags/list?n={limit}&last={last}>; rel=\"next\"");
        set(&mut response, header::LINK, &next);
    }
    Ok(response)
}
