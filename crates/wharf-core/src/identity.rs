//! Who talks to the data plane: how they log in, and until when they are who they are.

use std::{fmt, net::IpAddr, sync::Arc};

use serde::{Deserialize, Serialize};
use wharf_db::{Transaction, accounts, instance_tokens, service_accounts};
use wharf_model::{Actions, InstanceId, RepositoryName, SecretId, ServiceAccountName, Timestamp, Uin};

use crate::{Core, Error, login_throttle::Attempt, sessions};

/// Who talks to the data plane, as far as its credentials prove.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "identity", rename_all = "snake_case")]
pub enum Identity {
    /// Nobody in particular.
    Anonymous,
    /// An account or a sub-account by an instance token, and so for that instance only.
    Account {
        /// The account.
        uin: Uin,
        /// The instance that the token opens.
        instance: InstanceId,
        /// The long-term token's id; a temporary token has none.
        token_id: Option<String>,
        /// The temporary credentials that made the token.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        session: Option<SecretId>,
    },
    /// A service account by its password, and so for its instance only.
    ServiceAccount {
        /// Its name.
        #[serde(with = "as_text")]
        name: ServiceAccountName,
        /// Its instance.
        instance: InstanceId,
        /// The main account that owns the instance.
        owner: Uin,
        /// The password that it logged in with: with the next one, this is nobody.
        password_id: String,
    },
}

/// Where somebody logs in.
#[derive(Clone, Debug, Default)]
pub struct Door {
    /// The address that the request comes from.
    pub address: Option<IpAddr>,
    /// The instance whose host the request is sent to, in lower case.
    pub instance: Option<String>,
    /// At another host, the instance that the request names, in lower case.
    pub named: Option<String>,
}

impl From<Option<IpAddr>> for Door {
    fn from(address: Option<IpAddr>) -> Self {
        Self { address, ..Self::default() }
    }
}

/// A repository as a request names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Target {
    /// The instance's name in lower case, from the host or the path.
    pub instance: String,
    /// The repository inside it.
    #[serde(with = "as_text")]
    pub repository: RepositoryName,
}

/// Actions on a repository that a bearer token was asked for and is good for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The repository.
    pub target: Target,
    /// What may be done to it.
    pub actions: Actions,
}

/// Who asks, and what its token covers.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who asks.
    pub identity: Identity,
    /// What the bearer token covers; without one (Basic, or nobody), whatever the identity may do.
    pub scopes: Option<Arc<[Scope]>>,
    /// Where the request comes from.
    pub address: Option<IpAddr>,
}

impl Caller {
    /// Nobody in particular, without a token.
    pub const ANONYMOUS: Self = Self { identity: Identity::Anonymous, scopes: None, address: None };

    pub(crate) fn covers(&self, target: &Target, actions: Actions) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| {
            scopes.iter().any(|scope| scope.target == *target && scope.actions.contains(actions))
        })
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => Ok(()),
            Self::Account { uin, .. } => uin.fmt(f),
            Self::ServiceAccount { name, .. } => name.fmt(f),
        }
    }
}

impl Identity {
    /// The instance that its credentials open.
    pub fn instance(&self) -> Option<&InstanceId> {
        match self {
            Self::Anonymous => None,
            Self::Account { instance, .. } | Self::ServiceAccount { instance, .. } => Some(instance),
        }
    }
}

