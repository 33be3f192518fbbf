//! The one thread that writes. It takes whatever transactions wait, runs each in a savepoint of one SQLite transaction and
//! commits them together: one sync makes all of them durable, and each is answered after it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crossbeam_channel::RecvTimeoutError;
use rusqlite::Connection;

use super::{Jobs, attempt};
use crate::{
    Error,
    changes::{Changes, Touched},
    job::Job,
};

/// Transactions in one commit.
const BATCH_LIMIT: usize = 256;
/// How often it is asked whether another process (an admin command) changed the database.
const LOOK: Duration = Duration::from_millis(50);

pub(super) struct Writer {
    connection: Connection,
    changes: Arc<Changes>,
    /// SQLite's `data_version`, which changes when another process commits, and not when this connection does.
    version: Option<i64>,
}

/// A job that ran, and what it changed; it is to be told of the end of its batch.
struct Finished {
    job: Box<dyn Job>,
    touched: Touched,
}

impl Writer {
    pub(super) fn new(connection: Connection, changes: Arc<Changes>) -> Self {
        Self { connection, changes, version: None }
    }

    pub(super) fn run(mut self, jobs: &Jobs) {
        loop {
            self.look_for_foreign_changes();
            match jobs.recv_timeout(LOOK) {
                Ok(first) => self.batch(first, jobs),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn look_for_foreign_changes(&mut self) {
        let now = Instant::now();
        let version = self.connection.pragma_query_value(None, "data_version", |row| row.get(0)).ok();
        if version.is_none() || version != self.version {
            self.changes.note_foreign();
        }
        self.version = version;
        if version.is_some() {
            self.changes.known(now);
        }
    }

    fn batch(&self, first: Box<dyn Job>, jobs: &Jobs) {
        if let Err(error) = self.connection.execute_batch("BEGIN IMMEDIATE") {
            tracing::error!(%error, "a write transaction could not begin");
            first.answer(Err(error.into()));
            return;
        }
        let mut finished = Vec::new();
        let mut next = Some(first);
        while let Some(job) = next {
            finished.extend(self.in_savepoint(job));
            if self.connection.is_autocommit() {
                // The engine gave the whole transaction up (disk full, I/O error): nothing of the batch is kept.
                break;
            }
            next = if finished.len() < BATCH_LIMIT { jobs.try_recv().ok() } else { None };
        }
        self.commit(finished);
    }

    fn in_savepoint(&self, mut job: Box<dyn Job>) -> Option<Finished> {
        let end = match self.connection.execute_batch("SAVEPOINT job").map_err(Error::from) {
            Ok(()) => attempt(&self.connection, &mut *job).and_then(|(keep, touched)| {
                let end = if keep { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
                self.connection.execute_batch(end)?;
                Ok(if keep { touched } else { Touched::default() })
            }),
            Err(error) => Err(error),
        };
        match end {
            Ok(touched) => Some(Finished { job, touched }),
            Err(error) => {
                // Also after a panic; fails where the savepoint is gone already.
                let _ = self.connection.execute_batch("ROLLBACK TO job; RELEASE job");
                job.answer(Err(error));
                None
            }
        }
    }

    /// Commits and tells every caller. A transaction that the engine already gave up fails here too: none is under way.
    fn commit(&self, finished: Vec<Finished>) {
        let committed = self.connection.execute_batch("COMMIT");
        finished.iter().for_each(|finished| self.changes.note(&finished.touched));
        match committed {
            Ok(()) => finished.into_iter().for_each(|finished| finished.job.answer(Ok(()))),
            Err(error) => {
                tracing::error!(%error, "a write transaction could not commit");
                let _ = self.connection.execute_batch("ROLLBACK");
                let error = Error::from(error).to_string();
                for finished in finished {
                    finished.job.answer(Err(Error::Unavailable(error.clone())));
                }
            }
        }
    }
}
