//! Repositories of a namespace.

use wharf_model::{InstanceId, RepositoryName, Timestamp};

use crate::{Error, Row, Transaction, value::params};

macro_rules! columns {
    () => {
        "SELECT r.id, r.namespace_id, r.name, n.public, r.brief_description, r.description, r.tag_count,
             r.created_at, r.updated_at, r.tag_revision"
    };
}

pub(crate) mod listing;

pub use listing::{Place, Revision, Scope, Sort, count_like, list, list_like, revision};

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
    /// Counts the changes of its tags.
    pub tag_revision: u64,
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

/// How many tags the instance's repository with the most has. Looks at all repositories of the instance.
pub fn most_tags(tx: &Transaction<'_>, instance: &InstanceId) -> Result<u64, Error> {
    let sql = "SELECT COALESCE(MAX(tag_count), 0) FROM repositories WHERE instance_id = $1";
    tx.number(sql, params![instance])
}

/// Corrects the count of tags and notes that they changed, and when. Whatever changes a tag calls it.
pub fn note_change(tx: &Transaction<'_>, id: i64, tags: i64, now: Timestamp) -> Result<(), Error> {
    tx.note(
        "UPDATE repositories SET tag_count = tag_count + $2, tag_revision = tag_revision + 1, updated_at = $3
         WHERE id = $1",
        params![id, tags, now],
    )
    .map(drop)
}

/// Replaces what is said about a repository.
pub fn describe(
    tx: &Transaction<'_>,
    id: i64,
    brief_description: &str,
    description: &str,
    now: Timestamp,
) -> Result<(), Error> {
    tx.note(
        "UPDATE repositories SET brief_description = $2, description = $3, updated_at = $4 WHERE id = $1",
        params![id, brief_description, description, now],
    )
    .map(drop)
}

/// Removes a repository with its tags, manifests and links, and counts it off. Grows with the repository.
pub fn delete(tx: &Transaction<'_>, instance: &InstanceId, repository: &Repository) -> Result<(), Error> {
    tx.execute_in(repository.id, "DELETE FROM repositories WHERE id = $1", params![repository.id])?;
    crate::namespaces::add_to_count(tx, repository.namespace_id, -1)?;
    crate::instances::add_to_counts(tx, instance, 0, -1)
}

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
        tag_revision: row.get(9)?,
    })
}
