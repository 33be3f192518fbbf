//! Signed texts: RS256 tokens (RFC 7519) that name the key they were signed with.

use std::collections::HashMap;

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Serialize, de::DeserializeOwned};
use wharf_db::{Store, signing_keys};

use crate::{Core, Error, MasterKey, random};

/// The keys that sign and verify tokens: the newest signs.
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
        let key_id = jsonwebtoken::decode_header(token).ok()?.kid?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["exp", "nbf", "aud"]);
        validation.validate_nbf = true;
        validation.leeway = 5;
        let data = jsonwebtoken::decode(token, self.verifiers.get(&key_id)?, &validation);
        data.ok().map(|data| data.claims)
    }
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
