//! The job queue. A job is leased while it runs; a lease that ran out frees it for another try.

use wharf_model::Timestamp;

use crate::{Error, Transaction, value::params};

/// A row of `jobs`, leased to its reader.
#[derive(Clone, Debug)]
pub struct Job {
    /// The job's number.
    pub id: i64,
    /// What is to be done, such as `instance.deploy`.
    pub kind: String,
    /// To what: an id that its kind explains.
    pub subject: String,
    /// Tries so far, this one included.
    pub attempts: u64,
}

/// Adds a job that is due at `run_at`.
pub fn insert(
    tx: &Transaction<'_>,
    kind: &str,
    subject: &str,
    run_at: Timestamp,
    now: Timestamp,
) -> Result<(), Error> {
    tx.note(
        "INSERT INTO jobs (kind, subject, run_at, created_at) VALUES ($1, $2, $3, $4)",
        params![kind, subject, run_at, now],
    )
    .map(drop)
}

/// Which jobs are meant: those of a kind, or all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kinds {
    /// Those of this kind.
    Only(&'static str),
    /// All that are not of this kind.
    AllBut(&'static str),
}

impl Kinds {
    /// The kind, and whether it is the one that is meant.
    const fn parts(self) -> (&'static str, bool) {
        match self {
            Self::Only(kind) => (kind, true),
            Self::AllBut(kind) => (kind, false),
        }
    }
}

/// Leases the job of these kinds that is due longest, if there is one that nobody holds.
pub fn lease(
    tx: &Transaction<'_>,
    kinds: Kinds,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Job>, Error> {
    let (kind, is_meant) = kinds.parts();
    tx.first(
        "UPDATE jobs SET leased_until = $2, attempts = attempts + 1
         WHERE id = (SELECT id FROM jobs WHERE run_at <= $1 AND leased_until <= $1 AND (kind = $3) = $4
                     ORDER BY run_at, id LIMIT 1)
           AND leased_until <= $1
         RETURNING id, kind, subject, attempts",
        params![now, until, kind, is_meant],
        |row| Ok(Job { id: row.get(0)?, kind: row.get(1)?, subject: row.get(2)?, attempts: row.get(3)? }),
    )
}

/// Holds on to a leased job for longer; says whether it still is its reader's.
pub fn renew(tx: &Transaction<'_>, job: &Job, until: Timestamp) -> Result<bool, Error> {
    let sql = "UPDATE jobs SET leased_until = $3 WHERE id = $1 AND attempts = $2";
    Ok(tx.note(sql, params![job.id, job.attempts, until])? > 0)
}

/// Puts a failed job back until `run_at`, with what went wrong, unless another took it meanwhile.
pub fn postpone(tx: &Transaction<'_>, job: &Job, run_at: Timestamp, error: &str) -> Result<(), Error> {
    tx.note(
        "UPDATE jobs SET run_at = $3, leased_until = 0, last_error = $4 WHERE id = $1 AND attempts = $2",
        params![job.id, job.attempts, run_at, error],
    )
    .map(drop)
}

/// Removes a finished job, unless another took it meanwhile; says whether it did.
pub fn delete(tx: &Transaction<'_>, job: &Job) -> Result<bool, Error> {
    Ok(tx.note("DELETE FROM jobs WHERE id = $1 AND attempts = $2", params![job.id, job.attempts])? > 0)
}

/// Whether a job of these kinds is due that nobody holds.
pub fn is_due(tx: &Transaction<'_>, kinds: Kinds, now: Timestamp) -> Result<bool, Error> {
    let (kind, is_meant) = kinds.parts();
    tx.exists(
        "SELECT 1 FROM jobs WHERE run_at <= $1 AND leased_until <= $1 AND (kind = $2) = $3 LIMIT 1",
        params![now, kind, is_meant],
    )
}

/// Whether a worker holds a job of this kind and subject.
pub fn is_held(tx: &Transaction<'_>, kind: &str, subject: &str, now: Timestamp) -> Result<bool, Error> {
    tx.exists(
        "SELECT 1 FROM jobs WHERE subject = $1 AND kind = $2 AND leased_until > $3",
        params![subject, kind, now],
    )
}
