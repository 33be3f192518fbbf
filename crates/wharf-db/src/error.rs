/// Why the store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database cannot be reached or is locked; the same call may succeed later.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The database refused or failed at a statement.
    #[error("the database failed: {0}")]
    Engine(String),
    /// A stored value is not what its column holds.
    #[error("column {column} holds {found}, not {expected}")]
    Corrupt {
        /// The column's position in the row, from 0.
        column: usize,
        /// What the query wanted.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// The schema is newer than this program.
    #[error(
        "the database has schema version {found}, which this program, which knows {known}, cannot use: use a newer program"
    )]
    NewerSchema {
        /// The version in the database.
        found: i64,
        /// The newest version this program has.
        known: i64,
    },
    /// The database's address is none this program takes.
    #[error("it is no database address: {0}")]
    Address(String),
    /// The connection broke while the transaction was committed: it may be kept or not.
    #[error(
        "the connection to the database broke while a transaction was committed: whether it is kept is not known"
    )]
    Unknown,
    /// The closure panicked, or the store is shutting down; nothing of it was kept.
    #[error("the transaction did not finish")]
    Aborted,
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull, SystemIoFailure};
        match error.sqlite_error_code() {
            Some(DatabaseBusy | DatabaseLocked | CannotOpen | DiskFull | SystemIoFailure) => {
                Self::Unavailable(error.to_string())
            }
            _ => Self::Engine(error.to_string()),
        }
    }
}
