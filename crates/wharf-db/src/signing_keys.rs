//! The keys that sign tokens, sealed under the master key.

use wharf_model::Timestamp;

use crate::{Error, Transaction, value::params};

/// A row of `signing_keys`.
#[derive(Clone, Debug)]
pub struct SigningKey {
    /// The id that tokens name (`kid`).
    pub key_id: String,
    /// The private key, PKCS #8, sealed.
    pub sealed_key: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Adds a key.
pub fn insert(tx: &Transaction<'_>, key: &SigningKey) -> Result<(), Error> {
    tx.note(
        "INSERT INTO signing_keys (key_id, sealed_key, created_at) VALUES ($1, $2, $3)",
        params![key.key_id, key.sealed_key, key.created_at],
    )
    .map(drop)
}

/// Removes a key; says whether there was one.
pub fn delete(tx: &Transaction<'_>, key_id: &str) -> Result<bool, Error> {
    Ok(tx.note("DELETE FROM signing_keys WHERE key_id = $1", params![key_id])? > 0)
}

/// All keys, the newest first: that one signs, all verify.
pub fn list(tx: &Transaction<'_>) -> Result<Vec<SigningKey>, Error> {
    tx.all(
        "SELECT key_id, sealed_key, created_at FROM signing_keys ORDER BY created_at DESC, key_id",
        params![],
        |row| Ok(SigningKey { key_id: row.get(0)?, sealed_key: row.get(1)?, created_at: row.get(2)? }),
    )
}
