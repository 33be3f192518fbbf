//! Sessions of the Security Token Service: temporary credentials, who asked for them, and what they are good for.

use wharf_model::{RoleId, SecretId, SessionName, Timestamp, Uin};

use crate::{Error, Row, Transaction, value::params};

/// A row of `sessions`.
#[derive(Clone, Debug)]
pub struct Session {
    /// The public half of the temporary key.
    pub secret_id: SecretId,
    /// The secret half, sealed under the master key.
    pub sealed_key: Vec<u8>,
    /// SHA-256 of the token that goes with the key.
    pub token_hash: Vec<u8>,
    /// The account or sub-account that asked for it.
    pub uin: Uin,
    /// The role that it assumed; without one, it acts for `uin` itself.
    pub role: Option<RoleId>,
    /// What its holder is called.
    pub name: SessionName,
    /// The policy that narrows what it may do.
    pub policy: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Adds a session.
pub fn insert(tx: &Transaction<'_>, session: &Session) -> Result<(), Error> {
    tx.note(
        "INSERT INTO sessions
         (secret_id, sealed_key, token_hash, uin, role_id, name, policy, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            session.secret_id,
            session.sealed_key,
            session.token_hash,
            session.uin,
            session.role,
            session.name,
            session.policy,
            session.created_at,
            session.expires_at
        ],
    )
    .map(drop)
}

/// The session of that temporary key.
pub fn find(tx: &Transaction<'_>, secret_id: &SecretId) -> Result<Option<Session>, Error> {
    tx.first(
        "SELECT secret_id, sealed_key, token_hash, uin, role_id, name, policy, created_at, expires_at
         FROM sessions WHERE secret_id = $1",
        params![secret_id],
        read,
    )
}

/// Removes the sessions that ended before `time`; says how many.
pub fn delete_ended(tx: &Transaction<'_>, time: Timestamp) -> Result<u64, Error> {
    tx.note("DELETE FROM sessions WHERE expires_at < $1", params![time])
}

fn read(row: &Row<'_>) -> Result<Session, Error> {
    Ok(Session {
        secret_id: row.get(0)?,
        sealed_key: row.get(1)?,
        token_hash: row.get(2)?,
        uin: row.get(3)?,
        role: row.get(4)?,
        name: row.get(5)?,
        policy: row.get(6)?,
        created_at: row.get(7)?,
        expires_at: row.get(8)?,
    })
}
