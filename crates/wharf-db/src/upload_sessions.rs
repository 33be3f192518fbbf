//! Upload sessions: how far each got, and the state of its hash there.

use wharf_model::{InstanceId, StorageName, Timestamp};

use crate::{Error, Row, Transaction, value::params};

/// A row of `upload_sessions`.
#[derive(Clone, Debug)]
pub struct UploadSession {
    /// The id in the upload's URL.
    pub id: String,
    /// The instance it belongs to.
    pub instance: InstanceId,
    /// The whole name of the repository it belongs to, which need not exist yet.
    pub repository: String,
    /// Bytes acknowledged.
    pub received: u64,
    /// The state of the hash over them.
    pub hash_state: Vec<u8>,
    /// When it last moved.
    pub updated_at: Timestamp,
    /// The store that its bytes lie in.
    pub storage: StorageName,
}

/// Adds a session.
pub fn insert(tx: &Transaction<'_>, session: &UploadSession) -> Result<(), Error> {
    tx.note(
        "INSERT INTO upload_sessions (id, instance_id, repository, received, hash_state, updated_at, storage)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            session.id,
            session.instance,
            session.repository,
            session.received,
            session.hash_state,
            session.updated_at,
            session.storage
        ],
    )
    .map(drop)
}

/// The session of that id.
pub fn find(tx: &Transaction<'_>, id: &str) -> Result<Option<UploadSession>, Error> {
    tx.first(concat!(columns!(), " WHERE id = $1"), params![id], read)
}

/// Notes what a session received since `from`; says whether it still stood there.
pub fn advance(
    tx: &Transaction<'_>,
    id: &str,
    from: u64,
    received: u64,
    hash_state: &[u8],
    now: Timestamp,
) -> Result<bool, Error> {
    let changed = tx.note(
        "UPDATE upload_sessions SET received = $3, hash_state = $4, updated_at = $5 WHERE id = $1 AND received = $2",
        params![id, from, received, hash_state, now],
    )?;
    Ok(changed > 0)
}

/// Whether an instance has `limit` sessions or more.
pub fn are_at_limit(tx: &Transaction<'_>, instance: &InstanceId, limit: u64) -> Result<bool, Error> {
    tx.exists(
        "SELECT 1 FROM upload_sessions WHERE instance_id = $1 LIMIT 1 OFFSET $2",
        params![instance, limit.saturating_sub(1)],
    )
}

/// Whether a session of an instance lies in another store than `storage`. Grows with the instance's sessions, which are
/// bounded.
pub fn are_elsewhere(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    storage: &StorageName,
) -> Result<bool, Error> {
    tx.exists(
        "SELECT 1 FROM upload_sessions WHERE instance_id = $1 AND storage <> $2 LIMIT 1",
        params![instance, storage],
    )
}

/// Removes a session that still stands at `received`; says whether there was one. Whoever removes it decides what becomes
/// of its bytes.
pub fn delete(tx: &Transaction<'_>, id: &str, received: u64) -> Result<bool, Error> {
    let sql = "DELETE FROM upload_sessions WHERE id = $1 AND received = $2";
    Ok(tx.note(sql, params![id, received])? > 0)
}

/// Sessions that have not moved since `before`, oldest first, `limit` at most.
pub fn list_idle(tx: &Transaction<'_>, before: Timestamp, limit: u64) -> Result<Vec<UploadSession>, Error> {
    tx.all(
        concat!(columns!(), " WHERE updated_at < $1 ORDER BY updated_at LIMIT $2"),
        params![before, limit],
        read,
    )
}

macro_rules! columns {
    () => {
        "SELECT id, instance_id, repository, received, hash_state, updated_at, storage FROM upload_sessions"
    };
}
use columns;

fn read(row: &Row<'_>) -> Result<UploadSession, Error> {
    Ok(UploadSession {
        id: row.get(0)?,
        instance: row.get(1)?,
        repository: row.get(2)?,
        received: row.get(3)?,
        hash_state: row.get(4)?,
        updated_at: row.get(5)?,
        storage: row.get(6)?,
    })
}
