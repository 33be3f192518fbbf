//! The outbox: what happened, written in the transaction in which it happened.

use wharf_model::Timestamp;

use crate::{Error, Transaction, value::params};

/// A row of `events`.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its place in the order of events.
    pub id: i64,
    /// What happened, such as `instance.created`.
    pub kind: String,
    /// To what: an id that its kind explains.
    pub subject: String,
}

/// Writes an event.
pub fn insert(tx: &Transaction<'_>, kind: &str, subject: &str, now: Timestamp) -> Result<(), Error> {
    tx.note("INSERT INTO events (kind, subject, created_at) VALUES ($1, $2, $3)", params![kind, subject, now])
        .map(drop)
}

/// The oldest events, `limit` at most.
pub fn list(tx: &Transaction<'_>, limit: u64) -> Result<Vec<Event>, Error> {
    tx.all("SELECT id, kind, subject FROM events ORDER BY id LIMIT $1", params![limit], |row| {
        Ok(Event { id: row.get(0)?, kind: row.get(1)?, subject: row.get(2)? })
    })
}

/// Removes an event; says whether it was still there.
pub fn delete(tx: &Transaction<'_>, id: i64) -> Result<bool, Error> {
    Ok(tx.note("DELETE FROM events WHERE id = $1", params![id])? > 0)
}
