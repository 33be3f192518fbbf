use tokio_postgres::error::SqlState;

use crate::Error;

/// What a failed statement means for its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It conflicts with another: run it again.
    Conflict,
    /// The connection is of no use any more.
    Lost,
    /// The statement is wrong, or what it wants is.
    Refused,
}

impl Failure {
    fn of(error: &tokio_postgres::Error) -> Self {
        let Some(state) = error.code() else { return Self::Lost };
        if CONFLICTS.contains(state) {
            Self::Conflict
        } else if is_unavailable(state) {
            Self::Lost
        } else {
            Self::Refused
        }
    }
}

const CONFLICTS: [SqlState; 3] =
    [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::LOCK_NOT_AVAILABLE];

/// Classes 08 (connection), 53 (resources) and 57 (the operator intervened): another connection may do better.
fn is_unavailable(state: &SqlState) -> bool {
    ["08", "53", "57"].iter().any(|class| state.code().starts_with(class))
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Lapse {
    /// None came in time.
    Silent,
    /// The database, or the connection to it, failed.
    Failed(tokio_postgres::Error),
}

impl Lapse {
    pub(crate) fn failure(&self) -> Failure {
        match self {
            Self::Silent => Failure::Lost,
            Self::Failed(error) => Failure::of(error),
        }
    }
}

impl From<Lapse> for Error {
    fn from(lapse: Lapse) -> Self {
        match &lapse {
            Lapse::Silent => Self::Unavailable("the database did not answer in time".to_owned()),
            Lapse::Failed(error) if lapse.failure() == Failure::Refused => Self::Engine(describe(error)),
            Lapse::Failed(error) => Self::Unavailable(describe(error)),
        }
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        Lapse::Failed(error).into()
    }
}

/// The database's own words, which the library's leave out. A detail may hold values, so it stays out.
fn describe(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(database) => format!("{} ({})", database.message(), database.code().code()),
        None => match std::error::Error::source(error) {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        },
    }
}
