//! SQLite as the engine: one thread writes, a few read.
//!
//! The writer takes whatever transactions wait, runs each in a savepoint of one SQLite transaction and commits them
//! together: one sync makes all of them durable, and each is answered after it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    thread,
    time::Duration,
};

use crossbeam_channel::{Receiver, Sender, bounded};
use rusqlite::Connection;

use crate::{
    Error, Transaction, migrations,
    store::{Job, Outcome},
};

const READERS: usize = 4;
const QUEUE_LIMIT: usize = 1024;
const BATCH_LIMIT: usize = 256;
const STATEMENT_CACHE: usize = 256;
/// How long another process (an admin command) may hold the database before a statement fails.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) struct Engine {
    writer: Sender<Job>,
    readers: Sender<Job>,
}

impl Engine {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let mut connection = connect(path)?;
        migrations::run(&mut connection)?;
        let writer = spawn("wharf-db-write", connection, write_jobs)?;
        let (readers, jobs) = bounded(QUEUE_LIMIT);
        for _ in 0..READERS {
            let jobs = jobs.clone();
            let connection = connect(path)?;
            connection.pragma_update(None, "query_only", true)?;
            start("wharf-db-read", move || read_jobs(&connection, &jobs))?;
        }
        Ok(Self { writer, readers })
    }

    pub(crate) fn read(&self, job: Job) -> Result<(), Error> {
        enqueue(&self.readers, job)
    }

    pub(crate) fn write(&self, job: Job) -> Result<(), Error> {
        enqueue(&self.writer, job)
    }
}

/// A full queue refuses instead of holding a runtime thread.
fn enqueue(queue: &Sender<Job>, job: Job) -> Result<(), Error> {
    queue.try_send(job).map_err(|_| Error::Unavailable("too many transactions wait".to_owned()))
}

fn connect(path: &Path) -> Result<Connection, Error> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    Ok(connection)
}

fn spawn(
    name: &str,
    connection: Connection,
    run: fn(&Connection, &Receiver<Job>),
) -> Result<Sender<Job>, Error> {
    let (sender, jobs) = bounded(QUEUE_LIMIT);
    start(name, move || run(&connection, &jobs))?;
    Ok(sender)
}

fn start(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), Error> {
    let thread = thread::Builder::new().name(name.to_owned()).spawn(run);
    thread.map(drop).map_err(|error| Error::Unavailable(error.to_string()))
}

fn read_jobs(connection: &Connection, jobs: &Receiver<Job>) {
    while let Ok(job) = jobs.recv() {
        let outcome =
            connection.execute_batch("BEGIN").map_err(Error::from).map(|()| attempt(connection, job));
        // A view that was only read from has nothing to lose by its end.
        let _ = connection.execute_batch("ROLLBACK");
        if let Ok(Some(outcome)) = outcome {
            (outcome.answer)(Ok(()));
        }
    }
}

fn write_jobs(connection: &Connection, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
            // The dropped job tells its caller that nothing was done.
            tracing::error!(%error, "a write transaction could not begin");
            continue;
        }
        let mut finished = Vec::new();
        let mut next = Some(first);
        while let Some(job) = next {
            finished.extend(in_savepoint(connection, job));
            if connection.is_autocommit() {
                // The engine gave the whole transaction up (disk full, I/O error): nothing of the batch is kept.
                break;
            }
            next = if finished.len() < BATCH_LIMIT { jobs.try_recv().ok() } else { None };
        }
        commit(connection, finished);
    }
}

fn in_savepoint(connection: &Connection, job: Job) -> Option<Outcome> {
    if let Err(error) = connection.execute_batch("SAVEPOINT job") {
        tracing::error!(%error, "a savepoint could not begin");
        return None;
    }
    let outcome = attempt(connection, job);
    let keep = outcome.as_ref().is_some_and(|outcome| outcome.keep);
    let end = if keep { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
    match connection.execute_batch(end) {
        Ok(()) => outcome,
        Err(error) => {
            tracing::error!(%error, "a savepoint could not end");
            if let Some(outcome) = outcome {
                (outcome.answer)(Err(error.into()));
            }
            None
        }
    }
}

/// Runs a job; nothing when it panicked, which drops its sender and so tells its caller.
fn attempt(connection: &Connection, job: Job) -> Option<Outcome> {
    catch_unwind(AssertUnwindSafe(|| job(&Transaction::on(connection)))).ok()
}

/// Commits and tells every caller. A transaction that the engine already gave up fails here too: none is under way.
fn commit(connection: &Connection, finished: Vec<Outcome>) {
    match connection.execute_batch("COMMIT") {
        Ok(()) => finished.into_iter().for_each(|outcome| (outcome.answer)(Ok(()))),
        Err(error) => {
            tracing::error!(%error, "a write transaction could not commit");
            let _ = connection.execute_batch("ROLLBACK");
            let error = Error::from(error).to_string();
            for outcome in finished {
                (outcome.answer)(Err(Error::Unavailable(error.clone())));
            }
        }
    }
}
