//! Blobs of an instance and the repositories through which they may be read.

use wharf_model::{Digest, InstanceId, RepositoryName, Timestamp};

use crate::{Error, Transaction, value::params};

/// Where an instance's content is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBlob {
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
        "INSERT INTO blobs (instance_id, digest, size, object, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (instance_id, digest) DO NOTHING",
        params![instance, digest, blob.size, blob.object, now],
    )?;
    Ok(changed > 0)
}

/// The blobs of all instances after `last`, by instance and digest, `limit` at most.
pub fn list_after(
    tx: &Transaction<'_>,
    last: Option<&(InstanceId, Digest)>,
    limit: u64,
) -> Result<Vec<(InstanceId, Digest, StoredBlob)>, Error> {
    let (instance, digest) = last.map_or(("", ""), |(instance, digest)| (instance.as_str(), digest.as_str()));
    tx.all(
        "SELECT instance_id, digest, size, object FROM blobs WHERE (instance_id, digest) > ($1, $2)
         ORDER BY instance_id, digest LIMIT $3",
        params![instance, digest, limit],
        |row| Ok((row.get(0)?, row.get(1)?, StoredBlob { size: row.get(2)?, object: row.get(3)? })),
    )
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

/// How many blobs there are in all instances, and their bytes. Grows with them.
pub fn count_all(tx: &Transaction<'_>) -> Result<(u64, u64), Error> {
    let sums =
        tx.first("SELECT COUNT(*), CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM blobs", params![], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
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
        "SELECT r.id, b.size, b.object FROM repositories r
         JOIN blob_links l ON l.repository_id = r.id AND l.digest = $3
         JOIN blobs b ON b.instance_id = r.instance_id AND b.digest = l.digest
         WHERE r.instance_id = $1 AND r.name = $2",
        params![instance, repository, digest],
        |row| {
            let stored = StoredBlob { size: row.get(1)?, object: row.get(2)? };
            Ok(LinkedBlob { repository_id: row.get(0)?, stored })
        },
    )
}

/// The config of a manifest, when the manifest's repository links it.
pub fn find_config(tx: &Transaction<'_>, manifest_id: i64) -> Result<Option<(Digest, StoredBlob)>, Error> {
    tx.first(
        "SELECT b.digest, b.size, b.object FROM manifest_links m
         JOIN blob_links l ON l.repository_id = m.repository_id AND l.digest = m.digest
         JOIN repositories r ON r.id = m.repository_id
         JOIN blobs b ON b.instance_id = r.instance_id AND b.digest = m.digest
         WHERE m.manifest_id = $1 AND m.kind = 'config'",
        params![manifest_id],
        |row| Ok((row.get(0)?, StoredBlob { size: row.get(1)?, object: row.get(2)? })),
    )
}
