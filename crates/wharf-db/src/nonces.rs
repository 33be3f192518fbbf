//! Signed requests of the cloud API that are not to be accepted twice.

use wharf_model::SecretId;

use crate::{Error, Transaction, value::params};

/// Notes a request, unless it is noted. Says whether it was not.
pub fn insert(tx: &Transaction<'_>, secret_id: &SecretId, signed_at: i64, nonce: i64) -> Result<bool, Error> {
    let noted = tx.note(
        "INSERT INTO nonces (secret_id, signed_at, nonce) VALUES ($1, $2, $3)
         ON CONFLICT (secret_id, signed_at, nonce) DO NOTHING",
        params![secret_id, signed_at, nonce],
    )?;
    Ok(noted > 0)
}

/// Forgets the requests that were signed before a time, in seconds since 1970; says how many.
pub fn delete_older(tx: &Transaction<'_>, signed_at: i64) -> Result<u64, Error> {
    tx.note("DELETE FROM nonces WHERE signed_at < $1", params![signed_at])
}
