//! Failed log-ins in a row, by whoever they are counted for.

use wharf_model::Timestamp;

use crate::{Error, Transaction, value::params};

/// Failures in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    /// How many.
    pub count: u64,
    /// The last one's time.
    pub failed_at: Timestamp,
}

/// The failures noted under a key.
pub fn find(tx: &Transaction<'_>, key: &str) -> Result<Option<Failures>, Error> {
    tx.first("SELECT count, failed_at FROM login_failures WHERE key = $1", params![key], |row| {
        Ok(Failures { count: row.get(0)?, failed_at: row.get(1)? })
    })
}

/// Notes one more failure; those before `forgotten` do not count any more.
pub fn add(tx: &Transaction<'_>, key: &str, now: Timestamp, forgotten: Timestamp) -> Result<(), Error> {
    tx.note(
        "INSERT INTO login_failures (key, count, failed_at) VALUES ($1, 1, $2)
         ON CONFLICT (key) DO UPDATE SET failed_at = excluded.failed_at,
             count = CASE WHEN login_failures.failed_at < $3 THEN 1 ELSE login_failures.count + 1 END",
        params![key, now, forgotten],
    )
    .map(drop)
}

/// Forgets the failures under a key.
pub fn delete(tx: &Transaction<'_>, key: &str) -> Result<(), Error> {
    tx.note("DELETE FROM login_failures WHERE key = $1", params![key]).map(drop)
}

/// Forgets the failures before `forgotten`; says how many keys those were.
pub fn delete_older(tx: &Transaction<'_>, forgotten: Timestamp) -> Result<u64, Error> {
    tx.note("DELETE FROM login_failures WHERE failed_at < $1", params![forgotten])
}
