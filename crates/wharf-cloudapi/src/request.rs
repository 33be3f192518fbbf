//! A request in each of its forms (API reference, "request structure" and "common parameters").
//!
//! | method | `Content-Type` | signature | common parameters | bytes at most |
//! |---|---|---|---|---|
//! | POST | `application/json` | v3 | headers | 10 MiB |
//! | POST | `multipart/form-data` | v3 | headers | 10 MiB |
//! | POST | `application/x-www-form-urlencoded` | v1 | form | 1 MiB |
//! | GET | `application/x-www-form-urlencoded` | v3 | headers | 32 KiB |
//! | GET | any or none | v1 | query | 32 KiB |

use bytes::Bytes;
use http::{HeaderMap, Method, header, request::Parts};
use serde_json::{Map, Value};
use wharf_model::SecretId;

use crate::{
    ApiError, Language,
    authorization::Authorization,
    flat, json, multipart, nul, say,
    signature_v1::{self, SIGNATURE},
    signature_v3,
};

/// Bytes of a query.
const QUERY_LIMIT: usize = 32 << 10;
/// Bytes of a form that is signed by method v1.
const FORM_LIMIT: usize = 1 << 20;
/// Bytes of a body that is signed by method v3.
const BODY_LIMIT: usize = 10 << 20;

const FORM_TYPE: &str = "application/x-www-form-urlencoded";

/// Common parameters of method v1, and `RequestClient`, by which the official SDKs say who they are.
const COMMON: [&str; 11] = [
    "Action",
    "Language",
    "Nonce",
    "Region",
    "RequestClient",
    "SecretId",
    SIGNATURE,
    "SignatureMethod",
    "Timestamp",
    "Token",
    "Version",
];

/// Where a request has its parameters, and how it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Json,
    Multipart { boundary: String },
    UrlEncoded,
    SignedQuery,
    Query,
}

/// What every request says.
#[derive(Clone, Debug)]
pub(crate) struct Envelope {
    pub(crate) action: String,
    pub(crate) version: String,
    pub(crate) region: Option<String>,
    /// Seconds since 1970.
    pub(crate) timestamp: i64,
    /// The third part of a temporary credential.
    pub(crate) token: Option<String>,
    pub(crate) claim: Claim,
}

/// Who a request says that it is from, and its proof.
#[derive(Clone, Debug)]
pub(crate) enum Claim {
    V3(Authorization),
    V1(ClaimV1),
}

#[derive(Clone, Debug)]
pub(crate) struct ClaimV1 {
    pub(crate) secret_id: SecretId,
    pub(crate) nonce: i64,
    signature: String,
    method: Option<String>,
    pairs: Vec<(String, String)>,
}

impl Form {
    /// The form of a request with this head.
    ///
    /// # Errors
    /// `UnsupportedProtocol`, where there is no such form.
    pub(crate) fn of(parts: &Parts) -> Result<Self, ApiError> {
        let content_type = text(&parts.headers, "content-type").unwrap_or_default();
        let (kind, rest) = content_type.split_once(';').unwrap_or((content_type, ""));
        let kind = kind.trim().to_ascii_lowercase();
        let has_v3 = parts.headers.contains_key(header::AUTHORIZATION);
        match (&parts.method, kind.as_str()) {
            (&Method::POST, "application/json") => Ok(Self::Json),
            (&Method::POST, "multipart/form-data") => {
                Ok(Self::Multipart { boundary: multipart::boundary(rest)? })
            }
            (&Method::POST, FORM_TYPE) if !has_v3 => Ok(Self::UrlEncoded),
            (&Method::GET, FORM_TYPE) if has_v3 => Ok(Self::SignedQuery),
            (&Method::GET, _) if !has_v3 => Ok(Self::Query),
            _ => Err(ApiError::new(
                "UnsupportedProtocol",
                say!(
                    "Requests are POST with a JSON or multipart body and signature v3, POST with a form and signature \
                     v1, or GET with either.",
                    "请求须为以下之一：POST，JSON 或 multipart 请求体，签名方法 v3；POST，表单请求体，签名方法 v1；GET，任一签名方法。"
                ),
            )),
        }
    }

