//! Manifests of a repository, kept byte for byte, and what they link.

use bytes::Bytes;
use wharf_model::{Digest, InstanceId, ManifestLink, MediaType, RepositoryName, Tag, Timestamp};

use crate::{Error, Row, Transaction, value::params};

/// A manifest as it is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredManifest {
    /// The repository's number.
    pub repository_id: i64,
    /// The digest of `content`.
    pub digest: Digest,
    /// The type it was put as.
    pub media_type: MediaType,
    /// Its bytes.
    pub content: Bytes,
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
    /// How deep indexes nest below it.
    pub depth: u64,
    /// Its annotations as JSON.
    pub annotations: Option<&'a str>,
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
             depth, annotations, pushed_at, content)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id",
        params![
            new.repository_id,
            new.digest,
            new.media_type.name(),
            new.artifact_type,
            new.subject,
            new.content.len() as u64,
            new.total_size,
            new.depth,
            new.annotations,
            new.now,
            new.content
        ],
    )?;
    for link in new.links {
        tx.note(
            "INSERT INTO manifest_links (repository_id, digest, manifest_id, kind) VALUES ($1, $2, $3, $4)
             ON CONFLICT DO NOTHING",
            params![new.repository_id, link.digest, id, link.kind.name()],
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
        "SELECT m.repository_id, m.digest, m.media_type, m.content FROM repositories r
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
        "SELECT m.repository_id, m.digest, m.media_type, m.content FROM repositories r
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

/// The digest of a manifest.
pub fn find_digest(tx: &Transaction<'_>, id: i64) -> Result<Option<Digest>, Error> {
    tx.first("SELECT digest FROM manifests WHERE id = $1", params![id], |row| row.get(0))
}

/// What a manifest and all that it describes weigh, in bytes, and how deep indexes nest below it.
pub fn find_weight(
    tx: &Transaction<'_>,
    repository_id: i64,
    digest: &Digest,
) -> Result<Option<(u64, u64)>, Error> {
    tx.first(
        "SELECT total_size, depth FROM manifests WHERE repository_id = $1 AND digest = $2",
        params![repository_id, digest],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Whether a manifest of the repository needs this blob or manifest.
pub fn is_needed(tx: &Transaction<'_>, repository_id: i64, digest: &Digest) -> Result<bool, Error> {
    tx.exists(
        "SELECT 1 FROM manifest_links WHERE repository_id = $1 AND digest = $2 LIMIT 1",
        params![repository_id, digest],
    )
}

/// Whether a tag points at the manifest, or another manifest of its repository needs it.
pub fn is_in_use(tx: &Transaction<'_>, repository_id: i64, id: i64) -> Result<bool, Error> {
    let tagged = tx.exists("SELECT 1 FROM tags WHERE manifest_id = $1 LIMIT 1", params![id])?;
    match find_digest(tx, id)? {
        Some(digest) => Ok(tagged || is_needed(tx, repository_id, &digest)?),
        None => Ok(tagged),
    }
}

/// Whether the manifest refers to another one that is there.
pub fn has_subject(tx: &Transaction<'_>, id: i64) -> Result<bool, Error> {
    tx.exists(
        "SELECT 1 FROM manifests m JOIN manifests s ON s.repository_id = m.repository_id AND s.digest = m.subject
         WHERE m.id = $1",
        params![id],
    )
}

/// The numbers of the manifests of an index, those that are there.
pub fn list_children(tx: &Transaction<'_>, id: i64) -> Result<Vec<i64>, Error> {
    tx.all(
        "SELECT m.id FROM manifest_links l JOIN manifests m ON m.repository_id = l.repository_id AND m.digest = l.digest
         WHERE l.manifest_id = $1 AND l.kind = 'manifest'",
        params![id],
        |row| row.get(0),
    )
}

/// Numbers and digests of all manifests of a repository that refer to `subject`, by digest, `limit` at most.
pub fn list_referrer_ids(
    tx: &Transaction<'_>,
    repository_id: i64,
    subject: &Digest,
    limit: u64,
) -> Result<Vec<(i64, Digest)>, Error> {
    tx.all(
        "SELECT id, digest FROM manifests WHERE repository_id = $1 AND subject = $2 ORDER BY digest LIMIT $3",
        params![repository_id, subject, limit],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// A manifest that refers to another by its `subject`.
#[derive(Clone, Debug)]
pub struct Referrer {
    /// Its digest.
    pub digest: Digest,
    /// Its type.
    pub media_type: MediaType,
    /// Its own length in bytes.
    pub size: u64,
    /// What kind of artifact it is.
    pub artifact_type: Option<String>,
    /// Its annotations as JSON.
    pub annotations: Option<String>,
}

/// Manifests of a repository that refer to `subject`, after `last` by digest, until `limit` or `bytes` are reached.
pub fn list_referrers(
    tx: &Transaction<'_>,
    repository_id: i64,
    subject: &Digest,
    artifact_type: Option<&str>,
    last: Option<&Digest>,
    limit: usize,
    bytes: usize,
) -> Result<Vec<Referrer>, Error> {
    let mut taken = 0;
    tx.all_while(
        "SELECT digest, media_type, size, artifact_type, annotations FROM manifests
         WHERE repository_id = $1 AND subject = $2 AND digest > $3 AND ($4 IS NULL OR artifact_type = $4)
         ORDER BY digest LIMIT $5",
        params![repository_id, subject, last.map_or("", Digest::as_str), artifact_type, limit as u64],
        |row| {
            let referrer = Referrer {
                digest: row.get(0)?,
                media_type: row.get(1)?,
                size: row.get(2)?,
                artifact_type: row.get(3)?,
                annotations: row.get(4)?,
            };
            let more = taken < bytes;
            taken += referrer.annotations.as_ref().map_or(0, String::len);
            Ok(more.then_some(referrer))
        },
    )
}

/// Removes a manifest with its tags and links.
pub fn delete(tx: &Transaction<'_>, repository_id: i64, id: i64) -> Result<(), Error> {
    tx.execute_in(repository_id, "DELETE FROM manifests WHERE id = $1", params![id]).map(drop)
}

fn read(row: &Row<'_>) -> Result<StoredManifest, Error> {
    Ok(StoredManifest {
        repository_id: row.get(0)?,
        digest: row.get(1)?,
        media_type: row.get(2)?,
        content: row.get(3)?,
    })
}
