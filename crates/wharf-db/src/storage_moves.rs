//! How far moves of content between stores got.

use wharf_model::{Digest, InstanceId};

use crate::{Error, Transaction, value::params};

/// A row of `storage_moves`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageMove {
    /// The last blob that was looked at: its instance and digest.
    pub last: (InstanceId, Digest),
    /// Blobs moved so far.
    pub moved: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// The move to a store that was begun and not ended.
pub fn find(tx: &Transaction<'_>, target: &str) -> Result<Option<StorageMove>, Error> {
    tx.first(
        "SELECT instance_id, digest, moved, bytes FROM storage_moves WHERE target = $1",
        params![target],
        |row| Ok(StorageMove { last: (row.get(0)?, row.get(1)?), moved: row.get(2)?, bytes: row.get(3)? }),
    )
}

/// Notes how far a move got.
pub fn put(tx: &Transaction<'_>, target: &str, state: &StorageMove) -> Result<(), Error> {
    let (instance, digest) = &state.last;
    tx.note(
        "INSERT INTO storage_moves (target, instance_id, digest, moved, bytes) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (target) DO UPDATE SET instance_id = excluded.instance_id, digest = excluded.digest,
             moved = excluded.moved, bytes = excluded.bytes",
        params![target, instance, digest, state.moved, state.bytes],
    )
    .map(drop)
}

/// Forgets a move that came to its end.
pub fn delete(tx: &Transaction<'_>, target: &str) -> Result<(), Error> {
    tx.note("DELETE FROM storage_moves WHERE target = $1", params![target]).map(drop)
}
