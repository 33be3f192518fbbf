use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use tokio::task::JoinHandle;
use wharf_model::{Digest, Hasher};

use super::{blob_path, rename_durably};
use crate::{
    Error,
    error::{absent, blocking},
    gather::{PIECE, Sink},
};

/// An upload that one request has open. It stays in the store when this is dropped.
#[derive(Debug)]
pub(crate) struct FileUpload {
    bucket: PathBuf,
    path: PathBuf,
    writer: Arc<Mutex<Writer>>,
    /// Whether nothing was taken in before.
    is_first: bool,
    writing: Option<JoinHandle<io::Result<()>>>,
}

#[derive(Debug)]
struct Writer {
    /// Locked while open, so that two requests never write to one upload.
    file: File,
    hasher: Hasher,
    received: u64,
    /// Whether the file ends where the hash does. Until something is done with it, it is left as it was found.
    is_cut_back: bool,
}

impl FileUpload {
    pub(super) fn open(bucket: PathBuf, path: PathBuf, received: u64, hasher: Hasher) -> Result<Self, Error> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(received == 0).open(&path).map_err(absent)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => Error::Busy,
            TryLockError::Error(error) => error.into(),
        })?;
        if !is_still_at(&file, &path)? || file.metadata()?.len() < received {
            return Err(Error::NotFound);
        }
        let writer = Writer { file, hasher, received, is_cut_back: false };
        Ok(Self {
            bucket,
            path,
            writer: Arc::new(Mutex::new(writer)),
            is_first: received == 0,
            writing: None,
        })
    }

    /// Bytes taken in so far.
    pub(crate) fn received(&self) -> u64 {
        lock(&self.writer).received
    }

    /// The state of the hash over the bytes taken in.
    pub(crate) fn hash_state(&self) -> Vec<u8> {
        lock(&self.writer).hasher.state()
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
    pub(crate) async fn sync(&self) -> Result<(), Error> {
        let writer = self.writer.clone();
        blocking(move || Ok(lock(&writer).file.sync_data()?)).await
    }

    /// Turns the upload into the blob of `digest`, durably. Says how long the blob is.
    pub(crate) async fn commit(self, digest: Digest) -> Result<u64, Error> {
        blocking(move || {
            let mut writer = lock(&self.writer);
            writer.cut_back()?;
            let actual = writer.digest_like(&digest)?;
            if actual != digest {
                return Err(Error::DigestMismatch { expected: digest, actual });
            }
            writer.file.sync_all()?;
            rename_durably(&self.path, &blob_path(&self.bucket, &digest)).map_err(absent)?;
            Ok(writer.received)
        })
        .await
    }
}

impl Sink for FileUpload {
    async fn take(&mut self, pieces: Vec<Bytes>) -> Result<(), Error> {
        self.settle().await?;
        let writer = self.writer.clone();
        self.writing = Some(tokio::task::spawn_blocking(move || lock(&writer).take_in(&pieces)));
        Ok(())
    }

    async fn settle(&mut self) -> Result<(), Error> {
        if let Some(writing) = self.writing.take() {
            writing.await.map_err(io::Error::other)??;
        }
        Ok(())
    }
}

/// Whether the file is still the one at `path`. Between opening and locking, another request may have made the blob of it:
/// then it is no upload any more, and must not be touched.
fn is_still_at(file: &File, path: &Path) -> Result<bool, Error> {
    let there = fs::metadata(path).map_err(absent)?;
    let here = file.metadata()?;
    Ok((here.dev(), here.ino()) == (there.dev(), there.ino()))
}

fn lock(writer: &Mutex<Writer>) -> MutexGuard<'_, Writer> {
    writer.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Writer {
    /// Takes away what a broken request left behind the acknowledged bytes, which is not in the hash.
    fn cut_back(&mut self) -> io::Result<()> {
        if !self.is_cut_back {
            self.file.set_len(self.received)?;
            self.file.seek(SeekFrom::Start(self.received))?;
            self.is_cut_back = true;
        }
        Ok(())
    }

    fn take_in(&mut self, pieces: &[Bytes]) -> io::Result<()> {
        self.cut_back()?;
        for piece in pieces {
            self.file.write_all(piece)?;
            self.hasher.update(piece);
            self.received += piece.len() as u64;
        }
        Ok(())
    }

    /// The digest of the bytes taken in, by the algorithm of `digest`. One that was not kept running reads them again.
    fn digest_like(&mut self, digest: &Digest) -> io::Result<Digest> {
        if self.hasher.algorithm() == digest.algorithm() {
            return Ok(self.hasher.clone().finish());
        }
        let mut hasher = Hasher::new(digest.algorithm());
        let mut buffer = vec![0; PIECE];
        self.file.seek(SeekFrom::Start(0))?;
        loop {
            match self.file.read(&mut buffer)? {
                0 => return Ok(hasher.finish()),
                length => hasher.update(&buffer[..length]),
            }
        }
    }
}
