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
    /// When the paid periods began; `expires_at` is whole months after it. Not known of an instance that an older
    /// program made.
    pub paid_from: Option<Timestamp>,
    /// Months by which it renews itself: those that were last paid for.
    pub period_months: i64,
    /// Since when it is Isolate. Its row says Running beside that: a program before this one knows no such state.
    pub isolated_at: Option<Timestamp>,
    /// Whether `DeleteInstance` is refused.
    pub deletion_protection: bool,
    /// Whether its content goes with it, once it is being deleted.
    pub delete_bucket: bool,
    /// Whether content that is deleted is kept for a while.
    pub versioning: bool,
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

/// Adds an instance; says whether its name was free.
pub fn insert(tx: &Transaction<'_>, instance: &Instance) -> Result<bool, Error> {
    let changed = tx.note(
        "INSERT INTO instances (id, uin, name, label, edition, region, status, charge_type, renew_flag, expires_at,
             paid_from, period_months, deletion_protection, versioning, completeness, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT (label) DO NOTHING",
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
            instance.paid_from,
            instance.period_months,
            instance.deletion_protection,
            instance.versioning,
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

/// An account's instances, or those of one region, newest first. Grows with the account's instances, which are bounded.
pub fn list(
    tx: &Transaction<'_>,
    uin: Uin,
    region: Option<&str>,
    page: Page,
) -> Result<Vec<Instance>, Error> {
    tx.all(
        concat!(
            columns!(),
            " WHERE uin = $1 AND ($2 IS NULL OR region = $2) ORDER BY created_at DESC, id LIMIT $3 OFFSET $4"
        ),
        params![uin, region, page.limit, page.offset],
        read,
    )
}

/// How many instances an account has, or has in one region. Grows with them, which are bounded.
pub fn count(tx: &Transaction<'_>, uin: Uin, region: Option<&str>) -> Result<u64, Error> {
    let sql = "SELECT COUNT(*) FROM instances WHERE uin = $1 AND ($2 IS NULL OR region = $2)";
    tx.number(sql, params![uin, region])
}

/// Instances in use whose paid period ended at `now` or before, those first that ended first.
pub fn list_ended(tx: &Transaction<'_>, now: Timestamp, limit: u64) -> Result<Vec<Instance>, Error> {
    let sql = concat!(
        columns!(),
        " WHERE expires_at <= $1 AND isolated_at IS NULL AND status = 'Running' ORDER BY expires_at LIMIT $2"
    );
    tx.all(sql, params![now, limit], read)
}

/// Instances that are Isolate since `moment` or longer, those first that are so longest.
pub fn list_isolated(tx: &Transaction<'_>, moment: Timestamp, limit: u64) -> Result<Vec<Instance>, Error> {
    let sql =
        concat!(columns!(), " WHERE isolated_at <= $1 AND status = 'Running' ORDER BY isolated_at LIMIT $2");
    tx.all(sql, params![moment, limit], read)
}

/// Writes how an instance is paid, and the state that follows from it.
pub fn set_payment(tx: &Transaction<'_>, instance: &Instance) -> Result<(), Error> {
    tx.execute(
        "UPDATE instances SET status = $2, charge_type = $3, renew_flag = $4, expires_at = $5, paid_from = $6,
             period_months = $7, isolated_at = $8 WHERE id = $1",
        params![
            instance.id,
            kept(instance.status),
            instance.charge_type.number(),
            instance.renew_flag.number(),
            instance.expires_at,
            instance.paid_from,
            instance.period_months,
            instance.isolated_at,
        ],
    )
    .map(drop)
}

/// Writes an instance's edition and switches.
pub fn set_properties(tx: &Transaction<'_>, instance: &Instance) -> Result<(), Error> {
    tx.execute(
        "UPDATE instances SET edition = $2, deletion_protection = $3, versioning = $4 WHERE id = $1",
        params![instance.id, instance.edition.name(), instance.deletion_protection, instance.versioning],
    )
    .map(drop)
}

/// Takes an instance down: whether its content goes with it.
pub fn set_deleting(tx: &Transaction<'_>, id: &InstanceId, delete_bucket: bool) -> Result<(), Error> {
    let sql = "UPDATE instances SET status = $2, delete_bucket = $3, isolated_at = NULL WHERE id = $1";
    tx.execute(sql, params![id, InstanceStatus::Deleting, delete_bucket]).map(drop)
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
        "UPDATE instances SET namespace_count = namespace_count + $2, repository_count = repository_count + $3,
             repository_revision = repository_revision + 1
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
             delete_bucket, completeness, namespace_count, repository_count, created_at,
             paid_from, period_months, isolated_at, versioning, storage FROM instances"
    };
}
use columns;

/// The state as a row has it.
const fn kept(status: InstanceStatus) -> InstanceStatus {
    match status {
        InstanceStatus::Isolate => InstanceStatus::Running,
        other => other,
    }
}

/// The state that a row stands for.
const fn meant(kept: InstanceStatus, isolated_at: Option<Timestamp>) -> InstanceStatus {
    match (kept, isolated_at) {
        (InstanceStatus::Running, Some(_)) => InstanceStatus::Isolate,
        _ => kept,
    }
}

fn read(row: &Row<'_>) -> Result<Instance, Error> {
    Ok(Instance {
        id: row.get(0)?,
        uin: row.get(1)?,
        name: row.get(2)?,
        edition: row.get(3)?,
        region: row.get(4)?,
        status: meant(row.get(5)?, row.get(17)?),
        charge_type: row.get(6)?,
        renew_flag: row.get(7)?,
        expires_at: row.get(8)?,
        deletion_protection: row.get(9)?,
        delete_bucket: row.get(10)?,
        completeness: row.get(11)?,
        namespace_count: row.get(12)?,
        repository_count: row.get(13)?,
        created_at: row.get(14)?,
        paid_from: row.get(15)?,
        period_months: row.get(16)?,
        isolated_at: row.get(17)?,
        versioning: row.get(18)?,
        storage: row.get(19)?,
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
