//! Tags of a repository.

use wharf_model::{Digest, InstanceId, MediaType, RepositoryName, Tag, Timestamp};

use crate::{Error, Page, Row, Transaction, value::params};

/// A tag with what a listing says of its manifest.
#[derive(Clone, Debug)]
pub struct TaggedImage {
    /// The tag.
    pub tag: Tag,
    /// The manifest's digest.
    pub digest: Digest,
    /// The manifest's type.
    pub media_type: MediaType,
    /// What kind of artifact the manifest is, as far as it says.
    pub artifact_type: Option<String>,
    /// Bytes of all that the manifest describes and itself.
    pub total_size: u64,
    /// When the tag last moved.
    pub updated_at: Timestamp,
}

/// Which tags a listing of images shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only tags that hold this, or are exactly this.
    pub tag: Option<String>,
    /// Whether `tag` is the whole tag.
    pub exact: bool,
    /// Only tags of this manifest.
    pub digest: Option<String>,
}

/// Points a tag at a manifest; says whether the tag is new.
pub fn put(
    tx: &Transaction<'_>,
    repository_id: i64,
    tag: &Tag,
    manifest_id: i64,
    now: Timestamp,
) -> Result<bool, Error> {
    let moved = tx.execute_in(
        repository_id,
        "UPDATE tags SET manifest_id = $3, updated_at = $4 WHERE repository_id = $1 AND name = $2",
        params![repository_id, tag, manifest_id, now],
    )?;
    if moved == 0 {
        tx.note(
            "INSERT INTO tags (repository_id, name, manifest_id, updated_at) VALUES ($1, $2, $3, $4)",
            params![repository_id, tag, manifest_id, now],
        )?;
    }
    Ok(moved == 0)
}

/// The number of the manifest that a tag points at.
pub fn find(tx: &Transaction<'_>, repository_id: i64, tag: &Tag) -> Result<Option<i64>, Error> {
    tx.first(
        "SELECT manifest_id FROM tags WHERE repository_id = $1 AND name = $2",
        params![repository_id, tag],
        |row| row.get(0),
    )
}

/// Removes a tag.
pub fn delete(tx: &Transaction<'_>, repository_id: i64, tag: &Tag) -> Result<(), Error> {
    let sql = "DELETE FROM tags WHERE repository_id = $1 AND name = $2";
    tx.execute_in(repository_id, sql, params![repository_id, tag]).map(drop)
}

/// How many tags point at a manifest.
pub fn count_of_manifest(tx: &Transaction<'_>, manifest_id: i64) -> Result<u64, Error> {
    tx.number("SELECT COUNT(*) FROM tags WHERE manifest_id = $1", params![manifest_id])
}

/// A repository's tags after `last` in byte order, `limit` at most. Nothing when there is no such repository.
pub fn list_names(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    repository: &RepositoryName,
    last: Option<&str>,
    limit: u64,
) -> Result<Option<Vec<Tag>>, Error> {
    let found = crate::repositories::find(tx, instance, repository)?;
    found
        .map(|repository| {
            tx.all(
                "SELECT name FROM tags WHERE repository_id = $1 AND name > $2 ORDER BY name LIMIT $3",
                params![repository.id, last.unwrap_or_default(), limit],
                |row| row.get(0),
            )
        })
        .transpose()
}

/// A repository's tags that pass `filter`, the last moved first. What stands before the page is passed over in an index,
/// from the nearer end; a filter looks at every tag.
pub fn list_images(
    tx: &Transaction<'_>,
    repository_id: i64,
    filter: &Filter,
    page: Page,
) -> Result<Vec<TaggedImage>, Error> {
    if filter.is_empty() {
        return list_all_images(tx, repository_id, page);
    }
    tx.all(
        concat!(
            "SELECT t.name, m.digest, m.media_type, m.artifact_type, m.total_size, t.updated_at",
            filtered!(),
            " ORDER BY t.updated_at DESC, t.name DESC LIMIT $5 OFFSET $6"
        ),
        params![repository_id, filter.tag, filter.exact, filter.digest, page.limit, page.offset],
        read,
    )
}

fn list_all_images(tx: &Transaction<'_>, repository_id: i64, page: Page) -> Result<Vec<TaggedImage>, Error> {
    let total = count(tx, repository_id, &Filter::default())?;
    let limit = page.limit.min(total.saturating_sub(page.offset));
    let after = total.saturating_sub(page.offset).saturating_sub(limit);
    if page.offset <= after {
        return tx.all(paged!("DESC"), params![repository_id, limit, page.offset], read);
    }
    let mut images = tx.all(paged!("ASC"), params![repository_id, limit, after], read)?;
    images.reverse();
    Ok(images)
}

/// How many of a repository's tags pass `filter`: the kept count where there is none.
pub fn count(tx: &Transaction<'_>, repository_id: i64, filter: &Filter) -> Result<u64, Error> {
    if filter.is_empty() {
        return tx.number("SELECT tag_count FROM repositories WHERE id = $1", params![repository_id]);
    }
    tx.number(
        concat!("SELECT COUNT(*)", filtered!()),
        params![repository_id, filter.tag, filter.exact, filter.digest],
    )
}

fn read(row: &Row<'_>) -> Result<TaggedImage, Error> {
    Ok(TaggedImage {
        tag: row.get(0)?,
        digest: row.get(1)?,
        media_type: row.get(2)?,
        artifact_type: row.get(3)?,
        total_size: row.get(4)?,
        updated_at: row.get(5)?,
    })
}

impl Filter {
    fn is_empty(&self) -> bool {
        self.tag.is_none() && self.digest.is_none()
    }
}

/// The page's tags are found in an index alone; only what is on the page is read.
macro_rules! paged {
    ($order:literal) => {
        concat!(
            "SELECT t.name, m.digest, m.media_type, m.artifact_type, m.total_size, t.updated_at FROM
                 (SELECT name, updated_at FROM tags WHERE repository_id = $1
                  ORDER BY updated_at ",
            $order,
            ", name ",
            $order,
            " LIMIT $2 OFFSET $3) page
             JOIN tags t ON t.repository_id = $1 AND t.name = page.name
             JOIN manifests m ON m.id = t.manifest_id
             ORDER BY page.updated_at ",
            $order,
            ", page.name ",
            $order
        )
    };
}
use paged;

macro_rules! filtered {
    () => {
        " FROM tags t JOIN manifests m ON m.id = t.manifest_id
          WHERE t.repository_id = $1 AND ($4 IS NULL OR m.digest = $4)
          AND ($2 IS NULL OR t.name = $2 OR (NOT $3 AND replace(t.name, $2, '') <> t.name))"
    };
}
use filtered;
