use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use crate::{
    Error,
    migrations::{CREATE, Version},
};

/// Brings the schema to the newest version.
pub(crate) fn run(connection: &mut Connection) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    let missing = found.missing()?;
    if !missing.is_empty() {
        for migration in missing {
            transaction.execute_batch(migration.sqlite)?;
        }
        let newest = Version::newest();
        transaction.execute("DELETE FROM schema_version", [])?;
        transaction
            .execute("INSERT INTO schema_version VALUES (?, ?)", [newest.number, newest.usable_from])?;
        transaction.pragma_update(None, "user_version", newest.number)?;
    }
    Ok(transaction.commit()?)
}

/// Programs before the table came noted the number only, as SQLite's `user_version`.
fn version(connection: &Connection) -> Result<Version, Error> {
    connection.execute_batch(CREATE)?;
    let noted = connection.query_row("SELECT version, usable_from FROM schema_version", [], |row| {
        Ok(Version { number: row.get(0)?, usable_from: row.get(1)? })
    });
    let number = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(noted.optional()?.unwrap_or(Version { number, usable_from: number }))
}
