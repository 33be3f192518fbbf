//! `_catalog`: the repositories that a caller may pull (Docker Registry HTTP API V2).

use axum::response::Response;
use http::{StatusCode, header, request::Parts};
use serde_json::json;

use crate::{
    authentication,
    error::Failure,
    page::Page,
    registry::Registry,
    response::{json_of, set},
};

/// Names in byte order, `n` at most, after `last`: at an instance's host of that instance, elsewhere of the instance that
/// the caller's token opens, as they are called there.
pub(crate) async fn list(registry: &Registry, parts: &Parts) -> Result<Response, Failure> {
    let page = Page::of(parts)?;
    let caller = authentication::caller(registry, parts).await?;
    let host = registry.instance_of_host(&parts.uri, &parts.headers);
    let by_path = host.is_none();
    // By path a name begins with the instance, which the store does not have in it.
    let last = page.last.map(|last| match last.split_once('/') {
        Some((_, rest)) if by_path => rest.to_owned(),
        _ => last,
    });
    let catalog = registry.core.list_catalog(caller, host, last, page.limit + 1).await?;
    let more = catalog.names.len() as u64 > page.limit;
    let prefix = if by_path { format!("{}/", catalog.instance) } else { String::new() };
    let names = catalog.names.iter().take(usize::try_from(page.limit).unwrap_or(usize::MAX));
    let names: Vec<_> = names.map(|name| format!("{prefix}{name}")).collect();
    let mut response = json_of(StatusCode::OK, &json!({"repositories": names}));
    if let Some(last) = names.last().filter(|_| more) {
        let next = format!("</v2/_catalog?n={}&last={last}>; rel=\"next\"", page.limit);
        set(&mut response, header::LINK, &next);
    }
    Ok(response)
}
