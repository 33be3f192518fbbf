//! Headers that several answers carry.

use axum::{body::Body, response::Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;
use wharf_model::Digest;

/// The header that names content's digest.
pub(crate) const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");

/// An answer without a body.
pub(crate) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// An answer whose body is JSON.
pub(crate) fn json_of(status: StatusCode, value: &Value) -> Response {
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// An answer without a body that says where content was put.
pub(crate) fn created(location: &str, digest: &Digest) -> Response {
    let mut response = empty(StatusCode::CREATED);
    set(&mut response, header::LOCATION, location);
    set(&mut response, CONTENT_DIGEST, digest.as_str());
    response
}

/// Sets a header. Values come from parsed names, digests and numbers, so none is ever left out.
pub(crate) fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
