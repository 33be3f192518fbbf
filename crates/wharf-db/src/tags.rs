//! Tags of a repository.

use wharf_model::{Digest, InstanceId, MediaType, RepositoryName, Tag, Timestamp};

use crate::{Error, Page, Row, Seek, Transaction, repositories::Repository, value::params};

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

/// Where a tag stands in its repository's listing.
#[derive(Clone, Debug)]
pub struct Place {
    updated_at: Timestamp,
    tag: Tag,
}

impl TaggedImage {
    /// Where its tag stands.
    pub fn place(&self) -> Place {
        Place { updated_at: self.updated_at, tag: self.tag.clone() }
    }
}

/// What changes with a repository's tags. While it is the same, so is their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revision {
    number: u64,
    count: u64,
    updated_at: Timestamp,
    /// Another repository of the name begins to count anew.
    since: Timestamp,
}

impl Repository {
    /// What tells whether its tags are still where they were. A program of a version before that does not count changes
    /// notes their time.
    pub fn revision(&self) -> Revision {
        let (number, count) = (self.tag_revision, self.tag_count);
        Revision { number, count, updated_at: self.updated_at, since: self.created_at }
    }
}

/// A part of a repository's tags, the last moved first. Costs what `seek` passes over, in an index, and what it answers.
pub fn list(tx: &Transaction<'_>, repository_id: i64, seek: &Seek<Place>) -> Result<Vec<TaggedImage>, Error> {
    if seek.is_empty() {
        return Ok(Vec::new());
    }
    let (sql, beyond) = if seek.backwards {
        (PAGE_BACKWARDS, (Timestamp::from_microseconds(i64::MIN), ""))
    } else {
        (PAGE_FORWARDS, (Timestamp::from_microseconds(i64::MAX), AFTER_ALL))
    };
    let (time, name) = seek.from.as_ref().map_or(beyond, |place| (place.updated_at, place.tag.as_str()));
    tx.all(sql, params![repository_id, time, name, seek.rows, seek.skip], read).map(in_order)
}

/// A repository's tags that pass `filter`, the last moved first. A whole tag is looked up; of a manifest all its tags
/// are looked at, and for a part of a tag all of the repository, in an index alone.
pub fn list_images(
    tx: &Transaction<'_>,
    repository_id: i64,
    filter: &Filter,
    page: Page,
) -> Result<Vec<TaggedImage>, Error> {
    match filter.chosen() {
        Chosen::All => {
            let seek = Seek::from_ends(count(tx, repository_id, filter)?, page);
            let mut images = list(tx, repository_id, &seek)?;
            seek.cut(&mut images, TaggedImage::place);
            Ok(images)
        }
        Chosen::One(tag) => {
            tx.all(ONE, params![repository_id, tag, filter.digest, page.limit, page.offset], read)
        }
        Chosen::Like(part) => {
            tx.all(LIKE, params![repository_id, part, page.limit, page.offset], read).map(in_order)
        }
        Chosen::OfManifest(digest, part) => {
            let params = params![repository_id, digest, part.unwrap_or_default(), page.limit, page.offset];
            tx.all(OF_MANIFEST, params, read).map(in_order)
        }
    }
}

/// How many of a repository's tags pass `filter`: the kept count where there is none.
pub fn count(tx: &Transaction<'_>, repository_id: i64, filter: &Filter) -> Result<u64, Error> {
    match filter.chosen() {
        Chosen::All => tx.number(COUNT, params![repository_id]),
        Chosen::One(tag) => tx.number(COUNT_ONE, params![repository_id, tag, filter.digest]),
        Chosen::Like(part) => tx.number(COUNT_LIKE, params![repository_id, part]),
        Chosen::OfManifest(digest, part) => {
            tx.number(COUNT_OF_MANIFEST, params![repository_id, digest, part.unwrap_or_default()])
        }
    }
}

