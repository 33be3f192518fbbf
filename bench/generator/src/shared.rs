//! What the connections of one thread share: their counts.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{error::Error, tally::Tally};

/// A handle to one thread's counts; nobody else ever waits for its lock.
#[derive(Clone)]
pub struct Counter {
    tally: Arc<Mutex<Tally>>,
}

impl Counter {
    /// Count here.
    pub fn new(tally: Tally) -> Self {
        Self { tally: Arc::new(Mutex::new(tally)) }
    }

    /// An answer has come.
    pub fn request(&self) {
        self.lock().request();
    }

    /// So many bytes of an answer's body have come.
    pub fn received(&self, bytes: usize) {
        self.lock().received += bytes as u64;
    }

    /// So many bytes of a request's body are on their way.
    pub fn sent(&self, bytes: usize) {
        self.lock().sent += bytes as u64;
    }

    /// A unit ended after so long, well or not.
    pub fn unit(&self, took: Duration, ended: &Result<(), Error>) {
        match ended {
            Ok(()) => self.lock().unit(took),
            Err(error) => self.lock().error(error),
        }
    }

    /// The counts so far.
    pub fn lock(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
