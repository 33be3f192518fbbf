//! Blobs of an instance and the repositories through which they may be read.

use wharf_model::{Digest, InstanceId, RepositoryName, Timestamp};

use crate::{Error, Transaction, value::params};

/// Notes that the instance holds this content.
pub fn insert(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    digest: &Digest,
    size: u64,
    now: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO blobs (instance_id, digest, size, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (instance_id, digest) DO NOTHING",
        params![instance, digest, size, now],
    )
    .map(drop)
}

/// Makes a blob readable through a repository.
pub fn link(tx: &Transaction<'_>, repository_id: i64, digest: &Digest) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO blob_links (repository_id, digest) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        params![repository_id, digest],
    )
    .map(drop)
}

/// Takes a blob away from a repository; says whether it was linked.
pub fn unlink(tx: &Transaction<'_>, repository_id: i64, digest: &Digest) -> Result<bool, Error> {
    let sql = "DELETE FROM blob_links WHERE repository_id = $1 AND digest = $2";
    Ok(tx.execute(sql, params![repository_id, digest])? > 0)
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

/// The size of a blob that the repository links.
pub fn find(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    repository: &RepositoryName,
    digest: &Digest,
) -> Result<Option<u64>, Error> {
    tx.first(
        "SELECT b.size FROM repositories r
         JOIN blob_links l ON l.repository_id = r.id AND l.digest = $3
         JOIN blobs b ON b.instance_id = r.instance_id AND b.digest = l.digest
         WHERE r.instance_id = $1 AND r.name = $2",
        params![instance, repository, digest],
        |row| row.get(0),
    )
}
