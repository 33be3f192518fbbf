//! What fuzz targets see beside the public functions.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, request::Parts};
use serde_json::{Map, Value};
use wharf_model::SecretId;

use crate::{
    ApiError, authorization, flat, json, multipart,
    request::{self, Form, host},
    say,
    signature_v3::Signed,
};

/// An `Authorization` header, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    /// The public half of the key.
    pub secret_id: SecretId,
    /// The date of the credential's scope.
    pub date: String,
    /// The service of the credential's scope.
    pub service: String,
    /// Names in lower case, in the order in which they were signed.
    pub signed_headers: Vec<String>,
    /// The signature's bytes.
    pub signature: [u8; 32],
}

/// What a request of signature method v1 says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Understood {
    /// The action's name.
    pub action: String,
    /// The product's version.
    pub version: String,
    /// The region's name.
    pub region: Option<String>,
    /// Seconds since 1970.
    pub timestamp: i64,
    /// The public half of the key.
    pub secret_id: SecretId,
    /// Whether the signature fits.
    pub fits: bool,
    /// The action's own parameters.
    pub parameters: Map<String, Value>,
}

/// Takes an `Authorization` header apart.
pub fn parse_authorization(header: &str) -> Option<Authorization> {
    let authorization::Authorization { secret_id, date, service, signed_headers, signature } =
        authorization::Authorization::parse(header).ok()?;
    Some(Authorization { secret_id, date, service, signed_headers, signature })
}

/// Whether an `Authorization` header is the signature of a POST with these headers and this body.
pub fn verify(header: &str, headers: &HeaderMap, body: &[u8], timestamp: i64, secret_key: &str) -> bool {
    let host = request::text(headers, "host").unwrap_or_default();
    let signed = Signed { method: &Method::POST, host, query: "", headers, body, timestamp };
    authorization::Authorization::parse(header)
        .is_ok_and(|authorization| signed.verify(&authorization, secret_key).is_ok())
}

/// The parameters in a request's body.
pub fn parse_parameters(body: &[u8]) -> Option<Map<String, Value>> {
    json::parse(body).ok()
}

/// The parameters in the query of a GET that is signed by method v3.
///
/// # Errors
/// As the request is answered.
pub fn parse_query(query: &[u8]) -> Result<Map<String, Value>, ApiError> {
    let pairs = flat::pairs(query)?;
    flat::tree(pairs.iter().map(|(name, text)| (name.as_str(), text.as_str())))
}

/// The boundary in a `Content-Type`, and the parameters in a multipart body that has it.
///
/// # Errors
/// As the request is answered.
pub async fn parse_multipart(content_type: &str, body: &Bytes) -> Result<Map<String, Value>, ApiError> {
    let (mut parts, _) = Request::new(()).into_parts();
    parts.method = Method::POST;
    let refused = |_| ApiError::new("InvalidRequest", say!("no header", "no header"));
    parts.headers.insert(http::header::CONTENT_TYPE, content_type.parse().map_err(refused)?);
    match Form::of(&parts)? {
        Form::Multipart { boundary } => multipart::parameters(&boundary, body).await,
        other => Err(ApiError::new("UnsupportedProtocol", say!("{other:?}", "{other:?}"))),
    }
}

/// What a form that was sent by POST to a host says, and whether it is signed with a key.
///
/// # Errors
/// As the request is answered.
pub async fn parse_form(host_header: &str, body: &Bytes, secret_key: &str) -> Result<Understood, ApiError> {
    let parts = form_head(host_header)?;
    let form = Form::of(&parts)?;
    let envelope = form.envelope(&parts, body)?;
    let parameters = form.parameters(&parts, body, &envelope.claim).await?;
    debug_assert_eq!(host(&parts), host_header);
    Ok(Understood {
        fits: envelope.claim.verify(&parts, body, envelope.timestamp, secret_key).is_ok(),
        secret_id: envelope.claim.secret_id().clone(),
        action: envelope.action,
        version: envelope.version,
        region: envelope.region,
        timestamp: envelope.timestamp,
        parameters,
    })
}

fn form_head(host_header: &str) -> Result<Parts, ApiError> {
    let request = Request::post("/")
        .header("host", host_header)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(())
        .map_err(|error| ApiError::new("InvalidRequest", say!("{error}", "{error}")))?;
    Ok(request.into_parts().0)
}
