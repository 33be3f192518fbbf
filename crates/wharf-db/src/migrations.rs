//! Numbered changes of the schema, each run once and whole.

use rusqlite::{Connection, TransactionBehavior};

use crate::Error;

const MIGRATIONS: [&str; 1] = [include_str!("../migrations/sqlite/0001_foundation.sql")];

/// Brings the schema to the newest version.
pub(crate) fn run(connection: &mut Connection) -> Result<(), Error> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known {
        return Err(Error::NewerSchema { found, known });
    }
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or_default()) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", known)?;
    Ok(transaction.commit()?)
}
