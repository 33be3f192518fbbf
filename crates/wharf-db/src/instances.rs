//! Instances and their states.

use wharf_model::{
    ChargeType, Completeness, Edition, InstanceId, InstanceName, InstanceStatus, RenewFlag, StorageName,
    Timestamp, Uin,
};

use crate::{Error, FromColumn, Page, Row, Transaction, column::Column, value::params};

/// A row of `instances`.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The instance's id.
    pub id: InstanceId,
    /// The account that owns it.
    pub uin: Uin,
    /// Its name, unique in the whole registry whatever the case.
    pub name: InstanceName,
    /// Its edition.
    pub edition: Edition,
    /// The region's name.
    pub region: String,
    /// Where it is in its life.
    pub status: InstanceStatus,
    /// How it is paid.
    pub charge_type: ChargeType,
    /// What happens when the paid period ends.
    pub renew_flag: RenewFlag,
    /// When the paid period ends; never for a post-paid one.
    pub expires_at: Option<Timestamp>,
    /// Whether `DeleteInstance` is refused.
    pub deletion_protection: bool,
    /// Whether its content goes with it, once it is being deleted.
    pub delete_bucket: bool,
    /// What of a manifest's content must be there before the manifest.
    pub completeness: Completeness,
    /// Namespaces in it.
    pub namespace_count: u64,
    /// Repositories in it.
    pub repository_count: u64,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// The store that new content goes to; at first the default one.
    pub storage: StorageName,
}

/// Which of an account's instances a listing shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only this region's.
    pub region: Option<String>,
    /// Only the ones whose name holds this, whatever the case.
    pub name: Option<String>,
    /// Only the ones in this state.
    pub status: Option<InstanceStatus>,
    /// Only the ones that carry this cloud tag: a key, and the value where one is given.
    pub tag: Option<(String, Option<String>)>,
}

/// Adds an instance; says whether its name was free.
pub fn insert(tx: &Transaction<'_>, instance: &Instance) -> Result<bool, Error> {
    let changed = tx.note(
        "INSERT INTO instances (id, uin, name, label, edition, region, status, charge_type, renew_flag, expires_at,
             deletion_protection, completeness, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (label) DO NOTHING",
        params![
            instance.id,
            instance.uin,
            instance.name.as_str(),
            instance.name.label(),
            instance.edition.name(),
            instance.region,
            instance.status,
            instance.charge_type.number(),
            instance.renew_flag.number(),
            instance.expires_at,
            instance.deletion_protection,
            instance.completeness.name(),
            instance.created_at,
        ],
    )?;
    Ok(changed > 0)
}

/// The instance of that id.
pub fn find(tx: &Transaction<'_>, id: &InstanceId) -> Result<Option<Instance>, Error> {
    tx.first(concat!(columns!(), " WHERE id = $1"), params![id], read)
}

/// The instance whose name, in lower case, is `label`.
pub fn find_by_label(tx: &Transaction<'_>, label: &str) -> Result<Option<Instance>, Error> {
    tx.first(concat!(columns!(), " WHERE label = $1"), params![label], read)
}

/// An account's instances that pass `filter`, newest first. Grows with the account's instances, which are few.
pub fn list(tx: &Transaction<'_>, uin: Uin, filter: &Filter, page: Page) -> Result<Vec<Instance>, Error> {
    let (key, value) = filter.tag.clone().unzip();
    tx.all(
        concat!(columns!(), filtered!(), " ORDER BY created_at DESC, id LIMIT $7 OFFSET $8"),
        params![
            uin,
            filter.region,
            filter.name.as_deref().map(str::to_lowercase),
            filter.status,
            key,
            value.flatten(),
            page.limit,
            page.offset
        ],
        read,
    )
}

/// How many of an account's instances pass `filter`.
pub fn count(tx: &Transaction<'_>, uin: Uin, filter: &Filter) -> Result<u64, Error> {
    let (key, value) = filter.tag.clone().unzip();
    tx.number(
        concat!("SELECT COUNT(*) FROM instances", filtered!()),
        params![
            uin,
            filter.region,
            filter.name.as_deref().map(str::to_lowercase),
            filter.status,
            key,
            value.flatten()
        ],
    )
}

/// Moves an instance from one state to the next; says whether it was in the first.
pub fn set_status(
    tx: &Transaction<'_>,
    id: &InstanceId,
    from: InstanceStatus,
    to: InstanceStatus,
) -> Result<bool, Error> {
    let sql = "UPDATE instances SET status = $3 WHERE id = $1 AND status = $2";
    Ok(tx.execute(sql, params![id, from, to])? > 0)
}

