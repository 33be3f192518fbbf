//! What fuzz targets see beside the public functions.

use crate::{Caller, Core, Identity, bearer_tokens, instance_tokens};

/// Whom an instance token stands for, when core signed it and its time is now.
pub fn instance_token(core: &Core, token: &str) -> Option<Identity> {
    let claims: instance_tokens::InstanceTokenClaims =
        core.signing_keys().verify(token, instance_tokens::AUDIENCE)?;
    claims.identity()
}

/// Who holds a bearer token, when core signed it and its time is now.
pub fn bearer(core: &Core, token: &str) -> Option<Caller> {
    let claims: bearer_tokens::Claims = core.signing_keys().verify(token, bearer_tokens::AUDIENCE)?;
    Some(claims.caller())
}