impl Core {
    /// Who logs in with an account's number and an instance token, or with a service account's name and password, as
    /// `docker login` does; without a name, who holds a refresh token, which is an instance token too. Wrong attempts
    /// slow further ones for the same name from the same address, and for the address.
    ///
    /// # Errors
    /// [`Error::WrongCredentials`] when they open nothing; which of them is wrong is not told.
    /// [`Error::TooManyAttempts`] when others failed just before.
    pub async fn log_in(
        &self,
        user: Option<&str>,
        password: &str,
        door: impl Into<Door>,
    ) -> Result<Identity, Error> {
        let door = door.into();
        if let Some(user) = user.filter(|user| ServiceAccountName::is_meant(user)) {
            return self.log_in_service_account(user, password, door).await;
        }
        let attempt = Attempt::new(user.unwrap_or_default(), door.address);
        let identity = self.claimed_identity(user, password).await?;
        let (checked, tried, now) = (identity.clone(), attempt.clone(), Self::now());
        let (failed_before, valid) = self
            .read(move |tx| {
                let failed_before = tried.check(tx, now)?;
                let valid = checked.as_ref().map(|identity| is_valid(tx, identity)).transpose()?;
                Ok((failed_before, valid == Some(true)))
            })
            .await?;
        match identity {
            Some(identity) if valid => {
                if failed_before {
                    self.write(move |tx| attempt.succeed(tx)).await?;
                }
                Ok(identity)
            }
            _ => {
                self.write(move |tx| attempt.fail(tx, now)).await?;
                Err(Error::WrongCredentials)
            }
        }
    }

    /// Whom the password is made out to, when it is signed by this registry and to that user.
    async fn claimed_identity(&self, user: Option<&str>, password: &str) -> Result<Option<Identity>, Error> {
        let claims = self.verify_instance_token(password).await?;
        let claims = claims.filter(|claims| user.is_none_or(|user| claims.operator_uin == user));
        Ok(claims.and_then(|claims| claims.identity()))
    }

    /// Whether the holder of valid credentials still is who it was.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for nobody, [`Error::InvalidBearer`] when the account or token is disabled.
    pub async fn check_caller(&self, caller: Caller) -> Result<(), Error> {
        if caller.identity == Identity::Anonymous {
            return Err(Error::Unauthenticated);
        }
        match self.read(move |tx| is_valid(tx, &caller.identity)).await? {
            true => Ok(()),
            false => Err(Error::InvalidBearer),
        }
    }
}

/// Until when an identity is one.
#[derive(Clone, Copy)]
pub(crate) enum Validity {
    Never,
    Always,
    Until(Timestamp),
}

impl Validity {
    pub(crate) fn holds(self) -> bool {
        match self {
            Self::Never => false,
            Self::Always => true,
            Self::Until(end) => Timestamp::now() < end,
        }
    }
}

/// Whether the account, the main account that it acts for, and the long-term token or the temporary credentials where
/// there are some, are there and enabled.
pub(crate) fn is_valid(tx: &Transaction<'_>, identity: &Identity) -> Result<bool, Error> {
    validity(tx, identity).map(Validity::holds)
}

/// As [`is_valid`], with the time until which it holds.
pub(crate) fn validity(tx: &Transaction<'_>, identity: &Identity) -> Result<Validity, Error> {
    let (uin, token_id, session) = match identity {
        Identity::Anonymous => return Ok(Validity::Always),
        Identity::ServiceAccount { password_id, .. } => {
            let found = service_accounts::find_validity(tx, password_id)?.filter(|found| found.enabled);
            let until = |found: service_accounts::Validity| {
                found.expires_at.map_or(Validity::Always, Validity::Until)
            };
            return Ok(found.map_or(Validity::Never, until));
        }
        Identity::Account { uin, token_id, session, .. } => (uin, token_id, session),
    };
    if let Some(session) = session {
        let found = sessions::find_credential(tx, session)?.filter(|(_, credential)| credential.enabled);
        let end = found.and_then(|(_, credential)| Some(credential.session?.expires_at));
        return Ok(end.map_or(Validity::Never, Validity::Until));
    }
    let is_enabled = accounts::find_holder(tx, *uin)?.is_some_and(|holder| holder.enabled);
    let is_valid = match token_id {
        Some(id) => is_enabled && instance_tokens::is_enabled(tx, id)?,
        None => is_enabled,
    };
    Ok(if is_valid { Validity::Always } else { Validity::Never })
}

/// A value that has a text form, as that text.
mod as_text {
    use std::{fmt::Display, str::FromStr};

    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(value: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(super) fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|_| de::Error::custom("not a name"))
    }
}