/// Notes whether an instance's content goes with it.
pub fn set_delete_bucket(tx: &Transaction<'_>, id: &InstanceId, delete_bucket: bool) -> Result<(), Error> {
    tx.execute("UPDATE instances SET delete_bucket = $2 WHERE id = $1", params![id, delete_bucket]).map(drop)
}

/// Has an instance's new content go to another store; says whether it went to `from` before.
pub fn set_storage(
    tx: &Transaction<'_>,
    id: &InstanceId,
    from: &StorageName,
    to: &StorageName,
) -> Result<bool, Error> {
    let sql = "UPDATE instances SET storage = $3 WHERE id = $1 AND storage = $2";
    Ok(tx.execute(sql, params![id, from, to])? > 0)
}

/// Sets what of a manifest's content must be there before the manifest; says whether there is such an instance.
pub fn set_completeness(
    tx: &Transaction<'_>,
    id: &InstanceId,
    completeness: Completeness,
) -> Result<bool, Error> {
    let sql = "UPDATE instances SET completeness = $2 WHERE id = $1";
    Ok(tx.execute(sql, params![id, completeness.name()])? > 0)
}

/// Corrects the counts that listings show.
pub fn add_to_counts(
    tx: &Transaction<'_>,
    id: &InstanceId,
    namespaces: i64,
    repositories: i64,
) -> Result<(), Error> {
    tx.note(
        "UPDATE instances SET namespace_count = namespace_count + $2, repository_count = repository_count + $3
         WHERE id = $1",
        params![id, namespaces, repositories],
    )
    .map(drop)
}

/// Removes `limit` repositories or blobs of an instance, or when none are left, the instance and what else hangs on it.
/// Says whether there is more to remove. A transaction of all at once would keep others waiting.
pub fn delete_some(tx: &Transaction<'_>, id: &InstanceId, limit: u64) -> Result<bool, Error> {
    for sql in [
        "DELETE FROM repositories WHERE id IN (SELECT id FROM repositories WHERE instance_id = $1 LIMIT $2)",
        "DELETE FROM blobs WHERE instance_id = $1
             AND digest IN (SELECT digest FROM blobs WHERE instance_id = $1 LIMIT $2)",
    ] {
        if tx.execute(sql, params![id, limit])? > 0 {
            return Ok(true);
        }
    }
    for sql in [
        "DELETE FROM resource_tags WHERE resource = $1",
        "DELETE FROM resource_tags WHERE resource IN
             (SELECT instance_id || '/' || name FROM namespaces WHERE instance_id = $1)",
        "DELETE FROM namespaces WHERE instance_id = $1",
        "DELETE FROM upload_sessions WHERE instance_id = $1",
        "DELETE FROM instance_tokens WHERE instance_id = $1",
        "DELETE FROM instance_moves WHERE instance_id = $1",
        "DELETE FROM instances WHERE id = $1",
    ] {
        tx.execute(sql, params![id])?;
    }
    Ok(false)
}

macro_rules! columns {
    () => {
        "SELECT id, uin, name, edition, region, status, charge_type, renew_flag, expires_at, deletion_protection,
             delete_bucket, completeness, namespace_count, repository_count, created_at, storage
         FROM instances"
    };
}
use columns;

macro_rules! filtered {
    () => {
        " WHERE uin = $1 AND ($2 IS NULL OR region = $2) AND ($3 IS NULL OR replace(label, $3, '') <> label)
          AND ($4 IS NULL OR status = $4)
          AND ($5 IS NULL OR EXISTS (SELECT 1 FROM resource_tags t
               WHERE t.resource = instances.id AND t.key = $5 AND ($6 IS NULL OR t.value = $6)))"
    };
}
use filtered;

fn read(row: &Row<'_>) -> Result<Instance, Error> {
    Ok(Instance {
        id: row.get(0)?,
        uin: row.get(1)?,
        name: row.get(2)?,
        edition: row.get(3)?,
        region: row.get(4)?,
        status: row.get(5)?,
        charge_type: row.get(6)?,
        renew_flag: row.get(7)?,
        expires_at: row.get(8)?,
        deletion_protection: row.get(9)?,
        delete_bucket: row.get(10)?,
        completeness: row.get(11)?,
        namespace_count: row.get(12)?,
        repository_count: row.get(13)?,
        created_at: row.get(14)?,
        storage: row.get(15)?,
    })
}

impl FromColumn for ChargeType {
    fn from_column(column: Column) -> Result<Self, Column> {
        let number = i64::from_column(column)?;
        Self::from_number(number).ok_or(Column::Integer(number))
    }
}

impl FromColumn for RenewFlag {
    fn from_column(column: Column) -> Result<Self, Column> {
        let number = i64::from_column(column)?;
        Self::from_number(number).ok_or(Column::Integer(number))
    }
}
