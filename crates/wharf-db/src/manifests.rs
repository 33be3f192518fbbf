//! Manifests of a repository, kept byte for byte, and what they link.

use wharf_model::{Digest, InstanceId, ManifestLink, MediaType, RepositoryName, Tag, Timestamp};

use crate::{Error, Row, Transaction, value::params};

/// A manifest as it is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredManifest {
    /// The digest of `content`.
    pub digest: Digest,
    /// The type it was put as.
    pub media_type: MediaType,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// A manifest to be kept.
#[derive(Clone, Debug)]
pub struct NewManifest<'a> {
    /// The repository's number.
    pub repository_id: i64,
    /// The digest of `content`.
    pub digest: &'a Digest,
    /// The type it was put as.
    pub media_type: MediaType,
    /// What kind of artifact it is.
    pub artifact_type: Option<&'a str>,
    /// The manifest it refers to.
    pub subject: Option<&'a Digest>,
    /// Bytes of all that it describes and itself.
    pub total_size: u64,
    /// Its bytes.
    pub content: &'a [u8],
    /// What it needs.
    pub links: &'a [ManifestLink],
    /// Now.
    pub now: Timestamp,
}

/// Keeps a manifest and its links, unless the repository has it; its number in both cases.
pub fn insert(tx: &Transaction<'_>, new: &NewManifest<'_>) -> Result<i64, Error> {
    if let Some(id) = find_id(tx, new.repository_id, new.digest)? {
        return Ok(id);
    }
    let id = tx.number(
        "INSERT INTO manifests (repository_id, digest, media_type, artifact_type, subject, size, total_size,
             pushed_at, content)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
        params![
            new.repository_id,
            new.digest,
            new.media_type.name(),
            new.artifact_type,
            new.subject,
            new.content.len() as u64,
            new.total_size,
            new.now,
            new.content
        ],
    )?;
    for link in new.links {
        tx.execute(
            "INSERT INTO manifest_links (manifest_id, digest, kind) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            params![id, link.digest, link.kind.name()],
        )?;
    }
    Ok(id)
}

/// The manifest of that digest.
pub fn find_by_digest(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    repository: &RepositoryName,
    digest: &Digest,
) -> Result<Option<StoredManifest>, Error> {
    tx.first(
        "SELECT m.digest, m.media_type, m.content FROM repositories r
         JOIN manifests m ON m.repository_id = r.id AND m.digest = $3
         WHERE r.instance_id = $1 AND r.name = $2",
        params![instance, repository, digest],
        read,
    )
}

/// The manifest that a tag points at.
pub fn find_by_tag(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    repository: &RepositoryName,
    tag: &Tag,
) -> Result<Option<StoredManifest>, Error> {
    tx.first(
        "SELECT m.digest, m.media_type, m.content FROM repositories r
         JOIN tags t ON t.repository_id = r.id AND t.name = $3
         JOIN manifests m ON m.id = t.manifest_id
         WHERE r.instance_id = $1 AND r.name = $2",
        params![instance, repository, tag],
        read,
    )
}

/// The number of the manifest of that digest.
pub fn find_id(tx: &Transaction<'_>, repository_id: i64, digest: &Digest) -> Result<Option<i64>, Error> {
    tx.first(
        "SELECT id FROM manifests WHERE repository_id = $1 AND digest = $2",
        params![repository_id, digest],
        |row| row.get(0),
    )
}

/// What a manifest and all that it describes weigh, in bytes.
pub fn find_total_size(
    tx: &Transaction<'_>,
    repository_id: i64,
    digest: &Digest,
) -> Result<Option<u64>, Error> {
    tx.first(
        "SELECT total_size FROM manifests WHERE repository_id = $1 AND digest = $2",
        params![repository_id, digest],
        |row| row.get(0),
    )
}

/// Whether a tag points at the manifest or another manifest of its repository lists it.
pub fn is_in_use(tx: &Transaction<'_>, repository_id: i64, manifest_id: i64) -> Result<bool, Error> {
    tx.exists(
        "SELECT 1 FROM tags WHERE manifest_id = $2
         UNION ALL
         SELECT 1 FROM manifests m
         JOIN manifest_links l ON l.digest = m.digest
         JOIN manifests parent ON parent.id = l.manifest_id AND parent.repository_id = $1
         WHERE m.id = $2 LIMIT 1",
        params![repository_id, manifest_id],
    )
}

/// Removes a manifest with its tags and links.
pub fn delete(tx: &Transaction<'_>, id: i64) -> Result<(), Error> {
    tx.execute("DELETE FROM manifests WHERE id = $1", params![id]).map(drop)
}

fn read(row: &Row<'_>) -> Result<StoredManifest, Error> {
    Ok(StoredManifest { digest: row.get(0)?, media_type: row.get(1)?, content: row.get(2)? })
}
