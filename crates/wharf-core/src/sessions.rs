//! Temporary credentials, as the Security Token Service makes them: a key, a token, and what they are good for.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{SHA256, digest},
};
use wharf_db::{
    Transaction, accounts,
    roles::{self, Role},
    sessions,
};
use wharf_model::{
    RoleArn, RoleKey, SecretId, SessionName, Timestamp, Trust,
    policy::{Policy, ResourceName, ResourcePath},
};

use crate::{Core, Error, NewAccessKey, Operator, Principal, SigningCredential, random};

/// Seconds of a federated user's credentials.
const FEDERATION: Seconds = Seconds { default: 1800, limit: 7200 };
/// Seconds of those that a sub-account asks for.
const FEDERATION_OF_SUB_ACCOUNT: Seconds = Seconds { default: 1800, limit: 129_600 };
/// Seconds of a role's credentials.
const ROLE: Seconds = Seconds { default: 7200, limit: 43_200 };

/// What temporary credentials are.
#[derive(Clone, Debug)]
pub struct Session {
    /// The public half of the key.
    pub secret_id: SecretId,
    /// What their holder is called.
    pub name: SessionName,
    /// What they were narrowed to: both this and the principal's own policies must allow.
    pub policy: Option<Arc<Policy>>,
    /// When they end.
    pub expires_at: Timestamp,
    token_hash: Vec<u8>,
    /// Bytes of the policy's document.
    pub(crate) policy_size: usize,
}

/// A federated user: credentials of the caller, narrowed by a policy (`GetFederationToken`).
#[derive(Clone, Debug)]
pub struct FederatedUser {
    /// What it is called.
    pub name: SessionName,
    /// The policy document.
    pub policy: String,
    /// Seconds until the credentials end.
    pub seconds: Option<u64>,
}

/// A role to be assumed (`AssumeRole`).
#[derive(Clone, Debug)]
pub struct AssumedRole {
    /// Which role.
    pub role: RoleArn,
    /// What the holder is called.
    pub name: SessionName,
    /// A policy document that narrows what the role may do.
    pub policy: Option<String>,
    /// Seconds until the credentials end.
    pub seconds: Option<u64>,
    /// What the role's owner agreed on with whom it trusts.
    pub external_id: Option<String>,
}

/// New temporary credentials. They are shown once.
#[derive(Clone)]
pub struct TemporaryCredential {
    /// The public half of the key.
    pub secret_id: SecretId,
    /// The secret half.
    pub secret_key: String,
    /// What each request has to carry beside its signature.
    pub token: String,
    /// When they end.
    pub expires_at: Timestamp,
}

struct Seconds {
    default: u64,
    limit: u64,
}

/// Whose session it is to be.
struct Holder {
    role: Option<Role>,
    name: SessionName,
    policy: Option<String>,
    seconds: u64,
}

impl Core {
    /// Makes temporary credentials of the operator, narrowed by a policy.
    ///
    /// # Errors
    /// When the policy is not valid, the time too long, the operator may not, or is a session itself.
    pub async fn get_federation_token(
        &self,
        operator: Operator,
        user: FederatedUser,
    ) -> Result<TemporaryCredential, Error> {
        user.policy.parse::<Policy>()?;
        let allowed =
            if operator.principal == Principal::Root { FEDERATION } else { FEDERATION_OF_SUB_ACCOUNT };
        let seconds = allowed.check(user.seconds)?;
        let path = format!("federated-user/{}", operator.uin);
        self.begin_session(operator, move |tx, operator| {
            operator.check_resource(tx, &resource("sts", operator.owner, &path))?;
            let (name, policy) = (user.name.clone(), Some(user.policy.clone()));
            Ok(Holder { role: None, name, policy, seconds })
        })
        .await
    }

    /// Makes temporary credentials of a role.
    ///
    /// # Errors
    /// When there is no such role, it does not trust the operator, the operator may not assume it or is a session itself,
    /// the policy is not valid or the time too long.
    pub async fn assume_role(
        &self,
        operator: Operator,
        wanted: AssumedRole,
    ) -> Result<TemporaryCredential, Error> {
        wanted.policy.as_ref().map(|policy| policy.parse::<Policy>()).transpose()?;
        let seconds = ROLE.check(wanted.seconds)?;
        self.begin_session(operator, move |tx, operator| {
            let role = find_role(tx, &wanted.role)?;
            let path = format!("roleName/{}", role.name);
            let resource = resource("cam", role.owner, &path);
            operator.check_resource(tx, &resource)?;
            let trust: Trust = role.trust.parse().map_err(|error| unreadable(&role, &error))?;
            if !trust.allows(operator.owner, operator.uin, wanted.external_id.as_deref()) {
                return Err(operator.refused(&resource));
            }
            let (name, policy) = (wanted.name.clone(), wanted.policy.clone());
            Ok(Holder { role: Some(role), name, policy, seconds })
        })
        .await
    }

