//! Service accounts of an instance, and what they may do in its namespaces.

use wharf_model::{InstanceId, NamespaceName, ServiceAccountName, ServiceActions, Timestamp, Uin};

use crate::{Error, Page, Row, Transaction, value::params};

/// A row of `service_accounts`, without its password.
#[derive(Clone, Debug)]
pub struct ServiceAccount {
    /// The store's own number; 0 for one not stored yet.
    pub id: i64,
    /// The instance that it opens.
    pub instance: InstanceId,
    /// Its name, unique in the instance.
    pub name: ServiceAccountName,
    /// What it is for.
    pub description: String,
    /// Whether it works.
    pub enabled: bool,
    /// When it ends; nothing for never.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// What is kept of a password.
#[derive(Clone)]
pub struct Password {
    /// An id that no other password has.
    pub id: String,
    /// A short keyed hash of the account's name and the password.
    pub mark: i64,
    /// The Argon2id hash, in PHC form.
    pub hash: String,
}

/// An account whose name and password's mark are those of somebody who logs in.
#[derive(Clone)]
pub struct Candidate {
    /// The instance that it opens.
    pub instance: InstanceId,
    /// The instance's name in lower case.
    pub label: String,
    /// The main account that owns the instance.
    pub owner: Uin,
    /// The password's id.
    pub password_id: String,
    /// The password's hash.
    pub password_hash: String,
    /// Whether the account works, and until when.
    pub validity: Validity,
}

/// Whether an account works, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// Whether it is not disabled.
    pub enabled: bool,
    /// When it ends; nothing for never.
    pub expires_at: Option<Timestamp>,
}

/// Adds an account and counts it; says whether its name was free.
pub fn insert(
    tx: &Transaction<'_>,
    account: &ServiceAccount,
    password: &Password,
) -> Result<Option<i64>, Error> {
    let id: Option<i64> = tx.first(
        "INSERT INTO service_accounts (instance_id, name, description, enabled, password_id, password_mark,
             password_hash, expires_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) ON CONFLICT (instance_id, name) DO NOTHING RETURNING id",
        params![
            account.instance,
            account.name,
            account.description,
            account.enabled,
            password.id,
            password.mark,
            password.hash,
            account.expires_at,
            account.created_at
        ],
        |row| row.get(0),
    )?;
    if id.is_some() {
        add_to_count(tx, &account.instance, 1)?;
    }
    Ok(id)
}

/// The instance's account of that name.
pub fn find(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    name: &ServiceAccountName,
) -> Result<Option<ServiceAccount>, Error> {
    let sql = concat!(columns!(), " WHERE instance_id = $1 AND name = $2");
    tx.first(sql, params![instance, name], read)
}

/// An instance's accounts by name.
pub fn list(tx: &Transaction<'_>, instance: &InstanceId, page: Page) -> Result<Vec<ServiceAccount>, Error> {
    tx.all(
        concat!(columns!(), " WHERE instance_id = $1 ORDER BY name LIMIT $2 OFFSET $3"),
        params![instance, page.limit, page.offset],
        read,
    )
}

/// How many accounts an instance has: the kept count.
pub fn count(tx: &Transaction<'_>, instance: &InstanceId) -> Result<u64, Error> {
    tx.number("SELECT service_account_count FROM instances WHERE id = $1", params![instance])
}

/// Keeps what of an account can be changed: its description, whether it works, when it ends and when it was changed.
pub fn update(tx: &Transaction<'_>, account: &ServiceAccount) -> Result<(), Error> {
    tx.execute(
        "UPDATE service_accounts SET description = $2, enabled = $3, expires_at = $4, updated_at = $5 WHERE id = $1",
        params![account.id, account.description, account.enabled, account.expires_at, account.updated_at],
    )
    .map(drop)
}

/// Gives an account another password.
pub fn set_password(tx: &Transaction<'_>, id: i64, password: &Password, now: Timestamp) -> Result<(), Error> {
    tx.execute(
        "UPDATE service_accounts SET password_id = $2, password_mark = $3, password_hash = $4, updated_at = $5
         WHERE id = $1",
        params![id, password.id, password.mark, password.hash, now],
    )
    .map(drop)
}

/// Removes an account with its permissions, and counts it out.
pub fn delete(tx: &Transaction<'_>, account: &ServiceAccount) -> Result<(), Error> {
    tx.execute("DELETE FROM service_accounts WHERE id = $1", params![account.id])?;
    add_to_count(tx, &account.instance, -1)
}

