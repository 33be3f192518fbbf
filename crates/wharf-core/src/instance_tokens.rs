use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use wharf_db::{
    Page, Transaction,
    instance_tokens::{self, InstanceToken},
};
use wharf_model::{InstanceId, Quota, SecretId, Timestamp, Uin, policy::ResourcePath};

use crate::{
    Core, Error, Identity, Operator, Principal,
    instances::{owned_instance, readable_instance, running_instance},
    random,
};

/// The audience of instance tokens.
pub(crate) const AUDIENCE: &str = "wharf-instance";
/// A long-term token is good for 10 years, which `TokenValidTime` prints in hours.
const LONG_TERM: Duration = Duration::from_secs(87_600 * 3600);
const TEMPORARY: Duration = Duration::from_secs(3600);

/// How long an instance token is to last, `TokenType` in the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// `temp`: one hour. It is not listed and cannot be taken back.
    Temporary,
    /// `longterm`: listed, and good until it is disabled or deleted.
    LongTerm {
        /// What it is for.
        description: String,
    },
}

/// A new instance token. It is shown once.
#[derive(Clone)]
pub struct NewInstanceToken {
    /// The user name that goes with it.
    pub username: Uin,
    /// The token, the password of `docker login`.
    pub token: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The id of a long-term token.
    pub token_id: Option<String>,
}

/// Long-term tokens of a listing.
#[derive(Clone, Debug)]
pub struct InstanceTokens {
    /// How many there are in all.
    pub total: u64,
    /// Those of the page.
    pub page: Vec<InstanceToken>,
}

/// What is to become of a long-term token (`ModifyInstanceToken`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenChange {
    /// It is for something else.
    Description(String),
    /// It works, or it does not.
    Enabled(bool),
}

/// What an instance token says, by the names that the cloud's tokens use.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InstanceTokenClaims {
    pub(crate) owner_uin: String,
    pub(crate) operator_uin: String,
    registry_id: InstanceId,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session: Option<SecretId>,
    aud: String,
    exp: i64,
    nbf: i64,
    iat: i64,
}

impl InstanceTokenClaims {
    /// Who the token stands for.
    pub(crate) fn identity(&self) -> Option<Identity> {
        let uin = self.operator_uin.parse().ok()?;
        let (instance, token_id) = (self.registry_id.clone(), self.token_id.clone());
        Some(Identity::Account { uin, instance, token_id, session: self.session.clone() })
    }
}

