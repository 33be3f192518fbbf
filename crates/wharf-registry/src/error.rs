//! Errors as the distribution specification answers them, and the one table from core's errors to them.

use std::fmt;

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde_json::json;
use wharf_core::Error;
use wharf_model::{InvalidDigest, InvalidName};

use crate::response::{json_of, set};

/// An error code of the distribution specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    BlobUnknown,
    BlobUploadInvalid,
    BlobUploadUnknown,
    Denied,
    DigestInvalid,
    ManifestBlobUnknown,
    ManifestInvalid,
    ManifestUnknown,
    NameInvalid,
    NameUnknown,
    SizeInvalid,
    Unauthorized,
    Unavailable,
    Unknown,
    TooManyRequests,
    Unsupported,
}

/// A request that was not done.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    code: Code,
    message: String,
    /// Why credentials did not do, in the words of RFC 6750.
    challenge: Option<Option<&'static str>>,
    /// The session's position, for a chunk out of order.
    received: Option<u64>,
    /// Seconds after which the same request may do.
    retry_after: Option<u64>,
    /// The methods that a path takes, for one that it does not.
    allow: Option<&'static str>,
}

impl Code {
    const fn name(self) -> &'static str {
        match self {
            Self::BlobUnknown => "BLOB_UNKNOWN",
            Self::BlobUploadInvalid => "BLOB_UPLOAD_INVALID",
            Self::BlobUploadUnknown => "BLOB_UPLOAD_UNKNOWN",
            Self::Denied => "DENIED",
            Self::DigestInvalid => "DIGEST_INVALID",
            Self::ManifestBlobUnknown => "MANIFEST_BLOB_UNKNOWN",
            Self::ManifestInvalid => "MANIFEST_INVALID",
            Self::ManifestUnknown => "MANIFEST_UNKNOWN",
            Self::NameInvalid => "NAME_INVALID",
            Self::NameUnknown => "NAME_UNKNOWN",
            Self::SizeInvalid => "SIZE_INVALID",
            Self::Unauthorized => "UNAUTHORIZED",
            Self::Unavailable => "UNAVAILABLE",
            Self::Unknown => "UNKNOWN",
            Self::TooManyRequests => "TOOMANYREQUESTS",
            Self::Unsupported => "UNSUPPORTED",
        }
    }
}