    /// Bytes of a body of this form.
    pub(crate) fn body_limit(&self) -> usize {
        match self {
            Self::Json | Self::Multipart { .. } => BODY_LIMIT,
            Self::UrlEncoded => FORM_LIMIT,
            Self::SignedQuery | Self::Query => QUERY_LIMIT,
        }
    }

    /// The language that a request of this form asks for.
    pub(crate) fn language(&self, parts: &Parts, body: &Bytes) -> Language {
        let name = match self {
            Self::Json | Self::Multipart { .. } | Self::SignedQuery => return language(&parts.headers),
            Self::UrlEncoded => language_pair(body),
            Self::Query => language_pair(parts.uri.query().unwrap_or_default().as_bytes()),
        };
        name.map(Language::named).unwrap_or_default()
    }

    /// What the request says of itself.
    ///
    /// # Errors
    /// `MissingParameter`, `InvalidParameter` or `AuthFailure.*`, naming what is missing or wrong;
    /// `RequestSizeLimitExceeded`.
    pub(crate) fn envelope(&self, parts: &Parts, body: &Bytes) -> Result<Envelope, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        if query.len() > QUERY_LIMIT {
            return Err(too_large(QUERY_LIMIT));
        }
        match self {
            Self::Json | Self::Multipart { .. } | Self::SignedQuery => in_headers(&parts.headers),
            Self::UrlEncoded => in_pairs(flat::pairs(body)?),
            Self::Query => in_pairs(flat::pairs(query.as_bytes())?),
        }
    }

    /// The action's parameters.
    ///
    /// # Errors
    /// `InvalidRequest` or `InvalidParameter`.
    pub(crate) async fn parameters(
        &self,
        parts: &Parts,
        body: &Bytes,
        claim: &Claim,
    ) -> Result<Map<String, Value>, ApiError> {
        let parameters = match (self, claim) {
            (Self::Json, _) => json::parse(body)?,
            (Self::Multipart { boundary }, _) => multipart::parameters(boundary, body).await?,
            (_, Claim::V1(claim)) => {
                let own = claim.pairs.iter().filter(|(name, _)| !COMMON.contains(&name.as_str()));
                flat::tree(own.map(|(name, text)| (name.as_str(), text.as_str())))?
            }
            (_, Claim::V3(_)) => {
                let pairs = flat::pairs(parts.uri.query().unwrap_or_default().as_bytes())?;
                flat::tree(pairs.iter().map(|(name, text)| (name.as_str(), text.as_str())))?
            }
        };
        nul::refuse(&parameters)?;
        Ok(parameters)
    }
}

impl Claim {
    /// The public half of the key.
    pub(crate) fn secret_id(&self) -> &SecretId {
        match self {
            Self::V3(authorization) => &authorization.secret_id,
            Self::V1(claim) => &claim.secret_id,
        }
    }

    /// Checks the signature.
    ///
    /// # Errors
    /// `AuthFailure.SignatureFailure`.
    pub(crate) fn verify(
        &self,
        parts: &Parts,
        body: &Bytes,
        timestamp: i64,
        secret_key: &str,
    ) -> Result<(), ApiError> {
        let (method, headers) = (&parts.method, &parts.headers);
        match self {
            Self::V3(authorization) => {
                let query = parts.uri.query().unwrap_or_default();
                signature_v3::Signed { method, host: host(parts), query, headers, body, timestamp }
                    .verify(authorization, secret_key)
            }
            Self::V1(claim) => {
                let signed = signature_v1::Signed { method, host: host(parts), pairs: &claim.pairs };
                signed.verify(&claim.signature, claim.method.as_deref(), secret_key)
            }
        }
    }
}

