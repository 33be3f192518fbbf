//! SQLite as the engine: one thread writes, a few read.

mod migration;
mod statements;
mod writer;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Arc,
    thread,
    time::Duration,
};

use flume::{Receiver, Sender, bounded};
use rusqlite::Connection;

use crate::{
    Error, Transaction,
    changes::{Changes, Touched},
    job::Job,
    store::{self, Durability},
};
use statements::Statements;
use writer::{Write, Writer};

const READERS: usize = 4;
const QUEUE_LIMIT: usize = 1024;
const STATEMENT_CACHE: usize = 256;
/// How long another process (an admin command) may hold the database before a statement fails.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

type Jobs = Receiver<Box<dyn Job>>;

pub(crate) struct Engine {
    writer: Sender<Write>,
    readers: Sender<Box<dyn Job>>,
}

impl Engine {
    pub(crate) fn open(path: &Path, changes: Arc<Changes>) -> Result<Self, Error> {
        let mut connection = connect(path)?;
        migration::run(&mut connection)?;
        let (writer, jobs) = bounded(QUEUE_LIMIT);
        let thread = Writer::new(connection, changes);
        start("wharf-db-write", move || thread.run(&jobs))?;
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

    fn write(&self, job: Box<dyn Job>, durability: Durability) -> Result<(), Error> {
        enqueue(&self.writer, Write { job, durability })
    }

    fn is_shared(&self) -> bool {
        false
    }
}

/// A full queue refuses instead of holding a runtime thread.
fn enqueue<T>(queue: &Sender<T>, job: T) -> Result<(), Error> {
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

/// Runs a job; says whether it is to be kept, and what it changed.
fn attempt(connection: &Connection, job: &mut dyn Job) -> Result<(bool, Touched), Error> {
    let statements = Statements(connection);
    let work = AssertUnwindSafe(|| {
        let transaction = Transaction::on(&statements);
        (job.run(&transaction), transaction.into_touched())
    });
    catch_unwind(work).map_err(|_| Error::Aborted)
}
