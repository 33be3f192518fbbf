//! Parts on their way to the object store, which lie on the disk until the request that carries them is really made.
//!
//! OpenDAL's writer keeps each part in memory until it is given the next one, however long the client takes to send that.
//! So it is given placeholders: buffers of the part's length that hold nothing. The transport, through which all requests
//! go, knows a placeholder by the address of its first byte, and reads the part in its place.

use std::{
    collections::HashMap,
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use http::{Request, Response};
use opendal::{Buffer, ErrorKind, HttpBody, HttpTransport};
use opendal_http_transport_reqwest::ReqwestTransport;

use crate::{Error, error::blocking, gather::PIECE};

static NOTHING: [u8; PIECE] = [0; PIECE];

/// The folder for parts on their way, and the placeholders that stand for them.
#[derive(Clone, Debug)]
pub(super) struct Spool {
    folder: Arc<Path>,
    waiting: Arc<Mutex<HashMap<usize, Arc<Part>>>>,
}

/// Bytes in a file that has no name and goes when this does.
#[derive(Debug)]
struct Part {
    file: File,
    length: usize,
    was_read: AtomicBool,
    /// How many parts of the object were read.
    read: Arc<AtomicU64>,
}

/// A placeholder's first byte. The part's bytes are known as long as a copy of the placeholder is.
struct Mark {
    byte: Box<[u8; 1]>,
    spool: Spool,
}

impl Spool {
    pub(super) fn open(folder: &Path) -> Result<Self, Error> {
        std::fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.into(), waiting: Arc::default() })
    }

    /// A file for a part.
    pub(super) async fn file(&self) -> Result<File, Error> {
        let folder = self.folder.clone();
        blocking(move || Ok(tempfile::tempfile_in(folder)?)).await
    }

    /// A placeholder for the `length` bytes of `file`. When they are sent, `read` is raised by one.
    pub(super) fn placeholder(&self, file: File, length: usize, read: Arc<AtomicU64>) -> Buffer {
        if length == 0 {
            return Buffer::new();
        }
        let mark = Mark { byte: Box::new([0]), spool: self.clone() };
        let part = Part { file, length, was_read: AtomicBool::new(false), read };
        self.lock().insert(mark.address(), part.into());
        let mut chunks = vec![Bytes::from_owner(mark)];
        let mut left = length - 1;
        while left > 0 {
            let chunk = left.min(PIECE);
            chunks.push(Bytes::from_static(&NOTHING[..chunk]));
            left -= chunk;
        }
        Buffer::from(chunks)
    }

    /// The part for which `body` stands.
    fn part(&self, body: &Buffer) -> Option<Arc<Part>> {
        let part = self.lock().get(&body.current().as_ptr().addr())?.clone();
        (part.length == body.len()).then_some(part)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<usize, Arc<Part>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mark {
    fn address(&self) -> usize {
        self.byte.as_ptr().addr()
    }
}

impl AsRef<[u8]> for Mark {
    fn as_ref(&self) -> &[u8] {
        self.byte.as_slice()
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        self.spool.lock().remove(&self.address());
    }
}

impl Part {
    fn read(&self) -> io::Result<Buffer> {
        let mut chunks = Vec::with_capacity(self.length.div_ceil(PIECE));
        let mut offset = 0;
        while offset < self.length {
            let mut chunk = vec![0; (self.length - offset).min(PIECE)];
            self.file.read_exact_at(&mut chunk, offset as u64)?;
            offset += chunk.len();
            chunks.push(Bytes::from(chunk));
        }
        if !self.was_read.swap(true, Ordering::Relaxed) {
            self.read.fetch_add(1, Ordering::Relaxed);
        }
        Ok(Buffer::from(chunks))
    }
}

/// Makes requests, and puts parts in the place of their placeholders.
pub(super) struct SpoolTransport {
    inner: ReqwestTransport,
    spool: Spool,
}

impl SpoolTransport {
    pub(super) fn new(inner: ReqwestTransport, spool: Spool) -> Self {
        Self { inner, spool }
    }
}

impl HttpTransport for SpoolTransport {
    async fn fetch(&self, request: Request<Buffer>) -> opendal::Result<Response<HttpBody>> {
        let Some(part) = self.spool.part(request.body()) else {
            return self.inner.fetch(request).await;
        };
        let bytes = blocking(move || Ok(part.read()?)).await;
        let bytes = bytes.map_err(|error| {
            opendal::Error::new(ErrorKind::Unexpected, "a part cannot be read from the spool")
                .set_source(error)
        })?;
        self.inner.fetch(request.map(|_| bytes)).await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::{
        io::Write,
        sync::{
            Arc,
            atomic::{AtomicU64, Ordering},
        },
    };

    use opendal::Buffer;
    use tempfile::TempDir;

    use super::Spool;

    #[tokio::test]
    async fn a_placeholder_stands_for_its_part_until_its_last_copy_is_gone() {
        let folder = TempDir::new().unwrap();
        let spool = Spool::open(folder.path()).unwrap();
        let mut file = spool.file().await.unwrap();
        let content: Vec<u8> = (0..2_500_000_u32).map(|index| (index % 251) as u8).collect();
        file.write_all(&content).unwrap();
        let read = Arc::new(AtomicU64::new(0));
        let placeholder = spool.placeholder(file, content.len(), read.clone());
        assert_eq!(placeholder.len(), content.len());

        let copy = placeholder.clone();
        drop(placeholder);
        for _ in 0..2 {
            assert_eq!(spool.part(&copy).unwrap().read().unwrap().to_vec(), content);
        }
        assert_eq!(read.load(Ordering::Relaxed), 1);
        assert!(spool.part(&copy.slice(1..)).is_none());
        assert!(spool.part(&Buffer::from(content)).is_none());
        assert!(spool.part(&Buffer::new()).is_none());
        drop(copy);
        assert!(spool.lock().is_empty());
    }
}
