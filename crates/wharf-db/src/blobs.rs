//! Blobs of an instance and the repositories through which they may be read.

use wharf_model::{Digest, InstanceId, RepositoryName, StorageName, Timestamp};

use crate::{Error, Transaction, value::params};

/// Where an instance's content is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBlob {
    /// The store that holds it.
    pub storage: StorageName,
    /// Its length in bytes.
    pub size: u64,
    /// Its key in an object store; none where it lies under its digest.
    pub object: Option<String>,
}

/// A blob that a repository links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedBlob {
    /// The repository's number.
    pub repository_id: i64,
    /// Where its bytes are.
    pub stored: StoredBlob,
}

/// Notes that the instance holds this content; says whether it did not yet.
pub fn insert(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    digest: &Digest,
    blob: &StoredBlob,
    now: Timestamp,
) -> Result<bool, Error> {
    let changed = tx.note(
        "INSERT INTO blobs (instance_id, digest, size, object, created_at, storage)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (instance_id, digest) DO NOTHING",
        params![instance, digest, blob.size, blob.object, now, blob.storage],
    )?;
    Ok(changed > 0)
}

/// The blobs of all instances that lie in the default store after `last`, by instance and digest, `limit` at most.
/// Passes by what lies in other stores.
pub fn list_after(
    tx: &Transaction<'_>,
    last: Option<&(InstanceId, Digest)>,
    limit: u64,
) -> Result<Vec<(InstanceId, Digest, StoredBlob)>, Error> {
    let (instance, digest) = last.map_or(("", ""), |(instance, digest)| (instance.as_str(), digest.as_str()));
    tx.all(
        "SELECT instance_id, digest, size, object FROM blobs
         WHERE (instance_id, digest) > ($1, $2) AND storage = ''
         ORDER BY instance_id, digest LIMIT $3",
        params![instance, digest, limit],
        |row| {
            let stored =
                StoredBlob { storage: StorageName::default(), size: row.get(2)?, object: row.get(3)? };
            Ok((row.get(0)?, row.get(1)?, stored))
        },
    )
}

/// An instance's blobs after `last`, by digest, that lie in another store than `storage`, `limit` at most. Passes by
/// what lies there.
pub fn list_elsewhere(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    storage: &StorageName,
    last: Option<&Digest>,
    limit: u64,
) -> Result<Vec<(Digest, StoredBlob)>, Error> {
    tx.all(
        "SELECT digest, storage, size, object FROM blobs
         WHERE instance_id = $1 AND digest > $2 AND storage <> $3 ORDER BY digest LIMIT $4",
        params![instance, last.map_or("", Digest::as_str), storage, limit],
        |row| {
            let stored = StoredBlob { storage: row.get(1)?, size: row.get(2)?, object: row.get(3)? };
            Ok((row.get(0)?, stored))
        },
    )
}

/// Notes that a blob was copied from one store to another, under its digest; says whether it was in the first one. What was read before still stands, for it
/// is in the first store too, until a move begins to empty that ([`crate::instance_moves::begin_emptying`]).
pub fn was_copied(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    digest: &Digest,
    from: &StorageName,
    to: &StorageName,
) -> Result<bool, Error> {
    let changed = tx.note(
        "UPDATE blobs SET storage = $4, object = NULL WHERE instance_id = $1 AND digest = $2 AND storage = $3",
        params![instance, digest, from, to],
    )?;
    Ok(changed > 0)
}

/// Notes that a blob, which `object` held, lies under its digest now.
pub fn lies_under_digest(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    digest: &Digest,
    object: Option<&str>,
) -> Result<(), Error> {
    tx.execute(
        "UPDATE blobs SET object = NULL WHERE instance_id = $1 AND digest = $2 AND object = $3",
        params![instance, digest, object],
    )
    .map(drop)
}

/// How many blobs of all instances lie in the default store, and their bytes. Grows with all blobs.
pub fn count_all(tx: &Transaction<'_>) -> Result<(u64, u64), Error> {
    let sums = tx.first(
        "SELECT COUNT(*), CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM blobs WHERE storage = ''",
        params![],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(sums.unwrap_or_default())
}

/// How many blobs an instance has, and their bytes. Grows with them.
pub fn count_in(tx: &Transaction<'_>, instance: &InstanceId) -> Result<(u64, u64), Error> {
    let sums = tx.first(
        "SELECT COUNT(*), CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM blobs WHERE instance_id = $1",
        params![instance],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(sums.unwrap_or_default())
}

/// Makes a blob readable through a repository.
pub fn link(tx: &Transaction<'_>, repository_id: i64, digest: &Digest) -> Result<(), Error> {
    tx.note(
        "INSERT INTO blob_links (repository_id, digest) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        params![repository_id, digest],
    )
    .map(drop)
}

/// Takes a blob away from a repository; says whether it was linked.
pub fn unlink(tx: &Transaction<'_>, repository_id: i64, digest: &Digest) -> Result<bool, Error> {
    let sql = "DELETE FROM blob_links WHERE repository_id = $1 AND digest = $2";
    Ok(tx.execute_in(repository_id, sql, params![repository_id, digest])? > 0)
}

/// Whether any repository of the instance links a blob.
pub fn is_linked_in(tx: &Transaction<'_>, instance: &InstanceId, digest: &Digest) -> Result<bool, Error> {
    tx.exists(
        "SELECT 1 FROM blob_links l JOIN repositories r ON r.id = l.repository_id AND r.instance_id = $1
         WHERE l.digest = $2 LIMIT 1",
        params![instance, digest],
    )
}

/// Whether a repository links a blob.
pub fn is_linked(tx: &Transaction<'_>, repository_id: i64, digest: &Digest) -> Result<bool, Error> {
    tx.exists(
        "SELECT 1 FROM blob_links WHERE repository_id = $1 AND digest = $2",
        params![repository_id, digest],
    )
}

/// A blob that the repository links.
pub fn find(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    repository: &RepositoryName,
    digest: &Digest,
) -> Result<Option<LinkedBlob>, Error> {
    tx.first(
        "SELECT r.id, b.storage, b.size, b.object FROM repositories r
         JOIN blob_links l ON l.repository_id = r.id AND l.digest = $3
         JOIN blobs b ON b.instance_id = r.instance_id AND b.digest = l.digest
         WHERE r.instance_id = $1 AND r.name = $2",
        params![instance, repository, digest],
        |row| {
            let stored = StoredBlob { storage: row.get(1)?, size: row.get(2)?, object: row.get(3)? };
            Ok(LinkedBlob { repository_id: row.get(0)?, stored })
        },
    )
}

/// The config of a manifest, when the manifest's repository links it.
pub fn find_config(tx: &Transaction<'_>, manifest_id: i64) -> Result<Option<(Digest, StoredBlob)>, Error> {
    tx.first(
        "SELECT b.digest, b.storage, b.size, b.object FROM manifest_links m
         JOIN blob_links l ON l.repository_id = m.repository_id AND l.digest = m.digest
         JOIN repositories r ON r.id = m.repository_id
         JOIN blobs b ON b.instance_id = r.instance_id AND b.digest = m.digest
         WHERE m.manifest_id = $1 AND m.kind = 'config'",
        params![manifest_id],
        |row| {
            let stored = StoredBlob { storage: row.get(1)?, size: row.get(2)?, object: row.get(3)? };
            Ok((row.get(0)?, stored))
        },
    )
}
