//! SQLite as the engine: one thread writes, a few read.
//!
//! The writer takes whatever transactions wait, runs each in a savepoint of one SQLite transaction and commits them
//! together: one sync makes all of them durable, and each is answered after it.

mod migration;
mod statements;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    thread,
    time::Duration,
};

use crossbeam_channel::{Receiver, Sender, bounded};
use rusqlite::Connection;

use crate::{Error, Transaction, job::Job, store};
use statements::Statements;

const READERS: usize = 4;
const QUEUE_LIMIT: usize = 1024;
const BATCH_LIMIT: usize = 256;
const STATEMENT_CACHE: usize = 256;
/// How long another process (an admin command) may hold the database before a statement fails.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

type Jobs = Receiver<Box<dyn Job>>;

pub(crate) struct Engine {
    writer: Sender<Box<dyn Job>>,
    readers: Sender<Box<dyn Job>>,
}

impl Engine {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let mut connection = connect(path)?;
        migration::run(&mut connection)?;
        let (writer, jobs) = bounded(QUEUE_LIMIT);
        start("wharf-db-write", move || write_jobs(&connection, &jobs))?;
        let (readers, jobs) = bounded(QUEUE_LIMIT);
        for _ in 0..READERS {
            let jobs = jobs.clone();
            let connection = connect(path)?;
            connection.pragma_update(None, "query_only", true)?;
            start("wharf-db-read", move || read_jobs(&connection, &jobs))?;
        }
        Ok(Self { writer, readers })
    }
}

impl store::Engine for Engine {
    fn read(&self, job: Box<dyn Job>) -> Result<(), Error> {
        enqueue(&self.readers, job)
    }

    fn write(&self, job: Box<dyn Job>) -> Result<(), Error> {
        enqueue(&self.writer, job)
    }
}

/// A full queue refuses instead of holding a runtime thread.
fn enqueue(queue: &Sender<Box<dyn Job>>, job: Box<dyn Job>) -> Result<(), Error> {
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

fn start(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), Error> {
    let thread = thread::Builder::new().name(name.to_owned()).spawn(run);
    thread.map(drop).map_err(|error| Error::Unavailable(error.to_string()))
}

fn read_jobs(connection: &Connection, jobs: &Jobs) {
    while let Ok(mut job) = jobs.recv() {
        let begun = connection.execute_batch("BEGIN");
        let finished = begun.map_err(Error::from).and_then(|()| attempt(connection, &mut *job));
        // A view that was only read from has nothing to lose by its end.
        let _ = connection.execute_batch("ROLLBACK");
        job.answer(finished.map(drop));
    }
}

fn write_jobs(connection: &Connection, jobs: &Jobs) {
    while let Ok(first) = jobs.recv() {
        if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
            tracing::error!(%error, "a write transaction could not begin");
            first.answer(Err(error.into()));
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

/// Runs a job; gives it back when it is to be told of the end of the batch.
fn in_savepoint(connection: &Connection, mut job: Box<dyn Job>) -> Option<Box<dyn Job>> {
    let end = match connection.execute_batch("SAVEPOINT job").map_err(Error::from) {
        Ok(()) => attempt(connection, &mut *job).and_then(|keep| {
            let end = if keep { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
            Ok(connection.execute_batch(end)?)
        }),
        Err(error) => Err(error),
    };
    match end {
        Ok(()) => Some(job),
        Err(error) => {
            // Also after a panic; fails where the savepoint is gone already.
            let _ = connection.execute_batch("ROLLBACK TO job; RELEASE job");
            job.answer(Err(error));
            None
        }
    }
}

/// Runs a job; says whether it is to be kept.
fn attempt(connection: &Connection, job: &mut dyn Job) -> Result<bool, Error> {
    let statements = Statements(connection);
    let work = AssertUnwindSafe(|| job.run(&Transaction::on(&statements)));
    catch_unwind(work).map_err(|_| Error::Aborted)
}

/// Commits and tells every caller. A transaction that the engine already gave up fails here too: none is under way.
fn commit(connection: &Connection, finished: Vec<Box<dyn Job>>) {
    match connection.execute_batch("COMMIT") {
        Ok(()) => finished.into_iter().for_each(|job| job.answer(Ok(()))),
        Err(error) => {
            tracing::error!(%error, "a write transaction could not commit");
            let _ = connection.execute_batch("ROLLBACK");
            let error = Error::from(error).to_string();
            for job in finished {
                job.answer(Err(Error::Unavailable(error.clone())));
            }
        }
    }
}
