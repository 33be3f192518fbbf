//! Who sends a request: a bearer token, a user name and password, or nobody in particular.

use std::net::IpAddr;

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{header, request::Parts};
use wharf_core::{Caller, Door, Error, Identity};
use wharf_model::Peer;

use crate::{audit, error::Failure, registry::Registry, route::Route, token_service::named_instance};

/// The caller that the `Authorization` header proves.
pub(crate) async fn caller(registry: &Registry, parts: &Parts) -> Result<Caller, Failure> {
    let Some(header) = parts.headers.get(header::AUTHORIZATION) else { return Ok(Caller::ANONYMOUS) };
    let (kind, value) =
        header.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(Error::WrongCredentials)?;
    if kind.eq_ignore_ascii_case("bearer") {
        let caller = registry.core.verify_bearer(value.trim()).await?;
        return Ok(Caller { address: address(parts), ..caller });
    }
    let identity = log_in(registry, parts).await?.unwrap_or(Identity::Anonymous);
    Ok(Caller { identity, scopes: None, address: address(parts) })
}

/// Who logs in by Basic authentication (RFC 7617), if the request tries to.
pub(crate) async fn log_in(registry: &Registry, parts: &Parts) -> Result<Option<Identity>, Error> {
    let Some(header) = parts.headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let (user, password) = header.to_str().ok().and_then(basic).ok_or(Error::WrongCredentials)?;
    if user.is_empty() && password.is_empty() {
        // So sends a client that has no credentials.
        return Ok(None);
    }
    let identity = registry.core.log_in(Some(&user), &password, door(registry, parts)).await;
    identity.map(Some).inspect_err(|error| audit::log_in_refused(registry, parts, Some(&user), error))
}

/// Where somebody logs in: the instance of the host, or else the one that the path or the first scope names.
pub(crate) fn door(registry: &Registry, parts: &Parts) -> Door {
    let instance = registry.instance_of_host(&parts.uri, &parts.headers);
    let named = || {
        let routed = Route::parse(parts.uri.path(), None).ok().map(|route| route.target.instance);
        routed.or_else(|| named_instance(parts.uri.query().unwrap_or_default()))
    };
    let named = if instance.is_none() { named() } else { None };
    Door { address: address(parts), instance, named }
}

/// The address that a request comes from.
pub(crate) fn address(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<Peer>().map(|peer| peer.0.ip())
}

/// The user name and password of a Basic header.
pub(crate) fn basic(header: &str) -> Option<(String, String)> {
    let (kind, value) = header.split_once(' ')?;
    if !kind.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(BASE64_STANDARD.decode(value.trim()).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::basic;

    #[test]
    fn basic_credentials_are_taken_apart_at_the_first_colon() {
        let expected = Some(("user".to_owned(), "pass:word".to_owned()));
        assert_eq!(basic("Basic dXNlcjpwYXNzOndvcmQ="), expected);
        for header in ["Basic", "Basic dXNlcg==", "Basic !!!", "Bearer dXNlcjpwYXNz", ""] {
            assert_eq!(basic(header), None, "{header}");
        }
    }
}
