//! `GET /service/token`: bearer tokens for scopes (Docker Registry v2 token authentication).

use axum::{
    Json,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{header, request::Parts};
use serde::Serialize;
use wharf_core::{Error, Identity, Scope};
use wharf_model::Actions;

use crate::{authentication, error::Failure, registry::Registry, route::target};

/// Scopes in one token at most.
const SCOPE_LIMIT: usize = 64;

#[derive(Serialize)]
struct Token {
    token: String,
    access_token: String,
    expires_in: u64,
    issued_at: String,
}

/// Issues a token for what the caller may do of the scopes it asks for.
pub(crate) async fn issue(State(registry): State<Registry>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match token(&registry, &parts).await {
        Ok(token) => ([(header::CACHE_CONTROL, "no-store")], Json(token)).into_response(),
        Err(error) => Failure::from(error).into_response(),
    }
}

async fn token(registry: &Registry, parts: &Parts) -> Result<Token, Error> {
    let identity = authentication::log_in(registry, &parts.headers).await?.unwrap_or(Identity::Anonymous);
    let scopes = scopes(registry, parts);
    let (token, issued_at, expires_in) =
        registry.core.issue_bearer(&registry.base_url(parts), identity, scopes).await?;
    Ok(Token { access_token: token.clone(), token, expires_in, issued_at: issued_at.to_utc_fraction() })
}

/// The scopes in the query: several parameters, or several in one, parted by blanks. What is no repository is left out.
fn scopes(registry: &Registry, parts: &Parts) -> Vec<Scope> {
    let host = registry.instance_of_host(&parts.uri, &parts.headers);
    let pairs = url_pairs(parts.uri.query().unwrap_or_default());
    let texts = pairs.filter(|(name, _)| name == "scope").map(|(_, value)| value);
    let scopes: Vec<_> = texts.collect();
    let scopes = scopes.iter().flat_map(|text| text.split(' '));
    scopes.filter_map(|text| scope(text, host.clone())).take(SCOPE_LIMIT).collect()
}

/// `repository:NAME:ACTIONS`
fn scope(text: &str, host: Option<String>) -> Option<Scope> {
    let (name, actions) = text.strip_prefix("repository:")?.rsplit_once(':')?;
    Some(Scope { target: target(name, host).ok()?, actions: Actions::parse_scope(actions) })
}

/// The pairs of a query string (`application/x-www-form-urlencoded`).
pub(crate) fn url_pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(move |pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    })
}

#[cfg(test)]
mod tests {
    use wharf_model::Actions;

    use super::{scope, url_pairs};

    #[test]
    fn scopes_of_repositories_are_read_and_others_left_out() {
        let read = scope("repository:team/app:pull,push", Some("acme".to_owned())).unwrap();
        assert_eq!(read.actions, Actions::PULL | Actions::PUSH);
        assert_eq!(
            (read.target.instance.as_str(), read.target.repository.to_string().as_str()),
            ("acme", "team/app")
        );
        assert_eq!(scope("repository:acme/team/app:pull", None).unwrap().target.instance, "acme");
        for text in
            ["", "registry:catalog:*", "repository:team", "repository:team/app", "repository:T/app:pull"]
        {
            assert!(scope(text, Some("acme".to_owned())).is_none(), "{text}");
        }
    }

    #[test]
    fn a_query_is_decoded() {
        let pairs: Vec<_> = url_pairs("a=1&b=x%20y+z&&c").collect();
        let expected = [("a", "1"), ("b", "x y z"), ("c", "")];
        assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