/// Sets what an account may do, each namespace by its number once.
pub fn replace_permissions(
    tx: &Transaction<'_>,
    id: i64,
    permissions: &[(i64, ServiceActions)],
) -> Result<(), Error> {
    tx.execute("DELETE FROM service_account_permissions WHERE account_id = $1", params![id])?;
    for (namespace, actions) in permissions {
        tx.note(
            "INSERT INTO service_account_permissions (account_id, namespace_id, actions) VALUES ($1, $2, $3)",
            params![id, namespace, actions],
        )?;
    }
    Ok(())
}

/// What an account may do, by the namespaces' names.
pub fn list_permissions(
    tx: &Transaction<'_>,
    id: i64,
) -> Result<Vec<(NamespaceName, ServiceActions)>, Error> {
    tx.all(
        "SELECT n.name, p.actions FROM service_account_permissions p JOIN namespaces n ON n.id = p.namespace_id
         WHERE p.account_id = $1 ORDER BY n.name",
        params![id],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// The accounts of that name, of any instance, whose password has that mark.
pub fn list_candidates(
    tx: &Transaction<'_>,
    name: &ServiceAccountName,
    mark: i64,
) -> Result<Vec<Candidate>, Error> {
    tx.all(
        "SELECT a.instance_id, i.label, i.uin, a.password_id, a.password_hash, a.enabled, a.expires_at
         FROM service_accounts a JOIN instances i ON i.id = a.instance_id
         WHERE a.name = $1 AND a.password_mark = $2 ORDER BY a.id",
        params![name, mark],
        |row| {
            Ok(Candidate {
                instance: row.get(0)?,
                label: row.get(1)?,
                owner: row.get(2)?,
                password_id: row.get(3)?,
                password_hash: row.get(4)?,
                validity: Validity { enabled: row.get(5)?, expires_at: row.get(6)? },
            })
        },
    )
}

/// Whether the account works that has this password still, and until when.
pub fn find_validity(tx: &Transaction<'_>, password_id: &str) -> Result<Option<Validity>, Error> {
    tx.first(
        "SELECT enabled, expires_at FROM service_accounts WHERE password_id = $1",
        params![password_id],
        |row| Ok(Validity { enabled: row.get(0)?, expires_at: row.get(1)? }),
    )
}

/// What the account with this password may do in a namespace of its instance.
pub fn permitted(
    tx: &Transaction<'_>,
    password_id: &str,
    namespace: &NamespaceName,
) -> Result<ServiceActions, Error> {
    let actions = tx.first(
        "SELECT p.actions FROM service_accounts a
             JOIN namespaces n ON n.instance_id = a.instance_id AND n.name = $2
             JOIN service_account_permissions p ON p.account_id = a.id AND p.namespace_id = n.id
         WHERE a.password_id = $1",
        params![password_id, namespace],
        |row| row.get(0),
    )?;
    Ok(actions.unwrap_or_default())
}

/// The namespaces in which the account with this password may do something, and what.
pub fn list_permitted(
    tx: &Transaction<'_>,
    password_id: &str,
) -> Result<Vec<(NamespaceName, ServiceActions)>, Error> {
    let sql = "SELECT id FROM service_accounts WHERE password_id = $1";
    match tx.first(sql, params![password_id], |row| row.get(0))? {
        Some(id) => list_permissions(tx, id),
        None => Ok(Vec::new()),
    }
}

fn add_to_count(tx: &Transaction<'_>, instance: &InstanceId, accounts: i64) -> Result<(), Error> {
    let sql = "UPDATE instances SET service_account_count = service_account_count + $2 WHERE id = $1";
    tx.note(sql, params![instance, accounts]).map(drop)
}

macro_rules! columns {
    () => {
        "SELECT id, instance_id, name, description, enabled, expires_at, created_at, updated_at FROM service_accounts"
    };
}
use columns;

fn read(row: &Row<'_>) -> Result<ServiceAccount, Error> {
    Ok(ServiceAccount {
        id: row.get(0)?,
        instance: row.get(1)?,
        name: row.get(2)?,
        description: row.get(3)?,
        enabled: row.get(4)?,
        expires_at: row.get(5)?,
        created_at: row.get(6)?,
        updated_at: row.get(7)?,
    })
}
