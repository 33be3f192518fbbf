//! Cloud tags of instances and namespaces.

use wharf_model::{InstanceId, NamespaceName};

use crate::{Error, Transaction, value::params};

/// The resource that an instance's tags belong to.
pub fn instance(id: &InstanceId) -> String {
    id.to_string()
}

/// The resource that a namespace's tags belong to.
pub fn namespace(id: &InstanceId, name: &NamespaceName) -> String {
    format!("{id}/{name}")
}

/// Puts `tags` in the place of a resource's tags.
pub fn replace(tx: &Transaction<'_>, resource: &str, tags: &[(String, String)]) -> Result<(), Error> {
    tx.note("DELETE FROM resource_tags WHERE resource = $1", params![resource])?;
    for (key, value) in tags {
        tx.note(
            "INSERT INTO resource_tags (resource, key, value) VALUES ($1, $2, $3)",
            params![resource, key, value],
        )?;
    }
    Ok(())
}

/// A resource's tags by key.
pub fn list(tx: &Transaction<'_>, resource: &str) -> Result<Vec<(String, String)>, Error> {
    tx.all(
        "SELECT key, value FROM resource_tags WHERE resource = $1 ORDER BY key",
        params![resource],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}
