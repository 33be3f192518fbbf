//! Who may do what on the data plane. Every operation there asks [`authorize`] in the transaction in which it acts.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use wharf_db::{Transaction, accounts, instance_tokens, instances, namespaces};
use wharf_model::{Actions, InstanceId, InstanceStatus, RepositoryName, Timestamp, Uin};

use crate::{Core, Error, Instance, login_throttle::Attempt};

/// The audience of bearer tokens, so that no other signed text passes for one.
pub(crate) const BEARER_AUDIENCE: &str = "wharf-registry";

/// Who talks to the data plane, as far as its credentials prove.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The instance's name in lower case, from the host or the path.
    pub instance: String,
    /// The repository inside it.
    #[serde(with = "as_text")]
    pub repository: RepositoryName,
}

/// Actions on a repository that a bearer token was asked for and is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    pub scopes: Option<Vec<Scope>>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct BearerClaims {
    iss: String,
    aud: String,
    sub: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    #[serde(flatten)]
    identity: Identity,
    access: Vec<AccessClaim>,
}

impl BearerClaims {
    pub(crate) fn caller(self) -> Caller {
        let scopes = self.access.into_iter();
        let scopes =
            scopes.map(|claim| Scope { target: claim.target, actions: Actions::parse_scope(&claim.actions) });
        Caller { identity: self.identity, scopes: Some(scopes.collect()) }
    }
}

#[derive(Serialize, Deserialize)]
struct AccessClaim {
    #[serde(flatten)]
    target: Target,
    actions: String,
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

    /// A bearer token for what `identity` may do of `scopes`, and how many seconds it is good for.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn issue_bearer(
        &self,
        issuer: &str,
        identity: Identity,
        scopes: Vec<Scope>,
    ) -> Result<(String, Timestamp, u64), Error> {
        let whose = identity.clone();
        let scopes =
            self.read(move |tx| scopes.iter().map(|scope| cut(tx, &whose, scope.clone())).collect()).await?;
        let now = Self::now();
        let lifetime = self.limits.bearer_lifetime;
        let claims = BearerClaims {
            iss: issuer.to_owned(),
            aud: BEARER_AUDIENCE.to_owned(),
            sub: identity.to_string(),
            iat: now.seconds(),
            nbf: now.seconds(),
            exp: now.plus(lifetime).seconds(),
            identity,
            access: access_claims(scopes),
        };
        Ok((self.signing_keys().sign(&claims)?, now, lifetime.as_secs()))
    }

    /// Who holds a bearer token, and what it covers. What the holder may do is asked anew at each request.
    ///
    /// # Errors
    /// [`Error::InvalidBearer`] when the token is forged or not good now.
    pub async fn verify_bearer(&self, token: &str) -> Result<Caller, Error> {
        let claims: Option<BearerClaims> = self.verify(token, BEARER_AUDIENCE).await?;
        Ok(claims.ok_or(Error::InvalidBearer)?.caller())
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
    if !is_valid(tx, &caller.identity)? {
        return Err(Error::InvalidBearer);
    }
    let instance = instances::find_by_label(tx, &target.instance)?;
    let permitted = permitted(tx, &caller.identity, instance.as_ref(), &target.repository)?;
    match instance {
        Some(instance) if permitted.contains(actions) => {
            if instance.status != InstanceStatus::Running {
                return Err(Error::InstanceNotRunning { id: instance.id, status: instance.status });
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

/// Whether `identity` may read everything in an instance.
pub(crate) fn sees_all(identity: &Identity, instance: &Instance) -> bool {
    matches!(identity, Identity::Account { uin, instance: opened, .. } if *opened == instance.id && *uin == instance.uin)
}

/// What `identity` may do to a repository: everything in the instance that its token opens, and pull what is public.
fn permitted(
    tx: &Transaction<'_>,
    identity: &Identity,
    instance: Option<&Instance>,
    repository: &RepositoryName,
) -> Result<Actions, Error> {
    let Some(instance) = instance else { return Ok(Actions::NONE) };
    if sees_all(identity, instance) {
        return Ok(Actions::ALL);
    }
    let namespace = namespaces::find(tx, &instance.id, &repository.namespace)?;
    Ok(if namespace.is_some_and(|namespace| namespace.public) { Actions::PULL } else { Actions::NONE })
}

/// Whether the account, and the long-term token where there is one, are there and enabled.
pub(crate) fn is_valid(tx: &Transaction<'_>, identity: &Identity) -> Result<bool, Error> {
    let Identity::Account { uin, token_id, .. } = identity else { return Ok(true) };
    if !accounts::find(tx, *uin)?.is_some_and(|account| account.enabled) {
        return Ok(false);
    }
    match token_id {
        Some(id) => Ok(instance_tokens::is_enabled(tx, id)?),
        None => Ok(true),
    }
}

fn cut(tx: &Transaction<'_>, identity: &Identity, scope: Scope) -> Result<Scope, Error> {
    let instance = instances::find_by_label(tx, &scope.target.instance)?;
    let permitted = permitted(tx, identity, instance.as_ref(), &scope.target.repository)?;
    Ok(Scope { actions: scope.actions.intersection(permitted), ..scope })
}

fn access_claims(scopes: Vec<Scope>) -> Vec<AccessClaim> {
    let claims = scopes.into_iter();
    claims.map(|scope| AccessClaim { actions: scope.actions.to_string(), target: scope.target }).collect()
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
