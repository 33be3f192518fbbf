//! What only one process may do at a time.

use wharf_model::Timestamp;

use crate::{Error, Transaction, value::params};

/// Takes a lease, or holds on to it; says whether it is now `holder`'s until `until`.
pub fn take(
    tx: &Transaction<'_>,
    name: &str,
    holder: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, Error> {
    let changed = tx.note(
        "INSERT INTO leases (name, holder, held_until) VALUES ($1, $2, $4)
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
         WHERE leases.holder = excluded.holder OR leases.held_until <= $3",
        params![name, holder, now, until],
    )?;
    Ok(changed > 0)
}

/// Whether `take` would change nothing: somebody else holds the lease.
pub fn is_taken(tx: &Transaction<'_>, name: &str, holder: &str, now: Timestamp) -> Result<bool, Error> {
    tx.exists(
        "SELECT 1 FROM leases WHERE name = $1 AND holder <> $2 AND held_until > $3",
        params![name, holder, now],
    )
}

/// Gives up every lease of a holder that ends.
pub fn release_all(tx: &Transaction<'_>, holder: &str) -> Result<(), Error> {
    tx.note("DELETE FROM leases WHERE holder = $1", params![holder]).map(drop)
}