impl Failure {
    pub(crate) fn new(status: StatusCode, code: Code, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            challenge: None,
            received: None,
            retry_after: None,
            allow: None,
        }
    }

    pub(crate) fn bad_request(code: Code, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, Code::Unsupported, "there is nothing at this path")
    }

    pub(crate) fn name(message: impl Into<String>) -> Self {
        Self::bad_request(Code::NameInvalid, message)
    }

    pub(crate) fn digest(error: InvalidDigest) -> Self {
        Self::bad_request(Code::DigestInvalid, error.to_string())
    }

    pub(crate) fn tag(error: &InvalidName) -> Self {
        Self::bad_request(Code::ManifestInvalid, error.to_string())
    }

    /// A method that the path does not take; `allow` are those that it does.
    pub(crate) fn method_not_allowed(allow: &'static str) -> Self {
        let failure = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            Code::Unsupported,
            format!("the methods here are {allow}"),
        );
        Self { allow: Some(allow), ..failure }
    }

    fn unauthorized(why: Option<&'static str>, message: String) -> Self {
        let failure = Self::new(StatusCode::UNAUTHORIZED, Code::Unauthorized, message);
        Self { challenge: Some(why), ..failure }
    }

    /// The session's position, where that is what the client got wrong.
    pub(crate) fn received(&self) -> Option<u64> {
        self.received
    }

    /// The code on the wire, and what is wrong in words.
    pub(crate) fn told(&self) -> (&'static str, &str) {
        (self.code.name(), &self.message)
    }

    /// Whether better credentials may do.
    pub(crate) fn is_challenge(&self) -> bool {
        self.challenge.is_some()
    }

    /// `WWW-Authenticate`, where better credentials may do (Docker token authentication, RFC 6750).
    pub(crate) fn challenge(&self, base_url: &str, scope: Option<&str>) -> Option<HeaderValue> {
        let error = self.challenge?;
        let service = base_url.split_once("://").map_or(base_url, |(_, host)| host);
        let mut challenge = format!("Bearer realm=\"{base_url}/service/token\",service=\"{service}\"");
        for (name, value) in [("scope", scope), ("error", error)] {
            if let Some(value) = value {
                challenge.push_str(&format!(",{name}=\"{value}\""));
            }
        }
        HeaderValue::from_str(&challenge).ok()
    }

    /// The error body of the specification.
    pub(crate) fn into_response(self) -> Response {
        let error = json!({"code": self.code.name(), "message": self.message, "detail": null});
        let mut response = json_of(self.status, &json!({"errors": [error]}));
        if let Some(seconds) = self.retry_after {
            set(&mut response, header::RETRY_AFTER, &seconds.to_string());
        }
        if let Some(allow) = self.allow {
            set(&mut response, header::ALLOW, allow);
        }
        response
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        if error.is_internal() {
            return internal(&error);
        }
        let message = error.to_string();
        let (status, code) = match &error {
            Error::Unauthenticated => return Self::unauthorized(None, message),
            Error::WrongCredentials => return Self::unauthorized(None, message),
            Error::InvalidBearer => return Self::unauthorized(Some("invalid_token"), message),
            Error::InsufficientScope { .. } => {
                return Self::unauthorized(Some("insufficient_scope"), message);
            }
            Error::TooManyAttempts { .. } => (StatusCode::TOO_MANY_REQUESTS, Code::TooManyRequests),
            Error::TooManyUploads { .. } => (StatusCode::TOO_MANY_REQUESTS, Code::TooManyRequests),
            Error::Denied { .. } | Error::InstanceNotRunning { .. } | Error::QuotaExceeded { .. } => {
                (StatusCode::FORBIDDEN, Code::Denied)
            }
            Error::StorageUnknown { .. } => (StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable),
            Error::InvalidName(_) => (StatusCode::BAD_REQUEST, Code::NameInvalid),
            Error::NamespaceNotFound(_) | Error::RepositoryNotFound(_) => {
                (StatusCode::NOT_FOUND, Code::NameUnknown)
            }
            Error::ManifestNotFound { .. } => (StatusCode::NOT_FOUND, Code::ManifestUnknown),
            Error::InvalidManifest(_) => (StatusCode::BAD_REQUEST, Code::ManifestInvalid),
            Error::UnknownMediaType(_) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::ManifestInvalid),
            Error::ManifestTooLarge { .. } | Error::BlobTooLarge { .. } => {
                (StatusCode::PAYLOAD_TOO_LARGE, Code::SizeInvalid)
            }
            Error::TooManyLinks { .. } | Error::IndexTooDeep { .. } => {
                (StatusCode::PAYLOAD_TOO_LARGE, Code::ManifestInvalid)
            }
            Error::TooManyPushedTags { .. } => (StatusCode::URI_TOO_LONG, Code::ManifestInvalid),
            Error::ContentInUse { .. } => (StatusCode::METHOD_NOT_ALLOWED, Code::Denied),
            Error::ManifestContentMissing { .. } => (StatusCode::NOT_FOUND, Code::ManifestBlobUnknown),
            Error::DigestMismatch { .. } => (StatusCode::BAD_REQUEST, Code::DigestInvalid),
            Error::BlobNotFound { .. } => (StatusCode::NOT_FOUND, Code::BlobUnknown),
            Error::UploadNotFound(_) => (StatusCode::NOT_FOUND, Code::BlobUploadUnknown),
            Error::UploadBusy(_) => (StatusCode::CONFLICT, Code::BlobUploadInvalid),
            Error::UploadOutOfOrder { .. } => (StatusCode::RANGE_NOT_SATISFIABLE, Code::BlobUploadInvalid),
            Error::BodyBroken(_) => (StatusCode::BAD_REQUEST, Code::BlobUploadInvalid),
            _ => (StatusCode::BAD_REQUEST, Code::Unsupported),
        };
        let failure = Self::new(status, code, message);
        match error {
            Error::UploadOutOfOrder { received, .. } => Self { received: Some(received), ..failure },
            Error::TooManyAttempts { seconds } => Self { retry_after: Some(seconds), ..failure },
            Error::TooManyUploads { .. } => Self { retry_after: Some(60), ..failure },
            // Another process may know it.
            Error::StorageUnknown { .. } => Self { retry_after: Some(1), ..failure },
            Error::ContentInUse { .. } => Self { allow: Some("GET, HEAD"), ..failure },
            _ => failure,
        }
    }
}

/// The reason is for the log; the client is told whether to try again.
fn internal(error: &Error) -> Failure {
    tracing::error!(%error, "a request failed");
    let message = "the server failed at this request; its log has the reason under the request id";
    if error.is_passing() {
        let failure = Failure::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, message);
        return Failure { retry_after: Some(1), ..failure };
    }
    Failure::new(StatusCode::INTERNAL_SERVER_ERROR, Code::Unknown, message)
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.message)
    }
}
