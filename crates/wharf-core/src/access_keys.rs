use std::sync::Arc;

use wharf_db::{Transaction, access_keys, accounts};
use wharf_model::{SecretId, Uin};

use crate::{
    AccessKey, Core, Error, MasterKey, Principal, Session, permissions::Permissions, random, sessions,
};

/// A new access key. Its SecretKey is shown once.
#[derive(Clone)]
pub struct NewAccessKey {
    /// The public half.
    pub secret_id: SecretId,
    /// The secret half.
    pub secret_key: String,
}

/// What verifies an account's signature.
#[derive(Clone)]
pub struct SigningCredential {
    /// The account that signs with it.
    pub uin: Uin,
    /// The main account that it acts for.
    pub owner: Uin,
    /// As what it acts.
    pub principal: Principal,
    /// What a temporary key is of.
    pub session: Option<Arc<Session>>,
    /// The key of the signature's HMAC.
    pub secret_key: String,
    /// Whether the key, its account and the main account that this acts for are enabled.
    pub enabled: bool,
}

impl Core {
    /// What verifies signatures that name `secret_id`; nothing when no such key exists.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn signing_credential(&self, secret_id: SecretId) -> Result<Option<SigningCredential>, Error> {
        let id = secret_id.clone();
        let found = self.read(move |tx| match find_credential(tx, &id)? {
            None => sessions::find_credential(tx, &id),
            found => Ok(found),
        });
        let Some((sealed_key, credential)) = found.await? else { return Ok(None) };
        let secret_key = self.master_key.open(secret_id.as_str(), &sealed_key)?;
        let secret_key =
            String::from_utf8(secret_key).map_err(|_| Error::Internal("a key is no text".to_owned()))?;
        Ok(Some(SigningCredential { secret_key, ..credential }))
    }

    /// Gives an account another access key.
    ///
    /// # Errors
    /// When there is no such account, or it has as many keys as it may.
    pub async fn create_key(&self, uin: Uin) -> Result<NewAccessKey, Error> {
        let key = NewAccessKey::new(None, None)?;
        let row = key.seal(uin, &self.master_key)?;
        let limit = self.limits.keys_per_account;
        self.write(move |tx| {
            accounts::find(tx, uin)?.ok_or(Error::AccountNotFound(uin))?;
            if access_keys::list(tx, Some(uin))?.len() >= limit {
                return Err(Error::TooManyKeys { uin, limit });
            }
            Ok(access_keys::insert(tx, &row)?)
        })
        .await?;
        Ok(key)
    }

    /// Puts a new access key in the place of another, which stops at once.
    ///
    /// # Errors
    /// When there is no such key.
    pub async fn rotate_key(&self, secret_id: SecretId) -> Result<NewAccessKey, Error> {
        let key = NewAccessKey::new(None, None)?;
        let (new, master_key) = (key.clone(), self.master_key.clone());
        self.write(move |tx| {
            let old = find_key(tx, &secret_id)?;
            access_keys::delete(tx, &secret_id)?;
            Ok(access_keys::insert(tx, &new.seal(old.uin, &master_key)?)?)
        })
        .await?;
        Ok(key)
    }

    /// Enables or disables an access key, at once.
    ///
    /// # Errors
    /// When there is no such key.
    pub async fn set_key_enabled(&self, secret_id: SecretId, enabled: bool) -> Result<(), Error> {
        self.write(move |tx| {
            find_key(tx, &secret_id)?;
            access_keys::set_enabled(tx, &secret_id, enabled)?;
            Ok(())
        })
        .await
    }

    /// The keys of an account, or of all.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_keys(&self, uin: Option<Uin>) -> Result<Vec<AccessKey>, Error> {
        self.read(move |tx| Ok(access_keys::list(tx, uin)?)).await
    }
}

impl SigningCredential {
    /// Which policies bind who signs with it.
    pub(crate) fn permissions(&self, tx: &Transaction<'_>) -> Result<Permissions, Error> {
        Permissions::of(tx, self.owner, self.uin, self.principal, self.session.as_deref())
    }

    /// Whether a request brings the token that goes with the key: that of a temporary one, and none with any other.
    pub fn goes_with(&self, token: Option<&str>) -> bool {
        match (&self.session, token) {
            (None, None) => true,
            (Some(session), Some(token)) => session.is_opened_by(token, Core::now()),
            _ => false,
        }
    }
}

impl NewAccessKey {
    /// A key of the given halves; what is not given is random.
    pub(crate) fn new(secret_id: Option<SecretId>, secret_key: Option<String>) -> Result<Self, Error> {
        let secret_id = match secret_id {
            Some(secret_id) => secret_id,
            None => random::secret_id()?.parse()?,
        };
        Ok(Self { secret_id, secret_key: secret_key.map_or_else(random::secret_key, Ok)? })
    }

    pub(crate) fn seal(&self, uin: Uin, master_key: &MasterKey) -> Result<AccessKey, Error> {
        Ok(AccessKey {
            secret_id: self.secret_id.clone(),
            uin,
            sealed_key: master_key.seal(self.secret_id.as_str(), self.secret_key.as_bytes())?,
            enabled: true,
            created_at: Core::now(),
            last_used_at: None,
        })
    }
}

impl std::fmt::Debug for NewAccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewAccessKey").field("secret_id", &self.secret_id).finish_non_exhaustive()
    }
}

/// The access key of that id, sealed, with who signs by it.
fn find_credential(
    tx: &Transaction<'_>,
    secret_id: &SecretId,
) -> Result<Option<(Vec<u8>, SigningCredential)>, Error> {
    let Some((key, holder)) = access_keys::find(tx, secret_id)? else { return Ok(None) };
    let credential = SigningCredential {
        uin: key.uin,
        owner: holder.owner.unwrap_or(key.uin),
        principal: Principal::of(&holder),
        session: None,
        secret_key: String::new(),
        enabled: key.enabled && holder.enabled,
    };
    Ok(Some((key.sealed_key, credential)))
}

fn find_key(tx: &Transaction<'_>, secret_id: &SecretId) -> Result<AccessKey, Error> {
    let found = access_keys::find(tx, secret_id)?;
    found.map(|(key, _)| key).ok_or_else(|| Error::KeyNotFound(secret_id.clone()))
}
