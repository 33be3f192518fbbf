//! Access keys: SecretId and the sealed SecretKey.

use wharf_model::{SecretId, Timestamp, Uin};

use crate::{Error, Row, Transaction, accounts::Holder, value::params};

/// A row of `access_keys`.
#[derive(Clone, Debug)]
pub struct AccessKey {
    /// The public half.
    pub secret_id: SecretId,
    /// The account it signs for.
    pub uin: Uin,
    /// The SecretKey, sealed under the master key.
    pub sealed_key: Vec<u8>,
    /// Whether it works.
    pub enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last signed, to the minute.
    pub last_used_at: Option<Timestamp>,
}

/// Adds a key.
pub fn insert(tx: &Transaction<'_>, key: &AccessKey) -> Result<(), Error> {
    tx.note(
        "INSERT INTO access_keys (secret_id, uin, sealed_key, enabled, created_at) VALUES ($1, $2, $3, $4, $5)",
        params![key.secret_id, key.uin, key.sealed_key, key.enabled, key.created_at],
    )
    .map(drop)
}

/// The key of that id, and what its account is.
pub fn find(tx: &Transaction<'_>, secret_id: &SecretId) -> Result<Option<(AccessKey, Holder)>, Error> {
    tx.first(
        "SELECT k.secret_id, k.uin, k.sealed_key, k.enabled, k.created_at, k.last_used_at,
             a.enabled AND COALESCE(o.enabled, TRUE), a.owner_uin
         FROM access_keys k JOIN accounts a ON a.uin = k.uin LEFT JOIN accounts o ON o.uin = a.owner_uin
         WHERE k.secret_id = $1",
        params![secret_id],
        |row| Ok((read(row)?, Holder { enabled: row.get(6)?, owner: row.get(7)? })),
    )
}

/// The keys of an account, or of all accounts, oldest first.
pub fn list(tx: &Transaction<'_>, uin: Option<Uin>) -> Result<Vec<AccessKey>, Error> {
    tx.all(
        "SELECT secret_id, uin, sealed_key, enabled, created_at, last_used_at FROM access_keys
         WHERE $1 IS NULL OR uin = $1 ORDER BY uin, created_at, secret_id",
        params![uin],
        read,
    )
}

/// Enables or disables a key; says whether there is one.
pub fn set_enabled(tx: &Transaction<'_>, secret_id: &SecretId, enabled: bool) -> Result<bool, Error> {
    Ok(tx.execute("UPDATE access_keys SET enabled = $2 WHERE secret_id = $1", params![secret_id, enabled])?
        > 0)
}

/// Notes when a key last signed, unless it is gone or a later time is noted.
pub fn note_use(tx: &Transaction<'_>, secret_id: &SecretId, last_used_at: Timestamp) -> Result<(), Error> {
    tx.note(
        "UPDATE access_keys SET last_used_at = $2
         WHERE secret_id = $1 AND (last_used_at IS NULL OR last_used_at < $2)",
        params![secret_id, last_used_at],
    )
    .map(drop)
}

/// Removes a key.
pub fn delete(tx: &Transaction<'_>, secret_id: &SecretId) -> Result<bool, Error> {
    Ok(tx.execute("DELETE FROM access_keys WHERE secret_id = $1", params![secret_id])? > 0)
}

fn read(row: &Row<'_>) -> Result<AccessKey, Error> {
    Ok(AccessKey {
        secret_id: row.get(0)?,
        uin: row.get(1)?,
        sealed_key: row.get(2)?,
        enabled: row.get(3)?,
        created_at: row.get(4)?,
        last_used_at: row.get(5)?,
    })
}
