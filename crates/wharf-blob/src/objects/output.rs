use std::{
    fs::File,
    io::{self, Write},
    mem,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use opendal::{Buffer, ErrorKind, Operator, Writer};
use tokio::{runtime::Handle, sync::Semaphore, task::JoinHandle};

use super::{ObjectStore, Progress};
use crate::{
    Error,
    error::describe,
    gather::{PIECE, Sink},
};

/// Bytes of a part, the least that is sent while more may come.
pub(super) const PART: usize = 16 << 20;
/// Parts after which the next ones are twice as large, so that 10,000 of them, which is all that stores take, are enough
/// for any blob: 15 TiB.
const PARTS_OF_A_SIZE: u64 = 1000;

/// One object that is being written. Nothing is seen of it before it is finished; dropped, it is given up.
#[derive(Debug)]
pub(super) struct Output {
    store: ObjectStore,
    path: String,
    progress: Arc<Progress>,
    /// Bytes of a small body, which never see the disk.
    small: Vec<Bytes>,
    /// The part that is being filled, by its file and the bytes that it will have once `working` is done.
    filling: Option<(Arc<File>, usize)>,
    /// Hashing and writing to the disk.
    working: Option<JoinHandle<io::Result<()>>>,
    /// Parts that are full once `working` is done.
    full: Vec<(Arc<File>, usize)>,
    length: u64,
    parts: u64,
    /// How many parts were read from the spool to be sent.
    read: Arc<AtomicU64>,
    sending: Sending,
}

enum Sending {
    Nothing,
    Waiting(Box<Writer>),
    Part(JoinHandle<(Writer, opendal::Result<()>)>),
    Last(JoinHandle<Result<(), Error>>),
}

impl std::fmt::Debug for Sending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Nothing => "Nothing",
            Self::Waiting(_) => "Waiting",
            Self::Part(_) => "Part",
            Self::Last(_) => "Last",
        })
    }
}

impl Output {
    /// An object to be written at `path`. `progress` is told of the bytes as they are taken in.
    pub(super) fn new(store: ObjectStore, path: String, progress: Arc<Progress>) -> Self {
        Self {
            store,
            path,
            progress,
            small: Vec::new(),
            filling: None,
            working: None,
            full: Vec::new(),
            length: 0,
            parts: 0,
            read: Arc::default(),
            sending: Sending::Nothing,
        }
    }

    /// Makes the object of the bytes taken in, durably. Says how long it is.
    ///
    /// # Errors
    /// When the store fails; then there is no object.
    pub(super) async fn finish(mut self) -> Result<u64, Error> {
        self.settle().await?;
        let rest = match self.filling.take() {
            Some((file, length)) => self.placeholder(file, length)?,
            None => Buffer::from(mem::take(&mut self.small)),
        };
        let mut writer = self.writer().await?;
        let (operator, path) = (self.store.operator().clone(), self.path.clone());
        let (memory, length) = (self.store.memory().clone(), self.length);
        self.sending = Sending::Last(tokio::spawn(async move {
            let permit = permit(&memory).await;
            let done = close(&operator, &mut writer, &path, rest, length).await;
            drop(permit);
            if done.is_err() {
                give_up(&mut writer, &path).await;
            }
            done
        }));
        if let Sending::Last(last) = &mut self.sending {
            let done = last.await;
            self.sending = Sending::Nothing;
            done.map_err(io::Error::other)??;
        }
        // What a placeholder stands for was sent in its place, or the object is not what was received.
        if self.read.load(Ordering::Relaxed) != self.parts {
            self.store.operator().delete(&self.path).await?;
            return Err(Error::Io(io::Error::other("a part was sent that is not the one received")));
        }
        Ok(self.length)
    }

    /// Takes back what was sent.
    pub(super) async fn abandon(mut self) {
        let sending = mem::replace(&mut self.sending, Sending::Nothing);
        sending.undo(self.store.operator().clone(), self.path.clone()).await;
    }

    /// Says which bytes go to which file, and begins new files as parts fill up.
    async fn lay_out(&mut self, pieces: Vec<Bytes>) -> Result<Vec<(Arc<File>, Bytes)>, Error> {
        let mut writes = Vec::with_capacity(pieces.len() + 1);
        for mut piece in pieces {
            while !piece.is_empty() {
                let whole = PART << ((self.parts + self.full.len() as u64) / PARTS_OF_A_SIZE).min(9);
                let (file, length) = match self.filling.take() {
                    Some(filling) => filling,
                    None => (Arc::new(self.store.spool().file().await?), 0),
                };
                let taken = piece.split_to(piece.len().min(whole - length));
                let length = length + taken.len();
                writes.push((file.clone(), taken));
                if length == whole {
                    self.full.push((file, length));
                } else {
                    self.filling = Some((file, length));
                }
            }
        }
        Ok(writes)
    }