impl Core {
    /// Makes a token that opens one instance (`CreateInstanceToken`).
    ///
    /// # Errors
    /// When the account has no such instance, it is not running, the operator may not, or the instance's edition allows
    /// no more long-term tokens. Temporary credentials make no long-term token; a temporary one ends with them.
    pub async fn create_instance_token(
        &self,
        operator: Operator,
        instance: InstanceId,
        kind: TokenKind,
    ) -> Result<NewInstanceToken, Error> {
        let (now, owner, uin) = (Self::now(), operator.owner, operator.uin);
        let session = operator.session.clone();
        if session.is_some() && kind != TokenKind::Temporary {
            return Err(Error::TemporaryCredential);
        }
        let expires_at = now.plus(if kind == TokenKind::Temporary { TEMPORARY } else { LONG_TERM });
        let expires_at = session.as_ref().map_or(expires_at, |session| expires_at.min(session.expires_at));
        let row = match kind {
            TokenKind::Temporary => None,
            TokenKind::LongTerm { description } => Some(InstanceToken {
                id: random::token_id()?,
                instance: instance.clone(),
                uin,
                description,
                enabled: true,
                created_at: now,
                expires_at,
            }),
        };
        let token_id = row.as_ref().map(|row| row.id.clone());
        let id = instance.clone();
        match row {
            // It changes nothing, and who may pull from an Isolate instance needs one.
            None => {
                let work = move |tx: &Transaction<'_>| {
                    readable_instance(tx, &operator, &id, ResourcePath::Instance(&id)).map(drop)
                };
                self.read(work).await?;
            }
            Some(row) => {
                let limits = Arc::clone(&self.limits);
                let work = move |tx: &Transaction<'_>| {
                    let found = running_instance(tx, &operator, &id, ResourcePath::Instance(&id))?;
                    let used = || Ok(instance_tokens::count(tx, &id, None)?);
                    limits.check_counted_quota(&found, Quota::Tokens, used)?;
                    Ok(instance_tokens::insert(tx, &row)?)
                };
                self.write(work).await?;
            }
        }
        let claims = InstanceTokenClaims {
            owner_uin: owner.to_string(),
            operator_uin: uin.to_string(),
            registry_id: instance,
            token_id: token_id.clone(),
            session: session.map(|session| session.secret_id.clone()),
            aud: AUDIENCE.to_owned(),
            exp: expires_at.seconds(),
            nbf: now.seconds(),
            iat: now.seconds(),
        };
        let token = self.signing_keys().sign(&claims)?;
        Ok(NewInstanceToken { username: uin, token, expires_at, token_id })
    }

    /// An instance's long-term tokens, newest first: all of them, or a sub-account's own.
    ///
    /// # Errors
    /// When the account has no such instance, or the operator may not.
    pub async fn list_instance_tokens(
        &self,
        operator: Operator,
        instance: InstanceId,
        page: Page,
    ) -> Result<InstanceTokens, Error> {
        self.read(move |tx| {
            owned_instance(tx, &operator, &instance, ResourcePath::Instance(&instance))?;
            let uin = whose(&operator);
            let total = instance_tokens::count(tx, &instance, uin)?;
            Ok(InstanceTokens { total, page: instance_tokens::list(tx, &instance, uin, page)? })
        })
        .await
    }

    /// Changes a long-term token. When this returns, whoever logged in by one that is disabled is refused at every
    /// process.
    ///
    /// # Errors
    /// When the account has no such instance or token, the operator may not, or is a sub-account whose token it is not.
    pub async fn modify_instance_token(
        &self,
        operator: Operator,
        instance: InstanceId,
        id: String,
        change: TokenChange,
    ) -> Result<(), Error> {
        let disables = change == TokenChange::Enabled(false);
        self.write(move |tx| {
            find_token(tx, &operator, &instance, &id)?;
            match &change {
                TokenChange::Description(text) => instance_tokens::set_description(tx, &id, text)?,
                TokenChange::Enabled(enabled) => instance_tokens::set_enabled(tx, &id, *enabled)?,
            }
            Ok(())
        })
        .await?;
        if disables {
            self.taken_back().await;
        }
        Ok(())
    }

    /// Removes a long-term token, for good. When this returns, whoever logged in by it is refused at every process.
    ///
    /// # Errors
    /// As [`Self::modify_instance_token`].
    pub async fn delete_instance_token(
        &self,
        operator: Operator,
        instance: InstanceId,
        id: String,
    ) -> Result<(), Error> {
        self.write(move |tx| {
            find_token(tx, &operator, &instance, &id)?;
            Ok(instance_tokens::delete(tx, &id)?)
        })
        .await?;
        self.taken_back().await;
        Ok(())
    }

    pub(crate) async fn verify_instance_token(
        &self,
        token: &str,
    ) -> Result<Option<InstanceTokenClaims>, Error> {
        Ok(self.verify(token, AUDIENCE).await?.map(|(claims, _)| claims))
    }
}

/// Whose tokens the operator sees: a sub-account its own. A role makes none and is given what it may by hand, so it sees
/// all that its account sees.
fn whose(operator: &Operator) -> Option<Uin> {
    (operator.principal == Principal::SubAccount).then_some(operator.uin)
}

/// Fails unless there is such a token that the operator sees. The instance may be in any state: a token that leaked is
/// taken back whatever becomes of it.
fn find_token(
    tx: &Transaction<'_>,
    operator: &Operator,
    instance: &InstanceId,
    id: &str,
) -> Result<(), Error> {
    owned_instance(tx, operator, instance, ResourcePath::Instance(instance))?;
    let uin = whose(operator);
    let found = instance_tokens::find(tx, instance, id)?;
    let found = found.filter(|token| uin.is_none_or(|uin| token.uin == uin));
    found.map(drop).ok_or_else(|| Error::InstanceTokenNotFound(id.chars().take(64).collect()))
}
