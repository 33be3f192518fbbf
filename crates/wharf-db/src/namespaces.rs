//! Namespaces of an instance.

use wharf_model::{InstanceId, NamespaceName, Severity, Timestamp};

use crate::{Error, Page, Row, Transaction, value::params};

/// A row of `namespaces`.
#[derive(Clone, Debug)]
pub struct Namespace {
    /// The number that the API shows as `NamespaceId`; 0 for one not stored yet.
    pub id: i64,
    /// Its name.
    pub name: NamespaceName,
    /// Whether anybody may pull.
    pub public: bool,
    /// Whether a push starts a scan.
    pub auto_scan: bool,
    /// Whether vulnerable images are held back.
    pub prevent_vul: bool,
    /// From which severity on they are.
    pub severity: Option<Severity>,
    /// Vulnerabilities that do not count, by CVE number.
    pub cve_allowlist: Vec<String>,
    /// Repositories in it.
    pub repository_count: u64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Which namespaces a listing shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those whose name holds this.
    pub name: Option<String>,
    /// Only those that carry, of each of these lists, one of the cloud tags: a key, and the value where one is given.
    pub tags: Vec<Vec<(String, Option<String>)>>,
}

/// What is to become of a namespace; what is nothing stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Whether anybody may pull.
    pub public: Option<bool>,
    /// Whether a push starts a scan.
    pub auto_scan: Option<bool>,
    /// Whether vulnerable images are held back.
    pub prevent_vul: Option<bool>,
    /// From which severity on they are.
    pub severity: Option<Severity>,
    /// Vulnerabilities that do not count, by CVE number: in the place of those that there are.
    pub cve_allowlist: Option<Vec<String>>,
}

impl Filter {
    fn is_empty(&self) -> bool {
        self.name.is_none() && self.tags.is_empty()
    }

    /// Whether a namespace with these cloud tags passes.
    fn takes(&self, tags: &[(String, String)]) -> bool {
        let is_there = |(key, value): &(String, Option<String>)| {
            tags.iter().any(|tag| tag.0 == *key && value.as_ref().is_none_or(|value| tag.1 == *value))
        };
        self.tags.iter().all(|any_of| any_of.iter().any(is_there))
    }
}

/// Adds a namespace and its allow list; says whether its name was free.
pub fn insert(tx: &Transaction<'_>, instance: &InstanceId, namespace: &Namespace) -> Result<bool, Error> {
    let id: Option<i64> = tx.first(
        "INSERT INTO namespaces (instance_id, name, public, auto_scan, prevent_vul, severity, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (instance_id, name) DO NOTHING RETURNING id",
        params![
            instance,
            namespace.name,
            namespace.public,
            namespace.auto_scan,
            namespace.prevent_vul,
            namespace.severity.map(Severity::name),
            namespace.created_at
        ],
        |row| row.get(0),
    )?;
    let Some(id) = id else { return Ok(false) };
    add_to_allowlist(tx, id, &namespace.cve_allowlist)?;
    Ok(true)
}

/// Changes a namespace.
pub fn change(tx: &Transaction<'_>, id: i64, changes: &Changes) -> Result<(), Error> {
    tx.execute(
        "UPDATE namespaces SET public = COALESCE($2, public), auto_scan = COALESCE($3, auto_scan),
             prevent_vul = COALESCE($4, prevent_vul), severity = COALESCE($5, severity) WHERE id = $1",
        params![
            id,
            changes.public,
            changes.auto_scan,
            changes.prevent_vul,
            changes.severity.map(Severity::name)
        ],
    )?;
    if let Some(allowlist) = &changes.cve_allowlist {
        tx.note("DELETE FROM namespace_cve_allowlist WHERE namespace_id = $1", params![id])?;
        add_to_allowlist(tx, id, allowlist)?;
    }
    Ok(())
}

/// The namespace of that name.
pub fn find(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    name: &NamespaceName,
) -> Result<Option<Namespace>, Error> {
    let sql = concat!(columns!(), " WHERE instance_id = $1 AND name = $2");
    let namespace = tx.first(sql, params![instance, name], read)?;
    namespace.map(|namespace| with_allowlist(tx, namespace)).transpose()
}

/// An instance's namespaces that pass `filter`, by name. A filter looks at all of them, one of tags at all their tags.
pub fn list(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    filter: &Filter,
    page: Page,
) -> Result<Vec<Namespace>, Error> {
    if !filter.tags.is_empty() {
        return list_tagged(tx, instance, filter, page);
    }
    let namespaces = tx.all(
        concat!(columns!(), filtered!(), " ORDER BY name LIMIT $3 OFFSET $4"),
        params![instance, filter.name, page.limit, page.offset],
        read,
    )?;
    namespaces.into_iter().map(|namespace| with_allowlist(tx, namespace)).collect()
}