    /// Sends a part as soon as the one before is sent.
    async fn send(&mut self, file: Arc<File>, length: usize) -> Result<(), Error> {
        let part = self.placeholder(file, length)?;
        let mut writer = self.writer().await?;
        let memory = self.store.memory().clone();
        // In a task of its own, so that the writer is whole whenever this future is dropped.
        self.sending = Sending::Part(tokio::spawn(async move {
            let _permit = permit(&memory).await;
            let done = writer.write(part).await;
            (writer, done)
        }));
        Ok(())
    }

    fn placeholder(&mut self, file: Arc<File>, length: usize) -> Result<Buffer, Error> {
        let file = Arc::into_inner(file).ok_or_else(|| io::Error::other("a part is still written to"))?;
        self.parts += 1;
        Ok(self.store.spool().placeholder(file, length, self.read.clone()))
    }

    /// The writer, once the part before is sent.
    async fn writer(&mut self) -> Result<Writer, Error> {
        if let Sending::Part(part) = &mut self.sending {
            let sent = part.await;
            self.sending = Sending::Nothing;
            let (writer, done) = sent.map_err(io::Error::other)?;
            self.sending = Sending::Waiting(Box::new(writer));
            done?;
        }
        match mem::replace(&mut self.sending, Sending::Nothing) {
            Sending::Waiting(writer) => Ok(*writer),
            _ => Ok(self.store.operator().writer(&self.path).await?),
        }
    }
}

impl Sink for Output {
    async fn take(&mut self, pieces: Vec<Bytes>) -> Result<(), Error> {
        self.settle().await?;
        let taken: usize = pieces.iter().map(Bytes::len).sum();
        self.length += taken as u64;
        let progress = self.progress.clone();
        if self.filling.is_none() && self.parts == 0 && self.length <= PIECE as u64 {
            self.small.extend(pieces.iter().cloned());
            self.working = Some(tokio::task::spawn_blocking(move || {
                progress.add(&pieces);
                Ok(())
            }));
            return Ok(());
        }
        let mut unwritten = mem::take(&mut self.small);
        unwritten.extend(pieces.iter().cloned());
        let writes = self.lay_out(unwritten).await?;
        self.working = Some(tokio::task::spawn_blocking(move || {
            for (file, bytes) in writes {
                (&*file).write_all(&bytes)?;
            }
            progress.add(&pieces);
            Ok(())
        }));
        Ok(())
    }

    async fn settle(&mut self) -> Result<(), Error> {
        if let Some(working) = self.working.take() {
            working.await.map_err(io::Error::other)??;
        }
        for (file, length) in mem::take(&mut self.full) {
            self.send(file, length).await?;
        }
        Ok(())
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        let sending = mem::replace(&mut self.sending, Sending::Nothing);
        if matches!(sending, Sending::Nothing) {
            return;
        }
        // Without a runtime the program ends: the store's own rules for unfinished objects are what is left.
        if let Ok(runtime) = Handle::try_current() {
            let (operator, path) = (self.store.operator().clone(), mem::take(&mut self.path));
            runtime.spawn(sending.undo(operator, path));
        }
    }
}

impl Sending {
    async fn undo(self, operator: Operator, path: String) {
        match self {
            Self::Nothing => {}
            Self::Waiting(mut writer) => give_up(&mut writer, &path).await,
            Self::Part(part) => {
                if let Ok((mut writer, _)) = part.await {
                    give_up(&mut writer, &path).await;
                }
            }
            Self::Last(last) => {
                if !matches!(last.await, Ok(Err(_)))
                    && let Err(error) = operator.delete(&path).await
                {
                    tracing::warn!(object = path, error = error.message(), "an object cannot be taken back");
                }
            }
        }
    }
}

async fn give_up(writer: &mut Writer, path: &str) {
    if let Err(error) = writer.abort().await {
        tracing::warn!(object = path, error = error.message(), "an unfinished object cannot be given up");
    }
}

async fn permit(memory: &Semaphore) -> Option<tokio::sync::SemaphorePermit<'_>> {
    // The semaphore is never closed.
    memory.acquire().await.ok()
}

async fn close(
    operator: &Operator,
    writer: &mut Writer,
    path: &str,
    rest: Buffer,
    length: u64,
) -> Result<(), Error> {
    writer.write(rest).await?;
    finish_writer(operator, writer, path, length).await
}

/// Closes a writer of an object of `length` bytes.
///
/// When the store makes the object but its answer does not come, the request is made again, and the store then knows of
/// no unfinished object. Nobody else writes under this name, so whether it is there tells what happened.
pub(super) async fn finish_writer(
    operator: &Operator,
    writer: &mut Writer,
    path: &str,
    length: u64,
) -> Result<(), Error> {
    match writer.close().await {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => match operator.stat(path).await {
            Ok(found) if found.content_length() == length => Ok(()),
            // It is no content that is missing: the store lost the parts, or says so of keys that it does not know.
            _ => Err(Error::Unavailable(describe(&error))),
        },
        Err(error) => Err(error.into()),
    }
}
