//! Permission policies of main accounts, and which sub-accounts they are attached to.

use wharf_model::{Timestamp, Uin};

use crate::{Error, Row, Transaction, value::params};

/// A row of `policies`.
#[derive(Clone, Debug)]
pub struct StoredPolicy {
    /// The store's own number; 0 for one not stored yet.
    pub id: i64,
    /// The main account that it belongs to.
    pub owner: Uin,
    /// Its name, unique in the account.
    pub name: String,
    /// What it says.
    pub document: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Adds a policy; says whether its name was free.
pub fn insert(tx: &Transaction<'_>, policy: &StoredPolicy) -> Result<bool, Error> {
    let changed = tx.note(
        "INSERT INTO policies (owner_uin, name, document, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (owner_uin, name) DO NOTHING",
        params![policy.owner, policy.name, policy.document, policy.created_at],
    )?;
    Ok(changed > 0)
}

/// An account's policy of that name.
pub fn find(tx: &Transaction<'_>, owner: Uin, name: &str) -> Result<Option<StoredPolicy>, Error> {
    tx.first(
        "SELECT id, owner_uin, name, document, created_at FROM policies WHERE owner_uin = $1 AND name = $2",
        params![owner, name],
        read,
    )
}

/// An account's policies by name, or all accounts'.
pub fn list(tx: &Transaction<'_>, owner: Option<Uin>) -> Result<Vec<StoredPolicy>, Error> {
    tx.all(
        "SELECT id, owner_uin, name, document, created_at FROM policies
         WHERE $1 IS NULL OR owner_uin = $1 ORDER BY owner_uin, name",
        params![owner],
        read,
    )
}

/// Removes a policy that is attached to nobody.
pub fn delete(tx: &Transaction<'_>, id: i64) -> Result<(), Error> {
    tx.execute("DELETE FROM policies WHERE id = $1", params![id]).map(drop)
}

/// The policies of a sub-account by name.
pub fn list_attached(tx: &Transaction<'_>, uin: Uin) -> Result<Vec<StoredPolicy>, Error> {
    tx.all(
        "SELECT p.id, p.owner_uin, p.name, p.document, p.created_at
         FROM policy_attachments a JOIN policies p ON p.id = a.policy_id WHERE a.uin = $1 ORDER BY p.name",
        params![uin],
        read,
    )
}

/// The sub-accounts that a policy is attached to.
pub fn list_holders(tx: &Transaction<'_>, id: i64) -> Result<Vec<Uin>, Error> {
    tx.all("SELECT uin FROM policy_attachments WHERE policy_id = $1 ORDER BY uin", params![id], |row| {
        row.get(0)
    })
}

/// Attaches a policy, unless it is. What it denies was allowed before, so nothing that was read stands.
pub fn attach(tx: &Transaction<'_>, uin: Uin, id: i64) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO policy_attachments (uin, policy_id) VALUES ($1, $2) ON CONFLICT (uin, policy_id) DO NOTHING",
        params![uin, id],
    )
    .map(drop)
}

/// Detaches a policy; says whether it was attached.
pub fn detach(tx: &Transaction<'_>, uin: Uin, id: i64) -> Result<bool, Error> {
    let sql = "DELETE FROM policy_attachments WHERE uin = $1 AND policy_id = $2";
    Ok(tx.execute(sql, params![uin, id])? > 0)
}

pub(crate) fn read(row: &Row<'_>) -> Result<StoredPolicy, Error> {
    Ok(StoredPolicy {
        id: row.get(0)?,
        owner: row.get(1)?,
        name: row.get(2)?,
        document: row.get(3)?,
        created_at: row.get(4)?,
    })
}
