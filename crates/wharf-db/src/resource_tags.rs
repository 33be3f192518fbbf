//! Cloud tags of instances and namespaces.

use wharf_model::{InstanceId, NamespaceName, Uin};

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

/// Gives a resource a tag, in the place of the one with this key.
pub fn put(tx: &Transaction<'_>, resource: &str, key: &str, value: &str) -> Result<(), Error> {
    tx.note(
        "INSERT INTO resource_tags (resource, key, value) VALUES ($1, $2, $3)
         ON CONFLICT (resource, key) DO UPDATE SET value = excluded.value",
        params![resource, key, value],
    )
    .map(drop)
}

/// Takes a tag from a resource; says whether it had it.
pub fn delete(tx: &Transaction<'_>, resource: &str, key: &str) -> Result<bool, Error> {
    let sql = "DELETE FROM resource_tags WHERE resource = $1 AND key = $2";
    Ok(tx.note(sql, params![resource, key])? > 0)
}

/// A tag of an account's resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceTag {
    /// The region in which the instance lies.
    pub region: String,
    /// The instance, or the one that the namespace is in.
    pub instance: InstanceId,
    /// The namespace, where the tag is one's.
    pub namespace: Option<NamespaceName>,
    /// The tag's key.
    pub key: String,
    /// The tag's value.
    pub value: String,
}

/// Which tags a listing holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of instances, and of what is in them, in this region.
    pub region: Option<String>,
    /// Of this instance, and of what is in it.
    pub instance: Option<InstanceId>,
    /// Of namespaces alone, or of instances alone.
    pub namespaces: Option<bool>,
}

/// The tags of an account's instances and namespaces that pass `filter`, by resource and key. Grows with the account's
/// instances and namespaces.
pub fn list_of_account(tx: &Transaction<'_>, uin: Uin, filter: &Filter) -> Result<Vec<ResourceTag>, Error> {
    tx.all(
        "SELECT i.region, i.id, '', t.key, t.value FROM instances i JOIN resource_tags t ON t.resource = i.id
             WHERE i.uin = $1 AND ($2 IS NULL OR i.region = $2) AND ($3 IS NULL OR i.id = $3)
             AND ($4 IS NULL OR NOT $4)
         UNION ALL
         SELECT i.region, i.id, n.name, t.key, t.value FROM instances i JOIN namespaces n ON n.instance_id = i.id
             JOIN resource_tags t ON t.resource = i.id || '/' || n.name
             WHERE i.uin = $1 AND ($2 IS NULL OR i.region = $2) AND ($3 IS NULL OR i.id = $3)
             AND ($4 IS NULL OR $4)
         ORDER BY 2, 3, 4",
        params![uin, filter.region, filter.instance, filter.namespaces],
        |row| {
            Ok(ResourceTag {
                region: row.get(0)?,
                instance: row.get(1)?,
                namespace: row.get::<String>(2)?.parse().ok(),
                key: row.get(3)?,
                value: row.get(4)?,
            })
        },
    )
}
