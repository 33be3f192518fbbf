//! Paths: what parses names a repository of the grammar, is the same when it is written out or escaped, and asks for
//! scopes that fit into a challenge.

use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use wharf_registry::fuzzing::{Routed, route};

use crate::grammar;

/// Everything but the slash is escaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/');

/// Takes the first line as the instance of the host, where there is one; the second as a query; the rest as a path.
pub fn check(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let mut lines = text.splitn(3, '\n');
    let (host, query, path) = match (lines.next(), lines.next(), lines.next()) {
        (Some(host), Some(query), Some(path)) => (Some(host).filter(|host| !host.is_empty()), query, path),
        _ => (Some("acme"), "", text),
    };
    let host = host.map(str::to_owned);
    if let Some(routed) = route(&format!("/v2/{path}"), host.clone()) {
        named(&routed, host.as_deref());
        again(&routed, host.clone());
        scopes(&routed, query);
    }
    // Nothing but `/v2/` is taken off, and a path without it is taken apart all the same.
    route(path, host);
}

fn named(routed: &Routed, host: Option<&str>) {
    let repository = routed.target.repository.to_string();
    assert!(grammar::REPOSITORY.describes(&repository));
    match host {
        Some(host) => {
            assert_eq!(routed.target.instance, host.to_ascii_lowercase());
            assert_eq!(routed.name, repository);
        }
        None => {
            assert!(!routed.target.instance.contains('/'));
            assert_eq!(routed.name.to_ascii_lowercase(), format!("{}/{repository}", routed.target.instance));
        }
    }
    let (kind, rest) = routed.resource.rsplit_once('/').expect("a resource has two parts");
    let valid = match kind {
        "tags" => rest == "list",
        "manifests" => grammar::REFERENCE.describes(rest),
        "blobs" | "referrers" => grammar::DIGEST.describes(rest),
        "blobs/uploads" => grammar::UPLOAD_ID.describes(rest),
        _ => false,
    };
    assert!(valid, "{}", routed.resource);
}

fn again(routed: &Routed, host: Option<String>) {
    let path = format!("{}/{}", routed.name, routed.resource);
    let escaped = percent_encode(path.as_bytes(), ESCAPED);
    assert_eq!(route(&format!("/v2/{escaped}"), host.clone()).as_ref(), Some(routed));
    if !path.contains('%') {
        assert_eq!(route(&format!("/v2/{path}"), host).as_ref(), Some(routed));
    }
}

/// A scope stands between quotes in `WWW-Authenticate` (RFC 9110, section 11.6.1).
fn scopes(routed: &Routed, query: &str) {
    let quotable = |text: &str| text.chars().all(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\'));
    for method in [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let scope = routed.scope(&method, query);
        assert!(scope.starts_with(&format!("repository:{}:", routed.name)));
        assert!(quotable(&scope), "the scope `{scope}` does not fit between quotes");
        assert!(scope.matches("repository:").count() <= 2);
    }
}
