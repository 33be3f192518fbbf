use std::{
    fs::{self, Metadata, OpenOptions, TryLockError},
    io, mem,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use tokio::task::JoinHandle;
use wharf_model::{Digest, Hasher};

use super::{blob_path, rename_durably, writer::Writer};
use crate::{
    Error,
    error::{absent, blocking},
    gather::{Hashing, PIECE, Sink, length, split_off},
};

/// Bytes that are brought to the disk while more arrive, so that little is left to wait for in the end.
const EARLY: usize = 16 << 20;

/// Bytes that are not hashed on a thread that others need.
const MUCH: usize = 64 << 10;

/// An upload that one request has open. It stays in the store when this is dropped.
#[derive(Debug)]
pub(crate) struct FileUpload {
    bucket: PathBuf,
    path: PathBuf,
    /// Its file is locked while open, so that two requests never write to one upload.
    writer: Arc<Mutex<Writer>>,
    /// Works beside the writer.
    hashing: Hashing,
    /// Whether nothing was taken in before.
    is_first: bool,
    /// Taken in, a piece at most: it is written with what ends the request, in one go.
    rest: Vec<Bytes>,
    writing: Option<Work>,
    /// Bytes written or being written.
    written: u64,
    unsynced: usize,
    syncing: Option<Work>,
}

/// What goes on on a blocking thread.
type Work = JoinHandle<io::Result<()>>;

impl FileUpload {
    pub(super) fn open(bucket: PathBuf, path: PathBuf, received: u64, hasher: Hasher) -> Result<Self, Error> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(received == 0).open(&path).map_err(absent)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => Error::Busy,
            TryLockError::Error(error) => error.into(),
        })?;
        let found = file.metadata()?;
        if !is_still_at(&found, &path)? || found.len() < received {
            return Err(Error::NotFound);
        }
        Ok(Self {
            bucket,
            path,
            writer: Arc::new(Mutex::new(Writer::new(file, found.len(), received))),
            hashing: Hashing::new(hasher),
            is_first: received == 0,
            rest: Vec::new(),
            writing: None,
            written: received,
            unsynced: 0,
            syncing: None,
        })
    }

    /// Bytes taken in so far.
    pub(crate) fn received(&self) -> u64 {
        self.written + length(&self.rest) as u64
    }

    /// Whether the file, when it was opened, held what was acknowledged and nothing more.
    pub(crate) fn is_as_acknowledged(&self) -> bool {
        lock(&self.writer).is_cut_back()
    }

    /// The state of the hash over the bytes taken in, once they are synced.
    pub(crate) fn hash_state(&self) -> Vec<u8> {
        self.hashing.hasher().map(Hasher::state).unwrap_or_default()
    }

    /// Takes the file away where nothing of it was acknowledged: its session may be gone, and then nothing leads to it.
    pub(crate) async fn abandon(self) {
        let is_first = self.is_first;
        if let Err(error) =
            blocking(move || if is_first { Ok(fs::remove_file(&self.path)?) } else { Ok(()) }).await
        {
            tracing::warn!(%error, "the file of an upload could not be removed");
        }
    }

    /// Makes the bytes taken in so far durable.
    pub(crate) async fn sync(&mut self) -> Result<(), Error> {
        let rest = self.hash_rest().await?;
        let writer = self.writer.clone();
        blocking(move || Ok(lock(&writer).sync(rest)?)).await?;
        self.hashing.settle().await
    }

    /// Turns the upload into the blob of `digest`, durably. Says how long the blob is.
    pub(crate) async fn commit(mut self, digest: Digest) -> Result<u64, Error> {
        let mut rest = Some(self.hash_rest().await?);
        if !self.hashing.is_settled() {
            // Much is written while it is hashed.
            let (writer, rest) = (self.writer.clone(), rest.take().unwrap_or_default());
            blocking(move || Ok(lock(&writer).sync(rest)?)).await?;
            self.hashing.settle().await?;
        }
        let hasher = self.hashing.hasher().cloned();
        let hasher = hasher.ok_or_else(|| io::Error::other("the hash was not kept"))?;
        blocking(move || {
            let mut writer = lock(&self.writer);
            if let Some(rest) = rest {
                writer.sync(rest)?;
            }
            // One that was not kept running reads the bytes again.
            let is_running = hasher.algorithm() == digest.algorithm();
            let actual = if is_running { hasher.finish() } else { writer.digest(digest.algorithm())? };
            if actual != digest {
                return Err(Error::DigestMismatch { expected: digest, actual });
            }
            rename_durably(&self.path, &blob_path(&self.bucket, &digest)).map_err(absent)?;
            Ok(writer.received())
        })
        .await
    }

    /// Hashes what is left to write, and gives it. Much of it is hashed on another thread.
    async fn hash_rest(&mut self) -> Result<Vec<Bytes>, Error> {
        let rest = mem::take(&mut self.rest);
        self.written += length(&rest) as u64;
        if length(&rest) > MUCH {
            self.hashing.take(rest.clone()).await?;
        } else {
            self.hashing.take_at_once(&rest).await?;
        }
        Ok(rest)
    }

    async fn write(&mut self, pieces: Vec<Bytes>) -> Result<(), Error> {
        done(&mut self.writing).await?;
        if self.unsynced >= EARLY && self.syncing.as_ref().is_none_or(JoinHandle::is_finished) {
            done(&mut self.syncing).await?;
            self.unsynced = 0;
            let file = lock(&self.writer).file();
            self.syncing = Some(tokio::task::spawn_blocking(move || file.sync_data()));
        }
        self.unsynced += length(&pieces);
        self.written += length(&pieces) as u64;
        let (writer, written) = (self.writer.clone(), pieces.clone());
        self.writing = Some(tokio::task::spawn_blocking(move || lock(&writer).take_in(written)));
        self.hashing.take(pieces).await
    }
}

impl Sink for FileUpload {
    async fn take(&mut self, pieces: Vec<Bytes>) -> Result<(), Error> {
        self.rest.extend(pieces);
        if length(&self.rest) <= PIECE {
            return Ok(());
        }
        // What is written ends at a multiple of a piece, so that the next begins with whole pages.
        let before = (self.written % PIECE as u64) as usize;
        let whole = (before + length(&self.rest)) / PIECE * PIECE - before;
        let rest = split_off(&mut self.rest, whole);
        let pieces = mem::replace(&mut self.rest, rest);
        self.write(pieces).await
    }

    async fn settle(&mut self) -> Result<(), Error> {
        self.hashing.settle().await?;
        done(&mut self.writing).await?;
        // The system tells of a write that failed once: here, or when all is synced in the end.
        done(&mut self.syncing).await
    }
}

async fn done(work: &mut Option<Work>) -> Result<(), Error> {
    if let Some(work) = work.take() {
        work.await.map_err(io::Error::other)??;
    }
    Ok(())
}

/// Whether the file is still the one at `path`. Between opening and locking, another request may have made the blob of it:
/// then it is no upload any more, and must not be touched.
fn is_still_at(file: &Metadata, path: &Path) -> Result<bool, Error> {
    let there = fs::metadata(path).map_err(absent)?;
    Ok((file.dev(), file.ino()) == (there.dev(), there.ino()))
}

fn lock(writer: &Mutex<Writer>) -> MutexGuard<'_, Writer> {
    writer.lock().unwrap_or_else(PoisonError::into_inner)
}
