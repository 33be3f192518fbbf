use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use wharf_model::Hasher;

/// How far the taking in of bytes got. The thread that hashes shares it with the request.
#[derive(Debug)]
pub(super) struct Progress(Mutex<(Hasher, u64)>);

impl Progress {
    pub(super) fn new(hasher: Hasher, received: u64) -> Self {
        Self(Mutex::new((hasher, received)))
    }

    pub(super) fn add(&self, pieces: &[Bytes]) {
        let mut progress = self.lock();
        for piece in pieces {
            progress.0.update(piece);
            progress.1 += piece.len() as u64;
        }
    }

    pub(super) fn hasher(&self) -> Hasher {
        self.lock().0.clone()
    }

    pub(super) fn received(&self) -> u64 {
        self.lock().1
    }

    fn lock(&self) -> MutexGuard<'_, (Hasher, u64)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
