use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    mem,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::task::JoinHandle;
use wharf_model::{Digest, Hasher};

use crate::{
    AppendError, Error,
    error::{absent, blocking},
    files::{blob_path, rename_durably},
};

/// Bytes gathered before they go to the disk in one piece. Two such pieces are in memory at most.
const PIECE: usize = 1 << 20;

/// An upload that one request has open. It stays in the store when this is dropped.
#[derive(Debug)]
pub struct Upload {
    bucket: PathBuf,
    path: PathBuf,
    writer: Arc<Mutex<Writer>>,
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

impl Upload {
    pub(crate) fn open(bucket: PathBuf, path: PathBuf, received: u64, hasher: Hasher) -> Result<Self, Error> {
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
        Ok(Self { bucket, path, writer: Arc::new(Mutex::new(writer)) })
    }

    /// Bytes taken in so far.
    pub fn received(&self) -> u64 {
        lock(&self.writer).received
    }

    /// The state of the hash over the bytes taken in.
    pub fn hash_state(&self) -> Vec<u8> {
        lock(&self.writer).hasher.state()
    }

    /// Takes in all of `body`, `limit` bytes at most. Receiving and writing go on side by side, in bounded memory.
    ///
    /// The bytes are not yet durable: see [`Self::sync`] and [`Self::commit`].
    ///
    /// # Errors
    /// When the body breaks off (what came before it is taken in), when it is too long, when the disk fails.
    pub async fn append<B, S>(&mut self, mut body: S, limit: u64) -> Result<(), AppendError<B>>
    where
        S: Stream<Item = Result<Bytes, B>> + Unpin,
    {
        let (mut pieces, mut gathered, mut total) = (Vec::new(), 0, 0);
        let mut writing = None;
        let mut broken = None;
        while let Some(piece) = body.next().await {
            match piece {
                Ok(piece) => {
                    gathered += piece.len();
                    pieces.push(piece);
                }
                Err(error) => {
                    broken = Some(AppendError::Body(error));
                    break;
                }
            }
            if total + gathered as u64 > limit {
                return Err(AppendError::TooLong { limit });
            }
            if gathered >= PIECE {
                finish(writing.take()).await?;
                writing = Some(self.write(mem::take(&mut pieces)));
                total += mem::take(&mut gathered) as u64;
            }
        }
        finish(writing).await?;
        finish((!pieces.is_empty()).then(|| self.write(pieces))).await?;
        broken.map_or(Ok(()), Err)
    }

    /// Makes the bytes taken in so far durable.
    ///
    /// # Errors
    /// When the disk fails.
    pub async fn sync(&self) -> Result<(), Error> {
        let writer = self.writer.clone();
        blocking(move || Ok(lock(&writer).file.sync_data()?)).await
    }

    /// Turns the upload into the blob of `digest`, durably. Says how long the blob is.
    ///
    /// # Errors
    /// [`Error::DigestMismatch`] when the bytes are others; the upload stays.
    pub async fn commit(self, digest: Digest) -> Result<u64, Error> {
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

    fn write(&self, pieces: Vec<Bytes>) -> JoinHandle<io::Result<()>> {
        let writer = self.writer.clone();
        tokio::task::spawn_blocking(move || lock(&writer).take_in(&pieces))
    }
}

/// Whether the file is still the one at `path`. Between opening and locking, another request may have made the blob of it:
/// then it is no upload any more, and must not be touched.
fn is_still_at(file: &File, path: &Path) -> Result<bool, Error> {
    let there = fs::metadata(path).map_err(absent)?;
    let here = file.metadata()?;
    Ok((here.dev(), here.ino()) == (there.dev(), there.ino()))
}

async fn finish(writing: Option<JoinHandle<io::Result<()>>>) -> io::Result<()> {
    match writing {
        Some(writing) => writing.await.unwrap_or_else(|error| Err(io::Error::other(error))),
        None => Ok(()),
    }
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
