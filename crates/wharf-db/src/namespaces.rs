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
    /// Only those that carry this cloud tag: a key, and the value where one is given.
    pub tag: Option<(String, Option<String>)>,
}

impl Filter {
    fn is_empty(&self) -> bool {
        self.name.is_none() && self.tag.is_none()
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
    for cve in &namespace.cve_allowlist {
        tx.note(
            "INSERT INTO namespace_cve_allowlist (namespace_id, cve_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            params![id, cve],
        )?;
    }
    Ok(true)
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

/// An instance's namespaces that pass `filter`, by name.
pub fn list(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    filter: &Filter,
    page: Page,
) -> Result<Vec<Namespace>, Error> {
    let (key, value) = filter.tag.clone().unzip();
    let namespaces = tx.all(
        concat!(columns!(), filtered!(), " ORDER BY name LIMIT $5 OFFSET $6"),
        params![instance, filter.name, key, value.flatten(), page.limit, page.offset],
        read,
    )?;
    namespaces.into_iter().map(|namespace| with_allowlist(tx, namespace)).collect()
}

/// How many namespaces pass `filter`: the kept count where there is none.
pub fn count(tx: &Transaction<'_>, instance: &InstanceId, filter: &Filter) -> Result<u64, Error> {
    if filter.is_empty() {
        return tx.number("SELECT namespace_count FROM instances WHERE id = $1", params![instance]);
    }
    let (key, value) = filter.tag.clone().unzip();
    let sql = concat!("SELECT COUNT(*) FROM namespaces", filtered!());
    tx.number(sql, params![instance, filter.name, key, value.flatten()])
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
        " WHERE instance_id = $1 AND ($2 IS NULL OR replace(name, $2, '') <> name)
          AND ($3 IS NULL OR EXISTS (SELECT 1 FROM resource_tags t
               WHERE t.resource = instance_id || '/' || name AND t.key = $3 AND ($4 IS NULL OR t.value = $4)))"
    };
}
use filtered;

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
