//! The one thread that writes. It takes whatever transactions wait, runs each in a savepoint of one SQLite transaction and
//! commits them together: one sync makes all of them durable, and each is answered after it. Those that need no sync are
//! not kept waiting for one: they make batches of their own.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use flume::{Receiver, RecvTimeoutError};
use rusqlite::Connection;

use super::attempt;
use crate::{
    Error,
    changes::{Changes, Touched},
    job::Job,
    store::Durability,
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
    /// What commits wait for now.
    durability: Durability,
}

/// A transaction that waits.
pub(super) struct Write {
    pub(super) job: Box<dyn Job>,
    pub(super) durability: Durability,
}

/// A job that ran, and what it changed; it is to be told of the end of its batch.
struct Finished {
    job: Box<dyn Job>,
    touched: Touched,
}

impl Writer {
    pub(super) fn new(connection: Connection, changes: Arc<Changes>) -> Self {
        Self { connection, changes, version: None, durability: Durability::Synced }
    }

    pub(super) fn run(mut self, writes: &Receiver<Write>) {
        // What came after a batch that it could not join.
        let mut waiting = None;
        loop {
            self.look_for_foreign_changes();
            let next = waiting.take().map_or_else(|| writes.recv_timeout(LOOK), Ok);
            match next {
                Ok(first) => waiting = self.batch(first, writes),
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

    /// Runs and commits what waits, as far as it can be committed with `first`. Answers a transaction that cannot.
    fn batch(&mut self, first: Write, writes: &Receiver<Write>) -> Option<Write> {
        let begun = self.set_durability(first.durability);
        let begun = begun.and_then(|()| self.connection.execute_batch("BEGIN IMMEDIATE"));
        if let Err(error) = begun {
            tracing::error!(%error, "a write transaction could not begin");
            first.job.answer(Err(error.into()));
            return None;
        }
        let mut finished = Vec::new();
        let mut next = Some(first);
        while let Some(write) = next.take_if(|next| next.durability == self.durability) {
            finished.extend(self.in_savepoint(write.job));
            if self.connection.is_autocommit() {
                // The engine gave the whole transaction up (disk full, I/O error): nothing of the batch is kept.
                break;
            }
            next = if finished.len() < BATCH_LIMIT { writes.try_recv().ok() } else { None };
        }
        self.commit(finished);
        next
    }

    /// Whether commits wait for a sync can be said between transactions only.
    fn set_durability(&mut self, durability: Durability) -> rusqlite::Result<()> {
        if durability != self.durability {
            let level = match durability {
                Durability::Synced => "full",
                Durability::Soon => "normal",
            };
            self.connection.pragma_update(None, "synchronous", level)?;
            self.durability = durability;
        }
        Ok(())
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
