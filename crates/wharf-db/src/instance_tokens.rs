//! Long-term instance tokens. The token itself is a signed text that is not kept.

use wharf_model::{InstanceId, Timestamp, Uin};

use crate::{Error, Page, Row, Transaction, value::params};

/// A row of `instance_tokens`.
#[derive(Clone, Debug)]
pub struct InstanceToken {
    /// The token's id, which the signed text names.
    pub id: String,
    /// The instance it opens.
    pub instance: InstanceId,
    /// The account that it stands for.
    pub uin: Uin,
    /// What it is for.
    pub description: String,
    /// Whether it works.
    pub enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Adds a token.
pub fn insert(tx: &Transaction<'_>, token: &InstanceToken) -> Result<(), Error> {
    tx.note(
        "INSERT INTO instance_tokens (id, instance_id, uin, description, enabled, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            token.id,
            token.instance,
            token.uin,
            token.description,
            token.enabled,
            token.created_at,
            token.expires_at
        ],
    )
    .map(drop)
}

/// An instance's tokens, newest first: all, or those of one account.
pub fn list(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    uin: Option<Uin>,
    page: Page,
) -> Result<Vec<InstanceToken>, Error> {
    match uin {
        None => tx.all(
            concat!(columns!(), " ORDER BY created_at DESC, id LIMIT $2 OFFSET $3"),
            params![instance, page.limit, page.offset],
            read,
        ),
        Some(uin) => tx.all(
            concat!(columns!(), " AND uin = $2 ORDER BY created_at DESC, id LIMIT $3 OFFSET $4"),
            params![instance, uin, page.limit, page.offset],
            read,
        ),
    }
}

/// How many tokens an instance has: in all, or of one account. Grows with them; an edition bounds how many there are.
pub fn count(tx: &Transaction<'_>, instance: &InstanceId, uin: Option<Uin>) -> Result<u64, Error> {
    match uin {
        None => tx.number("SELECT COUNT(*) FROM instance_tokens WHERE instance_id = $1", params![instance]),
        Some(uin) => tx.number(
            "SELECT COUNT(*) FROM instance_tokens WHERE instance_id = $1 AND uin = $2",
            params![instance, uin],
        ),
    }
}

/// The token of that id.
pub fn find(tx: &Transaction<'_>, instance: &InstanceId, id: &str) -> Result<Option<InstanceToken>, Error> {
    tx.first(concat!(columns!(), " AND id = $2"), params![instance, id], read)
}

/// Sets what a token is for.
pub fn set_description(tx: &Transaction<'_>, id: &str, description: &str) -> Result<(), Error> {
    tx.note("UPDATE instance_tokens SET description = $2 WHERE id = $1", params![id, description]).map(drop)
}

/// Enables or disables a token.
pub fn set_enabled(tx: &Transaction<'_>, id: &str, enabled: bool) -> Result<(), Error> {
    tx.execute("UPDATE instance_tokens SET enabled = $2 WHERE id = $1", params![id, enabled]).map(drop)
}

/// Removes a token.
pub fn delete(tx: &Transaction<'_>, id: &str) -> Result<(), Error> {
    tx.execute("DELETE FROM instance_tokens WHERE id = $1", params![id]).map(drop)
}

/// Whether the token of that id exists and is enabled.
pub fn is_enabled(tx: &Transaction<'_>, id: &str) -> Result<bool, Error> {
    tx.exists("SELECT 1 FROM instance_tokens WHERE id = $1 AND enabled", params![id])
}

macro_rules! columns {
    () => {
        "SELECT id, instance_id, uin, description, enabled, created_at, expires_at FROM instance_tokens
             WHERE instance_id = $1"
    };
}
use columns;

fn read(row: &Row<'_>) -> Result<InstanceToken, Error> {
    Ok(InstanceToken {
        id: row.get(0)?,
        instance: row.get(1)?,
        uin: row.get(2)?,
        description: row.get(3)?,
        enabled: row.get(4)?,
        created_at: row.get(5)?,
        expires_at: row.get(6)?,
    })
}
