use std::{
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, stream};

use crate::{
    Error,
    error::{absent, blocking},
};

/// Bytes that all readers together keep in memory, about.
const MEMORY: u64 = 8 << 20;
/// Bytes read at a time: many readers read small pieces, few read large ones.
const SMALLEST_PIECE: u64 = 16 << 10;
const LARGEST_PIECE: u64 = 512 << 10;

/// A blob that is open for reading. It stays readable when it is deleted meanwhile.
#[derive(Debug)]
pub(crate) struct FileBlob {
    file: Arc<File>,
    size: u64,
    readers: Readers,
}

/// How many read from the store now.
#[derive(Clone, Debug, Default)]
pub(super) struct Readers(Arc<AtomicU64>);

/// One of them.
#[derive(Debug)]
struct Reader(Readers);

impl FileBlob {
    pub(super) fn open(path: &Path, readers: Readers) -> Result<Self, Error> {
        let file = File::open(path).map_err(absent)?;
        let size = file.metadata()?.len();
        Ok(Self { file: file.into(), size, readers })
    }

    /// The blob's length in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// `length` bytes from `offset` on, in pieces. The stream fails when the file is shorter than that.
    pub(crate) fn read(
        self,
        offset: u64,
        length: u64,
    ) -> impl Stream<Item = Result<Bytes, Error>> + Send + 'static {
        let position =
            Position { reader: self.readers.enter(), buffer: BytesMut::new(), offset, left: length };
        stream::try_unfold((self.file, position), |(file, mut position)| async move {
            if position.left == 0 {
                return Ok(None);
            }
            let source = file.clone();
            let (piece, position) = blocking(move || Ok((position.read_piece(&source)?, position))).await?;
            Ok(Some((piece, (file, position))))
        })
    }
}

/// Where a reader is.
struct Position {
    reader: Reader,
    /// Its memory is used again once the piece before is sent.
    buffer: BytesMut,
    offset: u64,
    left: u64,
}

impl Position {
    fn read_piece(&mut self, file: &File) -> io::Result<Bytes> {
        let length = self.left.min(self.reader.piece());
        self.buffer.resize(usize::try_from(length).map_err(io::Error::other)?, 0);
        file.read_exact_at(&mut self.buffer, self.offset)?;
        self.offset += length;
        self.left -= length;
        Ok(self.buffer.split().freeze())
    }
}

impl Readers {
    fn enter(&self) -> Reader {
        self.0.fetch_add(1, Ordering::Relaxed);
        Reader(self.clone())
    }
}

impl Reader {
    /// This reader's share of the memory.
    fn piece(&self) -> u64 {
        let readers = self.0.0.load(Ordering::Relaxed).max(1);
        (MEMORY / readers).clamp(SMALLEST_PIECE, LARGEST_PIECE)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}
