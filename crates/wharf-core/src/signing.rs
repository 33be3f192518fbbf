//! Signed texts: RS256 tokens (RFC 7519) that name the key they were signed with. The newest key signs, all verify.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Serialize, de::DeserializeOwned};
use tokio::{sync::Mutex, time::sleep};
use wharf_db::{Store, signing_keys};
use wharf_model::Timestamp;

use crate::{Core, Error, MasterKey, random};

/// How often at most an unknown key's id has the keys read again.
const LEARN: Duration = Duration::from_millis(100);

/// Seconds by which clocks may differ.
pub(crate) const LEEWAY: i64 = 5;

/// The keys that this process knows, and when they were last read.
pub(crate) struct KeyRing {
    keys: RwLock<Arc<SigningKeys>>,
    read_at: Mutex<Instant>,
}

impl KeyRing {
    pub(crate) async fn open(store: &Store, master_key: &MasterKey) -> Result<Self, Error> {
        let keys = SigningKeys::load(store, master_key).await?;
        Ok(Self { keys: RwLock::new(keys.into()), read_at: Mutex::new(Instant::now()) })
    }

    pub(crate) fn keys(&self) -> Arc<SigningKeys> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The keys that sign and verify tokens.
pub(crate) struct SigningKeys {
    newest: String,
    signer: EncodingKey,
    verifiers: HashMap<String, DecodingKey>,
}

impl SigningKeys {
    /// Loads the kept keys; makes the first one.
    pub(crate) async fn load(store: &Store, master_key: &MasterKey) -> Result<Self, Error> {
        let mut rows = store.read(signing_keys::list).await?;
        if rows.is_empty() {
            let row = generate(master_key)?;
            // Another process may have been first: its key is as good.
            rows = store
                .write::<_, Error, _>(move |tx| {
                    if signing_keys::list(tx)?.is_empty() {
                        signing_keys::insert(tx, &row)?;
                    }
                    Ok(signing_keys::list(tx)?)
                })
                .await?;
        }
        let mut keys = Vec::new();
        for row in rows {
            let key = master_key.open(&row.key_id, &row.sealed_key)?;
            keys.push((row.key_id, KeyPair::from_pkcs8(&key).map_err(unusable)?));
        }
        let (newest, key) =
            keys.first().ok_or_else(|| Error::Internal("no signing key was kept".to_owned()))?;
        let signer = EncodingKey::from_rsa_pem(pem(key)?.as_bytes()).map_err(unusable)?;
        let newest = newest.clone();
        let verifiers =
            keys.iter().map(|(id, key)| (id.clone(), DecodingKey::from_rsa_der(key.public_key().as_ref())));
        Ok(Self { newest, signer, verifiers: verifiers.collect() })
    }

    /// The signed text of `claims`.
    pub(crate) fn sign(&self, claims: &impl Serialize) -> Result<String, Error> {
        let header = Header { kid: Some(self.newest.clone()), ..Header::new(Algorithm::RS256) };
        jsonwebtoken::encode(&header, claims, &self.signer).map_err(unusable)
    }

    /// The claims of a text that one of the keys signed for `audience` and whose time is now.
    pub(crate) fn verify<T: DeserializeOwned>(&self, token: &str, audience: &str) -> Option<T> {
        let key_id = key_id(token)?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["exp", "nbf", "aud"]);
        validation.validate_nbf = true;
        validation.leeway = LEEWAY.unsigned_abs();
        let data = jsonwebtoken::decode(token, self.verifiers.get(&key_id)?, &validation);
        data.ok().map(|data| data.claims)
    }
}

/// A signing key, without itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKeyInfo {
    /// Its id, which tokens name.
    pub key_id: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether it signs: the newest does.
    pub signs: bool,
}

