//! Long-term instance tokens. The token itself is a signed text that is not kept.

use wharf_model::{InstanceId, Timestamp, Uin};

use crate::{Error, Transaction, value::params};

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

/// Whether the token of that id exists and is enabled.
pub fn is_enabled(tx: &Transaction<'_>, id: &str) -> Result<bool, Error> {
    tx.exists("SELECT 1 FROM instance_tokens WHERE id = $1 AND enabled", params![id])
}
