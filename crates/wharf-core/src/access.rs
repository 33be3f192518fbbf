//! Who may do what on the data plane. Every operation there asks [`authorize`] in the transaction in which it acts; a pull
//! asks the [`Standing`] that is remembered, as long as nothing changed.

use std::{net::IpAddr, sync::Arc};

use serde::{Deserialize, Serialize};
use wharf_db::{Transaction, accounts, instance_tokens, instances, namespaces};
use wharf_model::{Actions, InstanceId, InstanceStatus, NamespaceName, RepositoryName, Uin};

use crate::{Core, Error, Instance, login_throttle::Attempt};

/// Who talks to the data plane, as far as its credentials prove.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "identity", rename_all = "snake_case")]
pub enum Identity {
    /// Nobody in particular.
    Anonymous,
    /// An account by an instance token, and so for that instance only.
    Account {
        /// The account.
        uin: Uin,
        /// The instance that the token opens.
        instance: InstanceId,
        /// The long-term token's id; a temporary token has none.
        token_id: Option<String>,
    },
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
}

impl Caller {
    /// Nobody in particular, without a token.
    pub const ANONYMOUS: Self = Self { identity: Identity::Anonymous, scopes: None };

    fn covers(&self, target: &Target, actions: Actions) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| {
            scopes.iter().any(|scope| scope.target == *target && scope.actions.contains(actions))
        })
    }
}

impl Core {
    /// Who logs in with an account's number and an instance token, as `docker login` does; without a name, who holds a
    /// refresh token, which is an instance token too. Wrong attempts slow further ones for the same name from the same
    /// address (`peer`), and for the address.
    ///
    /// # Errors
    /// [`Error::WrongCredentials`] when they open nothing; which of them is wrong is not told.
    /// [`Error::TooManyAttempts`] when others failed just before.
    pub async fn log_in(
        &self,
        user: Option<&str>,
        password: &str,
        peer: Option<IpAddr>,
    ) -> Result<Identity, Error> {
        let attempt = Attempt::new(user.unwrap_or_default(), peer);
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

    /// Whether the caller may do `actions`, for an edge that must know before it reads a body.
    ///
    /// # Errors
    /// As every operation that needs these actions.
    pub async fn check_access(&self, caller: Caller, target: Target, actions: Actions) -> Result<(), Error> {
        self.read(move |tx| authorize(tx, &caller, &target, actions).map(drop)).await
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

impl std::fmt::Display for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Anonymous => Ok(()),
            Self::Account { uin, .. } => uin.fmt(f),
        }
    }
}

/// The instance of `target`, when `caller` may do `actions` there.
///
/// An instance that is not there and one of somebody else are answered alike.
pub(crate) fn authorize(
    tx: &Transaction<'_>,
    caller: &Caller,
    target: &Target,
    actions: Actions,
) -> Result<Instance, Error> {
    let standing = standing(tx, &caller.identity, target)?;
    standing.allow(caller, target, actions).cloned()
}

/// What an identity is to a namespace: all that [`authorize`] needs to know of the store.
pub(crate) struct Standing {
    is_valid: bool,
    pub(crate) instance: Option<Instance>,
    permitted: Actions,
}

/// What the store knows of `identity` and the instance and namespace of `target`.
pub(crate) fn standing(
    tx: &Transaction<'_>,
    identity: &Identity,
    target: &Target,
) -> Result<Standing, Error> {
    let is_valid = is_valid(tx, identity)?;
    let instance = instances::find_by_label(tx, &target.instance)?;
    let permitted = permitted(tx, identity, instance.as_ref(), &target.repository.namespace)?;
    Ok(Standing { is_valid, instance, permitted })
}

impl Standing {
    /// The instance of `target`, when `caller` may do `actions` there. Its counts may be old.
    pub(crate) fn allow(
        &self,
        caller: &Caller,
        target: &Target,
        actions: Actions,
    ) -> Result<&Instance, Error> {
        if !self.is_valid {
            return Err(Error::InvalidBearer);
        }
        match &self.instance {
            Some(instance) if self.permitted.contains(actions) => {
                if instance.status != InstanceStatus::Running {
                    return Err(Error::InstanceNotRunning {
                        id: instance.id.clone(),
                        status: instance.status,
                    });
                }
                if !caller.covers(target, actions) {
                    let repository = target.repository.clone();
                    return Err(Error::InsufficientScope { actions: actions.to_string(), repository });
                }
                Ok(instance)
            }
            _ if caller.identity == Identity::Anonymous => Err(Error::Unauthenticated),
            _ => Err(Error::Denied {
                actions: actions.to_string(),
                repository: target.repository.clone(),
                instance: target.instance.clone(),
            }),
        }
    }
}

/// Whether `identity` may read everything in an instance.
pub(crate) fn sees_all(identity: &Identity, instance: &Instance) -> bool {
    matches!(identity, Identity::Account { uin, instance: opened, .. } if *opened == instance.id && *uin == instance.uin)
}

/// What `identity` may do to the repositories of a namespace: everything in the instance that its token opens, and pull
/// what is public.
fn permitted(
    tx: &Transaction<'_>,
    identity: &Identity,
    instance: Option<&Instance>,
    namespace: &NamespaceName,
) -> Result<Actions, Error> {
    let Some(instance) = instance else { return Ok(Actions::NONE) };
    if sees_all(identity, instance) {
        return Ok(Actions::ALL);
    }
    let namespace = namespaces::find(tx, &instance.id, namespace)?;
    Ok(if namespace.is_some_and(|namespace| namespace.public) { Actions::PULL } else { Actions::NONE })
}

/// Whether the account, the main account that it acts for, and the long-term token where there is one, are there and
/// enabled.
pub(crate) fn is_valid(tx: &Transaction<'_>, identity: &Identity) -> Result<bool, Error> {
    let Identity::Account { uin, token_id, .. } = identity else { return Ok(true) };
    if !accounts::find_holder(tx, *uin)?.is_some_and(|holder| holder.enabled) {
        return Ok(false);
    }
    match token_id {
        Some(id) => Ok(instance_tokens::is_enabled(tx, id)?),
        None => Ok(true),
    }
}

/// What of `scope` the identity may do.
pub(crate) fn cut(tx: &Transaction<'_>, identity: &Identity, scope: Scope) -> Result<Scope, Error> {
    let instance = instances::find_by_label(tx, &scope.target.instance)?;
    let permitted = permitted(tx, identity, instance.as_ref(), &scope.target.repository.namespace)?;
    Ok(Scope { actions: scope.actions.intersection(permitted), ..scope })
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
