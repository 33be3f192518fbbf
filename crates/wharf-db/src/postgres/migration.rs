use std::{
    thread,
    time::{Duration, Instant},
};

use tokio_postgres::{Config, error::SqlState};

use super::{
    error::{Failure, Lapse},
    session::Session,
};
use crate::{
    Error, Options,
    migrations::{CREATE, Version},
};

/// How long processes that start together may keep each other from it.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long one statement of a change may take, or a wait for another process that makes the changes.
const LONGEST: Duration = Duration::from_secs(3600);
const PAUSE: Duration = Duration::from_millis(50);

/// Brings the schema to the newest version. Of many processes that start together, one does.
pub(crate) fn run(config: &Config, options: &Options) -> Result<(), Error> {
    // The caller may be on a thread of a runtime, on which a session's own could not run.
    thread::scope(|scope| {
        let outcome = scope.spawn(|| run_until(config, options, Instant::now() + PATIENCE)).join();
        outcome.unwrap_or(Err(Error::Aborted))
    })
}

fn run_until(config: &Config, options: &Options, deadline: Instant) -> Result<(), Error> {
    let session = Session::connect(config, &Options { statement_timeout: LONGEST, ..options.clone() })?;
    loop {
        let outcome = run_once(&session);
        if session.is_in_transaction() {
            session.end("ROLLBACK")?;
        }
        match outcome {
            Ok(outcome) => return outcome,
            Err(lapse) if is_about_another(&lapse) && Instant::now() < deadline => thread::sleep(PAUSE),
            Err(lapse) => return Err(lapse.into()),
        }
    }
}

/// One transaction: the row that holds the version is locked, so that others wait until it is done.
fn run_once(session: &Session) -> Result<Result<(), Error>, Lapse> {
    let client = session.client();
    session.run_unprepared(CREATE)?;
    let found = session.begin(
        "BEGIN ISOLATION LEVEL SERIALIZABLE",
        client.query_opt("SELECT version, usable_from FROM schema_version FOR UPDATE", &[]),
    )?;
    let found =
        found.map_or(Version::default(), |row| Version { number: row.get(0), usable_from: row.get(1) });
    let missing = match found.missing() {
        Ok(missing) => missing,
        Err(error) => return Ok(Err(error)),
    };
    if missing.is_empty() {
        return Ok(Ok(()));
    }
    for migration in missing {
        session.run_unprepared(migration.postgres)?;
    }
    let newest = Version::newest();
    session.run_unprepared("DELETE FROM schema_version")?;
    session.wait(
        client.execute("INSERT INTO schema_version VALUES ($1, $2)", &[&newest.number, &newest.usable_from]),
    )?;
    session.end("COMMIT").map(Ok)
}

/// Whether another process was at it: it made the same tables, or changed the version.
fn is_about_another(lapse: &Lapse) -> bool {
    let Lapse::Failed(error) = lapse else { return false };
    let known = [SqlState::UNIQUE_VIOLATION, SqlState::DUPLICATE_TABLE, SqlState::DUPLICATE_OBJECT];
    lapse.failure() == Failure::Conflict || error.code().is_some_and(|state| known.contains(state))
}
