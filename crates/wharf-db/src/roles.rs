//! Roles, which other identities assume, and the policies that are attached to them.

use wharf_model::{RoleId, RoleName, Timestamp, Uin};

use crate::{
    Error, Row, Transaction,
    policies::{self, StoredPolicy},
    value::params,
};

/// A row of `roles`.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its number.
    pub id: RoleId,
    /// The account that it belongs to.
    pub owner: Uin,
    /// Its name, once in an account.
    pub name: RoleName,
    /// Who may assume it: a policy document with principals.
    pub trust: String,
    /// What people say of it.
    pub description: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Adds a role, unless its account has one of that name. Says whether it did.
pub fn insert(tx: &Transaction<'_>, role: &Role) -> Result<bool, Error> {
    let added = tx.note(
        "INSERT INTO roles (id, owner_uin, name, trust, description, created_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (owner_uin, name) DO NOTHING",
        params![role.id, role.owner, role.name, role.trust, role.description, role.created_at],
    )?;
    Ok(added > 0)
}

/// The number after the highest in use.
pub fn next_id(tx: &Transaction<'_>) -> Result<RoleId, Error> {
    let next = tx.first("SELECT id + 1 FROM roles ORDER BY id DESC LIMIT 1", params![], |row| row.get(0))?;
    Ok(next.unwrap_or(RoleId::FIRST))
}

/// The role of that number.
pub fn find(tx: &Transaction<'_>, id: RoleId) -> Result<Option<Role>, Error> {
    tx.first(concat!(columns!(), " WHERE id = $1"), params![id], read)
}

/// The role of that name in an account.
pub fn find_by_name(tx: &Transaction<'_>, owner: Uin, name: &RoleName) -> Result<Option<Role>, Error> {
    tx.first(concat!(columns!(), " WHERE owner_uin = $1 AND name = $2"), params![owner, name], read)
}

/// An account's roles, or those of all accounts, by account and name.
pub fn list(tx: &Transaction<'_>, owner: Option<Uin>) -> Result<Vec<Role>, Error> {
    tx.all(
        concat!(columns!(), " WHERE $1 IS NULL OR owner_uin = $1 ORDER BY owner_uin, name"),
        params![owner],
        read,
    )
}

/// Removes a role, with its sessions and attachments; says whether there was one.
pub fn delete(tx: &Transaction<'_>, id: RoleId) -> Result<bool, Error> {
    tx.execute("DELETE FROM sessions WHERE role_id = $1", params![id])?;
    tx.execute("DELETE FROM role_policies WHERE role_id = $1", params![id])?;
    Ok(tx.execute("DELETE FROM roles WHERE id = $1", params![id])? > 0)
}

/// The policies of a role by name.
pub fn list_policies(tx: &Transaction<'_>, id: RoleId) -> Result<Vec<StoredPolicy>, Error> {
    tx.all(
        "SELECT p.id, p.owner_uin, p.name, p.document, p.created_at
         FROM role_policies a JOIN policies p ON p.id = a.policy_id WHERE a.role_id = $1 ORDER BY p.name",
        params![id],
        policies::read,
    )
}

/// The roles that a policy is attached to.
pub fn list_holders(tx: &Transaction<'_>, policy: i64) -> Result<Vec<RoleName>, Error> {
    tx.all(
        "SELECT r.name FROM role_policies a JOIN roles r ON r.id = a.role_id WHERE a.policy_id = $1 ORDER BY r.name",
        params![policy],
        |row| row.get(0),
    )
}

/// Attaches a policy, unless it is. What it denies was allowed before, so nothing that was read stands.
pub fn attach(tx: &Transaction<'_>, id: RoleId, policy: i64) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO role_policies (role_id, policy_id) VALUES ($1, $2) ON CONFLICT (role_id, policy_id) DO NOTHING",
        params![id, policy],
    )
    .map(drop)
}

/// Detaches a policy; says whether it was attached.
pub fn detach(tx: &Transaction<'_>, id: RoleId, policy: i64) -> Result<bool, Error> {
    let sql = "DELETE FROM role_policies WHERE role_id = $1 AND policy_id = $2";
    Ok(tx.execute(sql, params![id, policy])? > 0)
}

macro_rules! columns {
    () => {
        "SELECT id, owner_uin, name, trust, description, created_at FROM roles"
    };
}
use columns;

fn read(row: &Row<'_>) -> Result<Role, Error> {
    Ok(Role {
        id: row.get(0)?,
        owner: row.get(1)?,
        name: row.get(2)?,
        trust: row.get(3)?,
        description: row.get(4)?,
        created_at: row.get(5)?,
    })
}
