//! How far the allowances of callers are used up, by the database's clock.

use std::time::Duration;

use crate::{Error, Transaction, value::params};

/// Uses `cost` more of an allowance, of which an unused one never saves any up. Says for how long from now on it is
/// used up altogether.
pub fn add(tx: &Transaction<'_>, key: &str, cost: Duration) -> Result<Duration, Error> {
    let cost = i64::try_from(cost.as_micros()).unwrap_or(i64::MAX);
    let used: i64 = tx.number(
        "INSERT INTO rate_limits (key, used_until) SELECT $1, now + $2 FROM database_clock WHERE true
         ON CONFLICT (key) DO UPDATE SET used_until = CASE
             WHEN rate_limits.used_until > excluded.used_until - $2 THEN rate_limits.used_until + $2
             ELSE excluded.used_until END
         RETURNING used_until - (SELECT now FROM database_clock)",
        params![key, cost],
    )?;
    Ok(Duration::from_micros(u64::try_from(used).unwrap_or_default()))
}

/// Forgets the allowances that were used up until `age` ago at the latest: they are whole again. Says how many.
pub fn delete_older(tx: &Transaction<'_>, age: Duration) -> Result<u64, Error> {
    let age = i64::try_from(age.as_micros()).unwrap_or(i64::MAX);
    tx.note("DELETE FROM rate_limits WHERE used_until < (SELECT now FROM database_clock) - $1", params![age])
}
