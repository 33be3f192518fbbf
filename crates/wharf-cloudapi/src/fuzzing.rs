//! What fuzz targets see beside the public functions.

use http::{HeaderMap, Method};
use serde_json::{Map, Value};
use wharf_model::SecretId;

use crate::{authorization, request, signature_v3::Signed};

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

/// Takes an `Authorization` header apart.
pub fn parse_authorization(header: &str) -> Option<Authorization> {
    let authorization::Authorization { secret_id, date, service, signed_headers, signature } =
        authorization::Authorization::parse(header).ok()?;
    Some(Authorization { secret_id, date, service, signed_headers, signature })
}

/// Whether an `Authorization` header is the signature of a POST with these headers and this body.
pub fn verify(header: &str, headers: &HeaderMap, body: &[u8], timestamp: i64, secret_key: &str) -> bool {
    let signed = Signed { method: &Method::POST, query: "", headers, body, timestamp };
    authorization::Authorization::parse(header)
        .is_ok_and(|authorization| signed.verify(&authorization, secret_key).is_ok())
}

/// The parameters in a request's body.
pub fn parse_parameters(body: &[u8]) -> Option<Map<String, Value>> {
    request::json(body).ok()
}
