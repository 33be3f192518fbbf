use std::time::Duration;

use serde::{Deserialize, Serialize};
use wharf_db::instance_tokens::{self, InstanceToken};
use wharf_model::{InstanceId, SecretId, Timestamp, Uin, policy::ResourcePath};

use crate::{
    Core, Error, Identity, Operator,
    instances::{readable_instance, running_instance},
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
    /// When the account has no such instance, it is not running, or the operator may not. Temporary credentials make no
    /// long-term token; a temporary one ends with them.
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
                let work = move |tx: &wharf_db::Transaction<'_>| {
                    readable_instance(tx, &operator, &id, ResourcePath::Instance(&id)).map(drop)
                };
                self.read(work).await?;
            }
            Some(row) => {
                let work = move |tx: &wharf_db::Transaction<'_>| {
                    running_instance(tx, &operator, &id, ResourcePath::Instance(&id))?;
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

    pub(crate) async fn verify_instance_token(
        &self,
        token: &str,
    ) -> Result<Option<InstanceTokenClaims>, Error> {
        Ok(self.verify(token, AUDIENCE).await?.map(|(claims, _)| claims))
    }
}
