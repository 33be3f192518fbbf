//! Repositories of a namespace.

use wharf_model::{InstanceId, RepositoryName, Timestamp};

use crate::{Error, Page, Row, Transaction, value::params};

/// A row of `repositories`.
#[derive(Clone, Debug)]
pub struct Repository {
    /// The store's own number.
    pub id: i64,
    /// The namespace's number.
    pub namespace_id: i64,
    /// The whole name.
    pub name: RepositoryName,
    /// Whether the namespace is public.
    pub public: bool,
    /// One line about it.
    pub brief_description: String,
    /// More about it.
    pub description: String,
    /// Tags in it.
    pub tag_count: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When a tag or a description last changed.
    pub updated_at: Timestamp,
}

/// A repository to be made.
#[derive(Clone, Debug)]
pub struct NewRepository<'a> {
    /// The instance it lies in.
    pub instance: &'a InstanceId,
    /// The namespace's number.
    pub namespace_id: i64,
    /// The whole name.
    pub name: &'a RepositoryName,
    /// One line about it.
    pub brief_description: &'a str,
    /// More about it.
    pub description: &'a str,
    /// Now.
    pub now: Timestamp,
}

/// The order of a listing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// By name.
    #[default]
    Name,
    /// By name, last first.
    NameDescending,
    /// Oldest first.
    Created,
    /// Newest first.
    CreatedDescending,
    /// Longest unchanged first.
    Updated,
    /// Last changed first.
    UpdatedDescending,
}

/// Which repositories of an instance a listing shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only this namespace's, by number.
    pub namespace_id: Option<i64>,
    /// Only those whose path inside the namespace holds this.
    pub path: Option<String>,
}

/// Adds a repository and counts it; its number, or nothing when the name is taken.
pub fn insert(tx: &Transaction<'_>, new: &NewRepository<'_>) -> Result<Option<i64>, Error> {
    let id = tx.first(
        "INSERT INTO repositories (instance_id, namespace_id, name, brief_description, description, created_at,
             updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (instance_id, name) DO NOTHING RETURNING id",
        params![new.instance, new.namespace_id, new.name, new.brief_description, new.description, new.now],
        |row| row.get(0),
    )?;
    if id.is_some() {
        crate::namespaces::add_to_count(tx, new.namespace_id, 1)?;
        crate::instances::add_to_counts(tx, new.instance, 0, 1)?;
    }
    Ok(id)
}

/// The repository of that name.
pub fn find(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    name: &RepositoryName,
) -> Result<Option<Repository>, Error> {
    tx.first(
        concat!(
            columns!(),
            " FROM repositories r JOIN namespaces n ON n.id = r.namespace_id
              WHERE r.instance_id = $1 AND r.name = $2"
        ),
        params![instance, name],
        read,
    )
}

/// An instance's repositories that pass `filter`.
pub fn list(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    filter: &Filter,
    sort: Sort,
    page: Page,
) -> Result<Vec<Repository>, Error> {
    let sql = match sort {
        Sort::Name => listing!("r.name"),
        Sort::NameDescending => listing!("r.name DESC"),
        Sort::Created => listing!("r.created_at, r.name"),
        Sort::CreatedDescending => listing!("r.created_at DESC, r.name"),
        Sort::Updated => listing!("r.updated_at, r.name"),
        Sort::UpdatedDescending => listing!("r.updated_at DESC, r.name"),
    };
    tx.all(sql, params![instance, filter.namespace_id, filter.path, page.limit, page.offset], read)
}

/// Names of an instance's repositories after `last` in byte order, `limit` at most; only those of public namespaces,
/// or all.
pub fn list_names(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    only_public: bool,
    last: Option<&str>,
    limit: u64,
) -> Result<Vec<RepositoryName>, Error> {
    tx.all(
        "SELECT r.name FROM repositories r JOIN namespaces n ON n.id = r.namespace_id
         WHERE r.instance_id = $1 AND r.name > $2 AND (n.public OR NOT $3) ORDER BY r.name LIMIT $4",
        params![instance, last.unwrap_or_default(), only_public, limit],
        |row| row.get(0),
    )
}

/// How many repositories pass `filter`: a kept count where no path is asked for.
pub fn count(tx: &Transaction<'_>, instance: &InstanceId, filter: &Filter) -> Result<u64, Error> {
    match (&filter.path, filter.namespace_id) {
        (None, None) => tx.number("SELECT repository_count FROM instances WHERE id = $1", params![instance]),
        (None, Some(id)) => tx.number("SELECT repository_count FROM namespaces WHERE id = $1", params![id]),
        (Some(path), namespace_id) => {
            tx.number(concat!("SELECT COUNT(*)", filtered!()), params![instance, namespace_id, path])
        }
    }
}

/// Corrects the count of tags and notes the time of the change.
pub fn note_change(tx: &Transaction<'_>, id: i64, tags: i64, now: Timestamp) -> Result<(), Error> {
    tx.note(
        "UPDATE repositories SET tag_count = tag_count + $2, updated_at = $3 WHERE id = $1",
        params![id, tags, now],
    )
    .map(drop)
}

/// Removes a repository with its tags, manifests and links, and counts it off. Grows with the repository.
pub fn delete(tx: &Transaction<'_>, instance: &InstanceId, repository: &Repository) -> Result<(), Error> {
    tx.execute_in(repository.id, "DELETE FROM repositories WHERE id = $1", params![repository.id])?;
    crate::namespaces::add_to_count(tx, repository.namespace_id, -1)?;
    crate::instances::add_to_counts(tx, instance, 0, -1)
}

macro_rules! columns {
    () => {
        "SELECT r.id, r.namespace_id, r.name, n.public, r.brief_description, r.description, r.tag_count,
             r.created_at, r.updated_at"
    };
}
use columns;

macro_rules! filtered {
    () => {
        " FROM repositories r JOIN namespaces n ON n.id = r.namespace_id
          WHERE r.instance_id = $1 AND ($2 IS NULL OR r.namespace_id = $2)
          AND ($3 IS NULL OR replace(substr(r.name, length(n.name) + 2), $3, '') <> substr(r.name, length(n.name) + 2))"
    };
}
use filtered;

macro_rules! listing {
    ($order:literal) => {
        concat!(columns!(), filtered!(), " ORDER BY ", $order, " LIMIT $4 OFFSET $5")
    };
}
use listing;

fn read(row: &Row<'_>) -> Result<Repository, Error> {
    Ok(Repository {
        id: row.get(0)?,
        namespace_id: row.get(1)?,
        name: row.get(2)?,
        public: row.get(3)?,
        brief_description: row.get(4)?,
        description: row.get(5)?,
        tag_count: row.get(6)?,
        created_at: row.get(7)?,
        updated_at: row.get(8)?,
    })
}
