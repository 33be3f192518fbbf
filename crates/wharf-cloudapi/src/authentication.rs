//! Whether a request is from whom it says (API reference, "signature method v3", "signature method", "error codes").

use bytes::Bytes;
use http::request::Parts;
use wharf_core::{Core, Error, SigningCredential};
use wharf_model::Timestamp;

use crate::{
    ApiError, Message,
    request::{Claim, Envelope},
    say,
    signature_v3::check_time,
};

/// How the ids of keys for the cloud API begin.
const PREFIX: &str = "AKID";

/// The credential that a request names.
///
/// # Errors
/// `AuthFailure.SignatureExpire`, where the request is too old or too new; `AuthFailure.SecretIdNotFound`, or
/// `AuthFailure.InvalidSecretId` where the text is no id of a key.
pub(crate) async fn find(core: &Core, envelope: &Envelope) -> Result<SigningCredential, ApiError> {
    check_time(envelope.timestamp, Timestamp::now())?;
    let secret_id = envelope.claim.secret_id();
    let found = core.signing_credential(secret_id.clone()).await.map_err(|error| failed(&error))?;
    found.ok_or_else(|| {
        if !secret_id.as_str().starts_with(PREFIX) {
            let message = say!(
                "`{secret_id}` is no SecretId of this API: it begins with {PREFIX}.",
                "`{secret_id}` 不是云 API 密钥的 SecretId，应以 {PREFIX} 开头。"
            );
            return ApiError::new("AuthFailure.InvalidSecretId", message);
        }
        not_found(say!("There is no SecretId {secret_id}.", "SecretId {secret_id} 不存在。"))
    })
}

/// Checks that the request is the credential's, now and for the first time.
///
/// # Errors
/// `AuthFailure.SignatureFailure`; `AuthFailure.SecretIdNotFound`, where the key or its account is disabled;
/// `AuthFailure.TokenFailure`; `AuthFailure.SignatureExpire`, where a request of method v1 came before.
pub(crate) async fn check(
    core: &Core,
    parts: &Parts,
    body: &Bytes,
    envelope: &Envelope,
    credential: &SigningCredential,
) -> Result<(), ApiError> {
    envelope.claim.verify(parts, body, envelope.timestamp, &credential.secret_key)?;
    let secret_id = envelope.claim.secret_id();
    if !credential.enabled {
        return Err(not_found(say!(
            "The SecretId {secret_id} or its account is disabled.",
            "SecretId {secret_id} 或其账号已被禁用。"
        )));
    }
    if !credential.goes_with(envelope.token.as_deref()) {
        let message = match credential.session {
            Some(_) => say!(
                "The token is not the one of these temporary credentials, or they ended.",
                "Token 与该临时凭证不匹配，或临时凭证已过期。"
            ),
            None => say!(
                "The SecretId is not of temporary credentials: it goes without a token.",
                "该 SecretId 不属于临时凭证，请求中不应携带 Token。"
            ),
        };
        return Err(ApiError::new("AuthFailure.TokenFailure", message));
    }
    if let Claim::V1(claim) = &envelope.claim {
        let first = core.is_first_request(secret_id.clone(), envelope.timestamp, claim.nonce).await;
        if !first.map_err(|error| failed(&error))? {
            let message = say!(
                "A request with this Timestamp and Nonce was accepted before. Sign each with a new Nonce.",
                "此前已接受过相同 Timestamp 和 Nonce 的请求，每次签名请使用新的 Nonce。"
            );
            return Err(ApiError::new("AuthFailure.SignatureExpire", message));
        }
    }
    core.note_key_use(secret_id);
    Ok(())
}

fn not_found(message: Message) -> ApiError {
    ApiError::new("AuthFailure.SecretIdNotFound", message)
}

fn failed(error: &Error) -> ApiError {
    tracing::error!(%error, "a request could not be authenticated");
    ApiError::new("InternalError", Message::internal())
}