impl Core {
    /// The keys, the newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_signing_keys(&self) -> Result<Vec<SigningKeyInfo>, Error> {
        let rows = self.read(|tx| Ok(signing_keys::list(tx)?)).await?;
        let rows = rows.into_iter().enumerate();
        Ok(rows
            .map(|(index, row)| SigningKeyInfo {
                key_id: row.key_id,
                created_at: row.created_at,
                signs: index == 0,
            })
            .collect())
    }

    /// Makes a key that signs from now on. What the others signed stays good.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn rotate_signing_key(&self) -> Result<String, Error> {
        let row = generate(&self.master_key)?;
        let key_id = row.key_id.clone();
        self.write(move |tx| Ok(signing_keys::insert(tx, &row)?)).await?;
        self.refresh_signing_keys().await?;
        Ok(key_id)
    }

    /// Removes a key that no longer signs. What it signed is worth nothing from now on: log in again.
    ///
    /// # Errors
    /// When there is no such key beside the newest.
    pub async fn retire_signing_key(&self, key_id: String) -> Result<(), Error> {
        self.write(move |tx| {
            let retired = signing_keys::list(tx)?.iter().skip(1).any(|row| row.key_id == key_id);
            if !retired || !signing_keys::delete(tx, &key_id)? {
                return Err(Error::SigningKeyNotFound(key_id.clone()));
            }
            Ok(())
        })
        .await?;
        self.refresh_signing_keys().await
    }

    /// Takes up keys that another process made or removed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn refresh_signing_keys(&self) -> Result<(), Error> {
        let mut read_at = self.signing_keys.read_at.lock().await;
        let rows = self.read(|tx| Ok(signing_keys::list(tx)?)).await?;
        let known = self.signing_keys();
        let is_known = |row: &signing_keys::SigningKey| known.verifiers.contains_key(&row.key_id);
        let same = rows.len() == known.verifiers.len() && rows.iter().all(is_known);
        if !same {
            let keys = Arc::new(SigningKeys::load(&self.store, &self.master_key).await?);
            *self.signing_keys.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        }
        *read_at = Instant::now();
        Ok(())
    }

    pub(crate) fn signing_keys(&self) -> Arc<SigningKeys> {
        self.signing_keys.keys()
    }

    /// The claims of a text that a key of this registry signed for `audience` and whose time is now. A key that this
    /// process does not know may be one that another has just made. Answers the keys too, for as long as those are the ring's
    /// the claims are good.
    pub(crate) async fn verify<T: DeserializeOwned>(
        &self,
        token: &str,
        audience: &str,
    ) -> Result<Option<(T, Arc<SigningKeys>)>, Error> {
        let Some(key_id) = key_id(token) else { return Ok(None) };
        if !self.signing_keys().verifiers.contains_key(&key_id) {
            // Whoever sends unknown keys waits, and does not make the store work.
            let read_at = *self.signing_keys.read_at.lock().await;
            sleep(LEARN.saturating_sub(read_at.elapsed())).await;
            if *self.signing_keys.read_at.lock().await == read_at {
                self.refresh_signing_keys().await?;
            }
        }
        let keys = self.signing_keys();
        Ok(keys.verify(token, audience).map(|claims| (claims, keys)))
    }
}

/// The id of the key that a text says it is signed with.
fn key_id(token: &str) -> Option<String> {
    jsonwebtoken::decode_header(token).ok()?.kid
}

fn generate(master_key: &MasterKey) -> Result<signing_keys::SigningKey, Error> {
    let key = KeyPair::generate(KeySize::Rsa2048).map_err(unusable)?;
    let der: Pkcs8V1Der<'_> = key.as_der().map_err(unusable)?;
    let key_id = random::token_id()?;
    let sealed_key = master_key.seal(&key_id, der.as_ref())?;
    Ok(signing_keys::SigningKey { key_id, sealed_key, created_at: Core::now() })
}

fn pem(key: &KeyPair) -> Result<String, Error> {
    let der: Pkcs8V1Der<'_> = key.as_der().map_err(unusable)?;
    Ok(format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        BASE64_STANDARD.encode(der.as_ref())
    ))
}

fn unusable(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the signing key cannot be used: {error}"))
}
