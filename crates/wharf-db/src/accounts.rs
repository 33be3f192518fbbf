//! Accounts and their console passwords.

use wharf_model::{Timestamp, Uin};

use crate::{Error, Row, Transaction, value::params};

/// A row of `accounts`.
#[derive(Clone, Debug)]
pub struct Account {
    /// The account's number.
    pub uin: Uin,
    /// What people call it.
    pub name: String,
    /// The console password's hash, in PHC form.
    pub password_hash: String,
    /// Whether its keys and tokens work.
    pub enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// The main account that a sub-account acts for.
    pub owner: Option<Uin>,
}

/// What an account is to whoever checks its credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Whether its keys and tokens work: it is enabled, and so is the account that it acts for.
    pub enabled: bool,
    /// The main account that a sub-account acts for.
    pub owner: Option<Uin>,
}

/// Adds an account.
pub fn insert(tx: &Transaction<'_>, account: &Account) -> Result<(), Error> {
    tx.note(
        "INSERT INTO accounts (uin, name, password_hash, enabled, created_at, owner_uin)
         VALUES ($1, $2, $3, $4, $5, $6)",
        params![
            account.uin,
            account.name,
            account.password_hash,
            account.enabled,
            account.created_at,
            account.owner
        ],
    )
    .map(drop)
}

/// The account of that number.
pub fn find(tx: &Transaction<'_>, uin: Uin) -> Result<Option<Account>, Error> {
    tx.first(
        "SELECT uin, name, password_hash, enabled, created_at, owner_uin FROM accounts WHERE uin = $1",
        params![uin],
        read,
    )
}

/// What the account of that number is to whoever checks its credentials. A main account, as most are, costs one
/// look-up.
pub fn find_holder(tx: &Transaction<'_>, uin: Uin) -> Result<Option<Holder>, Error> {
    let find = |uin: Uin| {
        tx.first("SELECT enabled, owner_uin FROM accounts WHERE uin = $1", params![uin], |row| {
            Ok(Holder { enabled: row.get(0)?, owner: row.get(1)? })
        })
    };
    let Some(holder) = find(uin)? else { return Ok(None) };
    let owner_enabled = match holder.owner {
        Some(owner) => find(owner)?.is_some_and(|owner| owner.enabled),
        None => true,
    };
    Ok(Some(Holder { enabled: holder.enabled && owner_enabled, ..holder }))
}

/// All accounts by number.
pub fn list(tx: &Transaction<'_>) -> Result<Vec<Account>, Error> {
    tx.all(
        "SELECT uin, name, password_hash, enabled, created_at, owner_uin FROM accounts ORDER BY uin",
        params![],
        read,
    )
}

/// The number after the highest in use; nothing when there is no account yet.
pub fn next_uin(tx: &Transaction<'_>) -> Result<Option<Uin>, Error> {
    tx.first("SELECT uin + 1 FROM accounts ORDER BY uin DESC LIMIT 1", params![], |row| row.get(0))
}

/// Enables or disables an account; says whether there is one.
pub fn set_enabled(tx: &Transaction<'_>, uin: Uin, enabled: bool) -> Result<bool, Error> {
    Ok(tx.execute("UPDATE accounts SET enabled = $2 WHERE uin = $1", params![uin, enabled])? > 0)
}

fn read(row: &Row<'_>) -> Result<Account, Error> {
    Ok(Account {
        uin: row.get(0)?,
        name: row.get(1)?,
        password_hash: row.get(2)?,
        enabled: row.get(3)?,
        created_at: row.get(4)?,
        owner: row.get(5)?,
    })
}
