//! Listings of repositories: of an instance or one of its namespaces, in three orders and these backwards. Each reads
//! an index in its order. Times are followed by the row's number, so that no two rows stand at one place.

use wharf_model::{InstanceId, Timestamp};

use super::{Repository, read};
use crate::{Error, Page, Seek, ToValue, Transaction, Value, value::params};

/// The order of a listing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
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

/// What is listed.
#[derive(Clone, Copy, Debug)]
pub enum Scope<'s> {
    /// All of an instance.
    Instance(&'s InstanceId),
    /// A namespace, by its number.
    Namespace(i64),
}

/// Where a repository stands in every order.
#[derive(Clone, Debug)]
pub struct Place {
    id: i64,
    name: String,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// What changes with the rows of a scope. While it is the same, so is the order by name and by creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Repositories in it.
    pub count: u64,
    /// Counts how often one was added or removed.
    pub number: u64,
    /// When the scope itself was made: another one of its name begins to count anew.
    pub since: Timestamp,
    /// When one last changed; only where the order hangs on it.
    pub updated_at: Option<Timestamp>,
}

/// What the statements of a listing have in common but for their texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Name,
    Created,
    Updated,
}

impl Repository {
    /// Where it stands.
    pub fn place(&self) -> Place {
        Place {
            id: self.id,
            name: self.name.to_string(),
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

/// What tells whether a scope's rows are still where they were, and how many they are: kept counts.
pub fn revision(tx: &Transaction<'_>, scope: Scope<'_>, sort: Sort) -> Result<Revision, Error> {
    let (counts, newest) = match scope {
        Scope::Instance(_) => (COUNTS_OF_INSTANCE, NEWEST_OF_INSTANCE),
        Scope::Namespace(_) => (COUNTS_OF_NAMESPACE, NEWEST_OF_NAMESPACE),
    };
    let counts = tx.first(counts, &[scope.to_value()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let (count, number, since) = counts.unwrap_or((0, 0, Timestamp::from_microseconds(0)));
    let updated_at = match sort.key() {
        Key::Updated => tx.first(newest, &[scope.to_value()], |row| row.get(0))?,
        Key::Name | Key::Created => None,
    };
    Ok(Revision { count, number, since, updated_at })
}

/// A part of a scope's repositories. Costs what `seek` passes over, in an index, and what it answers.
pub fn list(
    tx: &Transaction<'_>,
    scope: Scope<'_>,
    sort: Sort,
    seek: &Seek<Place>,
) -> Result<Vec<Repository>, Error> {
    if seek.is_empty() {
        return Ok(Vec::new());
    }
    let sql = statement(scope, sort, seek.backwards);
    let upwards = sort.is_ascending() != seek.backwards;
    let from = seek.from.as_deref();
    let found = match sort.key() {
        Key::Name => {
            let name = from.map_or(if upwards { "" } else { AFTER_ALL }, |place| &place.name);
            tx.all(sql, params![scope, name, seek.rows, seek.skip], read)?
        }
        key => {
            let end = if upwards { i64::MIN } else { i64::MAX };
            let (time, id) =
                from.map_or((Timestamp::from_microseconds(end), end), |place| (place.time(key), place.id));
            tx.all(sql, params![scope, time, id, seek.rows, seek.skip], read)?
        }
    };
    Ok(in_order(found, sort))
}

/// A scope's repositories whose path inside the namespace holds `part`. Looks at every repository of the scope up to
/// the page's end, in the order's index.
pub fn list_like(
    tx: &Transaction<'_>,
    scope: Scope<'_>,
    part: &str,
    sort: Sort,
    page: Page,
) -> Result<Vec<Repository>, Error> {
    let sql = statement_like(scope, sort);
    let found = tx.all(sql, params![scope, part, page.limit, page.offset], read)?;
    Ok(in_order(found, sort))
}

/// How many repositories of a scope have a path that holds `part`. Looks at every repository of the scope.
pub fn count_like(tx: &Transaction<'_>, scope: Scope<'_>, part: &str) -> Result<u64, Error> {
    let sql = match scope {
        Scope::Instance(_) => COUNT_LIKE_OF_INSTANCE,
        Scope::Namespace(_) => COUNT_LIKE_OF_NAMESPACE,
    };
    tx.number(sql, params![scope, part])
}

/// A join keeps the order in which it found its rows as a rule, and nobody promises that.
fn in_order(mut found: Vec<Repository>, sort: Sort) -> Vec<Repository> {
    match sort.key() {
        Key::Name => found.sort_by_cached_key(|one| one.name.to_string()),
        Key::Created => found.sort_by_key(|one| (one.created_at, one.id)),
        Key::Updated => found.sort_by_key(|one| (one.updated_at, one.id)),
    }
    if !sort.is_ascending() {
        found.reverse();
    }
    found
}

impl Sort {
    pub(crate) fn key(self) -> Key {
        match self {
            Self::Name | Self::NameDescending => Key::Name,
            Self::Created | Self::CreatedDescending => Key::Created,
            Self::Updated | Self::UpdatedDescending => Key::Updated,
        }
    }

    fn is_ascending(self) -> bool {
        matches!(self, Self::Name | Self::Created | Self::Updated)
    }
}

impl Place {
    fn time(&self, key: Key) -> Timestamp {
        if key == Key::Updated { self.updated_at } else { self.created_at }
    }
}

impl ToValue for Scope<'_> {
    const NULL: Value = Value::Text(None);

    fn to_value(&self) -> Value {
        match self {
            Self::Instance(id) => id.to_value(),
            Self::Namespace(id) => id.to_value(),
        }
    }
}

/// Comes after every name in byte order.
const AFTER_ALL: &str = "\u{7f}";

const COUNTS_OF_INSTANCE: &str =
    "SELECT repository_count, repository_revision, created_at FROM instances WHERE id = $1";
const COUNTS_OF_NAMESPACE: &str =
    "SELECT repository_count, repository_revision, created_at FROM namespaces WHERE id = $1";
pub(crate) const NEWEST_OF_INSTANCE: &str =
    "SELECT updated_at FROM repository_updates WHERE instance_id = $1 ORDER BY updated_at DESC LIMIT 1";
pub(crate) const NEWEST_OF_NAMESPACE: &str =
    "SELECT updated_at FROM repository_updates WHERE namespace_id = $1 ORDER BY updated_at DESC LIMIT 1";

/// Rows are found in an index alone; only what is on the page is read. SQLite takes a `CROSS JOIN`'s tables in the order in
/// which they stand, where it might else look a page's rows up among all of the table's.
macro_rules! page {
    ($found:expr, $join:expr) => {
        concat!(
            columns!(),
            " FROM (",
            $found,
            ") page CROSS JOIN repositories r CROSS JOIN namespaces n WHERE ",
            $join,
            " AND n.id = r.namespace_id"
        )
    };
}

macro_rules! by_name {
    ($scope:literal, $compare:literal, $order:literal) => {
        page!(
            concat!(
                "SELECT name FROM repositories WHERE ",
                $scope,
                " = $1 AND name ",
                $compare,
                " $2 ORDER BY name ",
                $order,
                " LIMIT $3 OFFSET $4"
            ),
            concat!("r.", $scope, " = $1 AND r.name = page.name")
        )
    };
}

macro_rules! by_creation {
    ($scope:literal, $compare:literal, $order:literal) => {
        page!(
            by_time!("id, created_at FROM repositories", "created_at", "id", $scope, $compare, $order),
            "r.id = page.id"
        )
    };
}

macro_rules! by_update {
    ($scope:literal, $compare:literal, $order:literal) => {
        page!(
            by_time!(
                "repository_id AS id, updated_at FROM repository_updates",
                "updated_at",
                "repository_id",
                $scope,
                $compare,
                $order
            ),
            "r.id = page.id"
        )
    };
}

macro_rules! by_time {
    ($select:literal, $time:literal, $id:literal, $scope:literal, $compare:literal, $order:literal) => {
        concat!(
            "SELECT ",
            $select,
            " WHERE ",
            $scope,
            " = $1 AND (",
            $time,
            ", ",
            $id,
            ") ",
            $compare,
            " ($2, $3) ORDER BY ",
            $time,
            " ",
            $order,
            ", ",
            $id,
            " ",
            $order,
            " LIMIT $4 OFFSET $5"
        )
    };
}

/// An order's statement for a direction: from a row on and upwards, from before it downwards, and for the order
/// backwards from a row on and downwards, from before it upwards.
macro_rules! directed {
    ($statement:ident, $scope:literal, $ascending:expr, $backwards:expr) => {
        match ($ascending, $backwards) {
            (true, false) => $statement!($scope, ">=", "ASC"),
            (true, true) => $statement!($scope, "<", "DESC"),
            (false, false) => $statement!($scope, "<=", "DESC"),
            (false, true) => $statement!($scope, ">", "ASC"),
        }
    };
}

pub(crate) fn statement(scope: Scope<'_>, sort: Sort, backwards: bool) -> &'static str {
    let ascending = sort.is_ascending();
    match (scope, sort.key()) {
        (Scope::Instance(_), Key::Name) => directed!(by_name, "instance_id", ascending, backwards),
        (Scope::Namespace(_), Key::Name) => directed!(by_name, "namespace_id", ascending, backwards),
        (Scope::Instance(_), Key::Created) => directed!(by_creation, "instance_id", ascending, backwards),
        (Scope::Namespace(_), Key::Created) => directed!(by_creation, "namespace_id", ascending, backwards),
        (Scope::Instance(_), Key::Updated) => directed!(by_update, "instance_id", ascending, backwards),
        (Scope::Namespace(_), Key::Updated) => directed!(by_update, "namespace_id", ascending, backwards),
    }
}

/// `LIKE` is not for texts that clients choose; what follows the namespace's name and a slash is the path.
macro_rules! holds_part {
    () => {
        "replace(substr(r.name, length(n.name) + 2), $2, '') <> substr(r.name, length(n.name) + 2)"
    };
}

macro_rules! like {
    ($from:literal, $scope:literal, $order:literal) => {
        concat!(
            columns!(),
            " FROM ",
            $from,
            " CROSS JOIN namespaces n WHERE ",
            $scope,
            " = $1 AND n.id = r.namespace_id AND ",
            holds_part!(),
            " ORDER BY ",
            $order,
            " LIMIT $3 OFFSET $4"
        )
    };
}

macro_rules! sorted_like {
    ($sort:expr, $repositories:literal, $updates:literal) => {
        match $sort {
            Sort::Name => like!("repositories r", $repositories, "r.name"),
            Sort::NameDescending => like!("repositories r", $repositories, "r.name DESC"),
            Sort::Created => like!("repositories r", $repositories, "r.created_at, r.id"),
            Sort::CreatedDescending => like!("repositories r", $repositories, "r.created_at DESC, r.id DESC"),
            Sort::Updated => like!(
                "repository_updates u CROSS JOIN repositories r",
                $updates,
                "u.updated_at, u.repository_id"
            ),
            Sort::UpdatedDescending => like!(
                "repository_updates u CROSS JOIN repositories r",
                $updates,
                "u.updated_at DESC, u.repository_id DESC"
            ),
        }
    };
}

pub(crate) fn statement_like(scope: Scope<'_>, sort: Sort) -> &'static str {
    match scope {
        Scope::Instance(_) => sorted_like!(sort, "r.instance_id", "r.id = u.repository_id AND u.instance_id"),
        Scope::Namespace(_) => {
            sorted_like!(sort, "r.namespace_id", "r.id = u.repository_id AND u.namespace_id")
        }
    }
}

pub(crate) const COUNT_LIKE_OF_INSTANCE: &str = concat!(
    "SELECT COUNT(*) FROM repositories r CROSS JOIN namespaces n
     WHERE r.instance_id = $1 AND n.id = r.namespace_id AND ",
    holds_part!()
);
pub(crate) const COUNT_LIKE_OF_NAMESPACE: &str = concat!(
    "SELECT COUNT(*) FROM repositories r CROSS JOIN namespaces n
     WHERE r.namespace_id = $1 AND n.id = r.namespace_id AND ",
    holds_part!()
);
