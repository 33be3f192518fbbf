//! `/service/token`: bearer tokens for scopes, by GET (Docker Registry v2 token authentication) and by POST (its OAuth2
//! form). A refresh token is the instance token that the client logged in with: it ends when that does. A service
//! account gets none: its password stays with the client that has it.

use axum::{
    extract::{Request, State},
    response::Response,
};
use http::{HeaderValue, StatusCode, header, request::Parts};
use serde_json::json;
use wharf_core::{Door, Identity, Scope};
use wharf_model::Actions;

use crate::{
    audit,
    authentication::{self, address, basic, door},
    body,
    error::{Code, Failure},
    registry::Registry,
    response::json_of,
    route::target,
};

/// Scopes in one token at most.
const SCOPE_LIMIT: usize = 64;
/// Bytes of a form at most.
const FORM_LIMIT: u64 = 64 << 10;

/// Issues a token for what the caller may do of the scopes it asks for.
pub(crate) async fn issue(State(registry): State<Registry>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let pairs: Vec<_> = url_pairs(parts.uri.query().unwrap_or_default()).collect();
    let answer = async {
        let identity = authentication::log_in(&registry, &parts).await?.unwrap_or(Identity::Anonymous);
        let offline = value(&pairs, "offline_token") == Some("true");
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let password = header.and_then(basic).map(|(_, password)| password);
        token(&registry, &parts, identity, &pairs, password.filter(|_| offline)).await
    };
    finish(answer.await)
}

/// Issues a token for a password or a refresh token in a form (RFC 6749, sections 4.3 and 6).
pub(crate) async fn exchange(State(registry): State<Registry>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let answer = async {
        let too_large =
            || Failure::new(StatusCode::PAYLOAD_TOO_LARGE, Code::SizeInvalid, "the form is too large");
        let form = body::whole(body, registry.settings.body_idle, FORM_LIMIT, too_large).await?;
        let pairs: Vec<_> = url_pairs(&String::from_utf8_lossy(&form)).collect();
        let offline = value(&pairs, "access_type") == Some("offline");
        let missing =
            |name| Failure::bad_request(Code::Unsupported, format!("the field `{name}` is missing"));
        let field = |name| value(&pairs, name).ok_or_else(|| missing(name));
        let (user, password) = match field("grant_type")? {
            "password" => (Some(field("username")?), field("password")?),
            "refresh_token" => (None, field("refresh_token")?),
            other => {
                let message = format!("the grant type `{other}` is not password or refresh_token");
                return Err(Failure::bad_request(Code::Unsupported, message));
            }
        };
        let door = door(&registry, &parts);
        let named = door.instance.is_none().then(|| first_instance(&pairs)).flatten();
        let identity = registry.core.log_in(user, password, Door { named, ..door }).await;
        let identity = identity.inspect_err(|error| audit::log_in_refused(&registry, &parts, user, error))?;
        let refresh = (offline || user.is_none()).then(|| password.to_owned());
        token(&registry, &parts, identity, &pairs, refresh).await
    };
    finish(answer.await)
}

async fn token(
    registry: &Registry,
    parts: &Parts,
    identity: Identity,
    pairs: &[(String, String)],
    refresh_token: Option<String>,
) -> Result<Response, Failure> {
    let is_account = matches!(identity, Identity::Account { .. });
    let host = registry.instance_of_host(&parts.uri, &parts.headers);
    let scopes = scopes(pairs, host.as_deref());
    let base_url = registry.base_url(parts);
    let issued = registry.core.issue_bearer(&base_url, identity, scopes, address(parts));
    let (token, issued_at, expires_in) = issued.await?;
    let mut answer = json!({
        "token": &*token,
        "access_token": &*token,
        "expires_in": expires_in,
        "issued_at": issued_at.to_utc_fraction(),
    });
    if let Some(refresh_token) = refresh_token.filter(|_| is_account) {
        answer["refresh_token"] = json!(refresh_token);
    }
    Ok(json_of(StatusCode::OK, &answer))
}

fn finish(answer: Result<Response, Failure>) -> Response {
    let mut response = answer.unwrap_or_else(Failure::into_response);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn value<'p>(pairs: &'p [(String, String)], name: &str) -> Option<&'p str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// The scopes asked for: several fields, or several in one, parted by blanks. What is no repository is left out.
pub(crate) fn scopes(pairs: &[(String, String)], host: Option<&str>) -> Vec<Scope> {
    let texts = pairs.iter().filter(|(name, _)| name == "scope").flat_map(|(_, value)| value.split(' '));
    texts.filter_map(|text| scope(text, host.map(str::to_owned))).take(SCOPE_LIMIT).collect()
}

/// At a host that is no instance's, the instance that the first scope of a query names.
pub(crate) fn named_instance(query: &str) -> Option<String> {
    first_instance(&url_pairs(query).collect::<Vec<_>>())
}

fn first_instance(pairs: &[(String, String)]) -> Option<String> {
    scopes(pairs, None).into_iter().next().map(|scope| scope.target.instance)
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