/// A join keeps the order in which it found its rows as a rule, and nobody promises that.
fn in_order(mut images: Vec<TaggedImage>) -> Vec<TaggedImage> {
    images.sort_by(|one, other| (other.updated_at, &other.tag).cmp(&(one.updated_at, &one.tag)));
    images
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

/// What a filter leaves, by how it is found.
enum Chosen<'f> {
    All,
    One(&'f str),
    Like(&'f str),
    OfManifest(&'f str, Option<&'f str>),
}

impl Filter {
    /// Whether it leaves every tag.
    pub fn is_empty(&self) -> bool {
        self.tag.is_none() && self.digest.is_none()
    }

    fn chosen(&self) -> Chosen<'_> {
        match (self.tag.as_deref(), self.digest.as_deref()) {
            (Some(tag), _) if self.exact => Chosen::One(tag),
            (part, Some(digest)) => Chosen::OfManifest(digest, part),
            (Some(part), None) => Chosen::Like(part),
            (None, None) => Chosen::All,
        }
    }
}

/// Comes after every tag in byte order.
const AFTER_ALL: &str = "\u{7f}";

/// Tags are found in an index alone; only what is on the page is read. SQLite takes a `CROSS JOIN`'s tables in the order in
/// which they stand.
macro_rules! images {
    ($found:literal, $order:literal, $page:literal) => {
        concat!(
            "SELECT t.name, m.digest, m.media_type, m.artifact_type, m.total_size, t.updated_at FROM (SELECT name FROM tags WHERE ",
            $found,
            $order,
            $page,
            ") page CROSS JOIN tags t CROSS JOIN manifests m
             WHERE t.repository_id = $1 AND t.name = page.name AND m.id = t.manifest_id"
        )
    };
}

pub(crate) const PAGE_FORWARDS: &str = images!(
    "repository_id = $1 AND (updated_at, name) <= ($2, $3)",
    " ORDER BY updated_at DESC, name DESC",
    " LIMIT $4 OFFSET $5"
);
pub(crate) const PAGE_BACKWARDS: &str = images!(
    "repository_id = $1 AND (updated_at, name) > ($2, $3)",
    " ORDER BY updated_at, name",
    " LIMIT $4 OFFSET $5"
);
pub(crate) const LIKE: &str = images!(
    "repository_id = $1 AND replace(name, $2, '') <> name",
    " ORDER BY updated_at DESC, name DESC",
    " LIMIT $3 OFFSET $4"
);
pub(crate) const OF_MANIFEST: &str = images!(
    "manifest_id = (SELECT id FROM manifests WHERE repository_id = $1 AND digest = $2)
     AND ($3 = '' OR replace(name, $3, '') <> name)",
    " ORDER BY updated_at DESC, name DESC",
    " LIMIT $4 OFFSET $5"
);
const ONE: &str = "SELECT t.name, m.digest, m.media_type, m.artifact_type, m.total_size, t.updated_at
    FROM tags t JOIN manifests m ON m.id = t.manifest_id
    WHERE t.repository_id = $1 AND t.name = $2 AND ($3 IS NULL OR m.digest = $3) LIMIT $4 OFFSET $5";
const COUNT: &str = "SELECT tag_count FROM repositories WHERE id = $1";
const COUNT_ONE: &str = "SELECT COUNT(*) FROM tags t JOIN manifests m ON m.id = t.manifest_id
    WHERE t.repository_id = $1 AND t.name = $2 AND ($3 IS NULL OR m.digest = $3)";
pub(crate) const COUNT_LIKE: &str =
    "SELECT COUNT(*) FROM tags WHERE repository_id = $1 AND replace(name, $2, '') <> name";
pub(crate) const COUNT_OF_MANIFEST: &str = "SELECT COUNT(*) FROM tags
    WHERE manifest_id = (SELECT id FROM manifests WHERE repository_id = $1 AND digest = $2)
    AND ($3 = '' OR replace(name, $3, '') <> name)";
