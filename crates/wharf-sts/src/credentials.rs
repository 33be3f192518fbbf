//! Temporary credentials.

use percent_encoding::percent_decode_str;
use wharf_cloudapi::{Action, Call, input, output};
use wharf_core::{AssumedRole, Error, FederatedUser, TemporaryCredential};

input! {
    /// Makes temporary credentials of the caller, which a policy narrows.
    pub struct GetFederationToken {
        /// What their holder is called.
        name: String = "Name",
        /// What they are good for: a policy document, percent-encoded.
        policy: String = "Policy",
        /// Seconds until they end: 1,800 unless given; 7,200 at most for a main account, 129,600 for a sub-account.
        duration_seconds: Option<u64> = "DurationSeconds",
    }

    /// Makes temporary credentials of a role.
    pub struct AssumeRole {
        /// Which role.
        role_arn: String = "RoleArn",
        /// What their holder is called.
        role_session_name: String = "RoleSessionName",
        /// Seconds until they end: 7,200 unless given, 43,200 at most.
        duration_seconds: Option<u64> = "DurationSeconds",
        /// What they are good for beside what the role is: a policy document, percent-encoded.
        policy: Option<String> = "Policy",
        /// What the role's owner agreed on with its user.
        external_id: Option<String> = "ExternalId",
    }
}

output! {
    /// What [`GetFederationToken`] and [`AssumeRole`] answer.
    pub struct TemporaryCredentials {
        credentials: Credentials = "Credentials",
        expired_time: i64 = "ExpiredTime",
        expiration: String = "Expiration",
    }

    /// A temporary key, and the token that goes with it.
    pub struct Credentials {
        token: String = "Token",
        tmp_secret_id: String = "TmpSecretId",
        tmp_secret_key: String = "TmpSecretKey",
    }
}

impl Action for GetFederationToken {
    const NAME: &'static str = "GetFederationToken";
    type Output = TemporaryCredentials;

    async fn run(self, call: Call) -> Result<TemporaryCredentials, Error> {
        let user = FederatedUser {
            name: self.name.parse()?,
            policy: decoded(&self.policy)?,
            seconds: self.duration_seconds,
        };
        call.core.get_federation_token(call.operator, user).await.map(answer)
    }
}

impl Action for AssumeRole {
    const NAME: &'static str = "AssumeRole";
    type Output = TemporaryCredentials;

    async fn run(self, call: Call) -> Result<TemporaryCredentials, Error> {
        let role = AssumedRole {
            role: self.role_arn.parse()?,
            name: self.role_session_name.parse()?,
            policy: self.policy.filter(|policy| !policy.is_empty()).as_deref().map(decoded).transpose()?,
            seconds: self.duration_seconds,
            external_id: self.external_id,
        };
        call.core.assume_role(call.operator, role).await.map(answer)
    }
}

fn answer(credential: TemporaryCredential) -> TemporaryCredentials {
    TemporaryCredentials {
        credentials: Credentials {
            token: credential.token,
            tmp_secret_id: credential.secret_id.to_string(),
            tmp_secret_key: credential.secret_key,
        },
        expired_time: credential.expires_at.seconds(),
        expiration: credential.expires_at.to_utc(),
    }
}

/// Policies come percent-encoded; what begins with `{` came as it is.
fn decoded(policy: &str) -> Result<String, Error> {
    if policy.trim_start().starts_with('{') {
        return Ok(policy.to_owned());
    }
    let decoded = percent_decode_str(policy).decode_utf8();
    let decoded = decoded.map_err(|_| Error::InvalidValue {
        name: "Policy",
        rule: "it is a percent-encoded policy document".to_owned(),
    })?;
    Ok(decoded.into_owned())
}