/// The language that the headers ask for.
pub(crate) fn language(headers: &HeaderMap) -> Language {
    text(headers, "x-tc-language").map(Language::named).unwrap_or_default()
}

/// The names of languages have no character that a form encodes.
fn language_pair(encoded: &[u8]) -> Option<&str> {
    let value = encoded.split(|byte| *byte == b'&').find_map(|pair| pair.strip_prefix(b"Language="))?;
    str::from_utf8(value).ok()
}

fn in_headers(headers: &HeaderMap) -> Result<Envelope, ApiError> {
    let required = |header: &str, name: &str| {
        let value = text(headers, header).filter(|value| !value.is_empty());
        value.ok_or_else(|| {
            let message = say!(
                "The parameter `{name}` (header {header}) is missing.",
                "缺少参数 `{name}`（请求头 {header}）。"
            );
            ApiError::new("MissingParameter", message)
        })
    };
    let optional =
        |header: &str| text(headers, header).filter(|value| !value.is_empty()).map(ToOwned::to_owned);
    Ok(Envelope {
        action: required("x-tc-action", "Action")?.to_owned(),
        claim: Claim::V3(Authorization::parse(required("authorization", "Authorization")?)?),
        timestamp: seconds(required("x-tc-timestamp", "Timestamp")?)?,
        version: required("x-tc-version", "Version")?.to_owned(),
        region: optional("x-tc-region"),
        token: optional("x-tc-token"),
    })
}

fn in_pairs(pairs: Vec<(String, String)>) -> Result<Envelope, ApiError> {
    let optional = |name: &str| {
        let found = pairs.iter().find(|(other, value)| other == name && !value.is_empty());
        found.map(|(_, value)| value.clone())
    };
    let required = |name: &str| optional(name).ok_or_else(|| missing(name));
    let number = |name: &str, text: String| text.parse().map_err(|_| no_number(name));
    let secret_id = required("SecretId")?.parse().map_err(|_| {
        let message =
            say!("The parameter `SecretId` is no SecretId.", "参数 `SecretId` 不是合法的 SecretId。");
        ApiError::new("AuthFailure.SecretIdNotFound", message)
    })?;
    let claim = ClaimV1 {
        secret_id,
        nonce: number("Nonce", required("Nonce")?)?,
        signature: required(SIGNATURE)?,
        method: optional("SignatureMethod"),
        pairs: Vec::new(),
    };
    Ok(Envelope {
        action: required("Action")?,
        version: required("Version")?,
        region: optional("Region"),
        timestamp: seconds(&required("Timestamp")?)?,
        token: optional("Token"),
        claim: Claim::V1(ClaimV1 { pairs, ..claim }),
    })
}

/// The refusal of a request of more than `limit` bytes.
pub(crate) fn too_large(limit: usize) -> ApiError {
    let message = say!("The request is larger than {limit} bytes.", "请求超过 {limit} 字节。");
    ApiError::new("RequestSizeLimitExceeded", message)
}

fn seconds(text: &str) -> Result<i64, ApiError> {
    text.parse().map_err(|_| no_number("Timestamp"))
}

fn no_number(name: &str) -> ApiError {
    let message = say!("The parameter `{name}` is not a number.", "参数 `{name}` 不是数字。");
    ApiError::new("InvalidParameter", message)
}

/// The refusal of a request without a common parameter.
pub(crate) fn missing(name: &str) -> ApiError {
    ApiError::new("MissingParameter", say!("The parameter `{name}` is missing.", "缺少参数 `{name}`。"))
}

/// The host that the client asked, with the port where it named one: `Host`, or what HTTP/2 has in its place.
pub(crate) fn host(parts: &Parts) -> &str {
    let authority = || parts.uri.authority().map(http::uri::Authority::as_str);
    text(&parts.headers, "host").or_else(authority).unwrap_or_default()
}

pub(crate) fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}