    /// Forgets sessions that ended. Says how many.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget_sessions(&self) -> Result<u64, Error> {
        let now = Self::now();
        self.write_soon(move |tx| Ok(sessions::delete_ended(tx, now)?)).await
    }

    async fn begin_session(
        &self,
        operator: Operator,
        mut holder: impl FnMut(&Transaction<'_>, &Operator) -> Result<Holder, Error> + Send + 'static,
    ) -> Result<TemporaryCredential, Error> {
        if operator.session.is_some() {
            return Err(Error::TemporaryCredential);
        }
        let key = NewAccessKey::new(None, None)?;
        let sealed = key.seal(operator.uin, &self.master_key)?;
        let (token, now) = (random::session_token()?, Self::now());
        let token_hash = hash(&token);
        let expires_at = self
            .write(move |tx| {
                let holder = holder(tx, &operator)?;
                let expires_at = now.plus(Duration::from_secs(holder.seconds));
                let session = sessions::Session {
                    secret_id: sealed.secret_id.clone(),
                    sealed_key: sealed.sealed_key.clone(),
                    token_hash: token_hash.clone(),
                    uin: operator.uin,
                    role: holder.role.map(|role| role.id),
                    name: holder.name,
                    policy: holder.policy,
                    created_at: now,
                    expires_at,
                };
                sessions::insert(tx, &session)?;
                Ok(expires_at)
            })
            .await?;
        let NewAccessKey { secret_id, secret_key } = key;
        Ok(TemporaryCredential { secret_id, secret_key, token, expires_at })
    }
}

impl Session {
    /// Whether `token` goes with the key, and the time is not over.
    pub(crate) fn is_opened_by(&self, token: &str, now: Timestamp) -> bool {
        verify_slices_are_equal(&hash(token), &self.token_hash).is_ok() && now < self.expires_at
    }
}

impl Seconds {
    fn check(&self, wanted: Option<u64>) -> Result<u64, Error> {
        match wanted.unwrap_or(self.default) {
            seconds if (1..=self.limit).contains(&seconds) => Ok(seconds),
            seconds => Err(Error::SessionTooLong { seconds, limit: self.limit }),
        }
    }
}

/// The temporary key of that id, sealed, with who signs by it.
pub(crate) fn find_credential(
    tx: &Transaction<'_>,
    secret_id: &SecretId,
) -> Result<Option<(Vec<u8>, SigningCredential)>, Error> {
    let Some(row) = sessions::find(tx, secret_id)? else { return Ok(None) };
    let asker = accounts::find_holder(tx, row.uin)?;
    let asker = asker.ok_or_else(|| Error::Internal(format!("a session is of no account: {}", row.uin)))?;
    let (principal, owner, owner_enabled) = match row.role {
        None => (Principal::of(&asker), asker.owner.unwrap_or(row.uin), true),
        Some(id) => {
            let role = roles::find(tx, id)?.ok_or_else(|| Error::RoleNotFound(id.to_string()))?;
            let owner = accounts::find_holder(tx, role.owner)?;
            (Principal::Role(id), role.owner, owner.is_some_and(|owner| owner.enabled))
        }
    };
    let policy_size = row.policy.as_ref().map_or(0, String::len);
    let policy = row.policy.map(|policy| policy.parse::<Policy>()).transpose()?;
    let session = Session {
        secret_id: row.secret_id,
        name: row.name,
        policy: policy.map(Arc::new),
        expires_at: row.expires_at,
        token_hash: row.token_hash,
        policy_size,
    };
    let credential = SigningCredential {
        uin: row.uin,
        owner,
        principal,
        session: Some(Arc::new(session)),
        secret_key: String::new(),
        enabled: asker.enabled && owner_enabled,
    };
    Ok(Some((row.sealed_key, credential)))
}

fn find_role(tx: &Transaction<'_>, arn: &RoleArn) -> Result<Role, Error> {
    let found = match &arn.role {
        RoleKey::Id(id) => roles::find(tx, *id)?.filter(|role| role.owner == arn.owner),
        RoleKey::Name(name) => roles::find_by_name(tx, arn.owner, name)?,
    };
    found.ok_or_else(|| Error::RoleNotFound(arn.to_string()))
}

fn resource<'r>(service: &'r str, account: wharf_model::Uin, path: &'r str) -> ResourceName<'r> {
    ResourceName { service, region: "".into(), account, path: ResourcePath::Text(path) }
}

fn unreadable(role: &Role, error: &dyn std::fmt::Display) -> Error {
    Error::Internal(format!("role `{}` of {}: {error}", role.name, role.owner))
}

fn hash(token: &str) -> Vec<u8> {
    digest(&SHA256, token.as_bytes()).as_ref().to_vec()
}