/// How many namespaces pass `filter`: the kept count where there is none.
pub fn count(tx: &Transaction<'_>, instance: &InstanceId, filter: &Filter) -> Result<u64, Error> {
    if filter.is_empty() {
        return tx.number("SELECT namespace_count FROM instances WHERE id = $1", params![instance]);
    }
    if !filter.tags.is_empty() {
        return Ok(tagged(tx, instance, filter)?.len() as u64);
    }
    let sql = concat!("SELECT COUNT(*) FROM namespaces", filtered!());
    tx.number(sql, params![instance, filter.name])
}

fn list_tagged(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    filter: &Filter,
    page: Page,
) -> Result<Vec<Namespace>, Error> {
    let whole = |number| usize::try_from(number).unwrap_or(usize::MAX);
    let found = tagged(tx, instance, filter)?.into_iter().skip(whole(page.offset)).take(whole(page.limit));
    let mut namespaces = Vec::new();
    for id in found {
        let namespace = tx.first(concat!(columns!(), " WHERE id = $1"), params![id], read)?;
        namespaces.extend(namespace.map(|namespace| with_allowlist(tx, namespace)).transpose()?);
    }
    Ok(namespaces)
}

/// The numbers of an instance's namespaces that pass a filter of tags, by name.
fn tagged(tx: &Transaction<'_>, instance: &InstanceId, filter: &Filter) -> Result<Vec<i64>, Error> {
    let rows: Vec<(i64, (String, String))> = tx.all(
        "SELECT n.id, t.key, t.value FROM namespaces n
             JOIN resource_tags t ON t.resource = n.instance_id || '/' || n.name
             WHERE n.instance_id = $1 AND ($2 IS NULL OR replace(n.name, $2, '') <> n.name) ORDER BY n.name",
        params![instance, filter.name],
        |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))),
    )?;
    let of_each = rows.chunk_by(|one, next| one.0 == next.0).filter_map(|rows| {
        let tags: Vec<_> = rows.iter().map(|(_, tag)| tag.clone()).collect();
        rows.first().filter(|_| filter.takes(&tags)).map(|(id, _)| *id)
    });
    Ok(of_each.collect())
}

/// Corrects the count of repositories, of which there are others now.
pub fn add_to_count(tx: &Transaction<'_>, id: i64, repositories: i64) -> Result<(), Error> {
    tx.note(
        "UPDATE namespaces SET repository_count = repository_count + $2,
             repository_revision = repository_revision + 1
         WHERE id = $1",
        params![id, repositories],
    )
    .map(drop)
}

/// Removes an empty namespace.
pub fn delete(tx: &Transaction<'_>, id: i64) -> Result<(), Error> {
    tx.execute("DELETE FROM namespaces WHERE id = $1", params![id]).map(drop)
}

macro_rules! columns {
    () => {
        "SELECT id, name, public, auto_scan, prevent_vul, severity, repository_count, created_at FROM namespaces"
    };
}
use columns;

macro_rules! filtered {
    () => {
        " WHERE instance_id = $1 AND ($2 IS NULL OR replace(name, $2, '') <> name)"
    };
}
use filtered;

fn add_to_allowlist(tx: &Transaction<'_>, id: i64, allowlist: &[String]) -> Result<(), Error> {
    for cve in allowlist {
        tx.note(
            "INSERT INTO namespace_cve_allowlist (namespace_id, cve_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            params![id, cve],
        )?;
    }
    Ok(())
}

fn with_allowlist(tx: &Transaction<'_>, mut namespace: Namespace) -> Result<Namespace, Error> {
    namespace.cve_allowlist = tx.all(
        "SELECT cve_id FROM namespace_cve_allowlist WHERE namespace_id = $1 ORDER BY cve_id",
        params![namespace.id],
        |row| row.get(0),
    )?;
    Ok(namespace)
}

fn read(row: &Row<'_>) -> Result<Namespace, Error> {
    Ok(Namespace {
        id: row.get(0)?,
        name: row.get(1)?,
        public: row.get(2)?,
        auto_scan: row.get(3)?,
        prevent_vul: row.get(4)?,
        severity: row.get(5)?,
        cve_allowlist: Vec::new(),
        repository_count: row.get(6)?,
        created_at: row.get(7)?,
    })
}
