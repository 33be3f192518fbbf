//! How often and when repositories and tags were pulled.

use wharf_model::{InstanceId, RepositoryName, Timestamp};

use crate::{Error, Transaction, value::params};

/// Pulls of a repository, or of one of its tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pulls {
    /// The repository.
    pub repository: RepositoryName,
    /// The tag; none for the repository as a whole.
    pub tag: Option<String>,
    /// How often.
    pub count: u64,
    /// When last.
    pub last_pulled_at: Timestamp,
}

/// Adds pulls, unless the repository or the tag is gone.
pub fn add(
    tx: &Transaction<'_>,
    repository_id: i64,
    tag: Option<&str>,
    count: u64,
    last_pulled_at: Timestamp,
) -> Result<(), Error> {
    tx.note(
        "INSERT INTO pulls (repository_id, tag, count, last_pulled_at)
         SELECT r.id, $2, $3, $4 FROM repositories r
         WHERE r.id = $1 AND ($2 = '' OR EXISTS (SELECT 1 FROM tags t WHERE t.repository_id = r.id AND t.name = $2))
         ON CONFLICT (repository_id, tag) DO UPDATE
         SET count = pulls.count + excluded.count, last_pulled_at = excluded.last_pulled_at",
        params![repository_id, tag.unwrap_or_default(), count, last_pulled_at],
    )
    .map(drop)
}

/// Forgets the pulls of a tag.
pub fn forget(tx: &Transaction<'_>, repository_id: i64, tag: &str) -> Result<(), Error> {
    tx.note("DELETE FROM pulls WHERE repository_id = $1 AND tag = $2", params![repository_id, tag]).map(drop)
}

/// Forgets the pulls of the tags of a manifest.
pub fn forget_manifest(tx: &Transaction<'_>, repository_id: i64, manifest_id: i64) -> Result<(), Error> {
    tx.note(
        "DELETE FROM pulls WHERE repository_id = $1 AND tag IN (SELECT name FROM tags WHERE manifest_id = $2)",
        params![repository_id, manifest_id],
    )
    .map(drop)
}

/// All that is noted of an instance, by repository and tag. Grows with the instance.
pub fn list(tx: &Transaction<'_>, instance: &InstanceId) -> Result<Vec<Pulls>, Error> {
    tx.all(
        "SELECT r.name, p.tag, p.count, p.last_pulled_at FROM repositories r JOIN pulls p ON p.repository_id = r.id
         WHERE r.instance_id = $1 ORDER BY r.name, p.tag",
        params![instance],
        |row| {
            let tag: String = row.get(1)?;
            Ok(Pulls {
                repository: row.get(0)?,
                tag: Some(tag).filter(|tag| !tag.is_empty()),
                count: row.get(2)?,
                last_pulled_at: row.get(3)?,
            })
        },
    )
}
